import Foundation
import KBotData
import KBotKalshi
import KBotModel

/// Turns a recording of frames into rows of the catalogue, in such a way that rows and frames give the same events.
///
/// Whether a book can be trusted is decided here, as always by ``FrameMapper``. What a market's listing, close and result
/// depend on is decided when the rows are read: other files may know more by then.
struct FrameRows {
    private var reader: ByteLineReader
    private let decoder = FrameDecoder()
    private var mapper: FrameMapper
    private var board = MarketBoard()
    private var events: [MarketEvent] = []
    private var slots: [SourceWriter.Slot] = []
    private var key: Timestamp?
    private var rows: Int64 = 0
    private var frames = 0
    private var isFollowing = false
    private(set) var defects = DefectLog()
    private let strict: Bool

    init(path: String, strict: Bool) throws(FeedError) {
        reader = try ByteLineReader(path: path)
        mapper = try FramesFile.lookAhead(path, decoder)
        self.strict = strict
    }

    /// Lines read.
    var lines: Int { reader.lineNumber }

    /// Bytes read of those of the file.
    var share: Double { Double(reader.offset) / Double(max(reader.fileSize, 1)) }

    /// Hands over all rows, up to a line.
    mutating func write(to writer: SourceWriter, lines: Int, progress: (Double) -> Void) throws {
        while reader.lineNumber < lines, try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            if reader.lineNumber & 0xFFFF == 0 { progress(share) }
            let buffer = reader.buffer
            let frame: Frame
            do throws(FrameError) {
                frame = try decoder.decode(buffer.span.extracting(reader.line))
            } catch {
                try skip(error.description)
                continue
            }
            try take(frame, Array(buffer[reader.line]), writer)
        }
        if let failure = reader.failure, reader.lineNumber <= lines {
            if strict { throw failure }
            defects.add(failure.description)
        }
        guard frames > 0 else {
            throw FeedError.unrecognized(path: reader.path, reason: "no line of it is a frame")
        }
    }

    private mutating func skip(_ reason: String) throws(FeedError) {
        let defect = FeedError.Defect(file: reader.name, line: reader.lineNumber, column: nil, reason: reason)
        if strict { throw .malformed(defect) }
        defects.add(defect)
    }

    private mutating func take(_ frame: Frame, _ line: [UInt8], _ writer: SourceWriter) throws {
        let time = mapper.time(of: frame)
        if let problem = RecordedTime.problem(time, after: key ?? .distantPast) {
            return try skip("the frame's time \(problem)")
        }
        let before = mapper.latest ?? time
        let counts = mapper.counts
        key = max(time, key ?? time)
        isFollowing = false
        events.removeAll(keepingCapacity: true)
        guard mapper.map(frame, bytes: line.span, board: &board, into: &events) else {
            return try skip("the market's ticker is none")
        }
        frames += 1
        // A change that its own book cannot bear is told as the gap that it makes.
        let isDoubted = mapper.counts.negativeLevels != counts.negativeLevels
        if !isDoubted { try writeGaps(writer) }
        guard mapper.counts.duplicates == counts.duplicates, let range = frame.market else { return }
        switch frame.body {
        case .lifecycle:
            // What is said of a name that is none is of no market.
            guard let name = ticker(range, line), let market = Ticker(validating: String(decoding: name, as: UTF8.self))
            else { return }
            var row = self.row(.frame, max(time, before))
            row.frame = line
            return try writer.append(row, to: writer.slot(StreamKey(.lives, market.text)))
        case .delta, .snapshot, .trade, .ticker: break
        default: return
        }
        guard let slot = try slot(range, line, writer) else { return }
        var row = row(isDoubted ? .gap : .touch, time)
        var late: DataRow?
        for event in events {
            switch event.kind {
            case .delta(_, let outcome, let price, let change):
                row.kind = outcome == .yes ? .deltaYes : .deltaNo
                row.price = price
                row.count = change
            case .snapshot(_, let snapshot):
                row.kind = .snapshot
                row.snapshot = snapshot
            case .trade(let trade) where mapper.counts.syntheticTrades == counts.syntheticTrades:
                set(&row, trade)
            case .trade(let trade):
                late = self.row(.touch, event.time, [.aside, .synthetic])
                if var made = late {
                    set(&made, trade)
                    late = made
                }
            default: break
            }
        }
        try writer.append(row, to: slot)
        if let late { try writer.append(late, to: slot) }
    }

    private func set(_ row: inout DataRow, _ trade: Trade) {
        row.kind = .trade(trade.taker)
        row.price = trade.price
        row.count = trade.count
    }

    private mutating func writeGaps(_ writer: SourceWriter) throws {
        for event in events {
            guard case .gap(let id) = event.kind else { continue }
            try writer.append(row(.gap, event.time, .aside), to: slot(id, writer))
        }
    }

    /// The next row, at the time of the frame.
    private mutating func row(
        _ kind: DataRow.Kind,
        _ time: Timestamp,
        _ flags: DataRow.Flags = []
    ) -> DataRow {
        let follows: DataRow.Flags = isFollowing ? .follows : []
        defer {
            rows += 1
            isFollowing = true
        }
        return DataRow(key: key ?? time, time: time, number: rows, kind: kind, flags: flags.union(follows))
    }

    private mutating func slot(_ range: TextRange, _ line: [UInt8], _ writer: SourceWriter) throws -> SourceWriter.Slot?
    {
        guard let ticker = ticker(range, line), let id = board.listed(ticker.span) else { return nil }
        return try slot(id, writer)
    }

    /// The market's name in a line; nil when it is no text.
    private func ticker(_ range: TextRange, _ line: [UInt8]) -> [UInt8]? {
        let bytes = Array(line[range.start..<range.end])
        guard range.isEscaped else { return bytes }
        let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        return (try? JSONDecoder().decode(String.self, from: Data(quoted))).map { Array($0.utf8) }
    }

    private mutating func slot(_ id: MarketID, _ writer: SourceWriter) throws -> SourceWriter.Slot {
        while slots.count <= Int(id.index) {
            let ticker = board.registry.ticker(of: MarketID(Int32(slots.count)))
            slots.append(try writer.slot(StreamKey(.book, ticker.text)))
        }
        return slots[Int(id.index)]
    }

    /// What a person should know of the recording.
    var notes: [String] {
        let counts = mapper.counts
        var notes: [String] = []
        if counts.syntheticTrades > 0 {
            notes.append("no trade frames: \(counts.syntheticTrades) steps in ticker volume stand for trades")
        }
        if counts.gaps > 0 {
            notes.append(
                "\(counted(counts.gaps, "gap")), \(counted(Int(clamping: counts.missingMessages), "message")) lost"
            )
        }
        if counts.duplicates > 0 { notes.append("\(counted(counts.duplicates, "message")) repeated") }
        if counts.changesWithoutBook > 0 { notes.append("\(counts.changesWithoutBook) changes of books not known") }
        if counts.offGrid > 0 { notes.append("\(counts.offGrid) book prices off the market's grid") }
        if counts.errorCount > 0 { notes.append("\(counted(counts.errorCount, "error")) from the venue") }
        return notes
    }
}
