import KBotKalshi
import KBotModel
import KBotSimulation

extension Route {
    private static let transfers = "portfolio/intra_exchange_instance_transfers"

    /// The account itself: cash on the move, subaccounts, limits, keys.
    static let accountRoutes: [Route] = [
        .write(.post, "portfolio/intra_exchange_instance_transfer", scope: "write::transfer") {
            exchange,
            context throws(Refusal) in
            try exchange.transfer(try context.body("IntraExchangeInstanceTransferRequest"), try context.signed())
        },
        .own(transfers) { _, context throws(Refusal) in
            try context.rows(try context.signed().customer.shardTransfers, "transfers")
        },
        .own(transfers + "/*") { _, context throws(Refusal) in
            let id = JSON.string(context.variables[0])
            let rows = try context.signed().customer.shardTransfers
            guard let row = rows.first(where: { $0.object?["transfer_id"] == id }) else { throw .notFound }
            return .members(["transfer": row])
        },
        .own("portfolio/target_balance_allocation") { _, context throws(Refusal) in
            try context.signed().customer.allocation
                ?? .members([
                    "allocations": .array([]), "resting_margin_reservation": .string("none"),
                ])
        },
        .write(.post, "portfolio/target_balance_allocation", scope: "write::transfer") {
            _,
            context throws(Refusal) in
            let body = try context.body("SetTargetBalanceAllocationRequest")
            let allocation = JSON.members([
                "allocations": .array(try body.array("allocations")),
                "resting_margin_reservation": .string(try body.text("resting_margin_reservation") ?? "none"),
            ])
            try context.signed().customer.allocation = allocation
            return allocation
        },
        .write(.post, "portfolio/subaccounts", scope: "write", status: 201) { exchange, context throws(Refusal) in
            let customer = try context.signed().customer
            let next = (customer.subaccounts.max() ?? 0) + 1
            guard next <= 63 else { throw .invalidParameters("there are 63 subaccounts at most") }
            customer.subaccounts.append(next)
            for shard in Set(exchange.shards).union([0, 2]).sorted() {
                exchange.openWallets(of: customer, shard: shard)
            }
            return .members(["subaccount_number": .integer(next)])
        },
        .own("portfolio/subaccounts/balances") { exchange, context throws(Refusal) in
            let bound = try context.subaccount()
            let wallets = try context.signed().customer.wallets
                .filter { (bound ?? $0.subaccount) == $0.subaccount }
                .sorted { ($0.subaccount, $0.shard) < ($1.subaccount, $1.shard) }
            return .members([
                "subaccount_balances": .array(
                    wallets.map {
                        .members([
                            "subaccount_number": .integer($0.subaccount), "exchange_index": .integer($0.shard),
                            "balance": $0.paper.cash.dollars, "updated_ts": .seconds(exchange.clock),
                        ])
                    }
                )
            ])
        },
        .write(.post, "portfolio/subaccounts/transfer", scope: "write::transfer") { exchange, context throws(Refusal) in
            try exchange.move(try context.body("ApplySubaccountTransferRequest"), try context.signed())
        },
        .own("portfolio/subaccounts/transfers") { _, context throws(Refusal) in
            try context.rows(try context.signed().customer.subaccountTransfers, "transfers")
        },
        .own("portfolio/subaccounts/netting") { exchange, context throws(Refusal) in
            let customer = try context.signed().customer
            return .members([
                "netting_configs": .array(
                    customer.wallets.sorted { ($0.subaccount, $0.shard) < ($1.subaccount, $1.shard) }.map {
                        .members([
                            "subaccount_number": .integer($0.subaccount),
                            "enabled": .bool(customer.netted.contains($0.subaccount)),
                            "exchange_index": .integer($0.shard),
                        ])
                    }
                )
            ])
        },
        .write(.put, "portfolio/subaccounts/netting", scope: "write") { _, context throws(Refusal) in
            let body = try context.body("UpdateSubaccountNettingRequest")
            let caller = try context.signed()
            let subaccount = try caller.subaccount(try body.small("subaccount_number"))
            guard let isEnabled = try body.flag("enabled") else { throw .invalidParameters("enabled is required") }
            if isEnabled {
                caller.customer.netted.insert(subaccount)
            } else {
                caller.customer.netted.remove(subaccount)
            }
            return .object(JSONObject())
        },
        .own("account/limits") { exchange, _ in
            let tier = exchange.options.tier
            func bucket(_ refill: Int64, _ burst: Int64) -> JSON {
                .members(["refill_rate": .integer(refill), "bucket_capacity": .integer(refill * burst)])
            }
            return .members([
                "usage_tier": .string(tier.name), "read": bucket(tier.read, tier.readBurst),
                "write": bucket(tier.write, tier.writeBurst), "grants": .array([]),
            ])
        },
        .own("api_keys") { exchange, context throws(Refusal) in
            let account = try context.signed().customer.key.index
            let rows = exchange.keyIDs.compactMap { exchange.keys[$0] }.filter { $0.account == account }.map(\.row)
            return .members(["api_keys": .array(rows), "api_key_region_expiration_ts": .null])
        },
        .write(.post, "api_keys", scope: "write", status: 201) { exchange, context throws(Refusal) in
            let body = try context.body("CreateApiKeyRequest")
            let pem = try body.requiredText("public_key")
            return .members(["api_key_id": .string(try exchange.register(body, pem, try context.signed()))])
        },
        .write(.post, "api_keys/generate", scope: "write", status: 201) { exchange, context throws(Refusal) in
            try exchange.generateKey(try context.body("GenerateApiKeyRequest"), try context.signed())
        },
        Route(.delete, "api_keys/*", .scope("write"), .write) { exchange, context throws(Refusal) in
            let id = context.variables[0]
            guard try exchange.keys[id]?.account == context.signed().customer.key.index else { throw .notFound }
            exchange.removeKey(id)
            return .now(HTTPResponse(status: 204))
        },
    ]
}

extension RequestContext {
    /// A page of rows that stand from the oldest to the newest.
    fileprivate func rows(_ rows: [JSON], _ key: String) throws(Refusal) -> JSON {
        query.page(
            Array(rows.enumerated()),
            key: key,
            number: { $0.offset + 1 },
            limit: try query.limit(),
            where: { _ in true },
            json: { $0.element }
        )
    }
}

extension Exchange {
    /// Moves cash between shards; the amount is in 1/10,000 dollars.
    fileprivate func transfer(_ body: BodyReader, _ caller: Caller) throws(Refusal) -> JSON {
        for key in ["source", "destination"] where try body.requiredText(key) != "event_contract" {
            throw .invalidParameters("\(key): only event_contract is on this exchange")
        }
        guard let amount = try body.integer("amount"), amount > 0, amount < 1 << 40 else {
            throw .invalidParameters("amount must be a positive number of 1/10,000 dollars")
        }
        let from = try wallet(
            try body.small("source_subaccount"),
            try body.small("source_exchange_shard") ?? 0,
            caller
        )
        let to = try wallet(
            try body.small("destination_subaccount"),
            try body.small("destination_exchange_shard") ?? 0,
            caller
        )
        let id = uuids.id(.transfer, nextNumber())
        try move(Money(units: amount * 100), from, to, try body.text("client_transfer_id"), caller)
        caller.customer.shardTransfers.append(
            .members([
                "transfer_id": .string(id), "source": .string("event_contract"),
                "destination": .string("event_contract"), "source_exchange_shard": .integer(from.shard),
                "destination_exchange_shard": .integer(to.shard), "amount": Money(units: amount * 100).dollars,
                "status": .string("complete"), "created_ts": .seconds(clock),
            ])
        )
        return .members(["transfer_id": .string(id)])
    }

    /// Moves cash between subaccounts; the amount is in cents.
    fileprivate func move(_ body: BodyReader, _ caller: Caller) throws(Refusal) -> JSON {
        let clientID = try body.requiredText("client_transfer_id")
        guard let cents = try body.integer("amount_cents"), cents > 0, cents < 1 << 34 else {
            throw .invalidParameters("amount_cents must be positive")
        }
        guard let source = try body.small("from_subaccount"), let destination = try body.small("to_subaccount"),
            source != destination
        else { throw .invalidParameters("from_subaccount and to_subaccount must be two subaccounts") }
        let shard = try body.small("exchange_index") ?? 0
        let from = try wallet(source, shard, caller)
        let to = try wallet(destination, shard, caller)
        try move(Money(units: cents * 10_000), from, to, clientID, caller)
        caller.customer.subaccountTransfers.append(
            .members([
                "transfer_id": .string(uuids.id(.transfer, nextNumber())), "from_subaccount": .integer(source),
                "to_subaccount": .integer(destination), "amount_cents": .integer(cents),
                "created_ts": .seconds(clock), "exchange_index": .integer(shard),
            ])
        )
        return .object(JSONObject())
    }

    private func wallet(_ subaccount: Int32?, _ shard: Int32, _ caller: Caller) throws(Refusal) -> Wallet {
        guard let wallet = caller.customer.wallet(try caller.subaccount(subaccount), shard) else {
            throw .invalidParameters("exchange_index \(shard) does not exist")
        }
        return wallet
    }

    private func move(
        _ amount: Money,
        _ from: Wallet,
        _ to: Wallet,
        _ clientID: String?,
        _ caller: Caller
    ) throws(Refusal) {
        guard from !== to else { throw .invalidParameters("source and destination are the same") }
        if let clientID, !clientID.isEmpty {
            guard !caller.customer.usedTransferIDs.contains(clientID) else {
                throw Refusal(409, "transfer_already_exists")
            }
        }
        guard from.paper.cash >= amount else { throw Refusal(400, "insufficient_balance") }
        if let clientID, !clientID.isEmpty { caller.customer.usedTransferIDs.insert(clientID) }
        from.deposit(-amount)
        to.deposit(amount)
    }

    /// Takes in a public key under a new id.
    fileprivate func register(_ body: BodyReader, _ pem: String, _ caller: Caller) throws(Refusal) -> String {
        let name = try body.requiredText("name")
        var scopes: [String] = []
        for scope in try body.array("scopes") {
            guard let scope = scope.text, APIKey.knownScopes.contains(scope) else {
                throw .invalidParameters("scopes: unknown value")
            }
            scopes.append(scope)
        }
        let granted = scopes.isEmpty ? ["read", "write"] : scopes
        guard granted.allSatisfy({ caller.key?.grants($0) ?? true }) else {
            throw .forbidden("a key cannot grant what it may not do itself")
        }
        let subaccount = try body.small("subaccount") ?? caller.key?.subaccount
        if let subaccount { _ = try caller.subaccount(subaccount) }
        let verifier: VerifyingKey
        do throws(KeyProblem) {
            verifier = try VerifyingKey(pem: pem)
        } catch {
            throw .invalidParameters("public_key: \(error)")
        }
        let id = uuids.id(.key, nextNumber())
        let account = caller.customer.key.index
        add(
            APIKey(id: id, name: name, account: account, scopes: granted, subaccount: subaccount, verifier: verifier)
        )
        return id
    }

    /// Makes a key; its private part is told this once.
    fileprivate func generateKey(_ body: BodyReader, _ caller: Caller) throws(Refusal) -> JSON {
        let type = try body.text("key_type") ?? "rsa"
        guard let kind = GeneratedKey.Kind(rawValue: type), kind != .p256 else {
            throw .invalidParameters("key_type is rsa or ed25519")
        }
        do {
            let key = try GeneratedKey(kind)
            let id = try register(body, try key.publicPEM(), caller)
            let pem = try key.privatePEM(kind == .rsa ? .pkcs1 : .pkcs8)
            return .members([
                "api_key_id": .string(id), "key_type": .string(type), "private_key": .string(pem),
            ])
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(500, "internal_error")
        }
    }
}
