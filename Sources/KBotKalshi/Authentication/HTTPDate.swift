package import KBotModel

/// Reading the date of an HTTP message.
extension Timestamp {
    /// Reads an HTTP date (RFC 9110, 5.6.7) in its form of today or one of its two old forms; nil when it is none.
    ///
    /// They are `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, all
    /// in UTC. A year of two digits is the latest one with these digits that is at most 50 after the year of `near`. A
    /// weekday that is not the date's makes it no date.
    package init?(httpDate text: some StringProtocol, near: Timestamp) {
        let reader = HTTPDateReader(bytes: Array(text.utf8.prefix(40)))
        guard let time = reader.fixedDate() ?? reader.longDate(near: near) ?? reader.asctimeDate() else { return nil }
        self = time
    }
}

/// Reads the three forms; every field has its place in each.
private struct HTTPDateReader {
    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        .map { Array($0.utf8) }
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }

    let bytes: [UInt8]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    func fixedDate() -> Timestamp? {
        guard bytes.count == 29, has(", ", at: 3), has(" ", at: 7), has(" ", at: 11), has(" ", at: 16),
            has(" GMT", at: 25), let date = date(year: number(12, 4), monthAt: 8, day: number(5, 2)),
            Self.weekday(of: date).prefix(3) == bytes[..<3]
        else { return nil }
        return time(date, clockAt: 17)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    func longDate(near: Timestamp) -> Timestamp? {
        let latest = near.utcDay.civil.year + 50
        guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")), bytes.count == comma + 24, has(" ", at: comma + 1),
            has("-", at: comma + 4), has("-", at: comma + 8), has(" ", at: comma + 11), has(" GMT", at: comma + 20),
            let digits = number(comma + 9, 2), latest >= 100,
            let date = date(year: latest - (latest - digits) % 100, monthAt: comma + 5, day: number(comma + 2, 2)),
            Self.weekday(of: date)[...] == bytes[..<comma]
        else { return nil }
        return time(date, clockAt: comma + 12)
    }

    /// `Sun Nov  6 08:49:37 1994`
    func asctimeDate() -> Timestamp? {
        guard bytes.count == 24, has(" ", at: 3), has(" ", at: 7), has(" ", at: 10), has(" ", at: 19),
            let date = date(year: number(20, 4), monthAt: 4, day: has(" ", at: 8) ? number(9, 1) : number(8, 2)),
            Self.weekday(of: date).prefix(3) == bytes[..<3]
        else { return nil }
        return time(date, clockAt: 11)
    }

    /// A day that exists; nil for a 31st of April.
    private func date(year: Int?, monthAt start: Int, day: Int?) -> UTCDay? {
        guard let year, let day, let month = Self.months.firstIndex(where: { $0[...] == bytes[start..<start + 3] })
        else { return nil }
        let date = UTCDay(year: year, month: month + 1, day: day)
        return date.civil == (year, month + 1, day) ? date : nil
    }

    /// The time of day `08:49:37` on a day; the second 60 is a leap second.
    private func time(_ date: UTCDay, clockAt start: Int) -> Timestamp? {
        guard let hour = number(start, 2), has(":", at: start + 2), let minute = number(start + 3, 2),
            has(":", at: start + 5), let second = number(start + 6, 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return date.start + .seconds(Int64(hour * 3_600 + minute * 60 + second))
    }

    private static func weekday(of date: UTCDay) -> [UInt8] {
        // 1970-01-01, day 0, was a Thursday.
        weekdays[Int((date.number % 7 + 7) % 7)]
    }

    private func has(_ text: StaticString, at start: Int) -> Bool {
        let text = Array(text.description.utf8)
        return start + text.count <= bytes.count && bytes[start..<start + text.count] == text[...]
    }

    /// So many digits from an index on, which are all within the bytes.
    private func number(_ start: Int, _ count: Int) -> Int? {
        bytes[start..<start + count].reduce(Int?(0)) { value, byte in
            guard let value, (0x30...0x39).contains(byte) else { return nil }
            return value * 10 + Int(byte - 0x30)
        }
    }
}
