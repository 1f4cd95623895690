import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

/// What stops a run before it begins, or in its midst.
@Suite struct RunErrorTests {
    @Test func `an unknown market is named with what the data has`() throws {
        let folder = try FeedFolder()
        let path = try folder.write("t.csv", tradesText("\(Tape.open),\(Tape.ticker),0.5000,1.00,yes"))
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [path])
        bench.plan.markets = ["KXNOPE"]
        let failure = bench.failure()
        #expect(failure?.code == .data)
        #expect(failure?.message == "--market KXNOPE: not in the data; it has \(Tape.ticker)")
    }

    @Test func `an empty folder, a missing file and data without events are data errors`() throws {
        let folder = try FeedFolder()
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [folder.path])
        #expect(bench.failure()?.code == .data)
        bench.plan.feed = .replay(paths: ["/nowhere/t.csv"])
        #expect(bench.failure()?.message == "/nowhere/t.csv: no such file or folder")
        bench.plan.feed = .replay(paths: [try folder.write("t.csv", tradesText())])
        #expect(bench.failure()?.code == .data)
    }

    @Test(arguments: ["KXBTCD", "BTC15M", "KX15M"])
    func `the simulator refuses a series it does not make`(series: String) throws {
        let failure = #expect(throws: RunFailure.self) {
            try SimulatedFeed(series: SeriesTicker(series), duration: .minutes(15), seed: 1)
        }
        #expect(failure?.code == .usage)
        #expect(failure?.message.hasPrefix("--series \(series): the simulator makes 15-minute") == true)
    }

    @Test func `the simulator makes one series at a time`() {
        var bench = RunBench()
        bench.plan.series = ["KXBTC15M", "KXETH15M"]
        #expect(bench.failure()?.message == "--series: the simulator makes one series at a time")
    }

    @Test func `an event stream that cannot be written is wrong usage`() {
        let failure = #expect(throws: RunFailure.self) { _ = try EventStream(path: "/nowhere/events.jsonl") }
        #expect(failure?.code == .usage)
        #expect(failure?.message == "--events: cannot write /nowhere/events.jsonl: No such file or directory")
    }

    @Test func `a malformed row stops a strict run with file and line, and is counted otherwise`() throws {
        let folder = try FeedFolder()
        let good = "\(Tape.open),\(Tape.ticker),0.5000,1.00,yes"
        let path = try folder.write("t.csv", tradesText(good, good.replacing("0.5000", with: "half"), good))
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [path])
        let facts = try bench.run().report.facts
        #expect(facts.skippedLines == 1)
        #expect(facts.data.contains { $0.hasPrefix("skipped: t.csv:3: column yes_price_dollars: \"half\"") })
        bench.plan.strict = true
        let failure = bench.failure()
        #expect(failure?.code == .data && failure?.message.hasPrefix("t.csv:3: column yes_price_dollars") == true)
    }

    @Test func `a band that cannot fill is said at the start and in the report`() throws {
        var bench = RunBench("native:bollinger_scalper")
        bench.plan.duration = .minutes(15)
        bench.plan.parameters = ["interval=1m"]
        let outcome = try bench.run()
        #expect(try outcome.lines("warning").map { $0["code"] as? String } == ["CANNOT_WARM_UP"])
        #expect(outcome.report.trades.isEmpty && outcome.report.funnel.triggers == 0)
        #expect(outcome.report.facts.notes.contains { $0.contains("no signal can come") })
        #expect(outcome.report.funnel.warmUp?.span == .minutes(25))
    }
}
