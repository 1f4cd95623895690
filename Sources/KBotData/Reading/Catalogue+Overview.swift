import GRDB
package import KBotModel

/// One stream of the catalogue: what it holds, and how much.
package struct StreamFacts: Hashable, Sendable {
    /// The stream.
    package let key: StreamKey
    /// The series of a market; empty for underlyings.
    package let series: String
    /// Rows: trades, changes of books, candles, ticks.
    package let rows: Int
    /// Trades among them.
    package let trades: Int
    /// Compressed bytes.
    package let bytes: Int
    /// Days on which there is something, as days since 1970.
    package let days: Set<Int64>
    /// Time of its first row.
    package let first: Timestamp
    /// Time of its last row.
    package let last: Timestamp
    /// Files it comes from.
    package let sources: Int
}

extension Catalogue {
    /// All streams of a selection that hold something, in the order of their names.
    ///
    /// - Parameters:
    ///   - selection: Which markets; a time narrows to chunks that reach into it.
    ///   - kinds: Which kinds of streams.
    /// - Returns: what each holds, counted over the chunks that reach into the time.
    /// - Throws: ``CatalogueError``.
    package func streams(
        _ selection: DataSelection = DataSelection(),
        kinds: Set<StreamKey.Kind> = Set(StreamKey.Kind.allCases)
    ) throws(CatalogueError) -> [StreamFacts] {
        try read { db in
            var streams: [StreamFacts] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT s.kind, s.name, s.interval, s.series, sum(c.rows), sum(c.trades), sum(length(c.bytes)),
                      group_concat(DISTINCT c.day), min(c.first), max(c.last), count(DISTINCT c.source_id)
                    FROM streams s JOIN chunks c ON c.stream_id = s.id
                    WHERE c.last >= ? AND c.first < ?
                    GROUP BY s.id ORDER BY s.name, s.kind, s.interval
                    """,
                arguments: [selection.from?.microseconds ?? .min, selection.to?.microseconds ?? .max]
            )
            while let row = try rows.next() {
                guard let kind = StreamKey.Kind(rawValue: row[0]), kinds.contains(kind) else { continue }
                let name = row[1] as String
                switch kind {
                case .trades, .book, .lives, .candles: guard selection.takes(stream: name) else { continue }
                case .ticks, .spotCandles: if selection.choosesMarkets { continue }
                }
                streams.append(
                    StreamFacts(
                        key: StreamKey(kind, name, interval: TimeSpan(microseconds: row[2])),
                        series: row[3],
                        rows: row[4],
                        trades: row[5],
                        bytes: row[6],
                        days: Set((row[7] as String).split(separator: ",").compactMap { Int64($0) }),
                        first: Timestamp(microseconds: row[8]),
                        last: Timestamp(microseconds: row[9]),
                        sources: row[10]
                    )
                )
            }
            return streams
        }
    }

    /// Names of the files from which rows of a selection come, in the order in which they were imported.
    package func sourceNames(_ selection: DataSelection = DataSelection()) throws(CatalogueError) -> [String] {
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT DISTINCT f.id, f.name, s.name
                    FROM sources f JOIN chunks c ON c.source_id = f.id JOIN streams s ON s.id = c.stream_id
                    WHERE c.last >= ? AND c.first < ? AND s.kind NOT IN ('ticks', 'spot_candles') ORDER BY f.id
                    """,
                arguments: [selection.from?.microseconds ?? .min, selection.to?.microseconds ?? .max]
            )
            var names: [String] = []
            var last: Int64?
            while let row = try rows.next() {
                let id = row[0] as Int64
                guard id != last, selection.takes(Ticker(row[2] as String)) else { continue }
                last = id
                names.append(row[1])
            }
            return names
        }
    }

    /// The files that were imported, in the order in which they were.
    package func sources() throws(CatalogueError) -> [DataSource] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT sha256, lines, kind, name, path, rows, known, skipped, notes FROM sources ORDER BY id"
            ).map { row in
                guard let kind = DataSource.Kind(rawValue: row[2]) else {
                    throw CatalogueError.damaged("a file of an unknown kind")
                }
                var source = DataSource(sha256: row[0], lines: row[1], kind: kind, name: row[3], path: row[4])
                source.rows = row[5]
                source.known = row[6]
                source.skipped = row[7]
                source.notes = (row[8] as String).split(separator: "\n").map(String.init)
                return source
            }
        }
    }

    /// When a file was last imported, by the wall clock; nil before the first.
    package func lastImport() throws(CatalogueError) -> Timestamp? {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT max(imported) FROM sources").map { Timestamp(microseconds: $0) }
        }
    }

    /// Bytes of the catalogue on the disk, without what is free in it.
    package func size() throws(CatalogueError) -> Int {
        try read { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            return (pages - free) * (try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
    }

    /// Opens every chunk and looks at SQLite's own pages.
    ///
    /// - Returns: what cannot be read, one sentence each, with the stream it is of.
    package func damages() throws(CatalogueError) -> [(name: String, text: String)] {
        var found: [(name: String, text: String)] = []
        let pages = try read { db in try String.fetchAll(db, sql: "PRAGMA quick_check(20)") }
        found += pages.filter { $0 != "ok" }.map { ("", $0) }
        var last: Int64 = 0
        while true {
            let page = try read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT c.id, s.kind, s.name FROM chunks c JOIN streams s ON s.id = c.stream_id WHERE c.id > ?
                        ORDER BY c.id LIMIT 1024
                        """,
                    arguments: [last]
                ).map { (id: $0[0] as Int64, kind: $0[1] as String, name: $0[2] as String) }
            }
            guard let end = page.last else { return found }
            last = end.id
            for chunk in page {
                do throws(CatalogueError) {
                    let bytes = try bytes(ofChunk: chunk.id)
                    switch StreamKey.Kind(rawValue: chunk.kind) {
                    case .trades, .book, .lives: _ = try RowColumns(bytes)
                    case .candles, .ticks, .spotCandles: _ = try BarColumns.decoded(bytes)
                    case nil: throw .damaged("a stream of an unknown kind")
                    }
                } catch {
                    found.append((chunk.name, "\(error)"))
                }
            }
        }
    }
}
