import KBotModel

/// A last fuse: when its orders have filled too many contracts within 15 seconds, all are cancelled and new ones refused.
struct OrderGroup {
    /// The window that counts.
    static let window = TimeSpan.seconds(15)

    let id: String
    let subaccount: Int32
    let shard: Int32
    /// Contracts within the window at which it blows.
    var limit: Quantity
    /// Whether it has blown.
    var isLocked = false
    private var fills: [(time: Timestamp, count: Quantity)] = []
    private var sum = Quantity.zero

    /// Makes a group without fills.
    init(id: String, subaccount: Int32, shard: Int32, limit: Quantity) {
        self.id = id
        self.subaccount = subaccount
        self.shard = shard
        self.limit = limit
    }

    /// Counts a fill.
    mutating func add(_ count: Quantity, at time: Timestamp) {
        fills.append((time, count))
        sum += count
    }

    /// Whether the limit is reached by the fills of the window that ends now.
    mutating func isReached(at time: Timestamp) -> Bool {
        while let oldest = fills.first, time - oldest.time >= Self.window {
            fills.removeFirst()
            sum -= oldest.count
        }
        return sum >= limit
    }

    /// Counts anew from zero, and takes orders again.
    mutating func reset() {
        fills.removeAll()
        sum = .zero
        isLocked = false
    }
}
