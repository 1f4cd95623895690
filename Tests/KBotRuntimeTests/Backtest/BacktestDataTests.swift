import Dispatch
import Foundation
import KBotData
import KBotEngine
import KBotModel
import KBotReports
import KBotTestSupport
import Synchronization
import Testing

@testable import KBotRuntime

/// The same data from files, from the catalogue and from memory, and one after another or side by side.
@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct BacktestDataTests {
    private static let scalper = RunBench.root + "/strategies/bollinger_scalper.lua"
    private static let ether = SharedData.data("trades/KXETH15M_2026-04-27_28_trades.csv.gz").path
    private static let frames = SharedData.data("ws/KXBTC15M-26MAY150245-45_ws.jsonl.gz").path
    private static let bars = SharedData.data("bars/mean_reverting_100k_bars.csv.gz").path

    /// A backtest on what a folder's catalogue holds.
    private func onCatalogue(_ folder: DataFolder, _ strategy: String = scalper) -> BacktestBench {
        var bench = BacktestBench(strategy, ["catalogue"])
        bench.plan.dataDirectory = folder.files.path + "/data"
        return bench
    }

    @Test(arguments: [[ether], [frames]])
    func `the catalogue gives the event stream of the files it was made of`(paths: [String]) throws {
        let folder = try DataFolder()
        for path in paths { try folder.add(path) }
        let stored = try onCatalogue(folder).run()
        let files = try BacktestBench(Self.scalper, paths).run()
        #expect(stored.events == files.events)
        #expect(stored.report.trades == files.report.trades && stored.report.metrics == files.report.metrics)
        #expect(stored.report.facts.feed == "catalogue")
    }

    @Test(arguments: [
        (ether, "2026-04-27T20:00:00Z", "2026-04-28T01:00:00Z"),
        (ether, "2026-04-27T20:05:05Z", "2026-04-28T01:10:00Z"),
        (frames, "2026-05-15T06:33:20Z", "2026-05-15T06:41:00Z"),
    ])
    func `a window has the same event stream from files and from the catalogue`(
        data: String,
        from: String,
        to: String
    ) throws {
        let folder = try DataFolder()
        try folder.add(data)
        var stored = onCatalogue(folder)
        var files = BacktestBench(Self.scalper, [data])
        stored.plan.from = Timestamp(rfc3339: from)
        stored.plan.to = Timestamp(rfc3339: to)
        files.plan.from = stored.plan.from
        files.plan.to = stored.plan.to
        let (kept, read) = try (stored.run(), files.run())
        #expect(kept.events == read.events && kept.events.contains(#"{"type":"candle""#))
        let one = kept.report
        #expect(one.trades == read.report.trades && one.trades.isEmpty == (data == Self.frames))
        #expect(one.facts.notes.contains { $0.contains("--from") } && one.facts.notes.contains { $0.contains("--to") })
    }

    @Test func `the rule of the shared bars gives its exact answer from the catalogue`() throws {
        let folder = try DataFolder()
        var options = DataImport.Options()
        options.priceUnit = .cents
        options.market = "BARS"
        try folder.add(Self.bars, options: options)
        var bench = onCatalogue(folder, try folder.files.write("bar_bands.lua", BarBands.script))
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        let report = try bench.run().report
        #expect(report.trades.count == 2_121 && report.trades.netCents == 29_720 && report.identityHolds)
        bench.plan.run.markets = ["OTHER"]
        #expect(bench.failure()?.code == .data)
    }

    @Test func `bars of several markets come from the catalogue as from files, the shortest of each`() throws {
        let folder = try DataFolder()
        var options = DataImport.Options()
        options.priceUnit = .cents
        let rows = (0..<3_000).map { index in
            let open = 40 + index * 7 % 13
            let close = 40 + (index + 1) * 7 % 13
            return [open, max(open, close) + 1, min(open, close) - 1, close]
        }
        let texts = [
            ("a.csv", barsText(rows, ticker: "A-1")),
            // Begins in the middle of the other, and goes on beyond it.
            ("b.csv", barsText(rows, ticker: "B-1", start: 1_704_067_200_000 + 1_500 * 60_000)),
        ]
        for (name, text) in texts { try folder.add(name, text: text, options: options) }
        let hours =
            "ts_ms,open,high,low,close,volume,ticker\n1704067200000,50,50,50,50,1,A-1\n1704070800000,50,50,50,50,1,A-1\n"
        try folder.add("hours.csv", text: hours, options: options)
        let paths = try texts.map { try folder.files.write($0.0, $0.1) }
        let files = try BarFiles(paths: paths)
        var expected: [MarketBar] = []
        while try files.next(into: &expected) {}
        var selection = DataSelection()
        func read() throws -> (bars: [MarketBar], summary: FeedSummary, first: Market) {
            let feed = try CatalogueBars(folder.catalogue, selection, fees: nil)
            var bars: [MarketBar] = []
            while try feed.next(into: &bars) {}
            return (bars, feed.summary, feed.market(MarketID(0)))
        }
        let all = try read()
        #expect(all.bars == expected && all.first.grid == .linearCent && all.first.closeTime == BarFiles.noEnd)
        #expect(all.summary.warnings.contains { $0.contains("several lengths") })
        selection.markets = ["B-1"]
        selection.from = Timestamp(milliseconds: 1_704_067_200_000) + .minutes(1_600)
        selection.to = Timestamp(milliseconds: 1_704_067_200_000) + .minutes(1_700)
        let part = try read()
        let second = expected.filter { $0.market == MarketID(1) }.map(\.bar)
        #expect(part.bars.map(\.bar) == Array(second[100..<200]))
    }

    @Test(arguments: [[ether], [bars]])
    func `data in memory give the same reports, side by side too`(data: [String]) throws {
        var bench = BacktestBench(Self.scalper, data)
        bench.plan.run.parameters = data == [Self.bars] ? ["interval=1m"] : []
        let plan = bench.plan
        let settings = try bench.settings()
        let library = ScriptLibrary(home: RunBench.root)
        let files = try BacktestData.of(plan)
        let memory = try Backtest.loaded(files, for: plan, settings: settings[0], library: library)
        let once = try Backtest.report(of: plan, settings: settings[0], library: library, data: files)
        let results = Mutex<[RunReport]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { _ in
            let report = try? Backtest.report(of: plan, settings: settings[0], library: library, data: memory)
            if let report { results.withLock { $0.append(report) } }
        }
        let side = results.withLock { $0 }
        #expect(side.count == 3)
        for report in side {
            #expect(report.trades == once.trades && report.metrics == once.metrics && report.funnel == once.funnel)
        }
        // What would not fit is left where it is.
        let far = try Backtest.loaded(files, for: plan, settings: settings[0], library: library, limit: 10)
        let again = try Backtest.report(of: plan, settings: settings[0], library: library, data: far)
        #expect(again.trades == once.trades)
    }

    @Test func `no catalogue, a mixture, and files that belong to files are refused`() throws {
        let folder = try DataFolder()
        var bench = onCatalogue(folder)
        #expect(bench.failure()?.code == .data)
        try folder.add(Self.frames)
        var options = DataImport.Options()
        options.priceUnit = .cents
        try folder.add(
            "a.csv",
            text: barsText([[50, 51, 49, 50], [50, 51, 49, 50]], ticker: "A-1"),
            options: options
        )
        #expect(bench.failure()?.message.contains("choose with --series") == true)
        bench.plan.run.series = ["KXBTC15M"]
        #expect(bench.failure() == nil)
        bench.plan.run.marketsFile = "facts.csv"
        #expect(bench.failure()?.code == .usage)
        bench.plan.run.marketsFile = nil
        bench.plan.dataDirectory = folder.files.path + "/nothing"
        bench.plan.data = []
        #expect(bench.failure()?.message.contains("kbot import") == true)
    }
}
