package import KBotModel

/// Finding out what became of orders.
extension OrderDesk {
    /// Finds out about an order; the answer is `VenueEvent.found`, after all fills it counts.
    package func lookUp(_ id: ClientOrderID, at time: DeskTime, into news: inout [DeskNews]) {
        guard let order = orders[id] else {
            news.append(.venue(.found(id, OrderSnapshot(status: .unknown, filled: .zero))))
            return
        }
        guard !order.isOver else {
            news.append(.venue(.found(id, order.snapshot)))
            return
        }
        order.isFoundOwed = true
        // While it is being placed the answer tells; when its end is known, the last fill does.
        guard !order.isPlacing, order.ending == nil else { return }
        // What was taken up is looked for in the first reading of the account.
        if order.isAdopted, order.venueID == nil, recovery?.hasListed == false {
            return proceed(order, at: time, into: &news)
        }
        if order.lookDue == nil, !order.lookOut { order.lookDue = time.uptime }
        proceed(order, at: time, into: &news)
    }

    /// Asks the venue about an order when that is due.
    func look(_ order: DeskOrder, at time: DeskTime) {
        guard let due = order.lookDue, due <= time.uptime, !order.lookOut, !order.isPlacing else { return }
        order.lookDue = nil
        order.lookOut = true
        // By the venue's id, unless that is not known or was not found: then among the orders of the market.
        if let venueID = order.venueID, order.lookFailures % 3 < 2 {
            launch(.order(venueID), .look(order.id), at: time)
        } else {
            launch(.find(order.wire, sentAt: order.sentAt), .look(order.id), at: time)
        }
    }

    /// Takes in what the venue says of an order by its own id.
    func looked(
        _ order: DeskOrder,
        _ result: Result<OrderRow, VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.lookOut = false
        switch result {
        case .success(let row) where row.id == order.venueID:
            order.lookFailures = 0
            if order.isRecounting, row.snapshot.status != .resting { order.recount(filled: row.filled) }
            learn(order, row, at: time, into: &news)
        case .success: lookAgain(order, nil, at: time, into: &news)
        case .failure(let error): lookAgain(order, error, at: time, into: &news)
        }
        proceed(order, at: time, into: &news)
    }

    /// Takes in whether an order was found by our id.
    func sighted(
        _ order: DeskOrder,
        _ sighting: RESTClient.Sighting,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.lookOut = false
        switch sighting {
        case .found(let row) where row.isWhat(order.wire) || row.id == order.venueID:
            order.lookFailures = 0
            learn(order, row, at: time, into: &news)
        case .found:
            if order.venueID == nil, !order.isOver { tellRejected(order, .orderAlreadyExists, into: &news) }
        case .absent:
            // A channel may have told of it meanwhile.
            if order.venueID == nil, !order.isOver {
                if order.isAdopted { warnOfAbsence(order, into: &news) }
                if order.filled > .zero {
                    order.end(filled: order.filled, .requested)  // it was there once, as its fills show
                } else {
                    tellRejected(order, .other, into: &news)
                }
            } else {
                lookAgain(order, nil, at: time, into: &news)
            }
        case .undecided: lookAgain(order, nil, at: time, into: &news)
        }
        proceed(order, at: time, into: &news)
    }

    private func lookAgain(
        _ order: DeskOrder,
        _ error: VenueError?,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        guard !order.isOver, order.ending == nil else { return }
        order.lookFailures += 1
        order.lookDue = time.uptime + pause(after: order.lookFailures)
        guard order.lookFailures == configuration.fillAttempts else { return }
        let why = error.map { ": \($0)" } ?? ""
        news.append(.warning(.unreadable, "\(order.ticker): order \(order.id) cannot be looked up\(why)"))
    }

    /// Takes in a row of an order of ours.
    func learn(_ order: DeskOrder, _ row: OrderRow, at time: DeskTime, into news: inout [DeskNews]) {
        let word = OrderWord(
            venueID: row.id,
            snapshot: row.snapshot,
            remaining: row.remaining,
            reason: OrderStatus.cancelReason(row.updateReason),
            price: row.yesPrice,
            mayBeOld: true
        )
        learn(order, word, at: time, into: &news)
    }

    /// Takes in what the venue says of an order, from wherever.
    func learn(_ order: DeskOrder, _ word: OrderWord, at time: DeskTime, into news: inout [DeskNews]) {
        adopt(order, word.venueID, at: time, into: &news)
        guard order.venueID == word.venueID else { return }
        order.venueFilled = max(order.venueFilled, word.snapshot.filled)
        if order.isOver {
            fetchLate(order, at: time)
            return
        }
        switch word.snapshot.status {
        case .resting, .unknown:
            // Once an end is known, what still says otherwise is old.
            guard order.ending == nil else { return }
            if let refused = order.cancelRefusedAt, time.uptime - refused < configuration.readLag {
                // Reads lag behind: the order that could not be cancelled may be gone all the same.
                if order.isFoundOwed, order.lookDue == nil, !order.lookOut {
                    order.lookDue = time.uptime + configuration.firstRetry
                }
                return
            }
            tellAccepted(order, resting: word.remaining, into: &news)
            if word.mayBeOld, let price = word.price {
                settleAmendment(order, price, total: word.snapshot.filled + word.remaining, into: &news)
            }
            if order.isFoundOwed { order.found = word.snapshot }
            // What may not rest has ended, and the read was too early to show it.
            if !order.mayRest, order.lookDue == nil { order.lookDue = time.uptime + configuration.firstRetry }
        case .cancelled:
            reportVanished(order, into: &news)
            order.end(filled: word.snapshot.filled, immediateReason(order, word.reason))
        case .executed:
            reportVanished(order, into: &news)
            order.end(filled: word.snapshot.filled, nil)
        }
    }

    private func reportVanished(_ order: DeskOrder, into news: inout [DeskNews]) {
        guard order.hasVanished, order.ending == nil else { return }
        order.hasVanished = false
        counts.differences += 1
        news.append(.warning(.difference, "\(order.ticker): order \(order.id) had ended without a word"))
    }

    private func immediateReason(_ order: DeskOrder, _ reason: CancelReason) -> CancelReason {
        reason == .requested && !order.mayRest ? .immediateOrCancel : reason
    }

    /// Notes the venue's id of an order; what was heard under it before is heard again.
    func adopt(
        _ order: DeskOrder,
        _ venueID: String,
        revives: Bool = true,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        guard order.venueID == nil else { return }
        order.venueID = venueID
        order.adoptedAt = time.uptime
        byVenueID[venueID] = order.id
        if order.isOver, revives { revive(order, into: &news) }
        if order.mayRest, !order.isOver, let target = cancelTarget(venueID) { signatures?.register(target) }
        let kept = strays.filter { $0.venueID == venueID }
        strays.removeAll { $0.venueID == venueID }
        for stray in kept {
            switch stray.word {
            case .fill(let fill): hear(fill, at: time, into: &news)
            case .order(let word): hear(word, at: time, into: &news)
            }
        }
    }

    /// Takes up an order again that the engine was told was never there, and takes it off the book.
    func revive(_ order: DeskOrder, into news: inout [DeskNews]) {
        order.isOver = false
        order.ending = nil
        order.cancelWanted = true
        active.insert(order.id)
        let text = "\(order.ticker): order \(order.id), taken for dead, is at the venue; it is being cancelled"
        news.append(.warning(.orphan, text))
    }
}

/// What the venue says of one order, from a row or a frame.
struct OrderWord {
    let venueID: String
    let snapshot: OrderSnapshot
    let remaining: Quantity
    let reason: CancelReason
    let price: Price?
    /// Whether it may lag behind what the channels told.
    let mayBeOld: Bool
}
