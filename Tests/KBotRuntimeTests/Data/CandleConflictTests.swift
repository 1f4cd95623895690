import Foundation
import KBotData
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Candles of one market that several files tell.
@Suite struct CandleConflictTests {
    fileprivate static let head = "ts_ms,open,high,low,close,volume,ticker\n"

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

    // MARK: Within a file

    /// Ten candles of a market, one within as given, or left out.
    private static func ten(_ within: String?) -> String {
        let rows = (1...10).map { minute in
            let row = minute == 6 ? within : "50,52,49,51,10,M"
            return row.map { "\(minute * 60_000),\($0)\n" } ?? ""
        }
        return head + rows.joined()
    }

    @Test func `a candle within a file does not give way, though all others of it were known`() throws {
        let folder = try DataFolder()
        let texts = [Self.ten(nil), Self.ten("50,52,49,51,10,M"), Self.ten("50,60,49,51,99,M")]
        let results = try texts.enumerated().map { try folder.add("\($0).csv", text: $1) }
        #expect(results.map { $0?.rows } == [9, 1, 0])
        #expect(results.map { $0?.contradictions } == [0, 0, 1])
        #expect(results[2]?.notes.first?.hasPrefix("M: 1 candle differs from that of another file, which stay") == true)
        #expect(try bars(folder).map(\.volume) == Array(repeating: 1_000, count: 10))
        #expect(try DataCheck(folder.catalogue).findings.map(\.kind) == [.contradiction])
        let feed = try BarFiles(paths: (0..<3).map { folder.files.path + "/\($0).csv" })
        var told: [MarketBar] = []
        while try feed.next(into: &told) {}
        #expect(try bars(folder).map { $0.candle(.minutes(1)) } == told.map(\.bar))
        #expect(feed.summary.warnings.contains { $0.contains("1 of them DIFFER") })
    }

    @Test func `where a candle gave way the one before it does not`() throws {
        let folder = try DataFolder()
        let row = "50,51,49,50,7,M\n"
        try folder.add("1.csv", text: Self.head + "60000,\(row)120000,\(row)180000,\(row)")
        let second = try folder.add("2.csv", text: Self.head + "180000,50,51,49,50,9,M\n240000,\(row)")
        #expect(second?.rows == 2 && second?.contradictions == 0)
        let third = try folder.add("3.csv", text: Self.head + "120000,50,51,49,50,9,M\n180000,50,51,49,50,9,M\n")
        #expect(third?.rows == 0 && third?.contradictions == 1 && third?.duplicates == 1)
        #expect(try bars(folder).map { $0.volume / 100 } == [7, 7, 9, 7])
    }

    @Test func `a market's last candle was over when its file goes on with other markets`() throws {
        let folder = try DataFolder()
        let first = "60000,50,51,49,50,7,M\n120000,50,51,49,50,7,N\n180000,50,51,49,50,7,N\n"
        try folder.add("1.csv", text: Self.head + first)
        let second = try folder.add(
            "2.csv",
            text: Self.head + "60000,50,51,49,50,9,M\n180000,50,51,49,50,9,N\n240000,50,51,49,50,9,N\n"
        )
        #expect(second?.contradictions == 1 && second?.rows == 2)
        #expect(try bars(folder).map { $0.volume / 100 } == [7])
    }

    /// A file of two markets: one told whole, the other in part and at times otherwise.
    private struct Told {
        let last: Int64
        var volumes: [Int64: Int64] = [:]

        init(_ random: inout SeededGenerator) {
            let first = Int64.random(in: 0..<6, using: &random)
            last = first + Int64.random(in: 0..<7, using: &random)
            for start in first...last where Int.random(in: 0..<5, using: &random) > 0 {
                volumes[start] =
                    Int.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 1..<9, using: &random) : 5
            }
            whole = first...last
        }

        let whole: ClosedRange<Int64>

        var text: String {
            let rows = whole.flatMap { start in
                let head = "\(60_000 * (start + 1)),50,51,49,50,"
                return ["\(head)5,N\n"] + (volumes[start].map { ["\(head)\($0),M\n"] } ?? [])
            }
            return CandleConflictTests.head + rows.joined()
        }
    }

    /// The rule, candle by candle: what counts of each start, and how many candles of each file contradict it.
    private static func kept(_ files: [Told]) -> (volumes: [Int64], contrary: [Int]) {
        var held: [Int64: (volume: Int64, isLast: Bool)] = [:]
        var contrary: [Int] = []
        for file in files {
            contrary.append(0)
            for (start, volume) in file.volumes {
                let isLast = start == file.last
                guard let other = held[start] else {
                    held[start] = (volume, isLast)
                    continue
                }
                if volume == other.volume || isLast && other.volume > volume { continue }
                if other.isLast, volume > other.volume {
                    held[start] = (volume, isLast)
                } else {
                    contrary[contrary.count - 1] += 1
                }
            }
        }
        return (held.sorted { $0.key < $1.key }.map(\.value.volume), contrary)
    }

    @Test func `random files keep what the rule says, candle by candle`() throws {
        try forSeeds(0..<40) { random in
            let folder = try DataFolder()
            var files: [Told] = []
            for number in 0..<4 {
                files.append(Told(&random))
                let result = try folder.add("\(number).csv", text: files[number].text)
                let contrary = Self.kept(files).contrary.last
                try hold(result?.contradictions == contrary, "\(files): \(String(describing: result))")
            }
            let expected = Self.kept(files).volumes
            let found = expected.isEmpty ? [] : try bars(folder).map { $0.volume / 100 }
            try hold(found == expected, "\(files) gave \(found)")
        }
    }
}
