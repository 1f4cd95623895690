import Foundation
import KBotModel

/// The exchange's time: a start, and from there as many seconds a second as `speed` says.
struct MarketClock {
    /// How many times faster than a clock on the wall.
    let speed: Int64
    private var anchor: Timestamp
    private var anchorUptime: Timestamp

    /// Starts a clock.
    init(start: Timestamp, speed: Int64, uptime: Timestamp) {
        self.speed = speed
        anchor = start
        anchorUptime = uptime
    }

    /// The exchange's time at an uptime.
    func now(at uptime: Timestamp) -> Timestamp { anchor + (uptime - anchorUptime) * speed }

    /// How long it is until the exchange's time is `due`.
    func wait(until due: Timestamp, at uptime: Timestamp) -> TimeSpan {
        let left = (due - now(at: uptime)).microseconds
        return left <= 0 ? .zero : TimeSpan(microseconds: left / speed + 1)
    }

    /// Lets the time lag: it is `now` at this uptime, and goes on from there.
    mutating func slip(to now: Timestamp, at uptime: Timestamp) {
        anchor = now
        anchorUptime = uptime
    }
}

/// The machine's clocks.
enum MachineClock {
    /// A clock that is never set.
    static var uptime: Timestamp { read(CLOCK_MONOTONIC) }
    /// Time of day.
    static var wall: Timestamp { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

extension Timestamp {
    /// The time as an HTTP date (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    var httpDate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = utcDay
        let civil = day.civil
        let second = Int((self - day.start).wholeSeconds)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let weekday = days[Int((day.number % 7 + 7) % 7)]
        let clock = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        return "\(weekday), \(two(civil.day)) \(months[civil.month - 1]) \(civil.year) \(clock) GMT"
    }
}
