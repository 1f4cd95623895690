import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotJournal

private let open = Timestamp(seconds: 1_777_314_600)

private func chunk(_ events: [Event]) throws(EventCodingError) -> [UInt8] {
    var coder = EventCoder()
    for event in events { coder.append(event) }
    return try coder.seal()
}

private func size(_ events: [Event]) -> Int {
    var coder = EventCoder()
    for event in events { coder.append(event) }
    return coder.size
}

/// Events as bytes and back.
@Suite struct EventCoderTests {
    private static let market = MarketID(7)
    private static let trade = Trade(
        market: market,
        price: Price(cents: 44),
        count: Quantity(contracts: 3),
        taker: .ask
    )
    private static let fill = Fill(
        trade: .max,
        order: ClientOrderID(epoch: 2, number: 17),
        market: market,
        side: .ask,
        price: Price(cents: 44),
        count: Quantity(contracts: 3),
        liquidity: .maker,
        fee: Money(units: 172_500)
    )
    private static let candle = SpotCandle(
        start: open,
        interval: .minutes(1),
        open: SpotPrice(units: 861_203_700),
        high: SpotPrice(units: 861_203_900),
        low: SpotPrice(units: 861_203_600),
        close: SpotPrice(units: 861_203_701),
        volume: 12,
        ticks: 0
    )
    private static let levels = [
        BookLevel(price: Price(cents: 1), count: Quantity(contracts: 500)),
        BookLevel(price: Price(units: 4_410), count: Quantity(units: 1)),
    ]

    static let marketEvents: [MarketEvent.Kind] = [
        .listed(
            Market(
                id: market,
                ticker: "KXBTC15M-26APR271445-45",
                series: "KXBTC15M",
                openTime: open,
                closeTime: open + .minutes(15),
                fees: FeeSchedule(kind: .unknown("new"), multiplier: 12),
                strike: SpotPrice(units: 1),
                shard: -1,
                status: .initialized
            )
        ),
        .listed(Market(id: market, ticker: "A", series: "", openTime: .distantPast, closeTime: .distantFuture)),
        .snapshot(market, BookSnapshot(yes: levels, no: [])),
        .snapshot(market, BookSnapshot(yes: [], no: levels)),
        .delta(market, .yes, Price(cents: 44), Quantity(contracts: -3)),
        .delta(market, .no, Price(cents: 55), Quantity(units: .max)),
        .trade(trade),
        .trade(Trade(market: market, price: .zero, count: .zero, taker: .bid)),
        .trade(Trade(market: market, price: .one, count: Quantity(units: .min), taker: nil)),
        .status(market, .initialized), .status(market, .active), .status(market, .inactive), .status(market, .closed),
        .status(market, .settled),
        .settled(market, .yes), .settled(market, Settlement(value: Price(units: 3_333), isInferred: true)),
        .gap(market),
        .history(market, []),
        .history(
            market,
            [PastTrade(time: open - .minutes(3), trade: trade), PastTrade(time: open - .minutes(4), trade: trade)]
        ),
        .history(
            MarketID(1),
            [PastTrade(time: .distantPast, trade: trade), PastTrade(time: .distantFuture, trade: trade)]
        ),
        .spot("BTC-USD", SpotPrice(units: 861_203_700)),
        .spotCandle("BTC-USD", candle),
    ]

    static let venueEvents: [VenueEvent] =
        [
            .accepted(ClientOrderID(1), resting: Quantity(contracts: 3)),
            .filled(fill),
            .cancelRefused(ClientOrderID(.max)),
            .amended(ClientOrderID(.min), price: Price(cents: 99), resting: .zero),
            .outcomeUnknown(ClientOrderID(0)),
        ] + RejectReason.allCases.flatMap { [.rejected(ClientOrderID(1), $0), .amendRefused(ClientOrderID(1), $0)] }
        + CancelReason.allCases.map { .cancelled(ClientOrderID(1), unfilled: Quantity(contracts: 1), $0) }
        + [OrderSnapshot.Status.resting, .cancelled, .executed, .unknown].map {
            .found(ClientOrderID(1), OrderSnapshot(status: $0, filled: Quantity(contracts: 1)))
        }

    static let otherEvents: [Event] = [
        .timer(open), .timer(.distantPast), .timer(Timestamp(microseconds: .min)),
        .timer(Timestamp(microseconds: .max)),
        .feed(open, .live), .feed(open, .stale),
        .command(open, .stopEntries), .command(open, .flatten), .command(open, .resume),
        .command(open, .halt(until: nil, code: "HALTED", reason: "\"lunch\"\né")),
        .command(open, .halt(until: open + .hours(1), code: "HALTED", reason: "")),
        .command(open, .foreignPosition(market, true)),
    ]

    /// Hides from the test's name that an event can be written as JSON: the strangest times cannot.
    struct Sample: CustomTestStringConvertible {
        let event: Event
        let testDescription: String

        init(_ event: Event) {
            self.event = event
            testDescription =
                switch event {
                case .market(let event): "\(event.kind)"
                case .venue(_, let event): "\(event)"
                case .timer(let time): "timer at \(time.microseconds)"
                case .feed(_, let health): "\(health)"
                case .command(_, let command): "\(command)"
                }
        }
    }

    static let samples =
        marketEvents.map { Sample(.market(MarketEvent(time: open, $0))) } + venueEvents.map { Sample(.venue(open, $0)) }
        + otherEvents.map { Sample($0) }

    @Test(arguments: samples)
    func `every kind of event comes back as it was, alone and beside another`(sample: Sample) throws {
        let event = sample.event
        #expect(try EventDecoder.events(of: chunk([event])) == [event])
        let other = Event.market(MarketEvent(time: open, .delta(Self.market, .yes, .one, .zero)))
        #expect(try EventDecoder.events(of: chunk([event, event, other, event])) == [event, event, other, event])
    }

    @Test func `events with any numbers come back as they were, in one chunk or in many`() throws {
        try forSeeds(0..<300) { random in
            var maker = RandomEvents(random)
            let events = maker.events(400)
            var coder = EventCoder()
            var read: [Event] = []
            for (index, event) in events.enumerated() {
                coder.append(event)
                guard index % 150 == 149 || index == events.count - 1 else { continue }
                read += try EventDecoder.events(of: try coder.seal())
                try hold(coder.count == 0 && coder.size == 0, "the coder is not empty after a chunk")
            }
            for (event, copy) in zip(events, read) { try hold(event == copy, "\(event) came back as \(copy)") }
            try hold(events.count == read.count, "\(events.count) events came back as \(read.count)")
        }
    }

    @Test func `a chunk stands alone: the same events give the same bytes, whatever was coded before`() throws {
        var maker = RandomEvents(SeededGenerator(seed: 1))
        let events = maker.events(50)
        var coder = EventCoder()
        for event in maker.events(50) { coder.append(event) }
        _ = try coder.seal()
        for event in events { coder.append(event) }
        #expect(try coder.seal() == chunk(events))
    }

    @Test func `changes of one book take less than six bytes each before compression`() {
        var deltas: [Event] = []
        for index in 0..<1_000 as Range<Int64> {
            let price = Price(cents: 40 + Int32(index % 3))
            let count = Quantity(contracts: index % 50)
            let time = open + .milliseconds(index / 2 * 8)
            deltas.append(.market(MarketEvent(time: time, .delta(Self.market, .yes, price, count))))
        }
        #expect(size(deltas) < 6 * 1_000)
    }

    @Test func `events are read one by one, and their number is known before`() throws {
        let bytes = try chunk(Self.otherEvents)
        var decoder = try EventDecoder(bytes)
        #expect(decoder.count == Self.otherEvents.count && EventChunk.eventCount(of: bytes) == decoder.count)
        #expect(try decoder.next() == Self.otherEvents[0])
        for event in Self.otherEvents.dropFirst() { #expect(try decoder.next() == event) }
        #expect(try decoder.next() == nil)
        #expect(try decoder.next() == nil)
    }

    @Test func `a coder says when a chunk should be ended`() {
        var coder = EventCoder()
        #expect(!coder.isFull)
        var count: Int64 = 0
        while !coder.isFull {
            count += 1
            coder.append(.timer(Timestamp(seconds: count)))
        }
        #expect(coder.size >= EventChunk.usual && coder.size < EventChunk.usual + 10 && Int64(coder.count) == count)
    }
}
