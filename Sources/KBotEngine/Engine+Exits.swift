import KBotModel

/// Getting out: targets, exits, and what settlement does to what is still held.
extension Engine {
    /// Begins to leave: everything at the venue is cancelled first, so that no sale can exceed the position.
    mutating func leave(_ bracket: Bracket, _ exit: ClosedTrade.Exit) {
        switch bracket.phase {
        case .armed: cancelEntry(of: bracket, why: exit.rawValue)
        case .working:
            bracket.phase = .exiting(exit)
            changes &+= 1
            if bracket.position.units > 0 { note(bracket.market, .exit(bracket.strategy, exit)) }
            cancelEntry(of: bracket, why: exit.rawValue)
            for target in bracket.targets { cancel(target, why: exit.rawValue) }
            bracket.nextExit = now
            bracket.answerDue = now + Self.answerPatience
            proceed(bracket)
        case .exiting, .awaitingSettlement, .done: break
        }
    }

    /// Does the next thing a bracket needs, whatever just happened to it.
    mutating func proceed(_ bracket: Bracket) {
        if now >= bracket.market.facts.closeTime || bracket.market.facts.status == .closed { awaitSettlement(bracket) }
        if bracket.position == .zero, !bracket.hasOpenOrders, bracket.phase != .armed {
            finish(bracket)
            return
        }
        switch bracket.phase {
        case .working:
            if bracket.position.units > 0 {
                coverWithTarget(bracket)
            } else if bracket.entered.units > 0 {
                cancelEntry(of: bracket, why: "the target filled first")
            }
        case .exiting:
            if !bracket.isHeld, bracket.position.units > 0, !bracket.hasOpenOrders, let next = bracket.nextExit,
                next <= now
            {
                sendExit(of: bracket)
            }
        case .armed, .awaitingSettlement, .done: break
        }
    }

    /// Rests a target for what is held and not covered yet; one request at a time, so that fills gather.
    private mutating func coverWithTarget(_ bracket: Bracket) {
        guard !bracket.isHeld, !targetsAreAway,
            !bracket.targets.contains(where: { $0.order.state == .inFlight || $0.order.state == .outcomeUnknown }),
            bracket.nextExit.map({ $0 <= now }) ?? true
        else { return }
        let uncovered = bracket.position - bracket.openReducing
        guard uncovered.units > 0 else { return }
        let order = NewOrder(
            id: ClientOrderID(lastOrder + 1),
            market: bracket.market.facts.id,
            side: bracket.direction.exitSide,
            price: bracket.plan.target,
            count: uncovered,
            timeInForce: .goodTillCancelled(expires: nil)
        )
        tellReducing(order, of: bracket)
        guard
            let approved = ReducingGate.approve(
                order,
                market: bracket.market.facts,
                position: bracket.position,
                open: bracket.openReducing
            )
        else {
            bracket.nextExit = now + Self.exitPause
            return
        }
        bracket.nextExit = nil
        bracket.targets.append(send(approved, order, role: .target, of: bracket, why: nil))
    }

    private mutating func sendExit(of bracket: Bracket) {
        let market = bracket.market
        bracket.nextExit = now + Self.exitPause
        bracket.exitAttempts += 1
        if bracket.exitAttempts == Self.alertAfter + 1 {
            note(
                market,
                .warning(
                    .stopNotFilled,
                    "\(market.facts.ticker): \(bracket.position) contracts still open after \(Self.alertAfter) exit orders"
                )
            )
        }
        let side = bracket.direction.exitSide
        let fallback = bracket.direction == .long ? market.facts.grid.lowest : market.facts.grid.highest
        let order = NewOrder(
            id: ClientOrderID(lastOrder + 1),
            market: market.facts.id,
            side: side,
            price: takerLimit(side, in: market) ?? fallback,
            count: bracket.position,
            timeInForce: .immediateOrCancel,
            reduceOnly: true
        )
        tellReducing(order, of: bracket)
        guard
            let approved = ReducingGate.approve(
                order,
                market: market.facts,
                position: bracket.position,
                open: bracket.openReducing
            )
        else { return }
        bracket.answerDue = now + Self.answerPatience
        bracket.exits.append(send(approved, order, role: .exit, of: bracket, why: "attempt \(bracket.exitAttempts)"))
    }

    /// Shows a reducing order to the rules; they may speak, not stop it.
    private mutating func tellReducing(_ order: NewOrder, of bracket: Bracket) {
        guard !rules.isEmpty else { return }
        tellVerdicts(
            ProposedOrder(
                strategy: bracket.strategy,
                direction: bracket.direction,
                price: order.price,
                count: order.count,
                plan: bracket.plan,
                isReducing: true
            ),
            in: bracket.market
        )
    }

    /// The worst price a taking order may have: ten cents through the touch (or the last trade), on the grid.
    func takerLimit(_ side: BookSide, in market: MarketState) -> Price? {
        let touch = market.touch(at: now)
        let grid = market.facts.grid
        switch side {
        case .bid:
            return (touch.ask ?? market.last.price).map { grid.roundedDown($0 + Self.exitReach) ?? grid.lowest }
        case .ask:
            return (touch.bid ?? market.last.price).map { grid.roundedUp($0 - Self.exitReach) ?? grid.highest }
        }
    }

    // MARK: The end of a market

    /// The market closed: what is held runs into settlement; resting orders die at the venue.
    mutating func awaitSettlement(_ bracket: Bracket) {
        switch bracket.phase {
        case .armed: cancelEntry(of: bracket, why: "the market closed")
        case .working, .exiting:
            cancelEntry(of: bracket, why: "the market closed")
            guard bracket.position.units > 0 else { return }
            bracket.phase = .awaitingSettlement
            changes &+= 1
        case .awaitingSettlement, .done: break
        }
        planDeadlines()
    }

    /// Books what is held at the market's result; the net P&L of what ended by it, nil when nothing was held.
    @discardableResult
    mutating func settle(_ bracket: Bracket, _ settlement: Settlement) -> Money? {
        bracket.bookSettlement(settlement)
        let netPnL = bracket.settledQuantity.units > 0 ? bracket.takeNetPnL() : nil
        for managed in bracket.orders {
            guard managed.order.state.isOpen else { continue }
            managed.order.endWithMarket()
            tell(managed, why: "the market was decided")
        }
        finish(bracket, exit: bracket.settledQuantity.units > 0 ? .settlement : nil)
        planDeadlines()
        return netPnL
    }

    /// The venue changed its mind: the round trips that ended by the first result are booked anew.
    mutating func correct(_ market: MarketState, from old: Settlement, to new: Settlement) {
        changes &+= 1
        for (index, trade) in market.settledTrades.enumerated() {
            let corrected = trade.corrected(from: old, to: new)
            market.settledTrades[index] = corrected
            account.correct(trade, to: corrected)
            note(market, .corrected(old: trade, new: corrected))
        }
        markEquity()
    }

    /// Ends a bracket: books its round trip and lets it go.
    mutating func finish(_ bracket: Bracket, exit: ClosedTrade.Exit? = nil) {
        let reason: ClosedTrade.Exit
        switch (exit, bracket.phase) {
        case (let exit?, _): reason = exit
        case (nil, .exiting(let exit)): reason = bracket.lastExit == .target ? .target : exit
        case (nil, _): reason = .target
        }
        bracket.phase = .done
        changes &+= 1
        remember(bracket)
        bracket.market.brackets.removeAll { $0 === bracket }
        brackets.removeAll { $0 === bracket }
        if let trade = bracket.takeRoundTrip(exit: reason, at: now) {
            if trade.settled.units > 0 { bracket.market.settledTrades.append(trade) }
            book(trade, in: bracket.market)
        }
        planDeadlines()
    }
}
