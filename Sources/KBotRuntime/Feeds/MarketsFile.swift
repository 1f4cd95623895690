import KBotKalshi
import KBotModel

/// Reads facts and results of markets from a CSV file, plain or compressed.
///
/// Columns: `ticker`, and any of `open_time_ms`, `close_time_ms`, `floor_strike`, `result` (yes or no) and
/// `result_inferred`, which counts where `result` is blank. Others, last prices among them, are not read.
struct MarketsFile {
    /// What the file tells.
    private(set) var facts: [MarketFacts] = []
    /// Lines that could not be read.
    private(set) var defects: [FeedError.Defect] = []
    /// Strikes finer than our unit, left unknown.
    private(set) var fineStrikes = 0
    /// The file's name.
    let name: String

    private struct Columns {
        let ticker: Int
        let open: Int?
        let close: Int?
        let strike: Int?
        let result: Int?
        let inferred: Int?
    }

    /// Whether a header is that of a markets file.
    static func recognizes(_ header: CSVHeader) -> Bool {
        header.index(of: "ticker") != nil && header.index(of: "close_time_ms") != nil
            && header.index(of: "ts_ms") == nil
    }

    /// Reads a file whole.
    init(path: String, strict: Bool) throws(FeedError) {
        var reader = try ByteLineReader(path: path)
        name = reader.name
        guard try reader.advance() else { throw .unrecognized(path: path, reason: "the file is empty") }
        let header = CSVHeader(reader.slice)
        guard Self.recognizes(header), let ticker = header.index(of: "ticker") else {
            throw .unrecognized(path: path, reason: "no markets file: its header needs ticker and close_time_ms")
        }
        let columns = Columns(
            ticker: ticker,
            open: header.index(of: "open_time_ms"),
            close: header.index(of: "close_time_ms"),
            strike: header.index(of: "floor_strike"),
            result: header.index(of: "result"),
            inferred: header.index(of: "result_inferred")
        )
        var fields = CSVFields()
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            fields.split(reader.buffer, reader.line)
            do throws(RowError) {
                guard fields.count == header.names.count else {
                    throw RowError(nil, "\(fields.count) fields where the header has \(header.names.count)")
                }
                facts.append(try row(fields, reader.buffer, columns))
            } catch {
                let defect = error.defect(reader, header)
                if strict { throw .malformed(defect) }
                defects.append(defect)
            }
        }
        if let failure = reader.failure {
            if strict { throw failure }
            defects.append(.init(file: name, line: reader.lineNumber, column: nil, reason: failure.description))
        }
    }

    private mutating func row(
        _ fields: CSVFields,
        _ buffer: [UInt8],
        _ columns: Columns
    ) throws(RowError) -> MarketFacts {
        func text(_ column: Int?) -> String? {
            guard let range = fields[column], !range.isEmpty else { return nil }
            return String(decoding: buffer[range], as: UTF8.self)
        }
        func time(_ column: Int?) throws(RowError) -> Timestamp? {
            guard let column, let text = text(column) else { return nil }
            guard let time = TradesFile.time(Array(text.utf8)[...]) else {
                throw RowError(column, "\"\(text)\" is no time in milliseconds")
            }
            return time
        }
        guard let name = text(columns.ticker), let ticker = Ticker(validating: name) else {
            throw RowError(columns.ticker, "no ticker")
        }
        var facts = MarketFacts(ticker: ticker)
        facts.openTime = try time(columns.open)
        facts.closeTime = try time(columns.close)
        if let open = facts.openTime, let close = facts.closeTime, open >= close {
            throw RowError(columns.close, "the market closes before it opens")
        }
        if let strike = text(columns.strike) {
            facts.strike = SpotPrice(strike)
            if facts.strike == nil { fineStrikes += 1 }
        }
        for (column, isInferred) in [(columns.result, false), (columns.inferred, true)] {
            guard facts.settlement == nil, let column, let word = text(column) else { continue }
            switch word {
            case "yes": facts.settlement = Settlement(value: .one, isInferred: isInferred)
            case "no": facts.settlement = Settlement(value: .zero, isInferred: isInferred)
            case "scalar": break  // What it paid is not told.
            default: throw RowError(column, "\"\(word)\" is no result (yes or no)")
            }
        }
        return facts
    }
}

/// What is wrong with a row, before it is known which line of which file it is.
struct RowError: Error {
    let column: Int?
    let reason: String

    init(_ column: Int?, _ reason: String) {
        self.column = column
        self.reason = reason
    }

    /// With file, line and the column's name.
    func defect(_ reader: ByteLineReader, _ header: CSVHeader?) -> FeedError.Defect {
        FeedError.Defect(
            file: reader.name,
            line: reader.lineNumber,
            column: column.flatMap { header?.names[$0] },
            reason: reason
        )
    }
}
