import KBotData
import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

/// Runs on some of the markets of recordings: on files, on the catalogue made of them, and as a backtest.
@Suite struct SelectedRunTests {
    private static let other = "KXETH15M-26APR271445-45"

    private static func row(_ second: Int, _ cents: Int, _ count: Int, _ taker: String, _ ticker: String) -> String {
        "\(Tape.open + Int64(second) * 1_000),\(ticker),0.\(cents)00,\(count).00,\(taker)"
    }

    /// Runs on files, on their catalogue, and as a backtest on both; the first, after all were found equal.
    private func run(
        _ bench: RunBench,
        _ folder: DataFolder,
        trades: [String],
        facts: String? = nil,
        spot: [String] = []
    ) throws -> RunBench.Outcome {
        for path in trades + [facts].compactMap(\.self) + spot { try folder.add(path) }
        var bench = bench
        bench.plan.isQuiet = true
        let files = bench.plan
        bench.plan.feed = .catalogue(directory: folder.files.path + "/data")
        let stored = try bench.run()
        bench.plan = files
        bench.plan.feed = .replay(paths: trades)
        (bench.plan.marketsFile, bench.plan.spot) = (facts, spot)
        let replayed = try bench.run()
        #expect(stored.events == replayed.events)
        #expect(stored.report.trades == replayed.report.trades)
        #expect(stored.report.facts.from == replayed.report.facts.from)
        for isStored in [false, true] {
            var backtest = BacktestBench(files.strategies[0], isStored ? ["catalogue"] : trades)
            backtest.options = bench.options
            backtest.plan.run = isStored ? files : bench.plan
            backtest.plan.dataDirectory = folder.files.path + "/data"
            backtest.fills = [bench.options["fills"] ?? "realistic"]
            #expect(try backtest.run().events == replayed.events)
        }
        return replayed
    }

    @Test func `a thin market that another one outlasts is settled, from files and from the catalogue`() throws {
        let folder = try DataFolder()
        var rows: [String] = []
        for candle in 0..<4 {
            rows.append(Self.row(candle * 5 + 1, 50, 10, candle.isMultiple(of: 2) ? "yes" : "no", Tape.ticker))
        }
        for (second, cents, count, taker) in [
            (20, 46, 5, "no"), (21, 47, 5, "yes"), (22, 43, 5, "no"), (23, 45, 5, "yes"), (27, 42, 30, "no"),
        ] { rows.append(Self.row(second, cents, count, taker, Tape.ticker)) }
        rows += (1..<10).map { Self.row($0 * 300, 50, 1, "yes", Self.other) }
        let trades = try folder.files.write("t_trades.csv", tradesText(rows.joined(separator: "\n")))
        let facts = try folder.files.write(
            "facts.csv",
            "ticker,open_time_ms,close_time_ms,result\n\(Tape.ticker),\(Tape.open),\(Tape.open + 2_400_000),yes\n"
        )
        var bench = RunBench()
        bench.plan.markets = [Tape.ticker]
        bench.plan.parameters = ["interval=5s", "period=5", "stddev=1.0"]
        bench.options = ["sizing": "fixed:10", "fills": "optimistic"]
        let report = try run(bench, folder, trades: [trades], facts: facts).report
        #expect(report.trades.map(\.exit) == [.settlement] && report.openPositions.isEmpty)
        #expect(report.trades.first?.closed == Timestamp(milliseconds: Tape.open + 2_410_000))
    }

    @Test(arguments: [true, false])
    func `candles of an underlying are the same, whatever else the recordings hold`(isSeries: Bool) throws {
        let folder = try DataFolder()
        let wave = (0..<1_200).map { minute in
            "\(Tape.open + Int64(minute - 1_050) * 60_000),\(90_000 + minute * 37 % 211)"
        }
        let spot = try folder.files.write("BTC-USD_t.csv", "ts_ms,price_usd\n" + wave.joined(separator: "\n") + "\n")
        // Eight quarters of an hour of both.
        func rows(_ series: String, every step: Int) -> [String] {
            stride(from: 30, to: 7_200, by: step).map { second in
                let close = 14 * 60 + 45 + second / 900 * 15
                func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
                let name = "\(series)-26APR27\(two(close / 60))\(two(close % 60))-\(two(close % 60))"
                return Self.row(second, 48 + second % 5, 3, "no", name)
            }
        }
        let trades = [
            try folder.files.write("btc_trades.csv", tradesText(rows("KXBTC15M", every: 45).joined(separator: "\n"))),
            try folder.files.write("eth_trades.csv", tradesText(rows("KXETH15M", every: 370).joined(separator: "\n"))),
        ]
        var bench = RunBench(RunBench.root + "/strategies/spot_bands.lua")
        if isSeries { bench.plan.series = ["KXETH15M"] } else { bench.plan.markets = [Self.other] }
        bench.plan.parameters = ["period=3"]
        let outcome = try run(bench, folder, trades: trades, spot: [spot])
        #expect(try outcome.lines("spot_candle").count == (isSeries ? 8 : 1))
        // The run begins with its market, not with what came before.
        #expect(outcome.report.facts.from >= Timestamp(milliseconds: Tape.open))
    }

    @Test func `a missing series beside one that is there is named`() throws {
        let folder = try FeedFolder()
        let path = try folder.write("t.csv", tradesText("\(Tape.open),\(Tape.ticker),0.5000,1.00,yes"))
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [path])
        bench.plan.series = ["KXBTC15M", "KXNOPE"]
        let message = "--series KXNOPE: not in the data; it has KXBTC15M"
        #expect(bench.failure()?.message == message && bench.failure()?.code == .data)
        var backtest = BacktestBench(RunBench.root + "/strategies/bollinger_scalper.lua", [path])
        backtest.plan.run.series = bench.plan.series
        #expect(backtest.failure()?.message == message)
        backtest.plan.to = Timestamp(milliseconds: Tape.open + 60_000)
        #expect(backtest.failure()?.message == "--series KXNOPE: not in the data in this time; it has KXBTC15M")
        // A part of data whose whole was looked at may lack what comes later.
        backtest.plan.run.mayMiss = true
        #expect(backtest.failure() == nil)
        backtest.plan.run.mayMiss = false
        backtest.plan.to = nil
        let bars = try folder.write("bars.csv", barsText((0..<30).map { _ in [50, 52, 49, 51] }, ticker: "KXBTC15M-1"))
        backtest.plan.data = [bars]
        backtest.plan.run.parameters = ["interval=1m"]
        #expect(backtest.failure()?.message == message)
    }
}
