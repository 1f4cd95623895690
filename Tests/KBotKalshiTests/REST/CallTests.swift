import KBotKalshi
import KBotModel
import Testing

/// What goes out: methods, paths, queries and bodies as the venue's reference wants them.
struct CallTests {
    @Test func `reads`() {
        let time = Timestamp(milliseconds: 1_795_375_920_999)
        let bounds = ListBounds(limit: 5, cursor: "a+/=", from: time, to: time)
        #expect(target(.exchangeStatus()) == "GET /exchange/status")
        #expect(target(.seriesList(category: "Crypto", tags: "15 min")) == "GET /series?category=Crypto&tags=15%20min")
        #expect(target(.seriesFeeChanges(showHistorical: true)) == "GET /series/fee_changes?show_historical=true")
        #expect(target(.event("E")) == "GET /events/E?with_nested_markets=true")
        #expect(target(.markets()) == "GET /markets?mve_filter=exclude")
        var filter = MarketQuery(series: "KXBTC15M", status: .open)
        filter.tickers = ["A", "B"]
        #expect(
            target(.markets(filter, bounds: ListBounds(limit: 9)))
                == "GET /markets?series_ticker=KXBTC15M&tickers=A,B&status=open&limit=9"
        )
        #expect(target(.book("A", depth: 3)) == "GET /markets/A/orderbook?depth=3")
        #expect(target(.books(["A", "B"])) == "GET /markets/orderbooks?tickers=A&tickers=B")
        #expect(
            target(.trades("A", bounds: bounds))
                == "GET /markets/trades?ticker=A&limit=5&cursor=a%2B%2F%3D&min_ts=1795375920&max_ts=1795375920"
        )
        let span = CandleSpan(from: time, to: time, period: .hour, includesPrevious: true)
        let spanQuery = "start_ts=1795375920&end_ts=1795375920&period_interval=60&include_latest_before_start=true"
        #expect(target(.candles("A", series: "S", span)) == "GET /series/S/markets/A/candlesticks?\(spanQuery)")
        #expect(target(.candles(["A", "B"], span)) == "GET /markets/candlesticks?market_tickers=A,B&\(spanQuery)")
        #expect(target(.historicalCandles("A", span)) == "GET /historical/markets/A/candlesticks?\(spanQuery)")
        #expect(target(.market("A/b?c")) == "GET /markets/A%2Fb%3Fc")
    }

    @Test func `reads of the account`() {
        let scope = AccountScope(subaccount: 1, shard: 2)
        #expect(target(.balance(scope)) == "GET /portfolio/balance?subaccount=1&exchange_index=2")
        #expect(
            target(.positions(isSettled: true, nonZeroOnly: true))
                == "GET /portfolio/positions?settlement_status=settled&count_filter=position"
        )
        #expect(target(.fills(tickers: ["A", "B"], order: "o")) == "GET /portfolio/fills?ticker=A,B&order_id=o")
        #expect(
            target(.orders(status: .resting, scope: scope))
                == "GET /portfolio/orders?status=resting&subaccount=1&exchange_index=2"
        )
        #expect(target(.orders(isHistorical: true)) == "GET /historical/orders")
        #expect(target(.order("a b")) == "GET /portfolio/orders/a%20b")
        #expect(target(.settlements(ticker: "A")) == "GET /portfolio/settlements?ticker=A")
        #expect(target(.queuePositions(["A", "B"])) == "GET /portfolio/orders/queue_positions?market_tickers=A,B")
        #expect(target(.accountLimits()) == "GET /account/limits")
        #expect(target(.apiKeys()) == "GET /api_keys")
        #expect(target(.subaccountBalances()) == "GET /portfolio/subaccounts/balances")
    }

    @Test func `writes, their effects and their buckets`() {
        let create = Call<CreatedOrder>.create(order("a"))
        #expect(target(create) == "POST /portfolio/events/orders")
        #expect(create.effect == .once && create.scope == .write(shard: 2) && create.urgency == .entering)
        var exit = order("a")
        exit.isReduceOnly = true
        exit.shard = nil
        let leaving = Call<CreatedOrder>.create(exit)
        #expect(leaving.urgency == .reducing && leaving.scope == .everyShard)
        let cancel = Call<CancelledOrder>.cancel(CancelItem(id: "a", shard: 2, subaccount: 0))
        #expect(target(cancel) == "DELETE /portfolio/events/orders/a?subaccount=0&exchange_index=2")
        #expect(cancel.effect == .idempotent && cancel.urgency == .cancelling && cancel.scope == .write(shard: 2))
        let batch = Call<[BatchItem<CreatedOrder>]>.create([order("a"), order("b")])
        #expect(batch.items == 2 && batch.scope == .write(shard: 0))
        #expect(target(.cancelAll(subaccount: 3)) == "DELETE /portfolio/events/orders?subaccount=3")
    }

    @Test func `order groups always name their shard`() {
        let group = OrderGroupName(id: "g", shard: 2, subaccount: 1)
        let create = Call<CreatedOrderGroup>.createGroup(limit: Quantity(contracts: 50), shard: 2)
        #expect(target(create) == "POST /portfolio/order_groups/create")
        #expect(body(create) == #"{"contracts_limit_fp":"50.00","exchange_index":2}"#)
        #expect(target(.group(group)) == "GET /portfolio/order_groups/g?subaccount=1&exchange_index=2")
        #expect(target(.deleteGroup(group)) == "DELETE /portfolio/order_groups/g?subaccount=1&exchange_index=2")
        let reset = Call<NoContent>.resetGroup(group)
        #expect(target(reset) == "PUT /portfolio/order_groups/g/reset?subaccount=1&exchange_index=2")
        #expect(body(reset) == "{}" && reset.effect == .idempotent)
        #expect(target(.triggerGroup(group)) == "PUT /portfolio/order_groups/g/trigger?subaccount=1&exchange_index=2")
        #expect(
            body(Call<NoContent>.limitGroup(group, to: Quantity(contracts: 7))) == #"{"contracts_limit_fp":"7.00"}"#
        )
    }

    @Test func `answers without a sample`() throws {
        let keys = try Call<APIKeyList>.apiKeys().decode(
            json(#"{"api_keys":[{"api_key_id":"k","name":"n","scopes":["read","write::trade"]}]}"#)
        )
        #expect(keys.keys[0].scopes == ["read", "write::trade"] && keys.regionExpires == nil)
        let transfers = try Call<Page<ShardTransferRow>>.transfers().decode(
            json(
                #"{"transfers":[{"transfer_id":"t","amount":"12.50","status":"applied","created_ts":5}],"cursor":"c"}"#
            )
        )
        #expect(transfers.rows[0].amount == Money(units: 12_500_000) && transfers.cursor == "c")
        let event = try Call<EventRow>.event("E").decode(
            json(
                #"{"event":{"event_ticker":"E"},"markets":[{"ticker":"E-1","open_time":1,"close_time":2,"status":"new"}]}"#
            )
        )
        #expect(event.markets.map(\.phase) == [.other("new")])
        #expect(event.markets[0].marketStatus == .inactive)
        _ = try Call<NoContent>.cancelAll(subaccount: nil).decode(.null)
    }

    private func target<Response>(_ call: Call<Response>) -> String {
        "\(call.method.rawValue) \(HTTPRequest(method: call.method, path: call.path, query: call.query).target)"
    }

    private func body<Response>(_ call: Call<Response>) -> String {
        String(decoding: call.body?.bytes ?? [], as: UTF8.self)
    }
}
