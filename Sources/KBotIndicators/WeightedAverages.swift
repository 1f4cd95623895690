import KBotModel

/// The mean of the last N inputs with linear weights (WMA): N for the newest, 1 for the oldest.
///
/// Exact up to one final rounding.
public struct WeightedMovingAverage: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    private var window: Window
    private var sum: Int64 = 0
    private var weighted: Int128 = 0

    /// Makes an average over `period` inputs, at least 1.
    public init(period: Int) {
        checkPeriod(period, from: 1)
        self.period = period
        window = Window(period: period)
    }

    /// Whether the window is full.
    public var isReady: Bool { window.isFull }

    /// The mean in 1/1,000,000 of the input's unit, rounded to nearest, halves up; nil until the window is full.
    public var value: Int64? {
        guard isReady else { return nil }
        let weights = Int128(period) * Int128(period + 1) / 2
        return Int64(roundDivide(weighted * Int128(IndicatorScale.micro), by: weights))
    }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) {
        checkInput(input)
        // Every input of the window loses one weight; the leaving one had just one left.
        weighted += Int128(Int64(period) * input - sum)
        sum += input - window.push(input)
    }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}

/// The mean price of the last N bars weighted with their volume (VWAP), exact up to one final rounding.
///
/// The price of a bar is its typical price (high + low + close) / 3. The window rolls: it does not start anew with a day.
public struct VolumeWeightedAverage: Indicator, Hashable {
    /// N: how many bars the window holds.
    public let period: Int

    /// Three times the typical prices, so that they stay whole.
    private var prices: Window
    private var volumes: Window
    private var weighted: Int128 = 0
    private var volume: Int128 = 0

    /// Makes an average over `period` bars, at least 1.
    public init(period: Int) {
        checkPeriod(period, from: 1)
        self.period = period
        prices = Window(period: period)
        volumes = Window(period: period)
    }

    /// Whether the window is full. Even then there is no value while its bars have no volume.
    public var isReady: Bool { prices.isFull }

    /// The mean in 1/1,000,000 of a price unit, rounded to nearest, halves up; nil until the window is full, and nil while
    /// none of its bars has volume.
    public var value: Int64? {
        guard isReady, volume > 0 else { return nil }
        // Whole units first: with the largest prices and volumes a million times the sum would not fit.
        let divisor = 3 * volume
        let whole = floorDivide(weighted, by: divisor)
        let rest = weighted - whole * divisor
        let micro = Int128(IndicatorScale.micro)
        return Int64(whole * micro + roundDivide(rest * micro, by: divisor))
    }

    /// Takes in a bar with prices within ±10^12 and a volume of at least 0; the oldest leaves a full window.
    public mutating func add(_ bar: Bar) {
        checkPrices(bar)
        precondition(bar.volume >= 0, "Condition failed: a volume is not negative")
        let price = bar.high + bar.low + bar.close
        let leavingPrice = prices.push(price)
        let leavingVolume = volumes.push(bar.volume)
        weighted += Int128(price) * Int128(bar.volume) - Int128(leavingPrice) * Int128(leavingVolume)
        volume += Int128(bar.volume) - Int128(leavingVolume)
    }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}
