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
}
