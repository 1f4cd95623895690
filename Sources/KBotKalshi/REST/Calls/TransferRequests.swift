package import KBotModel

/// A move of cash between shards.
package struct ShardTransfer: WireRow {
    /// Our id, a UUID: a second transfer of one id is refused. It is what makes a lost answer harmless.
    package var clientID: String?
    /// How much; the venue takes 1/10,000 dollars here.
    package var amount: Money
    /// From which shard.
    package var sourceShard: Int32
    /// To which shard.
    package var destinationShard: Int32
    /// From which subaccount.
    package var sourceSubaccount: Int32?
    /// To which subaccount.
    package var destinationSubaccount: Int32?

    /// Makes a transfer; the amount is cut to 1/10,000 dollar.
    package init(clientID: String?, amount: Money, from source: Int32, to destination: Int32) {
        self.clientID = clientID
        self.amount = Money(units: amount.units / 100 * 100)
        sourceShard = source
        destinationShard = destination
    }

    /// Reads the fields; shards that are not named are 0.
    package init(_ row: RowReader) throws(WireError) {
        clientID = try row.optional("client_transfer_id")
        let centicents: Int64 = try row.required("amount")
        guard centicents.magnitude < 1 << 52 else {
            throw WireError.unreadable(.integer(centicents), as: "an amount").under("amount")
        }
        amount = Money(units: centicents * 100)
        let source: Int32? = try row.optional("source_exchange_shard")
        sourceShard = source ?? 0
        let destination: Int32? = try row.optional("destination_exchange_shard")
        destinationShard = destination ?? 0
        sourceSubaccount = try row.optional("source_subaccount")
        destinationSubaccount = try row.optional("destination_subaccount")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("client_transfer_id", clientID)
        row.set("source", "event_contract")
        row.set("destination", "event_contract")
        row.set("amount", amount.units / 100)
        row.set("source_exchange_shard", sourceShard)
        row.set("destination_exchange_shard", destinationShard)
        row.set("source_subaccount", sourceSubaccount)
        row.set("destination_subaccount", destinationSubaccount)
    }
}

/// A move of cash between subaccounts.
package struct SubaccountTransfer: WireRow {
    /// Our id, a UUID: a second transfer of one id is refused.
    package var clientID: String
    /// From which subaccount.
    package var from: Int32
    /// To which subaccount.
    package var to: Int32
    /// How much, in whole cents.
    package var cents: Int64
    /// On which shard; 0 when not given.
    package var shard: Int32?

    /// Makes a transfer.
    package init(clientID: String, from: Int32, to: Int32, cents: Int64, shard: Int32?) {
        self.clientID = clientID
        self.from = from
        self.to = to
        self.cents = cents
        self.shard = shard
    }

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        clientID = try row.required("client_transfer_id")
        from = try row.required("from_subaccount")
        to = try row.required("to_subaccount")
        cents = try row.required("amount_cents")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("client_transfer_id", clientID)
        row.set("from_subaccount", from)
        row.set("to_subaccount", to)
        row.set("amount_cents", cents)
        row.set("exchange_index", shard)
    }
}
