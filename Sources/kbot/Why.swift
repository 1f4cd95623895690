import ArgumentParser
import Foundation
import KBotJournal
import KBotModel
import KBotRuntime

/// `kbot why`: why a run traded as it did, or not at all.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say how far a run's candles came, what was near, and what stood in the way.",
        discussion: """
            Reads the journal, also of a run that goes on, or the events of any run or backtest (--events FILE). With --at \
            one decision is explained: what was known, what each strategy and rule said, and what followed. --what-if does a \
            run on the simulator or on recordings again with single limits off. docs/why.md explains the figures.

            Examples:
              kbot why
              kbot why 20261122-231500 --market KXBTC15M-26JUN010015-15
              kbot why --at 00:12:35
              kbot why --what-if all
              kbot why --events events.jsonl --strategy bollinger_scalper.lua
            """
    )

    @Argument(help: "The run: its name, the beginning of it, or last.")
    var name: String?

    @Option(help: "Only this market.")
    var market: String?

    @Option(help: "Explain the decision at this time: RFC 3339, or HH:MM[:SS] of the run's first day, UTC.")
    var at: String?

    @Option(
        help: ArgumentHelp("Do the run again with this limit off: a code, a limit's name, or all.", valueName: "code")
    )
    var whatIf: String?

    @Option(help: ArgumentHelp("Read this file of events instead of the journal.", valueName: "file"))
    var events: String?

    @Option(help: "With --events: strategy of the run, for distances and indicators (repeatable).")
    var strategy: [String] = []

    @Option(help: "With --events: parameter of the run, name=value (repeatable).")
    var param: [String] = []

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard events == nil || name == nil else { throw ValidationError("give a run or --events, not both") }
        guard events != nil || strategy.isEmpty && param.isEmpty else {
            throw ValidationError("--strategy and --param are for --events: the journal knows those of its runs")
        }
    }

    /// What is asked.
    func question() throws(RunFailure) -> Why.Question {
        var question = Why.Question()
        question.market = market
        if let at {
            guard let moment = WhyMoment(at) else {
                throw RunFailure(
                    .usage,
                    "--at \(at): 2026-06-01T00:12:35Z, or HH:MM or HH:MM:SS of the run's first day, UTC"
                )
            }
            question.moment = moment
        }
        if let whatIf {
            guard let choice = Why.WhatIfChoice(whatIf) else {
                let names = LimitName.allCases.map(\.rawValue)
                let hint = nearest(to: whatIf.lowercased().replacing("-", with: "_"), in: names).map {
                    "did you mean \($0)?"
                }
                throw RunFailure(
                    .usage,
                    "--what-if \(whatIf): no limit; \(hint ?? "all, or one of \(names.joined(separator: ", "))")"
                )
            }
            question.whatIf = choice
        }
        return question
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let why = Why(
                try question(),
                library: ScriptLibrary(
                    environment: ProcessInfo.processInfo.environment,
                    program: Bundle.main.executablePath ?? CommandLine.arguments[0]
                )
            )
            let report: WhyReport
            if let events {
                report = try why.answer(
                    file: events,
                    strategies: strategy,
                    parameters: param,
                    stateDirectory: try options.directory()
                )
            } else {
                let journal = try options.journal(.readOnly)
                report = try why.answer(
                    try chosen(journal),
                    in: journal,
                    stateDirectory: try options.directory()
                )
            }
            try show(json ? report.json : report.text(width: Console.width))
            return nil
        }
    }

    /// The run that is meant; when there is none, those that are there are named.
    private func chosen(_ journal: Journal) throws(RunFailure) -> JournaledRun {
        do throws(JournalError) {
            return try journal.run(name ?? "last")
        } catch {
            guard case .run(let text) = error else { throw RunFailure(.data, error.description) }
            let latest = ((try? journal.runs(limit: 5)) ?? []).map(\.name.text)
            let hint = latest.isEmpty ? "" : "\nthe latest are \(latest.joined(separator: ", "))"
            throw RunFailure(.usage, text + hint)
        }
    }
}
