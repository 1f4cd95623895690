public import KBotModel

/// The whole result of a run, ready to be written as text or JSON.
///
/// Each form lives in a file of its own and reads nothing but the public properties, so another form is another file.
public struct RunReport: Sendable {
    /// What ran.
    public let facts: RunFacts
    /// The figures.
    public let metrics: Metrics
    /// Closed trades, corrections applied.
    public let trades: [ClosedTrade]
    /// Positions held at the end.
    public let openPositions: [OpenPosition]
    /// Corrections of settlements.
    public let corrections: [SettlementCorrection]
    /// Equity at the start and at each candle close that changed it.
    public let equityCurve: [EquityPoint]
    /// Equity of each UTC day.
    public let dailyEquity: [DailyEquity]
    /// What became of markets, candles, triggers and orders.
    public let funnel: Funnel
    /// What each strategy did, in the order of ``RunFacts/strategies``; any other with a part in the run follows, by name.
    public let strategies: [StrategyPerformance]
    /// Limits in force.
    public let limits: [LimitFact]
    /// What each risk rule said; empty when none ran.
    public let rules: [RuleTally]
    /// For how long entries were blocked.
    public let blocked: BlockedTime
    /// Equity at the start.
    public let startEquity: Money
    /// Equity at the end as the account tells it, independent of the trades.
    public let endEquity: Money
    /// Σ gross P&L: of the closed trades, of what open positions have closed already, and of unmatched corrections.
    public let grossPnL: Money
    /// Markets the run traded in.
    public let charts: MarketCharts
    /// The same run with several fill models, when there were several.
    public var fillModels: [FillModelResult] = []
    /// What else a reader of ``fillModels`` should know; nil when there is nothing.
    public var fillModelsNote: String?

    /// Makes the report of a finished run.
    ///
    /// - Parameters:
    ///   - facts: What ran.
    ///   - tracker: Everything recorded in the run.
    ///   - openPositions: Positions held at the end, marked at the exit touch.
    ///   - endEquity: Equity at the end as the account tells it; checked against the trades by ``identityHolds``.
    ///   - funnel: The run's counts.
    ///   - strategyFunnels: The counts of each strategy; a strategy without an entry has none.
    ///   - limits: Limits in force.
    ///   - rules: What each risk rule said.
    ///   - blocked: For how long entries were blocked.
    ///   - charts: Markets the run traded in, and how they were decided.
    public init(
        facts: RunFacts,
        tracker: PerformanceTracker,
        openPositions: [OpenPosition] = [],
        endEquity: Money,
        funnel: Funnel,
        strategyFunnels: [StrategyName: Funnel] = [:],
        limits: [LimitFact] = [],
        rules: [RuleTally] = [],
        blocked: BlockedTime = BlockedTime(),
        charts: MarketCharts = MarketCharts()
    ) {
        self.facts = facts
        self.openPositions = openPositions
        self.endEquity = endEquity
        self.funnel = funnel
        self.limits = limits
        self.rules = rules
        self.blocked = blocked
        self.charts = charts
        metrics = tracker.metrics(openPositions: openPositions, ended: facts.to)
        trades = tracker.trades
        strategies = StrategyPerformance.all(facts.strategies, tracker.trades, openPositions, strategyFunnels)
        corrections = tracker.corrections
        equityCurve = tracker.equityCurve
        dailyEquity = tracker.dailyEquity
        startEquity = tracker.startEquity
        let closed = tracker.trades.reduce(tracker.unmatchedCorrections) { $0 + $1.grossPnL }
        grossPnL = openPositions.reduce(closed) { $0 + $1.realized }
    }

    /// What the trades tell beyond the metrics; calculated anew each time.
    public var analysis: TradeAnalysis {
        TradeAnalysis(
            of: trades,
            outcomes: charts.outcomes,
            isSimulated: facts.isSimulated,
            feesCharged: facts.feesCharged
        )
    }

    /// What closing all open positions at their marks would gain before fees.
    public var unrealized: Money { openPositions.reduce(.zero) { $0 + $1.unrealized } }

    /// Equity at the end − (start + Σ gross P&L − all fees + unrealised): zero to the microdollar, or the books are wrong.
    public var identityDifference: Money {
        endEquity - (startEquity + grossPnL - metrics.totalFees + unrealized)
    }

    /// Whether the run had two strategies or more, so that the report tells of each of them apart.
    public var hasSeveralStrategies: Bool { facts.strategies.count > 1 }

    /// Whether start, trades, fees and open positions add up to the equity at the end, exactly.
    public var identityHolds: Bool { identityDifference == .zero }

    /// Whole UTC days of the run, which the annual Sharpe ratio is made of.
    public var wholeDays: Int { dailyEquity.whole(from: facts.from, to: facts.to).count }

    /// Share of the run in which entries were blocked, 0 to 1; nil for a run without length.
    public var blockedShare: Ratio? { share(blocked.total) }

    /// A part of the run, 0 to 1; nil for a run without length.
    func share(_ span: TimeSpan) -> Ratio? { Ratio(span.microseconds, over: facts.span.microseconds) }
}
