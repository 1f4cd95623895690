public import KBotModel

/// What one fill model made of the same orders: one end of the band in which the truth may lie.
public struct FillModelResult: Hashable, Sendable {
    /// Name: `optimistic`, `realistic`, `pessimistic`.
    public let name: String
    /// Closed trades.
    public let totalTrades: Int
    /// Winning trades as a share of all; nil without trades.
    public let winRate: Ratio?
    /// Net profit.
    public let netProfit: Money
    /// The largest fall of equity.
    public let maxDrawdown: Money
    /// Fees.
    public let totalFees: Money

    /// Makes a result from its figures.
    public init(
        name: String,
        totalTrades: Int,
        winRate: Ratio?,
        netProfit: Money,
        maxDrawdown: Money,
        totalFees: Money
    ) {
        self.name = name
        self.totalTrades = totalTrades
        self.winRate = winRate
        self.netProfit = netProfit
        self.maxDrawdown = maxDrawdown
        self.totalFees = totalFees
    }

    /// Makes the result of a run.
    public init(name: String, _ metrics: Metrics) {
        self.init(
            name: name,
            totalTrades: metrics.totalTrades,
            winRate: metrics.winRate,
            netProfit: metrics.netProfit,
            maxDrawdown: metrics.maxDrawdown,
            totalFees: metrics.totalFees
        )
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject(inline: true)
        writer.field("fills", name)
        writer.field("total_trades", totalTrades)
        writer.field("win_rate", winRate)
        writer.field("net_profit", netProfit)
        writer.field("max_drawdown", maxDrawdown)
        writer.field("total_fees", totalFees)
        writer.endObject()
    }
}
