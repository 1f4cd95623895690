import KBotKalshi
import KBotModel
import Testing

/// The reference's own examples, with their values.
struct SampleTests {
    @Test(arguments: SampleReaders.all.map(\.model))
    func `a sample is read and written again without a lost field`(model: String) throws {
        let body = try #require(RESTSamples.all.first { $0.model == model }?.body)
        let rewrite = try #require(SampleReaders.all.first { $0.model == model }?.rewrite)
        let original = try json(body)
        #expect(losses(from: original, in: try rewrite(original)).isEmpty)
    }

    @Test func `every sample has a reader`() {
        let special: Set = [
            "ErrorResponse", "BatchGetMarketCandlesticksResponse", "GetPositionsResponse",
            "BatchCreateOrdersV2Response",
            "BatchCancelOrdersV2Response", "GetOrderQueuePositionResponse", "IntraExchangeInstanceTransferResponse",
        ]
        let known = Set(SampleReaders.all.map(\.model)).union(special)
        #expect(RESTSamples.all.map(\.model).filter { !known.contains($0) } == [])
    }

    @Test func `the venue's state tells of shards`() throws {
        let status = try decode(.exchangeStatus(), RESTSamples.exchangeStatus)
        #expect(status.isActive && status.isTrading && status.takesTransfers == true && status.resumes == nil)
        #expect(status.shards.map(\.shard) == [0, 2])
        #expect(status.takesOrders(onShard: 2))
        var paused = status
        paused.shards[1].isTrading = false
        #expect(!paused.takesOrders(onShard: 2))
        #expect(paused.takesCancels(onShard: 2))
        #expect(paused.takesOrders(onShard: 3))
    }

    @Test func `the schedule has hours and pauses`() throws {
        let schedule = try decode(.exchangeSchedule(), RESTSamples.getExchangeScheduleResponse)
        #expect(schedule.hours[0].thursday.map(\.closes) == ["03:00", "00:00"])
        #expect(schedule.maintenance[0].starts == Timestamp(rfc3339: "2026-11-26T08:00:00Z"))
    }

    @Test func `series, events and fee changes`() throws {
        let series = try decode(.series("KXBTC15M"), RESTSamples.getSeriesResponse)
        #expect(series.ticker == "KXBTC15M" && series.frequency == "fifteen_min" && series.shard == 2)
        #expect(series.fees == .quadratic)
        let event = try #require(try decode(.events(), RESTSamples.getEventsResponse).rows.first)
        #expect(event.ticker == "KXBTC15M-26NOV221445" && event.series == "KXBTC15M")
        #expect(event.fees(of: series) == .quadratic)
        let change = try #require(try decode(.seriesFeeChanges(), RESTSamples.getSeriesFeeChangesResponse).rows.first)
        #expect(change.scheduled == Timestamp(rfc3339: "2026-12-01T05:00:00Z") && change.feeMultiplier?.text == "1")
    }

    @Test func `a market`() throws {
        let page = try decode(.markets(), RESTSamples.getMarketsResponse)
        let row = try #require(page.rows.first)
        #expect(page.cursor == nil && page.unreadable.isEmpty)
        #expect(row.phase == .known(.active) && row.result == .known(.undecided) && row.settlement == nil)
        #expect(row.yesBid == Price(cents: 56) && row.yesAskSize == Quantity(units: 7_550))
        #expect(row.strike == SpotPrice(units: 861_203_700))
        #expect(row.grid == .taperedDeciCent)
        #expect(row.facts.closeTime == Timestamp(rfc3339: "2026-11-22T19:45:00Z"))
        let market = try #require(row.market(id: MarketID(3), fees: .quadratic))
        #expect(market.series == "KXBTC15M" && market.shard == 2 && market.status == .active)
        #expect(market.life == .minutes(15))
    }

    @Test func `books`() throws {
        let book = try decode(.book("A"), RESTSamples.getMarketOrderbookResponse)
        #expect(book.snapshot.yes.last == BookLevel(price: Price(cents: 56), count: Quantity(contracts: 120)))
        #expect(book.snapshot.no.count == 3)
        let books = try decode(.books(["A"]), RESTSamples.getMarketOrderbooksResponse)
        #expect(books.rows[0].ticker == "KXBTC15M-26NOV221445-45" && books.rows[0].book.no.isEmpty)
    }

    @Test func `trades and candles`() throws {
        let trade = try #require(try decode(.trades(), RESTSamples.getTradesResponse).rows.first)
        #expect(trade.taker == .bid && trade.count == Quantity(contracts: 10) && trade.yesPrice == Price(cents: 58))
        #expect(trade.created == Timestamp(microseconds: 1_795_375_992_123_456))
        let span = CandleSpan(from: Timestamp(seconds: 1), to: Timestamp(seconds: 2))
        let candles = try decode(
            .candles("A", series: "B", span),
            RESTSamples.getMarketCandlesticksResponse
        )
        let candle = try #require(candles.candles[0].candle(.minute))
        #expect(candle.start == Timestamp(seconds: 1_795_375_860) && candle.close == Price(cents: 57))
        #expect(candle.volume == Quantity(units: 41_250))
        #expect(candles.candles[0].price?.mean?.text == "0.5668")
        #expect(candles.candles[1].candle(.minute) == nil)
        #expect(candles.candles[1].price?.previous == Price(cents: 57))
        let several = try decode(.candles(["A"], span), RESTSamples.batchGetMarketCandlesticksResponse)
        #expect(several.rows[0].ticker == "KXBTC15M-26NOV221445-45")
    }

    @Test func `archived candles have other names`() throws {
        let body = #"""
            {"ticker": "A", "candlesticks": [{"end_period_ts": 60, "yes_bid": {"open": "0.1", "low": "0.1", "high": "0.1",
            "close": "0.1"}, "yes_ask": {}, "price": {"open": "0.2000", "low": "0.1000", "high": "0.3000", "close": "0.2500",
            "mean": null, "previous": null}, "volume": "5.00", "open_interest": "7.00"}]}
            """#
        let span = CandleSpan(from: Timestamp(seconds: 1), to: Timestamp(seconds: 2))
        let row = try decode(.historicalCandles("A", span), body).candles[0]
        #expect(row.candle(.minute)?.high == Price(cents: 30) && row.volume == Quantity(contracts: 5))
        #expect(row.yesBid?.close == Price(cents: 10))
    }

    @Test func `cash`() throws {
        let balance = try decode(.balance(), RESTSamples.getBalanceResponse)
        #expect(balance.cents == 104_215 && balance.cash == Money(units: 1_042_155_000))
        #expect(balance.cash(onShard: 2) == Money(dollars: 1_000) && balance.cash(onShard: 1) == .zero)
        #expect(balance.updated == Timestamp(seconds: 1_795_375_920))
        let old = try decode(.balance(), #"{"balance": 9801, "portfolio_value": 0, "updated_ts": 1}"#)
        #expect(old.cash == Money(units: 98_010_000) && old.cash(onShard: 2) == nil)
    }

    @Test func `positions, fills and payments`() throws {
        let positions = try decode(.positions(), RESTSamples.getPositionsResponse)
        #expect(positions.markets.rows[0].position == Quantity(contracts: -10))
        #expect(positions.markets.rows[0].updated == Timestamp(rfc3339: "2026-11-22T19:33:12Z"))
        #expect(positions.events[0].fees == Money(units: 170_600))
        let row = try #require(try decode(.fills(), RESTSamples.getFillsResponse).rows.first)
        let fill = row.fill(of: ClientOrderID(4), in: MarketID(1))
        #expect(fill.side == .bid && fill.price == Price(cents: 58) && fill.fee == Money(units: 170_600))
        #expect(fill.liquidity == .taker && fill.trade == tradeNumber("0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00"))
        let payment = try #require(try decode(.settlements(), RESTSamples.getSettlementsResponse).rows.first)
        #expect(
            payment.revenueCents == 1_000 && payment.settlement == .yes && payment.yesCount == Quantity(contracts: 10)
        )
    }

    @Test func `orders and answers to orders`() throws {
        let order = try #require(try decode(.orders(), RESTSamples.getOrdersResponse).rows.first)
        #expect(order.side == .bid && order.status == .known(.resting) && order.remaining == Quantity(contracts: 7))
        #expect(order.snapshot == OrderSnapshot(status: .resting, filled: Quantity(contracts: 3)))
        #expect(order.expires == nil && order.shard == 2 && order.makerCost == Money(units: 1_680_000))
        let created = try CreatedOrder(wire: try json(RESTSamples.createOrderV2Response))
        #expect(created.filled == Quantity(contracts: 10) && created.averageFee?.text == "0.0171")
        #expect(created.time == Timestamp(milliseconds: 1_795_375_992_125))
        #expect(
            try CancelledOrder(wire: try json(RESTSamples.cancelOrderV2Response)).reducedBy == Quantity(contracts: 7)
        )
        #expect(try AmendedOrder(wire: try json(RESTSamples.amendOrderV2Response)).filled == Quantity(contracts: 3))
        #expect(
            try DecreasedOrder(wire: try json(RESTSamples.decreaseOrderV2Response)).remaining == Quantity(contracts: 5)
        )
        #expect(try decode(.queuePosition("a"), RESTSamples.getOrderQueuePositionResponse) == Quantity(contracts: 120))
    }

    @Test func `batches are answered item by item`() throws {
        let order = CreateOrder(
            ticker: "A",
            clientID: "x",
            side: .bid,
            count: Quantity(contracts: 1),
            price: Price(cents: 5),
            timeInForce: .fillOrKill
        )
        let created = try decode(.create([order]), RESTSamples.batchCreateOrdersV2Response)
        #expect(try created[0].result.get().remaining == Quantity(contracts: 5))
        let error = #expect(throws: VenueError.self) { try created[1].result.get() }
        #expect(error?.kind == .invalidPrice && error?.disposition == .notRetryable && created[1].clientID == "kbot-a2")
        let cancelled = try decode(.cancel([CancelItem(id: "a", shard: 2)]), RESTSamples.batchCancelOrdersV2Response)
        #expect(try cancelled[0].result.get().reducedBy == Quantity(contracts: 5))
        #expect(throws: VenueError.self) { try cancelled[1].result.get() }
    }

    @Test func `groups, limits, costs and transfers`() throws {
        let group = OrderGroupName(id: "g", shard: 2)
        let details = try decode(.group(group), RESTSamples.getOrderGroupResponse)
        #expect(details.limit == Quantity(contracts: 100) && details.orders.count == 1)
        let limits = try decode(.accountLimits(), RESTSamples.getAccountApiLimitsResponse)
        #expect(limits.write.refill == 300 && limits.read.capacity == 900)
        let costs = try decode(.endpointCosts(), RESTSamples.getAccountEndpointCostsResponse).costs
        #expect(costs.cost(.delete, path: "/trade-api/v2/portfolio/events/orders/abc") == 2)
        #expect(costs.cost(.post, path: "/trade-api/v2/portfolio/events/orders") == 10)
        let transfer = try ShardTransfer(wire: try json(RESTSamples.intraExchangeInstanceTransferRequest))
        #expect(transfer.amount == Money(dollars: 100) && transfer.destinationShard == 2)
        #expect(
            try decode(.transfer(transfer), RESTSamples.intraExchangeInstanceTransferResponse)
                == "5f3f1c7e-1111-4222-8333-944445555666"
        )
    }

    @Test func `an order is written as the venue wants it`() throws {
        let order = try CreateOrder(wire: try json(RESTSamples.createOrderV2Request))
        #expect(
            String(decoding: order.wire.bytes, as: UTF8.self)
                == #"{"ticker":"KXBTC15M-26NOV221445-45","client_order_id":"kbot-1795375920-000001","side":"bid","#
                + #""count":"10.00","price":"0.5800","time_in_force":"immediate_or_cancel","#
                + #""self_trade_prevention_type":"taker_at_cross","exchange_index":2}"#
        )
    }

    @Test func `one bad public row hides no other, one bad row of ours fails the page`() throws {
        let good = #"{"trade_id":"t","ticker":"A","count_fp":"1","yes_price_dollars":"0.5","created_time":1}"#
        let page = try decode(.trades(), #"{"trades":[\#(good),{"ticker":"A"},\#(good)],"cursor":"c"}"#)
        #expect(page.rows.count == 2 && page.cursor == "c")
        #expect(page.unreadable.map(\.description) == ["trades.1.trade_id is missing"])
        #expect(throws: WireError.self) { try decode(.fills(), #"{"fills":[{"ticker":"A"}]}"#) }
    }

    private func decode<Response>(_ call: Call<Response>, _ body: String) throws -> Response {
        try call.decode(try json(body))
    }
}
