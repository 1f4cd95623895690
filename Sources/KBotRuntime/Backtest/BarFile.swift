import Foundation
import KBotModel

/// A CSV file of bars in time order: `ts_ms,open,high,low,close,volume[,ticker]`, plain or compressed.
///
/// The header names the columns, in any order. `ts_ms` is the start of the bar, and a multiple of the bars' length; that
/// length is the most common distance between two bars of one market among the first 2,000 rows. Without a `ticker` column
/// all bars are of one market, named after the file.
final class BarFile {
    /// Rows looked at to find the bars' length.
    private static let sample = 2_000
    /// Length of a bar when the file has but one.
    private static let usual = TimeSpan.minutes(1)

    /// Columns that are numbers, in the order of ``values``.
    private enum Field: Int, CaseIterable {
        case time, open, high, low, close, volume

        var name: String { self == .time ? "ts_ms" : "\(self)" }
    }

    private var reader: ByteLineReader
    private let header: CSVHeader
    /// For each column of the file: the number it is, -2 for the ticker, -1 for one that is not read.
    private let roles: [Int]
    /// Fraction digits of our unit, by field.
    private let digits: [Int]
    private let strict: Bool
    private let hasTickers: Bool
    private let stem: String
    private var values: [Int64] = Array(repeating: 0, count: 6)
    private var ticker = 0..<0
    private var defects = DefectLog()
    private var last: [Timestamp] = []
    private var numbers: [[UInt8]: Int] = [:]
    private var lastName: (bytes: [UInt8], number: Int) = ([], 0)
    private(set) var bars = 0
    private var first: Timestamp?
    private var latest = Timestamp.distantPast

    /// Whether the bars tell of which market they are.
    var tellsMarkets: Bool { hasTickers }
    /// Length of the bars.
    let interval: TimeSpan
    /// Names of the markets met so far; a bar tells the place of its own.
    private(set) var names: [String] = []
    /// The next bar and the place of its market in ``names``; nil at the end.
    private(set) var next: (market: Int, bar: Candle)?

    /// Whether a header is that of a bar file.
    static func recognizes(_ header: CSVHeader) -> Bool {
        ["ts_ms", "open", "high", "low", "close"].allSatisfy { header.index(of: $0) != nil }
    }

    /// The file's path.
    var path: String { reader.path }
    /// The file's name, as errors tell it.
    var fileName: String { reader.name }

    /// Opens a file and reads up to its first bar.
    init(path: String, unit: PriceUnit, strict: Bool) throws(FeedError) {
        interval = try Self.look(at: path, unit)
        reader = try ByteLineReader(path: path)
        self.strict = strict
        guard try reader.advance() else { throw .unrecognized(path: path, reason: "the file is empty") }
        let header = CSVHeader(reader.slice)
        self.header = header
        guard Self.recognizes(header) else {
            throw .unrecognized(path: path, reason: "no bars: the header needs ts_ms,open,high,low,close,volume")
        }
        roles = header.names.map { name in
            name == "ticker" ? -2 : Field.allCases.first { $0.name == name }?.rawValue ?? -1
        }
        hasTickers = header.index(of: "ticker") != nil
        let price = unit.digits
        digits = [0, price, price, price, price, 2]
        stem = Self.stem(of: path)
        try advance()
        guard next != nil else {
            throw .unrecognized(path: path, reason: defects.samples.first ?? "no line of it is a candle")
        }
    }

    /// A file's name without its endings.
    static func stem(of path: String) -> String {
        var name = (path as NSString).lastPathComponent
        for ending in [".gz", ".csv"] where name.lowercased().hasSuffix(ending) { name.removeLast(ending.count) }
        return name
    }

    /// The most common distance between two bars of one market.
    private static func look(at path: String, _ unit: PriceUnit) throws(FeedError) -> TimeSpan {
        var reader = try ByteLineReader(path: path)
        guard try reader.advance() else { return usual }
        let header = CSVHeader(reader.slice)
        guard let time = header.index(of: "ts_ms") else { return usual }
        let name = header.index(of: "ticker")
        let prices = ["open", "high", "low", "close"].compactMap { header.index(of: $0) }
        var order = RowOrder()
        var (lowest, highest) = (Int64.max, Int64.min)
        var fields = CSVFields()
        var seen: [String: Int64] = [:]
        var counts: [Int64: Int] = [:]
        for _ in 0..<sample {
            guard try reader.advance() else { break }
            fields.split(reader.buffer, reader.line)
            guard fields.count == header.names.count,
                let ms = parseDecimal(reader.buffer[fields.ranges[time]], fractionDigits: 0)
            else { continue }
            for price in prices {
                let units = parseDecimal(reader.buffer[fields.ranges[price]], fractionDigits: unit.digits)
                guard let units else { continue }
                (lowest, highest) = (min(lowest, units), max(highest, units))
            }
            order.see(ms)
            let key = name.map { String(decoding: reader.buffer[fields.ranges[$0]], as: UTF8.self) } ?? ""
            if let before = seen[key], ms > before, ms - before < 1_000_000_000_000 {
                counts[ms - before, default: 0] += 1
            }
            seen[key] = ms
        }
        // Dollars taken for cents would be prices that no market has; a whole file of them is no accident.
        if unit == .cents, (1..<100).contains(highest) {
            throw .unrecognized(path: path, reason: "no price reaches one cent: is it --price-unit dollars?")
        }
        if unit == .dollars, lowest > 10_000, highest >= lowest {
            throw .unrecognized(path: path, reason: "no price is below one dollar: is it --price-unit cents?")
        }
        try order.check(path)
        // The most common distance; of several the shortest.
        let length = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
        return length.map { .milliseconds($0) } ?? usual
    }

    /// Reads on to the next good bar.
    func advance() throws(FeedError) {
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            do throws(RowError) {
                next = try parse()
                bars &+= 1
                return
            } catch {
                let defect = error.defect(reader, header)
                if strict {
                    next = nil
                    throw .malformed(defect)
                }
                defects.add(defect)
            }
        }
        next = nil
        if let failure = reader.failure {
            if strict { throw failure }
            defects.add(failure.description)
        }
    }

    private func parse() throws(RowError) -> (market: Int, bar: Candle) {
        try scan()
        guard values[0] >= 0, values[0] < 100_000_000_000_000 else { throw RowError(nil, "no time in milliseconds") }
        let start = Timestamp(milliseconds: values[0])
        if let problem = RecordedTime.problem(start, after: latest) { throw RowError(nil, "the bar's time \(problem)") }
        guard start.microseconds % interval.microseconds == 0 else {
            throw RowError(nil, "\(start) is no multiple of the bars' length, \(interval)")
        }
        guard start >= latest else { throw RowError(nil, "earlier than the row before it: bars must be in time order") }
        // Both ends within 0…1 dollar and around the others: no price can then lie outside.
        guard values[3] > 0, values[2] < 10_000 else {
            throw RowError(nil, "prices must lie between 0 and 1 dollar (is it --price-unit cents or dollars?)")
        }
        guard values[3] <= min(values[1], values[4]), max(values[1], values[4]) <= values[2] else {
            throw RowError(nil, "open and close must lie between low and high")
        }
        guard values[5] >= 0, values[5] <= 1_000_000_000_000_000 else { throw RowError(nil, "no volume") }
        let market = try market()
        guard start > last[market] else { throw RowError(nil, "a second bar of the same market and time") }
        last[market] = start
        latest = start
        if first == nil { first = start }
        return (
            market,
            Candle(
                start: start,
                interval: interval,
                open: Price(units: Int32(truncatingIfNeeded: values[1])),
                high: Price(units: Int32(truncatingIfNeeded: values[2])),
                low: Price(units: Int32(truncatingIfNeeded: values[3])),
                close: Price(units: Int32(truncatingIfNeeded: values[4])),
                volume: Quantity(units: values[5]),
                trades: 0
            )
        )
    }

    /// Reads the numbers of the line in one pass, each to the digits of our unit.
    private func scan() throws(RowError) {
        let buffer = reader.buffer
        let bytes = buffer.span
        var index = reader.line.lowerBound
        let end = reader.line.upperBound
        var column = 0
        while true {
            guard column < roles.count else { throw RowError(nil, "more fields than the header has") }
            let role = roles[column]
            let start = index
            if role < 0 {
                while index < end, bytes[index] != UInt8(ascii: ",") { index &+= 1 }
                if role == -2 { ticker = start..<index }
            } else {
                var value: Int64 = 0
                var left = -1
                while index < end {
                    let byte = bytes[index]
                    if byte == UInt8(ascii: ",") { break }
                    let digit = byte &- UInt8(ascii: "0")
                    if digit <= 9 {
                        if left == 0 {
                            guard digit == 0 else {
                                throw RowError(column, "is finer than 0.0001 dollar or 0.01 contract")
                            }
                        } else {
                            guard value < 100_000_000_000_000_000 else { throw RowError(column, "is too large") }
                            value = value &* 10 &+ Int64(digit)
                            if left > 0 { left &-= 1 }
                        }
                    } else {
                        guard byte == UInt8(ascii: "."), left < 0, index > start else {
                            throw RowError(column, "is no number")
                        }
                        left = digits[role]
                    }
                    index &+= 1
                }
                guard index > start else { throw RowError(column, "is missing") }
                for _ in 0..<(left < 0 ? digits[role] : left) {
                    guard value < 100_000_000_000_000_000 else { throw RowError(column, "is too large") }
                    value = value &* 10
                }
                values[role] = value
            }
            column &+= 1
            guard index < end else { break }
            index &+= 1
        }
        guard column == roles.count else { throw RowError(nil, "\(column) fields where the header has \(roles.count)") }
    }

    /// The place of the line's market.
    private func market() throws(RowError) -> Int {
        guard hasTickers else {
            if names.isEmpty { add(stem) }
            return 0
        }
        if reader.buffer[ticker].elementsEqual(lastName.bytes), !names.isEmpty { return lastName.number }
        let bytes = Array(reader.buffer[ticker])
        let number: Int
        if let known = numbers[bytes] {
            number = known
        } else {
            let name = String(decoding: bytes, as: UTF8.self)
            guard Ticker(validating: name) != nil else { throw RowError(header.index(of: "ticker"), "is no ticker") }
            number = names.count
            numbers[bytes] = number
            add(name)
        }
        lastName = (bytes, number)
        return number
    }

    private func add(_ name: String) {
        names.append(name)
        last.append(.distantPast)
    }

    /// Adds what was read to a summary.
    func report(to summary: inout FeedSummary) {
        var line = "\(reader.name): \(counted(bars, "bar")) of \(interval), \(counted(names.count, "market"))"
        if let first { line += ", \(first) to \(latest)" }
        summary.sources.append(line)
        summary.lines += reader.lineNumber
        defects.report(to: &summary)
    }

    /// Bytes consumed and bytes in all, on disk.
    var bytes: (read: Int, total: Int) { (min(reader.offset, reader.fileSize), reader.fileSize) }
}
