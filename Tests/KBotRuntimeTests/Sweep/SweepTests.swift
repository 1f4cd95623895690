import Foundation
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Whole sweeps.
@Suite struct SweepTests {
    @Test func `results are the same, byte for byte, with one, two and three workers`() throws {
        let bench = try SweepBench()
        var texts: [String] = []
        var documents: [Data] = []
        for workers in 1...3 {
            bench.plan.workers = workers
            let outcome = try #require(try bench.run("workers-\(workers)", limited: true))
            texts.append(bench.trials("workers-\(workers)"))
            documents.append(try outcome.document())
        }
        #expect(texts[0] == texts[1] && texts[1] == texts[2])
        #expect(documents[0] == documents[1] && documents[1] == documents[2])
        #expect(texts[0].split(separator: "\n").count == 12)  // six trials, and the same with all limits on
    }

    @Test func `a trial is the backtest with its parameters`() throws {
        let bench = try SweepBench()
        let outcome = try #require(try bench.run())
        #expect(outcome.ran == 6 && outcome.failed == 0)
        #expect(Set(outcome.rows.map(\.report)).count > 1)
        for row in outcome.rows {
            let report = try bench.report(row.parameters.map { "\($0.name)=\($0.value)" })
            #expect(row.report?.totalTrades == report.metrics.totalTrades && report.metrics.totalTrades > 10)
            #expect(row.report?.netProfit == report.metrics.netProfit && row.report?.endEquity == report.endEquity)
            #expect(row.report?.maxDrawdown == report.metrics.maxDrawdown)
            let trades = try TrialStore.read(folder: bench.folder).first { $0.number == row.number }?.trades
            #expect(trades?.map(\.net) == report.trades.map(\.netPnL))
            #expect(row.inSample.net + row.outOfSample.net == report.metrics.netProfit)
            #expect(row.inSample.trades + row.outOfSample.trades == report.metrics.totalTrades)
        }
    }

    @Test func `what could not be read, and results that were inferred, stand in the sweep as in a backtest`() throws {
        let bench = try SweepBench()
        bench.plan.backtest.data = [try bench.files.write("torn.csv", SweepBench.trades + "not a trade\n")]
        let outcome = try #require(try bench.run())
        let chosen = try #require(outcome.rows.first { $0.number == outcome.chosen })
        let report = try bench.report(chosen.parameters.map { "\($0.name)=\($0.value)" })
        #expect(report.facts.skippedLines == 1)
        #expect(outcome.caveats.contains { $0.hasPrefix("1 line of the data could not be read") })
        #expect(outcome.caveats.contains { $0.hasPrefix("skipped: ") && $0.contains("torn.csv") })
        #expect(report.facts.notes.filter { !outcome.caveats.contains($0) } == [] && !report.facts.notes.isEmpty)
        #expect(outcome.caveats.contains { $0.contains("inferred from the last price") || $0.contains("without a") })
        #expect(outcome.caveats.contains { $0.contains("whole cent") } && outcome.feesCharged == .all)
        #expect(outcome.verdict?.sentence.contains("fees") == false)
    }

    @Test func `a killed sweep goes on, and ends as if it had not been killed`() throws {
        let bench = try SweepBench()
        try bench.run("whole")
        let whole = bench.trials("whole")
        try bench.run("killed")
        // Two lines and a half.
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        let torn = lines[0] + "\n" + lines[1] + "\n" + lines[2].prefix(40)
        try Data(String(torn).utf8).write(to: URL(fileURLWithPath: bench.files.path + "/killed/trials.jsonl"))
        let sweep = try bench.sweep("killed")
        #expect(sweep.standing.trials == 6 && sweep.standing.done == 2)
        var ran = 0
        _ = try sweep.run { _, _, count in ran = count }
        #expect(ran == 4 && bench.trials("killed") == whole)
    }

    @Test func `a script that fails and values out of bounds are results of their trials`() throws {
        let bench = try SweepBench()
        bench.plan.backtest.run.parameters = ["every=4", "reach=4,7,900"]
        // 7 fails in each call and is ended by its quarantine; the script's bounds end at 8.
        let outcome = try #require(try bench.run())
        #expect(outcome.ran == 2 && outcome.failed == 1 && outcome.withScriptErrors == 1 && outcome.chosen != nil)
        let failed = outcome.rows.first { $0.failure != nil }
        #expect(
            failed?.number == 3 && failed?.failure?.contains("from 2.0 to 8.0") == true && failed?.qualifies == false
        )
        #expect(outcome.text(width: 100).contains("1 trial could not run"))
        bench.plan.backtest.run.parameters = ["reach=900,901"]
        #expect(bench.failure("nothing")?.code == .usage)
    }

    @Test func `limits that end a day early are off, and shown beside`() throws {
        let bench = try SweepBench()
        bench.plan.backtest.run.parameters = ["reach=2,4"]
        let outcome = try #require(try bench.run(limited: true))
        #expect(outcome.plan.limitsOff == ["daily_loss", "circuit_breaker"])
        let limited = outcome.rows.compactMap(\.limited)
        #expect(
            limited.count == 2 && zip(limited, outcome.rows).allSatisfy { $0.totalTrades < $1.report?.totalTrades ?? 0 }
        )
        let text = outcome.text(width: 100)
        #expect(text.contains("limits off    daily_loss, circuit_breaker") && text.contains("limits on"))
        #expect(!text.split(separator: "\n").contains { $0.count > 100 })
        // Whoever keeps them has nothing beside.
        bench.options = [:]
        let kept = try #require(try bench.run("kept"))
        #expect(kept.rows.allSatisfy { $0.limited == nil } && kept.plan.limitsOff.isEmpty)
        #expect(kept.rows.compactMap(\.report).map(\.netProfit).sorted() == limited.map(\.netProfit).sorted())
    }

    @Test func `what is required is required in-sample, and nothing is chosen when no trial meets it`() throws {
        let bench = try SweepBench()
        let middle = try #require(try bench.run()).rows.map(\.inSample.trades).sorted()[2]
        bench.plan.constraints = [try SweepConstraint("trades<=\(middle)")]
        let some = try #require(try bench.run())
        let meeting = some.rows.filter(\.qualifies)
        #expect(meeting.count >= 3 && meeting.count < 6 && meeting.allSatisfy { $0.inSample.trades <= middle })
        #expect(some.rows.first?.number == some.chosen && some.rows.prefix(meeting.count).allSatisfy(\.qualifies))
        bench.plan.constraints = [try SweepConstraint("trades>=100000")]
        // The trials are those of before: only the choice is another.
        let none = try #require(try bench.run())
        #expect(none.chosen == nil && none.verdict == nil && none.rows.count == 6)
        #expect(none.text(width: 80).contains("nothing was chosen"))
    }

    @Test func `walk-forward chooses anew in each window, and judges by what follows`() throws {
        let bench = try SweepBench()
        bench.plan.split = try .walkForward("1h/30m")
        let outcome = try #require(try bench.run())
        #expect(outcome.windows.count == 4 && outcome.windows.allSatisfy { $0.chosen != nil })
        let records = try TrialStore.read(folder: bench.folder)
        var sum = Money.zero
        for window in outcome.windows {
            let sums = records.map { record in
                (record.number, record.trades.filter(window.fold.isInSample).reduce(Money.zero) { $0 + $1.net })
            }
            let best = sums.max { ($0.1, -$0.0) < ($1.1, -$1.0) }
            #expect(window.chosen == best?.0 && window.inSample?.net == best?.1)
            let after = records.first { $0.number == best?.0 }?.trades.filter(window.fold.isOutOfSample) ?? []
            sum += after.reduce(Money.zero) { $0 + $1.net }
        }
        #expect(outcome.outOfSample.net == sum)
        let text = outcome.text(width: 100)
        #expect(text.contains("WALK-FORWARD") && text.contains("IN SAMPLE, AND CHOICES OF ALL WINDOWS"))
        #expect(try SweepOutcome.page(of: outcome.document()).contains("out of sample the choices of all windows"))
    }

    @Test func `halving drops the worse on the beginning of the markets, and runs the rest on all`() throws {
        let bench = try SweepBench()
        bench.plan.backtest.run.parameters = ["every=3:6:1", "reach=2:8:1"]
        bench.plan.search = .halving
        bench.plan.trials = 9
        bench.plan.split = .holdout(permille: 0)
        // Twelve markets are too few for a rung of ten: all trials run on all.
        #expect(try #require(try bench.run("few")).rows.count == 9)
        let units = (1...40).map { SweepMarket(ticker: Ticker("M\($0)"), closes: Timestamp(seconds: Int64($0) * 60)) }
        let data = SweepMarkets(markets: units, first: Timestamp(seconds: 1), last: Timestamp(seconds: 2_400))
        let ends = Sweep.rungs(data, .whole, trials: 30)
        #expect(ends == [Timestamp(seconds: 14 * 60)])
        #expect(Sweep.rungs(data, .whole, trials: 3).isEmpty)
        bench.plan.shard = SweepShard(index: 1, count: 2)
        #expect(bench.failure("shard")?.code == .usage)
    }

    @Test func `a folder holds one sweep, and one process writes it`() throws {
        let bench = try SweepBench()
        let sweep = try bench.sweep()
        #expect(bench.failure()?.message.contains("another kbot sweep writes it") == true)
        _ = try sweep.run()
        bench.plan.backtest.run.seed = 2
        #expect(bench.failure()?.message.contains("holds another sweep") == true)
    }

    @Test func `without a folder the sweep itself names one, so that the same command goes on`() throws {
        let bench = try SweepBench()
        let settings = try bench.settings(bench.options)
        let folders = try (0..<2).map { _ in
            try Sweep(bench.plan, settings: settings, limited: nil, library: bench.library).folder
        }
        let mode = try FileManager.default.attributesOfItem(atPath: bench.files.path + "/state")[.posixPermissions]
        #expect(mode as? Int == 0o700)
        #expect(folders[0] == folders[1] && folders[0].hasPrefix(bench.files.path + "/state/sweeps/"))
    }

    @Test func `data too large for memory give the same trials`() throws {
        let bench = try SweepBench()
        try bench.run("memory")
        bench.plan.memoryLimit = 100
        let sweep = try bench.sweep("files")
        _ = try sweep.run()
        #expect(!sweep.isInMemory && bench.trials("files") == bench.trials("memory"))
    }

    @Test func `files and the catalogue have one fingerprint, and give the same trials`() throws {
        let bench = try SweepBench()
        try bench.run("files")
        let folder = try DataFolder()
        try folder.add("trades.csv", text: SweepBench.trades)
        bench.plan.backtest.data = ["catalogue"]
        bench.plan.backtest.dataDirectory = folder.files.path + "/data"
        try bench.run("catalogue")
        #expect(bench.trials("files") == bench.trials("catalogue") && !bench.trials("files").isEmpty)
    }

    @Test func `another trade in the data makes another sweep`() throws {
        let bench = try SweepBench()
        let one = try bench.sweep("one").description.key
        let text = SweepBench.trades.replacing(",0.5000,", with: ",0.5100,", maxReplacements: 1)
        bench.plan.backtest.data = [try bench.files.write("other.csv", text)]
        #expect(try bench.sweep("other").description.key != one)
    }

    @Test func `days of a market without an end count as markets do`() throws {
        let bench = try SweepBench()
        // Ten days of hourly bars that go up and down.
        let rows = (0..<240).map { hour in
            let (open, close) = (50 + hour * 7 % 13, 50 + (hour + 1) * 7 % 13)
            return [open, max(open, close) + 1, min(open, close) - 1, close]
        }
        let start = 1_704_067_200_000
        let lines = rows.enumerated().map { index, row in
            "\(start + index * 3_600_000)," + row.map(String.init).joined(separator: ",") + ",100"
        }
        let text = (["ts_ms,open,high,low,close,volume"] + lines).joined(separator: "\n") + "\n"
        bench.plan.backtest.data = [try bench.files.write("bars.csv", text)]
        let script = SweepBench.script.replacing("interval = \"10s\"", with: "interval = \"1h\"")
        bench.plan.backtest.run.strategies = [try bench.files.write("flip.lua", script)]
        bench.options = ["limits": "off=all", "sizing": "fixed:1"]
        let outcome = try #require(try bench.run())
        #expect(outcome.plan.data.markets.map(\.days.count) == [10] && outcome.plan.data.units.count == 10)
        #expect(outcome.windows[0].fold.split == UTCDay(year: 2024, month: 1, day: 8).start)
        #expect(outcome.rows.contains { $0.inSample.trades > 5 && $0.outOfSample.trades > 0 })
        #expect(outcome.verdict?.inSample.markets == 7 && outcome.verdict?.outOfSample.markets == 3)
        let text100 = outcome.text(width: 100)
        #expect(text100.contains("1 market, 10 days"))
        // What a backtest says beside its figures, the sweep says too; and no verdict without that there were no fees.
        let notes = try bench.report(["every=3", "reach=2"]).facts.notes
        #expect(notes.contains { $0.contains("not known to be Kalshi's") } && notes.contains { $0.hasPrefix("bars: ") })
        #expect(outcome.feesCharged == .none && outcome.caveats == notes)
        #expect(outcome.verdict?.sentence.hasPrefix("No fees were charged: ") == true)
        let flat = text100.replacing("\n", with: " ")
        #expect(text100.contains("NOTES\n") && flat.contains("(--fees kalshi charges them)"))
        let json = try #require(try JSONSerialization.jsonObject(with: outcome.document()) as? [String: Any])
        #expect(json["caveats"] as? [String] == notes && json["fees_charged"] as? String == "none")
        let read = try SweepOutcome.read(folder: bench.folder)
        let page = try SweepOutcome.page(of: read.document())
        #expect(read.caveats == notes && page.contains("--fees kalshi charges them"))
    }
}
