import KBotModel
import Testing

@testable import KBotRuntime

private let start = Timestamp(seconds: 1_777_314_600)

private func market(_ index: Int32, _ ticker: Ticker, series: SeriesTicker = "KXBTC15M") -> MarketEvent {
    let market = Market(
        id: MarketID(index),
        ticker: ticker,
        series: series,
        openTime: start,
        closeTime: start + .minutes(15)
    )
    return MarketEvent(time: start, .listed(market))
}

private func trade(_ index: Int32, _ cents: Int32 = 50) -> MarketEvent {
    let trade = Trade(market: MarketID(index), price: Price(cents: cents), count: Quantity(contracts: 1), taker: .bid)
    return MarketEvent(time: start, .trade(trade))
}

@Suite struct MarketFilterTests {
    @Test func `without a choice everything passes`() {
        var filter = MarketFilter(markets: [], series: [])
        #expect(filter.pass(market(0, "A")) != nil && filter.pass(trade(0)) != nil && filter.pass(trade(7)) != nil)
        #expect(filter.missing == nil && filter.firstLife == .minutes(15))
    }

    @Test func `only the markets asked for pass, whatever they are numbered`() {
        var filter = MarketFilter(markets: ["B"], series: [])
        #expect(filter.pass(market(0, "A")) == nil && filter.pass(market(3, "B")) != nil)
        #expect((0...4).map { filter.pass(trade($0)) != nil } == [false, false, false, true, false])
        #expect(filter.missing == nil)
    }

    @Test func `a series and a market must both fit`() {
        var filter = MarketFilter(markets: ["A", "B"], series: ["KXETH15M"])
        #expect(filter.pass(market(0, "A")) == nil)
        #expect(filter.pass(market(1, "B", series: "KXETH15M")) != nil)
        #expect(filter.missing == "--market A: in none of the series that were asked for")
    }

    @Test func `a listing keeps its time: at the venue a run begins now, not when its market opened`() {
        let listing = MarketEvent(time: start + .minutes(11), market(0, "A").kind)
        for series in [[], ["KXBTC15M"]] {
            var filter = MarketFilter(markets: [], series: series)
            #expect(filter.pass(listing) == listing)
        }
    }

    @Test func `each series asked for must come, too`() {
        var filter = MarketFilter(markets: [], series: ["KXBTC15M", "KXETH15M"])
        _ = filter.pass(market(0, "A"))
        #expect(filter.missing == "--series KXETH15M: not in the data; it has KXBTC15M")
        _ = filter.pass(market(1, "B", series: "KXETH15M"))
        #expect(filter.missing == nil)
    }

    @Test func `prices of underlyings pass whatever was asked for`() {
        var filter = MarketFilter(markets: ["B"], series: ["KXETH15M"])
        let price = MarketEvent(time: start, .spot("BTC-USD", SpotPrice(units: 1)))
        #expect(filter.pass(price) == price && price.market == nil)
    }

    @Test func `an unknown market is told with up to three of those there are`() {
        var filter = MarketFilter(markets: ["X"], series: [])
        #expect(filter.seenText == "none")
        for (index, name) in ["A", "B", "C"].enumerated() { _ = filter.pass(market(Int32(index), Ticker(name))) }
        #expect(filter.seenText == "A, B, C")
        _ = filter.pass(market(3, "D"))
        _ = filter.pass(market(3, "D"))
        #expect(
            filter.seenText == "4, such as A, B, C"
                && filter.missing == "--market X: not in the data; it has 4, such as A, B, C"
        )
    }
}

@Suite struct ResultKeeperTests {
    private func closed(_ index: Int32) -> MarketEvent {
        MarketEvent(time: start + .minutes(15), .status(MarketID(index), .closed))
    }

    @Test(arguments: [(Int32(95), "yes"), (99, "yes"), (5, "no"), (1, "no")])
    func `without a result the last price speaks, a minute after the close`(cents: Int32, result: String) {
        var keeper = ResultKeeper()
        keeper.see(trade(0, 50))
        keeper.see(trade(0, cents))
        keeper.see(closed(0))
        #expect(keeper.due(before: start + .minutes(16)) == nil)
        let event = keeper.due(before: start + .minutes(16) + .seconds(1))
        #expect(event?.time == start + .minutes(16) && keeper.inferred == 1 && keeper.unknown == 0)
        guard case .settled(MarketID(0), let settlement)? = event?.kind else {
            Issue.record("no settlement")
            return
        }
        #expect(settlement.isInferred && settlement.result == result)
        #expect(keeper.due(before: .distantFuture) == nil)
    }

    @Test func `the venue's own result wins`() {
        var keeper = ResultKeeper()
        keeper.see(trade(0, 99))
        keeper.see(closed(0))
        keeper.see(MarketEvent(time: start + .minutes(15), .settled(MarketID(0), .no)))
        keeper.see(closed(0))
        #expect(keeper.due(before: .distantFuture) == nil && keeper.inferred == 0 && keeper.unknown == 0)
    }

    @Test func `a price between the two, and no price at all, leave the result unknown`() {
        var keeper = ResultKeeper()
        for (index, cents) in [Int32(94), 6, 50].enumerated() {
            keeper.see(trade(Int32(index), cents))
            keeper.see(closed(Int32(index)))
        }
        keeper.see(closed(9))
        #expect(keeper.due(before: .distantFuture) == nil && keeper.unknown == 4 && keeper.inferred == 0)
    }

    @Test func `results come in the order in which the markets closed`() {
        var keeper = ResultKeeper()
        for index in [Int32(2), 0, 1] {
            keeper.see(trade(index, 99))
            keeper.see(closed(index))
        }
        var order: [Int32] = []
        while let event = keeper.due(before: .distantFuture) { order.append(event.market?.index ?? -1) }
        #expect(order == [2, 0, 1])
    }
}
