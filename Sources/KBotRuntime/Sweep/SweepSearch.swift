/// How a sweep chooses what it tries.
package enum SweepSearch: String, Hashable, Codable, Sendable, CaseIterable {
    /// Every combination.
    case grid
    /// So many different combinations, drawn by the seed.
    case random
    /// The same draw, but the worse two thirds are dropped again and again, on growing parts of the markets.
    case halving

    /// Trials of a draw when nothing else is said.
    package static let usualTrials = 100
    /// Most trials of one sweep.
    package static let mostTrials = 100_000

    /// The combinations to try; the first is trial 1.
    ///
    /// - Parameters:
    ///   - space: all there are.
    ///   - trials: how many to draw; nil for all of a grid, 100 of a draw.
    ///   - seed: what the draw comes from; the same seed draws the same combinations in the same order.
    /// - Returns: the values of each trial, in the order of the space's axes.
    /// - Throws: ``RunFailure`` when there are too many.
    func points(of space: SweepSpace, trials: Int?, seed: UInt64) throws(RunFailure) -> [[String]] {
        if let trials, !(1...Self.mostTrials).contains(trials) {
            throw RunFailure(.usage, "--trials \(trials): 1 to \(Self.mostTrials)")
        }
        guard self != .grid else {
            guard trials == nil else {
                throw RunFailure(
                    .usage,
                    "--trials goes with --search random or halving; a grid tries every combination"
                )
            }
            guard let count = space.count, count <= Self.mostTrials else {
                let sizes = space.axes.map { "\($0.name) \($0.values.count)" }.joined(separator: " × ")
                throw RunFailure(
                    .usage,
                    "the grid has more than \(Self.mostTrials) points (\(sizes)): name ranges, such as --param "
                        + "\(space.axes[0].name)=from:to:step, or draw from it with --search random --trials 500"
                )
            }
            return (0..<count).map(space.values)
        }
        let wanted = trials ?? Self.usualTrials
        var random = SweepGenerator(seed: seed)
        if let count = space.count, count <= wanted { return (0..<count).map(space.values) }
        if let count = space.count, count <= 1 << 20 {
            // The beginning of a shuffle.
            var indices = Array(0..<count)
            for place in 0..<wanted { indices.swapAt(place, place + random.below(count - place)) }
            return indices[..<wanted].map(space.values)
        }
        var points: [[String]] = []
        var drawn: Set<[Int]> = []
        while points.count < wanted {
            let places = space.axes.map { random.below($0.values.count) }
            guard drawn.insert(places).inserted else { continue }
            points.append(zip(space.axes, places).map { $0.values[$1] })
        }
        return points
    }
}

/// Steele, Lea and Flood's SplitMix64: the same draws on every machine.
struct SweepGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to below `bound`, which must be positive.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
