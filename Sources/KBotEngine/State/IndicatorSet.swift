public import KBotIndicators
public import KBotModel

/// An indicator a strategy asks for by name.
public enum IndicatorSpec: Hashable, Sendable {
    /// Bollinger bands over closes: candles, and population standard deviations in 1/10,000.
    case bollinger(period: Int, deviations: Int64)
    /// Simple moving average of closes.
    case sma(period: Int)
    /// Exponential moving average of closes.
    case ema(period: Int)
    /// Linearly weighted moving average of closes.
    case wma(period: Int)
    /// Average of typical prices, weighted with volume.
    case vwap(period: Int)
    /// Wilder's average true range.
    case atr(period: Int)
    /// Population standard deviation of closes.
    case stddev(period: Int)
    /// Highest high.
    case highest(period: Int)
    /// Lowest low.
    case lowest(period: Int)
    /// Wilder's relative strength index of closes.
    case rsi(period: Int)
    /// Distance of the close from the mean of closes, in population standard deviations.
    case zscore(period: Int)
    /// Percent by which the close changed against the one `period` candles before.
    case roc(period: Int)

    /// Candles after which the indicator has a value; with some, such as ``vwap(period:)``, there may be none even then.
    public var warmUp: Int {
        switch self {
        case .bollinger(let period, _), .sma(let period), .ema(let period), .wma(let period), .vwap(let period),
            .stddev(let period), .highest(let period), .lowest(let period), .zscore(let period):
            period
        case .atr(let period), .rsi(let period), .roc(let period): period + 1
        }
    }

    /// Whether the figure is a price or a distance between prices; the others are plain numbers.
    public var isPrice: Bool {
        switch self {
        case .bollinger, .sma, .ema, .wma, .vwap, .atr, .stddev, .highest, .lowest: true
        case .rsi, .zscore, .roc: false
        }
    }

    /// What divides ``IndicatorSet/value(at:)``, or the bands, to give what people read.
    ///
    /// Prices of contracts come out in cents; those of underlyings come out in dollars when divided by 100 more. A relative
    /// strength index comes out in points from 0 to 100, a z-score in standard deviations, a rate of change in percent.
    public var scale: Int64 {
        switch self {
        case .bollinger: 100 * 10_000
        case .sma, .ema, .wma, .vwap, .atr, .stddev, .highest, .lowest: 100 * IndicatorScale.micro
        case .rsi, .zscore: 10_000
        case .roc: IndicatorScale.micro
        }
    }
}

/// The indicators of one strategy in one market or underlying, fed with closed candles, and the last candles themselves.
public final class IndicatorSet {
    /// One indicator and its state.
    public enum State: Sendable {
        /// Bollinger bands.
        case bollinger(BollingerBands)
        /// Simple moving average.
        case sma(SimpleMovingAverage)
        /// Exponential moving average.
        case ema(ExponentialMovingAverage)
        /// Linearly weighted moving average.
        case wma(WeightedMovingAverage)
        /// Volume-weighted average price.
        case vwap(VolumeWeightedAverage)
        /// Average true range.
        case atr(AverageTrueRange)
        /// Standard deviation.
        case stddev(StandardDeviation)
        /// Highest high.
        case highest(Highest)
        /// Lowest low.
        case lowest(Lowest)
        /// Relative strength index.
        case rsi(RelativeStrengthIndex)
        /// Z-score.
        case zscore(ZScore)
        /// Rate of change.
        case roc(RateOfChange)
    }

    /// All that a candle changes, together: a class checks each access to a property, and this is one for a candle.
    private struct Figures {
        var states: [State]
        var history: BarHistory
        var remaining: Int

        mutating func add(_ bar: Bar) {
            if remaining > 0 { remaining -= 1 }
            for index in states.indices { states[index].add(bar) }
        }
    }

    private var figures: Figures

    /// Makes fresh indicators that keep as many candles as the needs say.
    public init(_ needs: StrategyNeeds) {
        figures = Figures(
            states: needs.indicators.map { State($0.spec) },
            history: BarHistory(capacity: needs.history),
            // Without indicators there is nothing to wait for.
            remaining: needs.indicators.isEmpty ? 0 : needs.warmUp
        )
    }

    /// The indicators, in the order asked for.
    public var states: [State] { figures.states }

    /// The last closed candles, oldest first; as many as were asked for.
    public var history: BarHistory { figures.history }

    /// Whether as many candles were taken in as the indicators need. A history need not be full for that.
    public var isReady: Bool { figures.remaining <= 0 }

    /// Takes in a closed candle of a contract.
    public func add(_ candle: Candle) { add(ClosedBar(candle)) }

    /// Takes in a closed candle of an underlying.
    public func add(_ candle: SpotCandle) { add(ClosedBar(candle)) }

    /// Takes in a closed candle.
    public func add(_ closed: ClosedBar) {
        if figures.history.capacity > 0 { figures.history.add(closed) }
        figures.add(closed.bar)
    }

    /// Takes in prices and volume only: they move the indicators, and the history, which tells times, stays as it is.
    public func add(_ bar: Bar) { figures.add(bar) }
}

extension IndicatorSet {
    /// The Bollinger bands at a place of the strategy's list; nil when something else stands there.
    public func bollinger(at index: Int) -> BollingerBands? {
        guard case .bollinger(let bands) = figures.states[index] else { return nil }
        return bands
    }

    /// The band values at a place of the strategy's list, in 1/10,000 of a price unit; nil until full.
    public func bands(at index: Int) -> BandValues? {
        guard case .bollinger(let bands) = figures.states[index] else { return nil }
        return bands.values
    }

    /// The value of a plain indicator; nil until ready, for bands, and where there is none: `vwap` without volume, `roc`
    /// against a close of 0.
    ///
    /// `sma`, `ema`, `wma`, `vwap`, `atr`, `stddev`, `highest` and `lowest` are in 1/1,000,000 of a price unit, `rsi` in
    /// 1/10,000 of a point, `zscore` in 1/10,000 of a standard deviation, `roc` in 1/1,000,000 of a percent:
    /// ``IndicatorSpec/scale`` is what to divide by.
    public func value(at index: Int) -> Int64? {
        switch figures.states[index] {
        case .bollinger: nil
        case .sma(let average): average.value
        case .ema(let average): average.value
        case .wma(let average): average.value
        case .vwap(let average): average.value
        case .atr(let range): range.value
        case .stddev(let deviation): deviation.value
        case .highest(let highest): highest.value
        case .lowest(let lowest): lowest.value
        case .rsi(let strength): strength.value
        case .zscore(let score): score.value
        case .roc(let rate): rate.value
        }
    }
}

extension IndicatorSet.State {
    fileprivate init(_ spec: IndicatorSpec) {
        switch spec {
        case .bollinger(let period, let deviations):
            self = .bollinger(BollingerBands(period: period, deviations: deviations))
        case .sma(let period): self = .sma(SimpleMovingAverage(period: period))
        case .ema(let period): self = .ema(ExponentialMovingAverage(period: period))
        case .wma(let period): self = .wma(WeightedMovingAverage(period: period))
        case .vwap(let period): self = .vwap(VolumeWeightedAverage(period: period))
        case .atr(let period): self = .atr(AverageTrueRange(period: period))
        case .stddev(let period): self = .stddev(StandardDeviation(period: period))
        case .highest(let period): self = .highest(Highest(period: period))
        case .lowest(let period): self = .lowest(Lowest(period: period))
        case .rsi(let period): self = .rsi(RelativeStrengthIndex(period: period))
        case .zscore(let period): self = .zscore(ZScore(period: period))
        case .roc(let period): self = .roc(RateOfChange(period: period))
        }
    }

    /// Takes the indicator out, changes it and puts it back, so that the ring inside is changed in place.
    fileprivate mutating func add(_ bar: Bar) {
        switch consume self {
        case .bollinger(var bands):
            bands.add(bar.close)
            self = .bollinger(bands)
        case .sma(var average):
            average.add(bar.close)
            self = .sma(average)
        case .ema(var average):
            average.add(bar.close)
            self = .ema(average)
        case .wma(var average):
            average.add(bar.close)
            self = .wma(average)
        case .vwap(var average):
            average.add(bar)
            self = .vwap(average)
        case .atr(var range):
            range.add(bar)
            self = .atr(range)
        case .stddev(var deviation):
            deviation.add(bar.close)
            self = .stddev(deviation)
        case .highest(var highest):
            highest.add(bar.high)
            self = .highest(highest)
        case .lowest(var lowest):
            lowest.add(bar.low)
            self = .lowest(lowest)
        case .rsi(var strength):
            strength.add(bar.close)
            self = .rsi(strength)
        case .zscore(var score):
            score.add(bar.close)
            self = .zscore(score)
        case .roc(var rate):
            rate.add(bar.close)
            self = .roc(rate)
        }
    }
}
