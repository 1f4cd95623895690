import Foundation
import GRDB
import HeapModule
import KBotModel

/// Reads rows of many markets in the order in which they happened: by time, books before trades, then by file and place in
/// it.
///
/// A chunk is opened when its first row's turn comes and forgotten after its last: memory grows with the number of markets
/// that trade at one time, not with the length of the data.
package final class CatalogueReader {
    /// Rows that come before any others.
    package struct Run {
        /// The chunk they are of.
        package let chunk: OpenChunk
        /// Which of its rows.
        package let range: Range<Int>
    }

    /// A chunk that is being read.
    package final class OpenChunk {
        /// The stream, by its number in the catalogue.
        package let stream: Int64
        /// What it holds.
        package let kind: StreamKey.Kind
        /// The market; empty for lives that an older kbot imported, which are of any.
        package let name: String
        /// The file, by its number in the catalogue: files imported earlier have lower ones.
        package let source: Int64
        /// Its rows.
        package let rows: RowColumns
        fileprivate var next = 0

        init(_ header: Header, _ rows: RowColumns) {
            stream = header.stream
            kind = header.kind
            name = header.name
            source = header.source
            self.rows = rows
        }
    }

    struct Header {
        let id: Int64
        let stream: Int64
        let source: Int64
        let first: Int64
        let number: Int64
        let kind: StreamKey.Kind
        let name: String
    }

    private struct Key: Comparable {
        let time: Int64
        let rank: Int64
        let source: Int64
        let number: Int64

        static func < (lhs: Key, rhs: Key) -> Bool {
            if lhs.time != rhs.time { return lhs.time < rhs.time }
            if lhs.rank != rhs.rank { return lhs.rank < rhs.rank }
            return (lhs.source, lhs.number) < (rhs.source, rhs.number)
        }
    }

    private struct Cursor: Comparable {
        let key: Key
        /// Where its chunk is kept, once open.
        let place: Int
        static func < (lhs: Cursor, rhs: Cursor) -> Bool { lhs.key < rhs.key }
        static func == (lhs: Cursor, rhs: Cursor) -> Bool { lhs.key == rhs.key }
    }

    private enum Entry {
        case header(Header)
        case open(OpenChunk)
        case free
    }

    private let catalogue: Catalogue
    private let selection: DataSelection
    private let passedOver: Set<String>
    private let end: Int64
    private let newest: Int64
    private var headers: ArraySlice<Header> = []
    private var after: (first: Int64, id: Int64) = (.min, 0)
    private var isExhausted = false
    private var cursors = Heap<Cursor>()
    private var entries: [Entry] = []
    private var free: [Int] = []
    /// Chunks read, and chunks there are, for a progress bar.
    package private(set) var progress: (read: Int, total: Int)

    /// Begins to read.
    ///
    /// Where the selection begins makes no difference: a book is made of all that was before.
    ///
    /// - Parameters:
    ///   - catalogue: Where the data is.
    ///   - selection: Which markets, and until when.
    ///   - passedOver: Markets that are left out.
    /// - Throws: ``CatalogueError``.
    package init(
        _ catalogue: Catalogue,
        _ selection: DataSelection = DataSelection(),
        passingOver passedOver: Set<String> = []
    ) throws(CatalogueError) {
        self.catalogue = catalogue
        self.selection = selection
        self.passedOver = passedOver
        let end = selection.to?.microseconds ?? .max
        self.end = end
        let (newest, total) = try catalogue.read { db in
            (
                try Int64.fetchOne(db, sql: "SELECT max(id) FROM chunks") ?? 0,
                try Int.fetchOne(db, sql: "SELECT count(*) FROM chunks WHERE first < ?", arguments: [end]) ?? 0
            )
        }
        self.newest = newest
        progress = (0, total)
    }

    /// The next rows; nil at the end.
    package func next() throws(CatalogueError) -> Run? {
        while true {
            try admit()
            guard let top = cursors.popMin() else { return nil }
            let chunk: OpenChunk
            switch entries[top.place] {
            case .open(let open): chunk = open
            case .header(let header):
                chunk = try open(header)
                entries[top.place] = .open(chunk)
            case .free: continue
            }
            let start = chunk.next
            chunk.next = limit(of: chunk)
            put(chunk, at: top.place)
            return Run(chunk: chunk, range: start..<chunk.next)
        }
    }

    /// Puts a chunk back in the row of those that wait, at its next row, or forgets it.
    private func put(_ chunk: OpenChunk, at place: Int) {
        guard chunk.next < chunk.rows.count, chunk.rows.keys[chunk.next] < end else {
            entries[place] = .free
            free.append(place)
            return
        }
        cursors.insert(Cursor(key: key(of: chunk, chunk.next), place: place))
    }

    /// The first row of a chunk that is another one's turn.
    private func limit(of chunk: OpenChunk) -> Int {
        let keys = chunk.rows.keys
        var index = chunk.next + 1
        let other = cursors.min?.key
        let unread = headers.first.map(\.first) ?? .max
        let sure = min(other?.time ?? .max, unread, end)
        while index < keys.count, keys[index] < sure { index += 1 }
        guard let other, other.time < unread, other.time < end else { return index }
        while index < keys.count, key(of: chunk, index) < other { index += 1 }
        return index
    }

    private func key(of chunk: OpenChunk, _ index: Int) -> Key {
        Key(
            time: chunk.rows.keys[index],
            rank: Self.rank(chunk.kind),
            source: chunk.source,
            number: chunk.rows.numbers[index]
        )
    }

    private static func rank(_ kind: StreamKey.Kind) -> Int64 { kind == .trades ? 1 : 0 }

    // MARK: Chunks

    /// Takes in all chunks that begin no later than the next row.
    private func admit() throws(CatalogueError) {
        while true {
            if headers.isEmpty, !isExhausted { try fetch() }
            guard let header = headers.first else { return }
            if let top = cursors.min, header.first > top.key.time { return }
            headers.removeFirst()
            progress.read += 1
            guard selection.takes(stream: header.name, passingOver: passedOver) else { continue }
            let place = free.popLast() ?? entries.count
            if place == entries.count { entries.append(.free) }
            entries[place] = .header(header)
            let key = Key(
                time: header.first,
                rank: Self.rank(header.kind),
                source: header.source,
                number: header.number
            )
            cursors.insert(Cursor(key: key, place: place))
        }
    }

    /// Reads what the next chunks are, in the order of their first rows.
    private func fetch() throws(CatalogueError) {
        headers = try catalogue.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT c.id, c.stream_id, c.source_id, c.first, c.number, s.kind, s.name
                    FROM chunks c JOIN streams s ON s.id = c.stream_id
                    WHERE (c.first, c.id) > (?1, ?2) AND c.id <= ?3 AND c.first < ?4
                      AND s.kind IN ('trades', 'book', 'lives')
                    ORDER BY c.first, c.id LIMIT 256
                    """
            )
            return try Row.fetchAll(statement, arguments: [after.first, after.id, newest, end]).map { row in
                guard let kind = StreamKey.Kind(rawValue: row[5]) else {
                    throw CatalogueError.damaged("a stream of an unknown kind")
                }
                return Header(
                    id: row[0],
                    stream: row[1],
                    source: row[2],
                    first: row[3],
                    number: row[4],
                    kind: kind,
                    name: row[6]
                )
            }[...]
        }
        if let last = headers.last { after = (last.first, last.id) } else { isExhausted = true }
    }

    private func open(_ header: Header) throws(CatalogueError) -> OpenChunk {
        let rows = try catalogue.rows(ofChunk: header.id)
        guard rows.keys.first == header.first else { throw .damaged("a chunk begins at another time than its name") }
        return OpenChunk(header, rows)
    }
}

extension Catalogue {
    /// The rows of a chunk.
    func rows(ofChunk id: Int64) throws(CatalogueError) -> RowColumns {
        try RowColumns(try bytes(ofChunk: id))
    }

    /// The bytes of a chunk, before compression.
    func bytes(ofChunk id: Int64) throws(CatalogueError) -> [UInt8] {
        guard let chunk = try read({ db in try SealedChunk(db, id: id) }) else {
            throw .failed("a recording was imported anew while it was being read: begin again")
        }
        return try chunk.opened()
    }
}

extension SealedChunk {
    /// A chunk as it is stored; nil when it is not there.
    init?(_ db: Database, id: Int64) throws {
        let statement = try db.cachedStatement(sql: "SELECT bytes, size, sum FROM chunks WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        self.init(bytes: Array(row[0] as Data), size: row[1], sum: row[2])
    }
}
