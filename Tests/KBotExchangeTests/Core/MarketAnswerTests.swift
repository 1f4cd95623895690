import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

@Suite("Markets of the exchange")
struct ExchangeMarketTests {
    /// Three windows: one paid, one open, one to come.
    private func threeWindows() throws -> ExchangeStage {
        let open = QuarterHour.open
        let second = QuarterHour.market(
            MarketID(1),
            "KXBTC15M-26NOV221500-00",
            opens: open + .minutes(15),
            strike: SpotPrice(units: 862_000_000)
        )
        var third = QuarterHour.market(MarketID(2), "KXBTC15M-26NOV221515-15", opens: open + .minutes(30), strike: nil)
        third.status = .initialized
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                QuarterHour.trade(58, 10, .bid, at: open + .seconds(70)),
                QuarterHour.trade(57, 5, .ask, at: open + .seconds(80)),
                QuarterHour.trade(60, 5, .bid, at: open + .seconds(190)),
                MarketEvent(time: open + .minutes(15), .status(MarketID(0), .closed)),
                MarketEvent(time: open + .minutes(15), .listed(second)),
                MarketEvent(time: open + .minutes(15) + .seconds(5), .listed(third)),
                MarketEvent(time: open + .minutes(15) + .seconds(10), .settled(MarketID(0), .yes)),
            ]
        )
        stage.wait(.minutes(16))
        return stage
    }

    @Test(
        "The words of the filter are not those of the answer",
        arguments: [
            ("unopened", "initialized", "KXBTC15M-26NOV221515-15"), ("open", "active", "KXBTC15M-26NOV221500-00"),
            ("settled", "finalized", "KXBTC15M-26NOV221445-45"),
        ]
    )
    func phases(filter: String, status: String, ticker: String) throws {
        let markets = try threeWindows().read("/markets", [HTTPField("status", filter)], by: nil)
        #expect(markets["markets"]?.count == 1 && markets["cursor"] == .string(""))
        #expect(markets["markets", "0", "ticker"] == .string(ticker))
        #expect(markets["markets", "0", "status"] == .string(status))
    }

    @Test("A market goes through closed, determined and finalized; strike and result come in their time")
    func life() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                MarketEvent(time: QuarterHour.close, .spot("BTC-USD", SpotPrice(units: 861_300_000))),
                MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .yes)),
            ]
        ) { $0.settlementDelay = .seconds(4) }
        func market() throws -> MarketRow {
            try MarketRow(wire: try #require(try stage.read("/markets/\(QuarterHour.ticker)", by: nil)["market"]))
        }
        #expect(try market().phase.known == .active)
        let row = try market()
        #expect(row.floorStrike?.text == "86120.37" && row.yesSubtitle == "Target Price: $86,120.37")
        #expect(row.grid == .taperedDeciCent && row.yesAsk == Price(cents: 58) && row.noBid == Price(cents: 42))
        stage.wait(.minutes(15))
        #expect(try market().phase.known == .closed)
        #expect(try stage.place("bid", "1.00", "0.5000").body["error", "code"] == .string("MARKET_INACTIVE"))
        stage.wait(.seconds(8))
        let determined = try market()
        #expect(determined.phase.known == .determined && determined.result?.known == .yes)
        #expect(determined.expirationValue == "86130.00" && determined.settled == nil)
        stage.wait(.seconds(4))
        let paid = try market()
        #expect(paid.phase.known == .finalized && paid.settlementValue == .one)
        #expect(paid.settled == QuarterHour.close + .seconds(12))
    }

    @Test("A book shows bids alone, ascending, and to its owner the customer's orders too")
    func books() throws {
        let stage = try ExchangeStage()
        try stage.open("bob")
        _ = try stage.place("bid", "7.00", "0.5600")
        _ = try stage.place("ask", "3.00", "0.6000")
        let path = "/markets/\(QuarterHour.ticker)/orderbook"
        let publicBook =
            #"{"orderbook_fp":{"yes_dollars":[["0.5400","300.00"],["0.5500","80.00"],["0.5600","120.00"]],"#
            + #""no_dollars":[["0.4000","500.00"],["0.4100","40.00"],["0.4200","75.50"]]}}"#
        #expect(text(try stage.read(path, by: nil)) == publicBook)
        #expect(text(try stage.read(path, by: "bob")) == publicBook)
        let own = try stage.read(path)
        #expect(own["orderbook_fp", "yes_dollars", "2", "1"] == .string("127.00"))
        #expect(own["orderbook_fp", "no_dollars", "0", "1"] == .string("503.00"))
        let top = try stage.read(path, [HTTPField("depth", "1")], by: nil)
        #expect(top["orderbook_fp", "yes_dollars"] == .array([.array([.string("0.5600"), .string("120.00")])]))
        let query = [HTTPField("tickers", QuarterHour.ticker.text), HTTPField("tickers", "KXNO-1")]
        #expect(try stage.read("/markets/orderbooks", query, by: nil)["orderbooks"]?.count == 1)
    }

    @Test("Candles are made of the run's trades and quotes, by minute, hour and day")
    func candles() throws {
        let stage = try threeWindows()
        let start = QuarterHour.open.microseconds / 1_000_000
        func candles(_ minutes: Int, from: Int64 = 0, _ more: [HTTPField] = []) throws -> JSON {
            try stage.read(
                "/series/KXBTC15M/markets/\(QuarterHour.ticker)/candlesticks",
                [
                    HTTPField("start_ts", "\(start + from)"), HTTPField("end_ts", "\(start + 900)"),
                    HTTPField("period_interval", "\(minutes)"),
                ] + more,
                by: nil
            )
        }
        let minutes = try candles(1)
        #expect(minutes["candlesticks"]?.count == 3)
        let second = try #require(minutes["candlesticks", "1"])
        #expect(second["end_period_ts"] == .integer(start + 120) && second["volume_fp"] == .string("15.00"))
        #expect(
            second["price", "open_dollars"] == .string("0.5800")
                && second["price", "close_dollars"] == .string("0.5700")
        )
        #expect(second["price", "mean_dollars"] == .string("0.5766"))
        #expect(second["yes_bid", "close_dollars"] == .string("0.5600"))
        #expect(minutes["candlesticks", "2", "price", "previous_dollars"] == .string("0.5700"))
        let hours = try candles(60)
        #expect(hours["candlesticks"]?.count == 0)  // the hour is not over by then
        let carried = try candles(1, from: 300, [HTTPField("include_latest_before_start", "true")])
        #expect(carried["candlesticks", "0", "price"] == .members(["previous_dollars": .string("0.6000")]))
        let batch = try stage.read(
            "/markets/candlesticks",
            [
                HTTPField("market_tickers", "\(QuarterHour.ticker),KXBTC15M-26NOV221500-00"),
                HTTPField("start_ts", "\(start)"), HTTPField("end_ts", "\(start + 900)"),
                HTTPField("period_interval", "1"),
            ],
            by: nil
        )
        #expect(batch["markets"]?.count == 2)
        #expect(try stage.send(.get, "/markets/candlesticks", by: nil).status == 400)
    }

    @Test("A cursor goes on where it was though rows come meanwhile, and nonsense gives the first page")
    func cursors() throws {
        let events = (1...9).map { QuarterHour.trade(58, Int64($0), .bid, at: QuarterHour.open + .seconds(Int64($0))) }
        let stage = try ExchangeStage(QuarterHour.opening + events)
        stage.wait(.seconds(6))
        func counts(_ page: JSON) -> [String] {
            guard case .array(let trades)? = page["trades"] else { return [] }
            return trades.compactMap { $0["count_fp"]?.text }
        }
        let ticker = HTTPField("ticker", QuarterHour.ticker.text)
        let first = try stage.read("/markets/trades", [ticker, HTTPField("limit", "2")], by: nil)
        #expect(counts(first) == ["6.00", "5.00"])
        stage.wait(.seconds(3))
        let cursor = HTTPField("cursor", first["cursor"]?.text ?? "")
        let second = try stage.read("/markets/trades", [ticker, HTTPField("limit", "2"), cursor], by: nil)
        #expect(counts(second) == ["4.00", "3.00"])
        let last = try stage.read(
            "/markets/trades",
            [ticker, HTTPField("cursor", second["cursor"]?.text ?? "")],
            by: nil
        )
        #expect(counts(last) == ["2.00", "1.00"] && last["cursor"] == .string(""))
        let nonsense = try stage.read("/markets/trades", [HTTPField("cursor", "garbage-cursor-fixture")], by: nil)
        #expect(counts(nonsense).first == "9.00")
        let (status, body) = try stage.send(.get, "/markets/trades", query: [HTTPField("limit", "1001")], by: nil)
        #expect(status == 400 && body["msg"]?.text?.contains("limit must be at most 1000") == true)
    }

    @Test("Filters that do not go together are refused in the venue's bare shape")
    func filters() throws {
        let stage = try ExchangeStage()
        for query in [
            [HTTPField("min_close_ts", "1"), HTTPField("status", "open")],
            [HTTPField("min_close_ts", "1"), HTTPField("min_created_ts", "1")],
            [HTTPField("status", "active")], [HTTPField("limit", "x")],
            [HTTPField("min_settled_ts", "1"), HTTPField("status", "closed")],
        ] {
            let (status, body) = try stage.send(.get, "/markets", query: query, by: nil)
            #expect(status == 400 && body["msg"]?.text?.hasPrefix("Parameter validation failed for GetMarkets") == true)
        }
        #expect(try stage.read("/markets", [HTTPField("mve_filter", "only")], by: nil)["markets"]?.count == 0)
        #expect(try stage.read("/markets", [HTTPField("series_ticker", "KXETH15M")], by: nil)["markets"]?.count == 0)
    }

    @Test("Our own client reads every public answer")
    func rows() throws {
        let stage = try threeWindows()
        let series = try SeriesRow(wire: try #require(try stage.read("/series/KXBTC15M", by: nil)["series"]))
        #expect(series.fees == .quadratic && series.frequency == "fifteen_min" && series.shard == 2)
        let event = try stage.read("/events/KXBTC15M-26NOV221445", by: nil)
        #expect(try EventRow(wire: try #require(event["event"])).subtitle == "Nov 22 - 2:45PM EST")
        #expect(event["markets"]?.count == 1)
        let nested = try stage.read("/events", [HTTPField("with_nested_markets", "true")], by: nil)
        #expect(nested["events"]?.count == 3 && nested["events", "0", "markets"]?.count == 1)
        let status = try ExchangeStatus(wire: try stage.read("/exchange/status", by: nil))
        #expect(status.takesOrders(onShard: 2) && status.shards.count == 2)
        _ = try ExchangeSchedule(wire: try #require(try stage.read("/exchange/schedule", by: nil)["schedule"]))
        _ = try HistoricalCutoff(wire: try stage.read("/historical/cutoff", by: nil))
        let costs = try EndpointCostTable(wire: try stage.read("/account/endpoint_costs", by: nil))
        #expect(costs.costs.cost(.delete, path: "/trade-api/v2/portfolio/events/orders/x") == 2)
    }
}
