import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import KBotSimulation

/// Keeps a run's journal: what goes into the engine and comes out of it, in order, and the state an account is left in.
///
/// On the engine's thread. Orders that go to a venue are written down before they are sent, and the state of an account
/// after each event that changed it; all else is gathered and handed over in batches.
final class JournalKeeper: SessionJournal {
    /// What the runs of a journal differ in.
    struct Duties {
        /// Whether every event is recorded, because it cannot be had again.
        var recordsInputs = false
        /// Whether orders leave the process, so that they must be written down first.
        var writesIntents = false
        /// Whether the run has an account that goes on in the next.
        var keepsState = false
    }

    /// Effects and events that are handed over at once at the latest.
    private static let batchSize = 2_048
    let journal: RunJournal
    let keepsState: Bool
    private let duties: Duties
    private let patience: Duration
    private let scriptMemory: (Timestamp) -> Data?
    private var batch = JournalBatch()
    private var events = 0
    private var trouble: JournalTrouble?
    private var retryAt: ContinuousClock.Instant?
    /// Up to when the account's state is kept, in market time; nil before the first time.
    private(set) var lastSaved: Timestamp?
    private let encoder = JSONEncoder()

    /// Makes a keeper.
    ///
    /// - Parameters:
    ///   - journal: Where it writes.
    ///   - duties: What it writes.
    ///   - patience: How long it waits before the state is written again when that failed.
    ///   - scriptMemory: Tells what scripts want to keep at a time.
    init(
        _ journal: RunJournal,
        _ duties: Duties,
        patience: Duration = .seconds(1),
        scriptMemory: @escaping (Timestamp) -> Data?
    ) {
        self.journal = journal
        self.duties = duties
        self.patience = patience
        keepsState = duties.keepsState
        self.scriptMemory = scriptMemory
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func hear(_ event: Event) {
        if duties.recordsInputs {
            batch.inputs.append(event)
        } else if case .command = event {
            // Data can be had again; what an operator did in the middle of them cannot.
            handOver()
            batch.firstEvent = events
            batch.inputs.append(event)
            events += 1
            handOver()
            return
        }
        events += 1
        if batch.inputs.count >= Self.batchSize { handOver() }
    }

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        batch.effects.append(contentsOf: effects)
        let refused = duties.writesIntents ? writeDown(effects, engine) : []
        if batch.effects.count >= Self.batchSize { handOver() }
        return refused
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
        if let retryAt, ContinuousClock.now < retryAt { return false }
        return save(engine, exchange, afterEvents: afterEvents)
    }

    /// Hands over what was gathered.
    func handOver() {
        guard !batch.effects.isEmpty || !batch.inputs.isEmpty else { return }
        journal.append(&batch)
        batch.firstEvent = events
    }

    /// What the engine is to be told of the journal; nil when nothing has changed.
    func takeNews() -> Command? {
        let health = journal.health
        guard health.trouble != trouble else { return nil }
        trouble = health.trouble
        guard let trouble else { return .journal(isWritable: true, "") }
        return .journal(isWritable: false, trouble.text)
    }

    // MARK: What must not be lost

    /// Writes down new orders; the ones that would open something and could not be written down.
    private func writeDown(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        var intents: [Intent] = []
        for effect in effects {
            guard case .send(let approved) = effect, case .place(let order) = approved.request,
                let intent = engine.intent(of: order.id)
            else { continue }
            intents.append(
                Intent(
                    order: order,
                    ticker: intent.ticker,
                    role: intent.role,
                    strategy: intent.strategy,
                    time: intent.time,
                    detail: (try? encoder.encode(intent)).map { String(decoding: $0, as: UTF8.self) }
                )
            )
        }
        guard !intents.isEmpty else { return [] }
        do throws(JournalError) {
            try journal.write(intents: intents)
            return []
        } catch {
            // Nothing may keep a position from being left; it can be found again at the venue.
            return Set(intents.map(\.order).filter { !$0.reduceOnly }.map(\.id))
        }
    }

    private func save(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
        handOver()
        do {
            let checkpoint = Checkpoint(
                afterEvents: afterEvents,
                time: engine.now,
                engine: try encoder.encode(engine.state),
                venue: try exchange.map { try encoder.encode($0.state) },
                scripts: scriptMemory(engine.now)
            )
            try journal.save(checkpoint)
            retryAt = nil
            lastSaved = checkpoint.time
            return true
        } catch {
            retryAt = ContinuousClock.now + patience
            return false
        }
    }
}
