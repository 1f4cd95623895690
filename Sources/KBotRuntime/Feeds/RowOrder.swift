import KBotModel

/// Whether the rows of a file come oldest first, as far as its beginning tells.
struct RowOrder {
    /// Rows looked at.
    static let sample = 2_000

    private var last: Int64?
    private var rises = 0
    private var falls = 0

    /// Takes in the time of the next row.
    mutating func see(_ time: Int64) {
        if let last {
            if time > last { rises += 1 }
            if time < last { falls += 1 }
        }
        last = time
    }

    /// Whether they come newest first: as a stream they would be lost but for the first.
    var isNewestFirst: Bool { falls > 1 && falls > rises }

    /// Refuses a file whose rows come newest first.
    ///
    /// - Parameters:
    ///   - path: A CSV file with a header.
    ///   - column: Where the time is.
    /// - Throws: ``FeedError``.
    static func check(_ path: String, column: Int) throws(FeedError) {
        var reader = try ByteLineReader(path: path)
        var order = RowOrder()
        var fields = CSVFields()
        while reader.lineNumber < sample, try reader.advance() {
            fields.split(reader.buffer, reader.line)
            guard column < fields.count else { continue }
            let time = parseDecimal(reader.buffer[fields.ranges[column]], fractionDigits: 0)
            if let time { order.see(time) }
        }
        try order.check(path)
    }

    /// Refuses a file whose rows come newest first.
    func check(_ path: String) throws(FeedError) {
        guard isNewestFirst else { return }
        throw .unrecognized(path: path, reason: "its rows come newest first: sort them by ts_ms, oldest first")
    }
}
