import KBotKalshi
import KBotModel
import Testing

struct TickerGrammarTests {
    @Test(
        arguments: [
            ("KXBTC15M-26NOV221445-45", "2026-11-22T19:45:00Z"), ("KXBTC15M-26NOV230000-00", "2026-11-23T05:00:00Z"),
            ("KXETH15M-26JUL040915-15", "2026-07-04T13:15:00Z"), ("KXBTC15M-26APR271445-45", "2026-04-27T18:45:00Z"),
        ] as [(Ticker, String)]
    )
    func `a 15-minute ticker names its close in Eastern time`(ticker: Ticker, close: String) {
        let grammar = TickerGrammar(ticker)
        #expect(grammar.closeTime == Timestamp(rfc3339: close))
        #expect(grammar.openTime == Timestamp(rfc3339: close).map { $0 - .minutes(15) })
        #expect(!grammar.isAmbiguous)
    }

    @Test(
        arguments: [
            ("KXBTCD-26AUG1717-T72749.99", "2026-08-17T21:00:00Z"), ("KXBTC-26AUG2513-B79650", "2026-08-25T17:00:00Z"),
            ("KXBTC-26DEC3119-B79650", "2027-01-01T00:00:00Z"),
        ] as [(Ticker, String)]
    )
    func `an hourly ticker names its close but no opening`(ticker: Ticker, close: String) {
        let grammar = TickerGrammar(ticker)
        #expect(grammar.closeTime == Timestamp(rfc3339: close) && grammar.openTime == nil)
    }

    @Test(
        arguments: [
            ("KXBTC15M-26MAR080145-45", "2026-03-08T06:45:00Z"), ("KXBTC15M-26MAR080300-00", "2026-03-08T07:00:00Z"),
            ("KXBTC15M-26NOV010045-45", "2026-11-01T04:45:00Z"), ("KXBTC15M-26NOV010200-00", "2026-11-01T07:00:00Z"),
            ("KXBTC15M-27MAR140300-00", "2027-03-14T07:00:00Z"), ("KXBTC15M-25NOV020200-00", "2025-11-02T07:00:00Z"),
        ] as [(Ticker, String)]
    )
    func `the clocks change on the second Sunday of March and the first of November`(ticker: Ticker, close: String) {
        #expect(TickerGrammar(ticker).closeTime == Timestamp(rfc3339: close))
    }

    @Test func `the hour repeated in November is read as its first, and marked`() {
        let grammar = TickerGrammar("KXBTC15M-26NOV010130-30")
        #expect(grammar.closeTime == Timestamp(rfc3339: "2026-11-01T05:30:00Z"))
        #expect(grammar.isAmbiguous)
    }

    @Test(
        arguments: [
            "KXBTC15M-26MAR080230-30", "KXBTC15M-26FEB300230-30", "KXBTC15M-26NOV221445-30", "KXBTC15M-26NOW221445-45",
            "KXMLBGAME-26AUG072140LADAZ-LAD", "KXBTC15M", "KXBTC15M-26NOV222445-45",
            "KXBTC15M-26NOV221445-45999999999999999999", "-", "KXBTCY-26DEC31",
        ] as [Ticker]
    )
    func `other tickers tell no time`(ticker: Ticker) {
        #expect(TickerGrammar(ticker).closeTime == nil)
    }

    @Test func `a market without any known time never closes`() {
        let seen = Timestamp(seconds: 1_786_085_188)
        let market = Market.known(
            id: MarketID(0),
            ticker: "KXMLBGAME-26AUG072140LADAZ-LAD",
            facts: nil,
            firstSeen: seen
        )
        #expect(market.openTime == seen && market.closeTime == .distantFuture && market.grid == .linearCent)
    }

    @Test func `facts win over the ticker's grammar`() {
        var facts = MarketFacts(ticker: "KXBTC15M-26NOV221445-45")
        facts.closeTime = Timestamp(seconds: 1_795_376_701)
        facts.strike = SpotPrice("86120.37")
        let market = Market.known(id: MarketID(0), ticker: facts.ticker, facts: facts, firstSeen: .distantPast)
        #expect(market.closeTime == Timestamp(seconds: 1_795_376_701) && market.strike == SpotPrice("86120.37"))
    }
}

struct MarketRegistryTests {
    @Test func `tickers get dense numbers in the order they are asked for`() {
        var registry = MarketRegistry()
        for round in 0..<2 {
            for index in 0..<500 {
                #expect(registry.intern(Ticker("T\(index)"))?.index == Int32(index), "round \(round)")
            }
        }
        #expect(registry.tickers.count == 500 && registry.ticker(of: MarketID(7)) == "T7")
    }

    @Test(arguments: ["", "A B", "Ä", "A\n"] as [Ticker])
    func `what is no ticker gets no number`(ticker: Ticker) {
        var registry = MarketRegistry()
        #expect(registry.intern(ticker) == nil && registry.tickers.isEmpty)
    }
}
