import KBotModel

/// Which times a recording can have: a wrong one would otherwise have the engine live through every interval and timer up
/// to it.
enum RecordedTime {
    /// No recording comes from the next century.
    static let end = UTCDay(year: 2100, month: 1, day: 1).start
    /// The longest silence inside a file.
    static let longestGap = TimeSpan.hours(24 * 366)

    /// What is wrong with the time of a row, after that of the row before it (`distantPast` when there is none); nil when
    /// nothing is.
    @inline(__always) static func problem(_ time: Timestamp, after last: Timestamp) -> String? {
        if time < end, time <= last + longestGap || last == .distantPast { return nil }
        return sentence(time, after: last)
    }

    private static func sentence(_ time: Timestamp, after last: Timestamp) -> String {
        guard time < end else { return "is \(time): no recording is of after 2099" }
        let days = (time - last).wholeSeconds / 86_400
        return "is \(time), \(days) days after the row before it: no recording is silent for more than a year"
    }
}
