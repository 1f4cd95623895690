import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

/// A tape made by hand, worked out with pencil and paper: long at 43¢, stop 39¢, target 51¢, ten contracts.
@Suite struct TradingRunTests {
    @Test func `a target filled in two parts earns eight cents a contract and pays no fee`() throws {
        var tape = Tape.trigger
        tape.print(27, 42, 30, "no")  // through 43: the resting entry fills whole
        tape.print(30, 52, 4, "yes")
        tape.print(31, 52, 20, "yes")
        let outcome = try tape.run(result: "yes")
        let trade = try #require(outcome.report.trades.first)
        #expect(outcome.report.trades.count == 1)
        #expect(trade.exit == .target && trade.direction == .long && trade.count == Quantity(contracts: 10))
        #expect(trade.plan == TradePlan(entry: Price(cents: 43), stop: Price(cents: 39), target: Price(cents: 51)))
        #expect(trade.grossPnL == Money(units: 800_000) && trade.fees == .zero)
        #expect(trade.opened == Timestamp(milliseconds: Tape.open + 27_000))
        #expect(trade.closed == Timestamp(milliseconds: Tape.open + 31_000))
        #expect(outcome.report.endEquity == Money(units: 1_000_800_000) && outcome.report.identityHolds)
        let fills = try outcome.lines("fill")
        #expect(fills.map { $0["count"] as? String } == ["10.00", "4.00", "6.00"])
        #expect(fills.map { $0["price"] as? String } == ["0.4300", "0.5100", "0.5100"])
    }

    @Test func `a run that somebody stopped says so in its report`() throws {
        var plan = RunBench().plan
        plan.isQuiet = true
        plan.interruption = (5_000, false)
        let settings = try RunSettings.load(options: ["on-exit": "hold"], environment: [:], envFile: .none)
        let library = ScriptLibrary(home: RunBench.root)
        let run = try TradingRun(plan, settings: settings, library: library, logger: BacktestBench.quiet)
        #expect(try run.run() == .interrupted)
        let report = try #require(run.report(id: "test", version: "0"))
        #expect(report.facts.isInterrupted && report.text().contains("INTERRUPTED at"))
        #expect(String(decoding: report.jsonDocument(), as: UTF8.self).contains(#""interrupted": true"#))
    }

    @Test func `the funnel of that run is counted by hand`() throws {
        var tape = Tape.trigger
        tape.print(27, 42, 30, "no")
        tape.print(31, 52, 20, "yes")
        let funnel = try tape.run(result: "yes").report.funnel
        #expect(funnel.marketsSeen == 1 && funnel.marketsWarmedUp == 1)
        // 900 seconds hold 180 candles; the band of five is full from the fifth on.
        #expect(funnel.candlesClosed == 180 && funnel.candlesJudged == 176)
        // The single trades at 42 and 52 lie outside the band, too, but their candles have no range.
        #expect(funnel.triggers == 3 && funnel.filtered == ["STOP_TOO_TIGHT": 2])
        #expect(funnel.signals == 1 && funnel.denied.isEmpty && funnel.orders == 1 && funnel.filled == 1)
        #expect(funnel.closed == 1 && funnel.settled == 0 && funnel.stillOpen == 0 && funnel.unfilled.isEmpty)
    }

    @Test func `a stop leaves at the next print and pays the taker's fee`() throws {
        var tape = Tape.trigger
        tape.print(27, 42, 30, "no")
        tape.print(28, 38, 5, "no")  // the bid is at 38, the last trade below 39: the stop fires
        tape.print(29, 37, 100, "no")  // what the exit order takes
        let outcome = try tape.run(result: "yes")
        let trade = try #require(outcome.report.trades.first)
        #expect(trade.exit == .stop && trade.grossPnL == Money(units: -600_000))
        // 0.07 · 10 · 0.37 · 0.63 = 0.16317, rounded up to a cent: a market of April 2026.
        #expect(trade.fees == Money(units: 170_000) && trade.netPnL == Money(units: -770_000))
        #expect(outcome.report.endEquity == Money(units: 999_230_000) && outcome.report.identityHolds)
        #expect(try outcome.lines("exit").map { $0["reason"] as? String } == ["stop"])
    }

    @Test(arguments: [("yes", Int64(5_700_000)), ("no", -4_300_000)])
    func `what is held to the end is paid by the result`(result: String, gross: Int64) throws {
        var tape = Tape.trigger
        tape.print(27, 42, 30, "no")
        let outcome = try tape.run(result: result)
        let trade = try #require(outcome.report.trades.first)
        #expect(trade.exit == .settlement && trade.grossPnL == Money(units: gross) && trade.fees == .zero)
        #expect(trade.closed == Timestamp(milliseconds: Tape.open + 910_000))
        #expect(outcome.report.funnel.settled == 1 && outcome.report.identityHolds)
        let settlement = try #require(try outcome.lines("settlement").first)
        #expect(settlement["result"] as? String == result && settlement["inferred"] as? Bool == false)
    }

    @Test func `without a result the position stays open, awaiting its settlement, and the report says so`() throws {
        var tape = Tape.trigger
        tape.print(27, 42, 30, "no")
        let report = try tape.run().report
        #expect(report.trades.isEmpty && report.openPositions.map(\.state) == [.awaitingSettlement])
        #expect(report.openPositions.first?.count == Quantity(contracts: 10))
        #expect(report.facts.notes.contains("1 market ended without a known result"))
        #expect(report.identityHolds && report.funnel.stillOpen == 1)
    }

    @Test func `an inferred result is said to be inferred, in the stream and in the report`() throws {
        var tape = Tape.trigger
        tape.print(800, 97, 1, "yes")
        let outcome = try tape.run()
        let settlement = try #require(try outcome.lines("settlement").first)
        #expect(settlement["inferred"] as? Bool == true && settlement["result"] as? String == "yes")
        #expect(settlement["ts"] as? String == "2026-04-27T18:46:00.000000Z")
        #expect(outcome.report.facts.notes.contains("1 result inferred from the last price"))
    }

    @Test func `an entry nobody trades with is cancelled after three candles`() throws {
        let outcome = try Tape.trigger.run(result: "yes")
        #expect(outcome.report.trades.isEmpty && outcome.report.funnel.unfilled == ["requested": 1])
        let last = try #require(try outcome.lines("order").last)
        #expect(last["state"] as? String == "cancelled" && last["ts"] as? String == "2026-04-27T18:30:40.000000Z")
        #expect(outcome.report.endEquity == outcome.report.startEquity)
    }

    @Test func `a print at the limit fills no more than it traded`() throws {
        var tape = Tape.trigger
        tape.print(27, 43, 4, "no")
        tape.print(29, 43, 3, "no")
        let fills = try tape.run(result: "yes").lines("fill")
        #expect(fills.map { $0["count"] as? String } == ["4.00", "3.00"])
        #expect(fills.allSatisfy { $0["price"] as? String == "0.4300" && $0["liquidity"] as? String == "maker" })
    }

    @Test func `native strategy and script write the same event stream`() throws {
        var bench = RunBench()
        bench.plan.duration = .minutes(30)
        var native = RunBench("native:bollinger_scalper")
        native.plan.duration = .minutes(30)
        let (script, oracle) = (try bench.run(), try native.run())
        #expect(!script.report.trades.isEmpty && script.events == oracle.events)
        #expect(script.report.facts.strategies.map(\.kind) == [.lua])
        #expect(oracle.report.facts.strategies.map(\.kind) == [.native])
    }

    @Test func `the same seed gives the same bytes, another seed gives others`() throws {
        var bench = RunBench()
        bench.plan.duration = .minutes(15)
        bench.plan.seed = 4
        let first = try bench.run().events
        #expect(try bench.run().events == first)
        bench.plan.seed = 5
        #expect(try bench.run().events != first)
    }

    @Test(arguments: ["realistic", "optimistic", "pessimistic"])
    func `start, trades, fees and open positions add up to the equity at the end`(fills: String) throws {
        var trades = 0
        for seed in UInt64(1)...4 {
            var bench = RunBench("native:bollinger_scalper")
            bench.plan.duration = .minutes(30)
            bench.plan.seed = seed
            bench.plan.parameters = ["min_stop_ticks=1"]
            bench.options = ["fills": fills, "limits": "off=daily_loss,circuit_breaker,max_exposure"]
            let report = try bench.run().report
            #expect(report.identityDifference == .zero, "seed \(seed)")
            trades += report.trades.count
        }
        #expect(trades > 0)
    }

    @Test func `a replay ends after the time asked for`() throws {
        let folder = try FeedFolder()
        let rows = (0..<100).map { "\(Tape.open + Int64($0) * 1_000),\(Tape.ticker),0.5000,1.00,yes" }
        let header = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [try folder.write("t.csv", header + rows.joined(separator: "\n") + "\n")])
        bench.plan.duration = .seconds(32)
        bench.plan.parameters = ["interval=5s"]
        let report = try bench.run().report
        #expect(report.facts.span <= .seconds(32) && report.facts.span >= .seconds(30))
        #expect(report.funnel.candlesClosed == 6)
    }
}
