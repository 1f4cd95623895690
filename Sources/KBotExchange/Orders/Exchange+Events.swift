import KBotKalshi
import KBotModel
import KBotSimulation

/// From what the paper exchanges say to orders, fills, holdings, messages and answers.
extension Exchange {
    /// Lets every paper exchange do what is due.
    func runPapers() {
        for customer in customers {
            for wallet in customer.wallets { run(wallet) }
        }
    }

    /// Lets one paper exchange do what is due.
    func run(_ wallet: Wallet) {
        guard let due = wallet.paper.nextDue, due <= clock else { return }
        wallet.paper.advance(to: clock, into: &venueEvents)
        settleEvents(of: wallet, trade: nil)
    }

    /// Takes an order off the book on the venue's own account; `reason` in the venue's words.
    func drop(_ number: Int, _ reason: String?) {
        let order = orders[number]
        guard let wallet = customers[order.account].wallet(order.subaccount, order.shard) else { return }
        var events: [TimedVenueEvent] = []
        wallet.paper.cancelNow(order.paperID, because: .requested, into: &events)
        settle(events, of: wallet, trade: nil, dropped: (number, reason))
    }

    /// Books what a paper exchange has just said.
    func settleEvents(of wallet: Wallet, trade: Int64?) {
        let events = venueEvents
        venueEvents.removeAll(keepingCapacity: true)
        settle(events, of: wallet, trade: trade, dropped: nil)
    }

    private func settle(
        _ events: [TimedVenueEvent],
        of wallet: Wallet,
        trade: Int64?,
        dropped: (number: Int, reason: String?)?
    ) {
        guard !events.isEmpty else { return }
        var touched: [Int] = []
        for timed in events {
            guard let number = timed.event.order.map({ Int($0.sequence) - 1 }), orders.indices.contains(number) else {
                continue
            }
            if !touched.contains(number) { touched.append(number) }
            switch timed.event {
            case .accepted(_, let resting): accept(number, resting: resting, at: timed.time)
            case .rejected(_, let reason): refuse(number, reason, at: timed.time)
            case .filled(let fill): book(fill, number, wallet, trade: trade, at: timed.time)
            case .cancelled(_, _, let reason):
                let isDropped = dropped?.number == number
                cancel(number, reason, isDropped ? dropped?.reason : nil, isDropped: isDropped, at: timed.time)
            case .amended(_, let price, let resting): amend(number, price, resting, at: timed.time)
            case .cancelRefused: failFirst(number, .notFound) { if case .cancel = $0 { true } else { false } }
            case .amendRefused(_, let reason):
                failFirst(number, refusal(reason, number)) { if case .amend = $0 { true } else { false } }
            case .outcomeUnknown, .found: break
            }
        }
        for number in touched {
            decide(number)
            if operations[number]?.isEmpty == true { operations[number] = nil }
            if orders[number].status != nil { tellOrder(number) }
        }
        for number in touched { checkGroup(of: number) }
    }

    private func accept(_ number: Int, resting count: Quantity, at time: Timestamp) {
        orders[number].created = time
        orders[number].updated = time
        orders[number].status = .canceled
        if let place = operations[number]?.firstIndex(where: { if case .create = $0.kind { true } else { false } }) {
            operations[number]?[place].begun = time
            operations[number]?[place].remaining = count
        }
        guard orders[number].timeInForce == .goodTillCanceled, count > .zero else { return }
        orders[number].status = .resting
        orders[number].remaining = count
        resting[orders[number].market, default: []].append(number)
        tellOwnDelta(orders[number], count)
    }

    private func refuse(_ number: Int, _ reason: RejectReason, at time: Timestamp) {
        // An order that could not be filled whole keeps its id used up; one that never was does not.
        let order = orders[number]
        if reason != .fillOrKill { customers[order.account].usedClientIDs.remove(order.clientID) }
        failFirst(number, refusal(reason, number)) { if case .create = $0 { true } else { false } }
    }

    private func book(_ fill: Fill, _ number: Int, _ wallet: Wallet, trade: Int64?, at time: Timestamp) {
        let order = orders[number]
        let customer = customers[wallet.account]
        wallet.holdings[fill.market, default: Holding()]
            .trade(fill.side, count: fill.count, price: fill.price, fee: fill.fee, at: time)
        let cost = (fill.side == .bid ? fill.price : fill.price.complement) * fill.count
        let isTaker = fill.liquidity == .taker
        orders[number].filled += fill.count
        orders[number].updated = time
        orders[number].reason = "Trade"
        if isTaker {
            orders[number].takerCost += cost
            orders[number].takerFees += fill.fee
        } else {
            orders[number].makerCost += cost
            orders[number].makerFees += fill.fee
        }
        // A fill bears the id of the public trade it is a part of; a second part of one trade needs an id of its own.
        var id = uuids.id(.taken, nextNumber())
        if let trade, customer.lastTrade < trade {
            customer.lastTrade = trade
            id = uuids.id(.trade, trade)
        }
        let record = ExchangeFill(
            sequence: customer.fills.count + 1,
            id: id,
            order: number,
            orderID: order.id,
            subaccount: order.subaccount,
            shard: order.shard,
            market: fill.market,
            ticker: order.ticker,
            side: fill.side,
            price: fill.price,
            count: fill.count,
            isTaker: isTaker,
            fee: fill.fee,
            time: time
        )
        customer.fills.append(record)
        if let place = operations[number]?.firstIndex(where: { $0.begun == time }), isTaker {
            operations[number]?[place].filled += fill.count
            operations[number]?[place].value += fill.price * fill.count
            operations[number]?[place].fees += fill.fee
        }
        let left = orders[number].total - orders[number].filled
        let shown = orders[number].remaining
        if shown > left {
            tellOwnDelta(orders[number], left - shown)
            orders[number].remaining = left
        }
        if left == .zero {
            orders[number].status = .executed
            unlist(number)
        }
        tellFill(record, of: orders[number], position: wallet.holdings[fill.market]?.position ?? .zero)
        tellPosition(wallet, orders[number])
        if let group = order.group, let place = customer.groups.firstIndex(where: { $0.id == group }) {
            customer.groups[place].add(fill.count, at: time)
        }
    }

    private func cancel(
        _ number: Int,
        _ reason: CancelReason,
        _ word: String?,
        isDropped: Bool,
        at time: Timestamp
    ) {
        let removed = orders[number].remaining
        tellOwnDelta(orders[number], -removed)
        orders[number].remaining = .zero
        orders[number].status = .canceled
        orders[number].updated = time
        orders[number].reason = isDropped ? word : reason.venueWord
        unlist(number)
        guard reason == .requested, !isDropped, let first = operations[number]?.first,
            case .cancel(let less) = first.kind
        else { return }
        operations[number]?.removeFirst()
        if less { orders[number].reason = "Decrease" }
        let order = orders[number]
        var fields: KeyValuePairs<String, JSON?> = [
            "order_id": .string(order.id), "client_order_id": .string(order.clientID), "reduced_by": removed.wire,
            "ts_ms": .milliseconds(time),
        ]
        if less {
            fields = [
                "order_id": .string(order.id), "client_order_id": .string(order.clientID),
                "remaining_count": Quantity.zero.wire, "ts_ms": .milliseconds(time),
            ]
        }
        answer(first, .success(.members(fields)))
    }

    private func amend(_ number: Int, _ price: Price, _ count: Quantity, at time: Timestamp) {
        guard let place = operations[number]?.firstIndex(where: { if case .amend = $0.kind { true } else { false } }),
            case .amend(let amendment)? = operations[number]?[place].kind
        else { return }
        operations[number]?[place].begun = time
        operations[number]?[place].remaining = count
        let old = orders[number]
        if old.price == price {
            tellOwnDelta(old, count - old.remaining)
        } else {
            tellOwnDelta(old, -old.remaining)
        }
        orders[number].price = price
        orders[number].total = amendment.total
        orders[number].remaining = count
        orders[number].updated = time
        orders[number].reason = amendment.isDecrease ? "Decrease" : "Amend"
        if let id = amendment.clientID { orders[number].clientID = id }
        if old.price != price { tellOwnDelta(orders[number], count) }
        if let expires = amendment.expires {
            orders[number].expires = expires
            customers[old.account].wallet(old.subaccount, old.shard)?
                .paper.setExpiration(of: old.paperID, to: expires)
        }
    }

    private func unlist(_ number: Int) { resting[orders[number].market]?.removeAll { $0 == number } }
}

extension CancelReason {
    /// The venue's `last_update_reason`; nil for what has none.
    fileprivate var venueWord: String? {
        switch self {
        case .requested, .immediateOrCancel: nil
        case .expired: "ExpiryCancel"
        case .marketClosed: "CloseCancel"
        case .selfTrade: "SelfTradeCancel"
        case .reduceOnly: "ReduceOnlyCancel"
        }
    }
}

extension VenueEvent {
    /// The order it is about.
    fileprivate var order: ClientOrderID? {
        switch self {
        case .accepted(let id, _), .rejected(let id, _), .cancelled(let id, _, _), .cancelRefused(let id),
            .amended(let id, _, _), .amendRefused(let id, _), .outcomeUnknown(let id), .found(let id, _):
            id
        case .filled(let fill): fill.order
        }
    }
}
