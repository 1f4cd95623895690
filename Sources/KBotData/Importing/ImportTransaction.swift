import GRDB
package import KBotModel

/// What an import asks of the catalogue and changes in it: all in one transaction, so that no other import comes between.
package struct ImportTransaction {
    let db: Database

    /// Whether a file with these lines, read in this way, was imported.
    ///
    /// - Throws: what SQLite throws.
    package func hasSource(sha256: String) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sources WHERE sha256 = ?)", arguments: [sha256])
            ?? false
    }

    /// Digests of the imported files of a kind, by how many lines they have: a file that begins with one of them is the
    /// same recording, grown since.
    ///
    /// - Throws: what SQLite throws.
    package func digests(of kind: DataSource.Kind) throws -> [Int: Set<String>] {
        var digests: [Int: Set<String>] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT lines, sha256 FROM sources WHERE kind = ?",
            arguments: [kind.rawValue]
        )
        while let row = try rows.next() { digests[row[0] as Int, default: []].insert(row[1] as String) }
        return digests
    }

    /// Imports a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - replaced: Digests of imported files of which this one is the longer version: their rows go.
    ///   - marks: Digests of its beginnings, by which an older copy of it is known.
    ///   - now: The time of the import, by the wall clock.
    ///   - fill: Hands the rows over, and sets what is to be said of the file.
    /// - Returns: the file with what was done.
    /// - Throws: ``CatalogueError``, what SQLite throws, or whatever `fill` throws.
    package func add(
        _ source: DataSource,
        replacing replaced: [String] = [],
        marks: [LineMark] = [],
        now: Timestamp,
        fill: (SourceWriter, inout DataSource) throws -> Void
    ) throws -> DataSource {
        let id = try begin(source, replacing: replaced, now)
        let writer = SourceWriter(db, source: id)
        var source = source
        try fill(writer, &source)
        let end = try writer.finish()
        source.rows = writer.rows
        source.known = writer.known
        source.contrary = writer.contrary
        // Samples of lines that were left out stay the last.
        source.notes = writer.notes + source.notes
        for mark in marks {
            try db.cachedStatement(sql: "INSERT INTO marks (source_id, lines, sha256) VALUES (?, ?, ?)")
                .execute(arguments: [id, mark.lines, mark.sha256])
        }
        try db.execute(
            sql: "UPDATE sources SET rows = ?, known = ?, skipped = ?, notes = ?, last_candle = ? WHERE id = ?",
            arguments: [
                source.rows, source.known, source.skipped, source.notes.joined(separator: "\n"), end?.microseconds, id,
            ]
        )
        return source
    }

    /// Enters a file; one that is replaced keeps its place among the others.
    private func begin(_ source: DataSource, replacing replaced: [String], _ now: Timestamp) throws -> Int64 {
        var id: Int64?
        for digest in replaced {
            let its = try Int64.fetchOne(db, sql: "SELECT id FROM sources WHERE sha256 = ?", arguments: [digest])
            id = [id, its].compactMap(\.self).min()
            try db.execute(sql: "DELETE FROM sources WHERE sha256 = ?", arguments: [digest])
        }
        try db.execute(
            sql: """
                INSERT INTO sources (id, sha256, kind, name, path, lines, rows, known, skipped, notes, imported)
                VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, '', ?)
                """,
            arguments: [
                id, source.sha256, source.kind.rawValue, source.name, source.path, source.lines, now.microseconds,
            ]
        )
        return id ?? db.lastInsertedRowID
    }
}

extension Catalogue {
    /// Runs one import in one transaction: when this returns all of it is there, when it throws, or the process dies, nothing.
    ///
    /// It waits for the import of another process.
    ///
    /// - Parameter body: Asks and changes.
    /// - Returns: what `body` returns.
    /// - Throws: ``CatalogueError``, or whatever `body` throws.
    package func importing<Value>(_ body: (ImportTransaction) throws -> Value) throws -> Value {
        do {
            return try write { db in try body(ImportTransaction(db: db)) }
        } catch let error as DatabaseError {
            throw CatalogueError(error)
        }
    }
}
