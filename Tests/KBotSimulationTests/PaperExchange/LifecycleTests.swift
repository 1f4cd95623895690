import KBotModel
import KBotSimulation
import Testing

@Suite("Orders and the life of a paper market")
struct LifecycleTests {
    @Test func `an order dies at its expiration, and the exchange asks to be woken for it`() {
        var venue = PaperVenue.withBook()
        let expiry = venue.now + .seconds(30)
        venue.place(1, .bid, 40, 10, .goodTillCancelled(expires: expiry))
        #expect(venue.exchange.nextDue == expiry)
        #expect(venue.pass(.minutes(1)).words == ["o1 cancelled 10 expired"])
        #expect(venue.log.last?.time == expiry)
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.exchange.nextDue == nil)
    }

    @Test func `an order that is gone wakes nobody`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10, .goodTillCancelled(expires: venue.now + .seconds(30)))
        #expect(venue.exchange.nextDue != nil)
        venue.cancel(1)
        #expect(venue.exchange.nextDue == nil)
    }

    @Test func `resting orders die at the close without being told`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        #expect(venue.exchange.nextDue == PaperVenue.close)
        #expect(venue.pass(.hours(1)).words == ["o1 cancelled 10 market_closed"])
        #expect(venue.log.last?.time == PaperVenue.close)
    }

    @Test func `an order that arrives at the close is refused`() {
        var venue = PaperVenue.withBook()
        venue.pass(.minutes(15))
        #expect(venue.place(1, .bid, 50, 1).words == ["o1 rejected market_inactive"])
    }

    @Test func `a cancel after the close is refused`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        venue.pass(.minutes(15))
        #expect(venue.cancel(1).words == ["o1 cancel refused"])
    }

    @Test func `a close that moves takes the orders with it`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        var later = Market.make()
        later.closeTime = PaperVenue.close + .minutes(5)
        venue.see(.listed(later))
        #expect(venue.pass(.minutes(16)).isEmpty)
        #expect(venue.pass(.minutes(4)).words == ["o1 cancelled 10 market_closed"])
    }

    @Test(arguments: [MarketStatus.inactive, .closed, .settled, .initialized])
    func `orders die when their market leaves active`(_ status: MarketStatus) {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        #expect(venue.see(.status(PaperVenue.market, status)).words == ["o1 cancelled 10 market_closed"])
        #expect(venue.place(2, .bid, 40, 10).words == ["o2 rejected market_inactive"])
    }

    @Test func `a market that comes back has none of the orders that rested`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 10)
        venue.see(.status(PaperVenue.market, .inactive))
        venue.see(.status(PaperVenue.market, .active))
        #expect(venue.trade(48, 100, taker: .ask).isEmpty)
        #expect(venue.exchange.reserved == .zero)
        #expect(venue.place(2, .bid, 48, 10).words == ["o2 accepted 10"])
    }

    @Test func `orders die with the settlement`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 10)
        #expect(venue.see(.settled(PaperVenue.market, .yes)).words == ["o1 cancelled 10 market_closed"])
        #expect(venue.total == Money(dollars: 1_000))
    }

    @Test func `what is due is done in order of time, then of sending`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 1, .goodTillCancelled(expires: venue.now + .seconds(2)))
        venue.place(2, .bid, 40, 1, .goodTillCancelled(expires: venue.now + .seconds(1)))
        venue.place(3, .bid, 40, 1, .goodTillCancelled(expires: venue.now + .seconds(2)))
        let events = venue.pass(.seconds(3)).words
        #expect(events == ["o2 cancelled 1 expired", "o1 cancelled 1 expired", "o3 cancelled 1 expired"])
    }
}
