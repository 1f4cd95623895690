import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot init`: a folder to begin with.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a folder with a strategy, a risk rule, tests and settings.",
        discussion: """
            Files that are there already are kept, and named. Either everything is written or nothing.

            Examples:
              kbot init
              kbot init my-bot
            """
    )

    @Argument(help: "Folder; made when it is not there.")
    var folder = "."

    @Flag(help: "Overwrite files that are there already.")
    var force = false

    func run() throws {
        try leave { () throws(RunFailure) in
            let environment = ProcessInfo.processInfo.environment
            let library = ScriptLibrary(
                environment: environment,
                program: Bundle.main.executablePath ?? CommandLine.arguments[0]
            )
            let results = try Scaffold(library: library).write(to: folder, overwriting: force)
            var text = ""
            for result in results {
                let outcome = result.outcome.rawValue
                text += outcome + String(repeating: " ", count: 10 - outcome.count) + result.path + "\n"
            }
            if results.contains(where: { $0.outcome == .kept }) {
                text += "\nWhat was there is kept; --force overwrites it.\n"
            }
            try show(text + next(environment))
            return nil
        }
    }

    private func next(_ environment: [String: String]) -> String {
        // The wrapper of a checkout says where it is; an installed program stands on the path.
        let wrapper = (environment["KBOT_HOME"] ?? "") + "/kbot"
        let program = FileManager.default.isExecutableFile(atPath: wrapper) ? wrapper : "kbot"
        let isPlain = folder.allSatisfy { $0.isLetter || $0.isNumber || "/._-~".contains($0) }
        let move = folder == "." ? "" : "  cd \(isPlain ? folder : "'\(folder)'")\n"
        return """

            Try next:
            \(move)  \(program) run --strategy my_strategy.lua
              \(program) run --strategy my_strategy.lua --risk-rule my_rule.lua
              \(program) test
              \(program) params my_strategy.lua

            """
    }
}
