import ArgumentParser
import KBotModel
import KBotRuntime

/// What trades, on which markets and in which time: what a run, a backtest and every trial of a sweep have in common.
struct TradingOptions: ParsableArguments {
    @Option(help: "Strategy: a Lua file, a name, or native:NAME (repeatable).")
    var strategy: [String] = []

    @Option(help: "Risk rule: a Lua file or a name (repeatable).")
    var riskRule: [String] = []

    @Option(help: "What a strategy may use of the account, name=25% or name=dollars (repeatable).")
    var budget: [String] = []

    @Option(help: "Only this series (repeatable).")
    var series: [String] = []

    @Option(help: "Only this market (repeatable).")
    var market: [String] = []

    @Option(help: "Begin here: 2026-04-27, 2026-04-27T18:30:00Z or milliseconds; nothing before is known to the run.")
    var from: String?

    @Option(help: "End before this time.")
    var to: String?

    @OptionGroup var catalogue: DataOptions

    @Option(help: "Market facts and results for recordings: a CSV file.")
    var markets: String?

    @Option(help: "Prices of an underlying for recordings: a CSV file, or BTC-USD=FILE (repeatable).")
    var spot: [String] = []

    /// Puts these options into a plan.
    ///
    /// - Throws: ``RunFailure`` of wrong usage, which names the option.
    func fill(_ plan: inout RunPlan, _ settings: RunSettings) throws(RunFailure) {
        plan.strategies = strategy
        plan.rules = riskRule.isEmpty ? settings.riskRules : riskRule
        for text in budget {
            guard let one = RunPlan.budget(text) else {
                throw RunFailure(
                    .usage,
                    "--budget \(text): write name=25% (up to 100%) or name=dollars, with the name of a strategy of the run"
                )
            }
            plan.budgets.append(one)
        }
        plan.series = series
        plan.markets = market
        plan.from = try time(from, "--from")
        plan.to = try time(to, "--to")
        plan.marketsFile = markets
        plan.spot = spot
    }

    private func time(_ text: String?, _ option: String) throws(RunFailure) -> Timestamp? {
        guard let text else { return nil }
        guard let time = BacktestPlan.time(text) else {
            throw RunFailure(
                .usage,
                "\(option) \(text): write 2026-04-27, 2026-04-27T18:30:00Z, or milliseconds since 1970"
            )
        }
        return time
    }
}
