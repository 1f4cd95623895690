package import KBotModel

/// Writing orders. Use ``RESTClient``'s own methods for those that must not be done twice: they look up what is in doubt.
extension Call {
    /// Places an order.
    package static func create(_ order: CreateOrder) -> Call<CreatedOrder> {
        Call<CreatedOrder>(
            .post,
            "/portfolio/events/orders",
            body: order.wire,
            effect: .once,
            scope: .shard(order.shard),
            urgency: order.isReduceOnly == true ? .reducing : .entering
        ) { json throws(WireError) in try CreatedOrder(wire: json) }
    }

    /// Places several orders, each for itself.
    package static func create(_ orders: [CreateOrder]) -> Call<[BatchItem<CreatedOrder>]> {
        Call<[BatchItem<CreatedOrder>]>(
            .post,
            "/portfolio/events/orders/batched",
            body: .batch(orders.map(\.wire)),
            effect: .once,
            scope: .write(shard: 0),
            urgency: orders.allSatisfy { $0.isReduceOnly == true } ? .reducing : .entering,
            items: orders.count
        ) { json throws(WireError) in try BatchItem.items(json, effect: .once) }
    }

    /// Cancels an order.
    ///
    /// Without a shard or a market the venue looks on shard 0 alone.
    package static func cancel(_ item: CancelItem) -> Call<CancelledOrder> {
        let query = Query(
            ("subaccount", item.subaccount),
            ("exchange_index", item.shard),
            ("market_ticker", item.ticker)
        )
        return Call<CancelledOrder>(
            .delete,
            "/portfolio/events/orders/\(percentEncoded(item.id))",
            query: query,
            effect: .idempotent,
            // Without a shard the venue finds it by the market, or looks on shard 0.
            scope: item.shard == nil && item.ticker == nil ? .write(shard: 0) : .shard(item.shard),
            urgency: .cancelling
        ) { json throws(WireError) in try CancelledOrder(wire: json) }
    }

    /// Cancels several orders, each for itself.
    package static func cancel(_ items: [CancelItem]) -> Call<[BatchItem<CancelledOrder>]> {
        Call<[BatchItem<CancelledOrder>]>(
            .delete,
            "/portfolio/events/orders/batched",
            body: .batch(items.map(\.wire)),
            effect: .idempotent,
            scope: .write(shard: 0),
            urgency: .cancelling,
            items: items.count
        ) { json throws(WireError) in try BatchItem.items(json, effect: .idempotent) }
    }

    /// Cancels everything of a subaccount, or, without one, of all of them, on every shard.
    ///
    /// For the end only: orders placed within the next minute may be swept along.
    package static func cancelAll(subaccount: Int32?) -> Call<NoContent> {
        Call<NoContent>(
            .delete,
            "/portfolio/events/orders",
            query: Query(("subaccount", subaccount)),
            effect: .idempotent,
            scope: .everyShard,
            urgency: .cancelling
        ) { json throws(WireError) in NoContent(json) }
    }

    /// Changes price or total of a resting order.
    package static func amend(_ id: String, _ change: AmendOrder, subaccount: Int32? = nil) -> Call<AmendedOrder> {
        Call<AmendedOrder>(
            .post,
            "/portfolio/events/orders/\(percentEncoded(id))/amend",
            query: Query(("subaccount", subaccount)),
            body: change.wire,
            effect: .once,
            scope: .shard(change.shard),
            urgency: .entering
        ) { json throws(WireError) in try AmendedOrder(wire: json) }
    }

    /// Takes a part of a resting order off the book.
    package static func decrease(
        _ id: String,
        _ change: DecreaseOrder,
        subaccount: Int32? = nil
    ) -> Call<DecreasedOrder> {
        Call<DecreasedOrder>(
            .post,
            "/portfolio/events/orders/\(percentEncoded(id))/decrease",
            query: Query(("subaccount", subaccount)),
            body: change.wire,
            effect: .once,
            scope: .shard(change.shard),
            urgency: .reducing
        ) { json throws(WireError) in try DecreasedOrder(wire: json) }
    }
}

extension RateLimiter.Scope {
    /// The bucket of a write that names this shard; one that names none draws on all.
    static func shard(_ shard: Int32?) -> RateLimiter.Scope {
        if let shard, shard >= 0 { .write(shard: shard) } else { .everyShard }
    }
}

extension JSON {
    /// The body of a batch.
    fileprivate static func batch(_ items: [JSON]) -> JSON {
        var object = JSONObject()
        object["orders"] = .array(items)
        return .object(object)
    }
}

/// An order group named by id; the venue takes shard 0 where none is given, so it always is.
package struct OrderGroupName: Hashable, Sendable {
    /// The venue's id.
    package let id: String
    /// Its shard.
    package let shard: Int32
    /// Its subaccount.
    package let subaccount: Int32?

    /// Names a group.
    package init(id: String, shard: Int32, subaccount: Int32? = nil) {
        self.id = id
        self.shard = shard
        self.subaccount = subaccount
    }
}

/// Order groups.
extension Call {
    /// Makes a group whose orders may fill so many contracts within any 15 seconds.
    package static func createGroup(
        limit: Quantity,
        shard: Int32,
        subaccount: Int32? = nil
    ) -> Call<CreatedOrderGroup> {
        var body = RowWriter()
        body.set("contracts_limit_fp", limit)
        body.set("subaccount", subaccount)
        body.set("exchange_index", shard)
        return Call<CreatedOrderGroup>(
            .post,
            "/portfolio/order_groups/create",
            body: .object(body.object),
            effect: .once,
            scope: .write(shard: shard)
        ) { json throws(WireError) in try CreatedOrderGroup(wire: json) }
    }

    /// All groups.
    package static func groups(subaccount: Int32? = nil) -> Call<Page<OrderGroupRow>> {
        .ownList("/portfolio/order_groups", Query(("subaccount", subaccount)), in: "order_groups")
    }

    /// One group with its orders.
    package static func group(_ group: OrderGroupName) -> Call<OrderGroupDetails> {
        .read("/portfolio/order_groups/\(percentEncoded(group.id))", group.query)
    }

    /// Cancels a group's orders and takes it away.
    package static func deleteGroup(_ group: OrderGroupName) -> Call<NoContent> {
        .changeGroup(group, .delete, "", body: nil, urgency: .cancelling)
    }

    /// Unlocks a group and counts anew from zero.
    package static func resetGroup(_ group: OrderGroupName) -> Call<NoContent> {
        .changeGroup(group, .put, "/reset", body: JSONObject(), urgency: .entering)
    }

    /// Cancels a group's orders now, and locks it.
    package static func triggerGroup(_ group: OrderGroupName) -> Call<NoContent> {
        .changeGroup(group, .put, "/trigger", body: JSONObject(), urgency: .cancelling)
    }

    /// Sets a group's limit; one that is reached already triggers at once.
    package static func limitGroup(_ group: OrderGroupName, to limit: Quantity) -> Call<NoContent> {
        var body = RowWriter()
        body.set("contracts_limit_fp", limit)
        return .changeGroup(group, .put, "/limit", body: body.object, urgency: .reducing)
    }

    private static func changeGroup(
        _ group: OrderGroupName,
        _ method: HTTPMethod,
        _ action: String,
        body: JSONObject?,
        urgency: RateLimiter.Urgency
    ) -> Call<NoContent> {
        Call<NoContent>(
            method,
            "/portfolio/order_groups/\(percentEncoded(group.id))\(action)",
            query: group.query,
            body: body.map { .object($0) },
            effect: .idempotent,
            scope: .write(shard: group.shard),
            urgency: urgency
        ) { json throws(WireError) in NoContent(json) }
    }
}

extension OrderGroupName {
    fileprivate var query: Query { Query(("subaccount", subaccount), ("exchange_index", shard)) }
}
