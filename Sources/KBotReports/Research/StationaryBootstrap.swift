/// Draws samples of the size of the original one, with replacement.
///
/// Observations that follow one another are drawn together: a block starts anywhere, goes on with the next observation
/// (after the last comes the first), and ends after each with probability 1 / length. Politis and Romano, "The
/// Stationary Bootstrap", Journal of the American Statistical Association 89 (1994). With blocks of one observation it
/// is the ordinary bootstrap.
struct StationaryBootstrap {
    /// Observations.
    let count: Int
    /// Expected length of a block, at least 1.
    let blockLength: Double

    private var draws: SplitMix64
    /// The coin that ends a block: 64 bits below this.
    private let endsBelow: UInt64?

    init(count: Int, blockLength: Double = 1, seed: UInt64) {
        self.count = count
        self.blockLength = max(blockLength, 1)
        draws = SplitMix64(state: seed)
        endsBelow = blockLength > 1 ? UInt64(0x1p63 / blockLength) << 1 : nil
    }

    /// Draws once: how often each observation is in the sample.
    mutating func draw(into counts: inout [Int]) {
        for index in counts.indices { counts[index] = 0 }
        var place = 0
        for step in 0..<count {
            if step > 0, let endsBelow, draws.next() >= endsBelow {
                place = place + 1 == count ? 0 : place + 1
            } else {
                place = Int(draws.next().multipliedFullWidth(by: UInt64(count)).high)
            }
            counts[place] += 1
        }
    }
}

/// The places in sorted draws between which lies a share of them, by nearest rank.
func percentileRanks(of draws: Int, confidence: Double) -> (low: Int, high: Int) {
    // Half a draw's millionth: 0.05 has no exact binary form.
    let outside = Int((1 - confidence) / 2 * Double(draws) + 5e-7)
    return (max(outside - 1, 0), min(draws - outside - 1, draws - 1))
}

/// Steele, Lea and Flood's generator: the same draws on every machine.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// How many observations to draw in a row so that their dependence is kept: the length of a block that lets the
/// stationary bootstrap estimate the variance of the mean best; at least 1.
///
/// Politis and White, "Automatic Block-Length Selection for the Dependent Bootstrap", Econometric Reviews 23 (2004),
/// with the correction of Patton, Politis and White, Econometric Reviews 28 (2009).
func optimalBlockLength(of values: [Double]) -> Double {
    let count = values.count
    guard count >= 10 else { return 1 }
    let size = Double(count)
    let root = squareRoot(of: size)
    let mean = values.reduce(0, +) / size
    let quiet = 5  // lags without a significant autocorrelation; more only from a million observations on
    let longest = Int(root) + (root > Double(Int(root)) ? 1 : 0) + quiet
    guard longest < count else { return 1 }
    let covariances = (0...longest).map { lag in
        var sum = 0.0
        for index in lag..<count { sum += (values[index] - mean) * (values[index - lag] - mean) }
        return sum / size
    }
    guard covariances[0] > mean * mean * 1e-24, covariances[0] > 0 else { return 1 }
    let bound = 2 * squareRoot(of: logarithm(size) / logarithm(10) / size) * covariances[0]
    let first = (0...longest - quiet).first { lag in (lag..<lag + quiet).allSatisfy { abs(covariances[$0]) < bound } }
    let lags = min(first.map { 2 * max($0, 1) } ?? longest, longest)
    var slope = 0.0
    var variance = covariances[0]
    for lag in 1...lags {
        let share = Double(lag) / Double(lags)
        let weight = share <= 0.5 ? 1 : 2 * (1 - share)
        slope += 2 * weight * Double(lag) * covariances[lag]
        variance += 2 * weight * covariances[lag]
    }
    let ratio = slope / variance
    // (2 G² / (2 g²) × n)^(1/3); no longer than 3 √n, nor than a third of the sample.
    let cube = ratio * ratio * size
    let most = min(3 * root, size / 3)
    guard cube.isFinite, cube > 1 else { return 1 }
    return min(exponential(logarithm(cube) / 3), most)
}
