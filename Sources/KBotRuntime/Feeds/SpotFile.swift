import KBotModel

/// A CSV file of an underlying's prices in time order, plain or compressed: ticks (`ts_ms,price_usd`) or candles
/// (`ts_ms,open,high,low,close,volume`).
///
/// - The header tells which, in any order of columns; others are not read. Prices are dollars, rounded half up to
///   1/10,000.
/// - A candle's time is its start. All candles of a file are equally long, and a day is a multiple of it: the smallest
///   such step between its first ``lookAhead`` rows, of those that come twice if any does. A candle is known at its end,
///   so that is the time of its event.
/// - Ticks may share a time and keep the file's order. A tick older than the one before it, and a candle that begins
///   before the one before it ends (a second one of the same time, say), are malformed: files are streamed, never
///   sorted. They are left out and counted, or refused when strict.
final class SpotFile: SpotPrices {
    private static let day = TimeSpan.hours(24)
    /// How many rows tell the length of candles.
    static let lookAhead = 100
    /// A silence longer than this is a gap.
    static let longestSilence = TimeSpan.minutes(10)
    /// Prices and volumes from here on are a mistake, and sums of them would not fit: 100 million dollars, 10 billion
    /// coins.
    private static let tooHigh: Int64 = 1_000_000_000_000
    private static let tooMuch: Int64 = 10_000_000_000_000_000

    /// Whose prices these are.
    let symbol: SpotSymbol
    /// What is handed out next; nil at the end.
    private(set) var next: MarketEvent?

    private var reader: ByteLineReader
    private let header: CSVHeader
    private let columns: SpotColumns
    /// Length of a candle; zero for ticks.
    let interval: TimeSpan
    private let strict: Bool
    private var fields = CSVFields()
    private var defects = DefectLog()
    /// Up to where the rows read reach.
    private var reached = Timestamp.distantPast
    private var count = 0
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    private var gaps = 0
    private var longestGap = TimeSpan.zero

    /// Opens a file and reads up to its first price.
    init(_ source: SpotSource, strict: Bool) throws(FeedError) {
        let path = source.path
        symbol = source.symbol
        self.strict = strict
        reader = try ByteLineReader(path: path)
        guard try reader.advance() else {
            if let failure = reader.failure { throw failure }
            throw .unrecognized(path: path, reason: "the file is empty")
        }
        header = CSVHeader(reader.slice)
        guard let columns = SpotColumns(header) else {
            let bare = SpotColumns.hasBareTime(header) ? " that says the unit of its times" : ""
            throw .unrecognized(
                path: path,
                reason: "no file of prices: it needs a header\(bare), \(SpotColumns.wanted)"
            )
        }
        self.columns = columns
        switch columns.kind {
        case .tick: interval = .zero
        case .candle: interval = try Self.interval(&reader, columns)
        }
        try advance()
    }

    /// The step between the first rows; one wrong time must not make candles seem shorter than they are, and known too
    /// early.
    private static func interval(
        _ reader: inout ByteLineReader,
        _ columns: SpotColumns
    ) throws(FeedError) -> TimeSpan {
        // A file that waits for its turn stays as small as it is; what can be read but once has what is ahead in memory.
        let rows: [Range<Int>]
        let buffer: [UInt8]
        if RecordingFiles.isRegular(reader.path) {
            var other = try ByteLineReader(path: reader.path)
            _ = try other.advance()
            (rows, buffer) = (try other.ahead(lookAhead), other.buffer)
        } else {
            (rows, buffer) = (try reader.ahead(lookAhead), reader.buffer)
        }
        var fields = CSVFields()
        var last: Timestamp?
        var steps: [TimeSpan: Int] = [:]
        for row in rows {
            fields.split(buffer, row)
            guard columns.time < fields.count, let time = columns.time(buffer[fields.ranges[columns.time]]) else {
                continue
            }
            if let last {
                guard last < time else { continue }
                let step = time - last
                if day.microseconds % step.microseconds == 0 { steps[step, default: 0] += 1 }
            }
            last = time
        }
        let repeated = steps.filter { $0.value > 1 }
        guard let step = (repeated.isEmpty ? steps : repeated).keys.min() else {
            throw .unrecognized(
                path: reader.path,
                reason: "no two of its first rows are as far apart as candles are long"
            )
        }
        return step
    }

    /// Reads on to the next good row.
    private func advance() throws(FeedError) {
        next = nil
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            do throws(RowError) {
                let event = try parse()
                reached = event.time
                next = event
                return
            } catch {
                let defect = error.defect(reader, header)
                if strict { throw .malformed(defect) }
                defects.add(defect)
            }
        }
        if let failure = reader.failure {
            if strict { throw failure }
            defects.add(failure.description)
        }
    }

    private func parse() throws(RowError) -> MarketEvent {
        fields.split(reader.buffer, reader.line)
        guard fields.count == header.names.count else {
            throw RowError(nil, "\(fields.count) fields where the header has \(header.names.count)")
        }
        guard let time = columns.time(text(columns.time)) else {
            throw bad(columns.time, "is no time in \(columns.unit)")
        }
        if let problem = RecordedTime.problem(time, after: reached) { throw bad(columns.time, problem) }
        switch columns.kind {
        case .tick(let column):
            guard time >= reached else {
                throw bad(columns.time, "is earlier than the row before it: prices must be in time order")
            }
            return MarketEvent(time: time, .spot(symbol, try price(column)))
        case .candle(let open, let high, let low, let close, let volume):
            guard time.floored(to: interval) == time else {
                throw bad(columns.time, "begins at no multiple of \(interval), the length of this file's candles")
            }
            guard time >= reached else {
                throw bad(columns.time, "begins before the end of the row before it: candles must be in time order")
            }
            let candle = SpotCandle(
                start: time,
                interval: interval,
                open: try price(open),
                high: try price(high),
                low: try price(low),
                close: try price(close),
                volume: try amount(volume)
            )
            guard max(candle.open, candle.close) <= candle.high else {
                throw bad(high, "is below the candle's open or close")
            }
            guard min(candle.open, candle.close) >= candle.low else {
                throw bad(low, "is above the candle's open or close")
            }
            return MarketEvent(time: candle.end, .spotCandle(symbol, candle))
        }
    }

    private func price(_ column: Int) throws(RowError) -> SpotPrice {
        guard let units = parseRounded(text(column), fractionDigits: SpotPrice.fractionDigits), units > 0,
            units < Self.tooHigh
        else { throw bad(column, "is no price in dollars") }
        return SpotPrice(units: units)
    }

    /// A volume in millionths of a coin; an empty field is none.
    private func amount(_ column: Int?) throws(RowError) -> Int64 {
        guard let column, !fields.ranges[column].isEmpty else { return 0 }
        guard let units = parseRounded(text(column), fractionDigits: 6), units < Self.tooMuch else {
            throw bad(column, "is no volume in coins")
        }
        return units
    }

    private func text(_ column: Int) -> ArraySlice<UInt8> { reader.buffer[fields.ranges[column]] }

    private func bad(_ column: Int, _ reason: String) -> RowError {
        RowError(column, "\"\(String(decoding: text(column), as: UTF8.self))\" \(reason)")
    }

    /// Passes over what is known before a time.
    func skip(to time: Timestamp) throws(FeedError) {
        while let next, next.time < time { try advance() }
    }

    /// Passes over the next price.
    func pass() throws(FeedError) { try advance() }

    /// Hands out the next price.
    func take(into events: inout [MarketEvent]) throws(FeedError) {
        guard let next else { return }
        let begin = next.time - interval
        if let last {
            let silence = begin - last
            if silence > Self.longestSilence {
                gaps += 1
                longestGap = max(longestGap, silence)
            }
        } else {
            first = begin
        }
        last = next.time
        count += 1
        events.append(next)
        try advance()
    }

    /// Adds what was handed out to a summary; `markets` is from the first event of a market to the latest.
    func report(to summary: inout FeedSummary, markets: (first: Timestamp, last: Timestamp)?) {
        let what = interval == .zero ? counted(count, "tick") : counted(count, "candle") + " of \(interval)"
        var line = "\(reader.name): \(what) of \(symbol)"
        if let first, let last { line += ", from \(first) to \(last)" }
        summary.sources.append(line)
        summary.lines += reader.lineNumber
        defects.report(to: &summary)
        func warn(_ text: String) { summary.warnings.append("\(reader.name): \(text)") }
        if gaps > 0 {
            let minutes = longestGap.wholeSeconds / 60
            warn("\(counted(gaps, "gap")) of more than 10 minutes without a price, the longest \(minutes) minutes")
        }
        guard let markets else { return }
        guard let first, let last else {
            if let next {
                warn("none of its prices falls into the replay: they begin at \(next.time - interval)")
            } else if reached > .distantPast {
                warn("none of its prices falls into the replay: they end at \(reached)")
            } else {
                warn("no line of it is a price")
            }
            return
        }
        if first - markets.first > Self.longestSilence {
            warn("no price before \(first), though markets begin at \(markets.first)")
        }
        if markets.last - last > Self.longestSilence {
            warn("no price after \(last), though markets go on to \(markets.last)")
        }
    }
}
