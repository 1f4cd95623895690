import KBotModel

/// What happens to orders without a request: expiry, close, pause, settlement, and waiting where there is no book.
extension PaperExchange {
    /// Takes in a market's facts.
    mutating func list(_ market: Market, into output: inout [TimedVenueEvent]) {
        guard let index = markets.know(market.id) else { return }
        markets[index].facts = market
        guard market.status == .active else {
            if missing[market.id] == nil { clear(index, into: &output) }
            return
        }
        if !markets[index].resting.isEmpty { planClose(of: index) }
    }

    /// Takes in a change of status; leaving `active` wipes the book, and nothing comes back with it.
    mutating func setStatus(_ status: MarketStatus, of market: MarketID, into output: inout [TimedVenueEvent]) {
        guard let index = markets.know(market) else { return }
        markets[index].facts?.status = status
        // What was traded in a market taken up again is heard first.
        if status != .active, missing[market] == nil { clear(index, into: &output) }
    }

    /// Pays a market out; the second time, corrects what was paid.
    mutating func settle(_ market: MarketID, _ settlement: Settlement, into output: inout [TimedVenueEvent]) {
        setStatus(.settled, of: market, into: &output)
        account.settle(market, at: settlement.value)
        for id in markets.letGo(market, at: now) { records[id] = nil }
    }

    /// A market's close is due.
    mutating func close(_ market: MarketID, at time: Timestamp, into output: inout [TimedVenueEvent]) {
        guard let index = markets.find(market) else { return }
        markets[index].closePlanned = nil
        guard let facts = markets[index].facts, facts.closeTime <= time else { return }
        clear(index, into: &output)
    }

    /// An order's time at the venue is over.
    mutating func expire(_ id: ClientOrderID, into output: inout [TimedVenueEvent]) {
        guard let (index, position) = find(id), let expires = markets[index].resting[position].expires, expires <= now
        else { return }
        drop(position, in: index, .expired, into: &output)
        fund(index, into: &output)
    }

    /// No print came for an order that needed one.
    mutating func giveUp(_ id: ClientOrderID, into output: inout [TimedVenueEvent]) {
        guard let (index, position) = find(id), !markets[index].resting[position].rests else { return }
        drop(position, in: index, .immediateOrCancel, into: &output)
        fund(index, into: &output)
    }

    /// Cancels all of a market's orders.
    private mutating func clear(_ index: Int, into output: inout [TimedVenueEvent]) {
        while !markets[index].resting.isEmpty { drop(0, in: index, .marketClosed, into: &output) }
        dropStalePlans()
    }

    /// Lets an arrived order wait for the print that stands for the book a market never showed.
    ///
    /// An order that acts at once waits for the first trade of its side, whatever the last prints were. One that may rest
    /// waits only when the prints make it marketable, and rests meanwhile.
    mutating func waitForPrint(
        _ arrived: RestingOrder,
        _ luck: Luck,
        in index: Int,
        into output: inout [TimedVenueEvent],
        answer: (Quantity) -> VenueEvent
    ) {
        var order = arrived
        let crossesOwn = markets[index].ownPrice(against: order.side, limit: order.price) != nil
        let deadline = now + friction.printPatience
        let take = RestingOrder.Take(luck: luck, deadline: deadline)
        switch order.life {
        case .allOrNone where crossesOwn: return end(order, .selfTrade, into: &output)
        case .good, .immediate:
            tell(answer(order.rests && !crossesOwn ? order.remaining : .zero), into: &output)
            if crossesOwn { return end(order, .selfTrade, into: &output) }
        case .allOrNone: break
        }
        if order.rests {
            if markets[index].isMarketable(order.side, order.price, at: now) { order.take = take }
        } else {
            order.take = take
            schedule.plan(.patience(order.id), at: deadline)
        }
        rest(order, in: index)
        fund(index, into: &output)
    }

    /// Makes sure that a market with open orders closes on time.
    mutating func planClose(of index: Int) {
        guard let facts = markets[index].facts, markets[index].closePlanned != facts.closeTime else { return }
        markets[index].closePlanned = facts.closeTime
        schedule.plan(.close(facts.id), at: max(facts.closeTime, now))
    }

    /// Drops plans at the front that have nothing left to do, so that `nextDue` wakes nobody for nothing.
    mutating func dropStalePlans() {
        while let due = schedule.next, isStale(due) {
            schedule.removeNext()
            if case .close(let market) = due.task, let index = markets.find(market) {
                markets[index].closePlanned = nil
            }
        }
    }

    func isStale(_ due: Due) -> Bool {
        switch due.task {
        case .request: return false
        case .expiry(let id), .patience(let id): return records[id]?.status != .open
        case .close(let market):
            guard let index = markets.find(market), let facts = markets[index].facts, !markets[index].resting.isEmpty
            else { return true }
            return facts.closeTime > due.time
        }
    }
}
