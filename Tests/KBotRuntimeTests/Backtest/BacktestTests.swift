import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct BacktestTests {
    private static let scalper = RunBench.root + "/strategies/bollinger_scalper.lua"
    private static let ether = SharedData.data("trades/KXETH15M_2026-04-27_28_trades.csv.gz").path
    private static let frames = SharedData.data("ws/KXBTC15M-26MAY150245-45_ws.jsonl.gz").path

    /// A run --feed replay of the same data.
    private func replay(_ data: [String], fills: String = "realistic") throws -> RunBench.Outcome {
        var bench = RunBench(Self.scalper)
        bench.plan.feed = .replay(paths: data)
        bench.plan.isQuiet = true
        bench.options = ["fills": fills]
        return try bench.run()
    }

    @Test(arguments: [[ether], [frames]])
    func `a backtest tells what a replay of the same data tells, byte for byte`(data: [String]) throws {
        let replayed = try replay(data)
        let tested = try BacktestBench(Self.scalper, data).run()
        #expect(tested.events == replayed.events)
        #expect(tested.report.trades == replayed.report.trades && tested.report.metrics == replayed.report.metrics)
        #expect(tested.report.funnel == replayed.report.funnel && tested.report.endEquity == replayed.report.endEquity)
        #expect(tested.report.facts.data == replayed.report.facts.data)
        #expect(tested.report.facts.mode == "backtest" && tested.report.facts.feed == "replay")
    }

    @Test func `all fill models in one pass are three runs of their own on recordings`() throws {
        var bench = BacktestBench(Self.scalper, [Self.ether])
        bench.fills = ["realistic", "optimistic", "pessimistic"]
        let together = try bench.run()
        let alone = try bench.fills.map { try replay([Self.ether], fills: $0).report }
        #expect(together.all.map(\.trades) == alone.map(\.trades))
        #expect(together.report.fillModels.map(\.netProfit) == alone.map(\.metrics.netProfit))
        #expect(together.report.fillModels.map(\.totalFees) == alone.map(\.metrics.totalFees))
    }

    @Test func `a window begins with what is public then, and trades what a run on that part alone would`() throws {
        var bench = BacktestBench(Self.scalper, [Self.ether])
        // Markets last fifteen minutes: at the full quarter nothing of an earlier one is left.
        bench.plan.from = Timestamp(rfc3339: "2026-04-28T00:00:00Z")
        bench.plan.to = Timestamp(rfc3339: "2026-04-28T03:00:00Z")
        let window = try bench.run().report
        let whole = try replay([Self.ether]).report
        let from = try #require(bench.plan.from)
        let to = try #require(bench.plan.to)
        #expect(window.facts.from >= from && window.facts.to <= to + .seconds(2))
        #expect(window.funnel.marketsSeen >= 12 && window.funnel.marketsSeen < whole.funnel.marketsSeen)
        #expect(window.identityHolds && window.facts.notes.contains { $0.contains("--from") })
    }

    @Test(arguments: [ether, frames])
    func `fills of a recorded day cost what the venue charged on that day`(data: String) throws {
        let outcome = try BacktestBench(Self.scalper, [data]).run()
        var fills = 0
        var total = Money.zero
        for line in outcome.events.split(separator: "\n") where line.hasPrefix(#"{"type":"fill""#) {
            let fill = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let count = try #require(Quantity(fill["count"] as? String ?? "")).units
            let price = Int64(try #require(Price(fill["price"] as? String ?? "")).units)
            // 0.07 × count × P × (1 − P), up to a whole cent: both days lie before 2026-05-28.
            let isTaker = fill["liquidity"] as? String == "taker"
            let cents = isTaker ? (7 * count * price * (10_000 - price) + 9_999_999_999) / 10_000_000_000 : 0
            let fee = Money(units: cents * 10_000)
            #expect(fill["fee"] as? String == fee.description, "\(line)")
            total += fee
            fills += 1
        }
        #expect(total == outcome.report.metrics.totalFees)
        let rule = "up to a whole cent, the rule for markets that close before 2026-05-28"
        #expect(outcome.report.facts.notes.contains { $0.hasPrefix("fees: ") && $0.hasSuffix(rule) })
        #expect(try replay([data]).report.facts.notes.contains { $0.hasSuffix(rule) })
        #expect(data == Self.frames || fills > 20)
    }

    @Test(arguments: [ether, frames])
    func `the scalper looks nowhere ahead`(data: String) throws {
        let outcome = try BacktestBench(Self.scalper, [data]).verify(cuts: 4)
        #expect(outcome.difference == nil && outcome.cuts.count == 4 && outcome.lines > 100)
    }

    @Test func `the same cuts come of the same seed, one in each part`() {
        let from = Timestamp(seconds: 1_000)
        let to = Timestamp(seconds: 2_000)
        let cuts = LookAheadCheck.cuts(10, from: from, to: to, seed: 7)
        #expect(cuts == LookAheadCheck.cuts(10, from: from, to: to, seed: 7))
        #expect(cuts != LookAheadCheck.cuts(10, from: from, to: to, seed: 8))
        for (index, cut) in cuts.enumerated() {
            #expect(cut > from + .seconds(100) * Int64(index) && cut <= from + .seconds(100) * Int64(index + 1))
        }
    }

    @Test func `no data, both kinds of data and an empty window are refused`() throws {
        var bench = BacktestBench(Self.scalper, [])
        #expect(bench.failure()?.code == .usage)
        bench.plan.data = [Self.ether, SharedData.data("bars/mean_reverting_100k_bars.csv.gz").path]
        #expect(bench.failure()?.code == .data)
        bench.plan.data = [Self.ether]
        bench.plan.from = Timestamp(seconds: 2)
        bench.plan.to = Timestamp(seconds: 1)
        #expect(bench.failure()?.code == .usage)
    }

    @Test(arguments: [
        ("2026-04-27", "2026-04-27T00:00:00.000000Z"), ("2026-04-27T18:30:00Z", "2026-04-27T18:30:00.000000Z"),
        ("1777314600000", "2026-04-27T18:30:00.000000Z"), ("yesterday", nil), ("2026-02-30", nil), ("12", nil),
    ])
    func `times are read as people type them`(text: String, time: String?) {
        #expect(BacktestPlan.time(text)?.description == time)
    }
}
