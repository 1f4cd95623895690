import Foundation
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Whole sweeps of the reference strategy over markets of which it is known whether there is an edge: how often one is
/// claimed.
///
/// Data, engine, paper exchange, trials, choice and verdict are those of `kbot sweep`. `KBOT_RESEARCH_SEEDS` asks for that
/// many seeds, up to 200; without it there are few enough for every day.
@Suite struct SweepVerdictTests {
    /// What the verdicts of many sweeps were.
    private struct Tally: CustomStringConvertible {
        var sweeps = 0
        /// Sweeps in which an edge was claimed.
        var claims = 0
        /// Sweeps whose choice had a gain out of sample, whatever was so in sample.
        var gains = 0
        /// Sweeps of which nothing could be said out of sample.
        var silent = 0
        var trades = 0
        var net = Money.zero

        mutating func add(_ outcome: SweepOutcome) {
            sweeps += 1
            if outcome.verdict?.claimsEdge == true { claims += 1 }
            if outcome.verdict?.outOfSample.finding == .gain { gains += 1 }
            if outcome.verdict.map({ $0.outOfSample.finding == .tooFew }) ?? true { silent += 1 }
            trades += outcome.outOfSample.trades
            net += outcome.outOfSample.net
        }

        /// What a contract made out of sample, in cents; a trade is of ten.
        var cents: Double { Double(net.units) / 100_000 / Double(max(trades, 1)) }

        var description: String {
            "\(sweeps) sweeps: an edge claimed in \(claims), a gain out of sample in \(gains), too little to say in \(silent); "
                + String(format: "%d trades, %+.2f¢ a contract", trades, cents)
        }
    }

    private static let asked = ProcessInfo.processInfo.environment["KBOT_RESEARCH_SEEDS"].flatMap { UInt64($0) }

    private static func seeds(_ few: UInt64) -> Range<UInt64> { 0..<(asked.map { min($0, 200) } ?? few) }

    /// Sweeps eight trials over a market of each seed, judged by a holdout and by a walk-forward.
    private func tallies(
        _ name: String,
        _ market: VerdictMarket,
        _ seeds: Range<UInt64>,
        fills: String = "optimistic",
        splits: [SweepSplit] = [.usual, .walkForward(train: .hours(4), test: .hours(2))]
    ) throws -> [Tally] {
        let bench = try SweepBench()
        bench.options = ["limits": "off=all", "sizing": "fixed:10", "stop-trigger": "last", "fills": fills]
        bench.plan.backtest.run.strategies = ["native:bollinger_scalper"]
        bench.plan.backtest.run.parameters = [
            "period=8,12", "stddev=1,1.5", "target_multiple=2,4", "interval=15s", "min_minutes_left=2",
            "min_stop_ticks=1",
        ]
        bench.plan.backtest.data = []
        var tallies = splits.map { _ in Tally() }
        for seed in seeds {
            bench.plan.backtest.run.seed = seed
            let data = market.data(seed: seed)
            for (place, split) in splits.enumerated() {
                // The second one finds the trials of the first, and asks them anew.
                bench.plan.split = split
                let outcome = try #require(try bench.sweep("\(seed)", data: data).run())
                #expect(outcome.ran == 8 && outcome.failed == 0)
                tallies[place].add(outcome)
            }
            try FileManager.default.removeItem(atPath: bench.files.path + "/\(seed)")
        }
        for (split, tally) in zip(splits, tallies) { print("\(name), \(split.text): \(tally)") }
        return tallies
    }

    /// The chance of at least so many of `count` cases when each has this probability.
    private func chance(ofAtLeast hits: Int, of count: Int, _ probability: Double) -> Double {
        (max(hits, 0)..<(count + 1)).reduce(0) { sum, hits in
            let ways = (0..<hits).reduce(0) { $0 + log(Double(count - $1) / Double($1 + 1)) }
            return sum + exp(ways + Double(hits) * log(probability) + Double(count - hits) * log(1 - probability))
        }
    }

    /// Holds the share of false claims against the stated one: more of them would have less than one chance in a thousand.
    private func expectHonest(_ tally: Tally) {
        #expect(chance(ofAtLeast: tally.claims, of: tally.sweeps, 0.05) > 0.001, "\(tally)")
        // The second condition alone keeps what is stated.
        #expect(chance(ofAtLeast: tally.gains, of: tally.sweeps, 0.05) > 0.001, "\(tally)")
    }

    @Test func `in a fair game an edge is claimed no more often than is said`() throws {
        let market = VerdictMarket(price: .walk(series: 1), windows: 40)
        for tally in try tallies("fair game", market, Self.seeds(3)) {
            expectHonest(tally)
            #expect(tally.silent * 2 <= tally.sweeps, "\(tally)")
            // Nobody gains or loses; a trade's result deviates by less than 5¢ a contract.
            #expect(abs(tally.cents) < 4 * 5 / Double(tally.trades).squareRoot(), "\(tally)")
        }
    }

    @Test func `nor where two markets at a time share their fate`() throws {
        let market = VerdictMarket(price: .walk(series: 2), windows: 40)
        for tally in try tallies("two at a time", market, Self.seeds(1)) { expectHonest(tally) }
    }

    @Test func `nor on the simulator with its fees and fills`() throws {
        let market = VerdictMarket(price: .simulator, windows: 40, fees: .quadratic)
        for tally in try tallies("simulator", market, Self.seeds(1), fills: "realistic") {
            expectHonest(tally)
            #expect(tally.cents < 0, "without an edge fees are lost: \(tally)")
        }
    }

    @Test func `an edge of known size is found`() throws {
        let market = VerdictMarket(price: .walk(series: 1), windows: 60, overshoot: 14)
        let seeds = Self.seeds(2)
        // What prints return to is what a contract bought or sold then gains: nothing else moves a fair game on average.
        let returns = seeds.flatMap { market.make(seed: $0).overshoots }.map { overshoot in
            let cents = Double(overshoot.first.units - overshoot.after.units) / 100
            return overshoot.cents > 0 ? cents : -cents
        }
        let mean = returns.reduce(0, +) / Double(returns.count)
        let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
        #expect(
            returns.count > 150 * seeds.count
                && abs(mean - Double(market.overshoot)) < 4 * (variance / Double(returns.count)).squareRoot()
        )
        let splits = [SweepSplit.holdout(permille: 500), .walkForward(train: .hours(4), test: .hours(2))]
        for tally in try tallies("edge of 14¢", market, seeds, splits: splits) {
            // Four in five are said to find it; so few would have less than one chance in a thousand.
            #expect(chance(ofAtLeast: tally.sweeps - tally.claims, of: tally.sweeps, 0.2) > 0.001, "\(tally)")
            #expect(tally.cents > 0 && tally.cents < Double(market.overshoot), "\(tally)")
        }
    }
}
