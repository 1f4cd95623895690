import Foundation
package import KBotModel

/// What the network's threads have to say, for the one thread that listens.
///
/// The listener waits until there is something or a time has come. Posting never waits; whoever posts much is told when
/// the box holds more than it should, and stops reading from the network until the listener has caught up.
package final class Mailbox<Item: Sendable>: @unchecked Sendable {
    // Everything below is touched under the lock alone.
    private let condition = NSCondition()
    private var items: [Item] = []
    private var weight = 0
    private var isWaiting = false
    private var isHeavy = false
    private let limit: Int
    private let onPressure: @Sendable (Bool) -> Void

    /// Makes an empty box; `onPressure` hears true when it comes to hold more than `limit` bytes, and false once it is
    /// emptied again.
    package init(limit: Int, onPressure: @escaping @Sendable (Bool) -> Void) {
        self.limit = limit
        self.onPressure = onPressure
    }

    /// Puts something in; `weight` is about its size in bytes.
    package func post(_ item: Item, weight: Int = 0) {
        condition.lock()
        items.append(item)
        self.weight += weight
        let becomesHeavy = self.weight > limit && !isHeavy
        if becomesHeavy { isHeavy = true }
        if isWaiting { condition.signal() }
        condition.unlock()
        if becomesHeavy { onPressure(true) }
    }

    /// Takes everything out, after waiting for the first for at most so long.
    package func take(into taken: inout [Item], waiting patience: TimeSpan) {
        condition.lock()
        if items.isEmpty, patience > .zero {
            isWaiting = true
            _ = condition.wait(until: Date(timeIntervalSinceNow: Double(patience.microseconds) / 1_000_000))
            isWaiting = false
        }
        swap(&items, &taken)
        items.removeAll(keepingCapacity: true)
        weight = 0
        let wasHeavy = isHeavy
        isHeavy = false
        condition.unlock()
        if wasHeavy { onPressure(false) }
    }
}
