import KBotModel

/// A token bucket of the venue: refilled continuously, full at the start.
struct TokenBucket {
    private let refill: Int64
    private let capacity: Int64
    /// Millionths of a token.
    private var content: Int64
    private var updated: Timestamp?

    /// Makes a full bucket; `refill` in tokens a second.
    init(refill: Int64, capacity: Int64) {
        self.refill = refill
        self.capacity = capacity * 1_000_000
        content = self.capacity
    }

    /// Fills up for the time that passed.
    mutating func advance(to time: Timestamp) {
        // After an hour any bucket is full; the bound keeps the product small.
        let passed = min(max(0, updated.map { (time - $0).microseconds } ?? 0), 3_600_000_000)
        content = min(capacity, content + passed * refill)
        updated = max(time, updated ?? time)
    }

    /// Whether there are so many tokens.
    func holds(_ tokens: Int64) -> Bool { content >= tokens * 1_000_000 }

    /// Takes tokens that are there.
    mutating func take(_ tokens: Int64) { content -= tokens * 1_000_000 }
}
