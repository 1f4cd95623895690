import ArgumentParser
import Foundation
import KBotReports
import KBotRuntime

/// `kbot check`: what is wrong with scripts, found without a run.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find what is wrong with scripts, without a run.",
        discussion: """
            Reads each script and its modules (syntax, unknown globals and fields, keys, callbacks and their answers), loads it, \
            and calls every callback on made-up data. A script is found as kbot run finds it. Leaves with 3 when there is an \
            error, with 0 when there are none or only warnings.

            Examples:
              kbot check bollinger_scalper.lua
              kbot check strategies/*.lua risk-rules/*.lua
              kbot check my_strategy.lua --param my_strategy.period=500 --json
            """
    )

    @Argument(help: "Script: a Lua file, a name, or a folder (repeatable); test files are passed over.")
    var file: [String]

    @Option(help: "Parameter, name=value or script.name=value (repeatable).")
    var param: [String] = []

    @Flag(help: "Leave with 3 on warnings too.")
    var strict = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    private struct Document: Encodable {
        let scripts: [ScriptCheckup.Report]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let library = ScriptLibrary(
                environment: ProcessInfo.processInfo.environment,
                program: Bundle.main.executablePath ?? CommandLine.arguments[0]
            )
            let reports = try ScriptCheckup.check(
                file,
                arguments: param,
                library: library
            )
            if json {
                try show(document: Document(scripts: reports))
            } else {
                try show(reports.map(text).joined())
            }
            let bad = reports.filter { !$0.sound || strict && !$0.findings.isEmpty }
            return bad.isEmpty ? nil : RunFailure.Code.script
        }
    }

    private func text(_ report: ScriptCheckup.Report) -> String {
        var lines: [String] = []
        for finding in report.findings {
            let place = [finding.file, finding.line.map(String.init), finding.column.map(String.init)]
                .compactMap(\.self).joined(separator: ":")
            lines.append("\(place): \(finding.severity): \(finding.message) [\(finding.code)]")
            if let line = finding.line, !finding.source.isEmpty { lines.append("  \(line) | \(finding.source)") }
        }
        let errors = report.findings.count { $0.severity == "error" }
        let warnings = report.findings.count - errors
        if report.findings.isEmpty {
            lines.append("\(report.path): \(report.kind ?? "script") \(report.name ?? ""), nothing wrong found")
        } else {
            lines.append("\(report.path): \(counted(errors, "error")), \(counted(warnings, "warning"))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
