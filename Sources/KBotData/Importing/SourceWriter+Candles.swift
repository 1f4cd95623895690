import Foundation
import GRDB
import KBotModel

/// Candles that two files tell.
extension SourceWriter {
    /// Keeps and says what became of candles that differ.
    func tellOfBars(_ stream: Stream) throws {
        if stream.replaced > 0 {
            notes.append(
                "\(stream.key.name): the last candle of another file was not whole, and gave way to the one here"
            )
        }
        guard let bars = stream.contrary else { return }
        contrary += bars.count
        let what = bars.count == 1 ? "1 candle differs from that" : "\(bars.count) candles differ from those"
        notes.append("\(stream.key.name): \(what) of another file, which stay; the first is of \(bars.first)")
        try db.execute(
            sql: "INSERT INTO contrary_bars (source_id, stream_id, rows, first) VALUES (?, ?, ?, ?)",
            arguments: [source, stream.id, bars.count, bars.first.microseconds]
        )
    }

    /// A chunk of candles of another file.
    private struct HeldCandles {
        let id: Int64
        let source: Int64
        /// When the file's last candles begin, whoever told them first; nil when an older kbot imported it, which did not
        /// keep that.
        let end: Int64?
        var bars: [DataBar]
        var isChanged = false
    }

    /// The candles that no other file told; those of others that were not whole give way.
    ///
    /// Only what begins last in a file may not have been over when the file was made: the others had ended by then.
    ///
    /// - Parameters:
    ///   - stream: Where they are waiting.
    ///   - index: Its number.
    ///   - end: Start of the file's last candles, of whichever market; nil while more are to come.
    /// - Returns: what is to be kept of them.
    /// - Throws: ``CatalogueError``, or what SQLite throws.
    func newCandles(of stream: Stream, _ index: Int, end: Timestamp?) throws -> [DataBar] {
        guard let first = stream.bars.first, let last = stream.bars.last else { return [] }
        var held = try heldCandles(stream, first.start.microseconds, last.start.microseconds)
        guard !held.isEmpty else { return stream.bars }
        var places: [Timestamp: (chunk: Int, bar: Int)] = [:]
        for (chunk, candles) in held.enumerated() {
            for (place, bar) in candles.bars.enumerated() where places[bar.start] == nil {
                places[bar.start] = (chunk, place)
            }
        }
        var news: [DataBar] = []
        for bar in stream.bars {
            guard let place = places[bar.start] else {
                news.append(bar)
                continue
            }
            let other = held[place.chunk].bars[place.bar]
            if bar == other || (bar.start == end && other.isLaterState(of: bar)) {
                known += 1
            } else if other.start.microseconds == held[place.chunk].end, bar.isLaterState(of: other) {
                // It is the last of its chunk: the places of the others stay.
                held[place.chunk].bars.remove(at: place.bar)
                held[place.chunk].isChanged = true
                streams[index].replaced += 1
                news.append(bar)
            } else {
                let before = streams[index].contrary
                streams[index].contrary = ((before?.count ?? 0) + 1, before?.first ?? bar.start)
            }
        }
        for candles in held where candles.isChanged { try keep(candles) }
        return news
    }

    /// Writes a chunk anew that has lost a candle to this file.
    private func keep(_ candles: HeldCandles) throws {
        try db.execute(sql: "UPDATE sources SET rows = rows - 1 WHERE id = ?", arguments: [candles.source])
        guard let last = candles.bars.last else {
            return try db.execute(sql: "DELETE FROM chunks WHERE id = ?", arguments: [candles.id])
        }
        let chunk = try SealedChunk(sealing: BarColumns.encoded(candles.bars))
        try db.execute(
            sql: "UPDATE chunks SET last = ?, rows = ?, size = ?, sum = ?, bytes = ? WHERE id = ?",
            arguments: [
                last.start.microseconds, candles.bars.count, chunk.size, chunk.sum, chunk.bytes.databaseBlob,
                candles.id,
            ]
        )
    }

    private func heldCandles(_ stream: Stream, _ first: Int64, _ last: Int64) throws -> [HeldCandles] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.id, c.source_id, c.bytes, c.size, c.sum, f.last_candle
                FROM chunks c JOIN sources f ON f.id = c.source_id
                WHERE c.stream_id = ? AND c.first <= ? AND c.last >= ? AND c.source_id <> ? ORDER BY c.source_id, c.first
                """
        )
        return try Row.fetchAll(statement, arguments: [stream.id, last, first, source]).map { row in
            let chunk = SealedChunk(bytes: Array(row[2] as Data), size: row[3], sum: row[4])
            let bars = try BarColumns.decoded(chunk.opened())
            return HeldCandles(id: row[0], source: row[1], end: row[5], bars: bars)
        }
    }
}
