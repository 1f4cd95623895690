package import KBotModel

/// One of our orders, as the venue keeps it. Reads lag writes by up to about half a second.
package struct OrderRow: WireRow {
    /// The venue's id.
    package var id: String
    /// The account.
    package var userID: String?
    /// Our id.
    package var clientID: String?
    /// Market.
    package var ticker: Ticker
    /// Side of the YES book.
    package var side: BookSide
    /// An older field; misleading.
    package var legacySide: String?
    /// An older field; misleading.
    package var legacyAction: String?
    /// Always `limit`.
    package var type: String?
    /// Where it stands.
    package var status: Open<OrderStatus>
    /// Limit, a YES price.
    package var yesPrice: Price
    /// The same as a NO price.
    package var noPrice: Price?
    /// Contracts asked for.
    package var initial: Quantity?
    /// Contracts filled; kept after a cancel.
    package var filled: Quantity
    /// Contracts resting; 0 after a cancel.
    package var remaining: Quantity
    /// Paid for what it took.
    package var takerCost: Money?
    /// Paid for what it made.
    package var makerCost: Money?
    /// Fees of what it took.
    package var takerFees: Money?
    /// Fees of what it made.
    package var makerFees: Money?
    /// When it was placed.
    package var created: Timestamp?
    /// When it last changed.
    package var updated: Timestamp?
    /// When it expires.
    package var expires: Timestamp?
    /// What happens at a cross with our own.
    package var selfTrade: Open<SelfTradePrevention>?
    /// Its order group.
    package var group: String?
    /// Whether a pause cancels it.
    package var cancelsOnPause: Bool?
    /// Why it last changed, such as `ExpiryCancel`.
    package var updateReason: String?
    /// Its subaccount.
    package var subaccount: Int32?
    /// Its shard.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        userID = try row.optional("user_id")
        clientID = try row.optional("client_order_id")
        ticker = try row.required("ticker")
        side = try row.orderSide()
        legacySide = try row.optional("side")
        legacyAction = try row.optional("action")
        type = try row.optional("type")
        status = try row.required("status")
        yesPrice = try row.required("yes_price_dollars")
        noPrice = try row.optional("no_price_dollars")
        initial = try row.optional("initial_count_fp")
        filled = try row.required("fill_count_fp")
        remaining = try row.required("remaining_count_fp")
        takerCost = try row.optional("taker_fill_cost_dollars")
        makerCost = try row.optional("maker_fill_cost_dollars")
        takerFees = try row.optional("taker_fees_dollars")
        makerFees = try row.optional("maker_fees_dollars")
        created = try row.time("created_time")
        updated = try row.time("last_update_time")
        expires = try row.time("expiration_time")
        selfTrade = try row.optional("self_trade_prevention_type")
        group = try row.optional("order_group_id")
        cancelsOnPause = try row.optional("cancel_order_on_pause")
        updateReason = try row.optional("last_update_reason")
        subaccount = try row.optional("subaccount_number")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("user_id", userID)
        row.set("client_order_id", clientID)
        row.set("ticker", ticker)
        row.set("book_side", side.rawValue)
        row.set("outcome_side", (side == .bid ? Outcome.yes : .no).rawValue)
        row.set("side", legacySide)
        row.set("action", legacyAction)
        row.set("type", type)
        row.set("status", status)
        row.set("yes_price_dollars", yesPrice)
        row.set("no_price_dollars", noPrice)
        row.set("initial_count_fp", initial)
        row.set("fill_count_fp", filled)
        row.set("remaining_count_fp", remaining)
        row.set("taker_fill_cost_dollars", takerCost)
        row.set("maker_fill_cost_dollars", makerCost)
        row.set("taker_fees_dollars", takerFees)
        row.set("maker_fees_dollars", makerFees)
        row.set("created_time", created, as: .text)
        row.set("last_update_time", updated, as: .text)
        row.set("expiration_time", expires, as: .text)
        row.set("self_trade_prevention_type", selfTrade)
        row.set("order_group_id", group)
        row.set("cancel_order_on_pause", cancelsOnPause)
        row.set("last_update_reason", updateReason)
        row.set("subaccount_number", subaccount)
        row.set("exchange_index", shard)
    }
}

/// One of our fills. It does not name our id of the order: join by the venue's.
package struct FillRow: WireRow {
    /// The venue's id: that of the public trade.
    package var id: String
    /// The same again.
    package var fillID: String?
    /// The venue's id of the order.
    package var order: String
    /// Its shard.
    package var shard: Int32?
    /// Market.
    package var ticker: Ticker
    /// The same again.
    package var marketTicker: Ticker?
    /// Side of the order in the YES book.
    package var side: BookSide
    /// An older field; misleading.
    package var legacySide: String?
    /// An older field; misleading.
    package var legacyAction: String?
    /// Contracts.
    package var count: Quantity
    /// YES price.
    package var yesPrice: Price
    /// NO price.
    package var noPrice: Price?
    /// Whether the order took.
    package var isTaker: Bool
    /// Fee.
    package var fee: Money
    /// When.
    package var created: Timestamp?
    /// When, in whole seconds.
    package var time: Timestamp?
    /// Its subaccount.
    package var subaccount: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("trade_id")
        fillID = try row.optional("fill_id")
        order = try row.required("order_id")
        shard = try row.optional("exchange_index")
        ticker = try row.required("ticker")
        marketTicker = try row.optional("market_ticker")
        side = try row.fillSide()
        legacySide = try row.optional("side")
        legacyAction = try row.optional("action")
        count = try row.required("count_fp")
        yesPrice = try row.required("yes_price_dollars")
        noPrice = try row.optional("no_price_dollars")
        isTaker = try row.required("is_taker")
        fee = try row.required("fee_cost")
        created = try row.time("created_time")
        time = try row.time("ts")
        subaccount = try row.optional("subaccount_number")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("trade_id", id)
        row.set("fill_id", fillID)
        row.set("order_id", order)
        row.set("exchange_index", shard)
        row.set("ticker", ticker)
        row.set("market_ticker", marketTicker)
        row.set("book_side", side.rawValue)
        row.set("outcome_side", (side == .bid ? Outcome.yes : .no).rawValue)
        row.set("side", legacySide)
        row.set("action", legacyAction)
        row.set("count_fp", count)
        row.set("yes_price_dollars", yesPrice)
        row.set("no_price_dollars", noPrice)
        row.set("is_taker", isTaker)
        row.set("fee_cost", fee)
        row.set("created_time", created, as: .text)
        row.set("ts", time, as: .seconds)
        row.set("subaccount_number", subaccount)
    }
}
