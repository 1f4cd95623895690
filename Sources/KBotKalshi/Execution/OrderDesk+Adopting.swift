package import KBotModel

/// Taking up the orders of earlier runs of the account.
extension OrderDesk {
    /// Takes up what the account's journal knows, once, before ``start(shards:at:)``.
    ///
    /// Each order counts as active and of unknown outcome until the venue was asked; its fills that the journal does not
    /// have are told once each, then ``lookUp(_:at:into:)`` is answered. No id up to the last known is ever placed, and
    /// no entry is before ``DeskNews/recovered(_:)``.
    ///
    /// - Parameters:
    ///   - orders: Orders that had not ended, those of which only the intent is known among them, and those that ended
    ///     lately.
    ///   - positions: What the account's fills add up to by its journal, those in `filled` of the orders included; also
    ///     where the result is known but may not be paid yet.
    ///   - lastOrders: The last order of each epoch of the account that the journal knows, oldest first; of an order
    ///     beyond it the journal has lost all trace. Epochs before the first are not looked into.
    ///   - fillsFrom: From when on fills may be missing in the journal: the time of its last checkpoint.
    package func adopt(
        _ orders: [AdoptedOrder],
        positions: [Ticker: Quantity],
        lastOrders: [ClientOrderID],
        fillsFrom: Timestamp
    ) {
        precondition(!isStarted && recovery == nil, "Condition failed: an account is taken up once, before the start")
        let known = KnownOrders(lastOrders + orders.map(\.request.id))
        account.positions = positions.filter { $0.value != .zero }
        recovery = Recovery(
            known: known,
            fillsFrom: fillsFrom,
            ours: Set(account.positions.keys).union(orders.lazy.filter { !$0.isOver }.map(\.market.ticker))
        )
        lastSequence = known.last
        for adopted in orders {
            let wire = self.wire(adopted.request, in: adopted.market, opensRisk: adopted.opensRisk)
            let order = DeskOrder(adopted, wire: wire)
            self.orders[order.id] = order
            if !order.isOver { active.insert(order.id) }
            markets[adopted.market.id] = adopted.market
            marketIDs[adopted.market.ticker] = adopted.market.id
        }
    }

    /// Whether an id is of this account, and of an order that neither this run nor the journal knows.
    func isUnaccounted(_ clientID: String?) -> Bool {
        guard let recovery, let id = clientID.flatMap(configuration.terms.order), orders[id] == nil,
            !recovery.known.contains(id)
        else { return false }
        return firstSequence.map { id.sequence < $0 || id.sequence > lastSequence } ?? true
    }

    /// Has the next reading list orders that have ended too: one was heard of that nobody knows.
    func listOrders(at time: DeskTime) {
        recovery?.wantsOrders = true
        reconcileSoon(at: time)
    }

    /// Finds in a reading the orders that were taken up, before its fills are counted, and those nobody knows.
    func takeUp(_ picture: AccountPicture, at time: DeskTime, into news: inout [DeskNews]) {
        var unknown: [UnaccountedOrder] = []
        for row in picture.orders + picture.resting {
            if isUnaccounted(row.clientID) {
                // What neither rests nor has filled left nothing behind.
                guard row.filled > .zero || row.snapshot.status == .resting else { continue }
                let order = UnaccountedOrder(row)
                if recovery?.unaccounted.updateValue(order, forKey: row.id) == nil { unknown.append(order) }
            } else if let order = order(clientID: row.clientID, venueID: row.id, in: row.ticker) {
                guard order.venueID == nil, row.isWhat(order.wire) else { continue }
                if order.isOver {
                    takeUp(ended: order, row, at: time, into: &news)
                } else if order.isAdopted {
                    learn(order, row, at: time, into: &news)
                }
            } else if row.filled > .zero, isOurOwn(row.clientID) {
                // What an order that the journal took for dead has bought is ours, and no one else's position.
                recovery?.ours.insert(row.ticker)
            }
        }
        recovery?.hasListed = true
        if !unknown.isEmpty {
            news.append(.unaccounted(unknown.map { recovery?.unaccounted[$0.venueID] ?? $0 }))
        }
        for id in active.sorted() {
            guard let order = orders[id], order.isAdopted, order.venueID == nil, !order.lookOut, order.lookDue == nil
            else { continue }
            order.lookDue = time.uptime  // not among them: its absence has to be proven
        }
    }

    /// Compares an order that was taken for over, never having been seen at the venue, with what the venue lists of it.
    private func takeUp(ended order: DeskOrder, _ row: OrderRow, at time: DeskTime, into news: inout [DeskNews]) {
        // What rests is revived there, and cancelled.
        if row.snapshot.status == .resting || row.snapshot.status == .unknown {
            recovery?.ours.insert(row.ticker)
            return learn(order, row, at: time, into: &news)
        }
        guard row.filled > order.filled else {
            // It ended as was thought: what is heard of it again is old.
            return adopt(order, row.id, revives: false, at: time, into: &news)
        }
        recovery?.ours.insert(row.ticker)
        let text = "\(order.ticker): order \(order.id), taken for dead, has filled \(row.filled) contracts at the venue"
        news.append(.warning(.orphan, text))
        // It counts as active until its fills are told, and its end after them.
        order.isOver = false
        active.insert(order.id)
        adopt(order, row.id, at: time, into: &news)
        learn(order, row, at: time, into: &news)
    }

    /// Has the next reading list the orders of a market in which something is that no order known at the venue explains:
    /// it may be of one that was given up as absent and came late. False when there is none.
    func listLateOrders(in ticker: Ticker, at time: DeskTime) -> Bool {
        var from: Timestamp?
        for order in orders.values where order.ticker == ticker && order.mayComeLate {
            // When an earlier run sent it is not known; what came before its last state, it would have seen.
            let sent = order.isAdopted ? recovery?.fillsFrom ?? order.sentAt : order.sentAt
            from = min(from ?? .distantFuture, sent - configuration.fillOverlap)
        }
        guard let from else { return false }
        account.ordersFrom = min(account.ordersFrom ?? .distantFuture, from)
        reconcileSoon(at: time)
        return true
    }

    /// Takes an order off the book that by the journal has ended: it has no owner any more.
    ///
    /// Reads lag behind, so it has to be seen twice; as long as it rests, each reading cancels it again.
    func sweep(_ row: OrderRow, began: DeskTime, at time: DeskTime, into news: inout [DeskNews]) {
        guard let recovery, let id = row.clientID.flatMap(configuration.terms.order), orders[id] == nil,
            recovery.known.contains(id)
        else { return }
        guard let first = recovery.leftovers[row.id], first + configuration.readLag * 2 <= began.uptime else {
            if recovery.leftovers[row.id] == nil { self.recovery?.leftovers[row.id] = began.uptime }
            return reconcileSoon(at: time)
        }
        let item = CancelItem(
            id: row.id,
            shard: row.shard,
            ticker: row.ticker,
            subaccount: configuration.terms.subaccount
        )
        launch(.cancel(item), .sweep, at: time)
        let text = "\(row.ticker): order \(id), which has ended by the journal, rests; it is being cancelled"
        news.append(.warning(.orphan, text))
        reconcileSoon(at: time)
    }

    /// Says that an order of an earlier run is not at the venue, where that is a surprise.
    func warnOfAbsence(_ order: DeskOrder, into news: inout [DeskNews]) {
        guard order.wasKnownBefore || order.filled > .zero else { return }
        counts.differences += 1
        let text = "\(order.ticker): order \(order.id), which the venue had taken, is not listed there any more"
        news.append(.warning(.difference, text))
    }
}
