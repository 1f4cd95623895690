public import KBotModel

/// What one strategy did in a run: the figures of its own closed trades, and its own funnel.
///
/// Trades, profits and fees of all strategies come to those of the run. Equity and drawdown have no place here: the
/// strategies share one account.
public struct StrategyPerformance: Hashable, Sendable {
    /// Name.
    public let name: StrategyName
    /// What it may use of the account, with its unit; nil for all of it.
    public let budget: String?
    /// What became of its candles, triggers and orders; nil when they were not counted apart.
    public let funnel: Funnel?
    /// Fees of its closed trades and of its open positions.
    public let totalFees: Money
    /// Only what closed trades give by themselves.
    private let figures: Metrics

    init(
        name: StrategyName,
        budget: String?,
        funnel: Funnel?,
        trades: [ClosedTrade],
        openPositions: [OpenPosition]
    ) {
        self.name = name
        self.budget = budget
        self.funnel = funnel
        figures = Metrics(of: trades.filter { $0.strategy == name })
        totalFees = openPositions.reduce(figures.totalFees) { $1.strategy == name ? $0 + $1.fees : $0 }
    }

    /// Closed trades.
    public var totalTrades: Int { figures.totalTrades }
    /// Trades with a net profit.
    public var winningTrades: Int { figures.winningTrades }
    /// Trades with a net loss.
    public var losingTrades: Int { figures.losingTrades }
    /// Trades that neither won nor lost.
    public var breakEvenTrades: Int { figures.breakEvenTrades }
    /// Winning trades as a share of all, 0 to 1; nil without trades.
    public var winRate: Ratio? { figures.winRate }
    /// ``grossProfit`` − ``grossLoss``.
    public var netProfit: Money { figures.netProfit }
    /// Σ net P&L of the winning trades.
    public var grossProfit: Money { figures.grossProfit }
    /// |Σ net P&L of the losing trades|.
    public var grossLoss: Money { figures.grossLoss }
    /// The largest net loss of a trade, as a positive amount.
    public var largestLoss: Money? { figures.largestLoss }
    /// ``grossProfit`` / ``grossLoss``; nil without losses.
    public var profitFactor: Ratio? { figures.profitFactor }
    /// Most losses in a row among the strategy's own trades; a trade with net 0 neither counts nor breaks.
    public var maxConsecutiveLosses: Int { figures.maxConsecutiveLosses }
}

extension StrategyPerformance {
    /// One for each strategy that has any part in a run, so that no trade and no fee is left out of the sums.
    static func all(
        _ facts: [StrategyFacts],
        _ trades: [ClosedTrade],
        _ openPositions: [OpenPosition],
        _ funnels: [StrategyName: Funnel]
    ) -> [StrategyPerformance] {
        let given = facts.map(\.name)
        let others = Set(trades.map(\.strategy)).union(openPositions.map(\.strategy)).union(funnels.keys)
            .subtracting(given)
        return (given + others.sorted()).map { name in
            StrategyPerformance(
                name: name,
                budget: facts.first { $0.name == name }?.budget,
                funnel: funnels[name],
                trades: trades,
                openPositions: openPositions
            )
        }
    }
}

extension StrategyPerformance {
    /// Writes the strategy as an object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("strategy", name)
        writer.field("budget", budget)
        writer.object("metrics") { writer in
            writer.field("total_trades", totalTrades)
            writer.field("winning_trades", winningTrades)
            writer.field("losing_trades", losingTrades)
            writer.field("break_even_trades", breakEvenTrades)
            writer.field("win_rate", winRate)
            writer.field("net_profit", netProfit)
            writer.field("gross_profit", grossProfit)
            writer.field("gross_loss", grossLoss)
            writer.field("largest_loss", largestLoss)
            writer.field("profit_factor", profitFactor)
            writer.field("max_consecutive_losses", maxConsecutiveLosses)
            writer.field("total_fees", totalFees)
        }
        if let funnel { funnel.write(to: &writer) } else { writer.field("funnel", String?.none) }
        writer.endObject()
    }
}
