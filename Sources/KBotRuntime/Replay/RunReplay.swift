import Foundation
import KBotEngine
package import KBotJournal
import KBotModel
import KBotSimulation
package import Logging

/// `kbot replay`: does a journaled run again and compares every effect with what was written down.
///
/// A run whose data can be had again (from a seed, or from files or a catalogue that are still the same) is repeated whole; of a run at the
/// venue the recorded events are fed to an engine. Scripts are those of then, reloads and an operator's commands come at
/// their places. Nothing is written, and nothing is sent.
package struct RunReplay {
    private let journal: Journal
    private let run: JournaledRun
    private let recipe: RunRecipe
    private let library: ScriptLibrary
    private let stateDirectory: String
    private let logger: Logger

    /// Prepares the replay of a run.
    ///
    /// - Throws: ``RunFailure`` when what is kept of the run cannot be read.
    package init(
        _ run: JournaledRun,
        in journal: Journal,
        library: ScriptLibrary,
        stateDirectory: String,
        logger: Logger
    ) throws(RunFailure) {
        self.run = run
        self.journal = journal
        self.library = library
        self.stateDirectory = stateDirectory
        self.logger = logger
        do {
            recipe = try JSONDecoder().decode(RunRecipe.self, from: run.plan)
        } catch {
            throw RunFailure(.data, "run \(run.name): what was asked for cannot be read; it may be another version's")
        }
    }

    /// Does it again.
    ///
    /// - Throws: ``RunFailure`` when it cannot be done: a recording that has changed, a script that is not kept.
    package func compare() throws(RunFailure) -> ReplayReport {
        var chunks = journal.effectLines(of: run)
        let comparison = ReplayComparison {
            guard let chunk = try chunks.next() else { return nil }
            return RecordedEffects(count: chunk.count, bytes: chunk.bytes)
        }
        do {
            if run.recordsInputs { return try compareEvents(comparison) }
            try InputReference(of: run).check()
            return try compareWhole(comparison)
        } catch let failure as RunFailure {
            throw failure
        } catch let error as JournalError {
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(.data, "\(error)")
        }
    }

    /// Whether the run came to its end and said so.
    private var endedRegularly: Bool { ["done", "interrupted", "halted"].contains(run.ending ?? "") }

    private func settings() throws(RunFailure) -> RunSettings {
        var options = recipe.settings
        options["state-dir"] = stateDirectory
        // What only matters while a run goes on, and may name things that are gone.
        for name in options.keys where name.hasPrefix("kalshi-") || name.hasPrefix("log-") { options[name] = nil }
        do throws(ConfigurationErrors) {
            var settings = try RunSettings.load(options: options, environment: [:], envFile: .none)
            settings.engine = recipe.engine
            return settings
        } catch {
            throw RunFailure(.data, "run \(run.name): its settings cannot be read any more: \(error)")
        }
    }

    private func plan() throws -> RunPlan {
        var plan = recipe.plan
        plan.recordedReloads = try journal.reloads(of: run)
        return plan
    }

    // MARK: Data that can be had again

    private func compareWhole(_ comparison: ReplayComparison) throws -> ReplayReport {
        var plan = try plan()
        var inputs = journal.inputs(of: run)
        while let (first, events) = try inputs.next() {
            for (offset, event) in events.enumerated() {
                guard case .command(_, let command) = event else { continue }
                switch (command, plan.interruption) {
                case (.stopEntries, nil): plan.interruption = (first + offset, false)
                case (.flatten, .some(let interruption)): plan.interruption = (interruption.afterEvents, true)
                default: plan.recordedCommands.append((first + offset, command))
                }
            }
        }
        let listener = ReplayListener(comparison)
        let repeated = try TradingRun(
            plan,
            settings: try settings(),
            library: library,
            logger: logger,
            listener: listener
        )
        _ = try repeated.run()
        return try comparison.finish(endedRegularly: endedRegularly)
    }

    // MARK: Events that were recorded

    private func compareEvents(_ comparison: ReplayComparison) throws -> ReplayReport {
        var left: AccountState?
        if let first = try journal.firstCheckpoint(of: run), first.checkpoint.afterEvents == 0 {
            left = try AccountState(first)
        }
        for market in left?.markets ?? [] { comparison.know(market) }
        let repeated = try TradingRun(
            try plan(),
            settings: try settings(),
            library: library,
            logger: logger,
            left: left
        )
        repeated.epoch = run.epoch
        var replay = EngineReplay(
            engine: repeated.makeEngine(),
            schedule: repeated.scheduledReloads() + repeated.scheduledMemories(),
            comparison: comparison
        )
        var inputs = journal.inputs(of: run)
        var expected = 0
        while !replay.isDecided, let (first, events) = try inputs.next() {
            guard first == expected else {
                throw RunFailure(
                    .data,
                    "run \(run.name): \(first - expected) events are missing from the journal after \(expected)"
                )
            }
            for event in events where !replay.isDecided { try replay.feed(event) }
            expected += events.count
        }
        return try replay.finish(endedRegularly: endedRegularly)
    }
}

/// Lets a comparison hear a run that is repeated.
private final class ReplayListener: SessionJournal {
    let keepsState = false
    private let comparison: ReplayComparison

    init(_ comparison: ReplayComparison) { self.comparison = comparison }

    func hear(_ event: Event) { comparison.hear(event) }

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        for effect in effects { comparison.hear(effect) }
        return []
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool { true }
}
