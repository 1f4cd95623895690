public import KBotModel

/// A new order and all that must be known to look after it, kept before its bytes leave.
///
/// What was sent after the last state was kept is not in that state; the intent says what it was for.
public struct OrderIntent: Hashable, Codable, Sendable {
    /// The order.
    public let order: NewOrder
    /// Its market, as it was known.
    public let market: Market
    /// What it is for.
    public let role: OrderRole
    /// Whose it is.
    public let strategy: StrategyName
    /// When it was sent, in the venue's time.
    public let time: Timestamp
    /// The entry order of its trade: the trade's name.
    let entry: ClientOrderID?
    /// The trade as it stood, without its orders.
    let bracket: BracketState

    /// The market's name.
    public var ticker: Ticker { market.ticker }

    init(_ managed: ManagedOrder, at time: Timestamp) {
        order = managed.order.request
        market = managed.bracket.market.facts
        role = managed.role
        strategy = managed.bracket.strategy
        self.time = time
        entry = managed.bracket.entry?.order.id
        bracket = BracketState(withoutOrders: managed.bracket)
    }
}

extension Engine {
    /// What there is to keep of an order that was just sent; nil for an order that is not known.
    public func intent(of id: ClientOrderID) -> OrderIntent? {
        orders[id].map { OrderIntent($0, at: now) }
    }
}

extension EngineState {
    /// Adds orders that were sent after the state was taken, oldest first; what the state has already is left as it is.
    ///
    /// Markets are numbered as they were when the order was sent: add intents before ``renumber(_:)``.
    ///
    /// - Returns: those that belong to no trade of the state; nothing can look after them.
    @discardableResult
    public mutating func take(_ intents: [OrderIntent]) -> [OrderIntent] {
        intents.sorted { $0.order.id < $1.order.id }.filter { !take($0) }
    }

    /// Adds one order; false when its trade is not known.
    private mutating func take(_ intent: OrderIntent) -> Bool {
        lastOrder = max(lastOrder, intent.order.id.sequence)
        let isKnown = (brackets + ended).contains { $0.orders.contains { $0.request.id == intent.order.id } }
        if isKnown { return true }
        let order = ManagedOrderState(intent.order, role: intent.role)
        switch intent.role {
        case .entry:
            know(intent.market)
            entryTimes.append(intent.time)
            // A stop entry that fired had its trade already.
            if let armed = brackets.firstIndex(where: { $0.phase == .armed && $0.isTheTrade(of: intent) }) {
                brackets[armed].phase = .working
                brackets[armed].entry = order
            } else {
                var bracket = intent.bracket
                bracket.phase = .working
                bracket.trip = RoundTrip()
                bracket.entry = order
                brackets.append(bracket)
            }
        case .target, .exit:
            guard let index = place(of: intent) else { return false }
            if intent.role == .target {
                brackets[index].targets.append(order)
            } else {
                brackets[index].phase = intent.bracket.phase
                brackets[index].exits.append(order)
                brackets[index].exitAttempts = intent.bracket.exitAttempts
                brackets[index].nextExit = intent.bracket.nextExit
                brackets[index].answerDue = intent.bracket.answerDue
            }
        }
        return true
    }

    /// Where the trade of an order is; one that had ended goes on.
    private mutating func place(of intent: OrderIntent) -> Int? {
        guard let entry = intent.entry else { return nil }
        if let index = brackets.firstIndex(where: { $0.entry?.request.id == entry }) { return index }
        guard let index = ended.firstIndex(where: { $0.entry?.request.id == entry }) else { return nil }
        brackets.append(ended.remove(at: index))
        brackets[brackets.count - 1].phase = intent.bracket.phase
        return brackets.count - 1
    }

    private mutating func know(_ market: Market) {
        guard !records.contains(where: { $0.facts.id == market.id }) else { return }
        records.append(MarketRecord(market))
        records.sort { $0.facts.id < $1.facts.id }
    }
}

extension BracketState {
    fileprivate func isTheTrade(of intent: OrderIntent) -> Bool {
        strategy == intent.strategy && market == intent.order.market && signalled == intent.bracket.signalled
    }
}
