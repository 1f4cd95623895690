package import KBotModel

/// An order group: a limit on contracts filled within any 15 seconds.
package struct OrderGroupRow: WireRow {
    /// The venue's id.
    package var id: String
    /// Whether reaching the limit cancels its orders.
    package var isAutoCancelEnabled: Bool?
    /// Contracts within 15 seconds.
    package var limit: Quantity?
    /// Its shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("id")
        isAutoCancelEnabled = try row.optional("is_auto_cancel_enabled")
        limit = try row.optional("contracts_limit_fp")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("id", id)
        row.set("is_auto_cancel_enabled", isAutoCancelEnabled)
        row.set("contracts_limit_fp", limit)
        row.set("exchange_index", shard)
    }
}

/// An order group with its orders.
package struct OrderGroupDetails: WireRow {
    /// Whether reaching the limit cancels its orders.
    package var isAutoCancelEnabled: Bool
    /// The venue's ids of its orders.
    package var orders: [String]
    /// Contracts within 15 seconds.
    package var limit: Quantity?
    /// Its shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        isAutoCancelEnabled = try row.required("is_auto_cancel_enabled")
        orders = try row.list("orders")
        limit = try row.optional("contracts_limit_fp")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("is_auto_cancel_enabled", isAutoCancelEnabled)
        row.set("orders", orders)
        row.set("contracts_limit_fp", limit)
        row.set("exchange_index", shard)
    }
}

/// The answer to the creation of an order group.
package struct CreatedOrderGroup: WireRow {
    /// The venue's id.
    package var id: String
    /// Its subaccount.
    package var subaccount: Int32?
    /// Its shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_group_id")
        subaccount = try row.optional("subaccount")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_group_id", id)
        row.set("subaccount", subaccount)
        row.set("exchange_index", shard)
    }
}
