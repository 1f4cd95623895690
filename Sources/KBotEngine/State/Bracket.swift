import KBotModel

/// One trade on its way: entry, stop and target of one signal, and what has become of them.
///
/// A class, because it is found by its market, by its orders and by the clock, and is one thing.
final class Bracket {
    /// Where the trade stands.
    enum Phase: Hashable, Codable {
        /// A stop entry waits for the market to come; nothing is at the venue.
        case armed
        /// The entry rests or has filled; the target rests for what is filled; the stop is watched.
        case working
        /// Entry remainder and target are being cancelled, then the position is sold off.
        case exiting(ClosedTrade.Exit)
        /// The market closed with a position.
        case awaitingSettlement
        /// Flat, nothing at the venue.
        case done
    }

    let strategy: StrategyName
    /// The strategy's place in the run; nil when it no longer runs: then only what is held is looked after.
    let strategyIndex: Int?
    let market: MarketState
    let signal: Signal
    private(set) var plan: TradePlan
    let count: Quantity
    /// The worst price the entry may fill at: what cash and exposure are counted with until it does.
    let worstEntry: Price
    let interval: TimeSpan
    let signalled: Timestamp
    /// When an unfilled entry is cancelled.
    let entryDeadline: Timestamp

    var phase: Phase
    var entry: ManagedOrder?
    var targets: [ManagedOrder] = []
    var exits: [ManagedOrder] = []
    /// When the next exit order may be sent.
    var nextExit: Timestamp?
    var exitAttempts = 0
    /// When the venue's answers are asked for, if they have not come while leaving.
    var answerDue: Timestamp?
    /// Why the entry was cancelled, once it was.
    var entryCancelled: String?
    /// Taken up from an earlier run and not to be touched until the operator says so: stop, target and exits wait.
    var isHeld = false
    /// When the trade was last flat with nothing at the venue.
    var ended: Timestamp?

    /// The round trip so far.
    private(set) var trip = RoundTrip()

    init(
        strategy: StrategyName,
        strategyIndex: Int?,
        market: MarketState,
        signal: Signal,
        plan: TradePlan,
        count: Quantity,
        worstEntry: Price,
        interval: TimeSpan,
        signalled: Timestamp,
        entryDeadline: Timestamp
    ) {
        self.strategy = strategy
        self.strategyIndex = strategyIndex
        self.market = market
        self.signal = signal
        self.plan = plan
        self.count = count
        self.worstEntry = worstEntry
        self.interval = interval
        self.signalled = signalled
        self.entryDeadline = entryDeadline
        phase = signal.entryType == .stop ? .armed : .working
    }

    /// Takes up a trade of an earlier run, without its orders.
    init(_ state: BracketState, strategyIndex: Int?, market: MarketState) {
        strategy = state.strategy
        self.strategyIndex = strategyIndex
        self.market = market
        signal = state.signal
        plan = state.plan
        count = state.count
        worstEntry = state.worstEntry
        interval = state.interval
        signalled = state.signalled
        entryDeadline = state.entryDeadline
        phase = state.phase
        nextExit = state.nextExit
        exitAttempts = state.exitAttempts
        answerDue = state.answerDue
        entryCancelled = state.entryCancelled
        ended = state.ended
        trip = state.trip
    }

    var direction: Direction { signal.direction }

    // What the round trip says.
    var entered: Quantity { trip.entered }
    var entryValue: Money { trip.entryValue }
    var exitValue: Money { trip.exitValue }
    var fees: Money { trip.fees }
    var opened: Timestamp? { trip.opened }
    var lastExit: OrderRole? { trip.lastExit }
    var settledQuantity: Quantity { trip.settled }

    /// Contracts held, ≥ 0.
    var position: Quantity { trip.entered - trip.exited }

    /// Whether any order of the bracket may still fill.
    var hasOpenOrders: Bool {
        entry?.order.state.isOpen == true || targets.contains { $0.order.state.isOpen }
            || exits.contains { $0.order.state.isOpen }
    }

    /// Contracts that reducing orders could still take off the position.
    var openReducing: Quantity {
        targets.reduce(.zero) { $0 + $1.order.remaining } + exits.reduce(.zero) { $0 + $1.order.remaining }
    }

    /// Contracts that are held or may still be entered.
    var committed: Quantity {
        switch phase {
        case .armed: count
        case .working, .exiting: position + (entry?.order.remaining ?? .zero)
        case .awaitingSettlement: position
        case .done: .zero
        }
    }

    /// Lets go of the orders once nothing can come of them any more: they and the bracket hold each other.
    func forgetOrders() {
        entry = nil
        targets = []
        exits = []
    }

    /// Average price of the entries, in 1/10,000 dollar, rounded towards zero; the plan's until a fill.
    var averageEntry: Price {
        guard entered.units > 0 else { return plan.entry }
        return Price(units: Int32(entryValue.units / entered.units))
    }

    /// What settlement could take: cost of what is held, and of what may still be entered.
    var exposure: Money {
        func cost(_ quantity: Quantity, _ price: Price) -> Money {
            Money.value(of: quantity, at: direction == .long ? price : price.complement)
        }
        let held: Money
        if position.units > 0 {
            // Cost of the remaining share of the entries, rounded up.
            let whole = direction == .long ? entryValue : Money.value(of: entered, at: .one) - entryValue
            held = Money(
                units: Int64(ceilDivide(Int128(whole.units) * Int128(position.units), by: Int128(entered.units)))
            )
        } else {
            held = .zero
        }
        return held + cost(committed - position, worstEntry)
    }

    /// Net P&L of the trade, now that it is flat, without what was told of it before.
    func takeNetPnL() -> Money {
        let netPnL = grossPnL(at: .zero) - fees
        defer { trip.told = netPnL }
        return netPnL - trip.told
    }

    /// Gross P&L so far with what is held valued at a price.
    func grossPnL(at mark: Price) -> Money {
        let value = exitValue + Money.value(of: position, at: mark)
        return direction == .long ? value - entryValue : entryValue - value
    }

    /// Moves stop and target to where the signal's offsets from the average fill put them.
    func replan(_ plan: TradePlan) { self.plan = plan }

    /// Counts a fill of one of the bracket's orders.
    func book(_ fill: Fill, role: OrderRole, at time: Timestamp) {
        let value = Money.value(of: fill.count, at: fill.price)
        trip.fees += fill.fee
        if trip.opened == nil { trip.opened = time }
        if role == .entry {
            trip.entered += fill.count
            trip.entryValue += value
        } else {
            trip.exited += fill.count
            trip.exitValue += value
            trip.lastExit = role
        }
    }

    /// Ends what is held at the settlement's value.
    func bookSettlement(_ settlement: Settlement) {
        let held = position
        trip.settled = held
        trip.exited += held
        trip.exitValue += Money.value(of: held, at: settlement.value)
    }

    /// The round trip, flat again; nil when nothing was ever entered. Starts the count anew for a late fill.
    func takeRoundTrip(exit: ClosedTrade.Exit, at time: Timestamp) -> ClosedTrade? {
        guard position == .zero, let opened else { return nil }
        let trade = ClosedTrade(
            strategy: strategy,
            market: market.facts.ticker,
            direction: direction,
            count: max(entered, settledQuantity.magnitude),
            entryValue: entryValue,
            exitValue: exitValue,
            fees: fees,
            opened: opened,
            closed: time,
            exit: exit,
            plan: plan,
            settled: settledQuantity
        )
        // The last way out and what settlement took stay, as they were lived.
        var fresh = RoundTrip()
        fresh.lastExit = trip.lastExit
        fresh.settled = trip.settled
        trip = fresh
        return trade
    }
}

/// What has come of a trade so far, positive in its direction.
struct RoundTrip: Hashable, Codable, Sendable {
    var entered = Quantity.zero
    var exited = Quantity.zero
    var entryValue = Money.zero
    var exitValue = Money.zero
    var fees = Money.zero
    var opened: Timestamp?
    var lastExit: OrderRole?
    /// Net P&L told when the trade was flat before more of its entry filled.
    var told = Money.zero
    /// Contracts that ended by settlement.
    var settled = Quantity.zero
}

/// One of our orders, with its bracket and its role.
final class ManagedOrder {
    var order: Order
    let role: OrderRole
    let bracket: Bracket
    /// Whether a cancel is on its way.
    var cancelRequested = false
    /// What was filled in all, once a look-up said that the order is over.
    var finalFilled: Quantity?
    /// The fills counted, in their order.
    var fills: [Fill] = []

    init(_ request: NewOrder, role: OrderRole, bracket: Bracket) {
        order = Order(request)
        self.role = role
        self.bracket = bracket
    }

    /// Takes up an order of an earlier run. One that was not over may have become anything since.
    init(_ state: ManagedOrderState, bracket: Bracket) {
        var order = state.order
        if order.state.isOpen {
            _ = order.apply(.requestCancel)
            _ = order.apply(.loseAnswer)
        }
        self.order = order
        role = state.role
        self.bracket = bracket
        cancelRequested = state.cancelRequested
        finalFilled = state.finalFilled
        fills = state.fills
    }
}

extension Bracket {
    /// Cash paid into what is held, net of what exits returned, without fees.
    var cashOut: Money {
        switch direction {
        case .long: entryValue - exitValue
        // A short pays 1 − p for each NO contract; buying YES back makes pairs that return a dollar.
        case .short: Money.value(of: position, at: .one) - entryValue + exitValue
        }
    }

    /// Cash set aside for what may still be entered: its cost and a taker's fee.
    var reserve: Money {
        let open = committed - position
        guard open.units > 0 else { return .zero }
        let price = direction == .long ? worstEntry : worstEntry.complement
        return Money.value(of: open, at: price)
            + market.facts.fees.fee(count: open, price: worstEntry, liquidity: .taker)
    }

    /// The share of the entries' value that what is held stands for, rounded down to the microdollar.
    var heldValue: Money {
        guard entered.units > 0 else { return .zero }
        return Money(units: Int64(Int128(entryValue.units) * Int128(position.units) / Int128(entered.units)))
    }
}
