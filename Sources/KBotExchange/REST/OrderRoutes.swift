import KBotKalshi
import KBotModel

extension Route {
    private static let orders = "portfolio/events/orders"

    /// Orders and order groups.
    static let orderRoutes: [Route] = [
        Route(.post, orders, .scope("write::trade"), .shardInBody) { exchange, context throws(Refusal) in
            let caller = try context.signed()
            let body = try context.body("CreateOrderV2Request")
            return try exchange.single(201) { reply throws(Refusal) in try exchange.place(body, caller, reply, 0) }
        },
        Route(.delete, orders, .scope("write::trade"), .write) { exchange, context throws(Refusal) in
            let caller = try context.signed()
            exchange.cancelAll(try context.subaccount(), caller)
            return .now(HTTPResponse(status: 204))
        },
        Route(.post, orders + "/batched", .scope("write::trade"), .batch) { exchange, context throws(Refusal) in
            try exchange.createBatch(context)
        },
        Route(.delete, orders + "/batched", .scope("write::trade"), .batch) { exchange, context throws(Refusal) in
            try exchange.cancelBatch(context)
        },
        Route(.delete, orders + "/*", .scope("write::trade"), .shardInQuery) { exchange, context throws(Refusal) in
            let caller = try context.signed()
            let address = try context.address()
            let id = context.variables[0]
            return try exchange.single(200) { reply throws(Refusal) in
                try exchange.cancel(id, address, caller, reply, 0)
            }
        },
        Route(.post, orders + "/*/amend", .scope("write::trade"), .shardInBody) { exchange, context throws(Refusal) in
            let caller = try context.signed()
            let body = try context.body("AmendOrderV2Request")
            let (id, subaccount) = (context.variables[0], try context.subaccount())
            return try exchange.single(200) { reply throws(Refusal) in
                try exchange.amend(id, body, subaccount, caller, reply)
            }
        },
        Route(.post, orders + "/*/decrease", .scope("write::trade"), .shardInBody) {
            exchange,
            context throws(Refusal) in
            let caller = try context.signed()
            let body = try context.body("DecreaseOrderV2Request")
            let (id, subaccount) = (context.variables[0], try context.subaccount())
            return try exchange.single(200) { reply throws(Refusal) in
                try exchange.decrease(id, body, subaccount, caller, reply)
            }
        },
        gone(.post, "portfolio/orders"), gone(.post, "portfolio/orders/batched"),
        gone(.delete, "portfolio/orders/batched"), gone(.delete, "portfolio/orders/*"),
        gone(.post, "portfolio/orders/*/amend"), gone(.post, "portfolio/orders/*/decrease"),
        .write(.post, "portfolio/order_groups/create", scope: "write::trade", status: 201, .shardInBody) {
            exchange,
            context throws(Refusal) in
            try exchange.createGroup(try context.body("CreateOrderGroupRequest"), try context.signed())
        },
        .own("portfolio/order_groups") { exchange, context throws(Refusal) in
            exchange.listGroups(try context.subaccount(), try context.signed())
        },
        .own("portfolio/order_groups/*") { exchange, context throws(Refusal) in
            try exchange.group(context.variables[0], try context.signed())
        },
        group(.delete, "portfolio/order_groups/*", .delete), group(.put, "portfolio/order_groups/*/reset", .reset),
        group(.put, "portfolio/order_groups/*/trigger", .trigger),
        group(.put, "portfolio/order_groups/*/limit", .limit),
    ]

    /// An endpoint for orders of the older kind.
    private static func gone(_ method: HTTPMethod, _ path: String) -> Route {
        Route(method, path, .scope("write::trade"), .write) { _, _ throws(Refusal) in
            throw Refusal(410, "deprecated_v1_order_endpoint", "use /portfolio/events/orders")
        }
    }

    private static func group(_ method: HTTPMethod, _ path: String, _ change: Exchange.GroupChange) -> Route {
        .write(method, path, scope: "write::trade", .shardInQuery) { exchange, context throws(Refusal) in
            let body = try context.body("UpdateOrderGroupLimitRequest")
            return try exchange.change(
                context.variables[0],
                change,
                body,
                try context.address(),
                try context.signed()
            )
        }
    }
}

extension RequestContext {
    /// Where the query says an order is.
    fileprivate func address() throws(Refusal) -> Exchange.Address {
        Exchange.Address(
            subaccount: try subaccount(),
            shard: try query.small("exchange_index"),
            ticker: query.text("market_ticker")
        )
    }
}

extension Exchange {
    /// The most items of a batch; the venue bounds them by tokens alone.
    private static let largestBatch = 10_000

    /// Carries out one request on one order.
    fileprivate func single(
        _ status: Int,
        _ begin: (WaitingReply) throws(Refusal) -> Void
    ) throws(Refusal) -> ExchangeReply {
        carryOut(
            1,
            render: { items in
                switch items[0] {
                case .success(let body): .json(status, body)
                case .failure(let refusal): refusal.response
                }
            },
            { reply in
                do throws(Refusal) { try begin(reply) } catch { reply.decide(0, .failure(error)) }
            }
        )
    }

    fileprivate func createBatch(_ context: RequestContext) throws(Refusal) -> ExchangeReply {
        let caller = try context.signed()
        let items = try batch(context, "BatchCreateOrdersV2Request")
        // One body: what cannot be decoded fails it all, before anything is placed.
        var bodies: [BodyReader] = []
        for item in items {
            let body = try BodyReader(item, as: "CreateOrderV2Request")
            for key in ["count", "price", "ticker", "client_order_id"] { _ = try body.text(key) }
            bodies.append(body)
        }
        let ids = bodies.map { try? $0.text("client_order_id") }
        return carryOut(
            bodies.count,
            render: { results in
                .json(201, Self.list(results) { index in ["client_order_id": (ids[index] ?? nil).map { .string($0) }] })
            },
            { reply in
                for (slot, body) in bodies.enumerated() {
                    do throws(Refusal) {
                        try place(body, caller, reply, slot)
                    } catch {
                        reply.decide(slot, .failure(error))
                    }
                }
            }
        )
    }

    fileprivate func cancelBatch(_ context: RequestContext) throws(Refusal) -> ExchangeReply {
        let caller = try context.signed()
        let items = try batch(context, "BatchCancelOrdersV2Request")
        var addresses: [(id: String, address: Address)] = []
        for item in items {
            let body = try BodyReader(item, as: "BatchCancelOrdersV2RequestOrder")
            let address = Address(
                subaccount: try body.small("subaccount"),
                shard: try body.small("exchange_index"),
                ticker: try body.text("market_ticker")
            )
            addresses.append((try body.requiredText("order_id"), address))
        }
        return carryOut(
            addresses.count,
            render: { results in
                .json(
                    200,
                    Self.list(results) { index in
                        ["order_id": .string(addresses[index].id), "reduced_by": Quantity.zero.wire]
                    }
                )
            },
            { reply in
                for (slot, item) in addresses.enumerated() {
                    do throws(Refusal) {
                        try cancel(item.id, item.address, caller, reply, slot)
                    } catch {
                        reply.decide(slot, .failure(error))
                    }
                }
            }
        )
    }

    private func batch(_ context: RequestContext, _ name: String) throws(Refusal) -> [JSON] {
        let items = try context.body(name).array("orders")
        guard !items.isEmpty else { throw .invalidParameters("orders is required") }
        guard items.count <= Self.largestBatch else { throw .invalidParameters("too many orders") }
        return items
    }

    /// The items of an answer to a batch; a refused one bears its error beside what names it.
    private static func list(
        _ results: [WaitingReply.Item],
        _ named: (Int) -> KeyValuePairs<String, JSON?>
    ) -> JSON {
        var items: [JSON] = []
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let body): items.append(body)
            case .failure(let refusal):
                var object = JSON.members(named(index)).object ?? JSONObject()
                object["error"] = refusal.fields
                items.append(.object(object))
            }
        }
        return .members(["orders": .array(items)])
    }
}
