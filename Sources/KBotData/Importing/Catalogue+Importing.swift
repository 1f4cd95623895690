import GRDB
package import KBotModel

extension Catalogue {
    /// Whether a file with these lines was imported.
    package func hasSource(sha256: String) throws(CatalogueError) -> Bool {
        try read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sources WHERE sha256 = ?)", arguments: [sha256])
                ?? false
        }
    }

    /// Digests of the imported files of a kind, by how many lines they have: a file that begins with one of them is the
    /// same recording, grown since.
    package func digests(of kind: DataSource.Kind) throws(CatalogueError) -> [Int: Set<String>] {
        try read { db in
            var digests: [Int: Set<String>] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT lines, sha256 FROM sources WHERE kind = ?",
                arguments: [kind.rawValue]
            )
            while let row = try rows.next() { digests[row[0] as Int, default: []].insert(row[1] as String) }
            return digests
        }
    }

    /// The name of an imported file that begins with all these lines: the file that holds them is an older, shorter copy.
    ///
    /// - Parameters:
    ///   - mark: The last mark of the file in question.
    ///   - lines: All its lines.
    /// - Returns: the longest such file's name; nil when there is none.
    /// - Throws: ``CatalogueError``.
    package func longerCopy(of mark: LineMark, lines: Int) throws(CatalogueError) -> String? {
        try read { db in
            guard try db.tableExists("marks") else { return nil }
            return try String.fetchOne(
                db,
                sql: """
                    SELECT s.name FROM marks m JOIN sources s ON s.id = m.source_id
                    WHERE m.sha256 = ? AND m.lines = ? AND s.lines >= ? ORDER BY s.lines DESC
                    """,
                arguments: [mark.sha256, mark.lines, lines]
            )
        }
    }

    /// Imports a file in one transaction: when this returns all of it is there, when it throws, or the process dies, nothing.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - replaced: Digests of imported files of which this one is the longer version: their rows go.
    ///   - marks: Digests of its beginnings, by which an older copy of it is known.
    ///   - now: The time of the import, by the wall clock.
    ///   - fill: Hands the rows over, and sets what is to be said of the file.
    /// - Returns: the file with what was done.
    /// - Throws: ``CatalogueError``, or whatever `fill` throws.
    package func add(
        _ source: DataSource,
        replacing replaced: [String] = [],
        marks: [LineMark] = [],
        now: Timestamp,
        fill: (SourceWriter, inout DataSource) throws -> Void
    ) throws -> DataSource {
        do {
            return try write { db in
                let id = try Self.begin(source, replacing: replaced, now, db)
                let writer = SourceWriter(db, source: id)
                var source = source
                try fill(writer, &source)
                try writer.finish()
                source.rows = writer.rows
                source.known = writer.known
                source.contrary = writer.contrary
                source.notes += writer.notes
                for mark in marks {
                    try db.cachedStatement(sql: "INSERT INTO marks (source_id, lines, sha256) VALUES (?, ?, ?)")
                        .execute(arguments: [id, mark.lines, mark.sha256])
                }
                try db.execute(
                    sql: "UPDATE sources SET rows = ?, known = ?, skipped = ?, notes = ? WHERE id = ?",
                    arguments: [
                        source.rows, source.known, source.skipped, source.notes.joined(separator: "\n"), id,
                    ]
                )
                return source
            }
        } catch let error as DatabaseError {
            throw CatalogueError(error)
        }
    }

    /// Enters a file; one that is replaced keeps its place among the others.
    private static func begin(
        _ source: DataSource,
        replacing replaced: [String],
        _ now: Timestamp,
        _ db: Database
    ) throws -> Int64 {
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
