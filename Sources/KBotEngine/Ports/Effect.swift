public import KBotModel

/// What the engine wants done: the only way anything gets out.
public enum Effect: Hashable, Sendable {
    /// Send a request to the venue; only the risk gates can make one.
    case send(Approved)
    /// Ask the venue what became of an order, and answer with `VenueEvent.found`.
    case lookUp(ClientOrderID)
    /// Tell what happened; the shell decides who hears it.
    case note(Note)
}

/// One thing worth telling, at one time.
public struct Note: Hashable, Codable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Codable, Sendable {
        /// A market became known or its facts changed.
        indirect case market(Market)
        /// A candle closed.
        indirect case candle(Candle)
        /// A candle of an underlying closed.
        indirect case spotCandle(SpotSymbol, SpotCandle)
        /// A strategy's rule was met, before any filter.
        case trigger(StrategyName, Direction)
        /// A strategy wants a trade; prices on the grid.
        indirect case signal(StrategyName, Signal, TradePlan)
        /// A candle gave no signal, and why; `filtered` when the rule was met and a filter stopped it.
        case noSignal(StrategyName, ReasonCode, filtered: Bool)
        /// A signal was not followed, and why.
        indirect case denied(StrategyName, ReasonCode, String)
        /// What a risk rule said of an order.
        indirect case verdict(rule: String, Verdict, reducing: Bool)
        /// An order changed its state.
        indirect case order(OrderUpdate)
        /// An order of ours was filled.
        indirect case fill(Fill, OrderRole)
        /// A position is being left, and why.
        case exit(StrategyName, ClosedTrade.Exit)
        /// A round trip ended.
        indirect case closed(ClosedTrade)
        /// A late correction replaced a round trip.
        indirect case corrected(old: ClosedTrade, new: ClosedTrade)
        /// A market was decided.
        case settled(Settlement)
        /// Equity at a candle close.
        case equity(Money)
        /// A limit began to block entries on the whole account.
        case blocked(ReasonCode)
        /// A limit no longer blocks entries.
        case unblocked(ReasonCode)
        /// A new version of a script took the place of the old one.
        indirect case swapped(ScriptSwap)
        /// A message from a script.
        indirect case script(StrategyName, String)
        /// Something the operator should look at.
        indirect case warning(ReasonCode, String)
    }

    /// When, in the venue's time.
    public let time: Timestamp
    /// The market it concerns, if one.
    public let market: MarketID?
    /// What happened.
    public let kind: Kind

    /// Makes a note.
    public init(time: Timestamp, market: MarketID?, _ kind: Kind) {
        self.time = time
        self.market = market
        self.kind = kind
    }
}

/// What an order is for.
public enum OrderRole: String, Hashable, Codable, Sendable {
    /// Opens a position.
    case entry
    /// Takes the profit.
    case target
    /// Leaves at once.
    case exit
}

/// One order after a change of state.
public struct OrderUpdate: Hashable, Codable, Sendable {
    /// What was sent.
    public let request: NewOrder
    /// What it is for.
    public let role: OrderRole
    /// Where it stands.
    public let state: OrderState
    /// Contracts filled so far.
    public let filled: Quantity
    /// Contracts still open.
    public let remaining: Quantity
    /// Why, where there is a reason.
    public let why: String?

    /// Makes an update from an order.
    init(_ order: Order, role: OrderRole, why: String?) {
        request = order.request
        self.role = role
        state = order.state
        filled = order.filled
        remaining = order.remaining
        self.why = why
    }
}
