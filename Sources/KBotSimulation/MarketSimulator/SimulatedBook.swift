import KBotModel

/// The simulator's own book: contracts bid at each price of the grid, for both outcomes.
///
/// A flat array by price number: a change costs one addition, and the best price is remembered. Each change is told as
/// a delta the moment it is made, so what a listener builds from the events is always this book.
struct SimulatedBook: Sendable {
    /// The side of the book that bids for YES; the other one bids for NO.
    static let yes = 0
    static let no = 1
    private static let width = PriceTable.top + 1

    /// The market whose book this is.
    var market = MarketID(0)
    /// Prices by number.
    let prices = PriceTable()
    private var counts = [Int64](repeating: 0, count: 2 * width)
    private var bestYes = 0
    private var bestNo = 0

    /// The number of the best bid of a side, in the prices of its outcome; 0 when the side is empty.
    @inline(__always)
    func best(_ side: Int) -> Int { side == Self.yes ? bestYes : bestNo }

    /// 1/100 contracts bid at a price.
    @inline(__always)
    func count(_ side: Int, _ index: Int) -> Int64 { counts[side * Self.width + index] }

    /// Whether a bid at this price would meet the other side.
    @inline(__always)
    func wouldCross(_ side: Int, _ index: Int) -> Bool { index + best(1 - side) >= PriceTable.top }

    /// Empties the book for the next market.
    mutating func reset(market: MarketID) {
        self.market = market
        for index in counts.indices { counts[index] = 0 }
        bestYes = 0
        bestNo = 0
    }

    /// Adds to a level without an event: for building the snapshot.
    mutating func place(_ side: Int, _ index: Int, _ count: Int64) {
        counts[side * Self.width + index] += count
        if side == Self.yes { bestYes = max(bestYes, index) } else { bestNo = max(bestNo, index) }
    }

    /// Changes a level and tells it; a level never goes below zero.
    @inline(__always)
    mutating func change(_ side: Int, _ index: Int, by delta: Int64, at time: Int64, into events: inout [MarketEvent]) {
        let slot = side * Self.width + index
        let count = counts[slot] + delta
        precondition(count >= 0, "Condition failed: the simulated book takes no more than a level holds")
        counts[slot] = count
        events.append(
            MarketEvent(
                time: Timestamp(microseconds: time),
                .delta(market, side == Self.yes ? .yes : .no, prices.price(index), Quantity(units: delta))
            )
        )
        if delta > 0 {
            if index > best(side) { setBest(side, index) }
        } else if count == 0, index == best(side) {
            var next = index - 1
            let base = side * Self.width
            while next > 0, counts[base + next] == 0 { next -= 1 }
            setBest(side, next)
        }
    }

    /// The whole book as the venue would send it.
    var snapshot: BookSnapshot {
        func levels(_ side: Int) -> [BookLevel] {
            (1..<PriceTable.top).compactMap { index in
                let count = count(side, index)
                return count > 0 ? BookLevel(price: prices.price(index), count: Quantity(units: count)) : nil
            }
        }
        return BookSnapshot(yes: levels(Self.yes), no: levels(Self.no))
    }

    @inline(__always)
    private mutating func setBest(_ side: Int, _ index: Int) {
        if side == Self.yes { bestYes = index } else { bestNo = index }
    }
}
