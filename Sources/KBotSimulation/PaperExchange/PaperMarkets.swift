import DequeModule
import KBotModel

/// The markets of the paper exchange, each at an index of its own while it matters.
///
/// Markets come and go for as long as a run lasts. Some time after its result a market is forgotten, and its index
/// serves another one: memory grows with the markets open at one time, not with all there ever were.
struct PaperMarkets: Sendable {
    /// How long a decided market is remembered, for look-ups of its orders.
    private static let memory = TimeSpan.hours(1)
    private static let unknown: Int32 = -1
    private static let forgotten: Int32 = -2

    private var markets: [PaperMarket] = []
    /// The index of each market by its number.
    private var places: [Int32] = []
    private var free: [Int32] = []
    private var decided = Deque<(id: MarketID, time: Timestamp)>()

    /// The markets that are known, in the order of their numbers.
    var known: [(id: MarketID, market: PaperMarket)] {
        places.enumerated().compactMap { number, place in
            place >= 0 ? (MarketID(Int32(number)), markets[Int(place)]) : nil
        }
    }

    /// When each decided market that is still remembered was decided.
    var decisions: [MarketID: Timestamp] {
        Dictionary(decided.map { ($0.id, $0.time) }) { first, _ in first }
    }

    /// Takes a market up again; those decided must come in the order in which they were.
    mutating func restore(_ id: MarketID, _ market: PaperMarket, decided time: Timestamp?) {
        guard let index = know(id) else { return }
        markets[index] = market
        if let time { decided.append((id, time)) }
    }

    /// The market at an index.
    subscript(index: Int) -> PaperMarket {
        _read { yield markets[index] }
        _modify { yield &markets[index] }
    }

    /// The index of a market; nil while it is not known, and once it is forgotten.
    func find(_ id: MarketID) -> Int? {
        let number = Int(id.index)
        return number < places.count && places[number] >= 0 ? Int(places[number]) : nil
    }

    /// The index of a market, given to it when it is new; nil once it is forgotten.
    mutating func know(_ id: MarketID) -> Int? { find(id) ?? add(id) }

    private mutating func add(_ id: MarketID) -> Int? {
        precondition(id.index >= 0, "Condition failed: market numbers start at 0")
        let number = Int(id.index)
        while places.count <= number { places.append(Self.unknown) }
        guard places[number] != Self.forgotten else { return nil }
        let place = free.popLast() ?? Int32(markets.count)
        if Int(place) == markets.count { markets.append(PaperMarket()) }
        places[number] = place
        return Int(place)
    }

    /// Lets go of a decided market's tape at once, and later of the rest.
    ///
    /// - Returns: the orders of markets that are forgotten now.
    mutating func letGo(_ id: MarketID, at time: Timestamp) -> [ClientOrderID] {
        if let index = know(id), !markets[index].isDecided {
            markets[index].forgetTape()
            markets[index].isDecided = true
            decided.append((id, time))
        }
        var orders: [ClientOrderID] = []
        while let oldest = decided.first, time - oldest.time > Self.memory {
            decided.removeFirst()
            let place = places[Int(oldest.id.index)]
            orders += markets[Int(place)].orders
            markets[Int(place)] = PaperMarket()
            places[Int(oldest.id.index)] = Self.forgotten
            free.append(place)
        }
        return orders
    }
}
