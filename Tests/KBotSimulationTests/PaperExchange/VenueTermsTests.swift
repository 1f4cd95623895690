import KBotModel
import KBotSimulation
import Testing

@Suite("What a venue of several customers asks of the paper exchange")
struct VenueTermsTests {
    private func order(_ id: Int64, _ side: BookSide, _ cents: Int32, _ contracts: Int64) -> NewOrder {
        NewOrder(
            id: ClientOrderID(id),
            market: PaperVenue.market,
            side: side,
            price: Price(cents: cents),
            count: Quantity(contracts: contracts),
            timeInForce: .rests
        )
    }

    private func place(
        _ order: NewOrder,
        _ terms: PaperExchange.VenueTerms,
        in venue: inout PaperVenue
    ) -> [String] {
        venue.exchange.submit(order, terms: terms, at: venue.now)
        return venue.pass(.zero).words
    }

    @Test func `A post-only order is refused where it would take, and rests elsewhere`() {
        var venue = PaperVenue.withBook()
        let terms = PaperExchange.VenueTerms(isPostOnly: true)
        #expect(place(order(1, .bid, 50, 5), terms, in: &venue) == ["o1 rejected rejected"])
        #expect(place(order(2, .bid, 49, 5), terms, in: &venue) == ["o2 accepted 5"])
        #expect(place(order(3, .ask, 49, 5), terms, in: &venue) == ["o3 rejected rejected"])
    }

    @Test func `An order that lets its own make way cancels those it reaches, oldest first, and goes on`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .ask, 49, 5)
        venue.place(2, .ask, 51, 5)
        let terms = PaperExchange.VenueTerms(cancelsOwnResting: true)
        #expect(
            place(order(3, .bid, 51, 20), terms, in: &venue)
                == ["o1 cancelled 5 self_trade", "o3 accepted 0", "o3 taker 50x20"]
        )
        #expect(venue.exchange.lookUp(ClientOrderID(2)).status == .resting)
    }

    @Test func `A fill-or-kill order that is killed anyway cancels nothing`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .ask, 49, 5)
        let order = NewOrder(
            id: ClientOrderID(2),
            market: PaperVenue.market,
            side: .bid,
            price: Price(cents: 50),
            count: Quantity(contracts: 200),
            timeInForce: .fillOrKill
        )
        #expect(
            place(order, PaperExchange.VenueTerms(cancelsOwnResting: true), in: &venue) == ["o2 rejected fill_or_kill"]
        )
        #expect(venue.exchange.lookUp(ClientOrderID(1)).status == .resting)
    }

    @Test func `An expiry can be moved, set and taken away`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 5, .goodTillCancelled(expires: venue.now + .seconds(10)))
        venue.place(2, .bid, 40, 5, .goodTillCancelled(expires: venue.now + .seconds(10)))
        venue.place(3, .bid, 40, 5)
        venue.exchange.setExpiration(of: ClientOrderID(1), to: venue.now + .seconds(20))
        venue.exchange.setExpiration(of: ClientOrderID(2), to: nil)
        venue.exchange.setExpiration(of: ClientOrderID(3), to: venue.now + .seconds(15))
        #expect(venue.pass(.seconds(12)).isEmpty)
        #expect(venue.pass(.seconds(3)).words == ["o3 cancelled 5 expired"])
        #expect(venue.pass(.seconds(5)).words == ["o1 cancelled 5 expired"])
        #expect(venue.pass(.minutes(5)).isEmpty)
    }

    @Test func `The venue's own cancel needs no time, and cash moves in and out`() {
        var venue = PaperVenue.withBook(.pessimistic)
        venue.place(1, .bid, 40, 5)
        venue.pass(.seconds(1))
        #expect(venue.exchange.queueAhead(of: ClientOrderID(1)) == .zero)
        var events: [TimedVenueEvent] = []
        #expect(venue.exchange.cancelNow(ClientOrderID(1), because: .requested, into: &events))
        #expect(events.map(\.event).words == ["o1 cancelled 5 requested"])
        #expect(!venue.exchange.cancelNow(ClientOrderID(1), because: .requested, into: &events))
        venue.exchange.deposit(Money(dollars: 10))
        venue.exchange.deposit(Money(dollars: -3))
        #expect(venue.total == Money(dollars: 1_007) && venue.exchange.queueAhead(of: ClientOrderID(1)) == nil)
    }
}
