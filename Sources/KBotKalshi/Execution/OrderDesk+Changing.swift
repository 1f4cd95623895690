import KBotModel

/// Cancels and changes.
extension OrderDesk {
    /// Sends a cancel as soon as the venue's id is known and nothing else is on its way.
    func cancel(_ order: DeskOrder, at time: DeskTime) {
        guard !order.cancelOut, !order.amendOut, let venueID = order.venueID else { return }
        if let due = order.cancelDue, due > time.uptime { return }
        order.cancelDue = nil
        order.cancelOut = true
        counts.cancelsSent += 1
        launch(.cancel(item(order, venueID)), .cancel(order.id), at: time)
    }

    /// Sends several cancels in one go.
    func cancel(_ batch: [DeskOrder], at time: DeskTime) {
        var items: [CancelItem] = []
        for order in batch {
            guard let venueID = order.venueID else { continue }
            order.cancelDue = nil
            order.cancelOut = true
            counts.cancelsSent += 1
            items.append(item(order, venueID))
        }
        if !items.isEmpty { launch(.cancelMany(items), .cancelMany(batch.map(\.id)), at: time) }
    }

    private func item(_ order: DeskOrder, _ venueID: String) -> CancelItem {
        CancelItem(
            id: venueID,
            shard: order.market.shard,
            ticker: order.ticker,
            subaccount: configuration.terms.subaccount
        )
    }

    /// Takes in the answer to a cancel.
    func cancelled(
        _ order: DeskOrder,
        _ cancellation: Cancellation,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.cancelOut = false
        switch cancellation {
        case .cancelled(let answer):
            order.cancelFailures = 0
            order.cancelWanted = false
            let filled = order.total - answer.reducedBy
            if filled >= order.filled, filled >= order.venueFilled {
                order.end(filled: filled, .requested)
            } else if !order.isOver, order.ending == nil {
                order.lookDue = time.uptime + configuration.firstRetry  // it does not add up: ask
            }
        case .notResting: nothingToCancel(order, at: time, into: &news)
        case .refused(let error):
            if !order.isOver, order.ending == nil, error.kind != .marketInactive {
                news.append(.problem(error, "\(order.ticker): the cancel of order \(order.id) was refused"))
            }
            nothingToCancel(order, at: time, into: &news)
        case .unknown:
            // A cancel does no harm twice.
            order.cancelFailures += 1
            order.cancelDue = time.uptime + pause(after: order.cancelFailures)
        }
        proceed(order, at: time, into: &news)
    }

    /// Nothing was there to cancel: the order has ended, or the venue thinks so. Nothing is assumed.
    private func nothingToCancel(_ order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) {
        guard !order.isOver, order.ending == nil else { return }
        order.cancelRefusedAt = time.uptime
        order.refusals += 1
        order.cancelWanted = false
        order.lookDue = time.uptime + (order.refusals > 1 ? pause(after: order.refusals) : .zero)
        // The engine asks for a look-up itself when told; where its state does not allow that, the look goes on alone.
        if order.view.state == .cancelInFlight, !order.wasInDoubt, order.view.apply(.refuseCancel) == .applied {
            news.append(.venue(.cancelRefused(order.id)))
        } else {
            order.isFoundOwed = true
        }
    }

    /// Sends a change as soon as the venue's id is known.
    func amend(_ order: DeskOrder, _ amendment: DeskOrder.Amendment, at time: DeskTime) {
        guard !order.amendOut, !order.amendLost, !order.cancelOut, let venueID = order.venueID else { return }
        order.amendOut = true
        let change = AmendOrder(
            ticker: order.ticker,
            side: order.request.side,
            price: amendment.price,
            total: amendment.total,
            shard: order.market.shard
        )
        launch(
            .amend(venueID, change, subaccount: configuration.terms.subaccount),
            .amend(order.id, amendment),
            at: time
        )
    }

    /// Takes in the answer to a change.
    func amended(
        _ order: DeskOrder,
        _ amendment: DeskOrder.Amendment,
        _ change: OrderChange<AmendedOrder>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.amendOut = false
        guard !order.isOver else { return }
        switch change {
        case .done(let answer):
            order.amendment = nil
            order.price = amendment.price
            order.total = amendment.total
            order.venueFilled = max(order.venueFilled, answer.filled ?? .zero)
            let resting = answer.remaining ?? amendment.total - order.venueFilled
            news.append(.venue(.amended(order.id, price: amendment.price, resting: resting)))
        case .found(let row):
            order.amendLost = true
            learn(order, row, at: time, into: &news)
        case .refused(let error):
            order.amendment = nil
            news.append(.venue(.amendRefused(order.id, error.rejectReason)))
        case .unknown:
            order.amendLost = true
            order.lookDue = time.uptime + configuration.readLag
        }
        proceed(order, at: time, into: &news)
    }

    /// Compares what the venue says of a resting order with a change whose answer was lost.
    func settleAmendment(_ order: DeskOrder, _ price: Price, total: Quantity, into news: inout [DeskNews]) {
        guard order.amendLost, let amendment = order.amendment else { return }
        order.amendLost = false
        order.amendment = nil
        if price == amendment.price, total == amendment.total {
            order.price = price
            order.total = total
            news.append(.venue(.amended(order.id, price: price, resting: total - order.venueFilled)))
        } else {
            news.append(.venue(.amendRefused(order.id, .other)))
        }
    }
}
