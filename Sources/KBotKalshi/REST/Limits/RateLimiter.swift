package import KBotModel

/// Keeps requests within the venue's token buckets: pure, with the time given.
///
/// There is a bucket for reads and one for writes on each shard (3.3 of the venue's rules: shard 0 is also the unscoped
/// one; a write without a shard draws on all). When tokens are short, a caller waits behind every waiting caller of more
/// urgency, and of the same urgency behind those that came first. Entries leave a reserve, so that cancels and reducing
/// orders find tokens at once.
package struct RateLimiter: Sendable {
    /// Who goes first when tokens are short.
    package enum Urgency: Int, Hashable, Comparable, Sendable, CaseIterable {
        /// Looks around.
        case reading
        /// Adds risk.
        case entering
        /// Takes risk away, or finds out about an order that is in doubt.
        case reducing
        /// Takes an order off the book.
        case cancelling

        /// Orders by urgency.
        package static func < (lhs: Urgency, rhs: Urgency) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Which bucket a call draws on.
    package enum Scope: Hashable, Sendable {
        /// The one for reads.
        case read
        /// The one for writes on a shard; shard 0 is the unscoped one.
        case write(shard: Int32)
        /// Those for writes on every shard: the venue finds the shard itself.
        case everyShard
    }

    /// Size and refill of a bucket.
    package struct Limit: Hashable, Sendable {
        /// Tokens a second.
        package let refill: Int64
        /// Tokens it holds at most.
        package let capacity: Int64

        /// Makes a limit; both are at least 1.
        package init(refill: Int64, capacity: Int64) {
            self.refill = max(1, min(refill, 1_000_000))
            self.capacity = max(1, min(capacity, 10_000_000))
        }
    }

    /// A caller's place in the queue, until it is let through or withdraws.
    package struct Ticket: Hashable, Sendable {
        fileprivate let number: Int64
        /// Which bucket it draws on.
        package let scope: Scope
        /// Tokens it takes.
        package let cost: Int64
        /// Who goes first.
        package let urgency: Urgency
    }

    private struct Bucket: Sendable {
        /// Millionths of a token.
        var level: Int64
        var filledAt: Timestamp?

        mutating func fill(_ limit: Limit, at now: Timestamp) {
            defer { filledAt = max(now, filledAt ?? now) }
            guard let since = filledAt, now > since else { return }
            // A microsecond brings `refill` millionths of a token; beyond a full bucket the span does not matter.
            let span = min((now - since).microseconds, limit.capacity * 1_000_000 / limit.refill + 1)
            level = min(limit.capacity * 1_000_000, level + span * limit.refill)
        }
    }

    /// What calls cost.
    package var costs: EndpointCosts
    private var readLimit: Limit
    private var writeLimit: Limit
    private var read: Bucket
    /// By shard, in order; the first is the unscoped one.
    private var writes: [(shard: Int32, bucket: Bucket)]
    private var waiting: [Ticket] = []
    private var issued: Int64 = 0

    /// The lowest tier of the venue, for as long as the account's own limits are not known.
    package static let basic = (read: Limit(refill: 200, capacity: 200), write: Limit(refill: 100, capacity: 100))

    /// Makes a limiter with full buckets.
    package init(read: Limit = basic.read, write: Limit = basic.write, costs: EndpointCosts = .documented) {
        self.costs = costs
        readLimit = read
        writeLimit = write
        self.read = Bucket(level: read.capacity * 1_000_000)
        writes = [(0, Bucket(level: write.capacity * 1_000_000))]
    }

    /// Takes over the account's own limits; buckets keep what they hold, up to their new size.
    package mutating func adopt(read: Limit, write: Limit) {
        readLimit = read
        writeLimit = write
        self.read.level = min(self.read.level, read.capacity * 1_000_000)
        for index in writes.indices {
            writes[index].bucket.level = min(writes[index].bucket.level, write.capacity * 1_000_000)
        }
    }

    /// The most items, each of a cost, that one batch may have.
    package func largestBatch(itemCost: Int64) -> Int {
        itemCost > 0 ? Int(writeLimit.capacity / itemCost) : Int.max
    }

    /// Takes a place in the queue.
    package mutating func ticket(_ scope: Scope, cost: Int64, urgency: Urgency) -> Ticket {
        issued += 1
        let ticket = Ticket(number: issued, scope: scope, cost: max(0, cost), urgency: urgency)
        if case .write(let shard) = scope, !writes.contains(where: { $0.shard == shard }) {
            writes.append((shard, Bucket(level: writeLimit.capacity * 1_000_000)))
            writes.sort { $0.shard < $1.shard }
        }
        waiting.append(ticket)
        return ticket
    }

    /// How long to wait before asking again: zero when the tokens were taken and the request may leave; nil when the
    /// request costs more than the bucket ever holds.
    package mutating func delay(for ticket: Ticket, at now: Timestamp) -> TimeSpan? {
        guard waiting.contains(where: { $0.number == ticket.number }) else { return .zero }
        let limit = ticket.scope == .read ? readLimit : writeLimit
        guard ticket.cost <= limit.capacity else {
            withdraw(ticket)
            return nil
        }
        read.fill(readLimit, at: now)
        for index in writes.indices { writes[index].bucket.fill(writeLimit, at: now) }
        var longest = TimeSpan.zero
        for place in places(of: ticket.scope) {
            let ahead = waiting.filter { isAhead($0, of: ticket) && places(of: $0.scope).contains(place) }
                .reduce(Int64(0)) { $0 + min($1.cost, limit.capacity) }
            let missing = (ahead + ticket.cost + reserve(for: ticket, of: limit)) * 1_000_000 - level(place)
            if missing > 0 {
                longest = max(longest, TimeSpan(microseconds: ceilDivide(missing, by: limit.refill)))
            }
        }
        guard longest == .zero else { return longest }
        withdraw(ticket)
        for place in places(of: ticket.scope) { take(ticket.cost * 1_000_000, from: place) }
        return .zero
    }

    /// Leaves the queue.
    package mutating func withdraw(_ ticket: Ticket) { waiting.removeAll { $0.number == ticket.number } }

    /// The venue said 429: its buckets are emptier than ours.
    package mutating func refused(_ ticket: Ticket, at now: Timestamp) {
        for place in places(of: ticket.scope) { take(max(0, level(place)), from: place) }
        for place in places(of: ticket.scope) { setFilled(place, at: now) }
    }

    /// Tokens that an entry leaves in a bucket of writes: a reducing order and five cancels, but no more than a fifth.
    private func reserve(for ticket: Ticket, of limit: Limit) -> Int64 {
        guard ticket.urgency < .reducing, ticket.scope != .read else { return 0 }
        return min(costs.defaultCost * 2, limit.capacity / 5, limit.capacity - ticket.cost)
    }

    private func isAhead(_ other: Ticket, of ticket: Ticket) -> Bool {
        other.urgency > ticket.urgency || (other.urgency == ticket.urgency && other.number < ticket.number)
    }

    /// The buckets of a scope: -1 for reads, else an index of ``writes``.
    private func places(of scope: Scope) -> Range<Int> {
        switch scope {
        case .read: return -1..<0
        case .everyShard: return writes.indices
        case .write(let shard):
            let index = writes.firstIndex { $0.shard == shard } ?? 0
            return index..<index + 1
        }
    }

    private func level(_ place: Int) -> Int64 { place < 0 ? read.level : writes[place].bucket.level }

    private mutating func take(_ amount: Int64, from place: Int) {
        if place < 0 { read.level -= amount } else { writes[place].bucket.level -= amount }
    }

    private mutating func setFilled(_ place: Int, at now: Timestamp) {
        if place < 0 { read.filledAt = now } else { writes[place].bucket.filledAt = now }
    }
}
