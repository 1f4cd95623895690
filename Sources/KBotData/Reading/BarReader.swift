import GRDB
package import KBotModel

/// Reads candles or ticks of one stream in the order of time; at one time those of the file imported first come first.
package final class BarReader {
    private struct Header {
        let id: Int64
        let source: Int64
        let first: Int64
    }

    private struct Part {
        let source: Int64
        let bars: [DataBar]
        var next = 0
    }

    /// What is read.
    package let key: StreamKey
    private let catalogue: Catalogue
    private let from: Int64
    private let end: Int64
    private let stream: Int64
    private let newest: Int64
    private var headers: ArraySlice<Header> = []
    private var after: (first: Int64, id: Int64) = (.min, 0)
    private var isExhausted = false
    private var parts: [Part] = []

    /// Begins to read what begins in a time; nil when there is no such stream.
    package init?(_ catalogue: Catalogue, _ key: StreamKey, from: Timestamp? = nil, to: Timestamp? = nil)
        throws(CatalogueError)
    {
        self.key = key
        self.catalogue = catalogue
        self.from = from?.microseconds ?? .min
        end = to?.microseconds ?? .max
        let found = try catalogue.read { db in
            (
                try Int64.fetchOne(
                    db,
                    sql: "SELECT id FROM streams WHERE kind = ? AND name = ? AND interval = ?",
                    arguments: [key.kind.rawValue, key.name, key.interval.microseconds]
                ),
                try Int64.fetchOne(db, sql: "SELECT max(id) FROM chunks") ?? 0
            )
        }
        guard let stream = found.0 else { return nil }
        self.stream = stream
        newest = found.1
    }

    /// The next bars, a chunk's worth at most; nil at the end.
    package func next() throws(CatalogueError) -> ArraySlice<DataBar>? {
        while true {
            try admit()
            guard let best = first() else { return nil }
            let part = parts[best]
            var index = part.next + 1
            var limit = min(headers.first?.first ?? .max, end)
            for (other, held) in parts.enumerated() where other != best {
                let time = held.bars[held.next].start.microseconds
                // Who was imported first goes on through an equal time.
                limit = min(limit, part.source < held.source ? time &+ 1 : time)
            }
            while index < part.bars.count, part.bars[index].start.microseconds < limit { index += 1 }
            let bars = part.bars[part.next..<index]
            if index < part.bars.count, part.bars[index].start.microseconds < end {
                parts[best].next = index
            } else {
                parts.remove(at: best)
            }
            return bars
        }
    }

    private func first() -> Int? {
        parts.indices.min { lhs, rhs in
            let (left, right) = (parts[lhs].bars[parts[lhs].next].start, parts[rhs].bars[parts[rhs].next].start)
            return left != right ? left < right : parts[lhs].source < parts[rhs].source
        }
    }

    private func admit() throws(CatalogueError) {
        while true {
            if headers.isEmpty, !isExhausted { try fetch() }
            guard let header = headers.first else { return }
            if let best = first(), parts[best].bars[parts[best].next].start.microseconds < header.first { return }
            headers.removeFirst()
            let bars = try BarColumns.decoded(catalogue.bytes(ofChunk: header.id))
            let start = bars.firstIndex { $0.start.microseconds >= from } ?? bars.count
            guard start < bars.count, bars[start].start.microseconds < end else { continue }
            parts.append(Part(source: header.source, bars: bars, next: start))
        }
    }

    private func fetch() throws(CatalogueError) {
        headers = try catalogue.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT id, source_id, first FROM chunks
                    WHERE stream_id = ? AND (first, id) > (?, ?) AND id <= ? AND first < ? AND last >= ?
                    ORDER BY first, id LIMIT 256
                    """
            )
            let arguments: StatementArguments = [stream, after.first, after.id, newest, end, from]
            return try Row.fetchAll(statement, arguments: arguments).map {
                Header(id: $0[0], source: $0[1], first: $0[2])
            }[...]
        }
        if let last = headers.last { after = (last.first, last.id) } else { isExhausted = true }
    }
}
