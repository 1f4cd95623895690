import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct StrategyPerformanceTests {
    private func report(
        _ trades: [ClosedTrade],
        open: [OpenPosition] = [],
        facts names: [StrategyName] = [],
        funnels: [StrategyName: Funnel] = [:]
    ) -> RunReport {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        for trade in trades { tracker.record(trade) }
        return report(tracker, open: open, facts: names, funnels: funnels)
    }

    private func report(
        _ tracker: PerformanceTracker,
        open: [OpenPosition] = [],
        facts names: [StrategyName] = [],
        funnels: [StrategyName: Funnel] = [:]
    ) -> RunReport {
        var facts = RunFacts.plain
        facts.strategies = names.map { StrategyFacts(name: $0, version: "1", kind: .lua) }
        return RunReport(
            facts: facts,
            tracker: tracker,
            openPositions: open,
            endEquity: Money(dollars: 1_000),
            funnel: Funnel(),
            strategyFunnels: funnels
        )
    }

    @Test func `each strategy is judged by its own trades`() throws {
        let trades: [ClosedTrade] = [
            .net(300, by: "a"), .net(-100, by: "b"), .net(-200, by: "a"), .net(0, by: "a"), .net(-50, by: "a"),
            .net(-400, by: "b"), .net(150, by: "b"),
        ]
        let open = [OpenPosition.sample(by: "b")]
        let strategies = report(trades, open: open, facts: ["a", "b"]).strategies
        #expect(strategies.map(\.name) == ["a", "b"])
        let (a, b) = (strategies[0], strategies[1])
        #expect(a.totalTrades == 4 && a.winningTrades == 1 && a.losingTrades == 2 && a.breakEvenTrades == 1)
        #expect(a.winRate == Ratio(1, over: 4))
        #expect(a.grossProfit == Money(dollars: 3) && a.grossLoss == Money(units: 2_500_000))
        #expect(a.netProfit == Money(units: 500_000))
        #expect(a.profitFactor == Ratio(6, over: 5))
        #expect(a.largestLoss == Money(dollars: 2))
        #expect(a.maxConsecutiveLosses == 2, "a trade of the other strategy breaks no streak")
        #expect(a.totalFees == Money(units: 80_000))
        #expect(b.totalTrades == 3 && b.winningTrades == 1 && b.losingTrades == 2)
        #expect(b.netProfit == Money(units: -3_500_000) && b.maxConsecutiveLosses == 2)
        #expect(b.totalFees == Money(units: 60_000 + 170_000), "with those of the open position")
    }

    @Test func `a strategy without a trade has no rates`() {
        let idle = report([.net(100, by: "a")], facts: ["a", "idle"]).strategies[1]
        #expect(idle.totalTrades == 0 && idle.netProfit == .zero && idle.totalFees == .zero)
        #expect(idle.winRate == nil && idle.profitFactor == nil && idle.largestLoss == nil)
    }

    @Test func `the strategies' trades, profits and fees come to those of the run`() {
        let names: [StrategyName] = ["a", "b", "c", "not_in_the_facts"]
        for seed in UInt64(0)..<400 {
            var generator = SeededGenerator(seed: seed)
            var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
            for index in 0..<Int.random(in: 0...40, using: &generator) {
                let name = names.randomElement(using: &generator) ?? "a"
                let trade = ClosedTrade.random(using: &generator, market: Ticker("M\(index)"), by: name)
                tracker.record(trade)
                guard trade.exit == .settlement, Bool.random(using: &generator) else { continue }
                let amount = Money(units: Int64.random(in: -9_000_000...9_000_000, using: &generator))
                let market: Ticker = Bool.random(using: &generator) ? trade.market : "NEVER-SEEN"
                tracker.record(SettlementCorrection(market: market, amount: amount, time: trade.closed))
            }
            let open = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                OpenPosition.sample(by: names.randomElement(using: &generator) ?? "a")
            }
            let report = report(tracker, open: open, facts: ["a", "b", "c"])
            let strategies = report.strategies
            func sum(_ figure: (StrategyPerformance) -> Money) -> Money {
                strategies.reduce(.zero) { $0 + figure($1) }
            }
            func count(_ figure: (StrategyPerformance) -> Int) -> Int { strategies.reduce(0) { $0 + figure($1) } }
            let all = report.metrics
            #expect(sum(\.netProfit) == all.netProfit, "seed \(seed)")
            #expect(sum(\.grossProfit) == all.grossProfit, "seed \(seed)")
            #expect(sum(\.grossLoss) == all.grossLoss, "seed \(seed)")
            #expect(sum(\.totalFees) == all.totalFees, "seed \(seed)")
            #expect(count(\.totalTrades) == all.totalTrades, "seed \(seed)")
            #expect(count(\.winningTrades) == all.winningTrades, "seed \(seed)")
            #expect(count(\.losingTrades) == all.losingTrades, "seed \(seed)")
            #expect(strategies.map(\.largestLoss).compactMap(\.self).max() == all.largestLoss, "seed \(seed)")
        }
    }

    @Test func `a strategy that the facts do not name comes after the others, by name`() {
        let trades: [ClosedTrade] = [.net(100, by: "z"), .net(100, by: "b")]
        let report = report(trades, open: [.sample(by: "c")], facts: ["z", "a"], funnels: ["d": Funnel()])
        #expect(report.strategies.map(\.name) == ["z", "a", "b", "c", "d"])
    }

    @Test func `one strategy alone has no section`() {
        // What a hand-made report calls its trades does not matter: the facts say how many strategies ran.
        let alone = report([.net(100, by: "a"), .net(100, by: "b")], facts: ["a"], funnels: ["a": Funnel()])
        #expect(alone.strategies.count == 2 && !alone.hasSeveralStrategies)
        #expect(!alone.text().contains("BY STRATEGY"))
        #expect(!String(utf8: alone.jsonDocument()).contains("by_strategy"))
    }

    @Test func `a strategy without a trade says why`() {
        var funnel = Funnel()
        funnel.marketsSeen = 1
        funnel.candlesJudged = 9
        funnel.triggers = 2
        funnel.signals = 2
        funnel.denied = ["STRATEGY_BUDGET": 2]
        let text = report([.net(100, by: "a")], facts: ["a", "b"], funnels: ["b": funnel]).text()
        #expect(text.contains("\n  b · No trade: all 2 signals were denied, all of them by STRATEGY_BUDGET.\n"))
        #expect(!text.contains("  a · "))
    }

    @Test func `the three codes that denied most to each strategy are named, the others counted together`() {
        var (first, second) = (Funnel(), Funnel())
        first.denied = ["A": 9, "B": 8, "C": 7, "D": 6, "E": 5]
        second.denied = ["E": 1]
        let text = report([], facts: ["one", "two"], funnels: ["one": first, "two": second]).text(width: 80)
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        let from = rows.firstIndex(of: "denied 35 1") ?? 0
        let expected = ["denied 35 1", "A 9 0", "B 8 0", "C 7 0", "E 5 1", "other codes 6 0", "Entry orders 0 0"]
        #expect(rows[from...].prefix(7) == expected[...])
    }

    @Test(arguments: [40, 80, 100])
    func `any number of strategies fits, in as many tables as it takes`(width: Int) {
        let names = (1...9).map { StrategyName("strategy_number_\($0)") }
        let text = report(names.map { .net(100, by: $0) }, facts: names).text(width: width)
        let lines = text.split(separator: "\n")
        let titles = lines.filter { $0.hasPrefix("    ") && $0.contains("strategy_number_") }
        #expect(titles.flatMap { $0.split(separator: " ") } == names.map { Substring($0.text) })
        let section = lines.drop { $0 != "BY STRATEGY" }.prefix { $0 != "RUN" }
        for line in section where width >= 80 { #expect(line.count <= width, "\(line)") }
    }

    @Test func `a candle that two strategies judge is no share of the candles`() {
        var funnel = Funnel()
        funnel.candlesClosed = 100
        funnel.candlesJudged = 160
        let report = RunReport(
            facts: .plain,
            tracker: PerformanceTracker(startEquity: Money(dollars: 1), started: start),
            endEquity: Money(dollars: 1),
            funnel: funnel
        )
        let line = report.text().split(separator: "\n").first { $0.contains("Candles judged") }
        #expect(line.map { $0.split(separator: " ") } == ["Candles", "judged", "160"])
    }

    @Test func `the document has the strategies`() {
        var funnel = Funnel()
        funnel.marketsSeen = 1
        let report = report(
            [.net(300, by: "a"), .net(-120, by: "b")],
            facts: ["a", "b"],
            funnels: ["a": funnel]
        )
        let expected = #"""
              "by_strategy": [
                {
                  "strategy": "a",
                  "budget": null,
                  "metrics": {
                    "total_trades": 1,
                    "winning_trades": 1,
                    "losing_trades": 0,
                    "break_even_trades": 0,
                    "win_rate": 1.000000,
                    "net_profit": "3.000000",
                    "gross_profit": "3.000000",
                    "gross_loss": "0.000000",
                    "largest_loss": null,
                    "profit_factor": null,
                    "max_consecutive_losses": 0,
                    "total_fees": "0.020000"
                  },
                  "funnel": {
                    "markets_seen": 1,
                    "markets_warmed_up": 0,
                    "candles_closed": 0,
                    "candles_judged": 0,
                    "quiet": {},
                    "triggers": 0,
                    "filtered": {},
                    "signals": 0,
                    "denied": {},
                    "orders": 0,
                    "unfilled": {},
                    "filled": 0,
                    "closed": 0,
                    "settled": 0,
                    "still_open": 0,
                    "entry_cutoff_s": 480.000000,
                    "warm_up": null,
                    "sentence": "No trade: the only market did not warm up."
                  }
                },
                {
                  "strategy": "b",
                  "budget": null,
                  "metrics": {
                    "total_trades": 1,
                    "winning_trades": 0,
                    "losing_trades": 1,
                    "break_even_trades": 0,
                    "win_rate": 0.000000,
                    "net_profit": "-1.200000",
                    "gross_profit": "0.000000",
                    "gross_loss": "1.200000",
                    "largest_loss": "1.200000",
                    "profit_factor": 0.000000,
                    "max_consecutive_losses": 1,
                    "total_fees": "0.020000"
                  },
                  "funnel": null
                }
              ],

            """#
        #expect(String(utf8: report.jsonDocument()).contains(expected))
    }

    @Test func `the document tells budgets and reloads`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(RunReport.paired.jsonDocument()))
        let document = try #require(object as? [String: Any])
        let run = try #require(document["run"] as? [String: Any])
        let strategies = try #require(run["strategies"] as? [[String: Any]])
        #expect(strategies.map { $0["budget"] as? String } == ["60%", "$250.00"])
        let parts = try #require(document["by_strategy"] as? [[String: Any]])
        #expect(parts.map { $0["budget"] as? String } == ["60%", "$250.00"])
        let line =
            #"{"ts": "2026-04-27T00:12:05.000000Z", "script": "bollinger_scalper", "generation": 2, "#
            + #""old": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "#
            + #""new": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"},"#
        #expect(String(utf8: RunReport.paired.jsonDocument()).contains("      " + line + "\n"))
        #expect((run["reloads"] as? [Any])?.count == 2)
    }

    @Test func `the books of the sample add up`() {
        #expect(RunReport.paired.identityHolds)
    }
}
