import KBotModel

/// The order manager: what is sent, and what the venue says of it.
extension Engine {
    /// Sends an approved order and keeps watch over it.
    mutating func send(_ approved: Approved, _ order: NewOrder, role: OrderRole, of bracket: Bracket, why: String?)
        -> ManagedOrder
    {
        lastOrder = order.id.sequence
        changes &+= 1
        let managed = ManagedOrder(order, role: role, bracket: bracket)
        orders[order.id] = managed
        bracket.market.orderIDs.append(order.id)
        out.append(.send(approved))
        tell(managed, why: why)
        return managed
    }

    /// Asks the venue to take an order off the book, once.
    mutating func cancel(_ managed: ManagedOrder, why: String) {
        guard managed.order.state.isOpen, !managed.cancelRequested else { return }
        managed.cancelRequested = true
        changes &+= 1
        _ = managed.order.apply(.requestCancel)
        out.append(.send(ReducingGate.cancel(managed.order.id)))
        tell(managed, why: why)
    }

    mutating func tell(_ managed: ManagedOrder, why: String?) {
        note(managed.bracket.market, .order(OrderUpdate(managed.order, role: managed.role, why: why)))
    }

    /// Hears the venue.
    mutating func handle(_ event: VenueEvent) {
        switch event {
        case .accepted(let id, _): move(id, .accept)
        case .rejected(let id, let reason):
            if let managed = orders[id] { pauseAfterReject(managed) }
            move(id, .reject(reason), why: reason.rawValue)
        case .cancelled(let id, let unfilled, let reason): cancelled(id, unfilled: unfilled, reason)
        case .cancelRefused(let id): move(id, .refuseCancel)
        case .outcomeUnknown(let id): move(id, .loseAnswer)
        case .filled(let fill): handle(fill)
        case .found(let id, let snapshot): reconcile(id, snapshot)
        case .amended, .amendRefused: break  // the engine never amends; an exchange may serve others that do
        }
    }

    /// The order left the book; when its answer counts more fills than were told, it ends with the last of them.
    private mutating func cancelled(_ id: ClientOrderID, unfilled: Quantity, _ reason: CancelReason) {
        if let managed = orders[id], managed.order.state.isOpen {
            let final = managed.order.request.count - unfilled
            if final > managed.order.filled {
                managed.finalFilled = final
                changes &+= 1
                out.append(.lookUp(id))
                return
            }
        }
        move(id, .cancel(reason), why: reason.rawValue)
    }

    private mutating func move(_ id: ClientOrderID, _ transition: OrderTransition, why: String? = nil) {
        guard let managed = orders[id] else { return }
        let before = managed.order.state
        guard managed.order.apply(transition) == .applied else {
            mismatch(managed, "\(transition) in state \(before.name)")
            return
        }
        changes &+= 1
        // What never rests is not told as resting.
        let passes = transition == .accept && managed.order.request.timeInForce == .immediateOrCancel
        if managed.order.state != before, !passes { tell(managed, why: why) }
        if managed.order.state == .outcomeUnknown { out.append(.lookUp(id)) }
        proceed(managed.bracket)
        planDeadlines()
    }

    private mutating func handle(_ fill: Fill) {
        guard let managed = orders[fill.order] else {
            note(
                nil,
                .warning(
                    .orderMismatch,
                    "a fill of order \(fill.order), which is not known: \(fill.count) at \(fill.price)"
                )
            )
            return
        }
        switch managed.order.apply(fill) {
        case .duplicate: return
        case .impossible:
            mismatch(
                managed,
                "a fill of \(fill.count) with \(managed.order.filled) of \(managed.order.request.count) filled"
            )
            return
        case .applied: break
        }
        managed.fills.append(fill)
        changes &+= 1
        let bracket = managed.bracket
        account.pay(fee: fill.fee)
        note(bracket.market, .fill(fill, managed.role))
        tell(managed, why: nil)
        endIfLookedUp(managed)
        if let settlement = bracket.market.settlement, managed.role != .entry, amendSettled(bracket, fill, settlement) {
            return
        }
        bracket.book(fill, role: managed.role, at: now)
        if bracket.phase == .done { reopen(bracket) }
        if let settlement = bracket.market.settlement {
            settle(bracket, settlement)  // traded before the close, told after the result
            return
        }
        if managed.role == .entry {
            replanAfterFirstFill(bracket, fill)
            watch(bracket.market)  // the stop may have been reached while the order filled
        }
        tellFill(fill, managed.role, of: bracket)
        proceed(bracket)
        planDeadlines()
    }

    /// Tells the strategy and the rules of a fill.
    private mutating func tellFill(_ fill: Fill, _ role: OrderRole, of bracket: Bracket) {
        let market = bracket.market
        let closes = role != .entry && bracket.position == .zero
        let news = FillNews(
            fill: fill,
            role: role,
            strategy: bracket.strategy,
            netPnL: closes ? bracket.takeNetPnL() : nil
        )
        if let index = bracket.strategyIndex, strategies[index].callbacks.contains(.fill), !market.slots.isEmpty {
            let strategy = strategies[index]
            strategy.onFill(news, context(of: index, in: market))
            tellMessages(of: strategy, in: market)
        }
        for rule in rules {
            rule.onFill(news, ruleContext(in: market))
            tell(rule.takeMessages(), of: StrategyName(rule.name), in: market)
        }
    }

    /// An exit that traded before the close and is told after the result takes its part out of what settlement booked.
    private mutating func amendSettled(_ bracket: Bracket, _ fill: Fill, _ settlement: Settlement) -> Bool {
        let market = bracket.market
        guard
            let index = market.settledTrades.lastIndex(where: {
                $0.strategy == bracket.strategy && $0.settled >= fill.count
            })
        else { return false }
        let trade = market.settledTrades[index]
        let amended = trade.exitedBefore(settlement, count: fill.count, at: fill.price, fee: fill.fee)
        market.settledTrades[index] = amended
        account.correct(trade, to: amended)
        note(market, .corrected(old: trade, new: amended))
        return true
    }

    /// Counts stop and target from the fill where the signal gave distances; the first fill fixes them.
    private mutating func replanAfterFirstFill(_ bracket: Bracket, _ fill: Fill) {
        guard bracket.entered == fill.count else { return }
        switch (bracket.signal.stop, bracket.signal.target) {
        case (.price, .price): return
        default: break
        }
        if let plan = try? TradePlan(
            bracket.signal,
            on: bracket.market.facts.grid,
            from: fill.price,
            entry: fill.price
        ) {
            bracket.replan(plan)
        }
    }

    /// A fill arrived for a bracket thought flat: it is taken up again, and left at once.
    private mutating func reopen(_ bracket: Bracket) {
        bracket.phase = bracket.entryCancelled == nil ? .working : .exiting(.flatten)
        bracket.nextExit = now
        bracket.market.brackets.append(bracket)
        brackets.append(bracket)
        if bracket.position.units < 0 {
            foreign.insert(bracket.market.facts.id)
            note(
                bracket.market,
                .warning(
                    .orderMismatch,
                    "\(-bracket.position) contracts were sold twice; no entry here until the result"
                )
            )
        }
    }

    /// Takes in what a look-up found.
    private mutating func reconcile(_ id: ClientOrderID, _ snapshot: OrderSnapshot) {
        guard let managed = orders[id], managed.order.state.isOpen else { return }
        switch snapshot.status {
        case .resting:
            move(id, .accept)
            if managed.cancelRequested {
                managed.cancelRequested = false
                cancel(managed, why: "still resting after a cancel")
            }
        case .unknown: move(id, .reject(.other), why: "the venue does not know the order")
        case .cancelled, .executed:
            // Fills may still be on their way; the order ends with the last of them.
            managed.finalFilled = snapshot.filled
            changes &+= 1
            endIfLookedUp(managed)
            proceed(managed.bracket)
            planDeadlines()
        }
    }

    /// Ends an order of which a look-up said that it is over, once every fill it has was told.
    private mutating func endIfLookedUp(_ managed: ManagedOrder) {
        guard let final = managed.finalFilled, managed.order.state.isOpen, managed.order.filled >= final else { return }
        if managed.order.apply(.cancel(.requested)) == .applied { tell(managed, why: "looked up") }
    }

    /// A refused target or exit is tried again, but not at once.
    private func pauseAfterReject(_ managed: ManagedOrder) {
        switch (managed.role, managed.bracket.phase) {
        case (.exit, _), (.target, .working): managed.bracket.nextExit = now + Self.exitPause
        default: break
        }
    }

    private mutating func mismatch(_ managed: ManagedOrder, _ what: String) {
        note(managed.bracket.market, .warning(.orderMismatch, "order \(managed.order.id): \(what)"))
    }
}
