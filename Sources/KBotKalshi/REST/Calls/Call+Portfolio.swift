package import KBotModel

/// Whose rows are wanted: without a subaccount those of the primary one, without a shard those of all.
package struct AccountScope: Hashable, Sendable {
    /// Number of the subaccount; 0 is the primary one.
    package var subaccount: Int32?
    /// Number of the shard.
    package var shard: Int32?

    /// Makes a scope.
    package init(subaccount: Int32? = nil, shard: Int32? = nil) {
        self.subaccount = subaccount
        self.shard = shard
    }

    func add(to query: inout Query) {
        query.add("subaccount", subaccount)
        query.add("exchange_index", shard)
    }
}

/// Cash, positions, fills and payments.
extension Call {
    /// Cash.
    package static func balance(_ scope: AccountScope = AccountScope()) -> Call<BalanceRow> {
        var query = Query()
        scope.add(to: &query)
        return .read("/portfolio/balance", query)
    }

    /// Positions in markets that are not settled; those that are, when asked for.
    package static func positions(
        ticker: Ticker? = nil,
        event: EventTicker? = nil,
        isSettled: Bool = false,
        nonZeroOnly: Bool = false,
        scope: AccountScope = AccountScope(),
        bounds: ListBounds = ListBounds()
    ) -> Call<PositionPage> {
        var query = Query(("ticker", ticker), ("event_ticker", event))
        query.add("settlement_status", isSettled ? "settled" : nil)
        query.add("count_filter", nonZeroOnly ? "position" : nil)
        scope.add(to: &query)
        bounds.add(to: &query)
        return Call<PositionPage>(.get, "/portfolio/positions", query: query) { json throws(WireError) in
            try PositionPage(json)
        }
    }

    /// Positions by market alone, for walking over all pages.
    package static func marketPositions(
        scope: AccountScope = AccountScope(),
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<PositionRow>> {
        var query = Query()
        scope.add(to: &query)
        bounds.add(to: &query)
        return .ownList("/portfolio/positions", query, in: "market_positions")
    }

    /// Our fills, newest first, of up to 100 markets or one order.
    package static func fills(
        tickers: [Ticker] = [],
        order: String? = nil,
        scope: AccountScope = AccountScope(),
        bounds: ListBounds = ListBounds(),
        isHistorical: Bool = false
    ) -> Call<Page<FillRow>> {
        var query = Query()
        query.add("ticker", list: tickers)
        query.add("order_id", order)
        scope.add(to: &query)
        bounds.add(to: &query)
        return .ownList(isHistorical ? "/historical/fills" : "/portfolio/fills", query, in: "fills")
    }

    /// Payments of decided markets, newest first.
    package static func settlements(
        ticker: Ticker? = nil,
        event: EventTicker? = nil,
        subaccount: Int32? = nil,
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<SettlementRow>> {
        var query = Query(("ticker", ticker), ("event_ticker", event), ("subaccount", subaccount))
        bounds.add(to: &query)
        return .ownList("/portfolio/settlements", query, in: "settlements")
    }

    /// Our orders, newest first.
    package static func orders(
        ticker: Ticker? = nil,
        events: [EventTicker] = [],
        status: OrderStatus? = nil,
        scope: AccountScope = AccountScope(),
        bounds: ListBounds = ListBounds(),
        isHistorical: Bool = false
    ) -> Call<Page<OrderRow>> {
        var query = Query(("ticker", ticker))
        query.add("event_ticker", list: events)
        query.add("status", status?.rawValue)
        scope.add(to: &query)
        bounds.add(to: &query)
        return .ownList(isHistorical ? "/historical/orders" : "/portfolio/orders", query, in: "orders")
    }

    /// One order by the venue's id.
    package static func order(_ id: String) -> Call<OrderRow> {
        .read("/portfolio/orders/\(percentEncoded(id))", in: "order")
    }

    /// Contracts ahead of one order.
    package static func queuePosition(_ id: String) -> Call<Quantity> {
        .read("/portfolio/orders/\(percentEncoded(id))/queue_position", in: "queue_position_fp")
    }

    /// Contracts ahead of our orders in some markets.
    package static func queuePositions(_ tickers: [Ticker], subaccount: Int32? = nil) -> Call<Page<QueuePosition>> {
        var query = Query()
        query.add("market_tickers", list: tickers)
        query.add("subaccount", subaccount)
        return .ownList("/portfolio/orders/queue_positions", query, in: "queue_positions")
    }
}

/// The account itself.
extension Call {
    /// How many requests the account may send.
    package static func accountLimits() -> Call<AccountLimits> { .read("/account/limits") }

    /// What endpoints cost.
    package static func endpointCosts() -> Call<EndpointCostTable> { .read("/account/endpoint_costs") }

    /// The account's API keys.
    package static func apiKeys() -> Call<APIKeyList> { .read("/api_keys") }

    /// Moves cash between shards; the transfer's id. A repeated id of ours is refused by the venue.
    package static func transfer(_ transfer: ShardTransfer) -> Call<String> {
        // Cash leaves one shard for another, so the call names none and counts against the unscoped bucket.
        Call<String>(
            .post,
            "/portfolio/intra_exchange_instance_transfer",
            body: transfer.wire,
            effect: .once,
            scope: .write(shard: 0)
        ) { json throws(WireError) in try RowReader(json).required("transfer_id") }
    }

    /// Moves of cash between shards.
    package static func transfers(bounds: ListBounds = ListBounds()) -> Call<Page<ShardTransferRow>> {
        var query = Query()
        bounds.add(to: &query)
        return .ownList("/portfolio/intra_exchange_instance_transfers", query, in: "transfers")
    }

    /// Makes the next subaccount; its number.
    package static func createSubaccount(shard: Int32? = nil) -> Call<Int32> {
        var body = RowWriter()
        body.set("exchange_index", shard)
        return Call<Int32>(
            .post,
            "/portfolio/subaccounts",
            body: .object(body.object),
            effect: .once,
            scope: .write(shard: 0)
        ) { json throws(WireError) in try RowReader(json).required("subaccount_number") }
    }

    /// Cash of the subaccounts.
    package static func subaccountBalances() -> Call<Page<SubaccountBalance>> {
        .ownList("/portfolio/subaccounts/balances", Query(), in: "subaccount_balances")
    }

    /// Moves cash between subaccounts. A repeated id of ours is refused by the venue.
    package static func transfer(_ transfer: SubaccountTransfer) -> Call<NoContent> {
        Call<NoContent>(
            .post,
            "/portfolio/subaccounts/transfer",
            body: transfer.wire,
            effect: .once,
            scope: .write(shard: 0)
        ) { json throws(WireError) in NoContent(json) }
    }

    /// Moves of cash between subaccounts.
    package static func subaccountTransfers(bounds: ListBounds = ListBounds()) -> Call<Page<SubaccountTransferRow>> {
        var query = Query()
        bounds.add(to: &query)
        return .ownList("/portfolio/subaccounts/transfers", query, in: "transfers")
    }

    /// Whether collateral is netted, by subaccount.
    package static func netting() -> Call<Page<SubaccountNetting>> {
        .ownList("/portfolio/subaccounts/netting", Query(), in: "netting_configs")
    }

    /// Sets whether collateral is netted in a subaccount.
    package static func setNetting(_ isEnabled: Bool, subaccount: Int32) -> Call<NoContent> {
        var body = RowWriter()
        body.set("subaccount_number", subaccount)
        body.set("enabled", isEnabled)
        return Call<NoContent>(
            .put,
            "/portfolio/subaccounts/netting",
            body: .object(body.object),
            effect: .idempotent,
            scope: .write(shard: 0)
        ) { json throws(WireError) in NoContent(json) }
    }
}
