public import KBotModel

/// What a strategy needs prepared before any data is read.
public struct StrategyNeeds: Sendable {
    /// What the candles are made of.
    public var source: CandleSource
    /// Candle length.
    public var interval: CandleInterval
    /// Indicators over the candles, by the name the strategy reads them with.
    public var indicators: [(name: String, spec: IndicatorSpec)]
    /// Closed candles kept for the strategy to look back at.
    public var history: Int
    /// How often ``Strategy/onTimer(_:)`` is called, at multiples since the epoch; nil for never.
    public var timer: TimeSpan?

    /// Makes needs; candles of the underlying want a fixed interval.
    public init(
        source: CandleSource = .market,
        interval: CandleInterval,
        indicators: [(name: String, spec: IndicatorSpec)],
        history: Int = 0,
        timer: TimeSpan? = nil
    ) {
        self.source = source
        self.interval = interval
        self.indicators = indicators
        self.history = history
        self.timer = timer
    }

    /// Whether candles and indicators prepared for `other` serve these needs too.
    public func prepareTheSame(as other: StrategyNeeds) -> Bool {
        source == other.source && interval == other.interval && history <= other.history
            && indicators.map(\.name) == other.indicators.map(\.name)
            && indicators.map(\.spec) == other.indicators.map(\.spec)
    }

    /// Candles that must close before the strategy is asked.
    public var warmUp: Int { indicators.map(\.spec.warmUp).max() ?? 1 }
}

/// What a strategy's candles are made of.
public enum CandleSource: Hashable, Sendable {
    /// The trades of each market.
    case market
    /// The price of an underlying.
    case spot(SpotSymbol)
}

/// A candle length, fixed or chosen by the market's life.
public enum CandleInterval: Hashable, Sendable, CustomStringConvertible {
    /// This length.
    case fixed(TimeSpan)
    /// The longest usual length that leaves 75 candles before entries end.
    case auto

    /// The usual lengths, longest first.
    public static let usual: [TimeSpan] = [
        .minutes(15), .minutes(5), .minutes(1), .seconds(30), .seconds(15), .seconds(10), .seconds(5),
    ]

    /// The length for a market that trades for `life`, the last eight minutes without entries.
    public func resolved(life: TimeSpan) -> TimeSpan {
        switch self {
        case .fixed(let span): return span
        case .auto:
            let usable = life.microseconds - TimeSpan.minutes(8).microseconds
            return Self.usual.first { usable >= 75 * $0.microseconds } ?? .seconds(5)
        }
    }

    /// `auto` or the length.
    public var description: String {
        switch self {
        case .fixed(let span): span.description
        case .auto: "auto"
        }
    }
}
