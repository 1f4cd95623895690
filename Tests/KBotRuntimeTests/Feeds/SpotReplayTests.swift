import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Prices of underlyings between the events of markets.
struct SpotReplayTests {
    private let folder: FeedFolder
    private let close: Int64 = 1_777_315_500_000

    init() throws { folder = try FeedFolder() }

    private func trades(_ seconds: Double...) throws -> String {
        let rows = seconds.map { "\(close + Int64($0 * 1_000)),KXBTC15M-26APR271445-45,0.4900,1,no" }
        return try folder.write("t.csv", tradesText(rows.joined(separator: "\n")))
    }

    private func ticks(_ seconds: Double..., name: String = "BTC-USD_x.csv") throws -> SpotSource {
        let rows = seconds.enumerated().map { "\(close + Int64($1 * 1_000)),\(100 + $0)" }
        return try SpotSource(folder.write(name, "ts_ms,price_usd\n" + rows.joined(separator: "\n")))
    }

    private func minutes(_ starts: Int64..., name: String = "ETHUSDT_1m.csv") throws -> SpotSource {
        let rows = starts.map { "\(close + $0 * 60_000),1,1,1,1" }
        return try SpotSource(folder.write(name, "ts_ms,open,high,low,close\n" + rows.joined(separator: "\n")))
    }

    /// Events as words: kind, and seconds from the close.
    private func story(_ events: [MarketEvent]) -> [String] {
        events.map { event in
            let seconds = Double(event.time.microseconds / 1_000 - close) / 1_000
            let word =
                switch event.kind {
                case .listed: "listed"
                case .status(_, let status): status.rawValue
                case .trade: "trade"
                case .spot(let symbol, let price): "\(symbol.asset) \(price.units / 10_000)"
                case .spotCandle(let symbol, let candle): "\(symbol.asset) candle of \(candle.interval)"
                case .snapshot, .delta, .settled, .gap, .history: "other"
                }
            return "\(word) @\(seconds)"
        }
    }

    private func isSpot(_ event: MarketEvent) -> Bool { event.market == nil }

    @Test func `prices come before what markets do at the same time, and never earlier`() throws {
        let feed = try ReplayFeed(
            paths: [trades(-600, -60, -60)],
            spot: [ticks(-900, -600, -599.999, -60, 0, 0.001), minutes(-11, -10, -2, -1)],
            strict: true
        )
        #expect(
            story(try feed.all()) == [
                "BTC 100 @-900.0", "listed @-900.0", "BTC 101 @-600.0", "ETH candle of 1m @-600.0", "trade @-600.0",
                "BTC 102 @-599.999", "ETH candle of 1m @-540.0", "BTC 103 @-60.0", "ETH candle of 1m @-60.0",
                "trade @-60.0", "trade @-60.0", "BTC 104 @0.0", "ETH candle of 1m @0.0", "closed @0.0",
            ]
        )
        let summary = feed.summary
        #expect(summary.first == Timestamp(milliseconds: close - 900_000))
        #expect(summary.last == Timestamp(milliseconds: close))
        #expect(summary.sources[1].hasPrefix("BTC-USD_x.csv: 5 ticks of BTC-USD, from 2026-04-27T18:30:00.000000Z to"))
        #expect(summary.sources[2].hasPrefix("ETHUSDT_1m.csv: 4 candles of 1m of ETH-USD, from "))
    }

    @Test func `prices neither begin nor end a replay, and go back seven days before it`() throws {
        let week = 7.0 * 86_400
        let feed = try ReplayFeed(
            paths: [trades(-600)],
            spot: [ticks(-900 - week - 0.001, -900 - week, -86_400, 5, 86_400)]
        )
        #expect(
            story(try feed.all()) == [
                "BTC 101 @\(-900 - week)", "BTC 102 @-86400.0", "listed @-900.0", "trade @-600.0", "closed @0.0",
            ]
        )
        #expect(feed.summary.first == Timestamp(milliseconds: close - 900_000))
        #expect(
            feed.summary.warnings.contains {
                $0.contains("no price after 2026-04-26T18:45:00.000000Z, though markets go on")
            }
        )
    }

    @Test func `a file of another time is told`() throws {
        let late = try ReplayFeed(paths: [trades(-600)], spot: [ticks(86_400)])
        #expect(try late.all().count == 3)
        #expect(
            late.summary.warnings.contains { $0.contains("none of its prices falls into the replay: they begin at") }
        )
        let early = try ReplayFeed(paths: [trades(-600)], spot: [ticks(-8 * 86_400)])
        #expect(try early.all().count == 3)
        #expect(
            early.summary.warnings.contains { $0.contains("none of its prices falls into the replay: they end at") }
        )
        let nonsense = try folder.write("BTC-USD_n.csv", "ts_ms,price_usd\nx,1\n1,y\n")
        let none = try ReplayFeed(paths: [trades(-600)], spot: [SpotSource(nonsense)])
        #expect(try none.all().count == 3 && none.summary.skipped == 2)
        #expect(none.summary.warnings.contains("BTC-USD_n.csv: no line of it is a price"))
        let partly = try ReplayFeed(paths: [trades(-600)], spot: [ticks(-60, -50)])
        #expect(try partly.all().count == 5)
        #expect(partly.summary.warnings.contains { $0.contains("no price before 2026-04-27T18:44:00.000000Z") })
    }

    @Test func `two files of one underlying may follow one another, but not overlap untold`() throws {
        let first = try ticks(-900, -700, name: "BTC-USD_1.csv")
        let second = try ticks(-600, -500, name: "BTC-USD_2.csv")
        let third = try ticks(-550, -540, name: "BTC-USD_3.csv")
        func overlaps(_ spot: [SpotSource]) throws -> Bool {
            let feed = try ReplayFeed(paths: [trades(-600)], spot: spot)
            let events = try feed.all()
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
            return feed.summary.warnings.contains("two files tell of BTC-USD at the same time: candles hold both")
        }
        #expect(try !overlaps([first, second]) && overlaps([first, second, third]) && !overlaps([third, first]))
    }

    @Test func `a bad price stops a strict replay after what came before it`() throws {
        let bad = try folder.write("BTC-USD_x.csv", "ts_ms,price_usd\n\(close - 700_000),1\nx,2\n")
        let feed = try ReplayFeed(paths: [trades(-800, -600)], spot: [SpotSource(bad)], strict: true)
        var events: [MarketEvent] = []
        #expect(try feed.next(into: &events))
        #expect(story(events) == ["listed @-900.0", "trade @-800.0", "BTC 1 @-700.0"])
        let error = #expect(throws: FeedError.self) { try feed.next(into: &events) }
        #expect(error?.description == #"BTC-USD_x.csv:3: column ts_ms: "x" is no time in milliseconds"#)
        #expect(try !feed.next(into: &events) && events.count == 3)

        let early = try folder.write("BTC-USD_y.csv", "ts_ms,price_usd\n1000,1\nx,2\n")
        let stopped = try ReplayFeed(paths: [trades(-600)], spot: [SpotSource(early)], strict: true)
        #expect(throws: FeedError.self) { try stopped.next(into: &events) }
        #expect(try !stopped.next(into: &events) && events.count == 3)
    }

    @Test func `prices given as recordings are pointed at the right option`() throws {
        let path = try ticks(0).path
        let error = #expect(throws: FeedError.self) { try ReplayFeed(paths: [path]) }
        #expect(error?.description == "\(path): holds prices of an underlying: give it with --spot")
        _ = try trades(-600)
        let note = "prices of an underlying, not read without --spot: BTC-USD_x.csv"
        #expect(try ReplayFeed(paths: [folder.path]).summary.warnings.contains(note))
        #expect(try !ReplayFeed(paths: [folder.path], spot: [SpotSource(path)]).summary.warnings.contains(note))
    }

    @Test(arguments: [true, false])
    func `facts and prices are read from pipes, too`(areCandles: Bool) throws {
        let rows = (Int64(-20)..<0).map { "\(close + $0 * 60_000),1,1,1,\($0 + 30)" }
        let head = areCandles ? "ts_ms,open,high,low,close" : "ts_ms,a,b,c,price_usd"
        let prices = ([head] + (areCandles ? rows.map { $0.replacing(/[0-9]+$/, with: "1") } : rows)).joined(
            separator: "\n"
        )
        let facts = "ticker,close_time_ms,result\nKXBTC15M-26APR271445-45,\(close),yes\n"
        func events(_ facts: String, _ prices: String) throws -> [MarketEvent] {
            let spot = SpotSource(symbol: "BTC-USD", path: prices)
            return try ReplayFeed(paths: [trades(-600, -60)], markets: facts, spot: [spot], strict: true).all()
        }
        let expected = try events(folder.write("f.csv", facts), folder.write("p.csv", prices))
        let found = try events(
            folder.pipe("facts", Array(facts.utf8)),
            folder.pipe("prices", Array(prices.utf8))
        )
        #expect(found == expected && found.count { isSpot($0) } == 20)
    }

    @Test func `recordings are read more than once, so that a pipe is refused`() throws {
        let path = try folder.pipe("t.csv", [])
        let error = #expect(throws: FeedError.self) { try ReplayFeed(paths: [path]) }
        #expect(error?.description == "\(path): is no file that can be read twice: write it into one first")
    }

    // MARK: Any files

    /// Random markets and prices around their close.
    private struct Files {
        let trades: String
        let ticks: [String]
        let candles: [String]

        init(_ random: inout SeededGenerator, close: Int64) {
            func times(_ count: Int, _ range: ClosedRange<Int64>) -> [Int64] {
                // Coarse, so that many are equal.
                (0..<count).map { _ in close + Int64.random(in: range, using: &random) * 15_000 }.sorted()
            }
            let tickers = ["KXBTC15M-26APR271445-45", "KXBTC15M-26APR271500-00", "KXETH15M-26APR271445-45"]
            let rows = times(60, -55...55).map { "\($0),\(tickers.randomElement(using: &random) ?? ""),0.49,1,no" }
            trades = tradesText(rows.joined(separator: "\n"))
            ticks = times(80, -200...100).map { "\($0),\(Int64.random(in: 1...9_999, using: &random))" }
            candles = (Int64(-40)..<40).map { "\(close + $0 * 60_000),\(Int64.random(in: 1...9_999, using: &random))" }
                .map { row in row + String(repeating: "," + row.drop { $0 != "," }.dropFirst(), count: 3) }
        }
    }

    private func replay(_ files: Files, ticksBefore: Timestamp? = nil) throws -> [MarketEvent] {
        let recording = try folder.write("t.csv", files.trades)
        guard let limit = ticksBefore else { return try ReplayFeed(paths: [recording]).all() }
        func cut(_ rows: [String], by span: Int64) -> String {
            rows.filter { (Int64($0.prefix { $0 != "," }) ?? 0) * 1_000 + span <= limit.microseconds }
                .joined(separator: "\n")
        }
        let ticks = try folder.write("BTC-USD_t.csv", "ts_ms,price_usd\n" + cut(files.ticks, by: 0))
        let candles = try folder.write(
            "ETH-USD_c.csv",
            "ts_ms,open,high,low,close\n" + cut(files.candles, by: 60_000_000)
        )
        return try ReplayFeed(paths: [recording], spot: [SpotSource(ticks), SpotSource(candles)], strict: true).all()
    }

    @Test func `prices change nothing that markets do, and stand where time puts them`() throws {
        try forSeeds(0..<40) { random in
            let files = Files(&random, close: close)
            let markets = try replay(files)
            let events = try replay(files, ticksBefore: .distantFuture)
            try hold(events.filter { !isSpot($0) } == markets, "the events of markets differ")
            try hold(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time }, "times fall back")
            for (event, next) in zip(events, events.dropFirst()) where !isSpot(event) && isSpot(next) {
                try hold(event.time < next.time, "a price comes after a market event of its time")
            }
            for event in events {
                if case .spotCandle(_, let candle) = event.kind {
                    try hold(event.time == candle.end, "a candle comes at another time than its end")
                }
            }
            let last = markets.last?.time ?? .distantPast
            func due(_ rows: [String], _ span: Int64) -> Int {
                rows.count { (Int64($0.prefix { $0 != "," }) ?? 0) * 1_000 + span <= last.microseconds }
            }
            let prices = events.count - markets.count
            try hold(prices == due(files.ticks, 0) + due(files.candles, 60_000_000), "\(prices) prices")
        }
    }

    @Test func `up to any time, events are the same without the prices of later times`() throws {
        try forSeeds(0..<40) { random in
            let files = Files(&random, close: close)
            let whole = try replay(files, ticksBefore: .distantFuture)
            let limit = Timestamp(milliseconds: close) + .seconds(Int64.random(in: -1_500...900, using: &random))
            let cut = try replay(files, ticksBefore: limit)
            try hold(
                whole.filter { $0.time <= limit } == cut.filter { $0.time <= limit },
                "what comes later shows before \(limit)"
            )
        }
    }
}
