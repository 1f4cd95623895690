import ArgumentParser
import Foundation
import KBotRuntime

/// The command tree.
struct Kbot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kbot",
        abstract: "A bot runner for Kalshi prediction markets: Swift core, Lua strategies.",
        discussion: """
            Example:
              kbot run --strategy bollinger_scalper.lua
            """,
        version: Version.current,
        subcommands: [
            Run.self, BacktestCommand.self, SweepCommand.self, SimulateData.self, ImportCommand.self, DataCommand.self,
            Report.self, WhyCommand.self,
            TestScripts.self, Check.self, Params.self, Explain.self, Stubs.self, Init.self,
            Status.self, Reload.self, Halt.self, Resume.self, Flatten.self, Replay.self, JournalCommand.self,
            Markets.self, DoctorCommand.self, Record.self, Transfer.self, ExchangeCommand.self,
        ]
    )
}

/// The program's version.
enum Version {
    static let current = "0.1.0"
}

/// Parses and runs; wrong usage leaves with kbot's own exit code instead of the library's.
@main
enum Main {
    static func main() {
        do {
            var command = try Kbot.parseAsRoot()
            try command.run()
        } catch {
            guard Kbot.exitCode(for: error) == .validationFailure else { Kbot.exit(withError: error) }
            try? FileHandle.standardError.write(contentsOf: Data((Kbot.fullMessage(for: error) + "\n").utf8))
            exit(RunFailure.Code.usage.rawValue)
        }
    }
}
