import KBotModel

/// Creates, cancels and amends, as they arrive.
extension PaperExchange {
    /// More contracts than this are no order; it keeps count × price far from the end of the integers.
    static let largestCount = Quantity(contracts: 1_000_000_000)

    /// An order arrives.
    mutating func place(_ request: NewOrder, _ luck: Luck, into output: inout [TimedVenueEvent]) {
        statistics.orders += 1
        guard let index = markets.know(request.market) else { return refuse(request, .marketInactive, into: &output) }
        markets[index].orders.append(request.id)
        let terms = terms.removeValue(forKey: request.id)
        if let reason = refusal(of: request, in: index) ?? terms.flatMap({ breach(of: $0, by: request, in: index) }) {
            return refuse(request, reason, into: &output)
        }
        if let terms, terms.cancelsOwnResting { makeWay(for: request, in: index, into: &output) }
        records[request.id]?.status = .open
        records[request.id]?.market = request.market
        let order: RestingOrder
        switch request.timeInForce {
        case .goodTillCancelled(let expires):
            order = RestingOrder(request, life: .good, expires: expires)
            if let expires { schedule.plan(.expiry(request.id), at: expires) }
        case .immediateOrCancel: order = RestingOrder(request, life: .immediate, expires: nil)
        case .fillOrKill: order = RestingOrder(request, life: .allOrNone, expires: nil)
        }
        if markets[index].hasBook {
            takeFromBook(order, luck, in: index, into: &output) { .accepted(order.id, resting: $0) }
        } else {
            waitForPrint(order, luck, in: index, into: &output) { .accepted(order.id, resting: $0) }
        }
    }

    private mutating func refuse(
        _ request: NewOrder,
        _ reason: RejectReason,
        into output: inout [TimedVenueEvent]
    ) {
        statistics.rejected += 1
        tell(.rejected(request.id, reason), into: &output)
    }

    /// Why the venue refuses an order; nil when it does not.
    private func refusal(of request: NewOrder, in index: Int) -> RejectReason? {
        guard records[request.id]?.status == .unseen else { return .orderAlreadyExists }
        guard markets[index].trades(at: now), let facts = markets[index].facts else { return .marketInactive }
        guard facts.grid.contains(request.price) else { return .invalidPrice }
        guard request.count > .zero, request.count <= Self.largestCount else { return .invalidCount }
        if case .goodTillCancelled(let expires?) = request.timeInForce, expires <= now { return .expired }
        if request.reduceOnly {
            guard request.timeInForce == .immediateOrCancel else { return .reduceOnly }
            return account.closable(by: request.side, in: request.market) > .zero ? nil : .reduceOnly
        }
        var rests = false
        if case .goodTillCancelled = request.timeInForce { rests = true }
        let need = need(request.side, request.count, at: request.price, rests: rests, in: index)
        return need > max(account.cash, .zero) ? .insufficientBalance : nil
    }

    /// The cash an order needs on arrival: the part that opens, at its limit, with the taker's fee.
    ///
    /// An order that may rest cannot count on contracts which earlier orders already close; one that acts at once can.
    private func need(_ side: BookSide, _ count: Quantity, at price: Price, rests: Bool, in index: Int) -> Money {
        guard let facts = markets[index].facts else { return .zero }
        var closable = account.closable(by: side, in: facts.id)
        if rests {
            for other in markets[index].resting where other.rests && other.side == side { closable -= other.remaining }
        }
        let opening = max(.zero, count - max(.zero, closable))
        return PaperAccount.cost(side, count: opening, price: price)
            + facts.fees.fee(count: opening, price: price, liquidity: .taker)
    }

    /// A cancel arrives.
    mutating func cancel(_ id: ClientOrderID, into output: inout [TimedVenueEvent]) {
        guard let (index, position) = find(id) else { return tell(.cancelRefused(id), into: &output) }
        drop(position, in: index, .requested, into: &output)
        fund(index, into: &output)
    }

    /// An amend arrives.
    ///
    /// Time priority survives when the price stays and the count does not grow. A price that crosses may take at once,
    /// but never an order of our own: such a change is refused.
    mutating func amend(
        _ id: ClientOrderID,
        price: Price,
        total: Quantity,
        _ luck: Luck,
        into output: inout [TimedVenueEvent]
    ) {
        guard let (index, position) = find(id), markets[index].resting[position].rests,
            let facts = markets[index].facts
        else { return tell(.amendRefused(id, .other), into: &output) }
        var order = markets[index].resting[position]
        guard facts.grid.contains(price) else { return tell(.amendRefused(id, .invalidPrice), into: &output) }
        guard total > order.filled, total <= Self.largestCount else {
            return tell(.amendRefused(id, .invalidCount), into: &output)
        }
        if price == order.price, total <= order.total {
            markets[index].resting[position].total = total
            statistics.amended += 1
            tell(.amended(id, price: price, resting: total - order.filled), into: &output)
            return fund(index, into: &output)
        }
        guard markets[index].ownPrice(against: order.side, limit: price) == nil else {
            return tell(.amendRefused(id, .other), into: &output)
        }
        markets[index].resting.remove(at: position)
        account.reserve(-order.reserved)
        guard need(order.side, total - order.filled, at: price, rests: true, in: index) <= max(account.cash, .zero)
        else {
            account.reserve(order.reserved)
            markets[index].resting.insert(order, at: position)
            return tell(.amendRefused(id, .insufficientBalance), into: &output)
        }
        order.price = price
        order.total = total
        order.reserved = .zero
        order.take = nil
        statistics.amended += 1
        if markets[index].hasBook {
            takeFromBook(order, luck, in: index, into: &output) { .amended(id, price: price, resting: $0) }
        } else {
            waitForPrint(order, luck, in: index, into: &output) { .amended(id, price: price, resting: $0) }
        }
    }

    // MARK: Open orders

    /// Where an open order is.
    func find(_ id: ClientOrderID) -> (market: Int, position: Int)? {
        guard let record = records[id], record.status == .open, let index = markets.find(record.market) else {
            return nil
        }
        return markets[index].resting.firstIndex { $0.id == id }.map { (index, $0) }
    }

    /// Puts an order on the book, behind who is there.
    mutating func rest(_ order: RestingOrder, in index: Int) {
        var order = order
        order.requeue(behind: markets[index].queueOnArrival(of: order, at: now, friction: friction))
        markets[index].resting.append(order)
        planClose(of: index)
    }

    /// Takes an open order off, with its reservation.
    mutating func drop(
        _ position: Int,
        in index: Int,
        _ reason: CancelReason,
        into output: inout [TimedVenueEvent]
    ) {
        let order = markets[index].resting.remove(at: position)
        account.reserve(-order.reserved)
        end(order, reason, into: &output)
    }

    /// Tells the end of an order that is not filled whole.
    mutating func end(_ order: RestingOrder, _ reason: CancelReason, into output: inout [TimedVenueEvent]) {
        // A killed fill-or-kill order keeps its id used up, as at the venue.
        records[order.id]?.status = .cancelled
        records[order.id]?.changed = now
        if case .allOrNone = order.life {
            statistics.rejected += 1
            tell(.rejected(order.id, .fillOrKill), into: &output)
        } else {
            statistics.cancelled += 1
            tell(.cancelled(order.id, unfilled: order.remaining, reason), into: &output)
        }
    }

    /// Makes the reservations of a market's orders what they must be now.
    ///
    /// In time order, resting orders first close the position; what then still opens is reserved at the limit with the
    /// taker's fee. A position that goes elsewhere can turn a closing order into an opening one: if the cash for that is
    /// not there, the newest such order is cancelled, for nothing is left that it could reduce.
    mutating func fund(_ index: Int, into output: inout [TimedVenueEvent]) {
        guard let facts = markets[index].facts else { return }
        while !markets[index].resting.isEmpty {
            var closable = [account.closable(by: .bid, in: facts.id), account.closable(by: .ask, in: facts.id)]
            for position in markets[index].resting.indices {
                let order = markets[index].resting[position]
                let side = order.side == .bid ? 0 : 1
                let closing = order.reduceOnly ? order.remaining : min(order.remaining, closable[side])
                // An order that acts at once takes the position before resting ones can: it claims none from them.
                if order.rests { closable[side] -= closing }
                let opening = order.remaining - closing
                let need =
                    PaperAccount.cost(order.side, count: opening, price: order.price)
                    + facts.fees.fee(count: opening, price: order.price, liquidity: .taker)
                account.reserve(need - order.reserved)
                markets[index].resting[position].reserved = need
            }
            // Up to a cent may be missing from fees rounded up fill by fill; that is no reason to cancel.
            guard account.cash < Money(units: -10_000),
                let newest = markets[index].resting.lastIndex(where: { $0.reserved > .zero })
            else { return }
            drop(newest, in: index, .reduceOnly, into: &output)
        }
    }
}
