import Foundation
import GRDB
package import KBotEngine
import KBotModel

extension Journal {
    /// The last runs, latest first.
    package func runs(limit: Int) throws(JournalError) -> [JournaledRun] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT \(JournaledRun.columns) ORDER BY r.id DESC LIMIT ?",
                arguments: [limit]
            ).map(JournaledRun.init)
        }
    }

    /// A run by its name, by the beginning of it, or the `last` one.
    ///
    /// - Throws: ``JournalError/run(_:)`` when there is none, or several begin so.
    package func run(_ name: String) throws(JournalError) -> JournaledRun {
        let found = try read { db in
            if name == "last" {
                return try Row.fetchAll(db, sql: "SELECT \(JournaledRun.columns) ORDER BY r.id DESC LIMIT 1")
                    .map(JournaledRun.init)
            }
            let exact = try Row.fetchAll(db, sql: "SELECT \(JournaledRun.columns) WHERE r.name = ?", arguments: [name])
            if !exact.isEmpty { return try exact.map(JournaledRun.init) }
            return try Row.fetchAll(
                db,
                sql: "SELECT \(JournaledRun.columns) WHERE substr(r.name, 1, ?) = ? ORDER BY r.id DESC LIMIT 4",
                arguments: [name.unicodeScalars.count, name]
            ).map(JournaledRun.init)
        }
        guard let run = found.first else {
            throw .run(
                name == "last"
                    ? "the journal holds no run yet" : "no run is called \(name): kbot journal runs lists them"
            )
        }
        guard found.count == 1 else {
            throw .run("several runs begin with \(name): \(found.map(\.name.text).joined(separator: ", "))")
        }
        return run
    }

    /// The versions of scripts a run used, as started first, generation by generation.
    package func scripts(of run: JournaledRun) throws(JournalError) -> [ScriptRecord] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM scripts WHERE run_id = ? ORDER BY generation, position, name",
                arguments: [run.id]
            ).map { row in
                let files = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT f.name, f.path, f.hash, t.text FROM script_files f JOIN script_texts t ON t.hash = f.hash
                        WHERE f.run_id = ? AND f.script = ? AND f.generation = ? ORDER BY f.position
                        """,
                    arguments: [run.id, row["name"] as String, row["generation"] as Int]
                )
                guard let kind = ScriptRecord.Kind(rawValue: row["kind"]) else {
                    throw JournalError.corrupt("script \(row["name"] as String) is of no known kind")
                }
                return ScriptRecord(
                    name: row["name"],
                    kind: kind,
                    hash: row["hash"],
                    generation: row["generation"],
                    files: files.map {
                        ScriptRecord.File(name: $0["name"], path: $0["path"], hash: $0["hash"], text: $0["text"])
                    }
                )
            }
        }
    }

    /// The scripts swapped while a run went on, in order.
    package func reloads(of run: JournaledRun) throws(JournalError) -> [ScriptSwap] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM reloads WHERE run_id = ? ORDER BY number", arguments: [run.id]).map
            {
                ScriptSwap(
                    script: $0["script"],
                    oldHash: $0["old"],
                    newHash: $0["new"],
                    generation: $0["generation"],
                    afterEvents: $0["after_events"],
                    isAsked: $0["asked"]
                )
            }
        }
    }

    // MARK: States

    /// The state an account was left in; nil when none was saved.
    package func lastCheckpoint(of account: JournalAccount) throws(JournalError) -> SavedCheckpoint? {
        try checkpoint("r.account_id = ? ORDER BY r.epoch DESC, c.id DESC", account.id)
    }

    /// The first state a run saved; nil when it saved none.
    package func firstCheckpoint(of run: JournaledRun) throws(JournalError) -> SavedCheckpoint? {
        try checkpoint("c.run_id = ? AND c.is_first ORDER BY c.id", run.id)
    }

    /// A checkpoint by its number: what ``JournaledRun/resumedFrom`` names; nil when it was pruned.
    package func checkpoint(_ id: Int64) throws(JournalError) -> SavedCheckpoint? {
        try checkpoint("c.id = ?", id)
    }

    private func checkpoint(_ condition: String, _ argument: Int64) throws(JournalError) -> SavedCheckpoint? {
        try read { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT c.*, r.name AS run FROM checkpoints c JOIN runs r ON r.id = c.run_id WHERE \(condition) LIMIT 1",
                arguments: [argument]
            ).map { row in
                SavedCheckpoint(
                    id: row["id"],
                    run: RunID(row["run"]),
                    checkpoint: Checkpoint(
                        afterEvents: row["after_events"],
                        time: Timestamp(microseconds: row["time"]),
                        engine: row["engine"],
                        venue: row["venue"],
                        scripts: row["scripts"]
                    ),
                    lastOrder: row["last_order"]
                )
            }
        }
    }

    /// Orders written down for an account that a checkpoint does not know, oldest first; without a checkpoint, all of them.
    package func intents(
        of account: JournalAccount,
        after checkpoint: SavedCheckpoint?
    ) throws(JournalError) -> [Intent] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT o.* FROM orders o JOIN runs r ON r.id = o.run_id WHERE r.account_id = ? AND o.sequence > ?
                    ORDER BY o.sequence
                    """,
                arguments: [account.id, checkpoint?.lastOrder ?? 0]
            ).map(Intent.init)
        }
    }
}

extension Intent {
    fileprivate init(_ row: Row) throws {
        guard let side = BookSide(rawValue: row["side"]), let role = OrderRole(rawValue: row["role"]),
            let life = NewOrder.TimeInForce(name: row["time_in_force"], expires: row["expires"])
        else { throw JournalError.corrupt("order \(row["sequence"] as Int64) makes no sense") }
        self.init(
            order: NewOrder(
                id: ClientOrderID(row["sequence"]),
                market: MarketID(row["market"]),
                side: side,
                price: Price(units: row["price"]),
                count: Quantity(units: row["count"]),
                timeInForce: life,
                reduceOnly: row["reduce_only"]
            ),
            ticker: Ticker(row["ticker"]),
            role: role,
            strategy: (row["strategy"] as String?).map { StrategyName($0) },
            time: Timestamp(microseconds: row["created"]),
            detail: row["intent"]
        )
    }
}
