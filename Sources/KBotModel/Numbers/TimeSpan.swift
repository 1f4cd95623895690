/// A length of time in microseconds.
public struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds.
    public let microseconds: Int64

    /// Makes a span from microseconds.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// No time.
    public static let zero = TimeSpan(microseconds: 0)

    /// Makes a span of milliseconds.
    @inlinable public static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000) }
    /// Makes a span of seconds.
    @inlinable public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000_000) }
    /// Makes a span of minutes.
    @inlinable public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    /// Makes a span of hours.
    @inlinable public static func hours(_ count: Int64) -> TimeSpan { .seconds(count * 3_600) }

    /// The span in whole seconds, rounded towards zero.
    @inlinable public var wholeSeconds: Int64 { microseconds / 1_000_000 }

    /// Orders by length.
    @inlinable public static func < (lhs: TimeSpan, rhs: TimeSpan) -> Bool { lhs.microseconds < rhs.microseconds }

    /// Adds two spans.
    @inlinable public static func + (lhs: TimeSpan, rhs: TimeSpan) -> TimeSpan {
        TimeSpan(microseconds: lhs.microseconds + rhs.microseconds)
    }

    /// Repeats a span.
    @inlinable public static func * (span: TimeSpan, factor: Int64) -> TimeSpan {
        TimeSpan(microseconds: span.microseconds * factor)
    }

    /// Reads `250ms`, `5s`, `15m`, `24h` or `7d`: a whole number with a unit.
    public init?(_ text: some StringProtocol) {
        let unit = text.drop { $0.isNumber }
        guard let count = Int64(text.prefix(text.count - unit.count)), count >= 0 else { return nil }
        let scale: Int64
        switch unit {
        case "ms": scale = 1_000
        case "s": scale = 1_000_000
        case "m": scale = 60_000_000
        case "h": scale = 3_600_000_000
        case "d": scale = 86_400_000_000
        default: return nil
        }
        let (microseconds, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self.init(microseconds: microseconds)
    }

    /// The span in the largest unit that holds it whole: `15m`, `90s`, `250ms`.
    public var description: String {
        let units: [(Int64, String)] = [
            (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"),
        ]
        guard microseconds != 0 else { return "0s" }
        for (scale, name) in units where microseconds % scale == 0 && !(name == "d" && microseconds == scale) {
            return "\(microseconds / scale)\(name)"
        }
        return "\(microseconds)us"
    }
}
