/// A point in time in microseconds since the Unix epoch, UTC.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// Makes a time from microseconds since the epoch.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Makes a time from milliseconds since the epoch.
    @inlinable public init(milliseconds: Int64) { self.init(microseconds: milliseconds * 1_000) }

    /// Makes a time from seconds since the epoch.
    @inlinable public init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

    /// Before every event.
    public static let distantPast = Timestamp(microseconds: .min / 2)
    /// After every event.
    public static let distantFuture = Timestamp(microseconds: .max / 2)

    /// Orders by time.
    @inlinable public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.microseconds < rhs.microseconds }

    /// A later time.
    @inlinable public static func + (time: Timestamp, span: TimeSpan) -> Timestamp {
        Timestamp(microseconds: time.microseconds + span.microseconds)
    }

    /// An earlier time.
    @inlinable public static func - (time: Timestamp, span: TimeSpan) -> Timestamp {
        Timestamp(microseconds: time.microseconds - span.microseconds)
    }

    /// The span between two times.
    @inlinable public static func - (lhs: Timestamp, rhs: Timestamp) -> TimeSpan {
        TimeSpan(microseconds: lhs.microseconds - rhs.microseconds)
    }

    /// The largest multiple of `span` since the epoch that is not after this time.
    @inlinable public func floored(to span: TimeSpan) -> Timestamp {
        Timestamp(microseconds: floorDivide(microseconds, by: span.microseconds) * span.microseconds)
    }

    /// The UTC day, as days since the epoch.
    @inlinable public var utcDay: UTCDay { UTCDay(number: floorDivide(microseconds, by: 86_400_000_000)) }

    /// RFC 3339 in UTC with six fraction digits: `2026-04-27T18:30:05.000000Z`.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``description`` as ASCII.
    public func append(to bytes: inout [UInt8]) {
        let date = utcDay.civil
        let inDay = microseconds - utcDay.number * 86_400_000_000
        appendPadded(Int64(date.year), width: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendPadded(Int64(date.month), width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendPadded(Int64(date.day), width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendPadded(inDay / 3_600_000_000, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendPadded(inDay / 60_000_000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendPadded(inDay / 1_000_000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        appendPadded(inDay % 1_000_000, width: 6, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Reads RFC 3339 in UTC, with a fraction of any length or none: `2026-11-22T19:32:00Z`.
    ///
    /// Digits beyond microseconds are dropped. Only the zone `Z` is read.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count,
                bytes[range].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let day = number(8..<10), has("T", at: 10), let hour = number(11..<13), has(":", at: 13),
            let minute = number(14..<16), has(":", at: 16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if has(".", at: index) {
            index += 1
            var scale: Int64 = 100_000
            let start = index
            while index < bytes.count, let digit = number(index..<index + 1) {
                fraction += digit * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard has("Z", at: index), index == bytes.count - 1 else { return nil }
        let date = UTCDay(year: Int(year), month: Int(month), day: Int(day))
        guard date.civil.day == Int(day) else { return nil }  // no 31st of April
        let seconds = date.number * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

/// A UTC calendar day, as days since 1970-01-01.
public struct UTCDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int64

    /// Makes a day from its number since the epoch.
    @inlinable public init(number: Int64) { self.number = number }

    /// Makes a day from a date of the proleptic Gregorian calendar.
    ///
    /// The year is counted from March, so that the leap day comes last and month lengths follow one formula.
    public init(year: Int, month: Int, day: Int) {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(shifted, by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * ((month + 9) % 12) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: era * 146_097 + dayOfEra - 719_468)
    }

    /// The date of the proleptic Gregorian calendar.
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = floorDivide(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// 00:00 UTC of the day.
    @inlinable public var start: Timestamp { Timestamp(microseconds: number * 86_400_000_000) }

    /// The day after.
    @inlinable public var next: UTCDay { UTCDay(number: number + 1) }

    /// Orders by date.
    @inlinable public static func < (lhs: UTCDay, rhs: UTCDay) -> Bool { lhs.number < rhs.number }

    /// The date as `2026-04-27`.
    public var description: String { String(start.description.prefix { $0 != "T" }) }
}

/// Appends an integer, padded with zeros to at least `width` digits; years beyond 0…9999 need the sign and the room.
func appendPadded(_ value: Int64, width: Int, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    var divisor: UInt64 = 1
    for _ in 1..<width { divisor *= 10 }
    while magnitude / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
        bytes.append(UInt8(ascii: "0") + UInt8(magnitude / divisor % 10))
        divisor /= 10
    }
}
