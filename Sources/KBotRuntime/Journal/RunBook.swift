package import Foundation
import KBotEngine
package import KBotJournal
import KBotKalshi
package import KBotModel
import KBotScripting

/// What a run writes in: the journal of its state directory, and the account it has taken hold of, if it has one.
package final class RunBook {
    /// The journal.
    package let journal: Journal
    /// The account; nil for a run that starts fresh and leaves nothing behind.
    let account: AccountBook?
    /// Keeps the run's journal, once it has begun.
    private(set) var keeper: JournalKeeper?
    /// How many runs the account had before; 0 without one.
    var epoch: Int32 { keeper?.journal.epoch ?? 0 }

    /// What the account began with; nil for one that begins now.
    package var capital: Money? { account?.left?.engine.initialCapital }

    /// Opens the journal, and for a run on the venue's feed its account.
    ///
    /// - Throws: ``RunFailure``: what keeps the journal from being opened, or the account from being taken up.
    package init(_ plan: RunPlan, _ settings: RunSettings) throws(RunFailure) {
        do throws(JournalError) {
            journal = try Journal(
                stateDirectory: settings.stateDirectory,
                access: .readWrite,
                sync: settings.journalSync
            )
        } catch {
            throw RunFailure(error)
        }
        guard plan.feed == .venue else {
            account = nil
            return
        }
        account = try AccountBook(
            journal,
            named: plan.account,
            mode: plan.mode,
            identity: Self.identity(plan, settings),
            stateDirectory: settings.stateDirectory,
            isFresh: plan.isFresh
        )
    }

    /// What an account is at the venue, as a short hash: orders of one key say nothing of another's positions.
    ///
    /// On paper the books are kbot's own, so any key will do.
    private static func identity(_ plan: RunPlan, _ settings: RunSettings) -> String {
        guard plan.mode != .paper else { return "paper" }
        let parts = [
            settings.credentials.credentials?.keyID.reveal() ?? "",
            settings.venue.hosts.rest.host,
            "\(settings.venue.subaccount)",
        ]
        return String(sha256(Data(parts.joined(separator: "\n").utf8)).prefix(16))
    }

    /// Writes down that the run begins; what it trades on is on the disk when this returns.
    func begin(
        _ plan: RunPlan,
        _ settings: RunSettings,
        strategies: [LoadedStrategy],
        rules: [LoadedRule],
        started: Timestamp,
        scriptMemory: @escaping (Timestamp) -> Data?
    ) throws(RunFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let recipe = RunRecipe(
            plan,
            settings,
            strategies: strategies.map { $0.script?.version.hash },
            rules: rules.map(\.script.version.hash)
        )
        let isVenue = plan.feed == .venue
        do {
            let facts = KBotJournal.RunFacts(
                name: plan.id,
                kind: RunKind(plan),
                account: account?.account,
                version: plan.version,
                seed: plan.seed,
                started: started,
                plan: try encoder.encode(recipe),
                configuration: settings.journalText,
                scripts: strategies.compactMap { $0.script.map { ScriptRecord($0, .strategy) } }
                    + rules.map { ScriptRecord($0.script, .rule) },
                inputs: try InputReference(plan, spot: strategies.spotSymbols).map { try encoder.encode($0) },
                recordsInputs: isVenue,
                resumedFrom: account?.left?.checkpoint,
                markets: account?.left?.markets ?? []
            )
            let run = try journal.begin(facts) { EffectLines() }
            keeper = JournalKeeper(
                run,
                JournalKeeper.Duties(
                    recordsInputs: isVenue,
                    writesIntents: isVenue && plan.mode != .paper,
                    keepsState: account != nil
                ),
                scriptMemory: scriptMemory
            )
            // What the run begins with, for a replay: what was left, and the orders written down after that.
            if let left = account?.takeUp(epoch: run.epoch) { try run.save(try left.checkpoint(encoder)) }
        } catch let error as JournalError {
            throw RunFailure(error)
        } catch {
            throw RunFailure(.other, "the journal: \(error)")
        }
    }

    /// How the journal stands.
    var status: RunStatus.JournalStatus? {
        keeper.map { keeper in
            RunStatus.JournalStatus(
                path: journal.path,
                problem: keeper.journal.health.trouble?.text,
                lastCheckpoint: keeper.lastSaved
            )
        }
    }

    /// Writes what is left and how the run ended.
    ///
    /// - Returns: the sentence to tell when that failed.
    package func finish(ending: String, report: Data?) -> String? {
        guard let keeper else { return nil }
        keeper.handOver()
        do throws(JournalError) {
            try keeper.journal.finish(ending: ending, report: report, at: .wallClock)
            return nil
        } catch {
            return "the journal is not complete: \(error)"
        }
    }
}

extension RunKind {
    fileprivate init(_ plan: RunPlan) {
        switch (plan.feed, plan.mode) {
        case (.simulated, _): self = .sim
        case (.replay, _), (.catalogue, _): self = .replay
        case (.venue, .paper): self = .paper
        case (.venue, .demo): self = .demo
        case (.venue, .live): self = .live
        }
    }
}

extension ScriptRecord {
    /// A script of a run as it is in force.
    init(_ script: RunningScript, _ kind: Kind) {
        self.init(
            name: script.name,
            kind: kind,
            hash: script.version.hash,
            generation: script.generation,
            files: ([script.version.file] + script.version.modules).map {
                File(name: $0.name, path: $0.path, hash: $0.hash, text: $0.text)
            }
        )
    }
}

extension EffectLines: EffectFormatter {}
