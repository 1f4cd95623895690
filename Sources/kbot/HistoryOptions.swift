import ArgumentParser
import KBotModel
import KBotRuntime

/// What is traded and on which past: what a backtest and every trial of a sweep have in common.
struct HistoryOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Recordings or bars: files or folders; or catalogue, what kbot import brought in (so by default).",
            valueName: "path"
        )
    )
    var data: [String] = []

    @OptionGroup var trading: TradingOptions

    @Option(help: "What prices of bar files mean: cents or dollars.")
    var priceUnit = PriceUnit.cents

    @Option(
        help: "What fills on bars cost: none or kalshi; by itself kalshi in markets known to be Kalshi's, else none."
    )
    var fees: String?

    /// The strategies as they were asked for.
    var strategy: [String] { trading.strategy }

    /// A plan with these options in it.
    ///
    /// - Throws: ``RunFailure`` of wrong usage, which names the option.
    func plan(_ settings: RunSettings) throws(RunFailure) -> BacktestPlan {
        var plan = BacktestPlan()
        plan.run.version = Version.current
        try trading.fill(&plan.run, settings)
        plan.data = data
        plan.dataDirectory = trading.catalogue.dataDir
        plan.priceUnit = priceUnit
        if let fees {
            guard let known = BarFees(rawValue: fees) else {
                throw RunFailure(.usage, "--fees \(fees): none or kalshi")
            }
            plan.fees = known
        }
        return plan
    }
}
