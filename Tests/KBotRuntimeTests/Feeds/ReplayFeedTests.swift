import KBotModel
import Testing

@testable import KBotRuntime

struct ReplayFeedTests {
    private let folder: FeedFolder
    private let close: Int64 = 1_777_315_500_000
    private let header = "ticker,open_time_ms,close_time_ms,result\n"

    init() throws { folder = try FeedFolder() }

    private func trade(_ ms: Int64, _ ticker: String = "KXBTC15M-26APR271445-45", count: Int = 1) -> String {
        "\(ms),\(ticker),0.4900,\(count),no"
    }

    private func delta(_ seq: Int, _ ms: Int64, _ change: String) -> String {
        """
        {"type":"orderbook_delta","sid":1,"seq":\(seq),"msg":{"market_ticker":"KXBTC15M-26APR271445-45",\
        "price_dollars":"0.4200","delta_fp":"\(change)","side":"no","ts_ms":\(ms)}}
        """
    }

    private let snapshot =
        #"{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"KXBTC15M-26APR271445-45"}}"#

    /// Events as words: kind, and seconds from the close.
    private func story(_ events: [MarketEvent]) -> [String] {
        events.map { event in
            let seconds = Double(event.time.microseconds / 1_000 - close) / 1_000
            let word =
                switch event.kind {
                case .listed(let market): "listed \(market.id.index)"
                case .snapshot: "snapshot"
                case .delta(_, _, _, let change): "delta \(change.units)"
                case .trade(let trade): "trade \(trade.count.units)"
                case .status(let id, let status): "\(status.rawValue) \(id.index)"
                case .settled(let id, let settlement): "settled \(id.index) \(settlement.result)"
                case .gap: "gap"
                case .history, .spot, .spotCandle: "spot"
                }
            return "\(word) @\(seconds)"
        }
    }

    @Test func `a market is listed at its opening, closed at its close and decided ten seconds later`() throws {
        try folder.write("x_markets.csv", header + "KXBTC15M-26APR271445-45,1777314600000,1777315500000,yes\n")
        let feed = try ReplayFeed(paths: [folder.write("x_trades.csv", tradesText(trade(close - 60_000)))])
        #expect(
            story(try feed.all()) == ["listed 0 @-900.0", "trade 100 @-60.0", "closed 0 @0.0", "settled 0 yes @10.0"]
        )
    }

    @Test func `without facts the ticker tells the times, and nothing tells a result`() throws {
        let feed = try ReplayFeed(paths: [folder.write("x.csv", tradesText(trade(close - 60_000)))])
        #expect(story(try feed.all()) == ["listed 0 @-900.0", "trade 100 @-60.0", "closed 0 @0.0"])
        #expect(feed.summary.warnings == ["1 market without a result in the data"])
    }

    @Test func `a result stays hidden until the market is decided`() throws {
        let rows = trade(close - 60_000) + "\n" + trade(close + 5_000, "KXBTC15M-26APR271500-00")
        let recording = try folder.write("r.csv", tradesText(rows))
        let results = ["yes", "no", ""]
        let stories = try results.map { result in
            let facts = try folder.write("m\(result).csv", header + "KXBTC15M-26APR271445-45,,\(close),\(result)\n")
            return try ReplayFeed(paths: [recording], markets: facts).all()
        }
        let untold = stories.map { events in events.filter { if case .settled = $0.kind { false } else { true } } }
        #expect(untold[0] == untold[1] && untold[1] == untold[2])
        #expect(stories[2].count == untold[2].count && stories[0].count == untold[0].count + 1)
        let told = stories[0].first { if case .settled = $0.kind { true } else { false } }
        #expect(told?.time == Timestamp(milliseconds: close) + MarketCalendar.settlementDelay)
    }

    @Test func `files are merged by time, at one time books before trades, then in the order given`() throws {
        try folder.write("b.csv", tradesText(trade(close - 50_000, count: 2), trade(close - 40_000, count: 3)))
        try folder.write("a.csv", tradesText(trade(close - 50_000, count: 1), trade(close - 45_000, count: 9)))
        try folder.write(
            "c.jsonl",
            [snapshot, delta(2, close - 50_000, "5.00"), delta(3, close - 40_000, "6.00")].joined(separator: "\n")
        )
        let feed = try ReplayFeed(paths: [folder.path])
        #expect(
            story(try feed.all()) == [
                "listed 0 @-900.0", "snapshot @-50.0", "delta 500 @-50.0", "trade 100 @-50.0", "trade 200 @-50.0",
                "trade 900 @-45.0", "delta 600 @-40.0", "trade 300 @-40.0", "closed 0 @0.0",
            ]
        )
    }

    @Test func `markets are numbered in the order in which they are listed`() throws {
        let first = try folder.write("1.csv", tradesText(trade(close - 50_000, "A"), trade(close - 10_000, "C")))
        let second = try folder.write("2.csv", tradesText(trade(close - 60_000, "B"), trade(close - 5_000, "C")))
        let feed = try ReplayFeed(paths: [first, second])
        let listed = try feed.all().compactMap { event -> Market? in
            if case .listed(let market) = event.kind { market } else { nil }
        }
        #expect(listed.map(\.ticker) == ["B", "A", "C"] && listed.map(\.id.index) == [0, 1, 2])
    }

    @Test func `what comes after a market was decided is left out and counted`() throws {
        let facts = try folder.write("m.csv", header + "A,,\(close),no\n")
        let rows = tradesText(trade(close - 1_000, "A"), trade(close + 10_001, "A"), trade(close + 10_002, "B"))
        let feed = try ReplayFeed(paths: [folder.write("x.csv", rows)], markets: facts)
        #expect(
            story(try feed.all()) == [
                "listed 0 @-1.0", "trade 100 @-1.0", "closed 0 @0.0", "settled 0 no @10.0", "listed 1 @10.002",
                "trade 100 @10.002",
            ]
        )
        #expect(feed.summary.warnings.contains("1 messages on markets already decided were left out"))
    }

    @Test func `a recording that ends long before the close does not close the market`() throws {
        let feed = try ReplayFeed(paths: [folder.write("x.csv", tradesText(trade(close, "KXBTC-26APR2717-B76125")))])
        #expect(try feed.all().count == 2)
        #expect(feed.summary.warnings.contains("1 markets were still far from their close at the end"))
    }

    @Test func `a malformed JSON line is told with file, line and byte`() throws {
        let path = try folder.write(
            "x.jsonl",
            [snapshot, #"{"type":"ok""#, delta(2, close, "1.00")].joined(separator: "\n")
        )
        let feed = try ReplayFeed(paths: [path])
        #expect(try feed.all().count == 4)
        #expect(feed.summary.skippedSamples == ["x.jsonl:2: the JSON ends too early, at byte 12"])
        let error = #expect(throws: FeedError.self) { _ = try ReplayFeed(paths: [path], strict: true).all() }
        #expect(error?.description == "x.jsonl:2: the JSON ends too early, at byte 12")
    }

    @Test func `a sequence gap is an event and stands in the summary`() throws {
        let lines = [snapshot, delta(2, close - 9_000, "1.00"), delta(5, close - 8_000, "1.00")].joined(separator: "\n")
        let feed = try ReplayFeed(paths: [folder.write("x.jsonl", lines)])
        #expect(story(try feed.all()).contains("gap @-8.0"))
        #expect(feed.summary.gaps == 1 && feed.summary.warnings.contains("x.jsonl: 1 gaps, 2 messages lost"))
    }

    @Test func `folders without recordings, unknown files and facts given as data are refused by name`() throws {
        #expect(throws: FeedError.emptyDirectory(path: folder.path)) { try ReplayFeed(paths: [folder.path]) }
        let facts = try folder.write("x_markets.csv", header)
        #expect(throws: FeedError.self) { try ReplayFeed(paths: [facts]) }
        let error = #expect(throws: FeedError.self) {
            try ReplayFeed(paths: [folder.write("bars.csv", "ts_ms,open,high\n"), facts])
        }
        #expect(error?.description.hasPrefix(folder.path + "/bars.csv: neither a trades file") == true)
        #expect(throws: FeedError.self) { try ReplayFeed(paths: [folder.path]) }
        let missing = #expect(throws: FeedError.self) { try ReplayFeed(paths: ["/nowhere"]) }
        #expect(missing?.description == "/nowhere: no such file or folder")
    }

    @Test func `other files of a folder are passed over and named`() throws {
        try folder.write("README.md", "hello")
        try folder.write("x.csv", tradesText(trade(close)))
        let feed = try ReplayFeed(paths: [folder.path])
        #expect(feed.summary.warnings.contains("not read: README.md"))
    }

    @Test func `progress runs from nothing to all`() throws {
        let feed = try ReplayFeed(paths: [folder.write("x.csv", tradesText(trade(close)))])
        _ = try feed.all()
        #expect(feed.progress == 1)
    }
}

/// Recordings of the channel on which the venue tells of its markets' lives.
struct LifecycleReplayTests {
    private func life(_ seq: Int, _ word: String, _ facts: String = "") -> String {
        #"{"type":"market_lifecycle_v2","sid":7,"seq":\#(seq),"sending_ts_ms":1795375000000,"msg":{"market_ticker":"A","event_type":"\#(word)"\#(facts)}}"#
    }

    private func trade(_ ms: Int64, _ ticker: String) -> String {
        #"{"type":"trade","msg":{"market_ticker":"\#(ticker)","yes_price_dollars":"0.5","count_fp":"1","ts_ms":\#(ms)}}"#
    }

    private func story(_ lines: [String], facts: String? = nil) throws -> [String] {
        let folder = try FeedFolder()
        if let facts { try folder.write("x_markets.csv", facts) }
        let feed = try ReplayFeed(paths: [folder.write("x_ws.jsonl", lines.joined(separator: "\n"))], strict: true)
        return try feed.all().map { event in
            let seconds = event.time.microseconds / 1_000_000 - 1_795_375_800
            return switch event.kind {
            case .listed(let market): "listed \(market.ticker) \(market.status) @\(seconds)"
            case .status(_, let status): "\(status) @\(seconds)"
            case .trade: "trade @\(seconds)"
            case .settled(_, let settlement): "settled \(settlement.result) @\(seconds)"
            case .snapshot, .delta, .gap: "book @\(seconds)"
            case .history, .spot, .spotCandle: "spot @\(seconds)"
            }
        }
    }

    @Test func `a created market opens by the clock, and closes when its close was moved to`() throws {
        let lines = [
            life(1, "created", #","open_ts":1795375800,"close_ts":1795376700"#),
            trade(1_795_375_900_000, "A"),
            life(2, "close_date_updated", #","close_ts":1795376000"#),
            trade(1_795_376_100_000, "B"),
        ]
        #expect(
            try story(lines) == [
                "listed A initialized @-800", "active @0", "trade @100", "listed A active @100", "closed @200",
                "listed B active @300", "trade @300",
            ]
        )
    }

    @Test func `a result told by the venue comes once, whatever the file of facts says`() throws {
        let lines = [
            life(1, "created", #","open_ts":1795375800,"close_ts":1795376700"#),
            trade(1_795_376_650_000, "A"),
            life(2, "determined", #","result":"no","settlement_value":"0.0000","determination_ts":1795376706"#),
            trade(1_795_376_900_000, "B"),
        ]
        let told = try story(lines, facts: "ticker,close_time_ms,result\nA,1795376700000,yes\n")
        #expect(told.filter { $0.hasPrefix("settled") } == ["settled no @906"])
        #expect(told.contains("closed @900"))
    }
}
