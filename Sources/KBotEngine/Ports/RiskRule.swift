public import KBotModel

/// A rule of the trader's own that looks at every order before it is sent.
///
/// All rules are asked and all verdicts told; the strictest wins. A rule can never enlarge an order, and what it says of a
/// reducing order is told but not followed.
public protocol RiskRule: AnyObject {
    /// The rule's name.
    var name: String { get }
    /// Judges an order.
    func check(_ order: ProposedOrder, _ context: borrowing RuleContext) -> Verdict
    /// An order of kbot's was filled, whatever strategy it came from.
    func onFill(_ news: FillNews, _ context: borrowing RuleContext)
    /// A market was decided.
    func onSettle(_ news: SettlementNews, _ context: borrowing RuleContext)
    /// A UTC day began.
    func onDay(at time: Timestamp, account: AccountView)
    /// Takes the messages the rule wants told since the last call.
    func takeMessages() -> [StrategyMessage]
}

extension RiskRule {
    /// Nothing to do.
    public func onFill(_ news: FillNews, _ context: borrowing RuleContext) {}
    /// Nothing to do.
    public func onSettle(_ news: SettlementNews, _ context: borrowing RuleContext) {}
    /// Nothing to do.
    public func onDay(at time: Timestamp, account: AccountView) {}
    /// Nothing to tell.
    public func takeMessages() -> [StrategyMessage] { [] }
}

/// An order as a rule sees it.
public struct ProposedOrder: Hashable, Sendable {
    /// Strategy it comes from.
    public let strategy: StrategyName
    /// Direction of the position it opens or reduces.
    public let direction: Direction
    /// Limit price, YES: the worst the order can fill at. An entry that takes reaches through the touch.
    public let price: Price
    /// Contracts after sizing and the native limits.
    public let count: Quantity
    /// Entry, stop and target.
    public let plan: TradePlan
    /// Whether it can only make a position smaller.
    public let isReducing: Bool

    /// Makes an order to be judged; for tests, and for trying a rule on sample data.
    public init(
        strategy: StrategyName,
        direction: Direction,
        price: Price,
        count: Quantity,
        plan: TradePlan,
        isReducing: Bool
    ) {
        self.strategy = strategy
        self.direction = direction
        self.price = price
        self.count = count
        self.plan = plan
        self.isReducing = isReducing
    }
}

/// What a rule says, ordered by strictness.
public enum Verdict: Hashable, Codable, Sendable {
    /// Send it.
    case allow
    /// Send it with at most this many contracts.
    case reduce(to: Quantity, ReasonCode, String)
    /// Do not send it.
    case deny(ReasonCode, String)
    /// Do not send it, and open nothing until then (nil: until resumed).
    case halt(until: Timestamp?, ReasonCode, String)

    /// 0 allow … 3 halt.
    var strictness: Int {
        switch self {
        case .allow: 0
        case .reduce: 1
        case .deny: 2
        case .halt: 3
        }
    }

    /// The stricter of two verdicts; of two reductions the smaller, of two halts the longer, of two equals the first.
    func stricter(_ other: Verdict) -> Verdict {
        if case .reduce(let mine, _, _) = self, case .reduce(let others, _, _) = other {
            return others < mine ? other : self
        }
        if case .halt(let mine, _, _) = self, case .halt(let others, _, _) = other {
            return isLater(others, than: mine) ? other : self
        }
        return other.strictness > strictness ? other : self
    }
}
