import KBotModel

/// What our takers took from displayed levels that are still displayed.
///
/// The observed book does not know of our fills: without this, every order of ours would find the same contracts again.
/// A level keeps what we took until the book shows it with fewer contracts than that: contracts added later can be
/// taken, contracts removed are presumed to be the ones we left. A level that empties forgets.
struct TakenDepth: Sendable {
    private struct Level: Sendable {
        let outcome: Outcome
        let price: Price
        var count: Quantity
    }

    private var levels: [Level] = []

    /// Whether nothing is remembered: the fast path.
    var isEmpty: Bool { levels.isEmpty }

    /// What we took at a bid of this outcome.
    func count(of outcome: Outcome, at price: Price) -> Quantity {
        levels.first { $0.price == price && $0.outcome == outcome }?.count ?? .zero
    }

    /// Remembers a fill.
    mutating func add(_ count: Quantity, of outcome: Outcome, at price: Price) {
        if let index = levels.firstIndex(where: { $0.price == price && $0.outcome == outcome }) {
            levels[index].count += count
        } else {
            levels.append(Level(outcome: outcome, price: price, count: count))
        }
    }

    /// Forgets what the book no longer shows.
    mutating func clamp(to book: OrderBook) {
        for index in levels.indices.reversed() {
            let level = levels[index]
            let displayed = book.bids(of: level.outcome).count(at: level.price)
            levels[index].count = min(level.count, displayed)
            if displayed == .zero { levels.remove(at: index) }
        }
    }
}
