import Foundation
import KBotData
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Files that tell the same things twice, or contrary things, brought into the catalogue in either order.
@Suite struct DataConflictTests {
    private static let market = "KXBTC15M-26APR271445-45"
    private static let open: Int64 = 1_777_314_600_000

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

    /// A recording of which the last lines are others than in ``recording(_:from:)``.
    private static func fork(_ lines: Int, after same: Int) -> String {
        let lines = recording(lines).split(separator: "\n")
        let others = lines.dropFirst(same).map { $0.replacingOccurrences(of: "5.00", with: "6.00") }
        return (lines.prefix(same).map(String.init) + others).joined(separator: "\n") + "\n"
    }

    @Test(arguments: [(6_450, 6_400), (6_440, 6_400), (6_450, 6_449), (6_449, 6_448), (700, 699)], [true, false])
    func `a recording that is another at its end is no copy, in either order`(
        fork: (lines: Int, same: Int),
        longFirst: Bool
    ) throws {
        let folder = try DataFolder()
        let files = [
            ("a.jsonl", Self.recording(max(fork.lines, 6_450))), ("b.jsonl", Self.fork(fork.lines, after: fork.same)),
        ]
        for (name, text) in longFirst ? files : files.reversed() {
            let result = try folder.add(name, text: text)
            #expect(result?.outcome == .imported && result?.notes.isEmpty == true)
        }
        #expect(try folder.catalogue.sources().map(\.lines).sorted() == [fork.lines, 6_450])
    }

    /// Frames of every kind, of two markets, mixed by chance; a trade also as a row of a file of trades.
    private static func frames(_ count: Int, _ random: inout SeededGenerator) -> [(line: String, row: String?)] {
        (0..<count).map { index in
            let ticker = Bool.random(using: &random) ? market : "KXETH15M-26APR271445-45"
            let time = open + Int64(index) * 100
            func line(_ type: String, _ facts: String) -> String {
                #"{"type":"\#(type)","sid":1,"msg":{"market_ticker":"\#(ticker)",\#(facts),"ts_ms":\#(time)}}"#
            }
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return (line("orderbook_snapshot", #""yes_dollars_fp":[["0.4000","9.00"]]"#), nil)
            case 1: return (line("ticker", #""price_dollars":"0.4000","volume_fp":"\#(index)""#), nil)
            case 2: return (line("market_lifecycle_v2", #""event_type":"activated""#), nil)
            case 3, 4:
                let facts = #""yes_price_dollars":"0.4000","count_fp":"2.00","taker_side":"yes""#
                return (line("trade", facts), "\(time),\(ticker),0.4000,2,yes")
            default:
                return (line("orderbook_delta", #""price_dollars":"0.3000","delta_fp":"1.00","side":"no""#), nil)
            }
        }
    }

    @Test func `older copies of random recordings are known, and those that end otherwise are not`() throws {
        try forSeeds(0..<8) { random in
            let folder = try DataFolder()
            let frames = Self.frames(3_000, &random)
            let lines = frames.map(\.line)
            // What another file tells of the trades makes no difference.
            let rows = frames.compactMap(\.row).filter { _ in Bool.random(using: &random) }
            let trades = "ts_ms,ticker,yes_price_dollars,count,taker_side\n" + rows.joined(separator: "\n") + "\n"
            let isEarly = Bool.random(using: &random)
            if isEarly { try folder.add("trades.csv", text: trades) }
            try folder.add("long.jsonl", text: lines.joined(separator: "\n"))
            if !isEarly { try folder.add("trades.csv", text: trades) }
            let before = try folder.contents()
            let cut = Int.random(in: 200..<2_990, using: &random)
            let copy = try folder.add("copy.jsonl", text: lines.prefix(cut).joined(separator: "\n"))
            try hold(copy?.outcome == .known, "\(cut) lines: \(String(describing: copy))")
            let now = try folder.contents()
            try hold(now == before, "\(cut) lines: \(now) after \(before)")
            // One line more, which is not in it.
            let time = Self.open + Int64(cut) * 100
            let another = lines[cut].replacingOccurrences(of: "\(time)", with: "\(time + 7)")
            let fork = try folder.add("fork.jsonl", text: (lines.prefix(cut) + [another]).joined(separator: "\n"))
            try hold(fork?.outcome == .imported, "\(cut) lines and \(another): \(String(describing: fork))")
        }
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

    // MARK: What is lost

    @Test func `a file most of whose lines are lost is refused with the reason`() throws {
        let folder = try DataFolder()
        let lines = Self.trades.split(separator: "\n").map(String.init)
        let turned = ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n")
        let newest = try folder.add("newest.csv", text: turned)
        #expect(newest?.outcome == .failed)
        #expect(newest?.notes.first?.hasSuffix("its rows come newest first: sort them by ts_ms, oldest first") == true)
        let bars =
            "ts_ms,open,high,low,close,volume,ticker\n180000,50,51,49,50,7,M\n120000,51,52,50,51,3,M\n60000,51,52,50,51,3,M\n"
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
