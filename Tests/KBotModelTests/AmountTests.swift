import KBotModel
import KBotTestSupport
import Testing

@Suite struct Amounts {
    @Test(arguments: [(0, 10_000), (1, 9_999), (3_700, 6_300), (5_000, 5_000), (10_000, 0)] as [(Int32, Int32)])
    func `the complement of a YES price is the NO price`(yes: Int32, no: Int32) {
        #expect(Price(units: yes).complement == Price(units: no))
        #expect(Price(units: yes).complement.complement == Price(units: yes))
    }

    @Test(
        arguments: [(-1, false), (0, false), (1, true), (9_999, true), (10_000, false), (10_001, false)]
            as [(Int32, Bool)]
    )
    func `only prices strictly between 0 and 1 dollar can be traded`(units: Int32, isTradable: Bool) {
        #expect(Price(units: units).isTradable == isTradable)
    }

    @Test func `price times quantity is exact down to the microdollar`() {
        #expect(Price(units: 1) * Quantity(units: 1) == Money(units: 1))
        #expect(Price(cents: 47) * Quantity(contracts: 10) == Money(units: 4_700_000))
        #expect((Price(units: 4_701) * Quantity(units: 1_234_567)).description == "5803.699467")
        #expect(Price.one * Quantity(contracts: 5) == Money(dollars: 5))
    }

    @Test func `a YES and a NO contract together cost one dollar`() throws {
        try forSeeds(0..<500) { random in
            let price = Price(units: .random(in: 0...10_000, using: &random))
            let count = Quantity(units: .random(in: 0...1_000_000_000, using: &random))
            try hold(price * count + price.complement * count == Price.one * count, "\(price) × \(count)")
        }
    }

    @Test func `value grows with each fill as it does in one piece`() throws {
        try forSeeds(0..<500) { random in
            let price = Price(units: .random(in: 1...9_999, using: &random))
            let parts = (0..<10).map { _ in Quantity(units: .random(in: 1...100_000, using: &random)) }
            let together = parts.reduce(.zero) { $0 + price * $1 }
            try hold(together == price * parts.reduce(.zero, +), "\(price): \(parts)")
        }
    }

    @Test func `distances between prices carry their sign`() {
        let low = Price(cents: 40)
        let high = Price(cents: 55)
        #expect(high - low == PriceDelta(cents: 15))
        #expect(low - high == -PriceDelta(cents: 15))
        #expect((low - high).magnitude == high - low)
        #expect(low + (high - low) == high)
        #expect(high - PriceDelta(cents: 15) == low)
        #expect(PriceDelta(cents: 5) * 3 == PriceDelta(cents: 15))
        #expect(PriceDelta(cents: 5) + PriceDelta(units: 1) == PriceDelta(units: 501))
    }

    @Test func `the doubled mid loses no half unit`() {
        #expect(Price.doubledMid(Price(units: 4_701), Price(units: 4_700)) == 9_401)
    }

    @Test(
        arguments: [
            (1_000_000_000, 200, 20_000_000), (1, 9_999, 0), (-1, 1, -1), (-1_000_000, 1_000, -100_000), (0, 500, 0),
            (Int64.max, 10_000, Int64.max),
        ] as [(Int64, Int64, Int64)]
    )
    func `a share of money rounds down`(units: Int64, basisPoints: Int64, share: Int64) {
        #expect(Money(units: units).share(basisPoints: basisPoints) == Money(units: share))
    }

    @Test(arguments: [(1_299, 1_200), (-1_299, -1_200), (99, 0), (100, 100), (0, 0)] as [(Int64, Int64)])
    func `whole contracts drop the fraction towards zero`(units: Int64, whole: Int64) {
        #expect(Quantity(units: units).wholeContracts == Quantity(units: whole))
    }

    @Test(
        arguments: [(1_000, 10, 100), (1_001, 10, 100), (5, 90, 4), (1, 99, 0), (7, 100, 7)] as [(Int64, Int64, Int64)]
    )
    func `a percentage of a quantity rounds down`(units: Int64, percent: Int64, part: Int64) {
        #expect(Quantity(units: units).percent(percent) == Quantity(units: part))
    }

    @Test func `signs of quantities and money can be turned and dropped`() {
        #expect(-Quantity(contracts: 3) == Quantity(units: -300))
        #expect((-Quantity(contracts: 3)).magnitude == Quantity(contracts: 3))
        #expect((-Money(dollars: 3)).magnitude == Money(dollars: 3))
        #expect(Money.value(of: Quantity(contracts: 2), over: -PriceDelta(cents: 5)) == Money(units: -100_000))
    }
}

@Suite struct Identifiers {
    @Test(arguments: ["A", "KXBTC15M-26APR271445-45", "~!", String(repeating: "x", count: 128)])
    func `of printable ASCII are accepted`(text: String) throws {
        let ticker = try #require(Ticker(validating: text))
        #expect(ticker.text == text)
        #expect(ticker.description == text)
    }

    @Test(arguments: ["", " ", "A B", "A\n", "Ä", "A\u{7F}", "\u{0}", "👍", String(repeating: "x", count: 129)])
    func `of anything else are refused`(text: String) {
        #expect(Ticker(validating: text) == nil)
    }

    @Test func `are ordered bytewise, not by language`() {
        let tickers: [Ticker] = ["b", "B", "a", "A-2", "A-10", "A"]
        #expect(tickers.sorted().map(\.text) == ["A", "A-10", "A-2", "B", "a", "b"])
    }

    @Test func `of markets and orders are numbers with a sign in front`() {
        #expect(MarketID(3).description == "#3")
        #expect(ClientOrderID(17).description == "o17")
        #expect(MarketID(2) < MarketID(10))
        #expect(ClientOrderID(2) < ClientOrderID(10))
    }
}
