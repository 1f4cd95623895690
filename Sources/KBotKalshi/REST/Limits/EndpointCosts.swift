/// What calls cost in tokens.
package struct EndpointCosts: Hashable, Sendable {
    /// The cost of one endpoint.
    package struct Entry: Hashable, Sendable {
        /// The method in capitals.
        package let method: String
        /// The path from the root on; a segment `{name}` or `:name` stands for any one, `*name` for all that follow.
        package let path: String
        /// Tokens a call, or an item of a batch.
        package let cost: Int64

        /// Makes an entry.
        package init(method: String, path: String, cost: Int64) {
            self.method = method
            self.path = path
            self.cost = cost
        }
    }

    /// Tokens of a call that no entry names.
    package let defaultCost: Int64
    private let patterns: [Pattern]

    private struct Pattern: Hashable {
        let method: String
        let segments: [Substring]
        let cost: Int64
        /// Segments spelled out: of two patterns that match, the one with more of them counts.
        let literals: Int
    }

    /// What the venue documents: 10 tokens a call, 2 for a cancel.
    package static let documented = EndpointCosts(
        defaultCost: 10,
        entries: [
            Entry(method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/{order_id}", cost: 2),
            Entry(method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/batched", cost: 2),
        ]
    )

    /// Makes a table; costs below 0 count as 0.
    package init(defaultCost: Int64, entries: [Entry]) {
        self.defaultCost = max(0, defaultCost)
        patterns = entries.map { entry in
            let segments = entry.path.split(separator: "/")
            return Pattern(
                method: entry.method.uppercased(),
                segments: segments,
                cost: max(0, entry.cost),
                literals: segments.count { !Self.isVariable($0) }
            )
        }
    }

    /// Tokens of a call, or of one item of a batch.
    package func cost(_ method: HTTPMethod, path: String) -> Int64 {
        let segments = path.split(separator: "/")
        let matching = patterns.filter { $0.method == method.rawValue && Self.matches($0.segments, segments) }
        return matching.max { $0.literals < $1.literals }?.cost ?? defaultCost
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        for (index, segment) in pattern.enumerated() {
            if segment.first == "*" { return path.count > index }
            guard index < path.count, isVariable(segment) || segment == path[index] else { return false }
        }
        return pattern.count == path.count
    }

    private static func isVariable(_ segment: Substring) -> Bool {
        segment.first == ":" || segment.first == "*" || (segment.first == "{" && segment.last == "}")
    }
}
