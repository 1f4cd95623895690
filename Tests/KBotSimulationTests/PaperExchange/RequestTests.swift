import KBotModel
import KBotSimulation
import Testing

@Suite("A request to the paper exchange")
struct RequestTests {
    @Test(arguments: [
        (cents: Int32(0), contracts: Int64(1), reason: RejectReason.invalidPrice),
        (cents: 100, contracts: 1, reason: .invalidPrice),
        (cents: 48, contracts: 0, reason: .invalidCount),
        (cents: 48, contracts: -1, reason: .invalidCount),
        (cents: 48, contracts: 92_000_000_000_000_000, reason: .invalidCount),
    ])
    func `that makes no sense is refused`(_ example: (cents: Int32, contracts: Int64, reason: RejectReason)) {
        var venue = PaperVenue.withBook()
        let events = venue.place(1, .bid, example.cents, example.contracts)
        #expect(events == [.rejected(ClientOrderID(1), example.reason)])
        #expect(venue.exchange.lookUp(ClientOrderID(1)).status == .unknown)
    }

    @Test func `off the grid is refused`() {
        var venue = PaperVenue.withBook()
        let order = NewOrder(
            id: ClientOrderID(1),
            market: PaperVenue.market,
            side: .bid,
            price: Price(units: 4_850),
            count: Quantity(contracts: 1),
            timeInForce: .rests
        )
        #expect(venue.send(.place(order)) == [.rejected(ClientOrderID(1), .invalidPrice)])
    }

    @Test func `for a market nobody listed is refused`() {
        var venue = PaperVenue.withBook()
        let order = NewOrder(
            id: ClientOrderID(1),
            market: MarketID(7),
            side: .bid,
            price: Price(cents: 48),
            count: Quantity(contracts: 1),
            timeInForce: .rests
        )
        #expect(venue.send(.place(order)) == [.rejected(ClientOrderID(1), .marketInactive)])
    }

    @Test func `with an id used before is refused, even when that order is gone`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 40, 1)
        #expect(venue.place(1, .bid, 40, 1).words == ["o1 rejected order_already_exists"])
        venue.cancel(1)
        #expect(venue.place(1, .bid, 40, 1).words == ["o1 rejected order_already_exists"])
    }

    @Test func `with the id of a refused order may try again`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 0, 1)
        #expect(venue.place(1, .bid, 40, 1).words == ["o1 accepted 1"])
    }

    @Test func `whose expiration is past is refused`() {
        var venue = PaperVenue.withBook()
        #expect(venue.place(1, .bid, 40, 1, .goodTillCancelled(expires: venue.now)).words == ["o1 rejected expired"])
    }

    @Test(arguments: [NewOrder.TimeInForce.rests, .fillOrKill])
    func `to only reduce must be immediate or cancel`(_ life: NewOrder.TimeInForce) {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 50, 5)
        #expect(venue.place(2, .ask, 48, 5, life, reduceOnly: true).words == ["o2 rejected reduce_only"])
    }

    @Test func `to only reduce is refused when there is nothing to reduce`() {
        var venue = PaperVenue.withBook()
        #expect(venue.place(1, .ask, 48, 5, .immediateOrCancel, reduceOnly: true).words == ["o1 rejected reduce_only"])
        venue.place(2, .ask, 48, 5, .immediateOrCancel)
        #expect(venue.place(3, .ask, 48, 5, .immediateOrCancel, reduceOnly: true).words == ["o3 rejected reduce_only"])
    }

    @Test func `to only reduce never sells more than the position`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 50, 5)
        let events = venue.place(2, .ask, 48, 8, .immediateOrCancel, reduceOnly: true)
        #expect(events.words == ["o2 accepted 0", "o2 taker 48x5", "o2 cancelled 3 reduce_only"])
        #expect(venue.position == .zero)
    }

    @Test func `to cancel takes off what is left`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 10)
        venue.trade(48, 4, taker: .ask)
        #expect(venue.cancel(1).words == ["o1 cancelled 6 requested"])
        #expect(
            venue.exchange.lookUp(ClientOrderID(1)) == OrderSnapshot(status: .cancelled, filled: Quantity(contracts: 4))
        )
    }

    @Test func `to cancel an order that is unknown, filled or cancelled is refused`() {
        var venue = PaperVenue.withBook()
        #expect(venue.cancel(9).words == ["o9 cancel refused"])
        venue.place(1, .bid, 50, 1)
        #expect(venue.cancel(1).words == ["o1 cancel refused"])
        venue.place(2, .bid, 40, 1)
        venue.cancel(2)
        #expect(venue.cancel(2).words == ["o2 cancel refused"])
    }

    @Test func `to make an order smaller keeps its place in the queue`() {
        var friction = Friction.optimistic
        friction.queue = .observed
        var venue = PaperVenue.withBook(friction)
        venue.place(1, .bid, 48, 10)
        venue.change(.bid, 48, by: 50)
        #expect(venue.amend(1, 48, total: 5).words == ["o1 amended 48x5"])
        #expect(venue.trade(48, 110, taker: .ask).fillTexts == ["48x5"])
    }

    @Test(arguments: [(cents: Int32(48), total: Int64(11)), (cents: 47, total: 10)])
    func `to make an order larger or move it sends it to the back`(_ example: (cents: Int32, total: Int64)) {
        var friction = Friction.optimistic
        friction.queue = .observed
        var venue = PaperVenue.withBook(bids: [(48, 100), (47, 150)], friction)
        venue.place(1, .bid, 48, 10)
        venue.change(.bid, 48, by: 50)
        venue.amend(1, example.cents, total: example.total)
        #expect(venue.trade(example.cents, 150, taker: .ask).fills.isEmpty)
        #expect(venue.trade(example.cents, 1, taker: .ask).fillTexts == ["\(example.cents)x1"])
    }

    @Test func `to amend gives a new total, fills included`() {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 10)
        venue.trade(48, 4, taker: .ask)
        #expect(venue.amend(1, 47, total: 12).words == ["o1 amended 47x8"])
        #expect(venue.amend(1, 47, total: 4).words == ["o1 amend refused invalid_count"])
        #expect(venue.amend(1, 0, total: 9).words == ["o1 amend refused invalid_price"])
        #expect(venue.amend(2, 47, total: 9).words == ["o2 amend refused rejected"])
    }

    @Test func `to amend across the spread takes at once`() {
        var venue = PaperVenue.withBook(asks: [(50, 4)])
        venue.place(1, .bid, 48, 10)
        #expect(venue.amend(1, 50, total: 10).words == ["o1 amended 50x6", "o1 taker 50x4"])
        #expect(venue.amend(1, 50, total: 5).words == ["o1 amended 50x1"])
    }

    @Test func `to amend into an own order or beyond the cash is refused, and the order stands`() {
        var venue = PaperVenue.withBook(cash: Money(dollars: 20))
        venue.place(1, .bid, 48, 10)
        venue.place(2, .ask, 49, 10)
        let reserved = venue.exchange.reserved
        #expect(venue.amend(1, 49, total: 10).words == ["o1 amend refused rejected"])
        #expect(venue.amend(1, 47, total: 50).words == ["o1 amend refused insufficient_balance"])
        #expect(venue.exchange.reserved == reserved)
        #expect(venue.trade(48, 10, taker: .ask).fillTexts == ["48x10"])
    }

    @Test func `travels for its delay and is unknown on the way`() {
        var friction = Friction.optimistic
        friction.delay = .milliseconds(300) ... .milliseconds(300)
        var venue = PaperVenue.withBook(friction)
        #expect(venue.place(1, .bid, 50, 1).isEmpty)
        #expect(venue.exchange.nextDue == venue.now + .milliseconds(300))
        #expect(venue.exchange.lookUp(ClientOrderID(1)).status == .unknown)
        #expect(venue.pass(.milliseconds(299)).isEmpty)
        #expect(venue.pass(.milliseconds(1)).fillTexts == ["50x1"])
        #expect(venue.log.allSatisfy { $0.time == PaperVenue.start + .milliseconds(300) })
        #expect(venue.exchange.nextDue == nil)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `to cancel never overtakes its order`(_ seed: UInt64) {
        var venue = PaperVenue.withBook(.realistic, seed: seed)
        venue.place(1, .bid, 40, 1)
        venue.cancel(1)
        #expect(venue.pass(.seconds(1)).words == ["o1 accepted 1", "o1 cancelled 1 requested"])
    }
}
