import GRDB

/// Reads what can be read of a damaged journal.
///
/// Each table is read from its first row on, and from its last row backwards, each time up to what is damaged.
package enum Salvage {
    /// What was copied of one table.
    package struct Copied: Hashable, Sendable {
        /// Its name.
        package let table: String
        /// Rows copied.
        package let rows: Int
    }

    /// Copies what can be read of a state directory's journal into a new database.
    ///
    /// - Throws: ``JournalError/failed(_:_:)`` when the new one exists already or cannot be written,
    ///   ``JournalError/corrupt(_:)`` when nothing can be read at all.
    package static func copy(stateDirectory: String, to target: String) throws(JournalError) -> [Copied] {
        let path = Journal.path(in: stateDirectory)
        guard JournalFile.exists(path) else { throw .missing(path) }
        guard !JournalFile.exists(target) else { throw .failed(.other, "\(target) exists already") }
        do {
            let source = try JournalFile.openSide(path, readOnly: true)
            let tables = try source.unsafeRead { db in
                try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            }
            try JournalFile.prepare(target, in: directory(of: target))
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false  // a row may well be readable while what it belongs to is not
            let copy = try DatabaseQueue(path: target, configuration: configuration)
            try Schema.migrator().migrate(copy)
            return try Schema.tables.filter(tables.contains).map { table in
                Copied(table: table, rows: try transfer(table, from: source, to: copy))
            }
        } catch {
            throw JournalError(error)
        }
    }

    private static func directory(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
    }

    private static func transfer(_ table: String, from source: DatabaseQueue, to copy: DatabaseQueue) throws -> Int {
        try source.unsafeRead { db in
            let known = try copy.unsafeRead { copy in try columns(of: table, copy) }
            let names = try columns(of: table, db).filter(known.contains)
            let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            let sql = "INSERT OR IGNORE INTO \(table) (\(list)) VALUES (\(marks))"
            var total = 0
            for order in ["ASC", "DESC"] {
                var isWhole = false
                // What cannot be written is a failure, and not the end of what can be read.
                var failure: (any Error)?
                try copy.inTransaction(.immediate) { copy in
                    isWhole = walk(table, columns: list, order, db) { row in
                        do {
                            let statement = try copy.cachedStatement(sql: sql)
                            try statement.execute(arguments: StatementArguments(Array(row.databaseValues)))
                            total += copy.changesCount
                        } catch {
                            failure = error
                        }
                        return failure == nil
                    }
                    if let failure { throw failure }
                    return .commit
                }
                if isWhole { break }
            }
            return total
        }
    }

    private static func columns(of table: String, _ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "PRAGMA table_info(\(table))").map { $0["name"] }
    }

    /// Counts the rows of a table that can be read.
    static func count(_ table: String, _ db: Database, isDamaged: Bool) -> JournalCheck.Table {
        if !isDamaged, let rows = try? Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") {
            return JournalCheck.Table(name: table, rows: rows, isWhole: true)
        }
        var rows = 0
        for order in ["ASC", "DESC"] {
            let isWhole = walk(table, columns: "*", order, db) { _ in
                rows += 1
                return true
            }
            if isWhole { return JournalCheck.Table(name: table, rows: rows, isWhole: true) }
        }
        return JournalCheck.Table(name: table, rows: rows, isWhole: false)
    }

    /// Reads rows in the order of their key until the end or what is damaged; tells whether it came to the end.
    private static func walk(
        _ table: String,
        columns: String,
        _ order: String,
        _ db: Database,
        _ body: (Row) -> Bool
    ) -> Bool {
        let key = Schema.tablesOfRuns.first { $0.name == table }?.key ?? ["rowid"]
        let terms = key.map { "\($0) \(order)" }.joined(separator: ", ")
        do {
            let rows = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM \(table) ORDER BY \(terms)")
            while let row = try rows.next(), body(row) {}
            return true
        } catch {
            return false
        }
    }
}
