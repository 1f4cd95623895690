import KBotModel

/// What the engine is told of its orders: each event first moves the desk's copy of the engine's view, and is told only
/// when the state table allows it.
extension OrderDesk {
    func tellAccepted(_ order: DeskOrder, resting: Quantity, into news: inout [DeskNews]) {
        switch order.view.state {
        case .inFlight, .outcomeUnknown: break
        case .cancelInFlight, .resting, .partlyFilled, .filled, .cancelled, .rejected: return
        }
        guard order.view.apply(.accept) == .applied else { return }
        news.append(.venue(.accepted(order.id, resting: resting)))
    }

    func tellRejected(_ order: DeskOrder, _ reason: RejectReason, into news: inout [DeskNews]) {
        let isTold = order.view.apply(.reject(reason)) == .applied
        // Of an order in doubt the look-up's answer tells it.
        if isTold, !(order.isFoundOwed && order.wasInDoubt) { news.append(.venue(.rejected(order.id, reason))) }
        finish(order)
        if order.isFoundOwed { news.append(.venue(.found(order.id, order.snapshot))) }
        order.isFoundOwed = false
    }

    func tellUnknown(_ order: DeskOrder, into news: inout [DeskNews]) {
        guard order.view.apply(.loseAnswer) == .applied else { return }
        order.wasInDoubt = true
        news.append(.venue(.outcomeUnknown(order.id)))
    }

    /// Tells a fill, once.
    func tell(_ fill: Fill, of order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) -> Bool {
        guard order.count(fill) else { return false }
        counts.fills += 1
        account.book(fill, in: order.ticker, at: time)
        news.append(.venue(.filled(fill)))
        if order.isAdopted, recovery?.isDone == false {
            // It may have filled long ago.
            recovery?.fills.append(fill)
            return true
        }
        if order.opensRisk { countEntry(fill, onShard: order.market.shard, at: time, into: &news) }
        return true
    }

    /// Tells the end of an order whose fills were all told.
    func tellEnd(_ order: DeskOrder, _ reason: CancelReason, at time: DeskTime, into news: inout [DeskNews]) {
        if order.view.state.isOpen, order.view.apply(.cancel(reason)) == .applied {
            news.append(.venue(.cancelled(order.id, unfilled: order.request.count - order.filled, reason)))
        }
        order.endedAt = time.now
        finish(order)
        if order.isFoundOwed { news.append(.venue(.found(order.id, order.snapshot))) }
        order.isFoundOwed = false
        if order.amendment != nil { news.append(.venue(.amendRefused(order.id, .other))) }
        order.amendment = nil
    }

    /// Lets an order go: nothing is under way for it any more.
    func finish(_ order: DeskOrder) {
        order.isOver = true
        order.heldUntil = nil
        order.cancelDue = nil
        order.lookDue = nil
        order.fetchDue = nil
        active.remove(order.id)
        if let venueID = order.venueID, let target = cancelTarget(venueID) { signatures?.unregister(target) }
    }

    /// Does the next thing an order needs, whatever was just heard of it.
    func proceed(_ order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) {
        if order.isOver { return }
        if order.heldUntil != nil {
            if order.cancelWanted { return drop(order, .other, nil, into: &news) }
            return send(order, at: time, into: &news)
        }
        fetchMissing(order, at: time, into: &news)
        let isComplete = order.filled >= order.expected
        if isComplete, order.filled >= order.total { return tellEnd(order, .requested, at: time, into: &news) }
        if let ending = order.ending {
            if isComplete { tellEnd(order, ending.reason ?? .requested, at: time, into: &news) }
            return
        }
        if isComplete, let found = order.found {
            order.found = nil
            order.isFoundOwed = false
            news.append(.venue(.found(order.id, found)))
            if order.view.state == .outcomeUnknown || order.view.state == .inFlight { _ = order.view.apply(.accept) }
        }
        look(order, at: time)
        if order.cancelWanted {
            cancel(order, at: time)
        } else if let amendment = order.amendment {
            amend(order, amendment, at: time)
        }
    }
}
