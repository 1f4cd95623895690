import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite struct BarBacktestTests {
    static let path = "bars/mean_reverting_100k_bars.csv.gz"

    /// A script that buys after the second bar, with offsets.
    private static func once(_ signal: String) -> String {
        ruleText(
            "once",
            """
            local market = ctx.market.ticker
            ctx.state[market] = (ctx.state[market] or 0) + 1
            if ctx.state[market] == 2 then return \(signal) end
            return nil, "NO_SIGNAL"
            """
        )
    }

    private func backtest(
        _ script: String,
        _ rows: [[Int]],
        fills: String = "realistic",
        change: (inout BacktestBench) -> Void = { _ in }
    ) throws -> BacktestBench.Outcome {
        let folder = try FeedFolder()
        let strategy = try folder.write("once.lua", script)
        var bench = BacktestBench(strategy, [try folder.write("bars.csv", barsText(rows))])
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        bench.fills = [fills]
        change(&bench)
        return try bench.run()
    }

    @Test(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
    func `the rule of the shared bars gives its exact answer natively`() throws {
        let feed = try BarFiles(paths: [SharedData.data(Self.path).path], strict: true)
        let trades = try BacktestBench.play(BarBands(), feed)
        #expect(trades.count == 2_121 && trades.netCents == 29_720)
    }

    @Test(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
    func `the rule of the shared bars gives its exact answer as a script`() throws {
        let folder = try FeedFolder()
        let strategy = try folder.write("bar_bands.lua", BarBands.script)
        var bench = BacktestBench(strategy, [SharedData.data(Self.path).path])
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        let outcome = try bench.run()
        #expect(outcome.report.trades.count == 2_121 && outcome.report.trades.netCents == 29_720)
        #expect(outcome.report.identityHolds && outcome.report.metrics.totalFees == .zero)
        #expect(outcome.report.facts.mode == "backtest" && outcome.report.facts.feed == "bars")
        #expect(outcome.report.facts.notes.contains { $0.contains("without an end") })
    }

    /// Bars at 50, a signal after the second, then the bars given.
    @Test(
        arguments: [
            // Bought at the open of 52, stop 48, target 60.
            ([[52, 53, 51, 52], [52, 61, 50, 55]], "target", 80),
            ([[52, 53, 47, 52]], "stop", -40),  // on the entry's own bar
            ([[52, 65, 40, 52]], "stop", -40),  // both in one bar
            ([[52, 53, 51, 52], [44, 50, 43, 49]], "stop", -80),  // a gap through the stop
            ([[52, 53, 51, 52], [66, 67, 60, 62]], "target", 140),  // a gap through the target
            ([[52, 60, 52, 60]], "target", 80),  // a touch is enough
            ([[52, 53, 48, 53]], "stop", -40),
        ] as [([[Int]], String, Int64)]
    )
    func `a market entry is worked out by hand`(bars: [[Int]], exit: String, cents: Int64) throws {
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        let outcome = try backtest(script, [[50, 51, 49, 50], [50, 51, 49, 50]] + bars)
        let trade = try #require(outcome.report.trades.first)
        #expect(outcome.report.trades.count == 1 && outcome.report.identityHolds)
        #expect(trade.exit.rawValue == exit && trade.netPnL == Money(units: cents * 10_000))
        #expect(trade.opened == Timestamp(milliseconds: 1_704_067_320_000) + TimeSpan(microseconds: 1))
    }

    @Test(
        arguments: [
            // A bid at 45 with stop 42 and target 51, after the two bars at 50.
            ([[50, 51, 46, 50], [50, 51, 46, 50]], "none", 0),
            ([[50, 51, 44, 46], [46, 52, 46, 50]], "target", 60),
            ([[50, 60, 44, 46]], "none", 0),  // the high may have come before the entry
            ([[50, 60, 41, 46]], "stop", -30),
            ([[44, 52, 43, 46]], "target", 70),  // bought at the open, below the limit
        ] as [([[Int]], String, Int64)]
    )
    func `a limit entry is worked out by hand`(bars: [[Int]], exit: String, cents: Int64) throws {
        let script = Self.once(#"{ side = "long", entry = 45, stop = 42, target = 51 }"#)
        let outcome = try backtest(script, [[50, 51, 49, 50], [50, 51, 49, 50]] + bars)
        #expect((outcome.report.trades.first?.exit.rawValue ?? "none") == exit)
        #expect(outcome.report.trades.netCents == cents && outcome.report.identityHolds)
    }

    @Test(
        arguments: [
            // A buy stop at 54 with stop 50 and target 62.
            ([[51, 53, 50, 51]], "none", 0),
            ([[51, 56, 51, 55], [55, 63, 52, 60]], "target", 80),
            ([[51, 70, 49, 60]], "stop", -40),  // the loss side follows the entry
            ([[56, 58, 55, 57], [57, 62, 55, 60]], "target", 60),  // a gap over the entry buys at the open
        ] as [([[Int]], String, Int64)]
    )
    func `a stop entry is worked out by hand`(bars: [[Int]], exit: String, cents: Int64) throws {
        let script = Self.once(#"{ side = "long", entry_type = "stop", entry = 54, stop = 50, target = 62 }"#)
        let outcome = try backtest(script, [[52, 53, 51, 52], [52, 53, 51, 52]] + bars)
        #expect((outcome.report.trades.first?.exit.rawValue ?? "none") == exit)
        #expect(outcome.report.trades.netCents == cents && outcome.report.identityHolds)
    }

    @Test func `all fill models in one pass are three runs of their own`() throws {
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        let rows = [[50, 51, 49, 50], [50, 51, 49, 50], [52, 53, 51, 52], [52, 61, 50, 55]]
        let models = ["realistic", "optimistic", "pessimistic"]
        let together = try backtest(script, rows) { $0.fills = models }
        let alone = try models.map { try backtest(script, rows, fills: $0).report.trades }
        #expect(together.all.map(\.trades) == alone)
        #expect(together.report.fillModels.map(\.name) == models)
        #expect(together.report.fillModels.map(\.netProfit) == alone.map { $0.reduce(.zero) { $0 + $1.netPnL } })
        #expect(alone[2] != alone[0])
    }

    @Test func `several markets run side by side, in the order of time`() throws {
        let folder = try FeedFolder()
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        let strategy = try folder.write("once.lua", script)
        let rows = [[50, 51, 49, 50], [50, 51, 49, 50], [52, 53, 51, 52], [52, 61, 50, 55]]
        var bench = BacktestBench(
            strategy,
            [
                try folder.write("a.csv", barsText(rows, ticker: "A-1")),
                try folder.write("b.csv", barsText(rows, ticker: "B-1")),
            ]
        )
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        let outcome = try bench.run()
        #expect(outcome.report.trades.map(\.market) == ["A-1", "B-1"])
        #expect(Set(outcome.report.trades.map(\.netPnL)) == [Money(units: 800_000)])
        let times = outcome.events.split(separator: "\n").compactMap { line in
            line.range(of: #""ts":""#).map { line[$0.upperBound...].prefix(27) }
        }
        #expect(!times.isEmpty && times == times.sorted())
        bench.plan.run.series = ["B"]
        #expect(try bench.run().report.trades.map(\.market) == ["B-1"])
        bench.plan.run.series = []
        bench.plan.run.markets = ["C-1"]
        #expect(bench.failure()?.code == .data)
    }

    @Test func `a market with an end closes and is settled by its result`() throws {
        let folder = try FeedFolder()
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 40, target_offset = 40 }"#)
        let strategy = try folder.write("once.lua", script)
        let rows = Array(repeating: [50, 51, 49, 50], count: 5)
        var bench = BacktestBench(strategy, [try folder.write("a.csv", barsText(rows, ticker: "A-1"))])
        bench.plan.run.marketsFile = try folder.write(
            "facts.csv",
            "ticker,open_time_ms,close_time_ms,result\nA-1,1704067200000,1704067440000,yes\n"
        )
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        let outcome = try bench.run()
        let trade = try #require(outcome.report.trades.first)
        #expect(trade.exit == .settlement && trade.grossPnL == Money(dollars: 5))
        #expect(trade.closed == Timestamp(milliseconds: 1_704_067_450_000))
    }

    @Test func `dates cut the data`() throws {
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        let rows = Array(repeating: [50, 51, 49, 50], count: 5) + [[50, 60, 49, 55]]
        let start = Timestamp(milliseconds: 1_704_067_200_000)
        let late = try backtest(script, rows) { $0.plan.from = start + .minutes(2) }
        #expect(late.report.trades.first?.opened == start + .minutes(4) + TimeSpan(microseconds: 1))
        let short = try backtest(script, rows) { $0.plan.to = start + .minutes(5) }
        #expect(short.report.trades.isEmpty && short.report.openPositions.count == 1)
    }

    @Test(arguments: [
        ("1704067200000,50,51,49,50,-1", "volume"), ("1704067200000,50,51,49", "fields"),
        ("1704067200000,5000,5100,4900,5000,1", "between 0 and 1 dollar"),
        ("1704067200000,50,49,51,50,1", "between low and high"), ("1704067200001,50,51,49,50,1", "multiple"),
        ("x,50,51,49,50,1", "number"), ("1704067200000,50.001,51,49,50,1", "finer"),
        ("99999999999999999999999,50,51,49,50,1", "too large"),
    ])
    func `a bad row is named and left out, or stops a strict run`(row: String, reason: String) throws {
        let folder = try FeedFolder()
        let rows = Array(repeating: [50, 51, 49, 50], count: 4)
        var lines = barsText(rows, start: 1_704_067_260_000).split(separator: "\n")
        lines.insert(Substring(row), at: 1)
        let path = try folder.write("bars.csv", lines.joined(separator: "\n"))
        let feed = try BarFiles(paths: [path])
        var bars: [MarketBar] = []
        while try feed.next(into: &bars) {}
        #expect(bars.count == 4 && feed.summary.skipped == 1)
        #expect(feed.summary.skippedSamples.first?.contains(reason) == true)
        #expect(throws: FeedError.self) {
            let strict = try BarFiles(paths: [path], strict: true)
            while try strict.next(into: &bars) {}
        }
    }

    @Test func `dollars and cents are the same bars`() throws {
        let folder = try FeedFolder()
        let cents = try folder.write("c.csv", "ts_ms,open,high,low,close,volume\n60000,45.5,46,44,45,1.5\n")
        let dollars = try folder.write("d.csv", "volume,close,low,high,open,ts_ms\n1.50,0.45,0.4400,0.46,0.455,60000\n")
        func bars(_ path: String, _ unit: PriceUnit) throws -> [Candle] {
            let feed = try BarFiles(paths: [path], unit: unit, strict: true)
            var bars: [MarketBar] = []
            while try feed.next(into: &bars) {}
            return bars.map(\.bar)
        }
        let first = try bars(cents, .cents)
        #expect(first == (try bars(dollars, .dollars)))
        #expect(first.first?.open == Price(units: 4_550) && first.first?.volume == Quantity(units: 150))
    }

    @Test(arguments: [
        ("0.45,0.46,0.44,0.45", PriceUnit.cents, "--price-unit dollars"),
        ("45,46,44,45", .dollars, "--price-unit cents"),
    ])
    func `prices that can only be of the other unit are refused with the option that reads them`(
        prices: String,
        unit: PriceUnit,
        hint: String
    ) throws {
        let folder = try FeedFolder()
        let rows = (1...5).map { "\($0 * 60_000),\(prices),100" }
        let path = try folder.write("bars.csv", (["ts_ms,open,high,low,close,volume"] + rows).joined(separator: "\n"))
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        var bench = BacktestBench(try folder.write("once.lua", script), [path])
        bench.plan.priceUnit = unit
        let failure = try #require(bench.failure())
        #expect(failure.code == .data && failure.message.contains(hint))
    }

    @Test(arguments: [
        ("2026-05-27", "0.180000"), ("2026-05-28", "0.175000"),
    ])
    func `bars with Kalshi's fees are charged as on their date`(date: String, fee: String) throws {
        let start = try #require(BacktestPlan.time(date))
        let folder = try FeedFolder()
        let script = Self.once(#"{ side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }"#)
        let rows = [[50, 51, 49, 50], [50, 51, 49, 50], [50, 51, 50, 50], [50, 51, 50, 50]]
        let text = barsText(rows, start: Int(start.microseconds / 1_000))
        var bench = BacktestBench(try folder.write("once.lua", script), [try folder.write("bars.csv", text)])
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        bench.plan.fees = .kalshi
        // Ten contracts for 50 cents cost 17.5 cents.
        let report = try bench.run().report
        #expect(report.openPositions.first?.fees == Money(fee) && report.facts.feesCharged == .all)
        let rule =
            date < "2026-05-28"
            ? "whole cent, the rule for markets without an end whose data begin before" : "$0.0001, the rule since"
        #expect(report.facts.notes.contains { $0.hasPrefix("fees: ") && $0.contains(rule) }, "\(report.facts.notes)")
        bench.plan.fees = BarFees.none
        let free = try bench.run().report.facts
        #expect(free.feesCharged == .none && free.notes.contains("no fees are charged, as --fees none asks"))
        #expect(!free.notes.contains { $0.hasPrefix("fees: ") })
    }

    @Test func `a band that limits shaped says so`() throws {
        // Up and down: every other entry loses, and three losses in a row are soon there.
        let rows = (0..<400).map { index in [50, 51, index % 7 == 0 ? 40 : 49, 50] }
        let script = ruleText(
            "often",
            """
            return { side = "long", entry_type = "market", stop_offset = 4, target_offset = 30 }
            """
        )
        let folder = try FeedFolder()
        let strategy = try folder.write("often.lua", script)
        var bench = BacktestBench(strategy, [try folder.write("bars.csv", barsText(rows))])
        bench.fills = ["realistic", "optimistic", "pessimistic"]
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        let free = try bench.run().report
        #expect(free.fillModelsNote == nil && !free.text().contains("the band shows limits"))
        bench.options = ["sizing": "fixed:10"]
        let limited = try bench.run().report
        let note = try #require(limited.fillModelsNote)
        #expect(note.contains("realistic (") && note.contains("off=daily_loss,circuit_breaker"))
        #expect(limited.text().contains("the band shows limits"))
        let read = try ReportDocument(parsing: limited.jsonDocument())
        #expect(read.report.fillModelsNote == note && read.html().contains("as much as fills"))
    }

    @Test func `candles shorter than the bars are refused with what to do`() throws {
        let folder = try FeedFolder()
        let strategy = RunBench.root + "/strategies/bollinger_scalper.lua"
        var bench = BacktestBench(
            strategy,
            [try folder.write("bars.csv", barsText([[50, 51, 49, 50], [50, 51, 49, 50]]))]
        )
        bench.plan.run.parameters = ["interval=5s"]
        let failure = try #require(bench.failure())
        #expect(failure.code == .usage && failure.message.contains("--param interval=1m"))
    }
}
