import KBotModel
import Testing

@testable import KBotRuntime

struct SpotFileTests {
    private let folder: FeedFolder
    /// 2026-04-27T18:30:00Z.
    private let start: Int64 = 1_777_314_600_000

    init() throws { folder = try FeedFolder() }

    private func open(_ bytes: [UInt8], strict: Bool = false) throws -> SpotFile {
        try SpotFile(SpotSource(symbol: "BTC-USD", path: folder.write("x.csv", bytes)), strict: strict)
    }

    private func open(_ lines: String..., strict: Bool = false) throws -> SpotFile {
        try open(Array(lines.joined(separator: "\n").utf8), strict: strict)
    }

    private func all(_ file: SpotFile) throws -> [MarketEvent] {
        var events: [MarketEvent] = []
        while file.next != nil { try file.take(into: &events) }
        return events
    }

    private func candles(_ file: SpotFile) throws -> [SpotCandle] {
        try all(file).map { event in
            guard case .spotCandle(_, let candle) = event.kind else { throw FeedError.emptyDirectory(path: "") }
            #expect(event.time == candle.end, "a candle is known at its end")
            return candle
        }
    }

    private func summary(_ file: SpotFile, markets: (Timestamp, Timestamp)? = nil) -> FeedSummary {
        var summary = FeedSummary()
        file.report(to: &summary, markets: markets)
        return summary
    }

    @Test func `ticks are prices at their times, rounded to our unit`() throws {
        let rows = "\u{FEFF}ts_ms, Price_USD\r\n\(start),81131.28\r\n\n\(start),81131.28005\r\n\(start + 1),5e-05\n"
        let file = try open(Array(rows.utf8), strict: true)
        let time = Timestamp(milliseconds: start)
        #expect(
            try all(file) == [
                MarketEvent(time: time, .spot("BTC-USD", SpotPrice(units: 811_312_800))),
                MarketEvent(time: time, .spot("BTC-USD", SpotPrice(units: 811_312_801))),
                MarketEvent(time: time + .milliseconds(1), .spot("BTC-USD", SpotPrice(units: 1))),
            ]
        )
        let summary = summary(file)
        #expect(
            summary.sources
                == ["x.csv: 3 ticks of BTC-USD, from 2026-04-27T18:30:00.000000Z to 2026-04-27T18:30:00.001000Z"]
        )
        #expect(summary.lines == 5 && summary.skipped == 0 && summary.warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("ts_ms", "1777314600123", 123_000), ("timestamp_s", "1777314600.000004", 4), ("TIME_S", "1777314600", 0),
            ("open_time_us", "1777314600000001", 1), ("ts_ms", "1777314600000.5", 500),
        ] as [(String, String, Int64)]
    )
    func `the header tells the unit of times`(name: String, text: String, microseconds: Int64) throws {
        let file = try open("price,\(name)", "1.5,\(text)", strict: true)
        #expect(file.next?.time == Timestamp(milliseconds: start) + TimeSpan(microseconds: microseconds))
    }

    @Test func `candles come at their ends, as long as the step between rows`() throws {
        let file = try open(
            "volume,close,low,high,open,ts_s,trades",
            "1.5,11,9,12,10,1777314600,7",
            ",8,8,8,8,1777315800,",
            "2e-06,9,8,9,8.00005,1777314900,1",
            "0.0000005,9,8,9,8.00005,1777316100,1"
        )
        let first = Timestamp(milliseconds: start)
        func price(_ dollars: Int64) -> SpotPrice { SpotPrice(units: dollars * 10_000) }
        #expect(
            try candles(file) == [
                SpotCandle(
                    start: first,
                    interval: .minutes(5),
                    open: price(10),
                    high: price(12),
                    low: price(9),
                    close: price(11),
                    volume: 1_500_000
                ),
                SpotCandle(
                    start: first + .minutes(20),
                    interval: .minutes(5),
                    open: price(8),
                    high: price(8),
                    low: price(8),
                    close: price(8)
                ),
                SpotCandle(
                    start: first + .minutes(25),
                    interval: .minutes(5),
                    open: SpotPrice(units: 80_001),
                    high: price(9),
                    low: price(8),
                    close: price(9),
                    volume: 1
                ),
            ]
        )
        let summary = summary(file)
        #expect(
            summary.sources
                == [
                    "x.csv: 3 candles of 5m of BTC-USD, from 2026-04-27T18:30:00.000000Z to 2026-04-27T19:00:00.000000Z"
                ]
        )
        #expect(summary.warnings == ["x.csv: 1 gap of more than 10 minutes without a price, the longest 15 minutes"])
        #expect(
            summary.skippedSamples == [
                #"x.csv:4: column ts_s: "1777314900" begins before the end of the row before it: candles must be in time order"#
            ]
        )
    }

    @Test func `one wrong time does not make candles shorter, and known too early`() throws {
        let minute = start / 1_000
        let rows = [Int64(0), 60, 120, 150, 240, 300].map { "\(minute + $0),1,1,1,1" }
        let file = try open("ts_s,open,high,low,close\n" + rows.joined(separator: "\n"))
        let candles = try candles(file)
        #expect(candles.map(\.interval) == Array(repeating: .minutes(1), count: 5))
        #expect(summary(file).skippedSamples.first?.contains("begins at no multiple of 1m") == true)
    }

    @Test(arguments: [
        ("1777314600001,1", "x.csv:3: column ts_ms: \"1777314600001\" is earlier than the row before it"),
        ("1777314600,1,1", "x.csv:3: 3 fields where the header has 2"),
        ("soon,1", "x.csv:3: column ts_ms: \"soon\" is no time in milliseconds"),
        ("-5,1", "is no time in milliseconds"),
        ("99999999999999999,1", "is no time in milliseconds"),
        ("1777314600002.0001,1", "is no time in milliseconds"),
        ("1777314600002,", "x.csv:3: column price_usd: \"\" is no price in dollars"),
        ("1777314600002,nan", "\"nan\" is no price in dollars"),
        ("1777314600002,-3", "\"-3\" is no price in dollars"),
        ("1777314600002,0.00001", "\"0.00001\" is no price in dollars"),
        ("1777314600002,100000000", "\"100000000\" is no price in dollars"),
    ])
    func `a bad tick is left out and counted, or refused`(row: String, message: String) throws {
        let lines = ["ts_ms,price_usd", "1777314600002,5", row, "1777314600003,6"].joined(separator: "\n")
        let file = try open(Array(lines.utf8))
        #expect(try all(file).count == 2)
        let summary = summary(file)
        #expect(summary.skipped == 1 && summary.skippedSamples[0].contains(message), "\(summary.skippedSamples)")
        let strict = try open(Array(lines.utf8), strict: true)
        var events: [MarketEvent] = []
        let error = #expect(throws: FeedError.self) { try strict.take(into: &events) }
        #expect(events.count == 1 && strict.next == nil && error?.description.contains(message) == true)
    }

    @Test(
        arguments: [
            ("60,5,6,4,5,1", nil),
            ("0,5,6,4,5,1", "begins before the end of the row before it"),
            ("59,5,6,4,5,1", "begins at no multiple of 1m, the length of this file's candles"),
            ("60,5,4,4,5,1", "column high: \"4\" is below the candle's open or close"),
            ("60,5,6,4,3,1", "column low: \"4\" is above the candle's open or close"),
            ("60,5,6,,5,1", "column low: \"\" is no price in dollars"),
            ("60,5,6,4,5,-1", "column volume: \"-1\" is no volume in coins"),
            ("60,5,6,4,5,1e10", "column volume: \"1e10\" is no volume in coins"),
        ] as [(String, String?)]
    )
    func `a bad candle is left out and counted`(row: String, message: String?) throws {
        let file = try open("ts_s,open,high,low,close,volume", "0,5,6,4,5,1", row, "120,5,6,4,5,1", "180,5,6,4,5,1")
        #expect(try candles(file).count == (message == nil ? 4 : 3))
        #expect(summary(file).skipped == (message == nil ? 0 : 1))
        if let message { #expect(summary(file).skippedSamples[0].contains(message)) }
    }

    @Test(arguments: [
        ("ts,price_usd", "a header that says the unit of its times, ts_ms,price_usd for ticks"),
        ("date,open,high,low,close", "no file of prices: it needs a header, ts_ms,price_usd for ticks"),
        ("ts_ms,open,high,low", "ts_ms,open,high,low,close,volume for candles"),
        ("1777314600000,81131.28", "it needs a header"),
        ("", "it needs a header"),
        (
            "ts_ms,open,high,low,close\n1777314600000,1,1,1,1",
            "no two of its first rows are as far apart as candles are long"
        ),
        ("ts_s,open,high,low,close\n60,1,1,1,1\n121,1,1,1,1", "no two of its first rows"),
    ])
    func `another file is refused with what is wanted`(text: String, message: String) throws {
        let error = #expect(throws: FeedError.self) { try open(text + "\n") }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func `missing and empty files are refused`() throws {
        #expect(throws: FeedError.unrecognized(path: folder.path + "/x.csv", reason: "the file is empty")) {
            try open([])
        }
        let error = #expect(throws: FeedError.self) {
            try SpotFile(SpotSource(symbol: "BTC-USD", path: "/nowhere"), strict: false)
        }
        #expect(error?.description == "/nowhere: no such file")
    }

    @Test func `a cut compressed file is used up to the cut, or refused when strict`() throws {
        let rows = (0..<900).map { "\(start + Int64($0)),81131.28" }
        let cut = Array(gzipped("ts_ms,price_usd\n" + rows.joined(separator: "\n")).dropLast(9_000))
        let file = try open(cut)
        let count = try all(file).count
        #expect(count > 100 && count < 900 && summary(file).skipped == 1)
        let strict = try open(cut, strict: true)
        #expect(throws: FeedError.truncated(path: folder.path + "/x.csv", line: count + 1)) { _ = try all(strict) }
    }

    @Test func `silences of more than ten minutes are counted`() throws {
        let minutes: [Int64] = [0, 10, 21, 22, 82]
        let rows = minutes.map { "\(start + $0 * 60_000),1" }.joined(separator: "\n")
        let file = try open("ts_ms,price_usd", rows)
        _ = try all(file)
        #expect(
            summary(file).warnings == ["x.csv: 2 gaps of more than 10 minutes without a price, the longest 60 minutes"]
        )
    }
}
