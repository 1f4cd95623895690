import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Order books` {
    @Test func `agree with a plain dictionary after any series of changes`() throws {
        try forSeeds(0..<300) { random in
            var ladder = BookLadder()
            var model: [Int32: Int64] = [:]
            for _ in 0..<200 {
                let price = Int32.random(in: 0...60, using: &random) * 100
                let delta = Int64.random(in: -300...400, using: &random)
                let sum = model[price, default: 0] + delta
                let done = ladder.add(Quantity(units: delta), at: Price(units: price))
                try hold(done == (sum >= 0), "\(delta) at \(price) over \(model[price, default: 0])")
                if done { model[price] = sum == 0 ? nil : sum }
            }
            let levels = model.sorted { $0.key < $1.key }
            try hold(ladder.levels.map(\.price.units) == levels.map(\.key), "prices \(ladder.levels)")
            try hold(ladder.levels.map(\.count.units) == levels.map(\.value), "counts \(ladder.levels)")
            try hold(ladder.best?.price.units == levels.last?.key, "best")
            for price in stride(from: Int32(-50), through: 6_100, by: 50) {
                let at = Price(units: price)
                let above = levels.filter { $0.key >= price }.reduce(0) { $0 + $1.value }
                try hold(ladder.count(at: at).units == model[price, default: 0], "count at \(price)")
                try hold(ladder.count(atOrAbove: at).units == above, "depth from \(price)")
            }
        }
    }

    @Test func `made at once equal those built level by level`() throws {
        try forSeeds(0..<300) { random in
            let levels = (0..<40).map { _ in
                level(.random(in: 1...30, using: &random), Int64.random(in: 0...3, using: &random))
            }
            var built = BookLadder()
            for level in levels {
                let isAdded = built.add(level.count, at: level.price)
                try hold(isAdded, "\(level)")
            }
            try hold(BookLadder(levels) == built, "\(levels)")
        }
    }

    @Test func `show the NO bids as YES asks`() {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [level(44, 5), level(45, 7)], no: [level(52, 3), level(50, 9)]))
        #expect(book.bestBid == level(45, 7))
        #expect(book.bestAsk == level(48, 3))
        #expect(book.touch == Touch(bid: Price(cents: 45), ask: Price(cents: 48)))
        #expect(book.touch.spread == PriceDelta(cents: 3))
        #expect(book.bids(of: .no).best == level(52, 3))
    }

    @Test func `tell what a taker can fill within a limit`() {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [level(44, 5), level(45, 7)], no: [level(52, 3), level(50, 9)]))
        #expect(book.depth(takenBy: .bid, limit: Price(cents: 47)) == .zero)
        #expect(book.depth(takenBy: .bid, limit: Price(cents: 48)) == Quantity(contracts: 3))
        #expect(book.depth(takenBy: .bid, limit: Price(cents: 50)) == Quantity(contracts: 12))
        #expect(book.depth(takenBy: .ask, limit: Price(cents: 46)) == .zero)
        #expect(book.depth(takenBy: .ask, limit: Price(cents: 45)) == Quantity(contracts: 7))
        #expect(book.depth(takenBy: .ask, limit: Price(cents: 1)) == Quantity(contracts: 12))
    }

    @Test(arguments: [(55, 0), (56, -1), (99, -44)] as [(Int32, Int32)])
    func `survive being locked or crossed for a moment`(no: Int32, spread: Int32) {
        var book = OrderBook()
        book.expect(true, adding: Quantity(contracts: 2), at: Price(cents: 45), .yes)
        book.expect(true, adding: Quantity(contracts: 2), at: Price(cents: no), .no)
        #expect(book.touch.spread == PriceDelta(cents: spread))
        book.expect(true, adding: Quantity(contracts: -2), at: Price(cents: no), .no)
        #expect(book.touch == Touch(bid: Price(cents: 45), ask: nil))
        #expect(book.touch.spread == nil)
    }

    @Test func `refuse a level below zero and stay as they were`() {
        var book = OrderBook()
        book.expect(true, adding: Quantity(units: 150), at: Price(cents: 45), .yes)
        let before = book
        book.expect(false, adding: Quantity(units: -151), at: Price(cents: 45), .yes)
        book.expect(false, adding: Quantity(units: -1), at: Price(cents: 44), .yes)
        book.expect(false, adding: Quantity(units: -1), at: Price(cents: 45), .no)
        #expect(book == before)
        book.expect(true, adding: Quantity(units: -150), at: Price(cents: 45), .yes)
        #expect(book == OrderBook())
    }

    @Test func `are empty after everything is removed and can be used again`() {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [level(44, 5)], no: [level(52, 3)]))
        book.removeAll()
        #expect(book == OrderBook())
        #expect(book.touch == Touch())
        book.expect(true, adding: Quantity(contracts: 1), at: Price(cents: 1), .no)
        #expect(book.bestAsk == level(99, 1))
    }

    @Test func `forget the old levels when a snapshot replaces them`() {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [level(44, 5)], no: [level(52, 3)]))
        book.replace(with: BookSnapshot(yes: [level(30, 1), level(30, 2), level(31, 0)], no: []))
        #expect(book.yes.levels == [level(30, 3)])
        #expect(book.touch == Touch(bid: Price(cents: 30), ask: nil))
    }
}

@Suite struct `Touch and direction` {
    let touch = Touch(bid: Price(cents: 45), ask: Price(cents: 48))

    @Test func `a long enters at the ask and leaves at the bid, a short the other way`() {
        #expect(touch.entry(.long) == Price(cents: 48))
        #expect(touch.exit(.long) == Price(cents: 45))
        #expect(touch.entry(.short) == Price(cents: 45))
        #expect(touch.exit(.short) == Price(cents: 48))
    }

    @Test(
        arguments: [
            (Direction.long, 40, 41, false), (.long, 40, 40, true), (.long, 40, 39, true), (.short, 40, 39, false),
            (.short, 40, 40, true), (.short, 40, 41, true),
        ] as [(Direction, Int32, Int32, Bool)]
    )
    func `a stop is reached at its level and beyond`(direction: Direction, level: Int32, price: Int32, isReached: Bool)
    {
        #expect(direction.isAtOrBeyondStop(Price(cents: price), Price(cents: level)) == isReached)
    }

    @Test(arguments: Direction.allCases)
    func `sides and signs of a direction belong together`(direction: Direction) {
        #expect(direction.entrySide.sign == direction.sign)
        #expect(direction.exitSide.sign == -direction.sign)
        #expect(direction.opposite.entrySide == direction.exitSide)
        #expect(direction.entrySide.opposite == direction.exitSide)
        #expect(direction.opposite.opposite == direction)
    }

    @Test(arguments: [("yes", Settlement.yes), ("no", .no), ("scalar", Settlement(value: Price(cents: 40)))])
    func `a settlement is named after what YES pays`(name: String, settlement: Settlement) {
        #expect(settlement.result == name)
    }
}

extension OrderBook {
    fileprivate mutating func expect(
        _ isAccepted: Bool,
        adding delta: Quantity,
        at price: Price,
        _ outcome: Outcome,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let result = add(delta, at: price, outcome: outcome)
        #expect(result == isAccepted, sourceLocation: sourceLocation)
    }
}

private func level(_ cents: Int32, _ contracts: Int64) -> BookLevel {
    BookLevel(price: Price(cents: cents), count: Quantity(contracts: contracts))
}
