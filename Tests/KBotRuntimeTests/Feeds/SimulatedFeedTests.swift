import KBotModel
import KBotSimulation
import Testing

@testable import KBotRuntime

struct SimulatedFeedTests {
    @Test func `minute candles of twelve hours come first, in time order, and do not count as the run`() throws {
        var feed = try SimulatedFeed(series: "KXBTC15M", duration: .minutes(15), seed: 1)
        var events: [MarketEvent] = []
        let goesOn = try feed.next(into: &events)
        #expect(goesOn && events.count == 720 && feed.summary.first == nil && feed.summary.last == nil)
        for event in events {
            guard case .spotCandle("BTC-USD", let candle) = event.kind else {
                Issue.record("\(event) is no candle")
                continue
            }
            #expect(candle.end == event.time)
        }
        while try feed.next(into: &events) {}
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        let markets = events.filter { $0.market != nil }
        #expect(feed.summary.first == markets.first?.time && feed.summary.last == markets.last?.time)
        #expect(feed.summary.first == SimulatedFeed.usualStart)
        #expect(feed.summary.markets == 1)
    }

    @Test func `the events of markets are those of the simulator`() throws {
        var feed = try SimulatedFeed(series: "KXBTC15M", duration: .minutes(15), seed: 5)
        var simulator = MarketSimulator(
            .init(series: "KXBTC15M", start: SimulatedFeed.usualStart, duration: .minutes(15), seed: 5)
        )
        var (events, own): ([MarketEvent], [MarketEvent]) = ([], [])
        while try feed.next(into: &events) {}
        while simulator.next(into: &own) {}
        #expect(Array(events.dropFirst(720)) == own)
    }
}
