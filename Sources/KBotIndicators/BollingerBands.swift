import KBotModel

/// Bollinger bands over the last N closes, the newest included: mean ± k population standard deviations, exact.
///
/// With Σ the sum of the window and V = N·Σx² − Σ², the lower band is (Σ − k·√V) / N. Running integer sums never drift, and
/// whether a value lies outside a band is decided by comparing squares: no root is taken and nothing is rounded.
///
/// Nothing is carried over between contracts: each market has bands of its own.
public struct BollingerBands: Hashable, Sendable {
    /// N: how many closes the window holds.
    public let period: Int
    /// k, in 1/10,000: 20,000 stands for 2.0.
    public let deviations: Int64
    /// How many closes the window holds now; at most ``period``.
    public private(set) var count = 0

    /// The last closes, a ring; zeros where nothing was added yet, so that they leave without a trace.
    private var closes: [Int64]
    private var next = 0
    private var sum: Int64 = 0
    private var squares: Int128 = 0

    // k as a fraction in lowest terms, squared.
    private let numerator: UInt64
    private let numeratorSquared: UInt64
    private let denominator: UInt64
    private let denominatorSquared: UInt64

    // While Σx² and x stay within these, every intermediate of the test fits 64 bits.
    private let narrowSquares: Int128
    private let narrowInput: UInt64

    /// Makes empty bands of `period` closes (2…100,000) and `deviations` in 1/10,000 (0…1,000,000, that is 100 σ).
    public init(period: Int, deviations: Int64) {
        checkPeriod(period, from: 2)
        precondition(
            (0...1_000_000).contains(deviations),
            "Condition failed: bands lie between 0 and 100 standard deviations from the mean"
        )
        self.period = period
        self.deviations = deviations
        closes = Array(repeating: 0, count: period)
        let divisor = greatestCommonDivisor(UInt64(deviations), 10_000)
        numerator = UInt64(deviations) / divisor
        numeratorSquared = numerator * numerator
        denominator = 10_000 / divisor
        denominatorSquared = denominator * denominator
        narrowSquares = (1 << 60) / Int128(period)
        narrowInput = (1 << 30) / UInt64(period)
    }

    /// Whether the window is full; before, nothing lies outside the bands.
    public var isFull: Bool { count == period }

    /// Takes in a close, in any integer unit, |close| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ close: Int64) {
        checkInput(close)
        let leaving = closes[next]
        closes[next] = close
        next += 1
        if next == period { next = 0 }
        if count < period { count += 1 }
        sum += close - leaving
        if (close.magnitude | leaving.magnitude) < 1 << 31 {
            squares += Int128(close * close - leaving * leaving)
        } else {
            squares += Int128(close) * Int128(close) - Int128(leaving) * Int128(leaving)
        }
    }

    /// Whether `x` lies strictly below the lower band; false on a tie and while the window is not full. |x| ≤ 10^12.
    public func isBelowLower(_ x: Int64) -> Bool {
        guard isFull else { return false }
        guard fitsNarrow(x) else { return isWideOutside(Int128(sum) - Int128(period) * Int128(x), x) }
        let distance = sum - Int64(period) * x
        return distance > 0 && isNarrowOutside(distance)
    }

    /// Whether `x` lies strictly above the upper band; false on a tie and while the window is not full. |x| ≤ 10^12.
    public func isAboveUpper(_ x: Int64) -> Bool {
        guard isFull else { return false }
        guard fitsNarrow(x) else { return isWideOutside(Int128(period) * Int128(x) - Int128(sum), x) }
        let distance = Int64(period) * x - sum
        return distance > 0 && isNarrowOutside(distance)
    }

    /// The bands in 1/10,000 of the input's unit (for contract prices 10⁻⁶ cent); nil until the window is full.
    ///
    /// The lower band is rounded up and the upper one down, so that comparing an input, scaled by 10,000, with them decides
    /// exactly as ``isBelowLower(_:)`` and ``isAboveUpper(_:)`` do.
    public var values: BandValues? {
        guard isFull else { return nil }
        let scale: Int128 = 10_000
        let reach = squareRoot(
            ofProduct: UInt128(variance),
            UInt128(numeratorSquared) * UInt128(scale * scale)
        )
        let centre = scale * Int128(denominator) * Int128(sum)
        let width = Int128(denominator) * Int128(period)
        return BandValues(
            lower: Int64(ceilDivide(centre - Int128(reach), by: width)),
            middle: Int64(roundDivide(scale * Int128(sum), by: Int128(period))),
            upper: Int64(floorDivide(centre + Int128(reach), by: width))
        )
    }

    /// Empties the window.
    public mutating func reset() {
        for index in closes.indices { closes[index] = 0 }
        next = 0
        count = 0
        sum = 0
        squares = 0
    }

    /// V = N·Σx² − Σ², never negative.
    private var variance: Int128 { Int128(period) * squares - Int128(sum) * Int128(sum) }

    @inline(__always)
    private func fitsNarrow(_ x: Int64) -> Bool { squares <= narrowSquares && x.magnitude <= narrowInput }

    /// distance² > k²·V, with a product of 128 bits on each side.
    @inline(__always)
    private func isNarrowOutside(_ distance: Int64) -> Bool {
        let variance = (Int64(period) * Int64(truncatingIfNeeded: squares) - sum * sum).magnitude
        let left = (distance * distance).magnitude.multipliedFullWidth(by: denominatorSquared)
        let right = variance.multipliedFullWidth(by: numeratorSquared)
        return left.high > right.high || (left.high == right.high && left.low > right.low)
    }

    /// The same with 256 bits, for spot prices and extreme windows.
    @inline(never)
    private func isWideOutside(_ distance: Int128, _ x: Int64) -> Bool {
        checkInput(x)
        guard distance > 0 else { return false }
        let left = (distance * distance).magnitude.multipliedFullWidth(by: UInt128(denominatorSquared))
        let right = variance.magnitude.multipliedFullWidth(by: UInt128(numeratorSquared))
        return left.high > right.high || (left.high == right.high && left.low > right.low)
    }
}

extension BollingerBands: Indicator {
    /// Whether the window is full.
    public var isReady: Bool { isFull }
}

/// The three bands in 1/10,000 of the input's unit.
public struct BandValues: Hashable, Sendable {
    /// The lower band, rounded up.
    public let lower: Int64
    /// The mean, rounded to nearest, halves up.
    public let middle: Int64
    /// The upper band, rounded down.
    public let upper: Int64

    /// Makes band values.
    public init(lower: Int64, middle: Int64, upper: Int64) {
        self.lower = lower
        self.middle = middle
        self.upper = upper
    }
}

private func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
