import KBotModel

/// An exchange that goes on where an earlier one was, and what happened in its markets meanwhile.
extension PaperExchange {
    /// Opens an exchange with the account, the orders and the positions of an earlier one.
    ///
    /// What happened between is guessed like this, and no better than this:
    /// - Requests that were on their way arrive as they would have, but find a book that nobody sees: an order that acts at
    ///   once gets nothing, one that may rest rests, behind what the next snapshot shows. Their answers are not told; a
    ///   look-up (see ``tellAgain(_:)``) has them.
    /// - Trades that the feed tells as `.history`, and that are newer than the state, fill what rested, in order, from the
    ///   queue that was ahead when the state was taken. Changes of the book meanwhile are unknown: nobody ahead cancelled.
    /// - An order's expiry and a market's close come at their time, between those trades. They wait for the first word of
    ///   their market, so that a trade before them still counts.
    /// - Without such trades what rested rests still.
    ///
    /// - Parameters:
    ///   - state: what was kept; its markets bear the numbers that the feed gives them.
    ///   - friction: the constants in force from now on.
    ///   - seed: of the luck of orders from now on.
    public init(restoring state: PaperState, friction: Friction = .realistic, seed: UInt64) {
        self.init(cash: .zero, friction: friction, seed: seed)
        account = PaperAccount(state.account)
        statistics = state.statistics
        lastTrade = state.lastTrade
        now = state.time
        for order in state.records { records[order.id] = order.record }
        for order in state.terms { terms[order.id] = order.terms }
        for plan in state.plans { schedule.plan(plan.task, at: plan.time) }
        let decided = state.parts.filter { $0.decided != nil }
            .sorted { ($0.decided ?? .distantPast) < ($1.decided ?? .distantPast) }
        for part in state.parts.filter({ $0.decided == nil }) + decided {
            var market = PaperMarket(
                facts: part.facts,
                hasBook: part.hasBook,
                resting: part.resting,
                isDecided: part.decided != nil,
                orders: part.orders
            )
            market.closePlanned = part.closePlanned
            markets.restore(part.id, market, decided: part.decided)
        }
        for part in state.parts where part.decided == nil { missing[part.id] = Missing(since: .distantPast) }
        arrive(state)
        for part in state.parts where part.decided == nil { missing[part.id]?.since = part.missingSince ?? now }
    }

    /// Lets the requests that were on their way arrive.
    private mutating func arrive(_ state: PaperState) {
        var last: Timestamp?
        for plan in state.plans {
            if case .request = plan.task { last = plan.time }
        }
        guard let last else { return }
        var untold: [TimedVenueEvent] = []
        advance(to: last, into: &untold)
    }

    /// What must outlive the process.
    public var state: PaperState {
        let decisions = markets.decisions
        let plans = schedule.all.filter { !isStale($0) }
        var underWay: Set<ClientOrderID> = []
        var awaited: Set<MarketID> = []
        for plan in plans {
            guard case .request(let request, _) = plan.task else { continue }
            underWay.insert(request.order)
            if case .place(let order) = request { awaited.insert(order.market) }
        }
        let kept = records.filter { id, record in
            record.status == .open || underWay.contains(id) || now - record.changed <= PaperState.lateness
        }
        let parts = markets.known.filter { id, market in
            awaited.contains(id) || account.position(in: id) != .zero || market.orders.contains { kept[$0] != nil }
                || market.isDecided && !market.orders.isEmpty
        }
        let matters = Set(parts.map(\.id))
        return PaperState(
            time: now,
            statistics: statistics,
            account: account.state { matters.contains($0) },
            records: kept.map { PaperState.OrderRecord(id: $0.key, record: $0.value) }.sorted { $0.id < $1.id },
            terms: terms.map { PaperState.Terms(id: $0.key, terms: $0.value) }.sorted { $0.id < $1.id },
            plans: (deferred + plans).map { PaperState.Plan(time: $0.time, task: $0.task) },
            lastTrade: lastTrade,
            parts: parts.map { id, market in
                PaperState.Part(
                    id: id,
                    facts: market.facts,
                    hasBook: market.hasBook,
                    resting: market.resting,
                    closePlanned: market.closePlanned,
                    decided: decisions[id],
                    missingSince: missing[id]?.since,
                    orders: market.orders.filter { kept[$0] != nil }
                )
            }
        )
    }

    // MARK: Meanwhile

    /// A market that was taken up again and of which nothing was heard yet.
    struct Missing: Sendable {
        /// Its trades count from here on.
        var since: Timestamp
        /// What fell due in it meanwhile.
        var due: [Due] = []
    }

    /// What fell due in markets of which nothing was heard yet.
    private var deferred: [Due] { missing.values.flatMap(\.due).sorted() }

    /// Keeps an expiry or a close for later while its market's trades of that time may still be told.
    mutating func waitsForPast(_ due: Due) -> Bool {
        guard !missing.isEmpty else { return false }
        let market: MarketID?
        switch due.task {
        case .request: market = nil
        case .expiry(let id), .patience(let id): market = records[id]?.market
        case .close(let id): market = id
        }
        guard let market, missing[market] != nil else { return false }
        missing[market]?.due.append(due)
        return true
    }

    /// Before the first word of a market that is no history: what fell due happens now.
    mutating func catchUp(before event: MarketEvent, into output: inout [TimedVenueEvent]) {
        switch event.kind {
        case .delta(let id, _, _, _), .snapshot(let id, _), .settled(let id, _): catchUp(id, with: [], into: &output)
        case .trade(let trade): catchUp(trade.market, with: [], into: &output)
        // Being listed, paused or cut off says nothing of the trades between.
        case .listed, .status, .gap, .history, .spot, .spotCandle: break
        }
    }

    /// Lets happen what fell due in a market and what was traded in it meanwhile, in order of time.
    mutating func catchUp(_ id: MarketID, with trades: [PastTrade], into output: inout [TimedVenueEvent]) {
        guard let missed = missing.removeValue(forKey: id), let index = markets.find(id) else { return }
        let present = now
        let status = markets[index].facts?.status
        // Whatever it is now, it traded when it traded.
        markets[index].facts?.status = .active
        var left = missed.due.sorted()[...]
        for past in trades.sorted(by: { $0.time < $1.time }) where past.time > missed.since && past.time <= present {
            while let next = left.first, next.time <= past.time { happen(left.removeFirst(), into: &output) }
            guard !markets[index].resting.isEmpty else { break }
            now = past.time
            match(past.trade, in: index, into: &output)
        }
        for next in left { happen(next, into: &output) }
        now = present
        if let status { setStatus(status, of: id, into: &output) }
        dropStalePlans()
    }

    /// Does at its time what had to wait.
    private mutating func happen(_ due: Due, into output: inout [TimedVenueEvent]) {
        now = due.time
        switch due.task {
        case .expiry(let id): expire(id, into: &output)
        case .patience(let id): giveUp(id, into: &output)
        case .close(let market): close(market, at: due.time, into: &output)
        case .request: break
        }
    }
}
