import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot stubs`: the definitions an editor needs to know what scripts see.
struct Stubs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what scripts see as definitions for editors.",
        discussion: """
            With them an editor that runs the Lua language server completes names, shows help and finds mistakes.

            Examples:
              kbot stubs --output strategies/_meta/kbot.lua
              kbot stubs | less
            """
    )

    @Option(help: "File to write; - is standard output.")
    var output = "-"

    func run() throws {
        try leave { () throws(RunFailure) in
            let text = EditorDefinitions.text
            guard output != "-" else {
                try show(text)
                return nil
            }
            do {
                let file = URL(fileURLWithPath: output)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(text.utf8).write(to: file, options: .atomic)
            } catch {
                throw RunFailure(.other, "\(output) cannot be written: \(error.localizedDescription)")
            }
            return nil
        }
    }
}
