import ArgumentParser
import KBotModel
import KBotRuntime

/// `kbot status`: how the runs stand that are under way, and which accounts are halted.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the runs under way, and accounts that are halted.",
        usage: "kbot status [--json] [--run <run>] [--account <name>] [<options>]",
        discussion: """
            Leaves with 0 when every run is ACTIVE, with 10 when one is REDUCE_ONLY, with 6 when one is HALTED, and with 1 \
            when there is none or one does not answer.

            Examples:
              kbot status
              kbot status --json
              kbot status --account main
            """
    )

    /// The exit code of a run that may only make positions smaller.
    static let reduceOnlyCode: Int32 = 10

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var choice: RunChoice
    @OptionGroup var options: ControlOptions

    private struct Document: Encodable {
        var runs: [RunStatus] = []
        var haltedAccounts: [HaltedAccount] = []
        var errors: [RunError] = []

        private enum CodingKeys: String, CodingKey {
            case runs, errors
            case haltedAccounts = "halted_accounts"
        }
    }

    func run() throws {
        var isReduceOnly = false
        try leave { () throws(RunFailure) in try report(&isReduceOnly) }
        if isReduceOnly { throw ExitCode(Self.reduceOnlyCode) }
    }

    private func report(_ isReduceOnly: inout Bool) throws(RunFailure) -> RunFailure.Code? {
        let client = try options.client()
        var document = Document()
        for answer in try client.answers(to: .status) {
            switch answer.status {
            case .success(let status): if choice.means(status) { document.runs.append(status) }
            case .failure(let error):
                if choice.run.map({ $0 == answer.run }) ?? true {
                    document.errors.append(RunError(run: answer.run, error: error.message))
                }
            }
        }
        if choice.run == nil {
            document.haltedAccounts = client.haltedAccounts(besides: document.runs.compactMap(\.account))
                .filter { choice.account == nil || choice.account == $0.account }
        }
        if json {
            try show(document: document)
        } else {
            try show((document.runs.map(\.text) + document.haltedAccounts.map(\.text)).joined(separator: "\n"))
        }
        for error in document.errors { tell("run \(error.run) \(error.error)") }
        guard !document.runs.isEmpty || !document.errors.isEmpty else { throw client.nothingRuns }
        if document.runs.contains(where: { $0.state == .halted }) { return .halted }
        if !document.errors.isEmpty { return .other }
        isReduceOnly = document.runs.contains { $0.state == .reduceOnly }
        return nil
    }
}

/// An account that is halted while no run of it is going.
struct HaltedAccount: Encodable {
    /// Its name.
    let account: String
    /// Why, since when, and by whom.
    let halt: HaltLatch

    /// As a person reads it.
    var text: String {
        let since = halt.since.microseconds > 0 ? " since \(halt.since.secondText)" : ""
        return "account \(account)\n  HALTED\(since), by \(halt.who.rawValue): \(halt.reason)\n".printableLines
    }
}

extension ControlClient {
    /// Halted accounts of which no run is going.
    func haltedAccounts(besides running: [String]) -> [HaltedAccount] {
        accounts.names.filter { !running.contains($0) }.compactMap { name in
            guard let latch = accounts.latch(name), latch.isHalted else { return nil }
            return HaltedAccount(account: name, halt: latch)
        }
    }
}

extension String {
    /// The text with its lines free of control characters: reasons come from people and scripts.
    var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}

extension ControlClient.Answer {
    /// The status a run answered with.
    var status: Result<RunStatus, ControlError> {
        result.flatMap { response in
            switch response {
            case .status(let status): .success(status)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .reload, .halt, .resume: .failure(ControlError("answered something else"))
            }
        }
    }

    /// What a run answered that it reloaded.
    var reloads: Result<[ReloadResult], ControlError> {
        result.flatMap { response in
            switch response {
            case .reload(let results): .success(results)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .status, .halt, .resume: .failure(ControlError("answered something else"))
            }
        }
    }

    /// What a run answered to a halt.
    var halt: Result<HaltAnswer, ControlError> {
        result.flatMap { response in
            switch response {
            case .halt(let answer): .success(answer)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .status, .reload, .resume: .failure(ControlError("answered something else"))
            }
        }
    }

    /// What a run answered to the wish to trade again.
    var resume: Result<ResumeAnswer, ControlError> {
        result.flatMap { response in
            switch response {
            case .resume(let answer): .success(answer)
            case .failure(let reason): .failure(ControlError("refused: \(reason)"))
            case .status, .reload, .halt: .failure(ControlError("answered something else"))
            }
        }
    }
}
