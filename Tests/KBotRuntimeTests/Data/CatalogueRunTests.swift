import Foundation
import KBotData
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// A run on the catalogue against a run on the files it was made of and a backtest: a recorded day, or simulated hours
/// where the recordings are not at hand.
@Suite struct CatalogueRunTests {
    private static let scalper = RunBench.root + "/strategies/bollinger_scalper.lua"

    /// Recordings, and a time in the midst of them.
    private func recordings(_ folder: DataFolder) throws -> (files: [String], from: String, to: String) {
        guard !SharedData.isAvailable else {
            let day = SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz").path
            return ([day], "2026-04-27T20:05:00Z", "2026-04-28T01:10:00Z")
        }
        var plan = SimulatedDataPlan(folder: folder.files.path + "/sim")
        plan.seed = 3
        let start = plan.start.start
        let feed = try SimulatedFeed(series: plan.series, start: start, duration: .hours(3), seed: plan.seed)
        var data = SimulatedData(plan, feed: feed)
        let written = try data.write(progress: { _ in }, until: { false })
        let files = written.files.map(\.name).filter { $0.hasSuffix("_trades.csv.gz") }.map { plan.folder + "/" + $0 }
        return (files, "\(start + .minutes(20))", "\(start + .minutes(130))")
    }

    @Test(arguments: [false, true])
    func `the run writes the lines of a replay and of a backtest, whole and cut to a time`(isCut: Bool) throws {
        let folder = try DataFolder()
        let (files, from, to) = try recordings(folder)
        for file in files { try folder.add(file) }
        let directory = folder.files.path + "/data"
        var run = RunBench(Self.scalper)
        run.plan.isQuiet = true
        run.options = ["limits": "off=all", "sizing": "fixed:10"]
        if isCut { (run.plan.from, run.plan.to) = (Timestamp(rfc3339: from), Timestamp(rfc3339: to)) }
        run.plan.feed = .catalogue(directory: directory)
        let stored = try run.run()
        #expect(try stored.lines("fill").count > (isCut ? 10 : 20))
        run.plan.feed = .replay(paths: files)
        let replayed = try run.run()
        #expect(replayed.events == stored.events)
        #expect(replayed.report.trades == stored.report.trades && replayed.report.metrics == stored.report.metrics)
        var backtest = BacktestBench(Self.scalper, ["catalogue"])
        backtest.options = run.options
        backtest.plan.dataDirectory = directory
        (backtest.plan.from, backtest.plan.to) = (run.plan.from, run.plan.to)
        let tested = try backtest.run()
        #expect(tested.events == stored.events && tested.report.facts.feed == stored.report.facts.feed)
        #expect(tested.report.facts.notes.contains { $0.contains("--from") } == isCut)
        #expect(stored.report.facts.notes.contains { $0.contains("--to") } == isCut)
    }
}
