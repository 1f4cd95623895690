import KBotModel
import KBotReports

extension RunReport {
    /// A day on the simulated market: 24 trades, one open position, one awaiting settlement.
    static let simulated: RunReport = {
        var generator = SeededGenerator(seed: 7)
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        var equity = Money(dollars: 1_000)
        for index in 0..<24 {
            let cents =
                [410, -230, -215, 395, 0, -240, 380, -190][index % 8] + Int64.random(in: -60...60, using: &generator)
            let exit: ClosedTrade.Exit = index % 7 == 6 ? .settlement : cents > 0 ? .target : .stop
            let trade = ClosedTrade.net(index % 8 == 4 ? 0 : cents, at: Int64(index) * 55, exit: exit)
            tracker.record(trade)
            equity += trade.netPnL
            tracker.mark(equity: equity, at: trade.closed)
        }
        let open = [OpenPosition.sample(), .sample(direction: .short, state: .awaitingSettlement)]
        for position in open { equity = equity + position.unrealized - position.fees }
        tracker.mark(equity: equity, at: .day(1))

        var facts = RunFacts(
            id: "20260427-000000-7",
            version: "0.1.0",
            mode: "paper",
            feed: "sim",
            isSimulated: true,
            from: start,
            to: .day(1),
            seed: 7,
            fillModel: FillModelFacts(
                name: "realistic",
                constants: [
                    Fact("delay", "100–500 ms"), Fact("slippage", "1–3 ticks, 5–10 when stressed"),
                    Fact("partial fills", "5%, of 10–90%"),
                ]
            )
        )
        facts.data = ["simulated series KXBTC15M, 96 markets of 15m"]
        facts.strategies = [
            StrategyFacts(
                name: "bollinger_scalper",
                version: "1.0.0",
                kind: .lua,
                path: "strategies/bollinger_scalper.lua",
                hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                parameters: [
                    Fact("period", "25"), Fact("stddev", "2.0"), Fact("interval", "5s"), Fact("geometry", "mirror"),
                    Fact("min_stop_ticks", "3"),
                ]
            )
        ]
        facts.riskRules = [RiskRuleFacts(name: "quiet_hours", hash: nil)]
        facts.notes = ["2 targets still rest at the end; no stop is watched after the run"]

        var funnel = Funnel()
        funnel.marketsSeen = 96
        funnel.marketsWarmedUp = 96
        funnel.candlesClosed = 17_280
        funnel.candlesJudged = 14_976
        funnel.triggers = 743
        funnel.filtered = ["TOO_CLOSE_TO_EXPIRY": 431, "STOP_TOO_TIGHT": 187, "NO_TRADES_IN_CANDLE": 7]
        funnel.quiet = ["INSIDE_BANDS": 14_233]
        funnel.signals = 118
        funnel.denied = ["POSITION_OPEN": 42, "ENTRY_PENDING": 12, "DAILY_LOSS_LIMIT": 11, "CIRCUIT_BREAKER": 4]
        funnel.orders = 49
        funnel.unfilled = ["expired": 14, "requested": 9]
        funnel.filled = 26
        funnel.closed = 21
        funnel.settled = 3
        funnel.stillOpen = 2
        return RunReport(
            facts: facts,
            tracker: tracker,
            openPositions: open,
            endEquity: equity,
            funnel: funnel,
            limits: [
                LimitFact(name: "risk_per_trade", value: "2% ($20.00)", source: "default"),
                LimitFact(name: "max_exposure", value: "$150.00", source: ".env"),
                LimitFact(name: "max_positions", value: "2", source: "default"),
                LimitFact(name: "circuit_breaker", value: "off", source: "option"),
            ],
            blocked: BlockedTime(
                total: .hours(3),
                parts: [
                    .init(code: "CIRCUIT_BREAKER", span: .hours(1)), .init(code: "DAILY_LOSS_LIMIT", span: .hours(2)),
                ]
            )
        )
    }()

    /// A replay in which every trigger came too late.
    static let idle: RunReport = {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        tracker.mark(equity: Money(dollars: 1_000), at: .day(1))
        var facts = RunFacts.plain
        facts.data = ["KXBTC15M.csv.gz", "trades without a book: touch taken from the last trades"]
        facts.skippedLines = 3
        facts.strategies = [StrategyFacts(name: "bollinger_scalper", version: "1.0.0", kind: .native)]
        var funnel = Funnel()
        funnel.marketsSeen = 60
        funnel.marketsWarmedUp = 60
        funnel.candlesClosed = 3_600
        funnel.candlesJudged = 2_160
        funnel.triggers = 4
        funnel.filtered = ["TOO_CLOSE_TO_EXPIRY": 4]
        funnel.warmUp = Funnel.WarmUp(candles: 25, interval: .seconds(15), marketLife: .minutes(15))
        return RunReport(facts: facts, tracker: tracker, endEquity: Money(dollars: 1_000), funnel: funnel)
    }()

    /// A day on the simulated market with two strategies, one risk rule, and a script edited twice.
    static let paired: RunReport = {
        let scalper: StrategyName = "bollinger_scalper"
        let fader: StrategyName = "spot_fade"
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        var equity = Money(dollars: 1_000)
        for (index, cents) in [410, -230, 0, -215, 395, -240, 380, 120, -190, 250, -305].enumerated() {
            let exit: ClosedTrade.Exit = index == 6 ? .settlement : cents > 0 ? .target : .stop
            let trade = ClosedTrade.net(
                Int64(cents),
                at: Int64(index) * 120,
                exit: exit,
                by: index % 3 == 2 ? fader : scalper
            )
            tracker.record(trade)
            equity += trade.netPnL
            tracker.mark(equity: equity, at: trade.closed)
        }
        let open = [OpenPosition.sample(by: fader)]
        for position in open { equity = equity + position.unrealized - position.fees }
        tracker.mark(equity: equity, at: .day(1))

        var facts = RunFacts.plain
        facts.feed = "sim"
        facts.isSimulated = true
        facts.seed = 11
        facts.strategies = [
            StrategyFacts(
                name: scalper,
                version: "1.0.0",
                kind: .lua,
                path: "strategies/bollinger_scalper.lua",
                hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                parameters: [Fact("period", "25"), Fact("stddev", "2.0")],
                budget: "60%"
            ),
            StrategyFacts(name: fader, version: "0.2.0", kind: .native, budget: "$250.00"),
        ]
        facts.riskRules = [RiskRuleFacts(name: "quiet_hours", hash: nil)]
        facts.reloads = [
            ReloadFact(
                time: .minute(12) + .seconds(5),
                script: "bollinger_scalper",
                generation: 2,
                old: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                new: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
            ),
            ReloadFact(
                time: .minute(95),
                script: "quiet_hours",
                generation: 2,
                old: "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
                new: "a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a"
            ),
        ]
        var rule = RuleTally(name: "quiet_hours")
        for _ in 0..<14 { rule.count(.allow, reducing: false) }
        for _ in 0..<3 { rule.count(.reduce(code: "HALF_SIZE"), reducing: false) }
        for _ in 0..<9 { rule.count(.deny(code: "QUIET_HOURS"), reducing: false) }
        rule.count(.halt(code: "LOSS_STREAK"), reducing: false)
        for _ in 0..<21 { rule.count(.allow, reducing: true) }
        for _ in 0..<2 { rule.count(.deny(code: "QUIET_HOURS"), reducing: true) }
        let funnels = Funnel.paired
        return RunReport(
            facts: facts,
            tracker: tracker,
            openPositions: open,
            endEquity: equity,
            funnel: funnels.run,
            strategyFunnels: [scalper: funnels.scalper, fader: funnels.fader],
            rules: [rule]
        )
    }()
}

extension Funnel {
    /// The funnels of ``RunReport/paired``: what the strategies did comes to what the run did.
    fileprivate static let paired: (run: Funnel, scalper: Funnel, fader: Funnel) = {
        var scalper = Funnel()
        scalper.marketsSeen = 48
        scalper.marketsWarmedUp = 48
        scalper.candlesClosed = 8_640
        scalper.candlesJudged = 7_488
        scalper.quiet = ["INSIDE_BANDS": 7_116]
        scalper.triggers = 372
        scalper.filtered = ["TOO_CLOSE_TO_EXPIRY": 216, "STOP_TOO_TIGHT": 97]
        scalper.signals = 59
        scalper.denied = [
            "POSITION_OPEN": 21, "QUIET_HOURS": 9, "ENTRY_PENDING": 6, "DAILY_LOSS_LIMIT": 2, "STRATEGY_BUDGET": 1,
        ]
        scalper.orders = 20
        scalper.unfilled = ["expired": 12]
        scalper.filled = 8
        scalper.closed = 8

        var fader = Funnel()
        fader.marketsSeen = 48
        fader.marketsWarmedUp = 46
        fader.candlesClosed = 2_880
        fader.candlesJudged = 2_760
        fader.quiet = ["NO_SIGNAL": 2_744]
        fader.triggers = 16
        fader.signals = 16
        fader.denied = ["STRATEGY_BUDGET": 7, "POSITION_OPEN": 3, "LOSS_STREAK": 1]
        fader.orders = 5
        fader.unfilled = ["requested": 1]
        fader.filled = 4
        fader.closed = 2
        fader.settled = 1
        fader.stillOpen = 1

        var run = scalper
        run.candlesJudged += fader.candlesJudged
        run.quiet.merge(fader.quiet, uniquingKeysWith: +)
        run.triggers += fader.triggers
        run.signals += fader.signals
        run.denied.merge(fader.denied, uniquingKeysWith: +)
        run.orders += fader.orders
        run.unfilled.merge(fader.unfilled, uniquingKeysWith: +)
        run.filled += fader.filled
        run.closed += fader.closed
        run.settled += fader.settled
        run.stillOpen += fader.stillOpen
        return (run, scalper, fader)
    }()
}
