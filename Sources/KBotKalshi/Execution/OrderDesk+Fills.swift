import KBotModel

/// Fetching fills that the venue counts and the fill channel has not told.
extension OrderDesk {
    /// Fetches an order's fills when some are missing and the channel has had its time.
    func fetchMissing(_ order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) {
        guard order.filled < order.expected else {
            order.fetchDue = nil
            order.fetchFailures = 0
            return
        }
        guard let venueID = order.venueID, !order.fetchOut else { return }
        if order.fetchDue == nil {
            order.fetchDue = time.uptime + (order.unpriced.isEmpty ? configuration.fillGrace : .zero)
        }
        guard let due = order.fetchDue, due <= time.uptime else { return }
        order.fetchDue = nil
        fetch(order, venueID, at: time)
    }

    /// Fetches the fills of an order that is over, when the venue counts more of them than were told.
    func fetchLate(_ order: DeskOrder, at time: DeskTime) {
        guard order.filled < order.expected, let venueID = order.venueID, !order.fetchOut else { return }
        fetch(order, venueID, at: time)
    }

    private func fetch(_ order: DeskOrder, _ venueID: String, at time: DeskTime) {
        order.fetchOut = true
        let scope = AccountScope(subaccount: configuration.terms.subaccount)
        launch(.fills(order: venueID, sentAt: order.sentAt, scope), .fetch(order.id), at: time)
    }

    /// Takes in the fills of an order.
    func fetched(
        _ order: DeskOrder,
        _ result: Result<[FillRow], VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.fetchOut = false
        var why = "the venue does not list them"
        switch result {
        case .success(let rows):
            // The venue lists the newest first.
            for row in rows.reversed() where row.order == order.venueID {
                _ = tell(row.fill(of: order.id, in: order.request.market), of: order, at: time, into: &news)
            }
        case .failure(let error): why = "\(error)"
        }
        if order.filled < order.expected {
            order.fetchFailures += 1
            if order.fetchFailures == configuration.fillAttempts { giveUpFees(order, why, at: time, into: &news) }
            if order.fetchFailures >= configuration.fillAttempts { recount(order, at: time) }
            if order.isOver { reconcileSoon(at: time) }
            order.fetchDue = time.uptime + pause(after: order.fetchFailures)
        }
        proceed(order, at: time, into: &news)
    }

    /// Asks how many contracts are filled: the count may have been reckoned from an order that somebody else changed.
    private func recount(_ order: DeskOrder, at time: DeskTime) {
        guard order.ending != nil, !order.isOver, !order.lookOut, let venueID = order.venueID else { return }
        order.isRecounting = true
        order.lookOut = true
        launch(.order(venueID), .look(order.id), at: time)
    }

    /// The venue does not tell: fills without a fee take the market's schedule, and the operator is told.
    private func giveUpFees(_ order: DeskOrder, _ why: String, at time: DeskTime, into news: inout [DeskNews]) {
        for fill in order.unpriced.values.sorted(by: { $0.trade < $1.trade }) {
            let fee = order.market.fees.fee(count: fill.count, price: fill.price, liquidity: fill.liquidity)
            let priced = Fill(
                trade: fill.trade,
                order: fill.order,
                market: fill.market,
                side: fill.side,
                price: fill.price,
                count: fill.count,
                liquidity: fill.liquidity,
                fee: fee
            )
            _ = tell(priced, of: order, at: time, into: &news)
        }
        let missing = order.expected - order.filled
        let text =
            missing > .zero
            ? "\(missing) contracts of order \(order.id) are filled, and their fills cannot be had: \(why)"
            : "fees of order \(order.id) are reckoned, the venue's own cannot be had: \(why)"
        news.append(.warning(.fillsMissing, "\(order.ticker): \(text)"))
    }
}
