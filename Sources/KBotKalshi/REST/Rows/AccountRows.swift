package import KBotModel

/// A token bucket.
package struct BucketLimit: WireRow {
    /// Tokens a second.
    package var refill: Int64
    /// Tokens it holds.
    package var capacity: Int64

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        refill = try row.required("refill_rate")
        capacity = try row.required("bucket_capacity")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("refill_rate", refill)
        row.set("bucket_capacity", capacity)
    }
}

/// How many requests the account may send.
package struct AccountLimits: WireRow {
    /// Name of the tier.
    package var tier: String?
    /// For reads.
    package var read: BucketLimit
    /// For writes, on each shard.
    package var write: BucketLimit
    /// Where the tier comes from.
    package var grants: [JSON]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        tier = try row.optional("usage_tier")
        read = try row.required("read")
        write = try row.required("write")
        grants = try row.list("grants")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("usage_tier", tier)
        row.set("read", read)
        row.set("write", write)
        row.set("grants", grants)
    }
}

/// What an endpoint costs.
package struct EndpointCostRow: WireRow {
    /// Its method.
    package var method: String
    /// Its path, with variables.
    package var path: String
    /// Tokens a call.
    package var cost: Int64

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        method = try row.required("method")
        path = try row.required("path")
        cost = try row.required("cost")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("method", method)
        row.set("path", path)
        row.set("cost", cost)
    }
}

/// What endpoints cost.
package struct EndpointCostTable: WireRow {
    /// Tokens of any not named.
    package var defaultCost: Int64
    /// Those that cost something else.
    package var rows: [EndpointCostRow]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        defaultCost = try row.required("default_cost")
        rows = try row.list("endpoint_costs")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("default_cost", defaultCost)
        row.set("endpoint_costs", rows)
    }

    /// The table in the form that the limiter reads.
    package var costs: EndpointCosts {
        EndpointCosts(
            defaultCost: defaultCost,
            entries: rows.map { EndpointCosts.Entry(method: $0.method, path: $0.path, cost: $0.cost) }
        )
    }
}

/// An API key; its secret is never told again.
package struct APIKeyRow: WireRow {
    /// Its id.
    package var id: String
    /// Its name.
    package var name: String?
    /// What it may do.
    package var scopes: [String]
    /// The only subaccount it may use.
    package var subaccount: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("api_key_id")
        name = try row.optional("name")
        scopes = try row.list("scopes")
        subaccount = try row.optional("subaccount")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("api_key_id", id)
        row.set("name", name)
        row.set("scopes", scopes)
        row.set("subaccount", subaccount)
    }
}

/// The keys of the account.
package struct APIKeyList: WireRow {
    /// The keys.
    package var keys: [APIKeyRow]
    /// Until when the keys may trade regulated categories; not crypto.
    package var regionExpires: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        keys = try row.list("api_keys")
        regionExpires = try row.time("api_key_region_expiration_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("api_keys", keys)
        row.set("api_key_region_expiration_ts", regionExpires, as: .seconds)
    }
}

/// A move of cash between shards.
package struct ShardTransferRow: WireRow {
    /// The venue's id.
    package var id: String
    /// From which kind of account.
    package var source: String?
    /// To which kind of account.
    package var destination: String?
    /// From which shard.
    package var sourceShard: Int32?
    /// To which shard.
    package var destinationShard: Int32?
    /// How much.
    package var amount: Money?
    /// How far it is.
    package var status: String?
    /// When it was asked for.
    package var created: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("transfer_id")
        source = try row.optional("source")
        destination = try row.optional("destination")
        sourceShard = try row.optional("source_exchange_shard")
        destinationShard = try row.optional("destination_exchange_shard")
        amount = try row.optional("amount")
        status = try row.optional("status")
        created = try row.time("created_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("transfer_id", id)
        row.set("source", source)
        row.set("destination", destination)
        row.set("source_exchange_shard", sourceShard)
        row.set("destination_exchange_shard", destinationShard)
        row.set("amount", amount)
        row.set("status", status)
        row.set("created_ts", created, as: .seconds)
    }
}

/// A move of cash between subaccounts.
package struct SubaccountTransferRow: WireRow {
    /// The venue's id.
    package var id: String
    /// From which subaccount.
    package var from: Int32
    /// To which subaccount.
    package var to: Int32
    /// How much, in whole cents.
    package var cents: Int64
    /// When.
    package var created: Timestamp?
    /// On which shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("transfer_id")
        from = try row.required("from_subaccount")
        to = try row.required("to_subaccount")
        cents = try row.required("amount_cents")
        created = try row.time("created_ts")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("transfer_id", id)
        row.set("from_subaccount", from)
        row.set("to_subaccount", to)
        row.set("amount_cents", cents)
        row.set("created_ts", created, as: .seconds)
        row.set("exchange_index", shard)
    }
}

/// Cash of a subaccount on a shard.
package struct SubaccountBalance: WireRow {
    /// Number of the subaccount.
    package var subaccount: Int32
    /// Number of the shard.
    package var shard: Int32?
    /// Cash.
    package var balance: Money
    /// As of when.
    package var updated: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        subaccount = try row.required("subaccount_number")
        shard = try row.optional("exchange_index")
        balance = try row.required("balance")
        updated = try row.time("updated_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("subaccount_number", subaccount)
        row.set("exchange_index", shard)
        row.set("balance", balance)
        row.set("updated_ts", updated, as: .seconds)
    }
}

/// Whether collateral is netted in a subaccount.
package struct SubaccountNetting: WireRow {
    /// Number of the subaccount.
    package var subaccount: Int32
    /// Whether it is netted.
    package var isEnabled: Bool
    /// Number of the shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        subaccount = try row.required("subaccount_number")
        isEnabled = try row.required("enabled")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("subaccount_number", subaccount)
        row.set("enabled", isEnabled)
        row.set("exchange_index", shard)
    }
}
