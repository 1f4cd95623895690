import ArgumentParser
import KBotModel
import KBotRuntime

/// What is traded and on which past: what a backtest and every trial of a sweep have in common.
struct HistoryOptions: ParsableArguments {
    @Option(help: "Strategy: a Lua file, a name, or native:NAME (repeatable).")
    var strategy: [String] = []

    @Option(help: "Risk rule: a Lua file or a name (repeatable).")
    var riskRule: [String] = []

    @Option(help: "What a strategy may use of the account, name=25% or name=dollars (repeatable).")
    var budget: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Recordings or bars: files or folders; or catalogue, what kbot import brought in (so by default).",
            valueName: "path"
        )
    )
    var data: [String] = []

    @OptionGroup var catalogue: DataOptions

    @Option(help: "Begin here: 2026-04-27, 2026-04-27T18:30:00Z or milliseconds; nothing before is known to the run.")
    var from: String?

    @Option(help: "End before this time.")
    var to: String?

    @Option(help: "Only this series (repeatable).")
    var series: [String] = []

    @Option(help: "Only this market (repeatable).")
    var market: [String] = []

    @Option(help: "Market facts and results: a CSV file.")
    var markets: String?

    @Option(help: "Prices of an underlying for recordings: a CSV file, or BTC-USD=FILE (repeatable).")
    var spot: [String] = []

    @Option(help: "What prices of bar files mean: cents or dollars.")
    var priceUnit = PriceUnit.cents

    @Option(
        help: "What fills on bars cost: none or kalshi; by itself kalshi in markets known to be Kalshi's, else none."
    )
    var fees: String?

    /// A plan with these options in it.
    ///
    /// - Throws: ``RunFailure`` of wrong usage, which names the option.
    func plan(_ settings: RunSettings) throws(RunFailure) -> BacktestPlan {
        var plan = BacktestPlan()
        plan.run.version = Version.current
        plan.run.strategies = strategy
        plan.run.rules = riskRule.isEmpty ? settings.riskRules : riskRule
        for text in budget {
            guard let one = RunPlan.budget(text) else {
                throw RunFailure(
                    .usage,
                    "--budget \(text): write name=25% (up to 100%) or name=dollars, with the name of a strategy of the run"
                )
            }
            plan.run.budgets.append(one)
        }
        plan.run.series = series
        plan.run.markets = market
        plan.run.marketsFile = markets
        plan.run.spot = spot
        plan.data = data
        plan.dataDirectory = catalogue.dataDir
        plan.from = try time(from, "--from")
        plan.to = try time(to, "--to")
        plan.priceUnit = priceUnit
        if let fees {
            guard let known = BarFees(rawValue: fees) else {
                throw RunFailure(.usage, "--fees \(fees): none or kalshi")
            }
            plan.fees = known
        }
        return plan
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
