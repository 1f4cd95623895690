import KBotModel

/// Wilder's average true range (ATR) of bars.
///
/// The true range is the largest of high − low, |high − previous close| and |low − previous close|. As in TA-Lib the first
/// bar only gives the previous close: the first figure stands after N + 1 bars, as the mean of N true ranges, and is then
/// smoothed as `(atr·(N − 1) + trueRange) / N`, rounded at every bar to 1/1,000,000 unit.
public struct AverageTrueRange: Indicator, Hashable {
    /// N: the smoothing length.
    public let period: Int

    private var previousClose: Int64?
    private var average: WilderAverage

    /// Makes an average of smoothing length `period`, at least 1.
    public init(period: Int) {
        self.period = period
        average = WilderAverage(period: period)
    }

    /// Whether N + 1 bars were taken in.
    public var isReady: Bool { average.isReady }

    /// The average in 1/1,000,000 of a price unit; nil until N + 1 bars were taken in.
    public var value: Int64? { isReady ? average.average : nil }

    /// Takes in a bar with prices within ±10^12.
    public mutating func add(_ bar: Bar) {
        checkPrices(bar)
        if let previousClose {
            average.add(max(bar.high, previousClose) - min(bar.low, previousClose))
        }
        previousClose = bar.close
    }

    /// Forgets every bar.
    public mutating func reset() { self = Self(period: period) }
}

/// Wilder's relative strength index (RSI) of a series.
///
/// 100·G / (G + L), with G and L Wilder's averages of the rises and falls between neighbours, each held in 1/1,000,000 unit.
/// A series that has not moved at all stands at 50: without trades it is neither over-bought nor over-sold. (TA-Lib says 0.)
public struct RelativeStrengthIndex: Indicator, Hashable {
    /// N: the smoothing length.
    public let period: Int

    private var previous: Int64?
    private var gains: WilderAverage
    private var losses: WilderAverage

    /// Makes an index of smoothing length `period`, at least 1.
    public init(period: Int) {
        self.period = period
        gains = WilderAverage(period: period)
        losses = WilderAverage(period: period)
    }

    /// Whether N + 1 inputs were taken in.
    public var isReady: Bool { gains.isReady }

    /// The index in 1/10,000: 0…1,000,000 stands for 0…100; nil until N + 1 inputs were taken in.
    ///
    /// Rounded to nearest, halves up.
    public var value: Int64? {
        guard isReady else { return nil }
        let total = Int128(gains.average) + Int128(losses.average)
        guard total > 0 else { return 500_000 }
        return Int64(roundDivide(Int128(gains.average) * 1_000_000, by: total))
    }

    /// Takes in an input, |input| ≤ 10^12.
    public mutating func add(_ input: Int64) {
        checkInput(input)
        if let previous {
            gains.add(max(input - previous, 0))
            losses.add(max(previous - input, 0))
        }
        previous = input
    }

    /// Forgets every input.
    public mutating func reset() { self = Self(period: period) }
}

/// The change of a series against the input N before (ROC), in percent.
public struct RateOfChange: Indicator, Hashable {
    /// N: how many inputs back the series is compared with.
    public let period: Int

    private var window: Window
    private var base: Int64?
    private var newest: Int64 = 0

    /// Makes a rate of change over `period` inputs, at least 1.
    public init(period: Int) {
        checkPeriod(period, from: 1)
        self.period = period
        window = Window(period: period)
    }

    /// Whether N + 1 inputs were taken in. Even then there is no value while the input N before is 0.
    public var isReady: Bool { base != nil }

    /// 100·(newest − base) / base in 1/1,000,000 of a percent, with the base N inputs before; nil until N + 1 inputs were
    /// taken in, and nil while the base is 0.
    ///
    /// Rounded to nearest, halves up. A rise beyond 9·10^12 percent, from next to nothing, gives the largest integer, and
    /// such a fall the smallest.
    public var value: Int64? {
        guard let base, base != 0 else { return nil }
        let change = Int128(newest - base) * 100 * Int128(IndicatorScale.micro)
        return Int64(clamping: roundDivide(base < 0 ? -change : change, by: Int128(base.magnitude)))
    }

    /// Takes in an input, |input| ≤ 10^12.
    public mutating func add(_ input: Int64) {
        checkInput(input)
        let isFull = window.isFull
        let leaving = window.push(input)
        if isFull { base = leaving }
        newest = input
    }

    /// Forgets every input.
    public mutating func reset() { self = Self(period: period) }
}
