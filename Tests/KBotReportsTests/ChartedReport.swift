import KBotModel
import KBotReports

extension RunReport {
    /// A replay of twelve markets with their charts: candles with bands, fills, results, and names that mean harm.
    static let charted = charted(strategy: "bollinger_scalper", denial: "MAX_EXPOSURE")

    /// The same with a strategy's name and a code as a script might give them.
    static func charted(strategy: StrategyName, denial: String, markets: Int = 12, candles: Int = 60) -> RunReport {
        var generator = SeededGenerator(seed: 21)
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        var charts = MarketCharts(leftOut: 3)
        var equity = Money(dollars: 1_000)
        for index in 0..<markets {
            let market = Ticker("KXBTC15M-26APR27\(100 + index)-45")
            let opens = Timestamp.minute(Int64(index) * 15)
            charts.kept.append(.sample(market, opens: opens, candles: candles, using: &generator))
            let value: Settlement = index % 3 == 0 ? .no : Settlement(value: .one, isInferred: index % 4 == 1)
            if index % 6 != 5 {
                charts.outcomes.append(MarketOutcome(market: market, settlement: value, time: opens + .minutes(16)))
            }
            for _ in 0..<3 {
                let trade = ClosedTrade.random(using: &generator, market: market, by: strategy)
                tracker.record(trade)
                equity += trade.netPnL
            }
            tracker.mark(equity: equity, at: opens + .minutes(15))
        }
        var facts = RunFacts.plain
        facts.data = ["KXBTC15M.csv.gz", "2 gaps in the messages"]
        facts.strategies = [
            StrategyFacts(
                name: strategy,
                version: "1.0.0",
                kind: .lua,
                path: "strategies/bollinger_scalper.lua",
                hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                parameters: [Fact("period", "25"), Fact(strategy.text, strategy.text)]
            )
        ]
        var funnel = Funnel()
        funnel.marketsSeen = markets
        funnel.candlesJudged = 1_234
        funnel.triggers = 90
        funnel.filtered = ["STOP_TOO_TIGHT": 20]
        funnel.signals = 60
        funnel.denied = [denial: 7, "POSITION_OPEN": 3]
        funnel.orders = 3 * markets
        funnel.filled = 3 * markets
        funnel.closed = 3 * markets
        var report = RunReport(
            facts: facts,
            tracker: tracker,
            openPositions: [.sample(by: strategy)],
            endEquity: equity + OpenPosition.sample().unrealized - OpenPosition.sample().fees,
            funnel: funnel,
            limits: [LimitFact(name: "max_positions", value: "2", source: "default")],
            blocked: BlockedTime(total: .hours(6), parts: [.init(code: denial, span: .hours(6))]),
            charts: charts
        )
        report.fillModels = [
            FillModelResult(name: "optimistic", report.metrics), FillModelResult(name: "realistic", report.metrics),
        ]
        return report
    }
}

extension MarketChart {
    /// A market whose price walks at random, bought once and sold again.
    fileprivate static func sample(
        _ market: Ticker,
        opens: Timestamp,
        candles: Int,
        using generator: inout SeededGenerator
    ) -> MarketChart {
        var chart = MarketChart(market: market, opens: opens, closes: opens + .minutes(15))
        chart.strike = SpotPrice(units: 641_235_000)
        chart.period = 20
        chart.deviations = Ratio(units: 2_000_000)
        var last: Int32 = 5_000
        for index in 0..<candles {
            let next = min(max(last + Int32.random(in: -90...90, using: &generator), 200), 9_800)
            let candle = Candle(
                start: opens + .seconds(Int64(index) * 15),
                interval: .seconds(15),
                open: Price(units: last),
                high: Price(units: max(last, next) + Int32.random(in: 0...40, using: &generator)),
                low: Price(units: min(last, next) - Int32.random(in: 0...40, using: &generator)),
                close: Price(units: next),
                volume: Quantity(units: Int64.random(in: 0...90_000, using: &generator)),
                trades: 3
            )
            let bands =
                index < 20
                ? nil
                : ChartBands(
                    lower: PriceDelta(units: next - 160),
                    middle: PriceDelta(units: next),
                    upper: PriceDelta(units: next + 160)
                )
            chart.candles.append(ChartCandle(candle, bands: bands))
            last = next
        }
        for (minute, side) in [(6, BookSide.bid), (9, .ask)] as [(Int64, BookSide)] {
            chart.fills.append(
                ChartFill(
                    time: opens + .minutes(minute),
                    side: side,
                    price: Price(units: 5_000),
                    count: Quantity(contracts: 12),
                    role: side == .bid ? "entry" : "exit",
                    liquidity: .taker,
                    fee: Money(units: 210_000)
                )
            )
        }
        return chart
    }
}
