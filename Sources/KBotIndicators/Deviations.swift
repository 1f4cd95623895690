/// The population standard deviation of the last N inputs, exact up to one final rounding.
public struct StandardDeviation: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    private var moments: WindowMoments

    /// Makes a deviation over `period` inputs, at least 2.
    public init(period: Int) {
        checkPeriod(period, from: 2)
        self.period = period
        moments = WindowMoments(period: period)
    }

    /// Whether the window is full.
    public var isReady: Bool { moments.isFull }

    /// The deviation in 1/1,000,000 of the input's unit, rounded to nearest, halves up; nil until the window is full.
    ///
    /// With V = N²·σ² it is ⌊(2·10⁶·√V + N) / 2N⌋, and taking the root's floor first changes nothing.
    public var value: Int64? {
        guard isReady else { return nil }
        let micro = UInt128(IndicatorScale.micro)
        let doubled = squareRoot(ofProduct: UInt128(moments.spread), 4 * micro * micro)
        return Int64((doubled + UInt128(period)) / (2 * UInt128(period)))
    }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) { moments.add(input) }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}

/// How many population standard deviations the newest input lies from the mean of the last N, itself included.
///
/// Exact up to one final rounding. A window of equal inputs gives 0: its newest input lies at the mean, and there is no
/// deviation to measure by. The newest input being one of the N, the figure stays within ±√(N − 1).
public struct ZScore: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    private var moments: WindowMoments
    private var newest: Int64 = 0

    /// Makes a score over `period` inputs, at least 2.
    public init(period: Int) {
        checkPeriod(period, from: 2)
        self.period = period
        moments = WindowMoments(period: period)
    }

    /// Whether the window is full.
    public var isReady: Bool { moments.isFull }

    /// (newest − mean) / σ in 1/10,000, rounded to nearest, halves away from zero; nil until the window is full.
    ///
    /// With D = N·x − Σ and V = N²·σ² it is D / √V, so its doubled magnitude is the root of 4·10⁸·D² / V.
    public var value: Int64? {
        guard isReady else { return nil }
        let spread = UInt128(moments.spread)
        guard spread > 0 else { return 0 }
        let distance = Int64(period) * newest - moments.sum
        // D² ≤ (N − 1)·V. The factor of 20,000² comes in two steps: a remainder is below V ≤ 10^34, so each fits.
        var (ratio, rest) = (UInt128(distance.magnitude) * UInt128(distance.magnitude))
            .quotientAndRemainder(dividingBy: spread)
        for _ in 0..<2 {
            let step = (rest * 20_000).quotientAndRemainder(dividingBy: spread)
            ratio = ratio * 20_000 + step.quotient
            rest = step.remainder
        }
        let magnitude = Int64((squareRoot(of: ratio) + 1) / 2)
        return distance < 0 ? -magnitude : magnitude
    }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) {
        moments.add(input)
        newest = input
    }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}
