import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot reload`: makes runs read their scripts anew.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make runs read their scripts anew.",
        discussion: """
            With a name, wherever a script of that name runs; without one, every script of every run. A script that cannot \
            be used is refused, and the one before stays in force. Leaves with 0 when each was reloaded or is unchanged, with 3 when \
            one was refused, with 2 when no run has a script of that name, and with 1 when there is no run or one does not \
            answer.

            Examples:
              kbot reload
              kbot reload bollinger_scalper
            """
    )

    @Argument(help: "Script: its name or its file; every script without one.")
    var name: String?

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    private struct Document: Encodable {
        struct Run: Encodable {
            let run: String
            var scripts: [ReloadResult]
        }

        var runs: [Run] = []
        var errors: [RunError] = []

        mutating func add(_ results: [ReloadResult], of run: String) {
            if let index = runs.firstIndex(where: { $0.run == run }) {
                runs[index].scripts += results
            } else {
                runs.append(Run(run: run, scripts: results))
            }
        }
    }

    func run() throws {
        try leave { () throws(RunFailure) in try reload() }
    }

    private func reload() throws(RunFailure) -> RunFailure.Code? {
        let client = try options.client()
        var document = Document()
        if let name {
            // Runs differ in what they run: only those are told that have the script, under the name it has there.
            var runs: [String: [String]] = [:]
            var scripts: [ScriptStatus] = []
            let answers = try client.answers(to: .status)
            for answer in answers {
                switch answer.status {
                case .failure(let error): document.errors.append(RunError(run: answer.run, error: error.message))
                case .success(let status):
                    scripts += status.scripts
                    let found = Set(status.scripts.filter { $0.isCalled(name) }.map(\.name))
                    for script in found { runs[script, default: []].append(answer.run) }
                }
            }
            guard !answers.isEmpty else { throw client.nothingRuns }
            if runs.isEmpty, document.errors.isEmpty { throw unknown(name, among: scripts) }
            for (script, runs) in runs.sorted(by: { $0.key < $1.key }) {
                collect(try client.answers(to: .reload(script: script), of: runs), into: &document)
            }
        } else {
            let answers = try client.answers(to: .reload(script: nil))
            guard !answers.isEmpty else { throw client.nothingRuns }
            collect(answers, into: &document)
        }
        return try report(document)
    }

    private func collect(_ answers: [ControlClient.Answer], into document: inout Document) {
        for answer in answers {
            switch answer.reloads {
            case .success(let results): document.add(results, of: answer.run)
            case .failure(let error): document.errors.append(RunError(run: answer.run, error: error.message))
            }
        }
    }

    private func report(_ document: Document) throws(RunFailure) -> RunFailure.Code? {
        if json {
            try show(document: document)
        } else {
            let lines = document.runs.flatMap { run in
                run.scripts.isEmpty
                    ? ["run \(run.run)  has no script"]
                    : run.scripts.flatMap { result in
                        ["run \(run.run)  \(result.script) \(result.outcome.rawValue)"]
                            + result.message.map { "  \($0)" }
                    }
            }
            try show(lines.map { $0.printable + "\n" }.joined())
        }
        for error in document.errors { tell("run \(error.run) \(error.error)") }
        if document.runs.contains(where: { $0.scripts.contains { $0.outcome == .refused } }) { return .script }
        return document.errors.isEmpty ? nil : .other
    }

    private func unknown(_ name: String, among scripts: [ScriptStatus]) -> RunFailure {
        let known = Set(scripts.filter { $0.path != nil }.map(\.name)).sorted()
        let near = nearest(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
        let list = known.isEmpty ? "no script runs" : "there is \(known.joined(separator: ", "))"
        return RunFailure(.usage, "no run has a script '\(name)'\(near)\n\(list)")
    }
}

extension ScriptStatus {
    /// Whether a name means this script: its own, or its file's with or without the folder and the ending.
    fileprivate func isCalled(_ name: String) -> Bool {
        guard let path else { return false }
        let file = URL(fileURLWithPath: path).lastPathComponent
        return [self.name, path, file, file.hasSuffix(".lua") ? String(file.dropLast(4)) : file].contains(name)
    }
}
