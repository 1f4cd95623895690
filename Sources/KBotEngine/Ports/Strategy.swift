public import KBotModel

/// A trading idea: hears closed candles, answers with an intent or a reason for having none.
///
/// Strategies never act. Sizing, limits, orders, stops and targets are the engine's. Native strategies and Lua scripts
/// stand behind this same port.
public protocol Strategy: AnyObject {
    /// Unique name in the run.
    var name: StrategyName { get }
    /// The author's version.
    var version: String { get }
    /// What the engine must prepare.
    var needs: StrategyNeeds { get }
    /// Which of the optional callbacks below the strategy wants to hear.
    var callbacks: StrategyCallbacks { get }

    /// Called once before the first event.
    func onStart(at time: Timestamp)
    /// A candle closed and every indicator is ready.
    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision
    /// A public trade.
    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision?
    /// An order of this strategy was filled.
    func onFill(_ fill: Fill, role: OrderRole, _ context: borrowing StrategyContext)
    /// A market was decided.
    func onSettle(_ settlement: Settlement, _ context: borrowing StrategyContext)
    /// Called once after the last event.
    func onStop(at time: Timestamp)
    /// Takes the messages the strategy wants told since the last call.
    func takeMessages() -> [StrategyMessage]
}

extension Strategy {
    /// Nothing to do.
    public func onStart(at time: Timestamp) {}
    /// No opinion.
    public func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? { nil }
    /// Nothing to do.
    public func onFill(_ fill: Fill, role: OrderRole, _ context: borrowing StrategyContext) {}
    /// Nothing to do.
    public func onSettle(_ settlement: Settlement, _ context: borrowing StrategyContext) {}
    /// Nothing to do.
    public func onStop(at time: Timestamp) {}
    /// Nothing to tell.
    public func takeMessages() -> [StrategyMessage] { [] }
}

/// Something a strategy wants told.
public enum StrategyMessage: Hashable, Sendable {
    /// A line for the log.
    case log(String)
    /// An error: the callback yielded nothing.
    case failure(String)
}

/// The callbacks a strategy hears besides closed candles.
public struct StrategyCallbacks: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Public trades.
    public static let trade = StrategyCallbacks(rawValue: 1)
    /// Fills of its own orders.
    public static let fill = StrategyCallbacks(rawValue: 2)
    /// Settlements.
    public static let settle = StrategyCallbacks(rawValue: 4)
}

/// What a strategy needs prepared before any data is read.
public struct StrategyNeeds: Sendable {
    /// Candle length.
    public var interval: CandleInterval
    /// Indicators over the candles' closes, by the name the strategy reads them with.
    public var indicators: [(name: String, spec: IndicatorSpec)]

    /// Makes needs.
    public init(interval: CandleInterval, indicators: [(name: String, spec: IndicatorSpec)]) {
        self.interval = interval
        self.indicators = indicators
    }

    /// Candles that must close before the strategy is asked.
    public var warmUp: Int { indicators.map(\.spec.warmUp).max() ?? 1 }
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

/// What a strategy sees of the world at one moment: only what was public at the event's time.
public struct StrategyContext: ~Copyable {
    /// The event's time.
    public let now: Timestamp
    /// The market's facts.
    public let market: Market
    /// Best bid and ask, from the book or, without one, from the last trades.
    public let touch: Touch
    /// Price of the last trade.
    public let lastPrice: Price?
    /// The indicators asked for, up to date with the candle.
    public let indicators: IndicatorSet
    /// The strategy's position in this market.
    public let position: PositionView?
    /// The account.
    public let account: AccountView
}

/// A position as strategies and rules see it.
public struct PositionView: Hashable, Sendable {
    /// Direction in YES terms.
    public let direction: Direction
    /// Contracts.
    public let count: Quantity
    /// Average entry, YES price in 1/10,000 dollar, rounded towards zero.
    public let averageEntry: Price
    /// Planned prices.
    public let plan: TradePlan
}

/// The account as strategies and rules see it.
public struct AccountView: Hashable, Sendable {
    /// Equity now, open positions at the exit touch.
    public let equity: Money
    /// Equity at 00:00 UTC.
    public let capital: Money
    /// Cash not tied up in positions or resting entries.
    public let cash: Money
    /// What settlement could take, resting entries included.
    public let exposure: Money
    /// Profit of the UTC day after fees, open positions included.
    public let dayPnL: Money
    /// Losing trades in a row.
    public let losingStreak: Int
    /// Positions open and entries pending.
    public let openPositions: Int

    /// Makes a view; for tests and sample data.
    public init(
        equity: Money,
        capital: Money,
        cash: Money,
        exposure: Money,
        dayPnL: Money,
        losingStreak: Int,
        openPositions: Int
    ) {
        self.equity = equity
        self.capital = capital
        self.cash = cash
        self.exposure = exposure
        self.dayPnL = dayPnL
        self.losingStreak = losingStreak
        self.openPositions = openPositions
    }
}
