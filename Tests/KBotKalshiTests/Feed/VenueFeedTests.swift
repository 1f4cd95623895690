import KBotKalshi
import KBotModel
import Testing

/// One window from 14:30 to 14:45, the next after it.
struct VenueFeedTests {
    private static let opens = Timestamp(seconds: 1_795_375_800)
    private static let ticker: Ticker = "KXBTC15M-26NOV221445-45"
    private var opens: Timestamp { Self.opens }
    private var ticker: Ticker { Self.ticker }

    private func bench(
        at start: Timestamp = opens - .minutes(5),
        _ change: (inout VenueFeedConfiguration, inout FeedVenueMarket) -> Void = { _, _ in }
    ) throws -> FeedBench {
        var configuration = VenueFeedConfiguration(series: ["KXBTC15M"])
        var market = FeedVenueMarket(ticker, opens: opens, closes: opens + .minutes(15))
        change(&configuration, &market)
        var bench = FeedBench(configuration, at: start)
        bench.venue.markets = [market]
        bench.planTrades(of: ticker)
        return bench
    }

    @Test func `a market is listed ahead, opened and closed by the clock, and decided`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: opens + .minutes(16))
        let listings = bench.listings(ticker)
        #expect(listings.first?.status == .initialized && listings.first?.strike == nil)
        #expect(listings.last?.strike == SpotPrice("86120.37") && listings.last?.shard == 2)
        let id = try #require(listings.first?.id)
        let closes = opens + .minutes(15)
        let life = bench.life(ticker)
        #expect(life.map(\.kind) == [.status(id, .active), .status(id, .closed), .settled(id, .yes)])
        #expect(life[0].now == opens)
        #expect(life[1].now == closes + .milliseconds(250))
        #expect(life[2].now >= closes + .seconds(9) && life[2].now <= closes + .seconds(12))
        let first = try #require(bench.told.first { if case .event = $0.output { true } else { false } })
        #expect(first.now == opens - .minutes(1))
        #expect(!bench.venue.delivers("trade", ticker))
        #expect(bench.feed.summary.decided == 1)
    }

    @Test func `the strike comes by a message`() throws {
        var bench = try bench { $1.strikeAt = nil }
        let ticker = ticker
        bench.at(opens + .milliseconds(300)) { venue in
            venue.frame(
                "market_lifecycle_v2",
                "market_lifecycle_v2",
                nil,
                #"{"market_ticker":"\#(ticker)","event_type":"metadata_updated","floor_strike":86120.37}"#
            )
        }
        try bench.begin()
        try bench.run(until: opens + .milliseconds(400))
        #expect(bench.listings(ticker).last?.strike == SpotPrice("86120.37"))
    }

    @Test func `the result comes by a message, and a corrected one is told again`() throws {
        var bench = try bench { $1.determined = Self.opens + .hours(5) }
        let ticker = ticker
        for (second, result) in [(7, "yes"), (60, "no")] {
            bench.at(opens + .minutes(15) + .seconds(Int64(second))) { venue in
                venue.frame(
                    "market_lifecycle_v2",
                    "market_lifecycle_v2",
                    nil,
                    #"{"market_ticker":"\#(ticker)","event_type":"determined","result":"\#(result)"}"#
                )
            }
        }
        try bench.begin()
        try bench.run(until: opens + .minutes(17))
        let id = try #require(bench.listings(ticker).first?.id)
        #expect(bench.life(ticker).map(\.kind).suffix(2) == [.settled(id, .yes), .settled(id, .no)])
        #expect(bench.notes.contains { $0.contains("corrected") })
    }

    @Test func `earlier trades come first, oldest first, and no trade twice`() throws {
        let times = (1...40).map { Self.opens + .seconds(Int64($0) * 10) }
        var bench = try bench(at: opens + .seconds(205)) { _, market in
            market.trades = times.enumerated().map { ($0.element, "t\($0.offset)") }
        }
        bench.holdsAnswers = false
        try bench.begin()
        try bench.run(until: opens + .seconds(420))
        #expect(bench.trades(ticker) == times)
        let history = bench.events.filter { if case .history = $0.kind { true } else { false } }
        #expect(history.count == 1 && bench.feed.summary.earlierTrades == 20)
    }

    @Test func `live trades wait for the earlier ones, and those that came both ways count once`() throws {
        let times = (1...40).map { Self.opens + .seconds(Int64($0) * 10) }
        var bench = try bench(at: opens + .seconds(205)) { _, market in
            market.trades = times.enumerated().map { ($0.element, "t\($0.offset)") }
        }
        try bench.begin()
        bench.venue.refuses = { _ in false }
        try bench.drop()
        try bench.run(until: opens + .seconds(300))
        // The answer is as of the moment of the question or later: here it comes after 50 s of live trades.
        bench.holdsAnswers = true
        try bench.drop()
        try bench.run(until: opens + .seconds(350))
        let before = bench.trades(ticker)
        try bench.release()
        try bench.run(until: opens + .seconds(420))
        #expect(before.count < 35)
        #expect(bench.trades(ticker) == times)
    }

    @Test func `trades of an outage are filled up`() throws {
        let times = (1...60).map { Self.opens + .seconds(Int64($0) * 10) }
        var bench = try bench { _, market in market.trades = times.enumerated().map { ($0.element, "t\($0.offset)") } }
        try bench.begin()
        try bench.run(until: opens + .seconds(205))
        bench.isReachable = false
        try bench.drop()
        try bench.run(until: opens + .seconds(255))
        #expect(bench.trades(ticker).count == 20)
        #expect(bench.feed.staleMarkets.count == 1)
        bench.isReachable = true
        try bench.run(until: opens + .seconds(620))
        #expect(bench.trades(ticker) == times)
        #expect(bench.feed.staleMarkets.isEmpty)
    }

    @Test func `trades that were lost on the way are filled up before the next one is told`() throws {
        let times = (1...30).map { Self.opens + .seconds(Int64($0) * 10) }
        var bench = try bench { _, market in market.trades = times.enumerated().map { ($0.element, "t\($0.offset)") } }
        let ticker = ticker
        try bench.begin()
        try bench.run(until: opens + .seconds(95))
        bench.isDeaf = true
        try bench.run(until: opens + .seconds(145))
        bench.isDeaf = false
        try bench.run(until: opens + .seconds(301))
        #expect(bench.trades(ticker) == times)
        // The trade that shows the loss comes by REST too, and counts once.
        #expect(bench.feed.summary.earlierTrades == 6 && bench.feed.summary.repeatedTrades > 0)
    }

    @Test func `a series of many strikes is read by its event, and rules without a strike are not waited for`() throws {
        var bench = try bench { configuration, _ in configuration.series = ["KXBTCD"] }
        bench.venue.markets = (0..<50).map { number in
            var market = FeedVenueMarket(
                Ticker("KXBTCD-26NOV2215-T\(number)"),
                opens: opens,
                closes: opens + .minutes(30)
            )
            market.strikeAt = nil
            return market
        }
        try bench.begin()
        try bench.run(until: opens + .minutes(40))
        #expect(bench.feed.summary.decided == 50)
        let single = bench.venue.questions.count { if case .market = $0 { true } else { false } }
        let events = bench.venue.questions.count { if case .event = $0 { true } else { false } }
        #expect(single == 0 && events < 100, "\(single) \(events)")
    }

    @Test func `candles stand in for trades that cannot be had`() throws {
        var bench = try bench(at: opens + .seconds(205))
        bench.venue.refuses = { if case .trades = $0 { true } else { false } }
        try bench.begin()
        try bench.run(until: opens + .seconds(210))
        #expect(bench.trades(ticker).count == 4)
        #expect(bench.notes.contains { $0.contains("candles of a minute") })
    }

    @Test func `lost messages put books in doubt until fresh ones come`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: opens + .minutes(1))
        let id = try #require(bench.listings(ticker).first?.id)
        bench.venue.lose("orderbook_delta")
        let message = """
            {"market_ticker":"\(ticker)","price_dollars":"0.4900","delta_fp":"1.00","side":"yes","ts_ms":1}
            """
        let frame = bench.venue.frame("orderbook_delta", "orderbook_delta", ticker, message)
        let count = bench.events.count
        try bench.deliver(try #require(frame))
        try bench.run(until: opens + .minutes(1) + .seconds(1))
        let kinds = bench.events[count...].map(\.kind)
        #expect(kinds.first == .gap(id))
        guard case .snapshot(id, _)? = kinds.last else { return #expect(Bool(false), "\(kinds)") }
        #expect(bench.feed.book(of: id) != nil && bench.feed.summary.gaps == 1)
    }

    @Test func `a pause stops the market and a resumption lets it go on`() throws {
        var bench = try bench()
        let ticker = ticker
        for (second, event) in [(60, "deactivated"), (90, "activated")] {
            bench.at(opens + .seconds(Int64(second))) { venue in
                venue.frame(
                    "market_lifecycle_v2",
                    "market_lifecycle_v2",
                    nil,
                    #"{"market_ticker":"\#(ticker)","event_type":"\#(event)"}"#
                )
            }
        }
        try bench.begin()
        try bench.run(until: opens + .minutes(2))
        let id = try #require(bench.listings(ticker).first?.id)
        #expect(bench.life(ticker).map(\.kind) == [.status(id, .active), .status(id, .inactive), .status(id, .active)])
    }

    @Test(arguments: [
        (
            #"{"exchange_active":false,"trading_active":false,"exchange_estimated_resume_time":"2026-11-22T20:00:00Z"}"#,
            true
        ),
        (#"{"exchange_active":true,"trading_active":false}"#, false),
        (
            #"{"exchange_active":true,"trading_active":true,"exchange_index_statuses":[{"exchange_index":2,"#
                + #""exchange_active":true,"trading_active":false}]}"#, false
        ),
    ]) func `a paused exchange is stale and its markets are paused`(status: String, resumes: Bool) throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: opens + .minutes(1))
        #expect(bench.feed.health == .live)
        bench.venue.status = status
        try bench.run(until: opens + .minutes(1) + .seconds(16))
        guard case .stale(_, let time) = bench.feed.health else { return #expect(Bool(false)) }
        #expect((time != nil) == resumes)
        let id = try #require(bench.listings(ticker).first?.id)
        #expect(bench.life(ticker).last?.kind == .status(id, .inactive))
        bench.venue.status = #"{"exchange_active":true,"trading_active":true}"#
        try bench.run(until: opens + .minutes(1) + .seconds(32))
        #expect(bench.feed.health == .live && bench.life(ticker).last?.kind == .status(id, .active))
    }

    @Test func `silence is stale, and a watched market's book is read by REST`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: opens + .minutes(1))
        let id = try #require(bench.listings(ticker).first?.id)
        bench.feed.watch(id)
        bench.freeze()
        try bench.run(until: opens + .minutes(1) + .seconds(16))
        guard case .stale = bench.feed.health else { return #expect(Bool(false)) }
        #expect(bench.feed.summary.books > 0)
        try bench.run(until: opens + .minutes(2))
        #expect(bench.feed.health == .live && bench.feed.book(of: id) != nil)
    }

    @Test func `bytes that are no frame are counted and told`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.deliver("<html>")
        try bench.deliver(#"{"type":"trade","sid":1,"msg":{}}"#)
        #expect(bench.feed.summary.unreadable == 2 && bench.notes.count { $0.contains("could not be read") } == 2)
    }

    @Test func `fees follow the series, its planned changes, and the event`() throws {
        var bench = try bench()
        bench.venue.feeChanges =
            #"[{"series_ticker":"KXBTC15M","fee_type":"quadratic","fee_multiplier":2,"scheduled_ts":"2026-11-22T19:35:00Z"}]"#
        try bench.begin()
        try bench.run(until: opens + .minutes(6))
        #expect(bench.listings(ticker).first?.fees == .quadratic)
        #expect(bench.listings(ticker).last?.fees == FeeSchedule(kind: .quadratic, multiplier: 20_000))
        let frame = bench.venue.frame(
            "market_lifecycle_v2",
            "event_fee_update",
            nil,
            #"{"event_ticker":"KXBTC15M-26NOV221445","fee_type_override":"quadratic_with_maker_fees","fee_multiplier_override":0.5}"#
        )
        try bench.deliver(try #require(frame))
        #expect(
            bench.listings(ticker).last?.fees == FeeSchedule(kind: .quadraticWithMakerFees, multiplier: 5_000)
        )
    }

    @Test func `prices of wanted underlyings are told`() throws {
        var bench = try bench { configuration, _ in configuration.spot = ["BTC-USD", "ETH-USD"] }
        try bench.begin()
        for (index, value) in [("BRTI", "86155.12"), ("ETHUSD_RTI", "2801.5"), ("SOLUSD_RTI", "140.1")] {
            let time = bench.now.microseconds / 1_000
            let frame = bench.venue.frame(
                "cfbenchmarks_value",
                "cfbenchmarks_value",
                nil,
                #"{"index_id":"\#(index)","received_at":\#(time),"data":"{\"id\":\"\#(index)\",\"time\":\#(time),\"value\":\"\#(value)\"}"}"#
            )
            try bench.deliver(try #require(frame))
        }
        let spots = bench.events.map(\.kind)
        #expect(spots == [.spot("BTC-USD", SpotPrice("86155.12")!), .spot("ETH-USD", SpotPrice("2801.5")!)])
    }

    @Test func `a single market is followed without its series, once it can be found`() throws {
        var bench = try bench { configuration, market in
            configuration.series = []
            configuration.markets = [Self.ticker]
            market.listed = Self.opens - .minutes(3)
        }
        try bench.begin()
        try bench.run(until: opens + .minutes(1))
        #expect(bench.listings(ticker).first?.status == .initialized)
        #expect(!bench.venue.questions.contains { if case .markets = $0 { true } else { false } })
    }

    @Test func `a market that is created late is met in the middle of its life`() throws {
        var bench = try bench(at: opens + .minutes(1)) { _, market in market.listed = Self.opens + .minutes(4) }
        let ticker = ticker
        bench.at(opens + .minutes(3)) { venue in
            venue.frame(
                "market_lifecycle_v2",
                "market_lifecycle_v2",
                nil,
                """
                {"market_ticker":"\(ticker)","event_type":"created","exchange_index":2,"open_ts":1795375800,\
                "close_ts":1795376700,"price_level_structure":"tapered_deci_cent"}
                """
            )
        }
        try bench.begin()
        try bench.run(until: opens + .minutes(5))
        #expect(bench.listings(ticker).first?.status == .active && bench.listings(ticker).last?.strike != nil)
    }

    @Test func `markets that nobody wants are passed over`() throws {
        var bench = try bench()
        try bench.begin()
        let frame = bench.venue.frame(
            "market_lifecycle_v2",
            "market_lifecycle_v2",
            nil,
            #"{"market_ticker":"KXETH15M-26NOV221445-45","event_type":"created","open_ts":1795375800,"close_ts":1795376700}"#
        )
        try bench.deliver(try #require(frame))
        #expect(bench.events.isEmpty && bench.feed.summary.unreadable == 0)
    }

    @Test func `when nothing is open, series are named that have open markets`() throws {
        var bench = try bench(at: opens + .minutes(20))
        bench.venue.markets = [
            FeedVenueMarket("KXETH15M-26NOV221515-15", opens: opens + .minutes(15), closes: opens + .minutes(45))
        ]
        try bench.begin()
        try bench.run(until: opens + .minutes(23))
        let note = try #require(bench.notes.last)
        #expect(note.contains("KXETH15M (1)") && note.contains("--feed kalshi --mode paper"))
    }

    @Test func `maintenance within a day is announced`() throws {
        var bench = try bench()
        bench.venue.maintenance =
            #"{"start_datetime":"2026-11-22T23:00:00Z","end_datetime":"2026-11-23T01:00:00Z"},"#
            + #"{"start_datetime":"2026-11-26T08:00:00Z","end_datetime":"2026-11-26T10:00:00Z"}"#
        try bench.begin()
        #expect(bench.notes.count { $0.contains("maintenance") } == 1)
    }
}
