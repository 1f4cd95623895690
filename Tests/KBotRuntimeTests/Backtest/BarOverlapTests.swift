import Foundation
import KBotData
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Bars that several files tell, read from the files and from the catalogue made of them.
@Suite struct BarOverlapTests {
    /// The bars of files, and of the catalogue made of them in their order.
    private func told(
        _ texts: [String],
        from: Timestamp? = nil,
        to: Timestamp? = nil
    ) throws -> (files: [String], stored: [String], warnings: [String], contrary: Int) {
        let folder = try DataFolder()
        var options = DataImport.Options()
        options.priceUnit = .cents
        var paths: [String] = []
        var contrary = 0
        for (index, text) in texts.enumerated() {
            paths.append(try folder.files.write("\(index).csv", text))
            contrary += try folder.add(paths[index], options: options).reduce(0) { $0 + $1.contradictions }
        }
        func read(_ feed: any BarFeed) throws -> [String] {
            var bars: [MarketBar] = []
            while try feed.next(into: &bars) {}
            return bars.map { "\(feed.market($0.market).ticker) \($0.market) \($0.bar)" }
        }
        var selection = DataSelection()
        (selection.from, selection.to) = (from, to)
        let files = try BarFiles(paths: paths, from: from, to: to)
        let stored = try CatalogueBars(folder.catalogue, selection, fees: nil)
        return (try read(files), try read(stored), files.summary.warnings, contrary)
    }

    @Test func `a market's bars are of one length`() throws {
        let folder = try DataFolder()
        func file(_ name: String, _ step: Int64) throws -> String {
            let rows = (0..<6).map { index -> BarSourcesTests.Row in
                let time = BarSourcesTests.start + Int64(index) * step
                return (time, "\(time),50,51,49,50,100,A")
            }
            return try folder.files.write(name, BarSourcesTests.text(rows))
        }
        let feed = try BarFiles(paths: [try file("minutes.csv", 60_000), try file("hours.csv", 3_600_000)])
        let error = #expect(throws: FeedError.self) {
            var bars: [MarketBar] = []
            while try feed.next(into: &bars) {}
        }
        #expect(
            error?.description
                == "hours.csv: bars of 1h of A, which minutes.csv has in bars of 1m: give one of them"
        )
    }

    @Test func `in the middle of a file of several markets the bar told first stays`() throws {
        let minutes = 200
        func file(_ change: (Int) -> Int) -> String {
            var rows: [BarSourcesTests.Row] = []
            for minute in 0..<minutes {
                let time = BarSourcesTests.start + Int64(minute) * 60_000
                let wide = change(minute)
                for ticker in ["A", "B"] {
                    rows.append((time, "\(time),50,\(51 + wide),\(49 - wide),50,\(100 + wide),\(ticker)"))
                }
            }
            return BarSourcesTests.text(rows)
        }
        // What looks like the same candles later: only those of the last minute may be.
        let first = file { _ in 0 }
        let second = file { (40..<100).contains($0) || $0 == minutes - 1 ? 3 : 0 }
        let both = try told([first, second])
        #expect(both.files == both.stored && both.files.count == 2 * minutes)
        let alone = try told([first]).files
        #expect(Array(both.files.dropLast(2)) == Array(alone.dropLast(2)) && both.files.last != alone.last)
        #expect(both.contrary == 120)
        #expect(
            both.warnings.contains(
                "1.csv: 400 bars of a market and time that an earlier file told, left out; "
                    + "120 of them DIFFER from those that count"
            )
        )
    }

    @Test func `a market that ended before its file did has no candle that was not over`() throws {
        let long = BarSourcesTests.rows(20, ticker: "B")
        func file(_ high: Int) -> String {
            let time = BarSourcesTests.start + 5 * 60_000
            var rows = BarSourcesTests.rows(5, ticker: "A") + long
            rows.append((time, "\(time),50,\(high),49,50,\(high),A"))
            rows.sort { $0.time < $1.time }
            return BarSourcesTests.text(rows)
        }
        for texts in [[file(60), file(70)], [file(70), file(60)]] {
            let both = try told(texts)
            #expect(both.files == both.stored && both.contrary == 1)
            #expect(both.files == (try told([texts[0]]).files))
        }
    }

    @Test func `files that tell the same bars otherwise are as in the catalogue`() throws {
        var replaced = 0
        try forSeeds(0..<25) { random in
            let markets = Int.random(in: 1...3, using: &random)
            let minutes = Int.random(in: 20...60, using: &random)
            func file() -> String {
                var rows: [BarSourcesTests.Row] = []
                let begin = Int.random(in: 0..<10, using: &random)
                let end = minutes - Int.random(in: 0..<10, using: &random)
                for minute in begin..<end {
                    for market in (0..<markets).shuffled(using: &random) where Int.random(in: 0..<9, using: &random) > 0
                    {
                        let wide =
                            Int.random(in: 0..<6, using: &random) == 0 ? Int.random(in: 1...5, using: &random) : 0
                        let open = Int.random(in: 0..<20, using: &random) == 0 ? 51 : 50
                        let time = BarSourcesTests.start + Int64(minute) * 60_000
                        rows.append((time, "\(time),\(open),\(52 + wide),\(48 - wide),50,\(9 + wide),M\(market)"))
                    }
                }
                return BarSourcesTests.text(rows)
            }
            let texts = [file(), file()]
            let from =
                Timestamp(milliseconds: BarSourcesTests.start) + .minutes(Int64.random(in: 0...30, using: &random))
            let both = try told(texts)
            try hold(both.files == both.stored, "\(both.files.count) and \(both.stored.count) bars differ")
            let contrary = both.warnings.compactMap { warning in
                warning.range(of: "left out; ").flatMap { Int(warning[$0.upperBound...].prefix { $0 != " " }) }
            }
            try hold(contrary.reduce(0, +) == both.contrary, "\(both.warnings) and \(both.contrary) contrary ones")
            let part = try told(texts, from: from, to: from + .minutes(20))
            try hold(part.files == part.stored, "\(part.files.count) and \(part.stored.count) bars of a window differ")
            if both.contrary > 0 { replaced += 1 }
        }
        #expect(replaced > 15)
    }
}
