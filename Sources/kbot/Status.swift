import ArgumentParser
import KBotRuntime

/// `kbot status`: how the runs stand that are under way.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the runs under way.",
        discussion: """
            Leaves with 0 when there is one, with 6 when one is HALTED, and with 1 when there is none or one does not answer.

            Examples:
              kbot status
              kbot status --json
            """
    )

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    private struct Document: Encodable {
        var runs: [RunStatus] = []
        var errors: [RunError] = []
    }

    func run() throws {
        try leave { () throws(RunFailure) in try report() }
    }

    private func report() throws(RunFailure) -> RunFailure.Code? {
        let client = try options.client()
        var document = Document()
        for answer in try client.answers(to: .status) {
            switch answer.status {
            case .success(let status): document.runs.append(status)
            case .failure(let error): document.errors.append(RunError(run: answer.run, error: error.message))
            }
        }
        if json { try show(document: document) } else { try show(document.runs.map(\.text).joined(separator: "\n")) }
        for error in document.errors { tell("run \(error.run) \(error.error)") }
        guard !document.runs.isEmpty || !document.errors.isEmpty else { throw client.nothingRuns }
        if document.runs.contains(where: { $0.state == .halted }) { return .halted }
        return document.errors.isEmpty ? nil : .other
    }
}

extension ControlClient.Answer {
    /// The status a run answered with.
    var status: Result<RunStatus, ControlError> {
        result.flatMap { response in
            switch response {
            case .status(let status): .success(status)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .reload: .failure(ControlError("answered something else"))
            }
        }
    }

    /// What a run answered that it reloaded.
    var reloads: Result<[ReloadResult], ControlError> {
        result.flatMap { response in
            switch response {
            case .reload(let results): .success(results)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .status: .failure(ControlError("answered something else"))
            }
        }
    }
}
