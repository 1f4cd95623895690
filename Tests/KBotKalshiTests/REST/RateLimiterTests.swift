import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct RateLimiterTests {
    private let start = Timestamp(seconds: 1_000)

    @Test func `a full bucket lets a burst through and then one call each refill`() {
        var limiter = RateLimiter(
            read: RateLimiter.Limit(refill: 200, capacity: 200),
            write: RateLimiter.Limit(refill: 100, capacity: 100)
        )
        for _ in 0..<20 {
            let ticket = limiter.ticket(.read, cost: 10, urgency: .reading)
            #expect(limiter.delay(for: ticket, at: start) == .zero)
        }
        let ticket = limiter.ticket(.read, cost: 10, urgency: .reading)
        #expect(limiter.delay(for: ticket, at: start) == .milliseconds(50))
        #expect(limiter.delay(for: ticket, at: start + .milliseconds(49)) == .milliseconds(1))
        #expect(limiter.delay(for: ticket, at: start + .milliseconds(50)) == .zero)
    }

    @Test func `entries leave tokens for ways out`() {
        var limiter = RateLimiter(
            read: RateLimiter.basic.read,
            write: RateLimiter.Limit(refill: 100, capacity: 100)
        )
        var entries = 0
        while true {
            let ticket = limiter.ticket(.write(shard: 2), cost: 10, urgency: .entering)
            guard limiter.delay(for: ticket, at: start) == .zero else {
                limiter.withdraw(ticket)
                break
            }
            entries += 1
        }
        #expect(entries == 8)
        let exit = limiter.ticket(.write(shard: 2), cost: 10, urgency: .reducing)
        #expect(limiter.delay(for: exit, at: start) == .zero)
        for _ in 0..<5 {
            let cancel = limiter.ticket(.write(shard: 2), cost: 2, urgency: .cancelling)
            #expect(limiter.delay(for: cancel, at: start) == .zero)
        }
    }

    @Test func `who waits with more urgency goes first, then who came first`() {
        var limiter = drained()
        let first = limiter.ticket(.write(shard: 2), cost: 10, urgency: .entering)
        let second = limiter.ticket(.write(shard: 2), cost: 10, urgency: .entering)
        let cancel = limiter.ticket(.write(shard: 2), cost: 2, urgency: .cancelling)
        #expect(limiter.delay(for: cancel, at: start) == .milliseconds(20))
        let later = start + .milliseconds(400)  // 40 tokens
        #expect(limiter.delay(for: second, at: later) != .zero)
        #expect(limiter.delay(for: first, at: later) == .zero)
        #expect(limiter.delay(for: cancel, at: later) == .zero)
    }

    @Test func `shards have buckets of their own, and a write without a shard draws on all`() {
        var limiter = drained()
        let other = limiter.ticket(.write(shard: 1), cost: 10, urgency: .reducing)
        #expect(limiter.delay(for: other, at: start) == .zero)
        let unscoped = limiter.ticket(.write(shard: 0), cost: 10, urgency: .reducing)
        #expect(limiter.delay(for: unscoped, at: start) == .zero)
        let everywhere = limiter.ticket(.everyShard, cost: 10, urgency: .reducing)
        #expect(limiter.delay(for: everywhere, at: start) == .milliseconds(100))
        let read = limiter.ticket(.read, cost: 10, urgency: .reading)
        #expect(limiter.delay(for: read, at: start) == .zero)
    }

    @Test func `a refusal empties the bucket`() {
        var limiter = RateLimiter()
        let ticket = limiter.ticket(.read, cost: 10, urgency: .reading)
        #expect(limiter.delay(for: ticket, at: start) == .zero)
        limiter.refused(ticket, at: start)
        let next = limiter.ticket(.read, cost: 10, urgency: .reading)
        #expect(limiter.delay(for: next, at: start) == .milliseconds(50))
    }

    @Test func `what no bucket ever holds is refused`() {
        var limiter = RateLimiter()
        let batch = limiter.ticket(.write(shard: 0), cost: 110, urgency: .entering)
        #expect(limiter.delay(for: batch, at: start) == nil)
        #expect(limiter.largestBatch(itemCost: 10) == 10)
        // The largest batch that fits leaves no reserve, and still goes.
        let largest = limiter.ticket(.write(shard: 0), cost: 100, urgency: .entering)
        #expect(limiter.delay(for: largest, at: start) == .zero)
    }

    @Test func `no window of time lets more through than the bucket allows`() throws {
        try forSeeds(0..<60) { random in
            let refill = Int64.random(in: 20...400, using: &random)
            let capacity = refill * Int64.random(in: 1...3, using: &random)
            let limit = RateLimiter.Limit(refill: refill, capacity: capacity)
            var limiter = RateLimiter(read: limit, write: limit)
            var now = start
            var sent: [(time: Timestamp, cost: Int64)] = []
            var waiting: [RateLimiter.Ticket] = []
            for _ in 0..<400 {
                now = now + TimeSpan(microseconds: Int64.random(in: 0...40_000, using: &random))
                if waiting.count < 10, Bool.random(using: &random) {
                    let urgency = RateLimiter.Urgency.allCases.randomElement(using: &random) ?? .reading
                    let cost: Int64 = urgency == .cancelling ? 2 : 10
                    waiting.append(limiter.ticket(.write(shard: 2), cost: cost, urgency: urgency))
                }
                for ticket in waiting.shuffled(using: &random) where waiting.contains(ticket) {
                    let wait = limiter.delay(for: ticket, at: now)
                    let delay = try #require(wait)
                    guard delay == .zero else {
                        try hold(delay > .zero, "a negative delay")
                        continue
                    }
                    sent.append((now, ticket.cost))
                    waiting.removeAll { $0 == ticket }
                    // Whoever is more urgent could have left now as well.
                    for other in waiting where other.urgency > ticket.urgency {
                        try hold(limiter.delay(for: other, at: now) == .zero, "\(ticket) went before \(other)")
                        sent.append((now, other.cost))
                        waiting.removeAll { $0 == other }
                    }
                }
            }
            for first in sent.indices {
                var total: Int64 = 0
                for call in sent[first...] {
                    total += call.cost
                    let allowed = capacity * 1_000_000 + (call.time - sent[first].time).microseconds * refill
                    try hold(total * 1_000_000 <= allowed, "\(total) tokens from \(sent[first].time) to \(call.time)")
                }
            }
        }
    }

    @Test func `a wait is never longer than it says, unless somebody goes first`() throws {
        try forSeeds(0..<200) { random in
            var limiter = drained()
            var now = start
            for _ in 0..<20 {
                let cost = Int64.random(in: 1...20, using: &random)
                let ticket = limiter.ticket(.write(shard: 2), cost: cost, urgency: .reducing)
                let wait = limiter.delay(for: ticket, at: now)
                let delay = try #require(wait)
                now = now + delay
                if delay > .zero {
                    try hold(limiter.delay(for: ticket, at: now) == .zero, "still waiting after the delay")
                }
            }
        }
    }

    @Test func `the most literal pattern of costs counts`() {
        let costs = EndpointCosts(
            defaultCost: 10,
            entries: [
                EndpointCosts.Entry(method: "DELETE", path: "/v/orders/:order_id", cost: 2),
                EndpointCosts.Entry(method: "DELETE", path: "/v/orders/batched", cost: 3),
                EndpointCosts.Entry(method: "GET", path: "/v/cfbenchmarks/*endpoint", cost: 150),
                EndpointCosts.Entry(method: "GET", path: "/v/orders/{order_id}", cost: 4),
            ]
        )
        #expect(costs.cost(.delete, path: "/v/orders/abc") == 2)
        #expect(costs.cost(.delete, path: "/v/orders/batched") == 3)
        #expect(costs.cost(.get, path: "/v/cfbenchmarks/a/b") == 150)
        #expect(costs.cost(.get, path: "/v/orders/abc") == 4)
        #expect(costs.cost(.get, path: "/v/orders") == 10)
        #expect(costs.cost(.post, path: "/v/orders/abc") == 10)
    }

    @Test func `waits after failures are drawn below a bound that doubles up to a cap`() {
        var backoff = Backoff(seed: 7)
        var again = Backoff(seed: 7)
        let bounds = (1...7).map { backoff.bound(after: $0) }
        #expect(bounds == [100, 200, 400, 800, 1_600, 2_000, 2_000].map { .milliseconds($0) })
        var longest = TimeSpan.zero
        for _ in 0..<200 {
            for failure in 1...40 {
                let delay = backoff.delay(after: failure)
                #expect(delay == again.delay(after: failure))
                #expect(delay >= .zero && delay <= backoff.bound(after: failure))
                longest = max(longest, delay)
            }
        }
        #expect(longest > .milliseconds(1_900))
    }

    /// A limiter whose bucket of shard 2 is empty at ``start``; it gets 100 tokens a second and holds 100.
    private func drained() -> RateLimiter {
        var limiter = RateLimiter()
        let all = limiter.ticket(.write(shard: 2), cost: 100, urgency: .cancelling)
        _ = limiter.delay(for: all, at: start)
        return limiter
    }
}
