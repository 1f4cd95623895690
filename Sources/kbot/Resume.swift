import ArgumentParser
import Foundation
import KBotModel
import KBotRuntime

/// `kbot resume`: shows why runs are halted, and lets them trade again.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show why runs are halted; with --yes, let them trade again.",
        usage: "kbot resume [--yes] [--run <run>] [--account <name>] [<options>]",
        discussion: """
            Ends halts, the pause of a circuit breaker, and the wait of trades that a run took up on hold. Accounts that no \
            run is going of are resumed too: their next run trades. Limits of the day and the like end by themselves. \
            Leaves with 2 when --yes is missing, and with 6 when something stays halted.

            Examples:
              kbot resume
              kbot resume --yes
              kbot resume --account main --yes
            """
    )

    @Flag(help: "Trade again; without this only the reasons are shown.")
    var yes = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var choice: RunChoice
    @OptionGroup var options: ControlOptions

    fileprivate struct Document: Encodable {
        struct Run: Encodable {
            let run: String
            let answer: ResumeAnswer
        }

        struct Account: Encodable {
            let account: String
            let halt: HaltLatch
            var resumed = false
            var refusal: String?
        }

        var runs: [Run] = []
        var accounts: [Account] = []
        var errors: [RunError] = []
    }

    func run() throws {
        try leave { () throws(RunFailure) in try resume() }
    }

    private func resume() throws(RunFailure) -> RunFailure.Code? {
        let client = try options.client()
        var document = Document()
        let (chosen, errors) = try choice.choose(client)
        document.errors = errors
        let request = ControlRequest.resume(ResumeOrder(confirmed: yes))
        for answer in chosen?.isEmpty == true ? [] : try client.answers(to: request, of: chosen) {
            switch answer.resume {
            case .success(let resume): document.runs.append(Document.Run(run: answer.run, answer: resume))
            case .failure(let error): document.errors.append(RunError(run: answer.run, error: error.message))
            }
        }
        if choice.run == nil { try resumeAccounts(&document, client) }
        return try report(document, client)
    }

    /// Resumes accounts that no run answered for.
    private func resumeAccounts(_ document: inout Document, _ client: ControlClient) throws(RunFailure) {
        if let account = choice.account, document.runs.isEmpty { try client.requireAccount(account) }
        let halted = client.haltedAccounts(besides: document.runs.compactMap(\.answer.account))
        let file = client.stateDirectory + "/HALT"
        for found in halted where choice.account == nil || choice.account == found.account {
            var account = Document.Account(account: found.account, halt: found.halt)
            var status = stat()
            if unsafe lstat(file, &status) == 0 {
                account.refusal = "\(file) is still there: remove it first"
            } else if yes {
                var latch = found.halt
                latch.resumed = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
                do throws(ControlError) {
                    try client.accounts.write(latch, for: found.account)
                } catch {
                    throw RunFailure(.other, error.message)
                }
                account.resumed = true
            }
            document.accounts.append(account)
        }
    }

    private func report(_ document: Document, _ client: ControlClient) throws(RunFailure) -> RunFailure.Code? {
        if json {
            try show(document: document)
        } else {
            try show((document.runs.map(\.text) + document.accounts.map(\.text)).joined().printableLines)
        }
        for error in document.errors { tell("run \(error.run) \(error.error)") }
        guard !document.runs.isEmpty || !document.accounts.isEmpty || !document.errors.isEmpty else {
            if let account = choice.account {
                try show("account \(account)  is not halted\n")
                return nil
            }
            throw client.nothingRuns
        }
        let refusals = document.runs.compactMap(\.answer.refusal) + document.accounts.compactMap(\.refusal)
        guard refusals.isEmpty else { return .halted }
        guard document.errors.isEmpty else { return .other }
        let waits =
            document.runs.contains { $0.answer.state != .active && !$0.answer.isResumed && $0.answer.isResumable }
            || document.accounts.contains { !$0.resumed }
        guard !waits else { throw RunFailure(.usage, "nothing was resumed; say --yes to trade again") }
        return nil
    }
}

extension Resume.Document.Run {
    /// As a person reads it.
    fileprivate var text: String {
        let account = answer.account.map { ", account \($0)" } ?? ""
        var lines = ["run \(run)\(account)  \(answer.state.rawValue)"] + answer.reasons.map { "  \($0.sentence)" }
        if let refusal = answer.refusal {
            lines.append("  not resumed: \(refusal)")
        } else if answer.isResumed {
            lines.append("  resumed")
        } else if answer.state != .active, !answer.isResumable {
            lines.append("  ends by itself: there is nothing to resume")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension Resume.Document.Account {
    /// As a person reads it.
    fileprivate var text: String {
        let end = refusal.map { "  not resumed: \($0)\n" } ?? (resumed ? "  resumed: its next run trades again\n" : "")
        return HaltedAccount(account: account, halt: halt).text + end
    }
}
