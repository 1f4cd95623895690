package import KBotModel

/// Cash on one shard.
package struct ShardBalance: WireRow {
    /// Number of the shard.
    package var shard: Int32
    /// Cash that is not locked.
    package var balance: Money

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        shard = try row.required("exchange_index")
        balance = try row.required("balance")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("exchange_index", shard)
        row.set("balance", balance)
    }
}

/// Cash of an account. Resting orders lock cash, which is then not counted here.
package struct BalanceRow: WireRow {
    /// Cash in whole cents, cut.
    package var cents: Int64
    /// Cash, exact.
    package var dollars: Money?
    /// Value of open positions in whole cents; no cash.
    package var portfolioCents: Int64?
    /// As of when.
    package var updated: Timestamp?
    /// Cash by shard.
    package var shards: [ShardBalance]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        cents = try row.required("balance")
        dollars = try row.optional("balance_dollars")
        portfolioCents = try row.optional("portfolio_value")
        updated = try row.time("updated_ts")
        shards = try row.list("balance_breakdown")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("balance", cents)
        row.set("balance_dollars", dollars)
        row.set("portfolio_value", portfolioCents)
        row.set("updated_ts", updated, as: .seconds)
        row.set("balance_breakdown", shards)
    }

    /// Cash on all shards together.
    package var cash: Money { dollars ?? Money(units: cents * 10_000) }

    /// What an order on a shard can spend; nil when the venue did not break its balance down.
    ///
    /// A shard that is not named holds nothing.
    package func cash(onShard shard: Int32) -> Money? {
        shards.isEmpty ? nil : shards.first { $0.shard == shard }?.balance ?? .zero
    }
}

/// A position in one market.
package struct PositionRow: WireRow {
    /// Market.
    package var ticker: Ticker
    /// Its shard.
    package var shard: Int32?
    /// Contracts: positive are YES, negative NO.
    package var position: Quantity
    /// Money spent on trades.
    package var traded: Money?
    /// What the position cost.
    package var exposure: Money?
    /// Profit of what was closed.
    package var realizedPnL: Money?
    /// Fees paid.
    package var fees: Money?
    /// When it last changed.
    package var updated: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        shard = try row.optional("exchange_index")
        position = try row.required("position_fp")
        traded = try row.optional("total_traded_dollars")
        exposure = try row.optional("market_exposure_dollars")
        realizedPnL = try row.optional("realized_pnl_dollars")
        fees = try row.optional("fees_paid_dollars")
        updated = try row.time("last_updated_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("exchange_index", shard)
        row.set("position_fp", position)
        row.set("total_traded_dollars", traded)
        row.set("market_exposure_dollars", exposure)
        row.set("realized_pnl_dollars", realizedPnL)
        row.set("fees_paid_dollars", fees)
        row.set("last_updated_ts", updated, as: .text)
    }
}

/// Positions in all markets of an event.
package struct EventPositionRow: WireRow {
    /// Event.
    package var event: EventTicker
    /// What they cost.
    package var cost: Money?
    /// Contracts.
    package var costShares: Quantity?
    /// What may be lost.
    package var exposure: Money?
    /// Profit of what was closed.
    package var realizedPnL: Money?
    /// Fees paid.
    package var fees: Money?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        event = try row.required("event_ticker")
        cost = try row.optional("total_cost_dollars")
        costShares = try row.optional("total_cost_shares_fp")
        exposure = try row.optional("event_exposure_dollars")
        realizedPnL = try row.optional("realized_pnl_dollars")
        fees = try row.optional("fees_paid_dollars")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("event_ticker", event)
        row.set("total_cost_dollars", cost)
        row.set("total_cost_shares_fp", costShares)
        row.set("event_exposure_dollars", exposure)
        row.set("realized_pnl_dollars", realizedPnL)
        row.set("fees_paid_dollars", fees)
    }
}

/// The payment of a position in a decided market.
package struct SettlementRow: WireRow {
    /// Market.
    package var ticker: Ticker
    /// Its event.
    package var event: EventTicker?
    /// Its shard.
    package var shard: Int32?
    /// How it was decided.
    package var result: Open<MarketResult>
    /// YES contracts held.
    package var yesCount: Quantity?
    /// What they cost.
    package var yesCost: Money?
    /// NO contracts held.
    package var noCount: Quantity?
    /// What they cost.
    package var noCost: Money?
    /// Payment in whole cents; may include pairs netted before.
    package var revenueCents: Int64?
    /// What one YES contract paid, in whole cents.
    package var valueCents: Int64?
    /// Fees paid.
    package var fees: Money?
    /// When it was paid.
    package var settled: Timestamp

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        event = try row.optional("event_ticker")
        shard = try row.optional("exchange_index")
        result = try row.required("market_result")
        yesCount = try row.optional("yes_count_fp")
        yesCost = try row.optional("yes_total_cost_dollars")
        noCount = try row.optional("no_count_fp")
        noCost = try row.optional("no_total_cost_dollars")
        revenueCents = try row.optional("revenue")
        valueCents = try row.optional("value")
        fees = try row.optional("fee_cost")
        settled = try row.requiredTime("settled_time")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("event_ticker", event)
        row.set("exchange_index", shard)
        row.set("market_result", result)
        row.set("yes_count_fp", yesCount)
        row.set("yes_total_cost_dollars", yesCost)
        row.set("no_count_fp", noCount)
        row.set("no_total_cost_dollars", noCost)
        row.set("revenue", revenueCents)
        row.set("value", valueCents)
        row.set("fee_cost", fees)
        row.set("settled_time", settled, as: .text)
    }
}
