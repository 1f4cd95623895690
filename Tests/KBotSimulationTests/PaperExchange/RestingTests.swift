import KBotModel
import KBotSimulation
import Testing

@Suite("A resting order on the paper exchange")
struct RestingTests {
    /// Optimistic but for the queue, which is as displayed.
    private var queued: Friction {
        var friction = Friction.optimistic
        friction.queue = .observed
        return friction
    }

    @Test func `waits until the contracts ahead of it have traded`() {
        var venue = PaperVenue.withBook(queued)
        #expect(venue.place(1, .bid, 48, 10).words == ["o1 accepted 10"])
        #expect(venue.trade(48, 60, taker: .ask).isEmpty)
        #expect(venue.trade(48, 45, taker: .ask).words == ["o1 maker 48x5"])
        #expect(venue.trade(48, 45, taker: .ask).words == ["o1 maker 48x5"])
        #expect(
            venue.exchange.lookUp(ClientOrderID(1)) == OrderSnapshot(status: .executed, filled: Quantity(contracts: 10))
        )
    }

    @Test func `fills at once, at its own price, when the market trades through it`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        #expect(venue.trade(47, 4, taker: .ask).words == ["o1 maker 48x4"])
        #expect(venue.trade(48, 4, taker: .ask).words == ["o1 maker 48x4"], "nobody is ahead any more")
    }

    @Test func `to sell mirrors one to buy`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .ask, 50, 10)
        #expect(venue.trade(50, 100, taker: .bid).isEmpty)
        #expect(venue.trade(50, 3, taker: .bid).fillTexts == ["50x3"])
        #expect(venue.trade(51, 30, taker: .bid).fillTexts == ["50x7"])
        #expect(venue.position == Quantity(contracts: -10))
    }

    @Test func `does not fill from a trade at its price whose taker was on its own side`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 10)
        #expect(venue.trade(48, 50, taker: .bid).isEmpty)
        #expect(venue.trade(48, 4, taker: nil).fillTexts == ["48x4"], "a recording that does not tell the side counts")
    }

    @Test func `moves up when its level becomes smaller than the queue ahead`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        venue.change(.bid, 48, by: 50)
        venue.change(.bid, 48, by: -50)
        venue.change(.bid, 48, by: -90)
        venue.pass(.seconds(2))
        #expect(venue.trade(48, 12, taker: .ask).fillTexts == ["48x2"])
    }

    @Test func `does not count one trade twice when its delta came first`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        venue.change(.bid, 48, by: -30)
        #expect(venue.trade(48, 30, taker: .ask).isEmpty)
        venue.change(.bid, 48, by: -70)
        #expect(venue.trade(48, 70, taker: .ask).isEmpty)
        #expect(venue.trade(48, 5, taker: .ask).fillTexts == ["48x5"])
    }

    @Test func `does not count one trade twice when its delta comes after`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        venue.trade(48, 30, taker: .ask)
        venue.change(.bid, 48, by: -30)
        #expect(venue.trade(48, 71, taker: .ask).fillTexts == ["48x1"])
    }

    @Test func `finds its place in a new snapshot`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        venue.book(bids: [(48, 20)], asks: [(50, 100)])
        venue.pass(.seconds(2))
        #expect(venue.trade(48, 21, taker: .ask).fillTexts == ["48x1"])
    }

    @Test func `at the back of the queue waits for later contracts and never for cancels`() {
        var friction = Friction.optimistic
        friction.queue = .back
        var venue = PaperVenue.withBook(friction)
        venue.place(1, .bid, 48, 10)
        venue.change(.bid, 48, by: 20)
        venue.change(.bid, 48, by: -119)
        #expect(venue.trade(48, 120, taker: .ask).isEmpty)
        #expect(venue.trade(48, 1, taker: .ask).fillTexts == ["48x1"])
    }

    @Test func `at the front fills from the first trade at its price`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 10)
        #expect(venue.trade(48, 3, taker: .ask).fillTexts == ["48x3"])
    }

    @Test func `shares a trade with other own orders by price, then time`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 47, 10)
        venue.place(2, .bid, 48, 10)
        venue.place(3, .bid, 48, 10)
        #expect(venue.trade(46, 25, taker: .ask).words == ["o2 maker 48x10", "o3 maker 48x10", "o1 maker 47x5"])
    }

    @Test func `behind another own order never shares more than the trade`() {
        var venue = PaperVenue.withBook(queued)
        venue.place(1, .bid, 48, 10)
        venue.place(2, .bid, 48, 10)
        #expect(venue.trade(48, 104, taker: .ask).words == ["o1 maker 48x4"])
        #expect(venue.trade(48, 9, taker: .ask).words == ["o1 maker 48x6", "o2 maker 48x3"])
    }

    @Test func `made partial by luck fills a share of each fill event, at least a hundredth`() {
        var friction = Friction.optimistic
        friction.partialChance = 100
        friction.partialShare = 10...10
        var venue = PaperVenue.withBook(friction)
        venue.place(1, .bid, 48, 10)
        #expect(venue.trade(48, 5, taker: .ask).fillTexts == ["48x0.50"])
        let dust = Trade(market: PaperVenue.market, price: Price(cents: 48), count: Quantity(units: 3), taker: .ask)
        #expect(venue.see(.trade(dust)).fillTexts == ["48x0.01"])
    }

    @Test func `pays no fee where makers are free and a quarter where they are not`() {
        var free = PaperVenue.withBook()
        free.place(1, .bid, 48, 10)
        #expect(free.trade(48, 10, taker: .ask).fills.map(\.fee) == [.zero])
        var charged = PaperVenue.withBook(fees: FeeSchedule(kind: .quadraticWithMakerFees))
        charged.place(1, .bid, 48, 100)
        #expect(charged.trade(48, 100, taker: .ask).fills.map(\.fee) == [Money(units: 436_800)])
        #expect(charged.exchange.feesPaid == Money(units: 436_800))
    }
}
