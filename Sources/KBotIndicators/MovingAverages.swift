/// The mean of the last N inputs (SMA), exact up to one final rounding.
public struct SimpleMovingAverage: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    private var window: Window
    private var sum: Int64 = 0

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
        return Int64(roundDivide(Int128(sum) * Int128(IndicatorScale.micro), by: Int128(period)))
    }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) {
        checkInput(input)
        sum += input - window.push(input)
    }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}

/// The exponential moving average (EMA) with weight 2 / (N + 1), started with the mean of the first N inputs.
///
/// The figure is held in 1/1,000,000 of the input's unit and rounded to nearest, halves up, at every input:
/// `ema ← round((2·x + (N − 1)·ema) / (N + 1))`. The roundings fade like the inputs do: the figure is never further than
/// (N + 1)/4 millionths from the exact one.
public struct ExponentialMovingAverage: Indicator, Hashable {
    /// N: the smoothing length.
    public let period: Int

    private var count = 0
    private var sum: Int64 = 0
    private var average: Int64 = 0

    /// Makes an average of smoothing length `period`, at least 1.
    public init(period: Int) {
        checkPeriod(period, from: 1)
        self.period = period
    }

    /// Whether N inputs were taken in.
    public var isReady: Bool { count == period }

    /// The average in 1/1,000,000 of the input's unit; nil until N inputs were taken in.
    public var value: Int64? { isReady ? average : nil }

    /// Takes in an input, |input| ≤ 10^12.
    public mutating func add(_ input: Int64) {
        checkInput(input)
        guard count < period else {
            average = blend(average, weight: Int64(period - 1), with: input * IndicatorScale.micro, weight: 2)
            return
        }
        sum += input
        count += 1
        if isReady {
            average = Int64(roundDivide(Int128(sum) * Int128(IndicatorScale.micro), by: Int128(period)))
        }
    }

    /// Forgets every input.
    public mutating func reset() { self = Self(period: period) }
}

/// Wilder's smoothing: the mean of the first N inputs, then `(average·(N − 1) + x) / N`.
///
/// Held in 1/1,000,000 of the input's unit and rounded to nearest, halves up, at every input.
struct WilderAverage: Hashable, Sendable {
    let period: Int
    private(set) var isReady = false
    private(set) var average: Int64 = 0
    private var count = 0
    private var sum: Int64 = 0

    init(period: Int) {
        checkPeriod(period, from: 1)
        self.period = period
    }

    mutating func add(_ input: Int64) {
        guard !isReady else {
            average = blend(average, weight: Int64(period - 1), with: input * IndicatorScale.micro, weight: 1)
            return
        }
        sum += input
        count += 1
        if count == period {
            isReady = true
            average = Int64(roundDivide(Int128(sum) * Int128(IndicatorScale.micro), by: Int128(period)))
        }
    }
}
