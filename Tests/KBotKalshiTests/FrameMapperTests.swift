import KBotKalshi
import KBotModel
import Testing

struct FrameMapperTests {
    private let id = MarketID(0)
    private var snapshot: MarketEvent.Kind {
        .snapshot(
            id,
            BookSnapshot(
                yes: [BookLevel(price: Price(cents: 56), count: Quantity(contracts: 120))],
                no: [BookLevel(price: Price(cents: 42), count: Quantity(units: 7_550))]
            )
        )
    }

    @Test func `a market is listed before its first event, with what its ticker tells`() throws {
        var bench = MapperBench()
        let events = try bench.events(FrameSamples.delta)
        guard case .listed(let market)? = events.first?.kind else { return #expect(Bool(false)) }
        #expect(events[0].time == Timestamp(seconds: 1_795_375_800))
        #expect(market.series == "KXBTC15M" && market.grid == .taperedDeciCent)
        #expect(market.closeTime == Timestamp(seconds: 1_795_376_700) && market.life == .minutes(15))
    }

    @Test func `snapshots and deltas become events`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(FrameSamples.snapshot(1), FrameSamples.delta(2, "yes", "0.5700", "3.00"))
        #expect(kinds == [snapshot, .delta(id, .yes, Price(cents: 57), Quantity(contracts: 3))])
        #expect(bench.mapper.book(of: id)?.touch == Touch(bid: Price(cents: 57), ask: Price(cents: 58)))
    }

    @Test func `a delta before any snapshot is held back`() throws {
        var bench = MapperBench()
        #expect(try bench.kinds(FrameSamples.delta(1, "yes", "0.5700", "3.00")).isEmpty)
        #expect(bench.mapper.counts.changesWithoutBook == 1)
    }

    @Test func `lost messages put every book of the subscription in doubt, until each one's snapshot`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(
            FrameSamples.snapshot(1),
            FrameSamples.snapshot(2, ticker: "OTHER"),
            FrameSamples.snapshot(1, ticker: "APART", sid: 9),
            FrameSamples.delta(5, "yes", "0.5700", "3.00"),
            FrameSamples.snapshot(6),
            FrameSamples.delta(7, "yes", "0.5700", "3.00", ticker: "OTHER"),
            FrameSamples.delta(2, "yes", "0.5700", "3.00", ticker: "APART", sid: 9)
        )
        #expect(
            Array(kinds[3...]) == [
                .gap(id), .gap(MarketID(1)), snapshot,
                .delta(MarketID(2), .yes, Price(cents: 57), Quantity(contracts: 3)),
            ]
        )
        #expect(bench.mapper.counts.gaps == 1 && bench.mapper.counts.missingMessages == 2)
        #expect(bench.mapper.counts.changesWithoutBook == 2)
    }

    @Test func `a change below zero puts the book in doubt, once`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(
            FrameSamples.snapshot(1),
            FrameSamples.delta(2, "yes", "0.5600", "-120.01"),
            FrameSamples.delta(3, "yes", "0.5600", "1.00"),
            FrameSamples.snapshot(4)
        )
        #expect(kinds == [snapshot, .gap(id), snapshot])
        #expect(bench.mapper.counts.negativeLevels == 1)
    }

    @Test func `repeated messages are ignored`() throws {
        var bench = MapperBench()
        let delta = FrameSamples.delta(2, "yes", "0.5700", "3.00")
        #expect(try bench.kinds(FrameSamples.snapshot(1), delta, delta).count == 2)
        #expect(bench.mapper.counts.duplicates == 1)
    }

    @Test func `replies to commands use up a number`() throws {
        var bench = MapperBench()
        let ok = #"{"id":3,"sid":1,"seq":2,"type":"ok","msg":{"market_tickers":[]}}"#
        let kinds = try bench.kinds(FrameSamples.snapshot(1), ok, FrameSamples.delta(3, "yes", "0.5700", "3.00"))
        #expect(kinds.count == 2)
        #expect(bench.mapper.counts.gaps == 0)
    }

    @Test func `a new subscription with an old number starts anew`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(
            FrameSamples.subscribed,
            FrameSamples.snapshot(1),
            FrameSamples.subscribed,
            FrameSamples.snapshot(1),
            FrameSamples.delta(2, "yes", "0.5700", "3.00")
        )
        #expect(kinds.count == 4 && kinds[1] == .gap(id) && kinds[2] == snapshot)
    }

    @Test func `a snapshot without a time happens at the latest time seen`() throws {
        var bench = MapperBench()
        _ = try bench.events(
            FrameSamples.snapshot(1),
            FrameSamples.delta(2, "yes", "0.5700", "3.00", ms: 1_795_376_000_000)
        )
        #expect(try bench.events(FrameSamples.snapshot(3)).map(\.time) == [Timestamp(milliseconds: 1_795_376_000_000)])
        var fresh = MapperBench()
        let received = try fresh.events(#"{"recv_ms":1795376111000,"frame":\#(FrameSamples.snapshot(1))}"#)
        #expect(received.last?.time == Timestamp(milliseconds: 1_795_376_111_000))
    }

    @Test func `steps in ticker volume stand for trades where there are none`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(
            FrameSamples.ticker("0.5800", volume: "100.00", bid: "0.5600", ask: "0.5800"),
            FrameSamples.ticker("0.5800", volume: "100.00", bid: "0.5600", ask: "0.5800"),
            FrameSamples.ticker("0.5800", volume: "107.50", bid: "0.5500", ask: "0.5700"),
            FrameSamples.ticker("0.5500", volume: "108.00", bid: "0.5500", ask: "0.5700")
        )
        func trade(_ cents: Int32, _ units: Int64, _ taker: BookSide) -> MarketEvent.Kind {
            .trade(Trade(market: id, price: Price(cents: cents), count: Quantity(units: units), taker: taker))
        }
        #expect(kinds == [trade(58, 750, .bid), trade(55, 50, .ask)])
        #expect(bench.mapper.counts.syntheticTrades == 2)
    }

    @Test(arguments: [FrameSamples.trade, #"{"type":"subscribed","msg":{"channel":"trade","sid":3}}"#])
    func `where trades come as frames, steps in volume are no news`(first: String) throws {
        var bench = MapperBench()
        _ = try bench.events(first, FrameSamples.ticker("0.5800", volume: "1.00", bid: "0.5600", ask: "0.5800"))
        #expect(try bench.kinds(FrameSamples.ticker("0.5800", volume: "9.00", bid: "0.5600", ask: "0.5800")).isEmpty)
    }

    @Test func `a market's life becomes listings, pauses and a result`() throws {
        var bench = MapperBench()
        func pause(_ word: String, _ seq: Int) -> String {
            #"{"type":"market_lifecycle_v2","sid":7,"seq":\#(seq),"msg":{"market_ticker":"KXBTC15M-26NOV221445-45","event_type":"\#(word)"}}"#
        }
        let events = try bench.events(
            FrameSamples.created,
            FrameSamples.metadata,
            pause("deactivated", 13),
            pause("activated", 14),
            FrameSamples.determined,
            FrameSamples.settled
        )
        guard events.count == 6, case .listed(let new) = events[0].kind, case .listed(let known) = events[1].kind else {
            return #expect(Bool(false), "\(events)")
        }
        #expect(new.strike == nil && known.strike == SpotPrice("86120.37"))
        #expect(
            events[2...].map(\.kind) == [
                .status(id, .inactive), .status(id, .active), .status(id, .closed), .settled(id, .yes),
            ]
        )
        #expect(events.last?.time == Timestamp(seconds: 1_795_376_705))
    }

    @Test func `the life of a market nobody trades is no event`() throws {
        var bench = MapperBench()
        #expect(try bench.events(FrameSamples.metadata, FrameSamples.determined).isEmpty)
    }

    @Test func `what the venue refuses is counted with its words`() throws {
        var bench = MapperBench()
        #expect(try bench.events(FrameSamples.error).isEmpty)
        #expect(bench.mapper.counts.errors == ["Unknown channel name (code 8)"])
    }

    @Test func `a book price off the grid is kept and counted`() throws {
        var bench = MapperBench()
        let kinds = try bench.kinds(FrameSamples.snapshot(1), FrameSamples.delta(2, "yes", "0.5610", "1.00"))
        #expect(kinds.count == 2 && bench.mapper.counts.offGrid == 1)
    }
}
