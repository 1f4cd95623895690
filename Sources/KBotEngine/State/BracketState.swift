import KBotModel

/// A trade on its way, as it is kept: a bracket without its place in the engine.
struct BracketState: Hashable, Codable, Sendable {
    let strategy: StrategyName
    var market: MarketID
    let signal: Signal
    var plan: TradePlan
    let count: Quantity
    let worstEntry: Price
    let interval: TimeSpan
    let signalled: Timestamp
    let entryDeadline: Timestamp
    var phase: Bracket.Phase
    var entry: ManagedOrderState?
    var targets: [ManagedOrderState] = []
    var exits: [ManagedOrderState] = []
    var nextExit: Timestamp?
    var exitAttempts: Int
    var answerDue: Timestamp?
    var entryCancelled: String?
    var ended: Timestamp?
    var trip: RoundTrip

    init(_ bracket: Bracket) {
        self.init(withoutOrders: bracket)
        entry = bracket.entry.map { ManagedOrderState($0) }
        targets = bracket.targets.map { ManagedOrderState($0) }
        exits = bracket.exits.map { ManagedOrderState($0) }
    }

    init(withoutOrders bracket: Bracket) {
        strategy = bracket.strategy
        market = bracket.market.facts.id
        signal = bracket.signal
        plan = bracket.plan
        count = bracket.count
        worstEntry = bracket.worstEntry
        interval = bracket.interval
        signalled = bracket.signalled
        entryDeadline = bracket.entryDeadline
        phase = bracket.phase
        nextExit = bracket.nextExit
        exitAttempts = bracket.exitAttempts
        answerDue = bracket.answerDue
        entryCancelled = bracket.entryCancelled
        ended = bracket.ended
        trip = bracket.trip
    }

    /// Contracts held.
    var position: Quantity { trip.entered - trip.exited }

    /// Its orders: entry, targets, exits.
    var orders: [ManagedOrderState] { (entry.map { [$0] } ?? []) + targets + exits }

    /// The same trade in a market of another number.
    func moved(to market: MarketID) -> BracketState {
        var moved = self
        moved.market = market
        moved.entry = entry?.moved(to: market)
        moved.targets = targets.map { $0.moved(to: market) }
        moved.exits = exits.map { $0.moved(to: market) }
        return moved
    }
}

/// One of our orders, as it is kept.
struct ManagedOrderState: Hashable, Codable, Sendable {
    let request: NewOrder
    let role: OrderRole
    let state: KBotModel.OrderState
    let fills: [Fill]
    let cancelRequested: Bool
    let finalFilled: Quantity?

    init(_ managed: ManagedOrder) {
        request = managed.order.request
        role = managed.role
        state = managed.order.state
        fills = managed.fills
        cancelRequested = managed.cancelRequested
        finalFilled = managed.finalFilled
    }

    /// An order that was being sent.
    init(_ request: NewOrder, role: OrderRole) {
        self.init(request, role: role, state: .inFlight, fills: [], cancelRequested: false, finalFilled: nil)
    }

    private init(
        _ request: NewOrder,
        role: OrderRole,
        state: KBotModel.OrderState,
        fills: [Fill],
        cancelRequested: Bool,
        finalFilled: Quantity?
    ) {
        self.request = request
        self.role = role
        self.state = state
        self.fills = fills
        self.cancelRequested = cancelRequested
        self.finalFilled = finalFilled
    }

    /// The order, led through what it had gone through.
    var order: Order {
        var order = Order(request)
        for fill in fills { _ = order.apply(fill) }
        switch state {
        case .inFlight, .filled: break
        case .resting, .partlyFilled: _ = order.apply(.accept)
        case .cancelInFlight: _ = order.apply(.requestCancel)
        case .outcomeUnknown:
            _ = order.apply(.requestCancel)
            _ = order.apply(.loseAnswer)
        case .cancelled(let reason): _ = order.apply(.cancel(reason))
        case .rejected(let reason):
            if !fills.isEmpty { _ = order.apply(.requestCancel) }
            _ = order.apply(.reject(reason))
        }
        return order
    }

    func moved(to market: MarketID) -> ManagedOrderState {
        ManagedOrderState(
            NewOrder(
                id: request.id,
                market: market,
                side: request.side,
                price: request.price,
                count: request.count,
                timeInForce: request.timeInForce,
                reduceOnly: request.reduceOnly
            ),
            role: role,
            state: state,
            fills: fills.map { $0.moved(to: market) },
            cancelRequested: cancelRequested,
            finalFilled: finalFilled
        )
    }
}

extension Fill {
    fileprivate func moved(to market: MarketID) -> Fill {
        Fill(
            trade: trade,
            order: order,
            market: market,
            side: side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fee
        )
    }
}
