package import Foundation
import GRDB
import KBotEngine
package import KBotModel
import Synchronization

/// The journal of one run, used from the engine's thread; a thread of its own writes what need not be waited for.
///
/// Three things are waited for: the run's row, intents and checkpoints. Everything else is handed over by ``append(_:)``.
package final class RunJournal: Sendable {
    /// The run.
    package let name: RunID
    /// How many runs the account had before; 0 without an account.
    package let epoch: Int32

    private let journal: Journal
    private let run: Int64
    private let hasAccount: Bool
    private let front: Mutex<Front>
    private let writer: JournalWriter

    /// What the engine's thread has in hand.
    private struct Front {
        /// Makes the rows that are saved with a checkpoint, until it comes; only for a run with an account.
        var maker: RowMaker
        /// The number of the last order written down or told: a checkpoint knows all up to it.
        var lastOrder: Int64
        var hasCheckpoint = false
    }

    init(
        _ journal: Journal,
        _ facts: RunFacts,
        _ begun: Journal.Begun,
        keptLimit: Int,
        formatter: @Sendable () -> any EffectFormatter
    ) {
        self.journal = journal
        name = facts.name
        epoch = begun.epoch
        run = begun.run
        hasAccount = facts.account != nil
        func maker(_ share: RowMaker.Share) -> RowMaker {
            RowMaker(share, run: begun.run, runs: begun.runs, markets: facts.markets)
        }
        front = Mutex(Front(maker: maker(.books), lastOrder: begun.lastOrder))
        writer = JournalWriter(
            JournalWork(
                journal,
                run: begun.run,
                maker: maker(hasAccount ? .rest : .all),
                formatter: formatter(),
                recordsInputs: facts.recordsInputs,
                keptLimit: keptLimit
            )
        )
        writer.start()
    }

    deinit { writer.stop() }

    /// Writes down orders before their bytes leave: when this returns, the operating system has them (with
    /// ``JournalSync/full``, the disk). When it throws, nothing of them is written and they must not be sent.
    ///
    /// - Throws: what kept them from being written; also an order whose number was written down before.
    package func write(intents: [Intent]) throws(JournalError) {
        guard !intents.isEmpty else { return }
        do throws(JournalError) {
            try journal.write(journal.sync) { db in
                let statement = try db.cachedStatement(sql: JournalRow.Kind.intent)
                for intent in intents { try statement.execute(arguments: intent.columns(run: run)) }
            }
        } catch {
            writer.note(error)
            throw error
        }
        front.withLock { front in
            for intent in intents { front.lastOrder = max(front.lastOrder, intent.order.id.sequence) }
        }
    }

    /// Saves the state after an event, and with it, in one transaction, the rows of every order, fill, trade, settlement and
    /// block of the effects handed over before: a run that comes back finds tables and state agreeing.
    ///
    /// Hand over the effects up to this state first. A checkpoint replaces the one before it, except for the run's first.
    /// - Returns: the checkpoint's number.
    @discardableResult
    package func save(_ checkpoint: Checkpoint) throws(JournalError) -> Int64 {
        do throws(JournalError) {
            return try front.withLock { front throws(JournalError) in
                let id = try journal.write(journal.sync) { db in
                    for row in front.maker.rows { try row.insert(db) }
                    return try insert(checkpoint, front, db)
                }
                front.maker.rows.removeAll(keepingCapacity: true)
                front.hasCheckpoint = true
                return id
            }
        } catch {
            writer.note(error)
            throw error
        }
    }

    private func insert(_ checkpoint: Checkpoint, _ front: Front, _ db: Database) throws -> Int64 {
        if front.hasCheckpoint {
            try db.cachedStatement(sql: "DELETE FROM checkpoints WHERE run_id = ? AND is_first = 0").execute(
                arguments: [run])
        }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO checkpoints (run_id, is_first, after_events, time, last_order, engine, venue, scripts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(
            arguments: [
                run, !front.hasCheckpoint, checkpoint.afterEvents, checkpoint.time.microseconds, front.lastOrder,
                checkpoint.engine, checkpoint.venue, checkpoint.scripts,
            ]
        )
        return db.lastInsertedRowID
    }

    /// Hands over a batch and leaves an empty one in its place, with the same ``JournalBatch/firstEvent``; waits when too
    /// many lie unwritten.
    ///
    /// Nothing handed over is lost by a failing disk: it is kept and tried again each second, see ``health``.
    package func append(_ batch: inout JournalBatch) {
        guard !batch.effects.isEmpty || !batch.inputs.isEmpty else { return }
        if hasAccount {
            front.withLock { front in
                for effect in batch.effects {
                    guard case .note(let note) = effect else { continue }
                    front.maker.append(note)
                    if case .order(let update) = note.kind {
                        front.lastOrder = max(front.lastOrder, update.request.id.sequence)
                    }
                }
            }
        }
        writer.hand(over: &batch)
    }

    /// Keeps a version of a script that took over while the run went on (its `swapped` note makes the reload's row).
    package func keep(_ script: ScriptRecord) throws(JournalError) {
        try journal.write(.normal) { db in try script.insert(run: run, position: 0, db) }
    }

    /// How it stands; cheap enough to be asked at every event.
    package var health: JournalHealth { writer.health }

    /// Waits until everything handed over is written, but for what waits for the next checkpoint.
    ///
    /// - Throws: what keeps it from being written; it stays kept.
    package func flush() throws(JournalError) { try writer.flush() }

    /// Writes what is left and how the run ended, and ends the thread. When it throws, it may be called again.
    ///
    /// - Parameters:
    ///   - ending: `done`, `interrupted`, `halted`, `failed: …`.
    ///   - report: The report, JSON; nil when there is none.
    ///   - time: When, wall clock.
    /// - Throws: what keeps the rest from being written.
    package func finish(ending: String, report: Data?, at time: Timestamp) throws(JournalError) {
        try writer.flush()
        try front.withLock { front throws(JournalError) in
            try journal.write(.full) { db in
                for row in front.maker.rows { try row.insert(db) }
                try db.execute(
                    sql: "UPDATE runs SET ended = ?, seen = max(seen, ?), ending = ?, report = ? WHERE id = ?",
                    arguments: [time.microseconds, time.microseconds, ending, report?.text, run]
                )
            }
            front.maker.rows.removeAll()
        }
        writer.stop()
        _ = try? journal.writeBack()
    }
}

extension Intent {
    /// The order's row, before anything is known of its fate.
    fileprivate func columns(run: Int64) -> StatementArguments {
        let life = order.timeInForce.columns
        return [
            run, order.id.sequence, ticker.text, Int64(order.market.index), strategy?.text, role.rawValue,
            order.side.rawValue, Int64(order.price.units), order.count.units, life.name, life.expires, order.reduceOnly,
            "sent", 0, order.count.units, time.microseconds, time.microseconds, nil, detail,
        ]
    }
}
