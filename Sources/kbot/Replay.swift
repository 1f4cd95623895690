import ArgumentParser
import Foundation
import KBotJournal
import KBotRuntime
import Logging

/// `kbot replay`: does a run of the journal again and compares every effect.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Do a run of the journal again, and compare every effect byte for byte.",
        discussion: """
            Nothing is sent and nothing is written. The run is given by its name, the beginning of it, or as last. Its \
            scripts are those of then; recordings must still be what they were. Leaves with 0 when everything is the same, \
            with 1 when something differs, with 4 when the run cannot be repeated.

            Examples:
              kbot replay last
              kbot replay 20261122-231500 --json
            """
    )

    @Argument(help: "The run: its name, the beginning of it, or last.")
    var name: String

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    func run() throws {
        try leave { () throws(RunFailure) in try replay() }
    }

    private func replay() throws(RunFailure) -> RunFailure.Code? {
        let directory = try options.client().stateDirectory
        let run: JournaledRun
        let journal: Journal
        do throws(JournalError) {
            journal = try Journal(stateDirectory: directory, access: .readOnly)
            run = try journal.run(name)
        } catch {
            throw RunFailure(.usage, error.description)
        }
        if run.version != Version.current {
            let text = "kbot: run \(run.name) was made by kbot \(run.version), this is \(Version.current)\n"
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        }
        let library = ScriptLibrary(
            environment: ProcessInfo.processInfo.environment,
            program: Bundle.main.executablePath ?? CommandLine.arguments[0]
        )
        let report = try RunReplay(
            run,
            in: journal,
            library: library,
            stateDirectory: directory,
            logger: Logger(label: "kbot.replay") { _ in SwiftLogNoOpLogHandler() }
        ).compare()
        print(json ? report.json : "run \(run.name) (\(run.kind.rawValue)): \(report.text)\n", terminator: "")
        return report.isIdentical ? nil : .other
    }
}
