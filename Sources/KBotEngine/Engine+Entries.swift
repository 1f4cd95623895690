import KBotModel

/// Getting in: the entry order of a bracket, stop entries that fire, entries that are given up.
extension Engine {
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
    mutating func fire(_ bracket: Bracket, _ touch: Touch) {
        let market = bracket.market
        bracket.phase = .working
        changes &+= 1
        do throws(Refusal) {
            try checkAccount(market)
            guard let index = bracket.strategyIndex else {
                throw Refusal(.strategyMissing, "\(bracket.strategy) does not run now")
            }
            let entry = entryCase(of: index, market, bracket.signal, bracket.plan, touch)
            // The account may have shrunk since the entry was armed.
            let fitting = try EntryGate.size(
                entry,
                limits: configuration.limits,
                sizing: configuration.sizing,
                wanted: bracket.count
            )
            let count = try askRules(market, strategy: bracket.strategy, entry, fitting)
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
}
