/// The shape of a recorded book: where changes happen, and how much lies at which distance from the best price.
struct BookProfile: Sendable {
    /// Distances of book changes from the best price in cents, 256 equally likely ones; −1 is inside the spread and 60
    /// anywhere below five cents.
    private let distances: [Int8]
    /// What a level holds on average by its distance in cents, in 1/100 contract.
    private let depths: [Int64]
    /// How much more or less than that a price holds in this market, in 1/64: round prices hold more.
    private var weights = [Int64](repeating: 64, count: 2 * (PriceTable.top + 1))

    init() {
        let shares: [(Int8, Int)] = [
            (-1, 4), (0, 69), (1, 42), (2, 28), (3, 21), (4, 15), (5, 12), (6, 12), (7, 7), (8, 5), (9, 4), (10, 4),
            (11, 2), (12, 2), (13, 1), (14, 1), (15, 1), (16, 1), (17, 1), (18, 1), (19, 1), (20, 1),
        ]
        var distances: [Int8] = []
        for (distance, share) in shares { distances += [Int8](repeating: distance, count: share) }
        for distance in stride(from: Int8(22), to: 58, by: 3) { distances.append(distance) }
        while distances.count < 256 { distances.append(60) }
        self.distances = distances
        let contracts: [Int64] = [650, 480, 340, 190, 150, 140, 140, 150, 190, 250, 330, 400, 400, 350, 300]
        depths = contracts.map { $0 * 100 }
    }

    /// The price number of the next change on a side whose best bid is `best`, from 24 random bits.
    @inline(__always)
    func index(_ book: borrowing SimulatedBook, _ side: Int, best: Int, bits: UInt64) -> Int {
        let distance = Int(distances[Int(truncatingIfNeeded: bits & 0xFF)])
        if distance <= 0 {
            let inside = best + 1
            if distance < 0, !book.wouldCross(side, inside) { return inside }
            // In the fine parts of the grid a cent has ten prices; the best ones are the busiest.
            guard best < 100 || best > 180 else { return best }
            let a = Int(truncatingIfNeeded: (bits >> 8) & 7)
            let b = Int(truncatingIfNeeded: (bits >> 11) & 7)
            return max(1, best - min(a, b))
        }
        var units = Int(book.prices.units[best]) - distance * 100
        if units < 1_000 || units > 9_000 { units -= Int(truncatingIfNeeded: (((bits >> 8) & 0xFF) * 10) >> 8) * 10 }
        if distance < 60, units >= 10 { return book.prices.floor(units) }
        return min(best, 1 + Int(truncatingIfNeeded: (((bits >> 8) & 0xFFFF) * 49) >> 16))
    }

    /// What a level should hold on average, in 1/100 contract.
    @inline(__always)
    func depth(_ book: borrowing SimulatedBook, _ side: Int, _ index: Int, best: Int) -> Int64 {
        let cents = Int(book.prices.units[best] - book.prices.units[index]) / 100
        let depth = depths[min(max(cents, 0), depths.count - 1)]
        return max(100, (depth * weights[side * (PriceTable.top + 1) + index]) >> 6)
    }

    /// Draws how this market's prices differ, and fills an empty book up to its quotes.
    mutating func fill(_ book: inout SimulatedBook, yes: Int, no: Int, _ random: inout SeededRandom) {
        for side in [SimulatedBook.yes, SimulatedBook.no] {
            let best = side == SimulatedBook.yes ? yes : no
            for index in 1..<PriceTable.top {
                let units = book.prices.units[index]
                var weight = exponential(0.9 * random.normal() - 0.2)
                if units % 1_000 == 0 { weight *= 1.8 }
                if units < 1_000 || units > 9_000 { weight *= units % 100 == 0 ? 2 : 0.2 }
                if units == 100 { weight *= 20 }
                weights[side * (PriceTable.top + 1) + index] = Int64(weight * 64) + 1
                guard index <= best else { continue }
                // Some of the fine prices stay empty.
                if units % 100 != 0, random.below(100) < 30 { continue }
                let depth = depth(book, side, index, best: best)
                let share = exponential(0.8 * random.normal() - 0.3)
                book.place(side, index, max(100, Int64(Double(depth) * share) / 100 * 100))
            }
        }
    }
}
