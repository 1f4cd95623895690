import KBotKalshi
import KBotModel

/// A CSV file of public trades in time order: `ts_ms,ticker,yes_price_dollars,count,taker_side`, plain or compressed.
///
/// The header names the columns, in any order; `taker_book_side` (bid or ask) wins over `taker_side` (the outcome the
/// taker bought). A row older than the one before it is malformed: files are streamed, never sorted.
final class TradesFile: ReplaySource {
    private struct Row {
        var time = Timestamp.distantPast
        var ticker = 0..<0
        var price = Price.zero
        var count = Quantity.zero
        var taker: BookSide?
    }

    private struct Columns {
        let time: Int
        let ticker: Int
        let price: Int
        let count: Int
        let side: Int?
        let bookSide: Int?
    }

    private var reader: ByteLineReader
    private let header: CSVHeader
    private let columns: Columns
    private let strict: Bool
    private var fields = CSVFields()
    private var row = Row()
    private(set) var key: ReplayKey?
    private(set) var last: Timestamp?
    private let file: Int
    private var defects = DefectLog()
    private var trades = 0
    private var first: Timestamp?
    private var markets: Set<MarketID> = []
    private var lastMarket = MarketID(-1)

    /// Whether a header is that of a trades file.
    static func recognizes(_ header: CSVHeader) -> Bool {
        required.allSatisfy { header.index(of: $0) != nil }
    }

    /// None: these are the venue's own.
    var syntheticTrades: Int { 0 }

    private static let required = ["ts_ms", "ticker", "yes_price_dollars", "count"]

    /// Opens a file and reads up to its first trade.
    init(path: String, file: Int, strict: Bool) throws(FeedError) {
        reader = try ByteLineReader(path: path)
        self.file = file
        self.strict = strict
        guard try reader.advance() else { throw .unrecognized(path: path, reason: "the file is empty") }
        header = CSVHeader(reader.slice)
        guard let time = header.index(of: "ts_ms"), let ticker = header.index(of: "ticker"),
            let price = header.index(of: "yes_price_dollars"), let count = header.index(of: "count")
        else {
            let names = header.names
            let missing = Self.required.filter { !names.contains($0) }.joined(separator: ", ")
            throw .unrecognized(path: path, reason: "no trades file: its header lacks \(missing)")
        }
        columns = Columns(
            time: time,
            ticker: ticker,
            price: price,
            count: count,
            side: header.index(of: "taker_side"),
            bookSide: header.index(of: "taker_book_side")
        )
        try RowOrder.check(path, column: time)
        try advance()
    }

    /// Reads on to the next good row.
    private func advance() throws(FeedError) {
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            do throws(RowError) {
                try parse()
                key = ReplayKey(time: row.time, rank: 1, file: file)
                return
            } catch {
                let defect = error.defect(reader, header)
                if strict {
                    key = nil
                    throw .malformed(defect)
                }
                defects.add(defect)
            }
        }
        key = nil
        if let failure = reader.failure {
            if strict { throw failure }
            defects.add(failure.description)
        }
    }

    @inline(__always) private func parse() throws(RowError) {
        let buffer = reader.buffer
        fields.split(buffer, reader.line)
        guard fields.count == header.names.count else {
            throw RowError(nil, "\(fields.count) fields where the header has \(header.names.count)")
        }
        func bad(_ column: Int, _ reason: String) -> RowError {
            RowError(column, "\"\(String(decoding: buffer[fields.ranges[column]], as: UTF8.self))\" \(reason)")
        }
        guard let time = Self.time(buffer[fields.ranges[columns.time]]) else {
            throw bad(columns.time, "is no time in milliseconds")
        }
        guard time >= row.time else {
            throw bad(columns.time, "is earlier than the row before it: a trades file must be in time order")
        }
        if let problem = RecordedTime.problem(time, after: row.time) { throw bad(columns.time, problem) }
        let ticker = fields.ranges[columns.ticker]
        guard (1...128).contains(ticker.count), buffer[ticker].allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw bad(columns.ticker, "is no ticker")
        }
        guard let price = Price(decimal: buffer[fields.ranges[columns.price]]), price.isTradable else {
            throw bad(columns.price, "is no price between 0 and 1 dollar")
        }
        guard let count = Quantity(decimal: buffer[fields.ranges[columns.count]]), count.units > 0,
            count.units <= 1_000_000_000_000
        else { throw bad(columns.count, "is no number of contracts") }
        row = Row(time: time, ticker: ticker, price: price, count: count, taker: try taker(buffer, bad))
    }

    @inline(__always)
    private func taker(_ buffer: [UInt8], _ bad: (Int, String) -> RowError) throws(RowError) -> BookSide? {
        if let column = columns.bookSide, !fields.ranges[column].isEmpty {
            switch Self.word(buffer, fields.ranges[column]) {
            case Self.bid: return .bid
            case Self.ask: return .ask
            default: throw bad(column, "is no side (bid or ask)")
            }
        }
        if let column = columns.side, !fields.ranges[column].isEmpty {
            switch Self.word(buffer, fields.ranges[column]) {
            case Self.yes: return .bid
            case Self.no: return .ask
            default: throw bad(column, "is no side (yes or no)")
            }
        }
        return nil
    }

    private static let bid = 0x62_6964
    private static let ask = 0x61_736B
    private static let yes = 0x79_6573
    private static let no = 0x6E6F

    /// A word of up to seven letters as a number, the first letter highest.
    @inline(__always) private static func word(_ buffer: [UInt8], _ range: Range<Int>) -> Int {
        guard range.count <= 7 else { return -1 }
        var word = 0
        for index in range { word = word &<< 8 | Int(buffer[index]) }
        return word
    }

    /// A time in milliseconds since the epoch, up to the year 5138.
    @inline(__always) static func time(_ text: ArraySlice<UInt8>) -> Timestamp? {
        guard let count = parseDecimal(text, fractionDigits: 0), count >= 0, count < 100_000_000_000_000 else {
            return nil
        }
        return Timestamp(milliseconds: count)
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
            calendar.reach(row.time, into: &events)
            last = row.time
            tell(&calendar, &events)
            left &-= 1
            try advance()
        }
    }

    @inline(__always) private func tell(_ calendar: inout MarketCalendar, _ events: inout [MarketEvent]) {
        let buffer = reader.buffer
        let ticker = buffer.span.extracting(row.ticker)
        guard let id = calendar.board.market(ticker, at: row.time, into: &events) else { return }
        if id != lastMarket {
            lastMarket = id
            markets.insert(id)
        }
        if trades == 0 { first = row.time }
        trades &+= 1
        events.append(
            MarketEvent(
                time: row.time,
                .trade(Trade(market: id, price: row.price, count: row.count, taker: row.taker))
            )
        )
    }

    func report(to summary: inout FeedSummary) {
        var line = "\(reader.name): \(trades) trades of \(markets.count) markets"
        if let first { line += ", \(first) to \(row.time)" }
        summary.sources.append(line)
        summary.lines += reader.lineNumber
        summary.trades += trades
        defects.report(to: &summary)
        if columns.side == nil, columns.bookSide == nil {
            summary.warnings.append("\(reader.name): no taker_side: no quotes can be guessed from its trades")
        }
    }

    var bytes: (read: Int, total: Int) { (min(reader.offset, reader.fileSize), reader.fileSize) }
}
