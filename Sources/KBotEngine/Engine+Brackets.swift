import KBotModel

/// Stops, targets and exits: what happens to a trade from its entry order until it is flat.
extension Engine {
    /// How long an exit order is given before the next one.
    static var exitPause: TimeSpan { .seconds(1) }
    /// Exit orders after which somebody should look.
    static var alertAfter: Int { 5 }
    /// How far an exit order reaches through the touch.
    static var exitReach: PriceDelta { PriceDelta(cents: 10) }
    /// How long the venue keeps an entry after kbot should have cancelled it.
    static var expirationMargin: TimeSpan { .seconds(5) }

    // MARK: Watching the market

    /// Looks at stops and stop entries after something changed in the market.
    mutating func watch(_ market: MarketState) {
        let touch = market.touch(at: now)
        if market.remember(touch), market.brackets.contains(where: { $0.position.units > 0 }) { checkDailyLoss() }
        for bracket in market.brackets {
            switch bracket.phase {
            case .armed:
                // A stop entry fires as the stop of the opposite direction would.
                if reached(bracket.direction.opposite, bracket.plan.entry, touch, market.lastPrice) {
                    fire(bracket, touch)
                } else {
                    cancelEntryIfStopTouched(bracket, touch)
                }
            case .working:
                if bracket.position.units > 0, reached(bracket.direction, bracket.plan.stop, touch, market.lastPrice) {
                    leave(bracket, .stop)
                    planDeadlines()
                } else {
                    cancelEntryIfStopTouched(bracket, touch)
                }
            case .exiting, .awaitingSettlement, .done: break
            }
        }
    }

    /// Whether the market has reached a level at which a position of this direction leaves.
    private func reached(_ direction: Direction, _ level: Price, _ touch: Touch, _ last: Price?) -> Bool {
        let exit = touch.exit(direction)
        let touched = exit.map { direction.isAtOrBeyondStop($0, level) } ?? false
        let doubledMid = touch.bid.flatMap { bid in touch.ask.map { Price.doubledMid(bid, $0) } }
        func beyond(_ doubled: Int32) -> Bool {
            direction == .long ? doubled < 2 * level.units : doubled > 2 * level.units
        }
        switch configuration.stopTrigger {
        case .touch: return touched
        case .last: return last.map { direction.isAtOrBeyondStop($0, level) } ?? false
        case .mid: return doubledMid.map { beyond($0) || $0 == 2 * level.units } ?? false
        case .confirm:
            // One stray quote is not a move: the last trade or the mid must lie beyond the stop too.
            return touched && (last.map { beyond(2 * $0.units) } ?? false || doubledMid.map(beyond) ?? false)
        }
    }

    private mutating func cancelEntryIfStopTouched(_ bracket: Bracket, _ touch: Touch) {
        guard bracket.entryCancelled == nil, let exit = touch.exit(bracket.direction),
            bracket.direction.isAtOrBeyondStop(exit, bracket.plan.stop)
        else { return }
        cancelEntry(of: bracket, why: "the stop was touched before the entry filled")
    }

    // MARK: Entering

    /// Sends the entry order of a new bracket.
    mutating func sendEntry(of bracket: Bracket, _ entry: EntryCase, count: Quantity) throws(Refusal) {
        let market = bracket.market
        let price: Price
        let life: NewOrder.TimeInForce
        switch bracket.signal.entryType {
        case .limit:
            price = bracket.plan.entry
            life = .goodTillCancelled(
                expires: min(bracket.entryDeadline + Self.expirationMargin, market.facts.closeTime)
            )
        case .market, .stop:
            guard let limit = takerLimit(bracket.direction.entrySide, in: market) else {
                throw Refusal(.noQuote, "no quote is known to take from")
            }
            // The market may have jumped since the size was found: never worse than that size can bear.
            price = bracket.direction == .long ? min(limit, bracket.worstEntry) : max(limit, bracket.worstEntry)
            life = .immediateOrCancel
        }
        let order = NewOrder(
            id: ClientOrderID(lastOrder + 1),
            market: market.facts.id,
            side: bracket.direction.entrySide,
            price: price,
            count: count,
            timeInForce: life
        )
        let approved = try EntryGate.approve(order, entry, limits: configuration.limits)
        entryTimes.append(now)
        bracket.entry = send(approved, order, role: .entry, of: bracket, why: bracket.signal.reason)
    }

    /// The market reached a stop entry: take, if entries are still allowed.
    private mutating func fire(_ bracket: Bracket, _ touch: Touch) {
        let market = bracket.market
        bracket.phase = .working
        do throws(Refusal) {
            try checkAccount(market)
            let entry = entryCase(market, bracket.signal, bracket.plan, touch)
            let count = try askRules(market, strategy: bracket.strategy, entry, bracket.count)
            try sendEntry(of: bracket, entry, count: count)
        } catch {
            note(bracket.market, .denied(bracket.strategy, error.code, error.text))
            finish(bracket)
        }
        planDeadlines()
    }

    /// Takes what is left of an entry off the book.
    mutating func cancelEntry(of bracket: Bracket, why: String) {
        guard bracket.entryCancelled == nil else { return }
        switch bracket.phase {
        case .armed:
            bracket.entryCancelled = why
            note(bracket.market, .denied(bracket.strategy, .entryCancelled, why))
            finish(bracket)
        case .working, .exiting:
            guard let entry = bracket.entry, entry.order.state.isOpen else { return }
            bracket.entryCancelled = why
            cancel(entry, why: why)
        case .awaitingSettlement, .done: break
        }
    }

    // MARK: Leaving

    /// Begins to leave: everything at the venue is cancelled first, so that no sale can exceed the position.
    mutating func leave(_ bracket: Bracket, _ exit: ClosedTrade.Exit) {
        switch bracket.phase {
        case .armed: cancelEntry(of: bracket, why: exit.rawValue)
        case .working:
            bracket.phase = .exiting(exit)
            if bracket.position.units > 0 { note(bracket.market, .exit(bracket.strategy, exit)) }
            cancelEntry(of: bracket, why: exit.rawValue)
            for target in bracket.targets { cancel(target, why: exit.rawValue) }
            bracket.nextExit = now
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
            if bracket.position.units > 0, !bracket.hasOpenOrders, let next = bracket.nextExit, next <= now {
                sendExit(of: bracket)
            }
        case .armed, .awaitingSettlement, .done: break
        }
    }

    /// Rests a target for what is held and not covered yet; one request at a time, so that fills gather.
    private mutating func coverWithTarget(_ bracket: Bracket) {
        guard !bracket.targets.contains(where: { $0.order.state == .inFlight || $0.order.state == .outcomeUnknown }),
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
            return (touch.ask ?? market.lastPrice).map { grid.roundedDown($0 + Self.exitReach) ?? grid.lowest }
        case .ask:
            return (touch.bid ?? market.lastPrice).map { grid.roundedUp($0 - Self.exitReach) ?? grid.highest }
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
        case .awaitingSettlement, .done: break
        }
        planDeadlines()
    }

    /// Books what is held at the market's result.
    mutating func settle(_ bracket: Bracket, _ settlement: Settlement) {
        bracket.bookSettlement(settlement)
        for managed in [bracket.entry].compactMap({ $0 }) + bracket.targets + bracket.exits {
            managed.order.endWithMarket()
        }
        finish(bracket, exit: bracket.settledQuantity.units > 0 ? .settlement : nil)
        planDeadlines()
    }

    /// The venue changed its mind: the round trips that ended by the first result are booked anew.
    mutating func correct(_ market: MarketState, from old: Settlement, to new: Settlement) {
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
        bracket.market.brackets.removeAll { $0 === bracket }
        brackets.removeAll { $0 === bracket }
        if let trade = bracket.takeRoundTrip(exit: reason, at: now) {
            if trade.settled.units > 0 { bracket.market.settledTrades.append(trade) }
            book(trade, in: bracket.market)
        }
        planDeadlines()
    }

    // MARK: Deadlines

    /// Recomputes when the next bracket wants to be looked at.
    mutating func planDeadlines() {
        bracketDue = brackets.compactMap { due($0) }.min() ?? .distantFuture
    }

    /// When the clock has something to do for a bracket; never in the past once ``runBracketDeadlines()`` has run.
    private func due(_ bracket: Bracket) -> Timestamp? {
        let close = bracket.market.facts.closeTime
        guard now < close else { return nil }
        switch bracket.phase {
        case .armed: return min(bracket.entryDeadline, close)
        case .working:
            var due = close
            if bracket.entryCancelled == nil, bracket.entry?.order.state.isOpen == true {
                due = min(due, bracket.entryDeadline)
            }
            if bracket.position.units > 0 {
                if let before = configuration.exitBeforeClose { due = min(due, close - before) }
                if let next = bracket.nextExit, next > now { due = min(due, next) }
            }
            return due
        case .exiting:
            guard bracket.position.units > 0, !bracket.hasOpenOrders, let next = bracket.nextExit else { return close }
            return min(next, close)
        case .awaitingSettlement, .done: return nil
        }
    }

    /// Does what the clock asks of each bracket.
    mutating func runBracketDeadlines() {
        for bracket in brackets {
            let close = bracket.market.facts.closeTime
            if now >= close {
                awaitSettlement(bracket)
                continue
            }
            if now >= bracket.entryDeadline {
                cancelEntry(of: bracket, why: "not filled in time")
            }
            if let before = configuration.exitBeforeClose, now >= close - before, bracket.position.units > 0 {
                leave(bracket, .time)
            }
            proceed(bracket)
        }
        planDeadlines()
    }
}
