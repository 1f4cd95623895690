import Foundation
import GRDB
import KBotModel

/// Takes the rows of one file, market by market and day by day, and leaves out those that the catalogue has from another.
///
/// What a row is, is told by what it says: a trade by market, time, price, count and taker, a tick by time and price, a
/// candle by its start. Of several equal ones as many are kept as the file that has most of them. Of candles that differ
/// the one imported first stays; but one of a file's last start, which may not have been over, gives way to a fuller one.
package final class SourceWriter {
    /// A stream of the file, by its number here.
    package struct Slot: Hashable, Sendable {
        let index: Int
    }

    /// Rows of one chunk; larger ones hardly compress better, and are read whole.
    static let chunkRows = 8_192
    /// Rows in memory of all streams together.
    static let pendingRows = 1 << 18

    struct Stream {
        let key: StreamKey
        let id: Int64
        var rows = RowColumns()
        var bars: [DataBar] = []
        /// Candles that differ from those of other files.
        var contrary: (count: Int, first: Timestamp)?
        /// Candles of other files that gave way to fuller ones.
        var replaced = 0

        var count: Int { rows.count + bars.count }
        var last: Int64? { rows.keys.last ?? bars.last?.start.microseconds }
    }

    /// Rows that went into the catalogue.
    package private(set) var rows = 0
    /// Rows that it had already.
    package internal(set) var known = 0
    /// Candles that differ from those it had already, and were left out.
    package internal(set) var contrary = 0
    /// What a person should know of the rows, a line each.
    package internal(set) var notes: [String] = []
    let db: Database
    let source: Int64
    var streams: [Stream] = []
    private var slots: [StreamKey: Slot] = [:]
    private var pending = 0
    private var facts = 0

    init(_ db: Database, source: Int64) {
        self.db = db
        self.source = source
    }

    /// The number of a stream.
    package func slot(_ key: StreamKey) throws -> Slot {
        if let slot = slots[key] { return slot }
        let arguments: StatementArguments = [key.kind.rawValue, key.name, key.interval.microseconds, key.series]
        try db.cachedStatement(
            sql: "INSERT INTO streams (kind, name, interval, series) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        ).execute(arguments: arguments)
        let find = try db.cachedStatement(sql: "SELECT id FROM streams WHERE kind = ? AND name = ? AND interval = ?")
        let known: StatementArguments = [key.kind.rawValue, key.name, key.interval.microseconds]
        guard let id = try Int64.fetchOne(find, arguments: known) else {
            throw CatalogueError.failed("the stream \(key.name) is not entered")
        }
        let slot = Slot(index: streams.count)
        streams.append(Stream(key: key, id: id))
        slots[key] = slot
        return slot
    }

    /// Adds a row of a market, not before the one before it.
    package func append(_ row: DataRow, to slot: Slot) throws {
        try makeRoom(slot, at: row.key.microseconds)
        streams[slot.index].rows.append(row)
    }

    /// Adds a candle or a tick, not before the one before it.
    package func append(_ bar: DataBar, to slot: Slot) throws {
        try makeRoom(slot, at: bar.start.microseconds)
        streams[slot.index].bars.append(bar)
    }

    /// Adds what the file tells of a market, unless all of it is known.
    package func append(_ record: MarketRecord) throws {
        let known = try Catalogue.record(of: record.ticker, db)
        var after = known ?? MarketRecord(ticker: record.ticker)
        after.add(record)
        // A contrary outcome that does not count is kept, to be told of.
        let isContrary = record.settlement.map { $0.value != known?.settlement?.value } ?? false
        guard after != known || isContrary else {
            self.known += 1
            return
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO facts (ticker, source_id, number, series, opens, closes, strike, value, inferred)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                record.ticker.text, source, facts, StreamKey(.trades, record.ticker.text).series,
                record.opens?.microseconds, record.closes?.microseconds, record.strike?.units,
                record.settlement.map { Int64($0.value.units) }, record.settlement.map { $0.isInferred ? 1 : 0 },
            ]
        )
        facts += 1
        rows += 1
    }

    // MARK: Chunks

    /// Ends chunks that are full. None ends among rows of one time: what is known is looked for by time.
    private func makeRoom(_ slot: Slot, at time: Int64) throws {
        if let last = streams[slot.index].last, last < time,
            streams[slot.index].count >= Self.chunkRows || Self.day(last) != Self.day(time)
        {
            try flush(slot.index)
        }
        pending += 1
        guard pending >= Self.pendingRows else { return }
        for index in streams.indices where index != slot.index && streams[index].last ?? time < time {
            try flush(index)
        }
    }

    /// Writes everything that is still here.
    ///
    /// - Returns: when the file's last candles begin, of whichever market; nil without any.
    func finish() throws -> Timestamp? {
        // What begins last was added last, so it is still here.
        let end = streams.filter { $0.key.kind != .ticks }.compactMap(\.bars.last?.start).max()
        for index in streams.indices {
            try flush(index, end: end)
            try tellOfBars(streams[index])
        }
        return end
    }

    private static func day(_ time: Int64) -> Int64 { Timestamp(microseconds: time).utcDay.number }

    /// Writes what is here of a stream; `end` is the start of the file's last candles, known when the file is over.
    private func flush(_ index: Int, end: Timestamp? = nil) throws {
        let stream = streams[index]
        guard stream.count > 0 else { return }
        pending -= stream.count
        streams[index].rows = RowColumns()
        streams[index].bars = []
        if stream.bars.isEmpty {
            let rows = stream.key.kind == .lives ? stream.rows : try news(of: stream)
            guard let first = rows.keys.first, let last = rows.keys.last, let number = rows.numbers.first else {
                return
            }
            try insert(stream, rows.encoded(), first, last, number, rows: rows.count, trades: rows.trades)
        } else {
            let bars =
                try stream.key.kind == .ticks ? newTicks(of: stream) : newCandles(of: stream, index, end: end)
            guard let first = bars.first, let last = bars.last else { return }
            let times = (first.start.microseconds, last.start.microseconds)
            try insert(stream, BarColumns.encoded(bars), times.0, times.1, 0, rows: bars.count, trades: 0)
        }
    }

    private func insert(
        _ stream: Stream,
        _ raw: [UInt8],
        _ first: Int64,
        _ last: Int64,
        _ number: Int64,
        rows: Int,
        trades: Int
    ) throws {
        let chunk = try SealedChunk(sealing: raw)
        self.rows += rows
        try db.cachedStatement(
            sql: """
                INSERT INTO chunks (stream_id, source_id, day, first, last, number, rows, trades, size, sum, bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                stream.id, source, Self.day(first), first, last, number, rows, trades, chunk.size, chunk.sum,
                chunk.bytes.databaseBlob,
            ]
        )
    }

    // MARK: What is known

    private struct TradeName: Hashable {
        let time: Int64
        let price: Int32
        let count: Int64
        let kind: UInt8

        init(_ row: DataRow) {
            time = row.time.microseconds
            price = row.price.units
            count = row.count.units
            kind = row.kind.rawValue
        }
    }

    /// How far a trade's own time may be from its key.
    private static let slack = TimeSpan.seconds(5).microseconds

    /// The rows without the trades that another file told.
    private func news(of stream: Stream) throws -> RowColumns {
        guard let first = stream.rows.keys.first, let last = stream.rows.keys.last else { return stream.rows }
        var names: [TradeName: Int] = [:]
        for kind in [StreamKey.Kind.trades, .book] {
            let chunks = try chunks(of: kind, stream.key, first - Self.slack, last + Self.slack)
            for chunk in chunks {
                let rows = try RowColumns(chunk.opened())
                for index in 0..<rows.count where Self.isTold(rows, index) {
                    names[TradeName(rows[index]), default: 0] += 1
                }
            }
        }
        guard !names.isEmpty else { return stream.rows }
        var news = RowColumns()
        for index in 0..<stream.rows.count {
            var row = stream.rows[index]
            if Self.isTold(stream.rows, index), let left = names[TradeName(row)], left > 0 {
                names[TradeName(row)] = left - 1
                known += 1
                // Among frames it still says that the market was spoken of.
                guard stream.key.kind == .book else { continue }
                row.kind = .touch
            }
            news.append(row)
        }
        return news
    }

    /// Whether a row is a trade that the venue told.
    private static func isTold(_ rows: RowColumns, _ index: Int) -> Bool {
        rows.kind(index).isTrade && !rows.flags(index).contains(.synthetic)
    }

    private func newTicks(of stream: Stream) throws -> [DataBar] {
        guard let first = stream.bars.first, let last = stream.bars.last else { return [] }
        let chunks = try chunks(of: .ticks, stream.key, first.start.microseconds, last.start.microseconds)
        guard !chunks.isEmpty else { return stream.bars }
        var names: [DataBar: Int] = [:]
        for chunk in chunks {
            for bar in try BarColumns.decoded(chunk.opened()) { names[bar, default: 0] += 1 }
        }
        return stream.bars.filter { bar in
            guard let left = names[bar], left > 0 else { return true }
            names[bar] = left - 1
            known += 1
            return false
        }
    }

    /// Chunks of the same market or underlying from other files, as far as they reach into a time.
    private func chunks(
        of kind: StreamKey.Kind,
        _ key: StreamKey,
        _ first: Int64,
        _ last: Int64
    ) throws -> [SealedChunk] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.bytes, c.size, c.sum FROM chunks c JOIN streams s ON s.id = c.stream_id
                WHERE s.name = ? AND s.kind = ? AND s.interval = ? AND c.first <= ? AND c.last >= ? AND c.source_id <> ?
                """
        )
        let rows = try Row.fetchAll(
            statement,
            arguments: [key.name, kind.rawValue, key.interval.microseconds, last, first, source]
        )
        return rows.map { SealedChunk(bytes: Array($0[0] as Data), size: $0[1], sum: $0[2]) }
    }
}

extension [UInt8] {
    /// The bytes for the database.
    var databaseBlob: Data { Data(self) }
}
