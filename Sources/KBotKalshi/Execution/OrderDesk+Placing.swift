import KBotModel

/// New orders.
extension OrderDesk {
    /// Takes in a new order; sends it at once, or refuses it here.
    func place(_ request: NewOrder, at time: DeskTime, into news: inout [DeskNews]) {
        guard orders[request.id] == nil else { return }
        if let recovery, request.id.sequence <= recovery.known.last {
            // The id was used, or meant to be, by an earlier run: it is used once for ever.
            counts.ordersDropped += 1
            news.append(.venue(.rejected(request.id, .orderAlreadyExists)))
            return
        }
        guard let market = markets[request.market] else {
            counts.ordersDropped += 1
            news.append(.venue(.rejected(request.id, .marketInactive)))
            return
        }
        let opensRisk = opensRisk(request, in: market.ticker)
        let wire = self.wire(request, in: market, opensRisk: opensRisk)
        let order = DeskOrder(request, wire: wire, market: market, opensRisk: opensRisk, sentAt: time.now)
        orders[request.id] = order
        active.insert(request.id)
        lastSequence = max(lastSequence, request.id.sequence)
        firstSequence = min(firstSequence ?? .max, request.id.sequence)
        order.heldUntil = time.uptime + patience(for: order, at: time)
        send(order, at: time, into: &news)
    }

    /// An order as the venue takes it; one that opens risk never outlives its market, even when nobody is there to cancel.
    func wire(_ request: NewOrder, in market: Market, opensRisk: Bool) -> CreateOrder {
        var wire = CreateOrder(request, in: market, terms: configuration.terms)
        wire.group = nil
        if opensRisk, wire.timeInForce == .goodTillCanceled, wire.expires == nil {
            wire.expires = market.closeTime - configuration.closeMargin
        }
        return wire
    }

    /// Sends an order that waits, unless it must wait on, or its time is over.
    func send(_ order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) {
        guard let heldUntil = order.heldUntil else { return }
        var wire = order.wire
        if let expires = wire.expires, expires.floored(to: .seconds(1)) <= time.now {
            return drop(order, .expired, "it would expire before it arrived", into: &news)
        }
        if order.opensRisk {
            if isStopped { return drop(order, .other, "the run is ending", into: &news) }
            if let why = recovery?.reasonAgainstEntries { return drop(order, .other, why, into: &news) }
            if configuration.entryGroupLimit != nil {
                switch groups[order.market.shard] {
                case .ready(let name)?: wire.group = name.id
                case .triggered(let name)?:
                    let why = "order group \(name.id) on shard \(order.market.shard) has reached its limit"
                    return drop(order, .other, why, into: &news)
                case .making?, .failed?, .left?, .taking?, nil:
                    makeGroup(onShard: order.market.shard, at: time)
                    guard heldUntil <= time.uptime else { return }
                    return drop(order, .other, "there is no order group on shard \(order.market.shard)", into: &news)
                }
            }
        }
        guard heldUntil > time.uptime else {
            return drop(order, .other, "it could not be sent in time", into: &news)
        }
        order.heldUntil = nil
        order.sentAt = time.now
        counts.ordersSent += 1
        let work = DeskJob.Work.place(
            wire,
            patience: heldUntil - time.uptime,
            urgency: order.opensRisk ? .entering : .reducing
        )
        launch(work, .place(order.id), at: time)
    }

    /// How long an order may take to be sent; an entry never longer than it would live.
    private func patience(for order: DeskOrder, at time: DeskTime) -> TimeSpan {
        guard order.opensRisk else { return configuration.exitPatience }
        guard let expires = order.wire.expires, expires > time.now else { return configuration.entryPatience }
        let life = TimeSpan(microseconds: (expires - time.now).microseconds / max(configuration.speed, 1))
        return min(configuration.entryPatience, life)
    }

    /// Whether an order could make the position larger: one that reduces by its count whatever else fills does not.
    private func opensRisk(_ request: NewOrder, in ticker: Ticker) -> Bool {
        guard !request.reduceOnly else { return false }
        let position = account.positions[ticker] ?? .zero
        var closable = request.side == .ask ? position : -position
        for id in active {
            guard let other = orders[id], other.ticker == ticker, other.request.side == request.side else { continue }
            closable -= other.total - other.filled
        }
        return request.count > closable
    }

    /// Refuses an order that was not sent.
    func drop(_ order: DeskOrder, _ reason: RejectReason, _ why: String?, into news: inout [DeskNews]) {
        counts.ordersDropped += 1
        order.heldUntil = nil
        order.isPlacing = false
        if let why { news.append(.warning(.entryDropped, "\(order.ticker): order \(order.id) was not sent: \(why)")) }
        tellRejected(order, reason, into: &news)
    }

    /// Takes in the answer to a new order.
    func placed(
        _ order: DeskOrder,
        _ placement: Placement,
        _ began: DeskTime,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        order.isPlacing = false
        let latency = time.uptime - began.uptime
        counts.placeLatency = counts.placeLatency + latency
        counts.longestPlace = max(counts.longestPlace, latency)
        if case .unknown = placement { counts.ordersUnknown += 1 } else { counts.ordersAnswered += 1 }
        switch placement {
        case .placed(let answer):
            adopt(order, answer.id, at: time, into: &news)
            order.venueFilled = max(order.venueFilled, answer.filled)
            tellAccepted(order, resting: answer.remaining, into: &news)
            let dead = order.request.count - answer.filled - answer.remaining
            // Filled whole it ends with its last fill; of what rests the channels tell on.
            if dead > .zero { order.end(filled: answer.filled, order.mayRest ? .selfTrade : .immediateOrCancel) }
        case .found(let row): learn(order, row, at: time, into: &news)
        case .rejected(let error): refused(order, error, at: time, into: &news)
        case .unknown(let error):
            if !order.isOver { order.lookDue = time.uptime + configuration.firstRetry }
            guard order.venueID == nil else { break }  // a channel has told of it already
            news.append(.problem(error, "\(order.ticker): the answer to order \(order.id) was lost"))
            tellUnknown(order, into: &news)
        }
        proceed(order, at: time, into: &news)
    }

    /// The venue refused an order, or it was never sent.
    private func refused(_ order: DeskOrder, _ error: VenueError, at time: DeskTime, into news: inout [DeskNews]) {
        guard order.venueID == nil else {
            // A channel has told of the order: the venue contradicts itself, so it is asked.
            order.lookDue = time.uptime
            return
        }
        if error.kind == .notFilled, order.request.timeInForce == .immediateOrCancel {
            tellAccepted(order, resting: .zero, into: &news)
            order.end(filled: .zero, .immediateOrCancel)
            return
        }
        let what = "\(order.ticker): order \(order.id) was refused"
        switch error.kind {
        case .insufficientBalance: adviseCash(order, at: time, into: &news)
        case .notSent: news.append(.warning(.entryDropped, "\(what) before it was sent: \(error.message)"))
        default: news.append(.problem(error, what))
        }
        if order.opensRisk, error.saysGroupIsLocked {
            triggerGroup(onShard: order.market.shard, "the venue refused an entry: \(error)", into: &news)
        }
        tellRejected(order, error.rejectReason, into: &news)
    }

    /// Says where cash is when a shard has not enough.
    private func adviseCash(_ order: DeskOrder, at time: DeskTime, into news: inout [DeskNews]) {
        let shard = order.market.shard
        let price = order.request.side == .bid ? order.price : order.price.complement
        let fee = order.market.fees.fee(count: order.total, price: order.price, liquidity: .taker)
        var text = "\(order.ticker): not enough cash on shard \(shard) for order \(order.id)"
        if let picture = account.picture {
            text += "; cash on \(picture.cashByShard)"
            if let advice = picture.transferAdvice(toShard: shard, need: price * order.total + fee) {
                text += "; \(advice) helps"
            }
        }
        news.append(.warning(.insufficientCash, text))
        reconcileSoon(at: time)
    }
}

extension VenueError {
    /// Whether a refusal says that the order group takes no more; the venue's code for it is not documented.
    fileprivate var saysGroupIsLocked: Bool {
        guard disposition == .notRetryable || disposition == .conflict else { return false }
        let text = "\(code ?? "") \(message)".lowercased()
        return text.contains("order_group") || text.contains("order group")
    }
}
