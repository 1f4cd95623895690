public import KBotModel

/// Everything a run can set about the engine.
public struct EngineConfiguration: Hashable, Codable, Sendable {
    /// Equity at the start of the account's life.
    public var initialCapital = Money(dollars: 1_000)
    /// Limits on entries.
    public var limits = RiskLimits()
    /// How many contracts a signal gets.
    public var sizing = Sizing.risk
    /// What fires a stop.
    public var stopTrigger = StopTrigger.confirm
    /// Candles after which an unfilled entry is cancelled.
    public var entryTimeToLive = 3
    /// Leave positions this long before the close; nil lets them run into settlement.
    public var exitBeforeClose: TimeSpan?
    /// How long after its end a candle waits for late trades.
    public var candleGrace = TimeSpan.zero
    /// What strategies may use of the account, by name: their share-based limits count from it, and their exposure stays
    /// within it.
    public var budgets: [StrategyName: RiskLimits.Amount] = [:]
    /// Whether the trades of open markets are kept, so that a new version of a strategy can ask for other candles.
    public var keepsTrades = false

    /// Makes the defaults.
    public init() {}
}

/// How many contracts a signal gets.
public enum Sizing: Hashable, Codable, Sendable {
    /// As many whole contracts as the risk per trade allows.
    case risk
    /// Always this many; a signal's own count wins.
    case fixed(Quantity)
}

/// What fires a stop.
public enum StopTrigger: String, Hashable, Codable, Sendable, CaseIterable {
    /// The touch on the exit side, confirmed by the last trade or the mid.
    case confirm
    /// The touch on the exit side alone.
    case touch
    /// The last trade alone.
    case last
    /// The mid alone.
    case mid
}

/// The limits every entry must pass; nil switches one off (replay, backtest and sweep only).
public struct RiskLimits: Hashable, Codable, Sendable {
    /// A limit in dollars or as a share of capital.
    public enum Amount: Hashable, Codable, Sendable, CustomStringConvertible {
        /// Hundredths of a percent of capital: 200 = 2 %.
        case share(basisPoints: Int64)
        /// Dollars.
        case dollars(Money)

        /// The limit in money.
        public func money(of capital: Money) -> Money {
            switch self {
            case .share(let basisPoints): max(.zero, capital).share(basisPoints: basisPoints)
            case .dollars(let money): money
            }
        }

        /// `20%` or `50.00`.
        public var description: String {
            switch self {
            case .share(let basisPoints):
                basisPoints % 100 == 0 ? "\(basisPoints / 100)%" : "\(formatDecimal(basisPoints, fractionDigits: 2))%"
            case .dollars(let money): "$\(formatDecimal(money.units / 10_000, fractionDigits: 2))"
            }
        }
    }

    /// How long the pause after a losing streak lasts.
    public enum Pause: Hashable, Codable, Sendable, CustomStringConvertible {
        /// A span from the last loss.
        case span(TimeSpan)
        /// Until the next UTC day.
        case day
        /// Until the operator resumes.
        case manual

        /// `60m`, `day` or `manual`.
        public var description: String {
            switch self {
            case .span(let span): span.description
            case .day: "day"
            case .manual: "manual"
            }
        }
    }

    /// Loss one trade may make at its stop, of equity.
    public var riskPerTrade: Amount? = .share(basisPoints: 200)
    /// Loss of one UTC day, of capital.
    public var dailyLoss: Amount? = .share(basisPoints: 1_000)
    /// What settlement could take at most, of capital.
    public var maxExposure: Amount? = .share(basisPoints: 2_000)
    /// Positions and pending entries at one time.
    public var maxPositions: Int? = 2
    /// Losing trades in a row that begin a pause.
    public var circuitBreakerLosses: Int? = 3
    /// How long that pause lasts.
    public var circuitBreakerPause = Pause.span(.minutes(60))
    /// Least reward divided by risk, in 1/10,000.
    public var minRewardRisk: Int64? = 20_000
    /// Least time to the market's close.
    public var minTimeToClose: TimeSpan? = .minutes(8)
    /// How far an order may lie through the touch.
    public var priceCollar: PriceDelta? = PriceDelta(cents: 10)
    /// Entry orders in any minute.
    public var ordersPerMinute: Int? = 60

    /// Makes the defaults.
    public init() {}
}
