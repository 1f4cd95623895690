import GRDB
package import KBotModel

/// What was, or would be, taken out of the journal.
package struct PruneResult: Hashable, Sendable {
    /// The runs, oldest first.
    package var runs: [RunID] = []
    /// Rows of all tables; 0 of a dry run.
    package var rows = 0
    /// Bytes given back to the file system; 0 of a dry run.
    package var bytes = 0
}

extension Journal {
    /// Removes runs that ended before a time, with everything that belongs to them.
    ///
    /// Kept in any case: what a current account needs to go on (its newest run, the run of its last checkpoint, runs with
    /// open orders and those whose fills make up an open position), what a kept run went on from, and a run without an end
    /// that was heard of within a day. It works in small steps: a run that goes on meanwhile hardly notices.
    ///
    /// - Parameters:
    ///   - time: Wall clock; runs that ended later stay.
    ///   - isDryRun: Only tells what would be removed.
    ///   - now: The wall clock.
    /// - Returns: what was removed, or would be.
    /// - Throws: what keeps the journal from being written.
    package func prune(before time: Timestamp, isDryRun: Bool, now: Timestamp) throws(JournalError) -> PruneResult {
        let doomed = try read { db in try Self.doomed(before: time, now: now, db) }
        var result = PruneResult(runs: doomed.map(\.name))
        guard !isDryRun else { return result }
        let before = try pages()
        for run in doomed {
            for table in Schema.tablesOfRuns { result.rows += try empty(table.name, key: table.key, of: run.id) }
            result.rows += try write(.normal) { db in
                try db.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.id])
                return db.changesCount
            }
        }
        result.rows += try write(.normal) { db in
            try db.execute(sql: "DELETE FROM script_texts WHERE hash NOT IN (SELECT hash FROM script_files)")
            return db.changesCount
        }
        try shrink()
        result.bytes = try max(0, before - pages()) * 4_096
        return result
    }

    private static func doomed(before time: Timestamp, now: Timestamp, _ db: Database) throws -> [(
        id: Int64, name: RunID
    )] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                WITH
                current AS (SELECT r.id, r.account_id FROM runs r JOIN accounts a ON a.id = r.account_id WHERE a.ended IS NULL),
                needed AS (
                  SELECT max(id) AS id FROM current GROUP BY account_id
                  UNION SELECT c.run_id FROM checkpoints c JOIN current r ON r.id = c.run_id
                    WHERE c.id = (SELECT max(d.id) FROM checkpoints d JOIN current q ON q.id = d.run_id
                      WHERE q.account_id = r.account_id)
                  UNION SELECT o.run_id FROM orders o JOIN current r ON r.id = o.run_id
                    WHERE o.state IN ('sent', 'resting', 'partly_filled', 'cancelling', 'unknown')
                  UNION SELECT f.run_id FROM fills f JOIN current r ON r.id = f.run_id
                    JOIN positions p ON p.account_id = r.account_id AND p.ticker = f.ticker),
                old AS (
                  SELECT id FROM runs WHERE coalesce(ended, seen) < ?1 AND (ended IS NOT NULL OR seen < ?2)
                    AND id NOT IN (SELECT id FROM needed))
                SELECT id, name FROM runs WHERE id IN (SELECT id FROM old) AND id NOT IN (
                  SELECT c.run_id FROM checkpoints c JOIN runs k ON k.resumed_from = c.id
                  WHERE k.id NOT IN (SELECT id FROM old))
                ORDER BY id
                """,
            arguments: [time.microseconds, (now - .hours(24)).microseconds]
        )
        return rows.map { ($0["id"], RunID($0["name"])) }
    }

    private func empty(_ table: String, key: [String], of run: Int64) throws(JournalError) -> Int {
        let columns = key.joined(separator: ", ")
        let limit = table.hasSuffix("chunks") || table == "checkpoints" ? 16 : 512
        let sql = """
            DELETE FROM \(table) WHERE (\(columns)) IN (SELECT \(columns) FROM \(table) WHERE run_id = ? LIMIT \(limit))
            """
        var total = 0
        while true {
            let count = try write(.normal) { db in
                try db.execute(sql: sql, arguments: [run])
                return db.changesCount
            }
            total += count
            if count == 0 { return total }
        }
    }

    /// Gives free pages back to the file system, some at a time.
    private func shrink() throws(JournalError) {
        try besides { db in
            while try (Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0) > 0 {
                let before = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                try db.execute(sql: "PRAGMA incremental_vacuum(256)")
                // A database made without the possibility stays as large as it is; its free pages are used again.
                if try Int.fetchOne(db, sql: "PRAGMA freelist_count") == before { break }
            }
            _ = try? db.checkpoint(.truncate)
        }
    }

    private func pages() throws(JournalError) -> Int {
        try read { db in try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 }
    }
}
