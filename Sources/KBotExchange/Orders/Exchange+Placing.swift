import KBotKalshi
import KBotModel
import KBotSimulation

/// New orders, from their bodies to the paper exchange.
extension Exchange {
    /// Carries out requests on orders; the answer is there at once unless one of them travels.
    func carryOut(
        _ count: Int,
        render: @escaping ([WaitingReply.Item]) -> HTTPResponse,
        _ begin: (WaitingReply) -> Void
    ) -> ExchangeReply {
        lastTicket += 1
        let reply = WaitingReply(ticket: lastTicket, count: count, render: render)
        begin(reply)
        reply.isImmediate = false
        if let response = reply.response { return .now(response) }
        waiting[reply.ticket] = reply
        return .later(reply.ticket)
    }

    /// Sends an operation on an order on its way.
    func send(_ kind: Operation.Kind, _ number: Int, _ wallet: Wallet, _ reply: WaitingReply, _ slot: Int) {
        let order = orders[number]
        operations[number, default: []].append(Operation(kind: kind, reply: reply, slot: slot))
        switch kind {
        case .create:
            let life: NewOrder.TimeInForce =
                switch order.timeInForce {
                case .goodTillCanceled: .goodTillCancelled(expires: order.expires)
                case .immediateOrCancel: .immediateOrCancel
                case .fillOrKill: .fillOrKill
                }
            wallet.paper.submit(
                NewOrder(
                    id: order.paperID,
                    market: order.market,
                    side: order.side,
                    price: order.price,
                    count: order.total,
                    timeInForce: life,
                    reduceOnly: order.isReduceOnly
                ),
                terms: PaperExchange.VenueTerms(
                    isPostOnly: order.isPostOnly,
                    cancelsOwnResting: order.selfTrade == .maker
                ),
                at: clock
            )
        case .cancel: wallet.paper.submit(.cancel(order.paperID), at: clock)
        case .amend: break
        }
        run(wallet)
    }

    /// Reads a new order and sends it on its way, or refuses it.
    func place(_ body: BodyReader, _ caller: Caller, _ reply: WaitingReply, _ slot: Int) throws(Refusal) {
        let draft = try draft(body, caller)
        let customer = caller.customer
        guard !customer.usedClientIDs.contains(draft.clientID) else { throw .alreadyExists }
        try checkTrading(draft.market)
        guard draft.market.facts.grid.contains(draft.price) else {
            let step = draft.market.facts.grid.step(at: draft.price)
            throw Refusal(400, "invalid_price", "price must be a multiple of \(step) between 0 and 1")
        }
        if let group = draft.group {
            guard let known = customer.groups.first(where: { $0.id == group }) else {
                throw Refusal(404, "not_found", "order group not found")
            }
            guard known.shard == draft.market.facts.shard, known.subaccount == draft.subaccount else {
                throw .invalidOrder("the order group is of another exchange_index or subaccount")
            }
            guard !known.isLocked else { throw .invalidOrder("order group limit reached") }
        }
        guard let wallet = customer.wallet(draft.subaccount, draft.market.facts.shard) else {
            throw .invalidParameters("no such subaccount")
        }
        let number = orders.count
        let order = ExchangeOrder(
            number: number,
            id: uuids.id(.order, Int64(number)),
            account: customer.key.index,
            subaccount: draft.subaccount,
            market: draft.market.facts.id,
            ticker: draft.market.facts.ticker,
            shard: draft.market.facts.shard,
            side: draft.side,
            timeInForce: draft.timeInForce,
            selfTrade: draft.selfTrade,
            isPostOnly: draft.isPostOnly,
            isReduceOnly: draft.isReduceOnly,
            cancelsOnPause: draft.cancelsOnPause,
            group: draft.group,
            clientID: draft.clientID,
            price: draft.price,
            total: draft.count,
            expires: draft.expires,
            created: clock,
            updated: clock
        )
        orders.append(order)
        orderNumbers[order.id] = number
        customer.orders.append(number)
        customer.usedClientIDs.insert(draft.clientID)
        send(.create, number, wallet, reply, slot)
    }

    /// What a body asks for.
    private struct Draft {
        let market: ListedMarket
        let clientID: String
        let side: BookSide
        let price: Price
        let count: Quantity
        let timeInForce: TimeInForce
        let selfTrade: SelfTradePrevention
        let expires: Timestamp?
        let isPostOnly: Bool
        let isReduceOnly: Bool
        let cancelsOnPause: Bool
        let group: String?
        let subaccount: Int32
    }

    private func draft(_ body: BodyReader, _ caller: Caller) throws(Refusal) -> Draft {
        let ticker = try body.requiredText("ticker")
        let side: BookSide = try body.word("side")
        let countText = try body.requiredText("count")
        let priceText = try body.requiredText("price")
        let timeInForce: TimeInForce = try body.word("time_in_force")
        let selfTrade: SelfTradePrevention = try body.word("self_trade_prevention_type")
        let clientID = try body.text("client_order_id")
        let expiration = try body.integer("expiration_time")
        let isPostOnly = try body.flag("post_only") ?? false
        let isReduceOnly = try body.flag("reduce_only") ?? false
        let cancelsOnPause = try body.flag("cancel_order_on_pause") ?? false
        let group = try body.text("order_group_id")
        let subaccount = try body.small("subaccount")
        let shard = try body.small("exchange_index")

        guard let market = market(Ticker(ticker)) else { throw .marketNotFound }
        if let shard, shard >= 0, shard != market.facts.shard {
            throw .invalidOrder("exchange_index \(shard) is not the market's: \(market.facts.shard)")
        }
        guard !priceText.isEmpty, let price = Price(priceText) else {
            throw Refusal(400, "invalid_price", "price must be a decimal with at most 4 digits after the point")
        }
        let count = try body.count("count")
        guard count > .zero else { throw .invalidOrder("count must be at least 0.01, not \(countText.prefix(20))") }
        var expires: Timestamp?
        if let expiration {
            guard timeInForce == .goodTillCanceled else {
                throw .invalidOrder("expiration_time needs time_in_force good_till_canceled")
            }
            expires = try future(expiration)
        }
        guard !isPostOnly || timeInForce == .goodTillCanceled else {
            throw .invalidOrder("post_only needs time_in_force good_till_canceled")
        }
        guard !isReduceOnly || timeInForce == .immediateOrCancel else {
            throw .invalidOrder("reduce_only needs time_in_force immediate_or_cancel")
        }
        if let clientID { try Self.check(clientID) }
        return Draft(
            market: market,
            clientID: clientID.flatMap { $0.isEmpty ? nil : $0 } ?? uuids.id(.client, Int64(orders.count)),
            side: side,
            price: price,
            count: count,
            timeInForce: timeInForce,
            selfTrade: selfTrade,
            expires: expires,
            isPostOnly: isPostOnly,
            isReduceOnly: isReduceOnly,
            cancelsOnPause: cancelsOnPause,
            group: group.flatMap { $0.isEmpty ? nil : $0 },
            subaccount: try caller.subaccount(subaccount)
        )
    }

    /// An instant in whole seconds that is yet to come.
    func future(_ seconds: Int64) throws(Refusal) -> Timestamp {
        guard seconds > clock.epochSeconds else { throw .invalidOrder("expiration_time must be in the future") }
        guard seconds < 100_000_000_000 else { throw .invalidOrder("expiration_time is in seconds") }
        return Timestamp(seconds: seconds)
    }

    /// Refuses ids of customers that the venue's other protocol could not carry.
    static func check(_ clientID: String) throws(Refusal) {
        let marks = Array("_-:+=/".utf8)
        let isPlain = clientID.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & ~0x20) || marks.contains($0)
        }
        guard clientID.utf8.count <= 64, isPlain else {
            throw .invalidParameters("client_order_id is at most 64 of A-Z a-z 0-9 _ - : + = /")
        }
    }

    /// Refuses what needs a market that trades.
    func checkTrading(_ market: ListedMarket) throws(Refusal) {
        guard !isTradingPaused else { throw .marketInactive("trading is paused") }
        guard market.phase(at: clock) == .active else { throw .marketInactive() }
    }
}
