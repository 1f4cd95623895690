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
    /// Wilder's average true range.
    case atr(period: Int)
    /// Wilder's relative strength index of closes.
    case rsi(period: Int)

    /// Candles after which the indicator has a value.
    public var warmUp: Int {
        switch self {
        case .bollinger(let period, _), .sma(let period), .ema(let period): period
        case .atr(let period), .rsi(let period): period + 1
        }
    }
}

/// The indicators of one strategy in one market, fed with closed candles.
public final class IndicatorSet {
    /// One indicator and its state.
    public enum State: Sendable {
        /// Bollinger bands.
        case bollinger(BollingerBands)
        /// Simple moving average.
        case sma(SimpleMovingAverage)
        /// Exponential moving average.
        case ema(ExponentialMovingAverage)
        /// Average true range.
        case atr(AverageTrueRange)
        /// Relative strength index.
        case rsi(RelativeStrengthIndex)

        init(_ spec: IndicatorSpec) {
            switch spec {
            case .bollinger(let period, let deviations):
                self = .bollinger(BollingerBands(period: period, deviations: deviations))
            case .sma(let period): self = .sma(SimpleMovingAverage(period: period))
            case .ema(let period): self = .ema(ExponentialMovingAverage(period: period))
            case .atr(let period): self = .atr(AverageTrueRange(period: period))
            case .rsi(let period): self = .rsi(RelativeStrengthIndex(period: period))
            }
        }
    }

    /// The indicators, in the order asked for.
    public private(set) var states: [State]
    private var remaining: Int

    /// Makes fresh indicators.
    public init(_ needs: StrategyNeeds) {
        states = needs.indicators.map { State($0.spec) }
        remaining = needs.warmUp
    }

    /// Whether every indicator has a value.
    public var isReady: Bool { remaining <= 0 }

    /// Takes in a closed candle.
    public func add(_ candle: Candle) {
        remaining -= 1
        let close = Int64(candle.close.units)
        for index in states.indices {
            // Taken out and put back, so that the array inside is changed in place.
            switch states[index] {
            case .bollinger(var bands):
                states[index] = .sma(Self.placeholder)
                bands.add(close)
                states[index] = .bollinger(bands)
            case .sma(var average):
                states[index] = .sma(Self.placeholder)
                average.add(close)
                states[index] = .sma(average)
            case .ema(var average):
                average.add(close)
                states[index] = .ema(average)
            case .atr(var range):
                range.add(candle)
                states[index] = .atr(range)
            case .rsi(var strength):
                strength.add(close)
                states[index] = .rsi(strength)
            }
        }
    }

    private static let placeholder = SimpleMovingAverage(period: 1)

    /// The Bollinger bands at a place of the strategy's list; nil when something else stands there.
    public func bollinger(at index: Int) -> BollingerBands? {
        guard case .bollinger(let bands) = states[index] else { return nil }
        return bands
    }
}

extension IndicatorSet {
    /// The band values at a place of the strategy's list, in 1/10,000 of a price unit; nil until full.
    public func bands(at index: Int) -> BandValues? {
        guard case .bollinger(let bands) = states[index] else { return nil }
        return bands.values
    }

    /// The value of a plain indicator, in 1/1,000,000 of a price unit (RSI: 1/10,000 of a point); nil until ready.
    public func value(at index: Int) -> Int64? {
        switch states[index] {
        case .bollinger: nil
        case .sma(let average): average.value
        case .ema(let average): average.value
        case .atr(let range): range.value
        case .rsi(let strength): strength.value
        }
    }
}
