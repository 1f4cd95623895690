import HeapModule
import KBotModel

/// What the exchange will do by itself at a later time.
struct Due: Comparable, Sendable {
    /// What is to be done.
    enum Task: Hashable, Codable, Sendable {
        /// A request arrives.
        case request(OrderRequest, Luck)
        /// An order's time at the venue runs out.
        case expiry(ClientOrderID)
        /// An order has waited long enough for a print.
        case patience(ClientOrderID)
        /// A market closes.
        case close(MarketID)
    }

    /// When.
    let time: Timestamp
    /// Breaks ties: what was planned first is done first.
    let sequence: Int64
    /// What.
    let task: Task

    /// Orders by time, then by plan.
    static func < (lhs: Due, rhs: Due) -> Bool { (lhs.time, lhs.sequence) < (rhs.time, rhs.sequence) }

    /// Plans are the same when they have the same number.
    static func == (lhs: Due, rhs: Due) -> Bool { lhs.sequence == rhs.sequence }
}

/// Everything planned, earliest first.
struct Schedule: Sendable {
    private var heap = Heap<Due>()
    private var planned: Int64 = 0

    /// The earliest plan.
    var next: Due? { heap.min }

    /// Plans a task.
    mutating func plan(_ task: Due.Task, at time: Timestamp) {
        planned += 1
        heap.insert(Due(time: time, sequence: planned, task: task))
    }

    /// Everything planned, in the order in which it will be done.
    var all: [Due] { heap.unordered.sorted() }

    /// Takes the earliest plan off.
    mutating func removeNext() { _ = heap.popMin() }
}
