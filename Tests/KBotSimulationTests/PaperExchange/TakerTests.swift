import KBotModel
import KBotSimulation
import Testing

@Suite("A taker on the paper exchange")
struct TakerTests {
    @Test func `walks the displayed levels, one fill each, at the resting price`() {
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 20), (53, 100)])
        let events = venue.place(1, .bid, 53, 40, .immediateOrCancel)
        #expect(events.words == ["o1 accepted 0", "o1 taker 50x10", "o1 taker 51x20", "o1 taker 53x10"])
        #expect(venue.position == Quantity(contracts: 40))
    }

    @Test func `sells into the bids from the best one down`() {
        var venue = PaperVenue.withBook(bids: [(48, 5), (46, 5)])
        #expect(venue.place(1, .ask, 46, 8, .immediateOrCancel).fillTexts == ["48x5", "46x3"])
        #expect(venue.position == Quantity(contracts: -8))
    }

    @Test func `leaves unfilled what lies beyond its limit`() {
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 20)])
        let events = venue.place(1, .bid, 50, 25, .immediateOrCancel)
        #expect(events.words == ["o1 accepted 0", "o1 taker 50x10", "o1 cancelled 15 immediate_or_cancel"])
    }

    @Test func `that is immediate and finds no match is accepted, then cancelled`() {
        var venue = PaperVenue.withBook()
        let events = venue.place(1, .bid, 49, 5, .immediateOrCancel)
        #expect(events.words == ["o1 accepted 0", "o1 cancelled 5 immediate_or_cancel"])
    }

    @Test func `with a marketable limit takes first and rests with the rest`() {
        var venue = PaperVenue.withBook(asks: [(50, 10)])
        let events = venue.place(1, .bid, 50, 25)
        #expect(events.words == ["o1 accepted 15", "o1 taker 50x10"])
        #expect(
            venue.exchange.lookUp(ClientOrderID(1)) == OrderSnapshot(status: .resting, filled: Quantity(contracts: 10))
        )
    }

    @Test func `that must fill whole fills whole`() {
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 10)])
        #expect(
            venue.place(1, .bid, 51, 20, .fillOrKill).words == ["o1 accepted 0", "o1 taker 50x10", "o1 taker 51x10"]
        )
    }

    @Test func `that must fill whole and cannot is rejected without a trace on the book`() {
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 10)])
        #expect(venue.place(1, .bid, 51, 21, .fillOrKill).words == ["o1 rejected fill_or_kill"])
        #expect(venue.place(2, .bid, 51, 20, .fillOrKill).filled == Quantity(contracts: 20))
        #expect(venue.place(1, .bid, 51, 1, .fillOrKill).words == ["o1 rejected order_already_exists"])
    }

    @Test func `finds no second time what it took from a level`() {
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 10)])
        venue.place(1, .bid, 50, 6, .immediateOrCancel)
        #expect(venue.place(2, .bid, 51, 10, .immediateOrCancel).fillTexts == ["50x4", "51x6"])
    }

    @Test func `finds contracts that were added to a level it had taken`() {
        var venue = PaperVenue.withBook(asks: [(50, 10)])
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        venue.change(.ask, 50, by: 3)
        #expect(venue.place(2, .bid, 50, 10, .immediateOrCancel).fillTexts == ["50x3"])
    }

    @Test func `presumes that contracts removed from a taken level are those it had left`() {
        var venue = PaperVenue.withBook(asks: [(50, 10)])
        venue.place(1, .bid, 50, 4, .immediateOrCancel)
        venue.change(.ask, 50, by: -4)
        #expect(venue.place(2, .bid, 50, 10, .immediateOrCancel).fillTexts == ["50x2"])
    }

    @Test func `forgets what it took once the level was empty`() {
        var venue = PaperVenue.withBook(asks: [(50, 10)])
        venue.place(1, .bid, 50, 10, .immediateOrCancel)
        venue.change(.ask, 50, by: -10)
        venue.change(.ask, 50, by: 8)
        #expect(venue.place(2, .bid, 50, 10, .immediateOrCancel).fillTexts == ["50x8"])
    }

    @Test func `reads every level worse by its slippage and pays that price`() {
        var friction = Friction.optimistic
        friction.slippage = 2...2
        var venue = PaperVenue.withBook(asks: [(50, 10), (51, 10), (52, 100)], friction)
        let events = venue.place(1, .bid, 53, 30, .immediateOrCancel)
        #expect(
            events.words == [
                "o1 accepted 0", "o1 taker 52x10", "o1 taker 53x10", "o1 cancelled 10 immediate_or_cancel",
            ]
        )
        #expect(venue.exchange.statistics.slippageTicks == 2)
        #expect(venue.exchange.statistics.slippageCost == Money(units: 20 * 20_000))
    }

    @Test func `whose limit the slippage passes at the touch gets nothing`() {
        var friction = Friction.optimistic
        friction.slippage = 1...1
        var venue = PaperVenue.withBook(friction)
        #expect(venue.place(1, .bid, 50, 5, .immediateOrCancel).fills.isEmpty)
        #expect(venue.place(2, .ask, 48, 5, .immediateOrCancel).fills.isEmpty)
        #expect(venue.place(3, .ask, 47, 5, .immediateOrCancel).fillTexts == ["47x5"])
    }

    @Test(arguments: [
        (name: "a spread of four ticks", bid: Int32(46), ask: Int32(50), depth: Int64(1_000), stressed: true),
        (name: "a spread of three ticks", bid: 47, ask: 50, depth: 1_000, stressed: false),
        (name: "less than three times the count near the touch", bid: 48, ask: 50, depth: 29, stressed: true),
        (name: "three times the count near the touch", bid: 48, ask: 50, depth: 30, stressed: false),
    ])
    func `slips further in a stressed market`(
        _ example: (name: String, bid: Int32, ask: Int32, depth: Int64, stressed: Bool)
    ) {
        var friction = Friction.optimistic
        friction.slippage = 1...1
        friction.stressedSlippage = 6...6
        var venue = PaperVenue.withBook(bids: [(example.bid, 1_000)], asks: [(example.ask, example.depth)], friction)
        let paid = venue.place(1, .bid, 99, 10, .immediateOrCancel).fills.first?.price
        #expect(paid == Price(cents: example.ask + (example.stressed ? 6 : 1)), "\(example.name)")
        #expect(venue.exchange.statistics.stressed == (example.stressed ? 1 : 0))
    }

    @Test(arguments: [(seconds: Int64(4), stressed: true), (seconds: 6, stressed: false)])
    func `slips further for five seconds after a move of ten ticks`(_ example: (seconds: Int64, stressed: Bool)) {
        var friction = Friction.optimistic
        friction.stressedSlippage = 6...6
        var venue = PaperVenue.withBook(bids: [(48, 1_000)], asks: [(50, 1_000)], friction)
        venue.pass(.seconds(20))
        venue.book(bids: [(58, 1_000)], asks: [(60, 1_000)])
        venue.pass(.seconds(example.seconds))
        let paid = venue.place(1, .bid, 99, 10, .immediateOrCancel).fills.first?.price
        #expect(paid == Price(cents: example.stressed ? 66 : 60))
    }

    @Test func `made partial by luck fills its share and no more`() {
        var friction = Friction.optimistic
        friction.partialChance = 100
        friction.partialShare = 30...30
        var venue = PaperVenue.withBook(asks: [(50, 2), (51, 100)], friction)
        let events = venue.place(1, .bid, 51, 10, .immediateOrCancel)
        #expect(
            events.words == ["o1 accepted 0", "o1 taker 50x2", "o1 taker 51x1", "o1 cancelled 7 immediate_or_cancel"]
        )
        #expect(venue.exchange.statistics.partial == 1)
    }

    @Test func `that would meet an own order stops before it and is cancelled`() {
        var venue = PaperVenue.withBook(asks: [(50, 5), (52, 100)])
        venue.place(1, .ask, 51, 10)
        let events = venue.place(2, .bid, 53, 20)
        #expect(events.words == ["o2 accepted 0", "o2 taker 50x5", "o2 cancelled 15 self_trade"])
        #expect(venue.exchange.lookUp(ClientOrderID(1)).status == .resting)
    }

    @Test func `keeps the last good book over a gap and ignores changes until the next snapshot`() {
        var venue = PaperVenue.withBook(asks: [(50, 10)])
        venue.see(.gap(PaperVenue.market))
        venue.change(.ask, 50, by: -10)
        #expect(venue.place(1, .bid, 50, 4, .immediateOrCancel).fillTexts == ["50x4"])
        venue.book(bids: [(48, 10)], asks: [(52, 10)])
        #expect(venue.place(2, .bid, 50, 4, .immediateOrCancel).fills.isEmpty)
    }
}
