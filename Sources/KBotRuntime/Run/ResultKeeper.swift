import KBotModel

/// Sees that every market that closed gets a result: the feed's own, or, when none comes within a minute, the one its
/// last price speaks for, marked as inferred.
struct ResultKeeper {
    /// How long after the close the feed's own result is waited for.
    static let patience = TimeSpan.minutes(1)

    private var lastPrices: [Price?] = []
    /// Markets that closed without a result so far, in the order of their closing.
    private var waiting: [(id: MarketID, due: Timestamp)] = []
    private var settled: Set<MarketID> = []
    /// Results inferred so far.
    private(set) var inferred = 0
    /// Markets whose last price speaks for neither side.
    private(set) var unknown = 0

    /// Listens to an event.
    mutating func see(_ event: MarketEvent) {
        switch event.kind {
        case .trade(let trade):
            let index = Int(trade.market.index)
            while lastPrices.count <= index { lastPrices.append(nil) }
            lastPrices[index] = trade.price
        case .status(let id, .closed) where !settled.contains(id):
            waiting.append((id, event.time + Self.patience))
        case .settled(let id, _):
            settled.insert(id)
            waiting.removeAll { $0.id == id }
        default: break
        }
    }

    /// The next inferred result that is due before a time.
    mutating func due(before time: Timestamp) -> MarketEvent? {
        while let first = waiting.first, first.due < time {
            waiting.removeFirst()
            let index = Int(first.id.index)
            guard index < lastPrices.count, let last = lastPrices[index],
                let settlement = Settlement.inferred(lastPrice: last)
            else {
                unknown += 1
                continue
            }
            inferred += 1
            settled.insert(first.id)
            return MarketEvent(time: first.due, .settled(first.id, settlement))
        }
        return nil
    }
}
