package import KBotModel

/// The times a client lives by; a test gives its own.
package struct RESTClock: Sendable {
    /// The venue's time, as well as it is known: what requests are stamped with.
    package let now: @Sendable () -> Timestamp
    /// This machine's own time, by which the venue's is measured.
    package let local: @Sendable () -> Timestamp
    /// A clock that is never set: for waits, buckets and deadlines.
    package let uptime: @Sendable () -> Timestamp
    /// Waits; throws when the task is cancelled.
    package let sleep: @Sendable (TimeSpan) async throws -> Void

    /// Makes a clock.
    package init(
        now: @escaping @Sendable () -> Timestamp,
        local: @escaping @Sendable () -> Timestamp,
        uptime: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (TimeSpan) async throws -> Void
    ) {
        self.now = now
        self.local = local
        self.uptime = uptime
        self.sleep = sleep
    }
}

/// What an answer tells of the venue's clock.
package struct DateReport: Hashable, Sendable {
    /// The `Date` header.
    package let date: String
    /// The `Age` header of an answer that a cache kept for a while.
    package let age: String?
    /// When the request was sent, by this machine's clock.
    package let sent: Timestamp
    /// When the answer was there, by this machine's clock.
    package let received: Timestamp
    /// Whether the venue refused the request for its stamp: what was measured before is wrong.
    package let isRefusal: Bool
}

/// A line on one request for the log. It holds no header, no query and no body.
package struct RESTLogLine: Hashable, Sendable, CustomStringConvertible {
    /// How much it matters.
    package enum Level: Hashable, Sendable {
        /// All went well.
        case debug
        /// It will be tried again.
        case notice
        /// It failed, or something is in doubt.
        case warning
    }

    /// How much it matters.
    package let level: Level
    /// Method and path.
    package let request: String
    /// Which attempt, from 1 on.
    package let attempt: Int
    /// How long it took.
    package let duration: TimeSpan
    /// What came of it.
    package let outcome: String

    /// The line in words.
    package var description: String {
        "\(request) → \(outcome) in \(duration)" + (attempt > 1 ? " (attempt \(attempt))" : "")
    }
}

/// How a client behaves when things go wrong.
package struct RESTConfiguration: Hashable, Sendable {
    /// The path of the API on its host.
    package var root = "/trade-api/v2"
    /// How long one attempt may take.
    package var attemptTimeout = TimeSpan.seconds(5)
    /// How long a request may take with all its attempts and waits.
    package var patience = TimeSpan.seconds(20)
    /// Most attempts of one request.
    package var attempts = 8
    /// How long reads may lag behind writes: a look-up waits this long before its silence means anything.
    package var settling = TimeSpan.milliseconds(750)
    /// How far back, before an order was sent, a look-up begins: the two clocks may differ.
    package var lookBack = TimeSpan.minutes(5)
    /// Most pages of one list.
    package var pages = 1_000
    /// Seed of the waits between attempts.
    package var seed: UInt64 = 0

    /// Makes the usual configuration.
    package init() {}
}
