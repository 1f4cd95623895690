import DequeModule
import KBotModel

/// High and low of a market's mid over a sliding window, in constant time per change.
///
/// A mid counts as long as it stood at any moment of the window, so what is kept is each *replaced* mid with the time of
/// its replacement. Two monotonic queues hold only those that can still become the high or the low.
struct MidWindow: Sendable {
    private struct Past: Sendable {
        let mid: Int32
        let until: Timestamp
    }

    private var highs = Deque<Past>()
    private var lows = Deque<Past>()
    private var current: Int32?

    /// Takes in the mid, in 1/20,000 dollar, from `time` on.
    mutating func record(_ mid: Int32, at time: Timestamp, window: TimeSpan) {
        guard mid != current else { return }
        let replaced = current
        current = mid
        guard let replaced else { return }
        let start = time - window
        while let oldest = highs.first, oldest.until < start { highs.removeFirst() }
        while let oldest = lows.first, oldest.until < start { lows.removeFirst() }
        while let last = highs.last, last.mid <= replaced { highs.removeLast() }
        while let last = lows.last, last.mid >= replaced { lows.removeLast() }
        highs.append(Past(mid: replaced, until: time))
        lows.append(Past(mid: replaced, until: time))
    }

    /// High minus low over the window before `time`, in 1/20,000 dollar.
    func extent(at time: Timestamp, window: TimeSpan) -> Int32 {
        guard let current else { return 0 }
        let start = time - window
        let high = highs.first { $0.until >= start }?.mid ?? current
        let low = lows.first { $0.until >= start }?.mid ?? current
        return max(high, current) - min(low, current)
    }
}
