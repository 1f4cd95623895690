package import KBotModel
package import KBotReports

/// What one trial gave: a line of `trials.jsonl`.
package struct TrialRecord: Hashable, Codable, Sendable {
    /// What a trial was run as.
    package enum Variant: Hashable, Sendable {
        /// On all data, as the sweep runs trials.
        case whole
        /// On all data, with the limits on that a sweep switches off.
        case limited
        /// A rung of successive halving, on the beginning of the data.
        case rung(Int)

        /// `whole`, `limited` or `rung 2`.
        var text: String {
            switch self {
            case .whole: "whole"
            case .limited: "limited"
            case .rung(let number): "rung \(number)"
            }
        }
    }

    /// What the report of the whole run says.
    package struct Report: Hashable, Codable, Sendable {
        /// Closed trades.
        package let totalTrades: Int
        /// Net profit.
        package let netProfit: Money
        /// Fees, of open positions too.
        package let totalFees: Money
        /// The largest fall of equity from a peak, marked at candle closes.
        package let maxDrawdown: Money
        /// Equity at the end.
        package let endEquity: Money
        /// Positions open at the end.
        package let openPositions: Int
        /// Calls of the strategies that failed; three in a row end a strategy.
        package let scriptErrors: Int
        /// Whether fills cost anything.
        package let feesCharged: FeesCharged
        /// What a backtest's report says beside its figures: how results were known, what was left out of the data, by which
        /// rules fees and bars went.
        package let caveats: [String]

        private enum CodingKeys: String, CodingKey {
            case totalTrades = "total_trades"
            case netProfit = "net_profit"
            case totalFees = "total_fees"
            case maxDrawdown = "max_drawdown"
            case endEquity = "end_equity"
            case openPositions = "open_positions"
            case scriptErrors = "script_errors"
            case feesCharged = "fees_charged"
            case caveats
        }

        init(_ report: RunReport, scriptErrors: Int, sources: [String]) {
            totalTrades = report.metrics.totalTrades
            netProfit = report.metrics.netProfit
            totalFees = report.metrics.totalFees
            maxDrawdown = report.metrics.maxDrawdown
            endEquity = report.endEquity
            openPositions = report.openPositions.count
            self.scriptErrors = scriptErrors
            feesCharged = report.facts.feesCharged
            caveats = report.facts.caveats(beside: sources)
        }
    }

    /// Hash of everything the trial depends on: data, scripts, parameters, settings, seed, version of kbot.
    package let key: String
    /// Number of the trial, from 1.
    package let number: Int
    /// What it was run as.
    package let variant: String
    /// The values tried, in the order of the sweep's axes.
    package let values: [String]
    /// Why it could not run; nil when it did.
    package let failure: String?
    /// What its report says; nil when it did not run.
    package let report: Report?
    /// Its closed trades, in the order in which they ended.
    package let trades: [SweepTrade]
}
