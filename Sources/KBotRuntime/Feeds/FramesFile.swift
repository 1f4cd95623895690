import KBotData
import KBotKalshi
import KBotModel

/// A recording of WebSocket frames, one per line: bare, or as `{"recv_ms":…,"frame":{…}}`; plain or compressed.
///
/// Each file is one connection: its own sequence numbers and books.
final class FramesFile: ReplaySource {
    /// How many lines are looked at for a first time and for trade frames, before the replay.
    static let lookAhead = 2_000

    private var reader: ByteLineReader
    private let decoder = FrameDecoder()
    private var mapper: FrameMapper
    private let strict: Bool
    private let file: Int
    private var frame = Frame(body: .ok)
    private(set) var key: ReplayKey?
    private(set) var last: Timestamp?
    private var defects = DefectLog()
    private var frames = 0
    private var first: Timestamp?

    /// Opens a file and reads up to its first frame.
    init(path: String, file: Int, strict: Bool) throws(FeedError) {
        reader = try ByteLineReader(path: path)
        self.file = file
        self.strict = strict
        mapper = try Self.lookAhead(path, decoder)
        try advance()
    }

    /// A mapper that knows when the recording begins, and whether its trades come as frames.
    ///
    /// A first snapshot has no time of its own. It happens when it was received, never after the venue's first time:
    /// the recorder's clock may be ahead.
    static func lookAhead(_ path: String, _ decoder: FrameDecoder) throws(FeedError) -> FrameMapper {
        var reader = try ByteLineReader(path: path)
        var received: Timestamp?
        var venue: Timestamp?
        var hasTrades = false
        while reader.lineNumber < lookAhead, try reader.advance() {
            let buffer = reader.buffer
            guard let frame = try? decoder.decode(buffer.span.extracting(reader.line)) else { continue }
            received = received ?? frame.receivedAt ?? frame.sentAt
            venue = venue ?? frame.time
            if case .trade = frame.body { hasTrades = true }
        }
        let start = [received, venue].compactMap(\.self).min()
        return FrameMapper(start: start, hasTrades: hasTrades)
    }

    /// Two files that begin with as many equal lines are copies of one recording, or one is an older copy of the other.
    private static let beginning = 64

    /// Refuses copies of one recording.
    ///
    /// - Throws: ``FeedError``, which names both.
    static func checkCopies(_ paths: [String]) throws(FeedError) {
        guard paths.count > 1 else { return }
        var known: [String: String] = [:]
        for path in paths {
            var reader = try ByteLineReader(path: path)
            let digest = LineDigest()
            while digest.lines < beginning, try reader.advance() { digest.add(reader.slice) }
            guard digest.lines == beginning else { continue }
            guard let other = known.updateValue(reader.name, forKey: digest.hex) else { continue }
            throw .unrecognized(
                path: path,
                reason: "begins as \(other) does: one is a copy of the other, and their books would be wrong together; "
                    + "give the longer one alone"
            )
        }
    }

    var syntheticTrades: Int { mapper.counts.syntheticTrades }

    /// Reads on to the next good frame.
    private func advance() throws(FeedError) {
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            let buffer = reader.buffer
            do throws(FrameError) {
                frame = try decoder.decode(buffer.span.extracting(reader.line))
            } catch {
                try skip(error.description)
                continue
            }
            let time = frame.time ?? mapper.time(of: frame)
            if let problem = RecordedTime.problem(time, after: key?.time ?? .distantPast) {
                try skip("the frame's time \(problem)")
                continue
            }
            key = ReplayKey(time: max(time, key?.time ?? time), rank: 0, file: file)
            return
        }
        key = nil
        if let failure = reader.failure {
            if strict { throw failure }
            defects.add(failure.description)
        }
    }

    private func skip(_ reason: String) throws(FeedError) {
        let defect = FeedError.Defect(file: reader.name, line: reader.lineNumber, column: nil, reason: reason)
        if strict {
            key = nil
            throw .malformed(defect)
        }
        defects.add(defect)
    }

    func emit(
        before limit: ReplayKey?,
        rows: Int,
        calendar: inout MarketCalendar,
        into events: inout [MarketEvent]
    ) throws(FeedError) {
        var left = rows
        while left > 0, let key {
            if let limit, limit < key { return }
            calendar.reach(key.time, into: &events)
            let buffer = reader.buffer
            let line = buffer.span.extracting(reader.line)
            if mapper.map(frame, bytes: line, board: &calendar.board, into: &events) {
                if frames == 0 { first = key.time }
                if frame.market != nil { last = key.time }
                frames &+= 1
            } else {
                try skip("the market's ticker is none")
            }
            left &-= 1
            try advance()
        }
    }

    func report(to summary: inout FeedSummary) {
        let counts = mapper.counts
        var line = "\(reader.name): \(frames) frames"
        if let first, let last = mapper.latest { line += ", \(first) to \(last)" }
        summary.sources.append(line)
        summary.lines += reader.lineNumber
        summary.gaps += counts.gaps
        summary.trades += counts.trades + counts.syntheticTrades
        summary.syntheticTrades += counts.syntheticTrades
        defects.report(to: &summary)
        func warn(_ text: String) { summary.warnings.append("\(reader.name): \(text)") }
        if counts.syntheticTrades > 0 {
            warn("no trade frames: \(counts.syntheticTrades) steps in ticker volume stand for trades")
        }
        if counts.gaps > 0 {
            warn("\(counts.gaps) gaps, \(counts.missingMessages) messages lost")
        }
        if counts.changesWithoutBook > 0 { warn("\(counts.changesWithoutBook) changes of books not known") }
        if counts.offGrid > 0 { warn("\(counts.offGrid) book prices off the market's grid") }
        if counts.errorCount > 0 {
            warn("\(counts.errorCount) errors from the venue: \(counts.errors.joined(separator: "; "))")
        }
        if frames == 0 { warn("no line of it is a frame") }
    }

    var bytes: (read: Int, total: Int) { (min(reader.offset, reader.fileSize), reader.fileSize) }
}
