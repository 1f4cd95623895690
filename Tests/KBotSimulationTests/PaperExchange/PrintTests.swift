import KBotModel
import KBotSimulation
import Testing

@Suite("Paper trading on prints, without a book")
struct PrintTests {
    private var queued: Friction {
        var friction = Friction.optimistic
        friction.queue = .observed
        return friction
    }

    @Test func `an immediate order waits for the first trade of its side`() {
        var venue = PaperVenue()
        #expect(venue.place(1, .bid, 55, 10, .immediateOrCancel).words == ["o1 accepted 0"])
        #expect(venue.exchange.lookUp(ClientOrderID(1)).status == .resting)
        #expect(venue.trade(50, 100, taker: .ask).isEmpty)
        #expect(venue.trade(51, 100, taker: .bid).words == ["o1 taker 51x10"])
    }

    @Test func `an immediate order fills up to the count of that trade alone`() {
        var venue = PaperVenue()
        venue.place(1, .ask, 45, 10, .immediateOrCancel)
        #expect(venue.trade(50, 4, taker: .ask).words == ["o1 taker 50x4", "o1 cancelled 6 immediate_or_cancel"])
        #expect(venue.trade(50, 4, taker: .ask).isEmpty)
    }

    @Test func `an immediate order gives up after ten seconds`() {
        var venue = PaperVenue()
        venue.place(1, .bid, 55, 10, .immediateOrCancel)
        #expect(venue.exchange.nextDue == venue.now + .seconds(10))
        #expect(venue.exchange.reserved > .zero)
        #expect(venue.pass(.seconds(10)).words == ["o1 cancelled 10 immediate_or_cancel"])
        #expect(venue.exchange.reserved == .zero)
    }

    @Test func `the print is worsened by the slippage and never passes the limit`() {
        var friction = Friction.optimistic
        friction.slippage = 2...2
        var venue = PaperVenue(friction)
        venue.place(1, .bid, 53, 10, .immediateOrCancel)
        #expect(venue.trade(51, 100, taker: .bid).fillTexts == ["53x10"])
        venue.place(2, .bid, 52, 10, .immediateOrCancel)
        #expect(venue.trade(51, 100, taker: .bid).words == ["o2 cancelled 10 immediate_or_cancel"])
    }

    @Test func `a trade whose side is not told serves both sides`() {
        var venue = PaperVenue()
        venue.place(1, .bid, 55, 10, .immediateOrCancel)
        #expect(venue.trade(51, 100, taker: nil).fillTexts == ["51x10"])
    }

    @Test func `an order that only reduces is clipped when the trade comes`() {
        var venue = PaperVenue()
        venue.place(1, .bid, 55, 10, .immediateOrCancel)
        venue.trade(50, 10, taker: .bid)
        venue.place(2, .ask, 45, 15, .immediateOrCancel, reduceOnly: true)
        #expect(venue.trade(49, 100, taker: .ask).words == ["o2 taker 49x10", "o2 cancelled 5 reduce_only"])
    }

    @Test func `a fill-or-kill order needs one trade that fills it whole`() {
        var venue = PaperVenue()
        #expect(venue.place(1, .bid, 55, 10, .fillOrKill).isEmpty)
        #expect(venue.trade(50, 9, taker: .bid).words == ["o1 rejected fill_or_kill"])
        venue.place(2, .bid, 55, 10, .fillOrKill)
        #expect(venue.trade(50, 10, taker: .bid).words == ["o2 accepted 0", "o2 taker 50x10"])
        venue.place(3, .bid, 55, 10, .fillOrKill)
        #expect(venue.pass(.seconds(10)).words == ["o3 rejected fill_or_kill"])
    }

    @Test func `a resting order waits behind what traded at its price in the last ten seconds`() {
        var venue = PaperVenue(queued)
        venue.trade(48, 1_000, taker: .ask)
        venue.pass(.seconds(6))
        venue.trade(48, 20, taker: .ask)
        venue.trade(47, 500, taker: .ask)
        venue.pass(.seconds(5))
        venue.place(1, .bid, 48, 10)
        #expect(venue.trade(48, 20, taker: .ask).isEmpty)
        #expect(venue.trade(48, 4, taker: .ask).words == ["o1 maker 48x4"])
        #expect(venue.trade(47, 4, taker: .ask).words == ["o1 maker 48x4"])
    }

    @Test func `a marketable limit takes the first trade of its side, then rests`() {
        var venue = PaperVenue(queued)
        venue.trade(50, 10, taker: .bid)
        #expect(venue.place(1, .bid, 50, 10).words == ["o1 accepted 10"])
        #expect(venue.trade(50, 4, taker: .bid).words == ["o1 taker 50x4"])
        #expect(venue.trade(50, 4, taker: .bid).isEmpty, "it rests now: buyers do not fill it")
        #expect(venue.trade(49, 4, taker: .ask).words == ["o1 maker 50x4"])
    }

    @Test func `a limit that old prints made marketable rests from the start`() {
        var venue = PaperVenue(queued)
        venue.trade(50, 10, taker: .bid)
        venue.pass(.seconds(11))
        venue.place(1, .bid, 50, 10)
        #expect(venue.trade(50, 4, taker: .bid).isEmpty)
    }

    @Test func `an order that would meet an own one is cancelled`() {
        var venue = PaperVenue()
        venue.place(1, .ask, 50, 10)
        #expect(
            venue.place(2, .bid, 50, 5, .immediateOrCancel).words == ["o2 accepted 0", "o2 cancelled 5 self_trade"]
        )
        #expect(venue.place(3, .bid, 50, 5, .fillOrKill).words == ["o3 rejected fill_or_kill"])
    }

    @Test func `a waiting order dies at the close`() {
        var venue = PaperVenue()
        venue.pass(.minutes(15))
        venue = PaperVenue()
        venue.pass(TimeSpan(microseconds: TimeSpan.minutes(15).microseconds - 1_000_000))
        venue.place(1, .bid, 55, 10, .immediateOrCancel)
        #expect(venue.pass(.seconds(1)).words == ["o1 cancelled 10 market_closed"])
    }
}
