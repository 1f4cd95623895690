import KBotData
import KBotModel
import Testing

@testable import KBotRuntime

/// A time that no recording can have is refused where it is read, with file and line, and what follows it is read on.
struct RecordedTimeTests {
    private let folder: FeedFolder
    private static let first = Timestamp(milliseconds: 1_777_314_600_000)
    /// 2200-01-01, and a time a year and two days after the first row.
    private static let times: [(ms: Int64, reason: String)] = [
        (7_258_118_400_000, "is 2200-01-01T00:00:00.000000Z: no recording is of after 2099"),
        (
            1_777_314_600_000 + 367 * 86_400_000,
            "is 2027-04-29T18:30:00.000000Z, 367 days after the row before it: no recording is silent for more than a year"
        ),
    ]

    init() throws { folder = try FeedFolder() }

    private func ms(_ seconds: Int64) -> Int64 { 1_777_314_600_000 + seconds * 1_000 }

    /// What a replay makes of a file whose third line or row is wrong.
    private func expect(_ text: String, _ name: String, wrong: String, kept: Int, isIt: (MarketEvent) -> Bool) throws {
        let path = try folder.write(name, text)
        let feed = try ReplayFeed(paths: [path])
        let events = try feed.all()
        #expect(events.count(where: isIt) == kept)
        #expect(events.allSatisfy { $0.time < Self.first + .hours(1) })
        #expect(feed.summary.skippedSamples == [wrong])
        let error = #expect(throws: FeedError.self) {
            var events: [MarketEvent] = []
            let feed = try ReplayFeed(paths: [path], strict: true)
            while try feed.next(into: &events) {}
        }
        #expect(error?.description == wrong)
    }

    @Test(arguments: times) func `in a file of trades`(wrong: Int64, reason: String) throws {
        let rows = [ms(0), wrong, ms(5), ms(10)].map { "\($0),NAMELESS,0.5,1,yes" }
        try expect(
            "ts_ms,ticker,yes_price_dollars,count,taker_side\n" + rows.joined(separator: "\n") + "\n",
            "x.csv",
            wrong: #"x.csv:3: column ts_ms: "\#(wrong)" \#(reason)"#,
            kept: 3
        ) { if case .trade = $0.kind { true } else { false } }
    }

    @Test(arguments: times) func `in recorded frames, and when they are imported`(wrong: Int64, reason: String) throws {
        let lines = [ms(0), wrong, ms(5)].enumerated().map { number, time in
            #"{"type":"trade","sid":1,"seq":\#(number + 1),"msg":{"market_ticker":"NAMELESS","yes_price_dollars":"0.5","#
                + #""count_fp":"1.00","taker_side":"yes","ts_ms":\#(time)}}"#
        }
        let text = lines.joined(separator: "\n") + "\n"
        let message = "x.jsonl:2: the frame's time \(reason)"
        try expect(text, "x.jsonl", wrong: message, kept: 2) { if case .trade = $0.kind { true } else { false } }

        let catalogue = try Catalogue(directory: folder.path + "/data", access: .readWrite)
        var results: [DataImport.Result] = []
        try DataImport(catalogue, now: { Self.first }).run([folder.path + "/x.jsonl"]) { results.append($0) }
        #expect(results.map(\.skipped) == [1] && results.first?.notes.contains(message) == true, "\(results)")
    }

    @Test(arguments: times) func `in a file of bars`(wrong: Int64, reason _: String) throws {
        let rows = [ms(0), ms(60), wrong, ms(120)].map { "\($0),50,51,49,50,10" }
        let path = try folder.write(
            "x.csv",
            "ts_ms,open,high,low,close,volume\n" + rows.joined(separator: "\n") + "\n"
        )
        let files = try BarFiles(paths: [path])
        var bars: [MarketBar] = []
        while try files.next(into: &bars) {}
        #expect(bars.map(\.bar.start) == [ms(0), ms(60), ms(120)].map(Timestamp.init(milliseconds:)))
        #expect(files.summary.skippedSamples.first?.hasPrefix("x.csv:4: the bar's time is 2") == true)
        #expect(files.summary.skipped == 1)
    }

    @Test(arguments: times) func `in prices of an underlying`(wrong: Int64, reason _: String) throws {
        let trades = try folder.write(
            "t.csv",
            tradesText("\(ms(0)),NAMELESS,0.5,1,yes", "\(ms(20)),NAMELESS,0.5,1,yes")
        )
        let spot = try folder.write("s.csv", "ts_ms,price_usd\n\(ms(1)),100\n\(wrong),101\n\(ms(3)),102\n")
        let source = SpotSource(symbol: "BTC-USD", path: spot)
        let feed = try ReplayFeed(paths: [trades], spot: [source])
        let events = try feed.all()
        #expect(events.count { if case .spot = $0.kind { true } else { false } } == 2)
        #expect(feed.summary.skipped == 1)
        #expect(feed.summary.skippedSamples.first?.hasPrefix(#"s.csv:3: column ts_ms: "\#(wrong)" is "#) == true)
    }

    @Test func `a silence of a year is read as it is`() throws {
        let later = ms(366 * 86_400)
        let path = try folder.write("x.csv", tradesText("\(ms(0)),A,0.5,1,yes", "\(later),A,0.5,1,yes"))
        let feed = try ReplayFeed(paths: [path], strict: true)
        #expect(try feed.all().count { if case .trade = $0.kind { true } else { false } } == 2)
    }
}
