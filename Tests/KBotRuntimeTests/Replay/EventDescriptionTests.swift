import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

private let open = Timestamp(seconds: 1_777_314_600)
private let listed = Market(
    id: MarketID(3),
    ticker: "KXBTC15M-26APR271445-45",
    series: "KXBTC15M",
    openTime: open,
    closeTime: open + .minutes(15)
)
private let trade = Trade(market: listed.id, price: Price(cents: 44), count: Quantity(contracts: 2), taker: .ask)
private let fill = Fill(
    trade: 9,
    order: ClientOrderID(7),
    market: listed.id,
    side: .bid,
    price: Price(cents: 44),
    count: Quantity(contracts: 2),
    liquidity: .maker,
    fee: Money(units: 100)
)
private let book = BookSnapshot(yes: [BookLevel(price: Price(cents: 1), count: Quantity(contracts: 1))], no: [])

/// What led to a difference, in words.
@Suite struct EventDescriptionTests {
    @Test(arguments: [
        (
            MarketEvent.Kind.listed(listed),
            "KXBTC15M-26APR271445-45 is listed as active, open 2026-04-27T18:30:00.000000Z to 2026-04-27T18:45:00.000000Z"
        ),
        (.snapshot(listed.id, book), "book of KXBTC15M-26APR271445-45: 1 YES levels, 0 NO levels"),
        (
            .delta(listed.id, .no, Price(cents: 55), Quantity(contracts: -3)),
            "change of the book of KXBTC15M-26APR271445-45: -3.00 for NO at 0.5500"
        ),
        (.trade(trade), "trade in KXBTC15M-26APR271445-45: 2.00 at 0.4400, taker ask"),
        (.status(listed.id, .inactive), "KXBTC15M-26APR271445-45 is inactive"),
        (
            .settled(listed.id, Settlement(value: .one, isInferred: true)),
            "result of KXBTC15M-26APR271445-45: yes, 1.0000, inferred"
        ),
        (.gap(MarketID(9)), "messages of #9 were lost"),
        (.history(listed.id, [PastTrade(time: open, trade: trade)]), "1 past trades of KXBTC15M-26APR271445-45"),
        (.spot("BTC-USD", SpotPrice(units: 861_203_700)), "BTC-USD at 86120.3700"),
        (
            .spotCandle("BTC-USD", SpotCandle(flatAt: SpotPrice(units: 1), start: open, interval: .minutes(1))),
            "candle of BTC-USD to 2026-04-27T18:31:00.000000Z, closing at 0.0001"
        ),
    ])
    func `what happens in markets is told with the market's name`(kind: MarketEvent.Kind, words: String) {
        #expect(text(.market(MarketEvent(time: open, kind))) == words)
    }

    @Test(arguments: [
        (VenueEvent.accepted(ClientOrderID(7), resting: Quantity(contracts: 1)), "o7 accepted, 1.00 resting"),
        (.rejected(ClientOrderID(7), .reduceOnly), "o7 refused, reduce_only"),
        (
            .filled(fill),
            "o7 filled in KXBTC15M-26APR271445-45: bid 2.00 at 0.4400, maker, fee 0.000100, trade 9"
        ),
        (.cancelled(ClientOrderID(7), unfilled: .zero, .expired), "o7 off the book, 0.00 unfilled, expired"),
        (.cancelRefused(ClientOrderID(7)), "o7 could not be cancelled"),
        (.amended(ClientOrderID(7), price: .one, resting: .zero), "o7 amended to 1.0000, 0.00 resting"),
        (.amendRefused(ClientOrderID(7), .other), "o7 not amended, rejected"),
        (.outcomeUnknown(ClientOrderID(7)), "what became of o7 is unknown"),
        (
            .found(ClientOrderID(epoch: 1, number: 7), OrderSnapshot(status: .resting, filled: .zero)),
            "o1.7 found: resting, 0.00 filled"
        ),
    ])
    func `what the venue says is told with the order's number`(event: VenueEvent, words: String) {
        #expect(text(.venue(open, event)) == "the venue: " + words)
    }

    @Test func `timers, the feed and the operator are told`() {
        #expect(text(.timer(open)) == "timer")
        #expect(text(.feed(open, .live)) == "market data are live")
        #expect(text(.feed(open, .stale)) == "market data are stale")
        #expect(text(.command(open, .stopEntries)) == "command: stopEntries")
    }

    private func text(_ event: Event) -> String {
        var description = EventDescription()
        description.hear(.market(MarketEvent(time: open, .listed(listed))))
        let words = description.words(event)
        #expect(words.hasPrefix("2026-04-27T18:30:00.000000Z "))
        return String(words.dropFirst(28))
    }
}
