import Foundation
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Recorded prices; what is expected was counted with Python's csv and gzip modules.
@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct SpotRecordingTests {
    private let ticks = SharedData.data("spot/BTC-USD_coinbase_2026-05_ticks.csv.gz").path
    private let candles = SharedData.data("spot/BTCUSDT_binance_2026-06_1m.csv.gz").path

    private func all(_ path: String) throws -> (events: [MarketEvent], summary: FeedSummary) {
        let file = try SpotFile(SpotSource(path), strict: true)
        var events: [MarketEvent] = []
        while file.next != nil { try file.take(into: &events) }
        var summary = FeedSummary()
        file.report(to: &summary, markets: nil)
        return (events, summary)
    }

    @Test func `all ticks of Coinbase are read`() throws {
        let (events, summary) = try all(ticks)
        #expect(events.count == 178_819 && summary.lines == 178_820 && summary.skipped == 0)
        var sum: Int64 = 0
        for case .spot("BTC-USD", let price) in events.map(\.kind) { sum += price.units }
        #expect(sum == 142_383_048_581_500)
        let first = Timestamp(milliseconds: 1_778_501_187_633)
        let last = Timestamp(milliseconds: 1_778_731_199_359)
        #expect(events.first == MarketEvent(time: first, .spot("BTC-USD", SpotPrice(units: 811_312_800))))
        #expect(events.last == MarketEvent(time: last, .spot("BTC-USD", SpotPrice(units: 790_124_800))))
        let name = "BTC-USD_coinbase_2026-05_ticks.csv.gz"
        #expect(summary.sources == ["\(name): 178819 ticks of BTC-USD, from \(first) to \(last)"])
        #expect(
            summary.warnings
                == ["\(name): 89 gaps of more than 10 minutes without a price, the longest 922 minutes"]
        )
    }

    @Test func `all minutes of Binance are read, each at its end`() throws {
        let (events, summary) = try all(candles)
        #expect(events.count == 29_340 && summary.lines == 29_341 && summary.skipped == 0 && summary.warnings.isEmpty)
        var sums = [Int64](repeating: 0, count: 5)
        for event in events {
            guard case .spotCandle("BTC-USD", let candle) = event.kind else { continue }
            for (index, price) in [candle.open, candle.high, candle.low, candle.close].enumerated() {
                sums[index] += price.units
            }
            sums[4] += candle.volume
            if candle.end != event.time || candle.interval != .minutes(1) { sums[4] = 0 }
        }
        #expect(
            sums == [
                18_919_705_415_300, 18_926_945_641_800, 18_912_463_789_000, 18_919_611_630_500, 444_859_996_470,
            ]
        )
        let first = SpotCandle(
            start: Timestamp(milliseconds: 1_780_239_600_000),
            interval: .minutes(1),
            open: SpotPrice(units: 736_021_800),
            high: SpotPrice(units: 736_261_600),
            low: SpotPrice(units: 735_888_000),
            close: SpotPrice(units: 736_259_800),
            volume: 18_211_380
        )
        #expect(events.first == MarketEvent(time: first.end, .spotCandle("BTC-USD", first)))
        #expect(events.last?.time == Timestamp(milliseconds: 1_781_999_940_000 + 60_000))
        #expect(
            summary.sources == [
                "BTCUSDT_binance_2026-06_1m.csv.gz: 29340 candles of 1m of BTC-USD,"
                    + " from 2026-05-31T15:00:00.000000Z to 2026-06-21T00:00:00.000000Z"
            ]
        )
    }

    @Test func `a recorded market has the price of every moment, from two days before on`() throws {
        let path = SharedData.data("ws/KXBTC15M-26MAY130915-15_ws.jsonl.gz").path
        let alone = try ReplayFeed(paths: [path], strict: true).all()
        let feed = try ReplayFeed(paths: [path], spot: [SpotSource(ticks)], strict: true)
        let events = try feed.all()
        #expect(events.filter { $0.market != nil } == alone)
        let end = try #require(alone.map(\.time).max())
        #expect(feed.summary.last == end && feed.summary.first == alone.first?.time)
        // Frames lag one another by up to a second; what is known of the price never falls behind what markets do.
        var known = Timestamp.distantPast
        var reached = Timestamp.distantPast
        var (early, unordered, prices) = (0, 0, 0)
        for event in events {
            if event.market == nil {
                if event.time < known { unordered += 1 }
                if event.time <= reached { early += 1 }
                known = event.time
                prices += 1
            } else {
                reached = max(reached, event.time)
            }
        }
        #expect(unordered == 0 && early == 0)
        #expect(end == Timestamp(milliseconds: 1_778_678_100_565))
        #expect(prices == 37_184)
    }
}
