import KBotKalshi
import KBotModel
import KBotSimulation

/// Cancels, amendments and decreases.
extension Exchange {
    /// Where the venue is to look for an order.
    struct Address {
        var subaccount: Int32?
        var shard: Int32?
        var ticker: String?
    }

    /// The number of an order of the caller's that a request names.
    ///
    /// Without shard and market the venue looks on shard 0 alone; here it finds the order by its id, unless it is strict.
    private func find(_ id: String, _ address: Address, _ caller: Caller) throws(Refusal) -> Int {
        guard let number = orderNumbers[id], orders[number].account == caller.customer.key.index else {
            throw .notFound
        }
        let order = orders[number]
        if let bound = caller.key?.subaccount, bound != order.subaccount { throw .forbidden("subaccount") }
        if let subaccount = address.subaccount, subaccount != order.subaccount { throw .notFound }
        if let ticker = address.ticker, !ticker.isEmpty, ticker != order.ticker.text { throw .notFound }
        if let shard = address.shard, shard >= 0, shard != order.shard { throw .notFound }
        let isAddressed = (address.shard ?? -1) >= 0 || address.ticker?.isEmpty == false
        if options.isStrictOnShards, !isAddressed, order.shard != 0 { throw .notFound }
        return number
    }

    /// Refuses what needs an order on the book; an order under way counts, for the request arrives after it.
    private func checkOpen(_ number: Int) throws(Refusal) {
        let order = orders[number]
        if order.status == .resting || order.status == nil && operations[number] != nil { return }
        if order.reason == "CloseCancel", market(order.market)?.finalized == nil { throw .marketInactive() }
        throw .notFound
    }

    /// Cancels an order.
    func cancel(
        _ id: String,
        _ address: Address,
        _ caller: Caller,
        _ reply: WaitingReply,
        _ slot: Int
    ) throws(Refusal) {
        let number = try find(id, address, caller)
        try checkOpen(number)
        try remove(number, isDecrease: false, reply, slot)
    }

    private func remove(_ number: Int, isDecrease: Bool, _ reply: WaitingReply, _ slot: Int) throws(Refusal) {
        let order = orders[number]
        guard let market = market(order.market), [.active, .inactive].contains(market.phase(at: clock)) else {
            throw .marketInactive()
        }
        guard let wallet = customers[order.account].wallet(order.subaccount, order.shard) else { throw .notFound }
        send(.cancel(isDecrease: isDecrease), number, wallet, reply, slot)
    }

    /// Cancels all of the caller's resting orders, or those of one subaccount.
    func cancelAll(_ subaccount: Int32?, _ caller: Caller) {
        for number in caller.customer.orders.reversed()
        where orders[number].status == .resting
            && (subaccount ?? orders[number].subaccount) == orders[number].subaccount
        {
            drop(number, nil)
        }
    }

    /// Changes price, total or expiry of an order.
    func amend(
        _ id: String,
        _ body: BodyReader,
        _ subaccount: Int32?,
        _ caller: Caller,
        _ reply: WaitingReply
    ) throws(Refusal) {
        let ticker = try body.requiredText("ticker")
        let side: BookSide = try body.word("side")
        let priceText = try body.requiredText("price")
        let total = try body.count("count")
        let clientID = try body.text("client_order_id")
        let newID = try body.text("updated_client_order_id")
        let expiration = try body.integer("expiration_time")
        let shard = try body.small("exchange_index")

        // The market is named, so the order is found on every shard.
        let number = try find(id, Address(subaccount: subaccount, shard: shard, ticker: ticker), caller)
        try checkOpen(number)
        let order = orders[number]
        guard let market = market(order.market) else { throw .notFound }
        try checkTrading(market)
        guard side == order.side else { throw .invalidOrder("side must be the order's") }
        if let clientID, !clientID.isEmpty, clientID != order.clientID {
            throw .invalidOrder("client_order_id must be the order's")
        }
        guard let price = Price(priceText), market.facts.grid.contains(price) else {
            throw Refusal(400, "invalid_price")
        }
        guard total > order.filled else { throw .invalidOrder("count must be more than what is filled") }
        var expires: Timestamp??
        if let expiration { expires = .some(expiration == 0 ? nil : try future(expiration)) }
        let updated = newID.flatMap { $0.isEmpty || $0 == order.clientID ? nil : $0 }
        if let updated {
            try Self.check(updated)
            guard !caller.customer.usedClientIDs.contains(updated) else { throw .alreadyExists }
            caller.customer.usedClientIDs.insert(updated)
        }
        let change = Operation.Amendment(total: total, clientID: updated, expires: expires, isDecrease: false)
        try alter(number, price, change, reply)
    }

    /// Takes a part of an order off the book, or all of it.
    func decrease(
        _ id: String,
        _ body: BodyReader,
        _ subaccount: Int32?,
        _ caller: Caller,
        _ reply: WaitingReply
    ) throws(Refusal) {
        let by = try body.text("reduce_by")
        let to = try body.text("reduce_to")
        guard (by == nil) != (to == nil) else { throw .invalidParameters("exactly one of reduce_by and reduce_to") }
        let amount = try body.count(by == nil ? "reduce_to" : "reduce_by")
        guard amount >= .zero, by == nil || amount > .zero else {
            throw .invalidOrder("the count must not be negative")
        }
        let address = Address(
            subaccount: subaccount,
            shard: try body.small("exchange_index"),
            ticker: try body.text("market_ticker")
        )
        let number = try find(id, address, caller)
        try checkOpen(number)
        let order = orders[number]
        let left = max(.zero, by == nil ? amount : order.remaining - amount)
        guard by != nil || left <= order.remaining else { throw .invalidOrder("reduce_to is more than remains") }
        guard left > .zero else { return try remove(number, isDecrease: true, reply, 0) }
        let change = Operation.Amendment(total: order.filled + left, clientID: nil, expires: nil, isDecrease: true)
        try alter(number, order.price, change, reply)
    }

    private func alter(
        _ number: Int,
        _ price: Price,
        _ change: Operation.Amendment,
        _ reply: WaitingReply
    ) throws(Refusal) {
        let order = orders[number]
        guard let wallet = customers[order.account].wallet(order.subaccount, order.shard) else { throw .notFound }
        wallet.paper.submit(.amend(order.paperID, price: price, total: change.total), at: clock)
        send(.amend(change), number, wallet, reply, 0)
    }
}
