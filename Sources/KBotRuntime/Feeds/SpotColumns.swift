import KBotModel

/// Where a file with prices of an underlying keeps what, by its header; letter case does not matter.
struct SpotColumns: Hashable {
    /// What a row tells.
    enum Kind: Hashable {
        /// One price at one time.
        case tick(price: Int)
        /// Prices and volume of one interval, by its start.
        case candle(open: Int, high: Int, low: Int, close: Int, volume: Int?)
    }

    /// The unit of a time since the epoch.
    enum Unit: String, CaseIterable {
        case milliseconds = "ms"
        case seconds = "s"
        case microseconds = "us"

        /// Digits of a microsecond count behind the unit's point.
        var fractionDigits: Int {
            switch self {
            case .seconds: 6
            case .milliseconds: 3
            case .microseconds: 0
            }
        }
    }

    /// The column of the time, and its unit.
    let time: Int
    let unit: Unit
    /// What else there is.
    let kind: Kind

    /// What a header must be, for messages.
    static let wanted =
        "ts_ms,price_usd for ticks or ts_ms,open,high,low,close,volume for candles (ts_s and ts_us for other units)"

    private static let times = ["ts", "time", "timestamp", "open_time"]

    /// Reads a header; nil when it is of no such file, or does not say in which unit its times are.
    init?(_ header: CSVHeader) {
        let names = header.names.map { $0.lowercased() }
        func column(_ name: String) -> Int? { names.firstIndex(of: name) }
        let candidates = Self.times.flatMap { name in Unit.allCases.map { (column("\(name)_\($0.rawValue)"), $0) } }
        guard let found = candidates.first(where: { $0.0 != nil }), let time = found.0 else { return nil }
        self.time = time
        unit = found.1
        if let open = column("open"), let high = column("high"), let low = column("low"), let close = column("close") {
            kind = .candle(open: open, high: high, low: low, close: close, volume: column("volume"))
        } else if let price = column("price_usd") ?? column("price") {
            kind = .tick(price: price)
        } else {
            return nil
        }
    }

    /// Whether a header has a time without a unit.
    static func hasBareTime(_ header: CSVHeader) -> Bool { header.names.contains { times.contains($0.lowercased()) } }

    /// A time since the epoch, up to the year 5138; nil when the text is none, or finer than a microsecond.
    func time(_ text: ArraySlice<UInt8>) -> Timestamp? {
        guard let count = parseDecimal(text, fractionDigits: unit.fractionDigits), count >= 0,
            count < 100_000_000_000_000_000
        else { return nil }
        return Timestamp(microseconds: count)
    }
}
