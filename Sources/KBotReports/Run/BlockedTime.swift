public import KBotModel

/// For how long new entries were blocked in a run.
public struct BlockedTime: Hashable, Sendable {
    /// One limit's part.
    public struct Part: Hashable, Sendable {
        /// Code of the limit.
        public let code: String
        /// For how long it blocked.
        public let span: TimeSpan

        /// Makes a part.
        public init(code: String, span: TimeSpan) {
            self.code = code
            self.span = span
        }
    }

    /// Time in which at least one limit blocked entries.
    public let total: TimeSpan
    /// Time by limit, the longest first; limits can overlap, so the sum may exceed the total.
    public let parts: [Part]

    /// Makes a blocked time and puts its parts in order.
    public init(total: TimeSpan = .zero, parts: [Part] = []) {
        self.total = total
        self.parts = parts.sorted {
            $0.span != $1.span ? $0.span > $1.span : $0.code.utf8.lexicographicallyPrecedes($1.code.utf8)
        }
    }
}

/// Adds up for how long entries were blocked, from the moments limits began and ceased to block.
public struct BlockedTally: Sendable {
    private var since: [String: Timestamp] = [:]
    private var spans: [String: TimeSpan] = [:]
    private var total = TimeSpan.zero
    private var blockedSince = Timestamp.distantPast

    /// Makes an empty tally.
    public init() {}

    /// A limit begins to block; telling it twice changes nothing.
    public mutating func block(_ code: String, at time: Timestamp) {
        guard since[code] == nil else { return }
        if since.isEmpty { blockedSince = time }
        since[code] = time
    }

    /// A limit ceases to block; telling it of one that did not block changes nothing.
    public mutating func unblock(_ code: String, at time: Timestamp) {
        guard let start = since.removeValue(forKey: code) else { return }
        spans[code] = (spans[code] ?? .zero) + (time - start)
        if since.isEmpty { total = total + (time - blockedSince) }
    }

    /// The time up to `end`, with the limits that still block then.
    public func time(until end: Timestamp) -> BlockedTime {
        var copy = self
        for code in since.keys { copy.unblock(code, at: end) }
        return BlockedTime(total: copy.total, parts: copy.spans.map { .init(code: $0.key, span: $0.value) })
    }
}
