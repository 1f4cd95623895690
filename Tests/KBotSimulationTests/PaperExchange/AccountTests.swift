import KBotModel
import KBotSimulation
import Testing

@Suite("The paper account")
struct AccountTests {
    private let free = FeeSchedule(kind: .quadratic, multiplier: 0)

    @Test func `pays the YES price to buy and the NO price to sell, and fees on top`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        #expect(venue.total == Money(dollars: 1_000) - Money(units: 5_000_000 + 175_000))
        var seller = PaperVenue.withBook(fees: free)
        seller.place(1, .ask, 48, 10, .immediateOrCancel)
        #expect(seller.total == Money(dollars: 1_000) - Money(units: 5_200_000))
        #expect(venue.exchange.feesPaid == Money(units: 175_000))
    }

    @Test func `returns a dollar for every YES and NO pair at once`() {
        var venue = PaperVenue.withBook(fees: free)
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        venue.place(2, .ask, 48, 4, .immediateOrCancel)
        #expect(venue.position == Quantity(contracts: 6))
        #expect(venue.total == Money(dollars: 1_000) - Money(units: 5_000_000) + Money(units: 1_920_000))
    }

    @Test func `turns from YES to NO by selling below the position`() {
        var venue = PaperVenue.withBook(fees: free)
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        venue.place(2, .ask, 48, 25, .immediateOrCancel)
        #expect(venue.position == Quantity(contracts: -15))
        // 10 sold at 48 return 4.80; 15 NO cost 0.52 each.
        #expect(venue.total == Money(units: 1_000_000_000 - 5_000_000 + 4_800_000 - 7_800_000))
    }

    @Test func `holds the cost at the limit and the taker's fee for an order that would open`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        #expect(venue.exchange.reserved == Money(units: 4_000_000 + 168_000))
        #expect(venue.total == Money(dollars: 1_000))
        venue.place(2, .ask, 60, 10)
        #expect(venue.exchange.reserved == Money(units: 2 * (4_000_000 + 168_000)))
    }

    @Test func `gives back exactly the reservation on a cancel and on fills`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        venue.cancel(1)
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.exchange.cash == Money(dollars: 1_000))
        venue.place(2, .bid, 48, 10)
        venue.trade(48, 4, taker: .ask)
        #expect(venue.exchange.reserved == Money(units: 2_880_000 + 104_900))
        venue.trade(48, 6, taker: .ask)
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.exchange.cash == Money(units: 1_000_000_000 - 4_800_000))
    }

    @Test(arguments: [NewOrder.TimeInForce.rests, .immediateOrCancel, .fillOrKill])
    func `refuses what it cannot pay`(_ life: NewOrder.TimeInForce) {
        // Ten at 50 cost 5.00 and a fee of 0.1750.
        var poor = PaperVenue.withBook(cash: Money(units: 5_174_999))
        #expect(poor.place(1, .bid, 50, 10, life).words == ["o1 rejected insufficient_balance"])
        var enough = PaperVenue.withBook(cash: Money(units: 5_175_000))
        #expect(enough.place(1, .bid, 50, 10, life).filled == Quantity(contracts: 10))
        #expect(enough.total == .zero)
    }

    @Test func `needs no cash for an order that closes`() {
        var venue = PaperVenue.withBook(cash: Money(units: 5_175_000))
        venue.place(1, .bid, 50, 10)
        #expect(venue.place(2, .ask, 60, 10).words == ["o2 accepted 10"])
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.place(3, .ask, 61, 1).words == ["o3 rejected insufficient_balance"])
        #expect(venue.trade(60, 10, taker: .bid).fillTexts == ["60x10"])
        #expect(venue.exchange.cash == Money(units: 6_000_000))
    }

    @Test func `lets an order that acts at once close what a resting one had claimed`() {
        var venue = PaperVenue.withBook(cash: Money(dollars: 6))
        venue.place(1, .bid, 50, 10)
        venue.place(2, .ask, 60, 10)
        let events = venue.place(3, .ask, 48, 10, .immediateOrCancel, reduceOnly: true)
        #expect(events.words == ["o3 accepted 0", "o3 taker 48x10"])
        #expect(venue.exchange.lookUp(ClientOrderID(2)).status == .resting, "4.80 came back: enough to open NO at 60")
        #expect(venue.exchange.reserved == Money(units: 4_000_000 + 168_000))
    }

    @Test func `cancels a closing order that has nothing left to close and cannot be paid`() {
        var venue = PaperVenue.withBook(bids: [(10, 100)], cash: Money(units: 5_200_000))
        venue.place(1, .bid, 50, 10)
        venue.place(2, .ask, 60, 10)
        let events = venue.place(3, .ask, 10, 10, .immediateOrCancel, reduceOnly: true)
        #expect(events.words == ["o3 accepted 0", "o3 taker 10x10", "o2 cancelled 10 reduce_only"])
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.exchange.cash == venue.total)
    }

    @Test(arguments: [
        (value: Settlement.yes, side: BookSide.bid, change: Int64(5_000_000)),
        (value: .no, side: .bid, change: -5_000_000),
        (value: .yes, side: .ask, change: -5_200_000),
        (value: .no, side: .ask, change: 4_800_000),
        (value: Settlement(value: Price(cents: 30)), side: .bid, change: -2_000_000),
        (value: Settlement(value: Price(cents: 30)), side: .ask, change: 1_800_000),
    ])
    func `is paid by the settlement`(_ example: (value: Settlement, side: BookSide, change: Int64)) {
        var venue = PaperVenue.withBook(fees: free)
        venue.place(1, example.side, example.side == .bid ? 50 : 48, 10, .immediateOrCancel)
        venue.see(.settled(PaperVenue.market, example.value))
        #expect(venue.exchange.cash == Money(units: 1_000_000_000 + example.change))
        #expect(venue.position == .zero)
    }

    @Test func `is corrected by a second settlement, and not changed by the same one again`() {
        var venue = PaperVenue.withBook(fees: free)
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        venue.see(.settled(PaperVenue.market, .yes))
        venue.see(.settled(PaperVenue.market, .yes))
        #expect(venue.exchange.cash == Money(units: 1_005_000_000))
        venue.see(.settled(PaperVenue.market, .no))
        #expect(venue.exchange.cash == Money(units: 995_000_000))
    }

    @Test func `takes over a position of an earlier run`() {
        var venue = PaperVenue.withBook(cash: .zero, fees: free)
        venue.exchange.restore(position: Quantity(contracts: 10), in: PaperVenue.market)
        venue.place(1, .ask, 48, 10, .immediateOrCancel, reduceOnly: true)
        #expect(venue.exchange.cash == Money(units: 4_800_000))
    }
}
