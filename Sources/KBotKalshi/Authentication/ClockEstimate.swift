package import KBotModel

/// How far the venue's clock is from ours.
package struct ClockEstimate: Hashable, Sendable {
    /// From this offset on the operator is warned.
    package static let greatestOffset = TimeSpan.seconds(1)

    /// What to add to our time to get the venue's.
    package let offset: TimeSpan
    /// The offset is between these two, if all samples are true; nil when no offset suits them all.
    package let bounds: ClosedRange<TimeSpan>?
    /// Number of samples it rests on.
    package let samples: Int

    /// Makes an estimate.
    package init(offset: TimeSpan, bounds: ClosedRange<TimeSpan>?, samples: Int) {
        self.offset = offset
        self.bounds = bounds
        self.samples = samples
    }

    /// Whether the clocks are more than a second apart, beyond what the samples leave open.
    package var isLarge: Bool {
        let limit = Self.greatestOffset
        guard let bounds else { return offset > limit || offset < limit * -1 }
        return bounds.lowerBound > limit || bounds.upperBound < limit * -1
    }

    /// What to tell the operator when the clocks are too far apart; nil when they are not.
    package var warning: String? {
        guard isLarge else { return nil }
        return "this machine's clock is \(Self.words(offset)) Kalshi's; kbot stamps its requests with Kalshi's time, "
            + "but set the clock (timedatectl set-ntp true)"
    }

    /// An offset in words: `2.4 s behind`.
    static func words(_ offset: TimeSpan) -> String {
        let tenths = (offset.microseconds.magnitude + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) s \(offset < .zero ? "ahead of" : "behind")"
    }
}

/// Estimates the offset from the `Date` headers of the last answers.
///
/// A header tells the venue's time cut to whole seconds: when it was written, the venue's clock was within the second
/// from it on, and ours between sending and receiving. That leaves an interval for the offset; the offset must lie in
/// all of them. Requests fall anywhere within a second, so a few dozen of them narrow it to tens of milliseconds.
package struct ClockSamples: Sendable {
    private struct Sample: Sendable {
        let lower: TimeSpan
        let upper: TimeSpan
        let received: Timestamp
    }

    /// Number of samples kept.
    package let window: Int
    /// Age from which a sample is dropped: clocks drift, by some milliseconds a minute at worst.
    package let horizon: TimeSpan
    private var samples: [Sample] = []

    /// Makes an empty window of at most so many samples, none older than `horizon` before the newest.
    package init(window: Int = 32, horizon: TimeSpan = .minutes(10)) {
        self.window = max(window, 1)
        self.horizon = horizon
    }

    /// Takes in the venue's time (whole seconds) from the answer to a request, and our times around it.
    ///
    /// Returns false, and takes nothing in, when the answer came before the request: our clock was set meanwhile.
    @discardableResult
    package mutating func record(_ date: Timestamp, sent: Timestamp, received: Timestamp) -> Bool {
        guard received >= sent else { return false }
        samples.removeAll { received - $0.received > horizon }
        if samples.count >= window { samples.removeFirst(samples.count - window + 1) }
        samples.append(Sample(lower: date - received, upper: date + .seconds(1) - sent, received: received))
        return true
    }

    /// The estimate; nil without samples.
    ///
    /// It is the middle of what all samples allow. When they contradict each other (a clock was set, or an answer was
    /// not fresh), it is the median of the samples' own middles, which up to half of them cannot mislead.
    package var estimate: ClockEstimate? {
        guard let lower = samples.map(\.lower).max(), let upper = samples.map(\.upper).min() else { return nil }
        guard lower > upper else {
            return ClockEstimate(offset: middle(lower, upper), bounds: lower...upper, samples: samples.count)
        }
        let middles = samples.map { middle($0.lower, $0.upper) }.sorted()
        let median = middle(middles[(middles.count - 1) / 2], middles[middles.count / 2])
        return ClockEstimate(offset: median, bounds: nil, samples: samples.count)
    }

    private func middle(_ lower: TimeSpan, _ upper: TimeSpan) -> TimeSpan {
        TimeSpan(microseconds: floorDivide(lower.microseconds + upper.microseconds, by: 2))
    }
}
