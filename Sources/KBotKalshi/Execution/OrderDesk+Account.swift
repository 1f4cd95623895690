package import KBotModel

/// Reading the account and comparing it with what the desk knows.
extension OrderDesk {
    /// The socket is gone: frames may be missed from now on, so the account is read more often.
    package func connectionLost(at time: DeskTime) {
        account.isConnected = false
        planReading(by: time.uptime + readingPeriod)
    }

    /// The socket is back with all its channels: the account is reconciled.
    package func connectionRestored(at time: DeskTime) {
        account.isConnected = true
        reconcileSoon(at: time)
    }

    /// Reconciles as soon as may be.
    package func reconcileSoon(at time: DeskTime) {
        planReading(by: max(time.uptime, account.readBegan + configuration.readLag) + configuration.reconcileSoon)
    }

    /// Time between two readings of the account; without the socket it is all there is to hear of fills.
    private var readingPeriod: TimeSpan {
        account.isConnected ? configuration.reconcilePeriod : min(configuration.reconcilePeriod, .seconds(5))
    }

    func planReading(by due: Timestamp) {
        guard isStarted, !isStopped else { return }
        account.readDue = min(account.readDue ?? .distantFuture, due)
    }

    func readAccount(at time: DeskTime) {
        guard !account.isReading, !isStopped else { return }
        account.isReading = true
        account.readDue = nil
        account.readBegan = time.uptime
        let scope = AccountScope(subaccount: configuration.terms.subaccount)
        let demands = [recovery?.takeOrdersFrom(configuration.fillOverlap, at: time.uptime), account.ordersFrom]
        let ordersFrom = demands.compactMap { $0 }.min()
        launch(
            .account(fillsFrom: account.fillsFrom, ordersFrom: ordersFrom, scope),
            .account(listsOrders: ordersFrom != nil),
            at: time
        )
    }

    /// Does what is due about the account.
    func watchAccount(at time: DeskTime, into news: inout [DeskNews]) {
        for (ticker, hint) in account.hints where hint.due <= time.uptime {
            account.hints[ticker] = nil
            let known = (account.positions[ticker] ?? .zero) + (account.foreignPositions[ticker] ?? .zero)
            if hint.position != known { reconcileSoon(at: time) }
        }
        if let due = account.readDue, due <= time.uptime { readAccount(at: time) }
    }

    /// Takes in a reading of the account.
    func reconcile(
        _ result: Result<AccountPicture, VenueError>,
        began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        account.isReading = false
        switch result {
        case .failure(let error):
            account.failures += 1
            planReading(by: time.uptime + pause(after: account.failures))
            if account.failures == 1 { news.append(.problem(error, "the account could not be read")) }
            if account.failures == configuration.fillAttempts {
                news.append(.warning(.unreadable, "the account cannot be read: \(error)"))
            }
        case .success(let picture):
            account.failures = 0
            account.picture = picture
            account.fillsFrom = max(account.fillsFrom, began.now - configuration.fillOverlap)
            counts.reconciliations += 1
            planReading(by: time.uptime + readingPeriod)
            news.append(.account(picture))
            takeUp(picture, at: time, into: &news)
            compareFills(picture.fills, began: began, at: time, into: &news)
            compareOrders(picture.resting, began: began, at: time, into: &news)
            comparePositions(picture.positions, began: began, at: time, into: &news)
            recover(picture, began: began, at: time, into: &news)
            tellForeign(into: &news)
            tellReady(into: &news)
            forgetOld(at: time)
        }
    }

    /// Lets go of orders that ended and whose markets closed an hour ago: nothing is heard of them any more.
    private func forgetOld(at time: DeskTime) {
        for (id, order) in orders
        where order.isOver && order.filled >= order.expected && order.market.closeTime + .hours(1) < time.now {
            orders[id] = nil
            if let venueID = order.venueID { byVenueID[venueID] = nil }
        }
    }

    /// Whether an id is one that this run or an earlier one of the account gave, though its order may be forgotten.
    func isOurOwn(_ clientID: String?) -> Bool {
        clientID.flatMap(configuration.terms.order).map { $0.sequence <= lastSequence } ?? false
    }

    /// How long reads lag, in the venue's time.
    private var venueLag: TimeSpan { configuration.readLag * 2 * max(configuration.speed, 1) }

    private func compareFills(
        _ rows: [FillRow],
        began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        var missed = 0
        for row in rows.reversed() {
            guard let order = byVenueID[row.order].flatMap({ orders[$0] }) else {
                // Its row has no id of ours: it may be of an order that was given up.
                if !account.listedFor.orders.contains(row.order), listLateOrders(in: row.ticker, at: time) {
                    account.listedFor.orders.insert(row.order)
                }
                continue
            }
            guard
                tell(row.fill(of: order.id, in: order.request.market), of: order, at: time, into: &news)
            else { continue }
            let isFromBefore = order.isAdopted && recovery?.isDone == false
            if !isFromBefore, let created = row.created ?? row.time, created + venueLag < began.now { missed += 1 }
            proceed(order, at: time, into: &news)
        }
        guard missed > 0 else { return }
        counts.differences += missed
        let text = missed == 1 ? "1 fill that was not told" : "\(missed) fills that were not told"
        news.append(.warning(.difference, "the account has \(text)"))
    }

    private func compareOrders(
        _ rows: [OrderRow],
        began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        account.foreignOrders = account.foreignOrders.filter { $0.value.at > began.uptime }
        var resting: Set<String> = []
        for row in rows {
            resting.insert(row.id)
            guard let order = order(clientID: row.clientID, venueID: row.id, in: row.ticker) else {
                if isUnaccounted(row.clientID) { continue }
                if isOurOwn(row.clientID) {
                    sweep(row, began: began, at: time, into: &news)
                } else {
                    account.foreignOrders[row.id] = (row.ticker, began.uptime)
                }
                continue
            }
            if order.isOver, let ended = order.endedAt, ended + venueLag < began.now { revive(order, into: &news) }
            learn(order, row, at: time, into: &news)
            proceed(order, at: time, into: &news)
        }
        for id in active.sorted() {
            guard let order = orders[id], let venueID = order.venueID, !resting.contains(venueID),
                order.ending == nil, !order.lookOut, order.lookDue == nil,
                let adopted = order.adoptedAt, adopted + configuration.readLag < began.uptime
            else { continue }
            order.hasVanished = true
            order.lookDue = time.uptime
            proceed(order, at: time, into: &news)
        }
    }

    private func comparePositions(
        _ rows: [PositionRow],
        began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        var venue: [Ticker: Quantity] = [:]
        for row in rows { venue[row.ticker, default: .zero] += row.position }
        let tickers = Set(venue.keys).union(account.positions.keys).union(account.foreignPositions.keys)
        for ticker in tickers.sorted() {
            let theirs = venue[ticker] ?? .zero
            let ours = (account.positions[ticker] ?? .zero) + (recovery?.unaccountedPosition(in: ticker) ?? .zero)
            if let market = marketIDs[ticker].flatMap({ markets[$0] }),
                market.closeTime <= time.now || market.status == .settled
            {
                // Nothing is traded there any more; once it is paid it is off the list.
                if theirs == .zero { settle(ticker) }
                continue
            }
            if let recovery, !recovery.isDone, recovery.ours.contains(ticker) { continue }  // compared there
            guard theirs != ours else {
                account.foreignPositions[ticker] = nil
                account.suspicions[ticker] = nil
                continue
            }
            compare(ticker, difference: theirs - ours, began: began, at: time, into: &news)
        }
    }

    /// A position differs from our fills. Reads lag behind, so that counts only when seen twice with nothing between;
    /// at once where we have never traded.
    private func compare(
        _ ticker: Ticker,
        difference: Quantity,
        began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        if account.listedFor.differences[ticker] != difference, listLateOrders(in: ticker, at: time) {
            account.listedFor.differences[ticker] = difference
            return
        }
        let isUnsettled = isUnsettled(ticker)
        let hasTraded = account.positions[ticker] != nil
        if !hasTraded, !isUnsettled {
            account.foreignPositions[ticker] = difference
            return
        }
        guard account.foreignPositions[ticker] != difference else { return }
        if let before = account.suspicions[ticker], before.difference == difference, !isUnsettled,
            account.lastFill[ticker].map({ $0 < before.at }) ?? true
        {
            account.suspicions[ticker] = nil
            account.foreignPositions[ticker] = difference
            counts.differences += 1
            let text = "\(ticker): the position is off by \(difference) contracts from our fills"
            news.append(.warning(.positionDrift, text))
        } else {
            account.suspicions[ticker] = (difference, began.uptime)
            reconcileSoon(at: time)
        }
    }

    /// Whether an order is on its way in a market, or fills are to be told there: positions may differ for a while.
    func isUnsettled(_ ticker: Ticker) -> Bool {
        active.contains { id in
            orders[id].map { $0.ticker == ticker && ($0.venueID == nil || $0.filled < $0.expected) } ?? false
        }
    }

    /// Drops a market that was paid.
    func settle(_ ticker: Ticker) {
        if let position = account.positions.removeValue(forKey: ticker) { account.finals[ticker] = position }
        account.foreignPositions[ticker] = nil
        account.suspicions[ticker] = nil
        account.hints[ticker] = nil
    }

    /// Tells which markets became foreign, and which no longer are.
    func tellForeign(into news: inout [DeskNews]) {
        let now = Set(account.foreignPositions.keys).union(account.foreignOrders.values.map(\.ticker))
        for ticker in now.subtracting(account.toldForeign).sorted() {
            let reason = account.foreignReason(ticker) ?? "something on the account not of this run"
            news.append(.foreign(ticker, marketIDs[ticker], isForeign: true, reason))
        }
        for ticker in account.toldForeign.subtracting(now).sorted() {
            let reason = "nothing on the account but this run's"
            news.append(.foreign(ticker, marketIDs[ticker], isForeign: false, reason))
        }
        account.toldForeign = now
    }

    /// Hears of a fill that is not of this run.
    func hearForeign(_ fill: OwnFill, at time: DeskTime, into news: inout [DeskNews]) {
        if isUnaccounted(fill.clientID) { return listOrders(at: time) }
        guard !isOurOwn(fill.clientID) else { return reconcileSoon(at: time) }
        // What it adds up to is read; until then the market is not ours alone.
        let signed = fill.side == .bid ? fill.count : -fill.count
        let others = (account.foreignPositions[fill.ticker] ?? .zero) + signed
        if others != .zero { account.foreignPositions[fill.ticker] = others }
        reconcileSoon(at: time)
        tellForeign(into: &news)
    }

    /// Hears of an order that is not of this run.
    func hearForeign(_ order: OwnOrder, at time: DeskTime, into news: inout [DeskNews]) {
        if isUnaccounted(order.clientID) { return listOrders(at: time) }
        guard !isOurOwn(order.clientID) else { return }
        if order.status.known == .canceled || order.status.known == .executed {
            account.foreignOrders[order.orderID] = nil
        } else {
            account.foreignOrders[order.orderID] = (order.ticker, time.uptime)
        }
        tellForeign(into: &news)
    }

    /// Reads the payments of decided markets from some time on and warns of those that differ from our fills.
    package func settlements(since: Timestamp, at time: DeskTime) {
        launch(.settlements(from: since, subaccount: configuration.terms.subaccount), .settlements, at: time)
    }

    func check(_ result: Result<[SettlementRow], VenueError>, into news: inout [DeskNews]) {
        switch result {
        case .failure(let error): news.append(.problem(error, "the payments could not be read"))
        case .success(let rows):
            for row in rows {
                guard let held = account.finals[row.ticker] ?? account.positions[row.ticker],
                    let settlement = row.settlement, let paid = row.revenueCents
                else { continue }
                let value = held >= .zero ? settlement.value : settlement.value.complement
                let due = (value * held.magnitude).units
                // Pairs of YES and NO that were netted before may be counted in, each with a dollar.
                let pairs = min(row.yesCount ?? .zero, row.noCount ?? .zero)
                let fits = [due, due + (Price.one * pairs).units].contains { abs($0 - paid * 10_000) < 10_000 }
                guard !fits else { continue }
                let text =
                    "\(row.ticker): paid \(Money(units: paid * 10_000)) dollars, by our fills \(Money(units: due))"
                news.append(.warning(.settlementDifference, text))
            }
        }
    }
}
