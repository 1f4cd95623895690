import KBotModel

/// What the crowd of one market does in each 100 ms: makers follow the fair value, others add, cancel, move and take.
///
/// At one time, changes of the book come before the trades that made them, as the venue sends them.
///
/// Measured on 60 recorded windows (27–28 April 2026) and four recorded books (May 2026) of KXBTC15M, and on six times
/// 60 simulated ones:
///
/// | | recorded | simulated |
/// |---|---|---|
/// | trades a minute | 321 | 308–320 |
/// | trades in 5 s: 10 %, 50 %, 90 %, 99 % | 5, 23, 49, 105 | 3, 23, 52, 85 |
/// | trades of one taker's order: mean, 99 % | 1.80, 10 | 1.79, 11 |
/// | contracts a trade: 10 %, 50 %, 90 %, 99 % | 1, 10, 91, 500 | 1, 10, 75, 520 |
/// | trades off the cent grid | 17 % | 18–19 % |
/// | book changes a second | 40–86 | 60–85 |
/// | changes at the best cent of a side | 25–38 % | 31–33 % |
/// | contracts a change: 25 %, 50 %, 75 %, 90 % | 15–40, 40–100, 250–400, 500–1,000 | 12, 60, 210, 500 |
/// | spread of 1, 2, 3 cents in the middle | 74–85, 12–21, 2–3 % | 85–90, 9–12, 1–2 % |
/// | prices with bids, both sides | 190–224 | 200–250 |
/// | contracts at the best price: 25 %, 50 %, 75 % | 110–950, 350–1,100, 680–1,500 | 200–240, 560–670, 1,200–1,500 |
/// | 5-s candles outside their bands | 5.0 % (ETH 6.7 %) | 5.5–6.0 % |
/// | range of those in ticks: 25 %, 50 %, 75 %, 90 % | 2, 3, 7, 15 | 2, 4, 10, 20 |
/// | those of three ticks or more | 63 % | 70–75 % |
/// | range of mid-priced candles in cents: 25 %, 50 %, 75 %, 90 % | 2, 3, 4, 7 | 2, 3, 5, 8 |
/// | their closes' mean absolute change in cents | 2.4 | 2.2–2.5 |
struct OrderFlow: Sendable {
    /// Microseconds in one step.
    static let step: Int64 = 100_000

    private struct Print {
        let index: Int
        let count: Int64
    }

    /// The market's book.
    private(set) var book = SimulatedBook()
    private var profile = BookProfile()
    private let tradeSizes = RecordedSizes.trades
    private let changeSizes = RecordedSizes.changes

    /// Takers' orders and book changes in one step of an ordinary second.
    private let ordersPerStep: Double
    private let actionsPerStep: Double
    /// Of 256 times that a quote is overtaken, how often a taker is there before its maker.
    private let sweepShare: UInt64
    /// How many prints an order has, 256 equally likely numbers.
    private let printCounts: [UInt8]

    /// The makers' common error in 1/10,000 dollar at 50¢, which comes and goes within seconds.
    private var noise = 0.0
    /// What makers think the contract is worth in 1/10,000 dollar, and the spread they ask in cents of the middle.
    private var quoted = 5_000.0
    private var appetite = 0.2
    /// Prints of the order at hand.
    private var prints: [Print] = []

    /// Flow of this many trades a minute and book changes a second, on average over a market's life.
    init(tradesPerMinute: Int, deltasPerSecond: Int) {
        // Sweeps and quotes that follow the fair value bring the rest.
        ordersPerStep = Double(tradesPerMinute) * 0.00088
        actionsPerStep = Double(deltasPerSecond) * 0.078
        sweepShare = UInt64(min(256, max(0, 128 * tradesPerMinute / 320)))
        let shares: [(UInt8, Int)] = [
            (1, 174), (2, 41), (3, 17), (4, 9), (5, 5), (6, 3), (7, 2), (8, 1), (9, 1), (11, 1), (14, 1),
        ]
        var printCounts: [UInt8] = []
        for (count, share) in shares { printCounts += [UInt8](repeating: count, count: share) }
        while printCounts.count < 256 { printCounts.append(20) }
        self.printCounts = printCounts
        prints.reserveCapacity(64)
    }

    /// Opens a market: a full book around its fair value.
    mutating func open(_ market: MarketID, fairValue: Double, _ random: inout SeededRandom) {
        book.reset(market: market)
        noise = 0
        quoted = fairValue * 10_000
        let half = halfWidth()
        profile.fill(
            &book,
            yes: max(1, book.prices.floor(Int(quoted - half))),
            no: max(1, book.prices.floor(Int(10_000 - quoted - half))),
            &random
        )
    }

    /// One step of 100 ms from a time on; `secondsLeft` counts to the close.
    mutating func advance(
        from time: Int64,
        fairValue: Double,
        activity: Double,
        secondsLeft: Int,
        _ random: inout SeededRandom,
        into events: inout [MarketEvent]
    ) {
        // An error of makers that halves every few seconds, and vanishes with the doubt about the outcome.
        noise = 0.975 * noise + 6.2 * random.normal()
        let doubt = fairValue * (1 - fairValue)
        quoted = fairValue * 10_000 + noise * 4 * doubt

        let edge = min(fairValue, 1 - fairValue)
        let pace = ordersPerStep * activity * Self.urgency(secondsLeft)
        let orders = Int(pace * min(1, 0.25 + 50 * edge) + random.unit())
        let actions = Int(actionsPerStep * activity * min(1, 0.15 + 60 * edge) + random.unit())
        let slot = Self.step / Int64(orders + actions + 1)
        // Within the first half of its slot, so that what follows half a slot later still comes before the next event.
        var now = time + (Int64(random.next() & 0xFFF) * slot) >> 13

        if random.next() & 7 < 5 { requote(at: now, then: now + slot / 2 + 1, &random, into: &events) }
        var ordersDone = 0
        for place in 0..<(orders + actions) {
            now += slot
            // Orders are spread among the actions, wherever their turn comes.
            let left = orders + actions - place
            if ordersDone < orders, random.below(left) < orders - ordersDone {
                ordersDone += 1
                take(at: now, &random, into: &events)
            } else {
                act(at: now, &random, into: &events)
            }
        }
    }

    /// How eager takers are by the seconds left: most in the first and the last minute, hardly in the very first and
    /// last seconds.
    private static func urgency(_ secondsLeft: Int) -> Double {
        switch secondsLeft {
        case ..<5, IndexPath.seconds...: 0.25
        case ..<60: 1.7
        case ..<120: 1.3
        case (IndexPath.seconds - 60)...: 1.15
        default: 1
        }
    }

    /// Half of what makers ask between bid and ask, in 1/10,000 dollar: more in the fine parts of the grid.
    private func halfWidth() -> Double {
        let fine = quoted < 1_000 || quoted > 9_000
        return appetite * (fine ? 200 : 50)
    }
}

// MARK: - Makers

extension OrderFlow {
    /// Quotes that the fair value has overtaken go, by a taker or, a moment later, by their maker; new ones come where
    /// it allows.
    private mutating func requote(
        at time: Int64,
        then later: Int64,
        _ random: inout SeededRandom,
        into events: inout [MarketEvent]
    ) {
        let bits = random.next()
        if bits & 0x1F == 0 { appetite = 0.04 + 0.3 * random.unit() * random.unit() * 2 }
        let half = halfWidth()
        let tolerance = quoted < 1_000 || quoted > 9_000 ? 8.0 : 40.0
        for side in [SimulatedBook.yes, SimulatedBook.no] {
            let worth = side == SimulatedBook.yes ? quoted : 10_000 - quoted
            let highest = book.prices.floor(Int(worth + tolerance))
            guard book.best(side) > highest else { continue }
            if (bits >> (8 + 8 * UInt64(side))) & 0xFF < sweepShare {
                take(side, downTo: highest + 1, at: time, &random, into: &events)
            }
            while book.best(side) > highest {
                let best = book.best(side)
                book.change(side, best, by: -book.count(side, best), at: later, into: &events)
            }
        }
        for side in [SimulatedBook.yes, SimulatedBook.no] {
            let worth = side == SimulatedBook.yes ? quoted : 10_000 - quoted
            let target = min(book.prices.floor(Int(worth - half)), PriceTable.top - 1 - book.best(1 - side))
            guard target > book.best(side) else { continue }
            let lowest = max(book.best(side) + 1, target - 2, 1)
            for index in lowest...max(lowest, target) {
                let depth = profile.depth(book, side, index, best: target)
                let share = Int64(truncatingIfNeeded: 16 + (random.next() & 0x7F))
                book.change(side, index, by: max(100, (depth * share) >> 7) / 100 * 100, at: later, into: &events)
            }
        }
    }

    /// Someone adds, cancels, or moves an order to another price.
    @inline(__always)
    private mutating func act(at time: Int64, _ random: inout SeededRandom, into events: inout [MarketEvent]) {
        let bits = random.next()
        let side = Int(truncatingIfNeeded: bits & 1)
        let best = book.best(side)
        guard best > 0 else { return }
        let index = profile.index(book, side, best: best, bits: bits >> 1)
        let held = book.count(side, index)
        let size = changeSizes.size(bits >> 32)
        let move = (bits >> 25) & 0x7F
        // The best price is given up whole in one of four cases only.
        let keeps = index == best && size >= held && held >= 400 && (bits >> 20) & 3 != 0
        let count = keeps ? held / 200 * 100 : min(held, size)
        if move < 50, held > 0 {
            book.change(side, index, by: -count, at: time, into: &events)
            let newBest = book.best(side)
            let target = newBest > 0 ? profile.index(book, side, best: newBest, bits: random.next()) : index
            book.change(side, target, by: count, at: time, into: &events)
            return
        }
        let depth = profile.depth(book, side, index, best: best)
        let chance = Int64(truncatingIfNeeded: bits >> 55)
        if held == 0 || chance * (held + depth) < depth << 9 {
            // The largest orders lie where the book is deep.
            book.change(side, index, by: size > depth << 2 ? max(100, size / 800 * 100) : size, at: time, into: &events)
        } else {
            book.change(side, index, by: -count, at: time, into: &events)
        }
    }
}

// MARK: - Takers

extension OrderFlow {
    /// A taker comes; where the quoted value lies between bid and ask says which side it is more likely on.
    @inline(__always)
    private mutating func take(at time: Int64, _ random: inout SeededRandom, into events: inout [MarketEvent]) {
        let (yes, no) = (book.best(SimulatedBook.yes), book.best(SimulatedBook.no))
        var sells = 0.5
        if yes > 0, no > 0 {
            let bid = Double(book.prices.units[yes])
            let ask = Double(10_000 - book.prices.units[no])
            sells = 0.5 + 0.8 * ((bid + ask) / 2 - quoted) / (ask - bid)
        }
        let side = random.unit() < min(max(sells, 0.1), 0.9) ? SimulatedBook.yes : SimulatedBook.no
        guard book.best(side) > 0 else { return }
        take(side, downTo: max(1, book.best(side) - 3), at: time, &random, into: &events)
    }

    /// One taker's order against the bids of a side, best price first, no lower than a limit.
    private mutating func take(
        _ side: Int,
        downTo limit: Int,
        at time: Int64,
        _ random: inout SeededRandom,
        into events: inout [MarketEvent]
    ) {
        prints.removeAll(keepingCapacity: true)
        var bits = random.next()
        var rest = Int(printCounts[Int(truncatingIfNeeded: bits >> 56)])
        var index = book.best(side)
        var held = book.count(side, index)
        var taken: Int64 = 0
        while rest > 0, index >= limit, held > 0 {
            let count = min(tradeSizes.size(bits), held - taken)
            prints.append(Print(index: index, count: count))
            taken += count
            rest -= 1
            bits = random.next()
            guard taken == held || rest == 0 else { continue }
            book.change(side, index, by: -taken, at: time, into: &events)
            taken = 0
            index = book.best(side)
            held = book.count(side, index)
        }
        let isSale = side == SimulatedBook.yes
        for part in prints {
            let price = book.prices.price(isSale ? part.index : PriceTable.top - part.index)
            events.append(
                MarketEvent(
                    time: Timestamp(microseconds: time),
                    .trade(
                        Trade(
                            market: book.market,
                            price: price,
                            count: Quantity(units: part.count),
                            taker: isSale ? .ask : .bid
                        )
                    )
                )
            )
        }
    }
}
