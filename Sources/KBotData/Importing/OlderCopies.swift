import GRDB
import KBotModel

/// Recordings that came later than a longer version of theirs.
extension ImportTransaction {
    /// The name of an imported file that holds all that a file tells: that one is an older, shorter copy, of no more use.
    ///
    /// - Parameters:
    ///   - source: The file, imported in this transaction.
    ///   - mark: The last of its marks. What lies behind it is compared row by row.
    /// - Returns: the longest such file's name; nil when there is none.
    /// - Throws: ``CatalogueError``, or what SQLite throws.
    package func longerCopy(of source: DataSource, _ mark: LineMark) throws -> String? {
        let files = try Row.fetchAll(
            db,
            sql: """
                SELECT s.id, s.name, own.id FROM marks m
                JOIN sources s ON s.id = m.source_id JOIN sources own ON own.sha256 = ?
                WHERE m.sha256 = ? AND m.lines = ? AND s.lines > ? ORDER BY s.lines DESC
                """,
            arguments: [source.sha256, mark.sha256, mark.lines, source.lines]
        )
        for file in files {
            if mark.lines == source.lines { return file[1] }
            if try tells(file[0], allOf: file[2]) { return file[1] }
        }
        return nil
    }

    /// Whether each row of a file is one of another file's too, in the same order.
    private func tells(_ other: Int64, allOf source: Int64) throws -> Bool {
        let streams = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT s.id, s.kind FROM chunks c JOIN streams s ON s.id = c.stream_id WHERE c.source_id = ?
                """,
            arguments: [source]
        )
        for stream in streams {
            let (id, kind) = (stream[0] as Int64, stream[1] as String)
            var rows = try StoredRows(db, source, streams: [id])
            var others = try StoredRows(db, other, streams: kind == "lives" ? [id] + nameless : [id])
            while let row = try rows.next(db) {
                // Trades made for want of trade frames are none where these come later.
                if row.flags.contains(.synthetic) { continue }
                repeat {
                    guard let told = try others.next(db) else { return false }
                    if row.isTold(by: told) { break }
                } while true
            }
        }
        return true
    }

    /// Where an older kbot put the lives of all markets.
    private var nameless: [Int64] {
        get throws { try Int64.fetchAll(db, sql: "SELECT id FROM streams WHERE kind = 'lives' AND name = ''") }
    }
}

extension DataRow {
    /// Whether another file's row says the same. Of a trade that a third file told only the touch is there.
    fileprivate func isTold(by other: DataRow) -> Bool {
        if kind == .touch, other.isTouch { return (key, time) == (other.key, other.time) }
        var row = self
        row.number = other.number
        row.flags.remove(.follows)
        var same = other
        same.flags.remove(.follows)
        return row == same
    }

    private var isTouch: Bool { kind == .touch || kind.isTrade }
}

/// Rows of a file as they are stored, chunk by chunk.
private struct StoredRows {
    private var chunks: ArraySlice<Int64>
    private var rows = RowColumns()
    private var index = 0

    init(_ db: Database, _ source: Int64, streams: [Int64]) throws {
        var chunks: [Int64] = []
        for stream in streams {
            chunks += try Int64.fetchAll(
                db,
                sql: "SELECT id FROM chunks WHERE source_id = ? AND stream_id = ? ORDER BY id",
                arguments: [source, stream]
            )
        }
        self.chunks = chunks[...]
    }

    mutating func next(_ db: Database) throws -> DataRow? {
        while index >= rows.count {
            guard let chunk = chunks.popFirst(), let sealed = try SealedChunk(db, id: chunk) else { return nil }
            rows = try RowColumns(sealed.opened())
            index = 0
        }
        defer { index += 1 }
        return rows[index]
    }
}
