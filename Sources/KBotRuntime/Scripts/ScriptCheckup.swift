import Foundation
import KBotScripting

/// Checks scripts as they would be found by a run.
package enum ScriptCheckup {
    /// What was found of one script.
    package struct Report: Encodable, Sendable {
        /// One finding, as JSON has it.
        package struct Finding: Encodable, Sendable {
            /// Name of the file, the script's or a module's.
            package let file: String
            /// The line, from 1.
            package let line: Int?
            /// The column, from 1.
            package let column: Int?
            /// `error` or `warning`.
            package let severity: String
            /// A stable word.
            package let code: String
            /// What is wrong, and what to do.
            package let message: String
            /// The source line; empty without one.
            package let source: String
        }

        /// Path of the script.
        package let path: String
        /// The name it gives itself.
        package let name: String?
        /// `strategy` or `risk-rule`.
        package let kind: String?
        /// Whether nothing keeps it from running.
        package let sound: Bool
        /// What was found.
        package let findings: [Finding]
    }

    /// Checks scripts; `arguments` are values of parameters as `--param` takes them.
    ///
    /// - Throws: ``RunFailure`` when there is no such script, or it cannot be read.
    package static func check(
        _ names: [String],
        arguments: [String],
        library: ScriptLibrary
    ) throws(RunFailure) -> [Report] {
        let parameters = try ParameterArguments(arguments)
        var reports: [Report] = []
        for name in names.flatMap(scripts) { reports.append(try check(name, parameters, library)) }
        return reports
    }

    /// The scripts a name stands for: those in a folder, not their tests; of a test file none; else itself.
    private static func scripts(_ name: String) -> [String] {
        if let files = try? FileManager.default.contentsOfDirectory(atPath: name) {
            return files.filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_test.lua") }.sorted().map { "\(name)/\($0)" }
        }
        return name.hasSuffix("_test.lua") ? [] : [name]
    }

    private static func check(
        _ name: String,
        _ parameters: ParameterArguments,
        _ library: ScriptLibrary
    ) throws(RunFailure) -> Report {
        let file = try library.script(name)
        let modules = ScriptLibrary.modules(beside: file)
        var values: [String: String] = [:]
        // A script that does not load has no kind, and says so below.
        if let kind = try? ScriptManifest.Kind(of: file, modules: modules) {
            values = parameters.values(for: file, kind)
        }
        let check = ScriptCheck(file, parameters: values, modules: modules)
        return Report(
            path: file.path,
            name: check.name,
            kind: check.kind?.rawValue,
            sound: check.isSound,
            findings: check.findings.map { finding in
                Report.Finding(
                    file: finding.file,
                    line: finding.line,
                    column: finding.column,
                    severity: finding.severity.rawValue,
                    code: finding.code,
                    message: finding.message,
                    source: finding.file == file.name ? file.line(finding.line) : ""
                )
            }
        )
    }
}
