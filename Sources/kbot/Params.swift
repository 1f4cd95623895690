import ArgumentParser
import Foundation
import KBotReports
import KBotRuntime

/// `kbot params`: what scripts let be set from outside.
struct Params: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the parameters of scripts.",
        discussion: """
            A script is found as kbot run finds it, strategies before risk rules. With --param the values in force are shown, \
            and checked. Leaves with 3 when a script is missing or broken, with 2 when a parameter does not fit.

            Examples:
              kbot params bollinger_scalper.lua
              kbot params bollinger_scalper.lua --param period=30
              kbot params max_spread.lua --param max_spread.cents=2 --json
            """
    )

    @Argument(help: "Script: a Lua file or a name (repeatable).")
    var file: [String]

    @Option(help: "Parameter, name=value or script.name=value (repeatable).")
    var param: [String] = []

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    private struct Document: Encodable {
        let scripts: [ParameterSheet]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let library = ScriptLibrary(
                environment: ProcessInfo.processInfo.environment,
                program: Bundle.main.executablePath ?? CommandLine.arguments[0]
            )
            let sheets = try ParameterSheet.load(file, arguments: param, library: library)
            if json {
                try show(document: Document(scripts: sheets))
            } else {
                try show(sheets.map(text).joined(separator: "\n"))
            }
            return nil
        }
    }

    private func text(_ sheet: ParameterSheet) -> String {
        var page = TextPage(width: Console.width)
        page.line("\(sheet.name) \(sheet.version) (\(sheet.kind), \(sheet.path))")
        if !sheet.description.isEmpty { page.paragraph(sheet.description) }
        guard !sheet.parameters.isEmpty else {
            page.line("It has no parameters.")
            return page.text
        }
        page.line()
        // The column of values would only repeat the defaults when nothing was given.
        let columns: [TextPage.Column] =
            [.left("name"), .left("type"), .left("range"), .left("default")]
            + (param.isEmpty ? [] : [.left("value")])
            + [.left("step"), .left("optimize"), .left("reload")]
        page.table(columns, rows: sheet.parameters.map(cells))
        page.line()
        for row in sheet.parameters where !row.help.isEmpty {
            page.line("  \(row.name)")
            page.paragraph(row.help, indent: 6)
        }
        return page.text
    }

    private func cells(_ row: ParameterSheet.Row) -> [String] {
        let texts = row.texts
        return [row.name, row.type, row.range, texts.fallback]
            + (param.isEmpty ? [] : [texts.value])
            + [texts.step, row.optimize ? "yes" : "", row.reload]
    }
}
