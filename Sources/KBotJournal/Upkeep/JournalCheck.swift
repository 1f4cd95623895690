import Foundation
import GRDB

/// What a look through the whole journal found.
package struct JournalCheck: Hashable, Sendable {
    /// One table.
    package struct Table: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// Rows that can be read, from both ends up to what is damaged.
        package let rows: Int
        /// Whether all of it can be read.
        package let isWhole: Bool
    }

    /// What is wrong, in words; empty for a sound journal.
    package internal(set) var problems: [String] = []
    /// What can be read of each table.
    package internal(set) var tables: [Table] = []

    /// Whether nothing is wrong.
    package var isSound: Bool { problems.isEmpty }

    /// Looks through the journal of a state directory; a run may go on meanwhile.
    ///
    /// - Throws: ``JournalError/missing(_:)`` without one, ``JournalError/newer(found:known:)`` for a newer kbot's.
    package init(stateDirectory: String) throws(JournalError) {
        let path = Journal.path(in: stateDirectory)
        guard JournalFile.exists(path) else { throw .missing(path) }
        let database: DatabaseQueue
        do {
            database = try JournalFile.openSide(path, readOnly: true)
        } catch {
            problems = ["the file cannot be opened: \(Self.message(error))"]
            return
        }
        do throws(JournalError) {
            try look(database)
        } catch {
            if case .newer = error { throw error }
            problems.append(error.description)
        }
    }

    private mutating func look(_ database: DatabaseQueue) throws(JournalError) {
        do {
            try database.unsafeRead { db in
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                guard version <= Schema.version else {
                    throw JournalError.newer(found: version, known: Schema.version)
                }
                examine("pages") { try Self.integrity(db) }
                examine("references") { try Self.references(db) }
                let isDamaged = !problems.isEmpty
                let present = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
                for table in Schema.tables where present.contains(table) {
                    tables.append(Salvage.count(table, db, isDamaged: isDamaged))
                }
                examine("effect_chunks") { try Self.effectChunks(db) }
                examine("input_chunks") { try Self.inputChunks(db) }
                examine("books") { try Self.books(db) }
            }
        } catch {
            throw JournalError(error)
        }
    }

    /// One examination; that it cannot be made is a finding too.
    private mutating func examine(_ what: String, _ body: () throws -> [String]) {
        do {
            problems += try body()
        } catch {
            problems.append("\(what): \(Self.message(error))")
        }
    }

    private static func integrity(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "PRAGMA integrity_check(100)").filter { $0 != "ok" }.map { "pages: \($0)" }
    }

    private static func references(_ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(100).map {
            "references: a row of \($0[0] as String) belongs to nothing in \($0[2] as String)"
        }
    }

    private static func effectChunks(_ db: Database) throws -> [String] {
        var found: [String] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT r.name, c.run_id, c.first, c.count, c.size, c.crc, c.bytes FROM effect_chunks c
                JOIN runs r ON r.id = c.run_id ORDER BY c.run_id, c.first
                """
        )
        var last: (run: Int64, next: Int)?
        while let row = try rows.next() {
            let (run, first, count, packed) = (row[1] as Int64, row[2] as Int, row[3] as Int, row[6] as Data)
            let name = row[0] as String
            if Chunk.sum(packed) != row[5] {
                found.append("run \(name): the checksum of the effects from \(first) on differs")
            } else if let raw = Chunk.inflated(packed, size: row[4]) {
                let lines = raw.count { $0 == UInt8(ascii: "\n") }
                if lines != count { found.append("run \(name): \(lines) effects from \(first) on, not \(count)") }
            } else {
                found.append("run \(name): the effects from \(first) on cannot be expanded")
            }
            if let last, last.run == run, first != last.next,
                try !isGap("effects", run: run, from: last.next, to: first, db)
            {
                found.append("run \(name): the effects \(last.next) to \(first - 1) are missing")
            }
            last = (run, first + count)
        }
        return found
    }

    private static func inputChunks(_ db: Database) throws -> [String] {
        var found: [String] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT r.name, c.run_id, c.first, c.count, c.crc, c.bytes, r.records_inputs FROM input_chunks c
                JOIN runs r ON r.id = c.run_id ORDER BY c.run_id, c.first
                """
        )
        var last: (run: Int64, next: Int)?
        while let row = try rows.next() {
            let (run, first, count, bytes) = (row[1] as Int64, row[2] as Int, row[3] as Int, row[5] as Data)
            let name = row[0] as String
            if Chunk.sum(bytes) != row[4] {
                found.append("run \(name): the checksum of the inputs from event \(first) on differs")
            } else if EventChunk.eventCount(of: Array(bytes)) != count {
                found.append("run \(name): the inputs from event \(first) on are not \(count)")
            }
            // Where data can be had again, only commands are kept, each at its place.
            if row[6] as Bool, let last, last.run == run, first != last.next,
                try !isGap("inputs", run: run, from: last.next, to: first, db)
            {
                found.append("run \(name): the inputs \(last.next) to \(first - 1) are missing")
            }
            last = (run, first + count)
        }
        return found
    }

    private static func isGap(_ what: String, run: Int64, from: Int, to: Int, _ db: Database) throws -> Bool {
        let known = try Int.fetchOne(
            db,
            sql: "SELECT sum(count) FROM gaps WHERE run_id = ? AND what = ? AND first >= ? AND first < ?",
            arguments: [run, what, from, to]
        )
        return known == to - from
    }

    private static func books(_ db: Database) throws -> [String] {
        // A run without an account that goes on is written row by row: there an order may be ahead of its fills.
        let orders = try Row.fetchAll(
            db,
            sql: """
                SELECT r.name, o.sequence, o.filled, coalesce(f.count, 0) AS told FROM orders o JOIN runs r ON r.id = o.run_id
                LEFT JOIN (SELECT order_run_id, sequence, sum(count) AS count FROM fills GROUP BY 1, 2) f
                  ON f.order_run_id = o.run_id AND f.sequence = o.sequence
                WHERE o.filled <> coalesce(f.count, 0) AND (r.ended IS NOT NULL OR r.account_id IS NOT NULL) LIMIT 100
                """
        )
        let strays = try Row.fetchAll(
            db,
            sql: """
                SELECT r.name, f.sequence FROM fills f JOIN runs r ON r.id = f.run_id
                LEFT JOIN orders o ON o.run_id = f.order_run_id AND o.sequence = f.sequence
                WHERE o.sequence IS NULL AND (r.ended IS NOT NULL OR r.account_id IS NOT NULL) LIMIT 100
                """
        )
        return orders.map {
            "books: order \($0["sequence"] as Int64) of run \($0["name"] as String) is filled by "
                + "\($0["filled"] as Int64), its fills sum up to \($0["told"] as Int64) (1/100 contracts)"
        }
            + strays.map {
                "books: a fill in run \($0["name"] as String) belongs to no order (\($0["sequence"] as Int64))"
            }
    }

    static func message(_ error: any Error) -> String {
        switch error {
        case let error as DatabaseError: error.message ?? "code \(error.extendedResultCode.rawValue)"
        case let error as JournalError: error.description
        default: "\(type(of: error))"
        }
    }
}
