import KBotModel
package import KBotReports
import Logging

/// One backtest from beginning to end: what sweeps and tests make many of.
extension Backtest {
    /// Runs a plan on data, once for each of the settings in one pass over them, and gives the reports in their order:
    /// trades, metrics, equity, the funnel.
    ///
    /// Nothing is told on the terminal or written anywhere, but for the plan's event stream if it names one. The same plan,
    /// settings and data give the same report, on whatever thread: calls may go on side by side.
    ///
    /// - Parameters:
    ///   - plan: what runs: scripts, their parameters (`run.parameters`), the window (`from`, `to`), markets, seed.
    ///   - settings: capital, sizing, limits, fill model; one run for each.
    ///   - library: where scripts are found.
    ///   - data: the data; ``BacktestData/of(_:)`` names those of a plan, ``loaded(_:for:settings:library:limit:)`` reads
    ///     them once for many runs.
    /// - Returns: a report for each of the settings.
    /// - Throws: ``RunFailure``: what is wrong with plan, script or data; ``RunFailure/Code/interrupted`` after Ctrl-C.
    package static func reports(
        of plan: BacktestPlan,
        settings: [RunSettings],
        library: ScriptLibrary,
        data: BacktestData
    ) throws(RunFailure) -> [RunReport] {
        var plan = plan
        plan.run.isQuiet = true
        let backtest = try Backtest(
            plan,
            settings: settings,
            library: library,
            logger: quiet,
            data: data
        )
        if case .interrupted = try backtest.run() { throw RunFailure(.interrupted, "interrupted") }
        let reports = backtest.reports(id: plan.run.id, version: plan.run.version)
        guard reports.count == settings.count else { throw RunFailure(.data, "nothing was run") }
        for report in reports where !report.identityHolds {
            throw RunFailure(.other, "the books differ by \(report.identityDifference): please report this as a bug")
        }
        return reports
    }

    /// The report of a run with one fill model; see ``reports(of:settings:library:data:)``.
    package static func report(
        of plan: BacktestPlan,
        settings: RunSettings,
        library: ScriptLibrary,
        data: BacktestData
    ) throws(RunFailure) -> RunReport {
        try reports(of: plan, settings: [settings], library: library, data: data)[0]
    }

    /// Data in memory for many runs of a plan with other parameters, with the prices of the underlyings that its strategies
    /// want; what lies outside the plan's window is left out.
    ///
    /// - Parameters:
    ///   - data: where they are now.
    ///   - plan: what is to run; its parameters may change afterwards.
    ///   - settings: of any of the runs.
    ///   - library: where scripts are found.
    ///   - limit: most events or bars that are kept, some 100 bytes each; of more none are, and each run reads them anew.
    /// - Returns: data for any number of runs.
    /// - Throws: ``RunFailure`` when scripts or data cannot be read.
    package static func loaded(
        _ data: BacktestData,
        for plan: BacktestPlan,
        settings: RunSettings,
        library: ScriptLibrary,
        limit: Int = 4_000_000
    ) throws(RunFailure) -> BacktestData {
        var run = plan.run
        run.isQuiet = true
        let lane = try makeLane(run, settings, library, quiet, data, isFirst: false, nil)
        let spot = try spot(lane.run, data)
        return try data.loaded(from: plan.from, to: plan.to, spot: spot, limit: limit)
    }

    private static var quiet: Logger { Logger(label: "kbot.backtest") { _ in SwiftLogNoOpLogHandler() } }
}
