import ArgumentParser
import Foundation
import KBotEngine
import KBotModel
import KBotRuntime

/// `kbot halt`: runs open nothing any more until they are resumed.
struct Halt: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Halt runs: no new entries until kbot resume; what is open is managed on.",
        usage: "kbot halt [--reason <reason>] [--cancel] [--flatten] [<options>]",
        discussion: """
            Every run of the state directory, or the one chosen. Resting entries are cancelled; stops and targets stay. An \
            account stays halted across runs. With --account it need not be running; where nothing runs, every account of \
            the state directory is halted. A file named HALT in the state directory (its text is the reason) halts as well, \
            and so does SIGUSR1. Leaves with 1 when something did not halt.

            Examples:
              kbot halt --reason "news at 14:30"
              kbot halt --flatten
              kbot halt --account main
            """
    )

    @Option(help: "Why, for whoever looks at it later.")
    var reason: String?

    @Flag(help: "Cancel resting targets too; stops are watched on.")
    var cancel = false

    @Flag(help: "Leave every position now.")
    var flatten = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var choice: RunChoice
    @OptionGroup var options: ControlOptions

    /// How long a run may take to be halted after it said that it would.
    private static let patience = Duration.seconds(2)

    private struct Document: Encodable {
        struct Run: Encodable {
            let run: String
            let account: String?
            let latched: Bool
            var state: RunStatus.State?
        }

        var runs: [Run] = []
        var accounts: [String] = []
        var errors: [RunError] = []
    }

    func run() throws {
        try leave { () throws(RunFailure) in try halt() }
    }

    private func halt() throws(RunFailure) -> RunFailure.Code? {
        let client = try options.client()
        var document = Document()
        let (chosen, errors) = try choice.choose(client)
        document.errors = errors
        let order = ControlRequest.halt(HaltOrder(reason: reason, cancel: cancel, flatten: flatten))
        let answers = chosen?.isEmpty == true ? [] : try client.answers(to: order, of: chosen)
        for answer in answers {
            switch answer.halt {
            case .success(let halt):
                document.runs.append(
                    Document.Run(run: answer.run, account: halt.account, latched: halt.isLatched)
                )
                if let problem = halt.problem { document.errors.append(RunError(run: answer.run, error: problem)) }
            case .failure(let error): document.errors.append(RunError(run: answer.run, error: error.message))
            }
        }
        try confirm(&document, client)
        try latch(&document, client)
        return try report(document)
    }

    /// Waits until the runs that said they would are halted.
    private func confirm(_ document: inout Document, _ client: ControlClient) throws(RunFailure) {
        let end = ContinuousClock.now + Self.patience
        while document.runs.contains(where: { $0.state != .halted }) {
            let waiting = document.runs.filter { $0.state != .halted }.map(\.run)
            for answer in try client.answers(to: .status, of: waiting) {
                guard case .success(let status) = answer.status,
                    let index = document.runs.firstIndex(where: { $0.run == answer.run })
                else { continue }
                document.runs[index].state = status.state
            }
            guard document.runs.contains(where: { $0.state != .halted }), ContinuousClock.now < end else { break }
            usleep(50_000)
        }
        for run in document.runs where run.state != .halted {
            document.errors.append(RunError(run: run.run, error: "said that it halts, but it does not show it yet"))
        }
    }

    /// Halts accounts that no run answered for.
    private func latch(_ document: inout Document, _ client: ControlClient) throws(RunFailure) {
        let names: [String]
        if let account = choice.account {
            guard !document.runs.contains(where: { $0.account == account }) else { return }
            try client.requireAccount(account)
            names = [account]
        } else {
            guard choice.run == nil, document.runs.isEmpty, document.errors.isEmpty else { return }
            names = client.accounts.names
            guard !names.isEmpty else { throw client.nothingRuns }
        }
        let wish = HaltRequest(source: .command, reason: reason)
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let latch = HaltLatch(code: HaltRequest.code.text, reason: wish.reason, since: now, who: .command)
        for name in names {
            // One that is halted already keeps its reason and its time.
            if client.accounts.latch(name)?.isHalted != true {
                do throws(ControlError) {
                    try client.accounts.write(latch, for: name)
                } catch {
                    throw RunFailure(.other, error.message)
                }
            }
            document.accounts.append(name)
        }
    }

    private func report(_ document: Document) throws(RunFailure) -> RunFailure.Code? {
        if json {
            try show(document: document)
        } else {
            for run in document.runs {
                let lasts = run.latched ? "; it stays so across runs" : ""
                let account = run.account.map { ", account \($0)" } ?? ""
                try show("run \(run.run)\(account)  \(run.state?.rawValue ?? "no answer")\(lasts)\n".printableLines)
            }
            for account in document.accounts { try show("account \(account)  HALTED; no run of it answers\n") }
        }
        for error in document.errors { tell("run \(error.run): \(error.error)") }
        if flatten || cancel, !document.accounts.isEmpty {
            tell("nothing was cancelled or sold: no run does that now; see kbot flatten")
        }
        return document.errors.isEmpty ? nil : .other
    }
}
