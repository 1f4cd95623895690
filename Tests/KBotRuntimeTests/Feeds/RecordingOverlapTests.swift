import Foundation
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Recordings that tell the same things, and folders with more than one kind of file.
@Suite struct RecordingOverlapTests {
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    private func trade(_ second: Int64, _ count: Int = 1, _ market: String = "A") -> String {
        "\(1_777_314_600_000 + second * 1_000),\(market),0.5000,\(count),yes"
    }

    @Test func `trades that several files tell count once, and how many is told`() throws {
        let first = try folder.write("a.csv", tradesText(trade(1), trade(2), trade(2), trade(3)))
        let second = try folder.write("b.csv", tradesText(trade(2), trade(2), trade(2), trade(3, 5), trade(4)))
        let whole = try folder.write(
            "whole.csv",
            tradesText(trade(1), trade(2), trade(2), trade(2), trade(3), trade(3, 5), trade(4))
        )
        let feed = try ReplayFeed(paths: [first, second])
        #expect(try feed.all() == ReplayFeed(paths: [whole]).all())
        #expect(feed.summary.trades == 7)
        #expect(feed.summary.warnings.contains("b.csv: 2 trades that another file told too, and that count once"))
        let copy = try ReplayFeed(paths: [whole, folder.write("copy.csv", tradesText(trade(1), trade(2), trade(3)))])
        #expect(try copy.all() == ReplayFeed(paths: [whole]).all())
    }

    @Test func `random cuts of one file give the events of the whole`() throws {
        try forSeeds(0..<30) { random in
            var second: Int64 = 0
            let rows = (0..<200).map { _ in
                second += Int64.random(in: 0...4, using: &random) / 3
                return trade(
                    second,
                    Int.random(in: 1...2, using: &random),
                    ["A", "B"].randomElement(using: &random) ?? "A"
                )
            }
            func file(_ name: String, _ rows: ArraySlice<String>) throws -> String {
                let head = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"
                return try folder.write(name, head + rows.joined(separator: "\n") + "\n")
            }
            // Cuts between two times: within one, each file may have its own of several equal trades.
            func place(_ index: Int) -> Int {
                var index = index
                while index > 0, rows[index].prefix(13) == rows[index - 1].prefix(13) { index -= 1 }
                return index
            }
            let (from, to) = (
                place(Int.random(in: 20..<100, using: &random)), place(Int.random(in: 100..<190, using: &random))
            )
            let parts = [try file("a.csv", rows[..<to]), try file("b.csv", rows[from...])]
            let whole = try ReplayFeed(paths: [file("whole.csv", rows[...])]).all()
            let found = try ReplayFeed(paths: parts).all()
            try hold(found == whole, "\(found.count) events, \(whole.count) in the whole file")
        }
    }

    @Test func `trades are remembered only where another recording is near`() throws {
        func file(_ name: String, _ seconds: [Int64]) throws -> String {
            try folder.write(name, tradesText(seconds.map { trade($0) }.joined(separator: "\n")))
        }
        let apart = [try file("a.csv", Array(0..<600)), try file("b.csv", Array(615..<1_200))]
        let following = try ReplayFeed(paths: apart)
        #expect(try following.all().count { if case .trade = $0.kind { true } else { false } } == 1_185)
        #expect(following.trades.remembered == 0)
        let near = try ReplayFeed(paths: [apart[0], file("c.csv", Array(590..<1_200))])
        #expect(try near.all().count { if case .trade = $0.kind { true } else { false } } == 1_200)
        #expect(near.trades.remembered > 0 && near.trades.repeated == [1: 10])
    }

    @Test func `random recordings, near one another or not, tell each trade once`() throws {
        try forSeeds(0..<40) { random in
            let rows = (0..<300).map { trade($0 * 2, Int($0) + 1) }
            // Each trade is in one, two or three of the files.
            var files: [[String]] = [[], [], []]
            var second = 0
            while second < rows.count {
                let end = min(rows.count, second + Int.random(in: 1...60, using: &random))
                let holders = (0..<3).filter { _ in Bool.random(using: &random) }
                for file in holders.isEmpty ? [0] : holders { files[file] += rows[second..<end] }
                second = end
            }
            var paths: [String] = []
            for (index, rows) in files.enumerated() {
                paths.append(try folder.write("\(index).csv", tradesText(rows.joined(separator: "\n"))))
            }
            let whole = try ReplayFeed(paths: [folder.write("whole.csv", tradesText(rows.joined(separator: "\n")))])
            try hold(try ReplayFeed(paths: paths).all() == whole.all(), "the events differ")
        }
    }

    @Test func `a file given twice is refused, whatever it is called by`() throws {
        let path = try folder.write("a.csv", tradesText(trade(1)))
        let link = folder.path + "/../link-\(UUID().uuidString).csv"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        defer { try? FileManager.default.removeItem(atPath: link) }
        for other in [path, folder.path + "/./a.csv", folder.path, link] {
            let error = #expect(throws: FeedError.self) { try ReplayFeed(paths: [path, other]) }
            #expect(error?.description.contains("given twice") == true)
        }
    }

    @Test func `a recording beside a longer copy of it is refused`() throws {
        let lines = (0..<200).map { index in
            #"{"type":"orderbook_delta","sid":1,"seq":\#(index + 1),"msg":{"market_ticker":"A","price_dollars":"0.3000","delta_fp":"5.00","side":"yes","ts_ms":\#(1_777_314_600_000 + index)}}"#
        }
        let long = try folder.write("long.jsonl", lines.joined(separator: "\n"))
        let short = try folder.write("short.jsonl", lines.prefix(100).joined(separator: "\n"))
        let error = #expect(throws: FeedError.self) { try ReplayFeed(paths: [long, short]) }
        #expect(error?.description.contains("short.jsonl: begins as long.jsonl does") == true)
    }

    // MARK: Folders

    private func backtest(_ paths: String...) throws(RunFailure) -> BacktestData {
        var plan = BacktestPlan()
        plan.data = paths
        return try BacktestData.of(plan)
    }

    private static let candles = "ts_ms,open,high,low,close,volume"

    @Test func `recordings beside candles of a market are refused, and named`() throws {
        try folder.write("x_trades.csv", tradesText(trade(1)))
        try folder.write("bars.csv", Self.candles + ",ticker\n60000,50,52,49,51,10,M\n")
        let error = #expect(throws: RunFailure.self) { try backtest(folder.path) }
        #expect(error?.code == .data)
        #expect(
            error?.message.contains("holds recordings (x_trades.csv) and candles of markets (bars.csv)") == true
        )
        #expect(try backtest(folder.path + "/bars.csv").areBars)
        // A replay says what it does not read.
        let feed = try ReplayFeed(paths: [folder.path])
        #expect(feed.summary.warnings.contains("candles, not read beside recordings: bars.csv"))
        let single = #expect(throws: FeedError.self) { try ReplayFeed(paths: [folder.path + "/bars.csv"]) }
        #expect(single?.description.contains("kbot backtest takes those of a market") == true)
    }

    @Test func `candles of an underlying are no bars to trade on`() throws {
        let prices = try folder.write("BTC-USD_1m.csv", Self.candles + "\n60000,90000,90010,89990,90000,10\n")
        let error = #expect(throws: FeedError.self) { try ReplayFeed(paths: [prices]) }
        #expect(error?.description.contains("give it with --spot") == true)
        #expect(try !backtest(prices).areBars)
        try folder.write("x_trades.csv", tradesText(trade(1)))
        #expect(try !backtest(folder.path).areBars)
        let feed = try ReplayFeed(paths: [folder.path])
        #expect(try feed.all().count > 1)
        // Nobody knows whose prices these would be.
        #expect(try backtest(folder.write("mine.csv", Self.candles + "\n60000,50,52,49,51,10\n")).areBars)
    }

    @Test func `the folder that simulate-data writes is one of recordings`() throws {
        var plan = SimulatedDataPlan(folder: folder.path + "/sim")
        plan.seed = 3
        let start = plan.start.start
        let feed = try SimulatedFeed(series: plan.series, start: start, duration: .minutes(20), seed: plan.seed)
        var data = SimulatedData(plan, feed: feed)
        _ = try data.write(progress: { _ in }, until: { false })
        #expect(try !backtest(plan.folder).areBars)
        #expect(try ReplayFeed(paths: [plan.folder]).all().count > 300)
    }
}
