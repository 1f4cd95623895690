import Foundation
import KBotData
import KBotModel
import KBotReports
import KBotRuntime
import KBotTestSupport

/// A million one-minute bars with the Bollinger rules, through engine, exchange and recorder, as `kbot backtest` does it.
enum BacktestBenchmarks {
    private static let count = 1_000_000

    static func all() -> [Benchmark] {
        [
            Benchmark(name: "backtest, 1M bars in memory, native", unit: .milliseconds, goal: 300) { watch in
                try run("native:bollinger_scalper", &watch) { .memory(bars) }
            },
            Benchmark(name: "backtest, 1M bars in memory, Lua", unit: .milliseconds, goal: 1_000) { watch in
                try run("strategies/bollinger_scalper.lua", &watch) { .memory(bars) }
            },
            Benchmark(name: "read 1M bars, plain CSV", unit: .milliseconds, goal: 200) { watch in
                let path = try file()
                try watch.time {
                    let feed = try BarFiles(paths: [path])
                    var batch: [MarketBar] = []
                    while try feed.next(into: &batch) { batch.removeAll(keepingCapacity: true) }
                }
                return 1
            },
            Benchmark(name: "read 1M bars, catalogue", unit: .milliseconds, goal: 50) { watch in
                let folder = try catalogue()
                try watch.time {
                    guard case .bars(let feed) = try BacktestData.of(makePlan(.catalogue(folder))).open() else {
                        return
                    }
                    var batch: [MarketBar] = []
                    while try feed.next(into: &batch) { batch.removeAll(keepingCapacity: true) }
                }
                return 1
            },
            Benchmark(name: "backtest, 1M bars, catalogue, native", unit: .milliseconds, goal: 300) { watch in
                let folder = try catalogue()
                return try run("native:bollinger_scalper", &watch) { .catalogue(folder) }
            },
            Benchmark(name: "backtest, 1M bars, catalogue, Lua", unit: .milliseconds, goal: 1_000) { watch in
                let folder = try catalogue()
                return try run("strategies/bollinger_scalper.lua", &watch) { .catalogue(folder) }
            },
            Benchmark(name: "backtest, 1M bars, plain CSV, native", unit: .milliseconds, goal: 500) { watch in
                let path = try file()
                return try run("native:bollinger_scalper", &watch) { .file(path) }
            },
            Benchmark(name: "backtest, 1M bars, plain CSV, Lua", unit: .milliseconds, goal: 1_200) { watch in
                let path = try file()
                return try run("strategies/bollinger_scalper.lua", &watch) { .file(path) }
            },
        ]
    }

    private enum Source {
        case memory([MarketBar])
        case file(String)
        case catalogue(String)
    }

    private static func makePlan(_ source: Source) -> BacktestPlan {
        var plan = BacktestPlan()
        plan.run.parameters = ["interval=1m"]
        switch source {
        case .memory: break
        case .file(let path): plan.data = [path]
        case .catalogue(let folder): (plan.data, plan.dataDirectory) = (["catalogue"], folder)
        }
        return plan
    }

    private static func run(_ strategy: String, _ watch: inout Stopwatch, _ source: () -> Source) throws -> Int {
        let source = source()
        var plan = makePlan(source)
        plan.run.strategies = [strategy]
        let settings = try RunSettings.load(
            options: ["sizing": "fixed:10", "limits": "off=all"],
            environment: [:],
            envFile: .none
        )
        let library = ScriptLibrary(home: FileManager.default.currentDirectoryPath)
        try watch.time {
            let data: BacktestData
            if case .memory(let bars) = source {
                data = .bars(named: "bars") { MillionBars(bars) }
            } else {
                data = try BacktestData.of(plan)
            }
            let report = try Backtest.report(of: plan, settings: settings, library: library, data: data)
            guard report.metrics.totalTrades > 1_000 else { throw RunFailure(.other, "the backtest did not trade") }
        }
        return 1
    }

    /// Mean reverting bars of whole cents, 5¢ to 95¢, always the same.
    private static let bars: [MarketBar] = {
        var random = SeededGenerator(seed: 42)
        var close: Int32 = 50
        return (0..<count).map { index in
            let open = close
            let pull: Int32 =
                close > 50 + Int32.random(in: 0...40, using: &random)
                ? -1 : close < 50 - Int32.random(in: 0...40, using: &random) ? 1 : 0
            close = min(max(open + Int32.random(in: -3...3, using: &random) + pull, 5), 95)
            let high = min(max(open, close) + Int32.random(in: 0...2, using: &random), 95)
            let low = max(min(open, close) - Int32.random(in: 0...2, using: &random), 5)
            return MarketBar(
                market: MarketID(0),
                bar: Candle(
                    start: Timestamp(seconds: 1_704_067_200 + Int64(index) * 60),
                    interval: .minutes(1),
                    open: Price(cents: open),
                    high: Price(cents: high),
                    low: Price(cents: low),
                    close: Price(cents: close),
                    volume: Quantity(contracts: Int64.random(in: 100...5_000, using: &random)),
                    trades: 0
                )
            )
        }
    }()

    /// The same as a file, written once.
    private static func file() throws -> String {
        let path = NSTemporaryDirectory() + "kbot-bench-1m-bars.csv"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        var text = "ts_ms,open,high,low,close,volume\n"
        for bar in bars.map(\.bar) {
            let prices = [bar.open, bar.high, bar.low, bar.close].map { "\($0.units / 100)" }.joined(separator: ",")
            text += "\(bar.start.microseconds / 1_000),\(prices),\(bar.volume.units / 100)\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    /// The same imported into a catalogue.
    private static func catalogue() throws -> String {
        let folder = NSTemporaryDirectory() + "kbot-bench-catalogue"
        var options = DataImport.Options()
        options.priceUnit = .cents
        let catalogue = try Catalogue(directory: folder, access: .readWrite)
        try DataImport(catalogue, options, now: { Timestamp(seconds: 1_704_067_200) }, progress: { _, _ in })
            .run([try file()]) { _ in }
        return folder
    }
}

/// Bars in memory as a feed.
private final class MillionBars: BarFeed {
    private let bars: [MarketBar]
    private var next = 0

    init(_ bars: [MarketBar]) { self.bars = bars }

    func next(into bars: inout [MarketBar]) -> Bool {
        guard next < self.bars.count else { return false }
        let end = min(next + 4_096, self.bars.count)
        bars.append(contentsOf: self.bars[next..<end])
        next = end
        return true
    }

    func market(_ id: MarketID) -> Market {
        Market(
            id: id,
            ticker: "BARS",
            series: "BARS",
            openTime: bars[0].bar.start,
            closeTime: BarFiles.noEnd,
            grid: .linearCent,
            fees: BarFees.none.schedule
        )
    }

    func settlement(of id: MarketID) -> Settlement? { nil }
    var summary: FeedSummary { FeedSummary() }
    var progress: Double? { Double(next) / Double(bars.count) }
}
