import Foundation
import KBotData
import KBotModel
import Testing

@testable import KBotRuntime

/// Files that tell the same things twice, or contrary things, brought into the catalogue in either order.
@Suite struct DataConflictTests {
    private static let market = "KXBTC15M-26APR271445-45"
    private static let open: Int64 = 1_777_314_600_000
    private static let head = "ts_ms,open,high,low,close,volume,ticker\n"

    /// A recording of a book, one change a second.
    private static func recording(_ lines: Int, from second: Int = 0) -> String {
        let snapshot =
            #"{"recv_ms":\#(open + Int64(second) * 1_000),"frame":{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"\#(market)","yes_dollars_fp":[["0.4000","10.00"]],"no_dollars_fp":[["0.5000","7.00"]]}}}"#
        let changes = (1..<lines).map { index in
            #"{"type":"orderbook_delta","sid":1,"seq":\#(index + 1),"msg":{"market_ticker":"\#(market)","price_dollars":"0.3\#(index % 10)00","delta_fp":"5.00","side":"yes","ts_ms":\#(open + Int64(second + index) * 1_000)}}"#
        }
        return ([snapshot] + changes).joined(separator: "\n") + "\n"
    }

    private static func facts(_ result: String, isInferred: Bool = false) -> String {
        "ticker,open_time_ms,close_time_ms,\(isInferred ? "result_inferred" : "result")\n"
            + "\(market),\(open),\(open + 900_000),\(result)\n"
    }

    /// A trade each ten seconds, to the close.
    private static var trades: String {
        let seconds = stride(from: 1, to: 900, by: 10) as StrideTo<Int64>
        let rows = seconds.map { "\(open + $0 * 1_000),\(market),0.5\($0 % 10),2,yes" }
        return "ts_ms,ticker,yes_price_dollars,count,taker_side\n" + rows.joined(separator: "\n") + "\n"
    }

    @Test(arguments: [1, 5, 100, 700, 899])
    func `an older copy of a recording changes nothing, before or after the longer one`(lines: Int) throws {
        let (short, long) = (Self.recording(lines), Self.recording(900))
        let folder = try DataFolder()
        try folder.add("long.jsonl", text: long)
        let before = try folder.contents()
        let copy = try folder.add("short.jsonl", text: short)
        #expect(copy?.outcome == .known)
        #expect(copy?.notes == ["an older, shorter copy of long.jsonl, which is in the catalogue"])
        #expect(try folder.contents() == before)
        let other = try DataFolder()
        try other.add("short.jsonl", text: short)
        #expect(try other.add("long.jsonl", text: long)?.outcome == .grown)
        #expect(try other.events() == folder.events())
    }

    @Test func `another recording that begins alike is no copy`() throws {
        let folder = try DataFolder()
        try folder.add("a.jsonl", text: Self.recording(300))
        let fork = Self.recording(299).replacingOccurrences(of: "0.3900", with: "0.2900")
        #expect(try folder.add("b.jsonl", text: fork)?.outcome == .imported)
    }

    @Test func `two recordings of one book at one time are told of, from the catalogue and from files`() throws {
        let folder = try DataFolder()
        let paths = [
            try folder.files.write("a.jsonl", Self.recording(300)),
            try folder.files.write("b.jsonl", Self.recording(300, from: 60)),
        ]
        for path in paths { try folder.add(path) }
        let feed = try CatalogueFeed(folder.catalogue)
        _ = try feed.all()
        let files = try ReplayFeed(paths: paths)
        _ = try files.all()
        for summary in [feed.summary, files.summary] {
            #expect(summary.warnings.contains { $0.hasPrefix("two recordings tell of the book of \(Self.market) at") })
        }
        // One after the other is how a recorder that was started anew leaves them.
        let later = try ReplayFeed(paths: [paths[0], folder.files.write("c.jsonl", Self.recording(200, from: 400))])
        _ = try later.all()
        #expect(!later.summary.warnings.contains { $0.contains("two recordings") })
    }

    @Test(arguments: [true, false])
    func `of contrary outcomes the venue's own counts, and both are told of`(ownFirst: Bool) throws {
        let folder = try DataFolder()
        try folder.add("t_trades.csv", text: Self.trades)
        let files = [("own.csv", Self.facts("yes")), ("guess.csv", Self.facts("no", isInferred: true))]
        let order = ownFirst ? files : files.reversed()
        for (name, text) in order { try folder.add(name, text: text) }
        let told = order.map { $0.0 == "own.csv" ? "yes in own.csv" : "no in guess.csv (inferred)" }
        let text = told.joined(separator: ", ") + "; yes counts"
        let check = try DataCheck(folder.catalogue)
        #expect(
            check.findings.map(\.kind) == [.contradiction] && check.findings[0].text == "contrary outcomes: " + text
        )
        let feed = try CatalogueFeed(folder.catalogue)
        #expect(try feed.all().contains { $0.kind == .settled(MarketID(0), .yes) })
        let warning = "contrary outcomes of 1 market, such as \(Self.market): "
        #expect(feed.summary.warnings.contains(warning + text))
        // Files of a folder are read in the order of their names.
        let beside = try FeedFolder()
        try beside.write("t_trades.csv", Self.trades)
        for (index, file) in order.enumerated() { try beside.write("\(index).csv", file.1) }
        let replay = try ReplayFeed(paths: [beside.path])
        #expect(try replay.all() == folder.events())
        #expect(replay.summary.warnings.contains { $0.hasPrefix(warning) && $0.hasSuffix("yes counts") })
    }

    @Test func `of contrary outcomes of one kind the later counts`() throws {
        let folder = try DataFolder()
        try folder.add("t_trades.csv", text: Self.trades)
        try folder.add("a.csv", text: Self.facts("yes"))
        try folder.add("b.csv", text: Self.facts("no"))
        #expect(try folder.catalogue.records().first?.settlement == .no)
        #expect(try DataCheck(folder.catalogue).findings.first?.text.hasSuffix("no counts") == true)
    }

    // MARK: Candles

    private func bars(_ folder: DataFolder) throws -> [DataBar] {
        let reader = try #require(try BarReader(folder.catalogue, StreamKey(.candles, "M", interval: .minutes(1))))
        var bars: [DataBar] = []
        while let more = try reader.next() { bars += more }
        return bars
    }

    private static let partial = head + "60000,50,51,49,50,7,M\n120000,51,52,50,51,3,M\n"
    private static let whole = head + "60000,50,51,49,50,7,M\n120000,51,60,40,58,300,M\n180000,58,59,57,58,9,M\n"

    @Test(arguments: [true, false])
    func `the last candle of a file gives way to a fuller one, in either order`(partialFirst: Bool) throws {
        let folder = try DataFolder()
        let texts = partialFirst ? [Self.partial, Self.whole] : [Self.whole, Self.partial]
        try folder.add("1.csv", text: texts[0])
        let second = try folder.add("2.csv", text: texts[1])
        #expect(second?.contradictions == 0 && second?.notes.isEmpty == !partialFirst)
        #expect(try bars(folder).map { $0.volume / 100 } == [7, 300, 9])
        #expect(try bars(folder)[1].high == 6_000)
        #expect(try DataCheck(folder.catalogue).isSound)
        // It was over now, and is not replaced again.
        let third = try folder.add("3.csv", text: Self.head + "120000,51,61,40,59,310,M\n180000,58,59,57,58,9,M\n")
        #expect(third?.contradictions == 1 && third?.duplicates == 1)
        let files = [try folder.files.write("1.csv", texts[0]), try folder.files.write("2.csv", texts[1])]
        let feed = try BarFiles(paths: files)
        var told: [MarketBar] = []
        while try feed.next(into: &told) {}
        let kept = try bars(folder).map { $0.candle(.minutes(1)) }
        #expect(told.map(\.bar) == kept)
        #expect(!feed.summary.warnings.contains { $0.contains("DIFFER") })
    }

    @Test func `a candle that contradicts another is left out, told by the import and found by the check`() throws {
        let folder = try DataFolder()
        try folder.add("1.csv", text: Self.whole)
        let wrong = Self.head + "60000,50,51,49,51,7,M\n120000,51,60,40,58,300,M\n180000,57,59,57,58,9,M\n"
        let result = try folder.add("2.csv", text: wrong)
        #expect(result?.rows == 0 && result?.duplicates == 1 && result?.contradictions == 2)
        #expect(result?.notes.first?.hasPrefix("M: 2 candles differ from those of another file, which stay") == true)
        #expect(try bars(folder)[0].close == 5_000)
        let check = try DataCheck(folder.catalogue)
        #expect(check.findings.map(\.kind) == [.contradiction] && check.findings[0].count == 2)
        #expect(check.findings[0].name == "M" && check.findings[0].text.contains("2.csv"))
        let files = [try folder.files.write("1.csv", Self.whole), try folder.files.write("2.csv", wrong)]
        let feed = try BarFiles(paths: files)
        var told: [MarketBar] = []
        while try feed.next(into: &told) {}
        #expect(told.count == 3 && told[0].bar.close == Price(cents: 50))
        #expect(
            feed.summary.warnings.contains(
                "2.csv: 3 bars of a market and time that an earlier file told, left out; 2 of them DIFFER from those that count"
            )
        )
    }

    // MARK: What is lost

    @Test func `a file most of whose lines are lost is refused with the reason`() throws {
        let folder = try DataFolder()
        let lines = Self.trades.split(separator: "\n").map(String.init)
        let turned = ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n")
        let newest = try folder.add("newest.csv", text: turned)
        #expect(newest?.outcome == .failed)
        #expect(newest?.notes.first?.hasSuffix("its rows come newest first: sort them by ts_ms, oldest first") == true)
        let bars = Self.head + "180000,50,51,49,50,7,M\n120000,51,52,50,51,3,M\n60000,51,52,50,51,3,M\n"
        #expect(try folder.add("bars.csv", text: bars)?.notes.first?.contains("newest first") == true)
        let wrong = lines.map { $0.replacingOccurrences(of: ",0.5", with: ",5") }.joined(separator: "\n")
        let unreadable = try folder.add("wrong.csv", text: wrong)
        #expect(unreadable?.outcome == .failed)
        #expect(unreadable?.notes.first?.contains("90 of its 91 lines cannot be read, such as wrong.csv:2: ") == true)
        #expect(try folder.catalogue.sources().isEmpty)
    }

    @Test func `a compressed file that was cut is imported in part, and says so`() throws {
        let folder = try DataFolder()
        let packed = gzipped(Self.trades)
        let cut = try folder.files.write("cut.csv.gz", Array(packed.prefix(packed.count / 2)))
        let result = try #require(try folder.add(cut).first)
        #expect(result.outcome == .cut && result.rows > 10)
        #expect(result.notes.contains { $0.contains("ends in the middle, after line ") && !$0.contains("--strict") })
        let whole = try folder.files.write("whole.csv.gz", packed)
        #expect(try folder.add(whole).first?.outcome == .imported)
        #expect(try folder.events().count { if case .trade = $0.kind { true } else { false } } == 90)
    }
}
