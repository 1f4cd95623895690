/// Watches the running numbers of each subscription for lost and repeated messages.
///
/// A number belongs to the subscription (`sid`), not to a market, starts at 1 and goes up by exactly 1; `ok` and
/// `unsubscribed` replies that carry one use it up like data does.
package struct SequenceTracker: Sendable {
    /// What a number says of the messages before it.
    package enum Verdict: Hashable, Sendable {
        /// It follows the last one.
        case inOrder
        /// It was seen before: the message is to be ignored.
        case duplicate
        /// This many messages are missing before it.
        case gap(missing: Int64)
    }

    private struct Subscription: Sendable {
        let sid: Int32
        var last: Int64
    }

    private var subscriptions: [Subscription] = []

    /// Makes a tracker that has seen nothing.
    package init() {}

    /// Takes in a message's number.
    package mutating func check(sid: Int32, seq: Int64) -> Verdict {
        for index in subscriptions.indices where subscriptions[index].sid == sid {
            let last = subscriptions[index].last
            guard seq > last else { return .duplicate }
            subscriptions[index].last = seq
            return seq &- last == 1 ? .inOrder : .gap(missing: seq &- last &- 1)
        }
        subscriptions.append(Subscription(sid: sid, last: seq))
        return seq <= 1 ? .inOrder : .gap(missing: seq - 1)
    }

    /// The last number of a subscription; nil when none was seen.
    package func last(sid: Int32) -> Int64? { subscriptions.first { $0.sid == sid }?.last }

    /// Forgets a subscription: its numbers start anew.
    package mutating func restart(sid: Int32) { subscriptions.removeAll { $0.sid == sid } }
}
