import ArgumentParser
import Foundation
import KBotModel
import KBotRuntime

/// `kbot doctor`: whether everything a run needs is there.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything a run needs: settings, key, connection, account, payloads, disk, scripts.",
        discussion: """
            Nothing is traded and nothing is changed. Leaves with 0 when all is well or only worth a look, with 5 when the \
            venue or the key is at fault, with 3 when a script is, and with 1 for anything else.

            Examples:
              kbot doctor
              kbot doctor --json
              kbot doctor --kalshi-rest-url https://127.0.0.1:8080 --kalshi-ca-file .kbot/exchange-ca.pem
            """
    )

    @Option(help: "Scripts to check: files, names or folders (repeatable); ./strategies and ./risk-rules by default.")
    var scripts: [String] = []

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var settings: SettingOptions

    private struct Document: Encodable {
        let checks: [Diagnosis]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let environment = ProcessInfo.processInfo.environment
            let settings = try settings.load(environment: environment)
            let library = ScriptLibrary(
                environment: environment,
                program: Bundle.main.executablePath ?? CommandLine.arguments[0]
            )
            let logging = RunLogging.standardError(
                settings,
                environment: environment,
                run: RunID("doctor"),
                mode: "doctor"
            )
            let folders = ["strategies", "risk-rules"].filter { FileManager.default.fileExists(atPath: $0) }
            let results = Doctor.examine(
                settings,
                library: library,
                scripts: scripts.isEmpty ? folders : scripts,
                logger: logging.logger()
            )
            if json {
                try show(document: Document(checks: results))
            } else {
                try show(results.map { $0.text + "\n" }.joined() + summary(results) + "\n")
            }
            return code(results)
        }
    }

    private func summary(_ results: [Diagnosis]) -> String {
        let failures = results.count { $0.level == .failure }
        let warnings = results.count { $0.level == .warning }
        if failures > 0 { return "\(failures) of \(results.count) checks failed, \(warnings) are worth a look" }
        return warnings > 0 ? "nothing failed, \(warnings) checks are worth a look" : "all is well"
    }

    private func code(_ results: [Diagnosis]) -> RunFailure.Code? {
        let failed = results.filter { $0.level == .failure }.map(\.check)
        if failed.isEmpty { return nil }
        if failed.contains(where: { !["script", "disk"].contains($0) }) { return .venue }
        return failed.contains("script") ? .script : .other
    }
}
