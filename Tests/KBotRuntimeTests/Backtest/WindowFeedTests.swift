import KBotModel
import Testing

@testable import KBotRuntime

/// What a run that begins within recordings is told.
@Suite struct WindowFeedTests {
    private static let start = Timestamp(seconds: 1_777_314_600)

    private struct Told: MarketFeed {
        var events: [MarketEvent]

        mutating func next(into events: inout [MarketEvent]) -> Bool {
            guard !self.events.isEmpty else { return false }
            events.append(self.events.removeFirst())
            return true
        }

        var summary: FeedSummary { FeedSummary() }
        var progress: Double? { nil }
    }

    private func at(_ seconds: Int64, _ kind: MarketEvent.Kind) -> MarketEvent {
        MarketEvent(time: Self.start + .seconds(seconds), kind)
    }

    private func listed(_ index: Int32, _ ticker: Ticker, _ seconds: Int64) -> MarketEvent {
        let market = Market(
            id: MarketID(index),
            ticker: ticker,
            series: "KXBTC15M",
            openTime: Self.start,
            closeTime: Self.start + .minutes(15)
        )
        return at(seconds, .listed(market))
    }

    private func trade(_ index: Int32) -> MarketEvent.Kind {
        .trade(
            Trade(market: MarketID(index), price: Price(cents: 50), count: Quantity(contracts: 1), taker: .bid)
        )
    }

    private func cut(_ events: [MarketEvent], from: Int64?, to: Int64? = nil) throws -> [MarketEvent] {
        var feed = Told(events: events).cut(
            from: from.map { Self.start + .seconds($0) },
            to: to.map { Self.start + .seconds($0) }
        )
        var told: [MarketEvent] = []
        while try feed.next(into: &told) {}
        return told
    }

    @Test func `markets that trade are listed at the start, and of those that are over nothing is told`() throws {
        let events = [
            listed(0, "A", 0), at(1, trade(0)), listed(1, "B", 2), at(3, .status(MarketID(0), .closed)),
            at(12, trade(1)), at(13, .settled(MarketID(0), .yes)), at(14, trade(1)),
        ]
        #expect(try cut(events, from: 10) == [listed(1, "B", 10), at(12, trade(1)), at(14, trade(1))])
        // A result that comes first changes nothing of it.
        #expect(try cut(events, from: 13) == [listed(1, "B", 13), at(14, trade(1))])
        #expect(try cut(events, from: nil, to: 12) == Array(events.prefix(4)))
        #expect(try cut(events, from: nil) == events)
    }

    @Test func `prices of an underlying are told from a week before on`() throws {
        let price = MarketEvent.Kind.spot("BTC-USD", SpotPrice(units: 1))
        let week: Int64 = 7 * 86_400
        let events = [at(-week - 1, price), at(-week, price), at(-5, price), listed(0, "A", 0), at(1, trade(0))]
        #expect(try cut(events, from: 0) == Array(events.dropFirst()))
    }
}
