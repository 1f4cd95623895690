import Foundation
import KBotModel
import KBotSimulation
import KBotTestSupport
import Testing

/// The exchange after its process died: what rests, what was missed, what is paid.
@Suite struct PaperStateTests {
    private func restarted(_ venue: PaperVenue, after span: TimeSpan, _ change: (inout PaperState) -> Void = { _ in })
        throws -> PaperVenue
    {
        var venue = venue
        venue.now = venue.now + span
        try venue.restart(change)
        return venue
    }

    /// Nothing is left to luck, and the queue is real.
    private static var queued: Friction {
        var friction = Friction.optimistic
        friction.queue = .observed
        return friction
    }

    private func past(_ cents: Int32, _ contracts: Int64, at span: TimeSpan) -> PastTrade {
        let trade = Trade(
            market: PaperVenue.market,
            price: Price(cents: cents),
            count: Quantity(contracts: contracts),
            taker: .ask
        )
        return PastTrade(time: PaperVenue.start + span, trade: trade)
    }

    @Test func `what was traded meanwhile fills what rested, behind its queue, in order`() throws {
        var venue = PaperVenue.withBook(Self.queued)
        venue.place(1, .bid, 48, 30)
        venue = try restarted(venue, after: .minutes(5))
        let told = venue.see(
            .history(
                PaperVenue.market,
                [
                    past(48, 60, at: .seconds(20)), past(48, 50, at: .seconds(10)), past(47, 5, at: .seconds(30)),
                    past(48, 500, at: .seconds(-5)),
                ]
            )
        )
        // 110 traded at the price with 100 ahead, then five went through.
        #expect(told.fillTexts == ["48x10", "48x5"])
        #expect(venue.position == Quantity(contracts: 15))
        // The past is told once.
        #expect(venue.see(.history(PaperVenue.market, [past(47, 50, at: .seconds(40))])).isEmpty)
    }

    @Test func `an expiry comes at its time between the trades of the past`() throws {
        for (expiry, filled) in [(TimeSpan.seconds(15), "48x10"), (.seconds(5), "")] {
            var venue = PaperVenue.withBook()
            venue.place(1, .bid, 48, 30, .goodTillCancelled(expires: PaperVenue.start + expiry))
            venue = try restarted(venue, after: .minutes(5))
            let told = venue.see(
                .history(
                    PaperVenue.market,
                    [
                        past(47, 10, at: .seconds(10)), past(47, 10, at: .seconds(20)),
                    ]
                )
            )
            #expect(told.fillTexts.joined() == filled)
            #expect(
                told.last
                    == .cancelled(
                        ClientOrderID(1),
                        unfilled: Quantity(contracts: filled.isEmpty ? 30 : 20),
                        .expired
                    )
            )
        }
    }

    @Test func `without a past, what fell due happens with the first word of the market`() throws {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 30, .goodTillCancelled(expires: PaperVenue.start + .seconds(5)))
        venue = try restarted(venue, after: .minutes(1))
        #expect(venue.pass(.zero).isEmpty)
        #expect(venue.book(bids: [(48, 10)], asks: [(50, 10)]).words == ["o1 cancelled 30 expired"])
    }

    @Test func `a market that closed meanwhile fills before its close and cancels at it`() throws {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 48, 30)
        venue = try restarted(venue, after: .minutes(20))
        #expect(venue.see(.listed(.make(status: .closed))).isEmpty)
        let told = venue.see(
            .history(PaperVenue.market, [past(47, 10, at: .minutes(14)), past(47, 10, at: .minutes(16))])
        )
        #expect(told.words == ["o1 maker 48x10", "o1 cancelled 20 market_closed"])
        venue.see(.settled(PaperVenue.market, .yes))
        #expect(venue.exchange.reserved == .zero && venue.position == .zero)
    }

    @Test func `after the start the book is unknown until its snapshot`() throws {
        var venue = PaperVenue.withBook(Self.queued)
        venue.place(9, .bid, 30, 1)
        venue = try restarted(venue, after: .seconds(30))
        #expect(
            venue.place(1, .bid, 60, 10, .immediateOrCancel).words == [
                "o1 accepted 0", "o1 cancelled 10 immediate_or_cancel",
            ]
        )
        #expect(venue.place(2, .bid, 48, 10).words == ["o2 accepted 10"])
        #expect(venue.exchange.queueAhead(of: ClientOrderID(2)) == nil)
        #expect(venue.trade(48, 1_000, taker: .ask).isEmpty)
        venue.book(bids: [(48, 70)], asks: [(50, 10)])
        #expect(venue.exchange.queueAhead(of: ClientOrderID(2)) == Quantity(contracts: 70))
        #expect(venue.place(3, .bid, 50, 10, .immediateOrCancel).fillTexts == ["50x10"])
    }

    @Test func `requests on their way arrive, and a look-up has what nobody heard`() throws {
        var friction = Friction.optimistic
        friction.delay = .milliseconds(400)...(.milliseconds(400))
        var venue = PaperVenue.withBook(friction)
        venue.place(1, .bid, 48, 30)
        venue.pass(.seconds(1))
        venue.cancel(1)
        venue.place(2, .bid, 47, 10)
        venue = try restarted(venue, after: .seconds(10))
        #expect(
            venue.exchange.tellAgain(ClientOrderID(1)) == [
                .found(ClientOrderID(1), OrderSnapshot(status: .cancelled, filled: .zero))
            ]
        )
        #expect(venue.exchange.lookUp(ClientOrderID(2)).status == .resting)
        #expect(venue.exchange.lookUp(ClientOrderID(3)).status == .unknown)
    }

    @Test func `a look-up tells every fill again`() throws {
        var venue = PaperVenue.withBook()
        let fills = venue.place(1, .bid, 51, 150).fills
        #expect(fills.count == 2)
        venue = try restarted(venue, after: .seconds(10))
        #expect(
            venue.exchange.tellAgain(ClientOrderID(1)) == fills.map { .filled($0) } + [
                .found(ClientOrderID(1), OrderSnapshot(status: .executed, filled: Quantity(contracts: 150)))
            ]
        )
    }

    @Test func `markets can be given other numbers`() throws {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 50, 10)
        venue.place(2, .bid, 48, 10)
        venue = try restarted(venue, after: .seconds(10)) {
            #expect($0.marketIDs == [MarketID(0)] && $0.markets.map(\.ticker) == ["KXTEST-0"])
            $0.renumber([MarketID(0): MarketID(7)])
        }
        #expect(venue.position == .zero && venue.exchange.position(in: MarketID(7)) == Quantity(contracts: 10))
        let trade = Trade(market: MarketID(7), price: Price(cents: 47), count: Quantity(contracts: 4), taker: .ask)
        let fills = venue.see(.trade(trade)).fills
        #expect(fills.map(\.market) == [MarketID(7)] && fills.map(\.count) == [Quantity(contracts: 4)])
        venue.see(.settled(MarketID(7), .yes))
        #expect(venue.exchange.position(in: MarketID(7)) == .zero)
    }

    @Test func `a result is corrected after a start`() throws {
        var venue = PaperVenue.withBook()
        venue.place(1, .bid, 50, 10)
        venue.see(.settled(PaperVenue.market, .yes))
        let total = venue.total
        venue = try restarted(venue, after: .minutes(10))
        venue.see(.settled(PaperVenue.market, .no))
        #expect(venue.total == total - Money(dollars: 10))
    }
}

extension PaperVenue {
    /// Kills the exchange and opens another one from its state, through JSON.
    mutating func restart(_ change: (inout PaperState) -> Void = { _ in }) throws {
        let state = exchange.state
        var copy = try JSONDecoder().decode(PaperState.self, from: try JSONEncoder().encode(state))
        try hold(copy == state, "\(copy) came back, not \(state)")
        change(&copy)
        exchange = PaperExchange(restoring: copy, friction: exchange.friction, seed: 1)
    }
}
