public import KBotModel

/// What a strategy sees of the world at one moment: only what was public at the event's time.
public struct StrategyContext: ~Copyable {
    /// The event's time.
    public internal(set) var now: Timestamp
    /// The market.
    public internal(set) var view: MarketView
    /// The indicators asked for, up to date with the candle.
    public let indicators: IndicatorSet
    /// The strategy's position in this market.
    public let position: PositionView?
    /// The account.
    public internal(set) var account: AccountView

    /// Makes a context; for tests, and for trying a strategy on sample data.
    public init(
        now: Timestamp,
        view: MarketView,
        indicators: IndicatorSet,
        position: PositionView?,
        account: AccountView
    ) {
        self.now = now
        self.view = view
        self.indicators = indicators
        self.position = position
        self.account = account
    }

    /// The market's facts.
    public var market: Market { view.facts }
    /// Best bid and ask, from the book or, without one, from the last trades.
    public var touch: Touch { view.touch }
    /// Price of the last trade.
    public var lastPrice: Price? { view.lastPrice }
}

/// What a rule may look at.
public struct RuleContext: ~Copyable {
    /// The event's time.
    public let now: Timestamp
    /// The market.
    public let view: MarketView
    /// The position in this market, of whatever strategy.
    public let position: PositionView?
    /// The account.
    public let account: AccountView

    /// Makes a context; for tests, and for trying a rule on sample data.
    public init(now: Timestamp, view: MarketView, position: PositionView? = nil, account: AccountView) {
        self.now = now
        self.view = view
        self.position = position
        self.account = account
    }

    /// The market's facts.
    public var market: Market { view.facts }
    /// Best bid and ask.
    public var touch: Touch { view.touch }
}

/// One market as strategies and rules see it.
public struct MarketView: Sendable {
    /// The market's facts.
    @inlinable public var facts: Market { shared.facts }
    @usableFromInline let shared: SharedMarket
    /// Best bid and ask, from the book or, without one, from the last trades.
    public internal(set) var touch: Touch
    /// Price of the last trade.
    public internal(set) var lastPrice: Price?
    /// The book; nil when the feed has none.
    public let book: OrderBook?
    /// When anything was last heard of the market.
    public internal(set) var lastHeard: Timestamp
    /// What settlement could take in all markets on the same underlying, resting entries included.
    public let exposure: Money

    /// Makes a view.
    public init(
        facts: Market,
        touch: Touch,
        lastPrice: Price? = nil,
        book: OrderBook? = nil,
        lastHeard: Timestamp,
        exposure: Money = .zero
    ) {
        self.init(
            shared: SharedMarket(facts),
            touch: touch,
            lastPrice: lastPrice,
            book: book,
            lastHeard: lastHeard,
            exposure: exposure
        )
    }

    init(
        shared: SharedMarket,
        touch: Touch,
        lastPrice: Price?,
        book: OrderBook?,
        lastHeard: Timestamp,
        exposure: Money
    ) {
        self.shared = shared
        self.touch = touch
        self.lastPrice = lastPrice
        self.book = book
        self.lastHeard = lastHeard
        self.exposure = exposure
    }
}

/// A market's facts, in one place for everybody who looks at them: a view is made for each candle, and the facts are many.
@usableFromInline
final class SharedMarket: Sendable {
    @usableFromInline let facts: Market

    init(_ facts: Market) { self.facts = facts }
}

/// A position as strategies and rules see it.
public struct PositionView: Hashable, Sendable {
    /// Strategy that entered.
    public let strategy: StrategyName
    /// Direction in YES terms.
    public let direction: Direction
    /// Contracts.
    public let count: Quantity
    /// Average entry, YES price in 1/10,000 dollar, rounded towards zero.
    public let averageEntry: Price
    /// Planned prices.
    public let plan: TradePlan

    /// Makes a view.
    public init(
        strategy: StrategyName,
        direction: Direction,
        count: Quantity,
        averageEntry: Price,
        plan: TradePlan
    ) {
        self.strategy = strategy
        self.direction = direction
        self.count = count
        self.averageEntry = averageEntry
        self.plan = plan
    }
}

/// A fill of one of kbot's orders, as strategies and rules hear of it.
public struct FillNews: Hashable, Sendable {
    /// The fill.
    public let fill: Fill
    /// What the order was for.
    public let role: OrderRole
    /// Strategy whose order it was.
    public let strategy: StrategyName
    /// Net P&L of the trade, when this fill made it flat; nil otherwise.
    ///
    /// When the rest of an entry fills after that, before its cancel arrives, the fill that makes the trade flat again tells
    /// what came since: the figures of a trade add up to its own.
    public let netPnL: Money?

    /// Makes news.
    public init(fill: Fill, role: OrderRole, strategy: StrategyName, netPnL: Money?) {
        self.fill = fill
        self.role = role
        self.strategy = strategy
        self.netPnL = netPnL
    }
}

/// The end of a market, as strategies and rules hear of it.
public struct SettlementNews: Hashable, Sendable {
    /// How it was decided.
    public let settlement: Settlement
    /// Net P&L of the hearer's trades that ended by it (for a rule: of all); nil when there was none.
    public let netPnL: Money?

    /// Makes news.
    public init(settlement: Settlement, netPnL: Money?) {
        self.settlement = settlement
        self.netPnL = netPnL
    }
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
