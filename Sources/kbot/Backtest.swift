import ArgumentParser
import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotRuntime
import Logging

/// `kbot backtest`: a strategy on recorded data.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Test a strategy on recorded data: recordings or bars.",
        discussion: """
            Recordings go through the same engine and paper exchange as kbot run --feed replay and give the same trades. \
            Bars (ts_ms,open,high,low,close,volume[,ticker]) are filled by rules of their own: docs/backtesting.md.

            Examples:
              kbot backtest --strategy bollinger_scalper.lua --data trades.csv.gz
              kbot backtest --strategy bollinger_scalper.lua --data recordings/ --from 2026-04-27 --to 2026-04-28
              kbot backtest --strategy bollinger_scalper.lua --data trades.csv.gz --fills all
              kbot backtest --strategy mine.lua --data bars.csv.gz --param interval=1m --limits off=all --sizing fixed:10
              kbot backtest --strategy mine.lua --data trades.csv.gz --verify
              kbot import recordings/ && kbot backtest --strategy mine.lua --series KXBTC15M
            """
    )

    @OptionGroup var history: HistoryOptions

    @Option(help: "What takes over from a strategy that fails three times in a row: native.")
    var fallback: String?

    @Option(help: "Parameter of a script, name=value or script.name=value (repeatable).")
    var param: [String] = []

    @Option(help: "Seed of all randomness.")
    var seed: UInt64 = 1

    @Option(help: "Write every candle, signal, order, fill and exit to this file, one JSON object a line.")
    var events: String?

    @Option(help: "Write report.txt, report.json and report.html into this folder.")
    var reportDir: String?

    @Flag(help: "Stop at the first line of data that cannot be read (exit code 4).")
    var strict = false

    @Flag(help: "Show that nothing looks ahead: run again on cut data and compare (exit code 1 if it differs).")
    var verify = false

    @Option(help: "How many cuts --verify makes.")
    var cuts: Int = 5

    @Flag(help: "Print one JSON document on standard output, everything else on standard error.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        do throws(RunFailure) {
            try start()
        } catch {
            complain(error.message)
            throw ExitCode(error.code.rawValue)
        }
    }

    private func start() throws(RunFailure) {
        let environment = ProcessInfo.processInfo.environment
        let settings = try loadSettings(environment)
        var plan = try makePlan(settings[0])
        let library = ScriptLibrary(
            environment: environment,
            program: Bundle.main.executablePath ?? CommandLine.arguments[0]
        )
        let id = RunID("\(RunClock.stamp())")
        plan.run.id = id
        let logging = RunLogging.standardError(settings[0], environment: environment, run: id, mode: "backtest")
        let logger = logging.logger()
        for warning in settings[0].warnings { logger.warning("\(warning)") }
        if verify { return try check(plan, settings[0], library, logger) }
        let backtest = try Backtest(plan, settings: settings, library: library, logger: logger)
        for line in backtest.announcement {
            if settings[0].logFormat == .json { logger.info("\(line)") } else { complain(line) }
        }
        Interrupts.listen()
        let ending = try backtest.run()
        guard let report = backtest.report(id: id, version: Version.current) else {
            throw RunFailure(.data, "nothing was run")
        }
        if report.facts.skippedLines > 0 {
            complain("\(report.facts.skippedLines) lines of the data were left out; the report names the first of them")
        }
        try publish(report)
        if !report.identityHolds {
            throw RunFailure(.other, "the books differ by \(report.identityDifference): please report this as a bug")
        }
        if case .interrupted = ending { throw RunFailure(.interrupted, "interrupted") }
    }

    /// One set of settings for each fill model; with `all` the realistic one, the default, comes first.
    private func loadSettings(_ environment: [String: String]) throws(RunFailure) -> [RunSettings] {
        let models = ["realistic", "optimistic", "pessimistic"]
        guard settings.fills == "all" else {
            if let fills = settings.fills, !models.contains(fills) {
                throw RunFailure(.usage, "--fills \(fills): give realistic, optimistic, pessimistic or all")
            }
            return [try settings.load(environment: environment)]
        }
        guard !verify else { throw RunFailure(.usage, "--verify: checks one fill model; leave --fills all away") }
        var all: [RunSettings] = []
        for name in models {
            var options = settings
            options.fills = name
            all.append(try options.load(environment: environment))
        }
        return all
    }

    private func makePlan(_ settings: RunSettings) throws(RunFailure) -> BacktestPlan {
        var plan = try history.plan(settings)
        if let fallback {
            guard fallback == "native" else {
                throw RunFailure(.usage, "--fallback \(fallback): only native can take over")
            }
            plan.run.fallsBack = true
        }
        plan.run.parameters = param
        plan.run.strict = strict
        plan.run.seed = seed
        plan.run.eventsPath = events
        plan.run.reportDirectory = reportDir
        plan.run.json = json
        if strict, plan.usesCatalogue {
            throw RunFailure(
                .usage,
                "--strict: lines that cannot be read are left out when files are read: give it to kbot import, or with --data "
                    + "FILE"
            )
        }
        guard (1...1_000).contains(cuts) else { throw RunFailure(.usage, "--cuts \(cuts): 1 to 1000") }
        return plan
    }

    // MARK: Verifying

    private func check(
        _ plan: BacktestPlan,
        _ settings: RunSettings,
        _ library: ScriptLibrary,
        _ logger: Logger
    ) throws(RunFailure) {
        Interrupts.listen()
        let outcome = try Backtest.verify(plan, settings: settings, library: library, logger: logger, cuts: cuts)
        if json {
            var fields: [String: Any] = [
                "cuts": outcome.cuts.map(\.description), "lines": outcome.lines,
                "looks_ahead": outcome.difference != nil,
            ]
            if let difference = outcome.difference {
                fields["difference"] = [
                    "cut": difference.cut.description, "line": difference.line,
                    "whole": difference.whole ?? "", "cut_short": difference.prefix ?? "",
                ]
            }
            let document = try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys, .prettyPrinted])
            try write((document ?? Data()) + Data("\n".utf8))
        } else if outcome.difference == nil {
            let places = outcome.cuts.map { "  \($0)" }.joined(separator: "\n")
            try write(
                Data("nothing looks ahead: \(outcome.lines) lines were the same on data cut off at\n\(places)\n".utf8)
            )
        }
        guard let difference = outcome.difference else { return }
        throw RunFailure(
            .other,
            "the run is not the same without what comes after \(difference.cut): line \(difference.line) is\n"
                + "  on all data  \(difference.whole ?? "(nothing)")\n  on cut data  \(difference.prefix ?? "(nothing)")"
        )
    }

    // MARK: Telling

    private func publish(_ report: RunReport) throws(RunFailure) {
        let document = Data(report.jsonDocument(pretty: true))
        if let folder = reportDir {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let url = URL(fileURLWithPath: folder)
                try document.write(to: url.appendingPathComponent("report.json"), options: .atomic)
                try Data(ReportDocument(report).html().utf8).write(
                    to: url.appendingPathComponent("report.html"),
                    options: .atomic
                )
                let text = Data(report.text(width: 80).utf8)
                try text.write(to: url.appendingPathComponent("report.txt"), options: .atomic)
            } catch {
                throw RunFailure(.other, "the report could not be written to \(folder): \(error.localizedDescription)")
            }
        }
        try write(json ? document + Data("\n".utf8) : Data((report.text(width: Console.width) + "\n").utf8))
    }

    private func write(_ data: Data) throws(RunFailure) {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw RunFailure(.other, "standard output cannot be written: \(error.localizedDescription)")
        }
    }

    private func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("kbot: \(text)\n".utf8))
    }
}
