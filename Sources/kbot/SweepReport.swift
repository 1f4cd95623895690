import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot sweep report`: the outcome of a finished sweep in another form.
struct SweepReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show the outcome of a finished sweep as text, JSON or a page.",
        discussion: """
            Nothing is run: the trials in the folder are enough. A page is one file without anything from the network.

            Examples:
              kbot sweep report sweep
              kbot sweep report sweep --format html --output sweep.html
            """
    )

    /// The forms of an outcome.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, html
    }

    @Argument(help: "Folder of the trials: what --out named, what merge joined, or what the sweep said it is kept in.")
    var folder: String

    @Option(help: "Form: text, json or html.")
    var format: Format = .text

    @Option(help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"))
    var output: String?

    func run() throws {
        try leave { () throws(RunFailure) in
            let outcome = try SweepOutcome.read(folder: folder)
            let content: String
            switch format {
            case .text: content = outcome.text(width: output == nil ? max(Console.width, 100) : 100)
            case .json: content = String(decoding: try outcome.document(), as: UTF8.self)
            case .html: content = try SweepOutcome.page(of: try outcome.document())
            }
            try show(content, in: output)
            return nil
        }
    }
}
