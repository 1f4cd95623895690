import Foundation
package import KBotKalshi
package import KBotModel

/// The clocks of a run against a venue.
///
/// Market time may pass faster than ours, at a local exchange that was started so; what concerns the network (time-outs,
/// waits, the age of a connection) goes by ``uptime``, which never does.
package struct VenueTime: Sendable {
    /// Seconds of market time in one of ours.
    package let speed: Int64
    /// The venue's time: ours, corrected by its answers.
    package let clock: VenueClock
    private let origin: ContinuousClock.Instant

    /// Starts the clocks.
    package init(speed: Int64 = 1) {
        self.speed = speed
        let origin = ContinuousClock.now
        self.origin = origin
        let start = Timestamp.wallClock
        clock = VenueClock {
            // At its own speed our clock is the machine's, which may be set; faster, it is one that we make.
            speed == 1 ? Timestamp.wallClock : start + Self.elapsed(since: origin) * speed
        }
    }

    /// Time on a clock that is never set, from an arbitrary beginning.
    package var uptime: Timestamp { Timestamp(microseconds: 0) + Self.elapsed(since: origin) }

    /// The venue's time now.
    package var now: Timestamp { clock.now() }

    /// How long it is on ``uptime`` until market time has come so far; zero when it has.
    package func patience(until time: Timestamp) -> TimeSpan {
        guard time < .distantFuture else { return .hours(1) }
        return max(.zero, TimeSpan(microseconds: (time - now).microseconds / speed))
    }

    /// The times a REST client lives by.
    package var restClock: RESTClock {
        RESTClock(
            now: { [clock] in clock.now() },
            local: { [clock] in clock.localNow() },
            uptime: { [self] in uptime },
            sleep: { span in try await Task.sleep(for: .microseconds(span.microseconds)) }
        )
    }

    private static func elapsed(since origin: ContinuousClock.Instant) -> TimeSpan {
        let parts = origin.duration(to: .now).components
        return TimeSpan(microseconds: parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000)
    }
}
