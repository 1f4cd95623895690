import Foundation
import GRDB
import KBotModel

extension Journal {
    /// Begins a run: its row, its scripts and, when it takes up an account, the account's next epoch, on the disk when this
    /// returns. A run of the account that never ended is marked as crashed.
    ///
    /// - Parameters:
    ///   - facts: The run.
    ///   - formatter: Makes the formatter of the run's effect lines; it is used on the journal's thread.
    /// - Returns: the run's journal, its thread under way.
    /// - Throws: what kept the row from being written; also a name that another run has.
    package func begin(
        _ facts: RunFacts,
        formatter: @escaping @Sendable () -> any EffectFormatter
    ) throws(JournalError) -> RunJournal {
        try begin(facts, keptLimit: JournalLimits.keptBytes, formatter: formatter)
    }

    /// The same, with another bound of what is kept in memory.
    func begin(
        _ facts: RunFacts,
        keptLimit: Int,
        formatter: @escaping @Sendable () -> any EffectFormatter
    ) throws(JournalError) -> RunJournal {
        let begun = try write(.full) { db in try Self.insert(facts, db) }
        return RunJournal(self, facts, begun, keptLimit: keptLimit, formatter: formatter)
    }

    /// What the row of a run was given.
    struct Begun {
        let run: Int64
        let epoch: Int32
        /// The run of each epoch of the account: an order's number tells the epoch it was made in.
        let runs: [Int32: Int64]
        /// The number of the account's last order.
        let lastOrder: Int64
    }

    private static func insert(_ facts: RunFacts, _ db: Database) throws -> Begun {
        var runs: [Int32: Int64] = [:]
        var epoch: Int32 = 0
        var lastOrder: Int64 = 0
        if let account = facts.account {
            let earlier = try Row.fetchAll(
                db,
                sql: "SELECT id, epoch FROM runs WHERE account_id = ?",
                arguments: [account.id]
            )
            for row in earlier { runs[row["epoch"]] = row["id"] }
            // Not the count of runs: pruned ones have used their epochs too.
            epoch =
                try Int32.fetchOne(
                    db,
                    sql: "SELECT max(epoch) + 1 FROM runs WHERE account_id = ?",
                    arguments: [account.id]
                ) ?? 0
            lastOrder =
                try Int64.fetchOne(
                    db,
                    sql: "SELECT max(sequence) FROM orders WHERE run_id IN (SELECT id FROM runs WHERE account_id = ?)",
                    arguments: [account.id]
                ) ?? 0
            try db.execute(
                sql: "UPDATE runs SET ended = seen, ending = 'crashed' WHERE account_id = ? AND ended IS NULL",
                arguments: [account.id]
            )
        }
        try db.execute(
            sql: """
                INSERT INTO runs (name, kind, account_id, epoch, version, seed, started, seen, plan, configuration, inputs,
                  records_inputs, resumed_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                facts.name.text, facts.kind.rawValue, facts.account?.id, epoch, facts.version, String(facts.seed),
                facts.started.microseconds, facts.started.microseconds, facts.plan.text, facts.configuration.text,
                facts.inputs?.text, facts.recordsInputs, facts.resumedFrom,
            ]
        )
        let run = db.lastInsertedRowID
        runs[epoch] = run
        for (position, script) in facts.scripts.enumerated() {
            try script.insert(run: run, position: position, db)
        }
        return Begun(run: run, epoch: epoch, runs: runs, lastOrder: lastOrder)
    }
}

extension ScriptRecord {
    /// Writes the version, and the texts that are not there yet.
    func insert(run: Int64, position: Int, _ db: Database) throws {
        try db.execute(
            sql:
                "INSERT OR IGNORE INTO scripts (run_id, name, generation, kind, hash, position) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [run, name, generation, kind.rawValue, hash, position]
        )
        for (index, file) in files.enumerated() {
            try db.execute(
                sql: "INSERT OR IGNORE INTO script_texts (hash, text) VALUES (?, ?)",
                arguments: [file.hash, file.text]
            )
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO script_files (run_id, script, generation, position, name, path, hash)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [run, name, generation, index, file.name, file.path, file.hash]
            )
        }
    }
}

extension Data {
    /// JSON as a text, which `sqlite3` shows and its JSON functions read.
    var text: String { String(decoding: self, as: UTF8.self) }
}
