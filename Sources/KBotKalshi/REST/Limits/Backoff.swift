package import KBotModel

/// How long to wait before a request is repeated: full jitter below a bound that doubles.
///
/// Many clients that failed together would otherwise come back together. The draw comes from a seed, so that a test sees
/// the same waits again.
package struct Backoff: Sendable {
    /// The bound of the first wait.
    package let base: TimeSpan
    /// The greatest bound.
    package let cap: TimeSpan
    private var state: UInt64

    /// Makes a back-off; the venue advises 100 ms, doubling up to 2 s.
    package init(base: TimeSpan = .milliseconds(100), cap: TimeSpan = .seconds(2), seed: UInt64) {
        self.base = base
        self.cap = cap
        state = seed
    }

    /// The bound of the wait after the given failure, counted from 1.
    package func bound(after failure: Int) -> TimeSpan {
        let doublings = min(max(failure - 1, 0), 30)
        let (microseconds, overflow) = base.microseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
        return overflow ? cap : min(cap, TimeSpan(microseconds: microseconds))
    }

    /// A wait between nothing and the bound.
    package mutating func delay(after failure: Int) -> TimeSpan {
        let bound = UInt64(max(0, bound(after: failure).microseconds))
        return TimeSpan(microseconds: Int64(next() % (bound + 1)))
    }

    /// The next 64 random bits (SplitMix64).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
