import KBotKalshi
import KBotModel

/// Order groups.
extension Exchange {
    /// Blows the fuse of an order's group when its limit is reached.
    func checkGroup(of number: Int) {
        let order = orders[number]
        let customer = customers[order.account]
        guard let id = order.group, let place = customer.groups.firstIndex(where: { $0.id == id }),
            !customer.groups[place].isLocked, customer.groups[place].isReached(at: clock)
        else { return }
        trigger(place, of: customer)
    }

    /// Cancels a group's orders and takes no more of them.
    private func trigger(_ place: Int, of customer: Customer) {
        customer.groups[place].isLocked = true
        cancelOrders(of: customer.groups[place], customer)
        tellGroup(customer.groups[place], of: customer, "triggered")
    }

    private func cancelOrders(of group: OrderGroup, _ customer: Customer) {
        for number in members(of: group, customer) { drop(number, nil) }
    }

    private func members(of group: OrderGroup, _ customer: Customer) -> [Int] {
        live.flatMap { resting[$0] ?? [] }
            .filter { orders[$0].group == group.id && orders[$0].account == customer.key.index }.sorted()
    }

    /// `POST /portfolio/order_groups/create`.
    func createGroup(_ body: BodyReader, _ caller: Caller) throws(Refusal) -> JSON {
        let subaccount = try caller.subaccount(try body.small("subaccount"))
        let shard = try body.small("exchange_index") ?? 0
        let limit = try Self.limit(body)
        guard caller.customer.wallet(subaccount, shard) != nil else {
            throw .invalidParameters("no such subaccount or exchange_index")
        }
        guard caller.customer.groups.count < 100_000 else { throw .invalidParameters("too many order groups") }
        let id = uuids.id(.group, nextNumber())
        let group = OrderGroup(id: id, subaccount: subaccount, shard: shard, limit: limit)
        caller.customer.groups.append(group)
        tellGroup(group, of: caller.customer, "created")
        return .members([
            "order_group_id": .string(id), "subaccount": .integer(subaccount), "exchange_index": .integer(shard),
        ])
    }

    private static func limit(_ body: BodyReader) throws(Refusal) -> Quantity {
        if let whole = try body.integer("contracts_limit") {
            guard (1...1_000_000_000).contains(whole) else { throw .invalidParameters("contracts_limit is at least 1") }
            return Quantity(contracts: whole)
        }
        guard try body.text("contracts_limit_fp") != nil else {
            throw .invalidParameters("contracts_limit or contracts_limit_fp is required")
        }
        let limit = try body.count("contracts_limit_fp")
        guard limit > .zero else { throw .invalidParameters("contracts_limit_fp must be positive") }
        return limit
    }

    /// `GET /portfolio/order_groups`.
    func listGroups(_ subaccount: Int32?, _ caller: Caller) -> JSON {
        let groups = caller.customer.groups.filter { (subaccount ?? $0.subaccount) == $0.subaccount }
        return .members([
            "order_groups": .array(
                groups.map {
                    .members([
                        "id": .string($0.id), "is_auto_cancel_enabled": .bool(true),
                        "contracts_limit_fp": $0.limit.wire, "exchange_index": .integer($0.shard),
                    ])
                }
            )
        ])
    }

    /// `GET /portfolio/order_groups/{id}`.
    func group(_ id: String, _ caller: Caller) throws(Refusal) -> JSON {
        guard let group = caller.customer.groups.first(where: { $0.id == id }) else { throw .notFound }
        return .members([
            "is_auto_cancel_enabled": .bool(true),
            "orders": .array(members(of: group, caller.customer).map { .string(orders[$0].id) }),
            "contracts_limit_fp": group.limit.wire, "exchange_index": .integer(group.shard),
        ])
    }

    /// What a request does to a group.
    enum GroupChange {
        case delete, reset, trigger, limit
    }

    /// Deletes, resets, triggers or limits a group. It is looked for on shard 0 unless the request names another; a
    /// lenient exchange finds it by its id.
    func change(
        _ id: String,
        _ change: GroupChange,
        _ body: BodyReader,
        _ address: Address,
        _ caller: Caller
    ) throws(Refusal) -> JSON {
        let customer = caller.customer
        guard let place = customer.groups.firstIndex(where: { $0.id == id }) else { throw .notFound }
        let group = customer.groups[place]
        if let shard = address.shard ?? (options.isStrictOnShards ? 0 : nil), shard != group.shard { throw .notFound }
        if let subaccount = address.subaccount ?? (options.isStrictOnShards ? 0 : nil), subaccount != group.subaccount {
            throw .notFound
        }
        switch change {
        case .delete:
            cancelOrders(of: group, customer)
            customer.groups.removeAll { $0.id == id }
            tellGroup(group, of: customer, "deleted")
        case .reset:
            customer.groups[place].reset()
            tellGroup(customer.groups[place], of: customer, "reset")
        case .trigger: trigger(place, of: customer)
        case .limit:
            customer.groups[place].limit = try Self.limit(body)
            tellGroup(customer.groups[place], of: customer, "limit_updated")
            if !group.isLocked, customer.groups[place].isReached(at: clock) { trigger(place, of: customer) }
        }
        return .object(JSONObject())
    }
}
