/// How often the best of several trials would look as good if none had an edge.
///
/// White, "A Reality Check for Data Snooping", Econometrica 68 (2000), against doing nothing: of every drawn sample the
/// largest gain of any trial beyond its own mean is compared with the largest mean. All trials are drawn at the same
/// places, so that what they have in common is kept, and fifty variants of one idea count as what they are.
enum RealityCheck {
    /// The p-value: (draws that reach the best + 1) / (draws + 1), so that it is never 0. Nil without observations.
    static func pValue(of observations: Observations, blockLength: Double, resamples: Int, seed: UInt64) -> Double? {
        let trials = observations.trials
        guard observations.count > 0, trials > 0 else { return nil }
        let nets = observations.nets
        var sums = Array(repeating: 0.0, count: trials)
        add(nets, times: Array(repeating: 1, count: observations.count), to: &sums)
        let best = sums.max() ?? 0
        guard best > 0 else { return 1 }

        var bootstrap = StationaryBootstrap(count: observations.count, blockLength: blockLength, seed: seed)
        var counts = Array(repeating: 0, count: observations.count)
        var drawn = sums
        var reached = 0
        for _ in 0..<resamples {
            bootstrap.draw(into: &counts)
            for trial in drawn.indices { drawn[trial] = -sums[trial] }
            add(nets, times: counts, to: &drawn)
            if largest(drawn) >= best { reached += 1 }
        }
        return Double(reached + 1) / Double(resamples + 1)
    }

    private static func largest(_ values: [Double]) -> Double {
        var largest = -Double.infinity
        for value in values where value > largest { largest = value }
        return largest
    }

    /// Adds each observation's results as often as it was drawn.
    ///
    /// The one loop that takes time: trials × observations × draws. Its bounds are checked once, before it.
    private static func add(_ nets: [Double], times counts: [Int], to sums: inout [Double]) {
        let trials = sums.count
        precondition(nets.count == trials * counts.count)
        unsafe nets.withUnsafeBufferPointer { nets in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                guard let sums = sums.baseAddress, var row = nets.baseAddress else { return }
                for count in counts {
                    if count > 0 {
                        let weight = Double(count)
                        var trial = 0
                        while trial < trials {
                            unsafe sums[trial] += weight * row[trial]
                            trial &+= 1
                        }
                    }
                    unsafe row += trials
                }
            }
        }
    }
}
