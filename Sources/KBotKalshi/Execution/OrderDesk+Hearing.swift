import KBotModel

/// A word on an order whose id is not known yet: its own answer may still be on its way.
struct Stray {
    enum Word {
        case fill(OwnFill)
        case order(OwnOrder)
    }

    let venueID: String
    let word: Word
    /// Until when it is kept, in uptime.
    let until: Timestamp
}

/// What the channels tell of our orders, in any order and more than once.
extension OrderDesk {
    /// Hears the fill channel.
    package func hear(_ fill: OwnFill, at time: DeskTime, into news: inout [DeskNews]) {
        guard isOurs(fill.subaccount) else { return }
        guard let order = order(clientID: fill.clientID, venueID: fill.orderID, in: fill.ticker) else {
            if mayBeOurs(fill.clientID, in: fill.ticker) { return keep(.fill(fill), fill.orderID, at: time) }
            return hearForeign(fill, at: time, into: &news)
        }
        adopt(order, fill.orderID, at: time, into: &news)
        let known = Fill(
            trade: tradeNumber(fill.tradeID),
            order: order.id,
            market: order.request.market,
            side: fill.side,
            price: fill.price,
            count: fill.count,
            liquidity: fill.isTaker ? .taker : .maker,
            fee: fill.fee ?? .zero
        )
        guard !order.knows(known.trade) else { return }
        if fill.fee != nil {
            if tell(known, of: order, at: time, into: &news) { counts.fillsByChannel += 1 }
        } else {
            // A fee told to the engine stands, so the real one is fetched first.
            order.unpriced[known.trade] = known
            if order.isOver { fetchLate(order, at: time) }
        }
        if let position = fill.positionAfter { account.hint(position, in: fill.ticker, at: time, configuration) }
        proceed(order, at: time, into: &news)
    }

    /// Hears the channel of own orders.
    package func hear(_ word: OwnOrder, at time: DeskTime, into news: inout [DeskNews]) {
        guard isOurs(word.subaccount) else { return }
        guard let order = order(clientID: word.clientID, venueID: word.orderID, in: word.ticker) else {
            if mayBeOurs(word.clientID, in: word.ticker) { return keep(.order(word), word.orderID, at: time) }
            return hearForeign(word, at: time, into: &news)
        }
        let status: OrderSnapshot.Status =
            switch word.status.known {
            case .resting?: .resting
            case .canceled?: .cancelled
            case .executed?: .executed
            case nil: .unknown
            }
        let heard = OrderWord(
            venueID: word.orderID,
            snapshot: OrderSnapshot(status: status, filled: word.filled),
            remaining: word.remaining,
            reason: OrderStatus.cancelReason(word.updateReason),
            price: word.price,
            mayBeOld: false
        )
        if status == .unknown {
            // A status that came later says nothing that could be relied on: ask.
            adopt(order, word.orderID, at: time, into: &news)
            if !order.isOver, order.ending == nil, order.lookDue == nil { order.lookDue = time.uptime }
        } else {
            learn(order, heard, at: time, into: &news)
        }
        proceed(order, at: time, into: &news)
    }

    /// Hears the channel of own positions.
    package func hear(_ position: OwnPosition, at time: DeskTime, into news: inout [DeskNews]) {
        guard isOurs(position.subaccount) else { return }
        account.hint(position.position, in: position.ticker, at: time, configuration)
    }

    /// Whether a frame is about the subaccount traded on.
    private func isOurs(_ subaccount: Int32?) -> Bool {
        subaccount.map { $0 == configuration.terms.subaccount ?? 0 } ?? true
    }

    /// The order of this run that the venue means.
    func order(clientID: String?, venueID: String, in ticker: Ticker) -> DeskOrder? {
        let id = clientID.flatMap(configuration.terms.order) ?? byVenueID[venueID]
        guard let order = id.flatMap({ orders[$0] }), order.ticker == ticker,
            order.venueID == nil || order.venueID == venueID
        else { return nil }
        return order
    }

    /// Whether an order without our id may be one whose answer is still to come.
    private func mayBeOurs(_ clientID: String?, in ticker: Ticker) -> Bool {
        clientID == nil
            && active.contains { id in orders[id].map { $0.ticker == ticker && $0.venueID == nil } ?? false }
    }

    private func keep(_ word: Stray.Word, _ venueID: String, at time: DeskTime) {
        guard strays.count < configuration.strayCapacity else { return reconcileSoon(at: time) }
        strays.append(Stray(venueID: venueID, word: word, until: time.uptime + configuration.exitPatience))
    }

    /// Takes what nobody claimed for somebody else's.
    func dropStrays(at time: DeskTime, into news: inout [DeskNews]) {
        while let stray = strays.first, stray.until <= time.uptime {
            strays.removeFirst()
            switch stray.word {
            case .fill(let fill): hearForeign(fill, at: time, into: &news)
            case .order(let order): hearForeign(order, at: time, into: &news)
            }
        }
    }
}
