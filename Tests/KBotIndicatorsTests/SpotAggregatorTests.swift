import KBotIndicators
import KBotModel
import Testing

@Suite struct `A spot aggregator` {
    /// Candles of 5 seconds.
    var aggregator = SpotAggregator(interval: .seconds(5), grace: .zero)

    @Test mutating func `knows no candle before the first tick`() {
        #expect(aggregator.nextEnd == nil)
        #expect(aggregator.nextDue == nil)
        #expect(aggregator.closeAll(at: 1_000).isEmpty)
    }

    @Test(arguments: [(0, 5), (4.999999, 5), (5, 10), (12.5, 15), (-0.5, 0)] as [(Double, Int64)])
    func `starts with the bucket of the first tick`(second: Double, end: Int64) {
        var aggregator = aggregator
        aggregator.tick(97_000, at: second)
        #expect(aggregator.nextEnd == Timestamp(seconds: end))
        #expect(aggregator.nextDue == Timestamp(seconds: end))
    }

    @Test mutating func `makes open, high, low, close and count of the ticks`() throws {
        for (price, second) in [(50, 5.0), (53, 6), (47, 7.5), (48, 9.999999)] as [(Int64, Double)] {
            aggregator.tick(price, at: second)
        }
        let candle = try #require(aggregator.closeAll(at: 10).first)
        #expect(candle == spotCandle(5, 5, open: 50, high: 53, low: 47, close: 48, ticks: 4))
    }

    @Test mutating func `gives a tick exactly at the end to the next candle`() {
        aggregator.tick(50, at: 4)
        let closed = aggregator.closeAll(at: 5)
        aggregator.tick(60, at: 5)
        #expect(closed == [spotCandle(0, 5, at: 50)])
        #expect(aggregator.closeAll(at: 10) == [spotCandle(5, 5, at: 60)])
    }

    @Test mutating func `fills empty intervals with flat candles and opens the next at its first tick`() {
        aggregator.tick(50, at: 1)
        let closed = aggregator.closeAll(at: 13)
        aggregator.tick(60, at: 13)
        #expect(closed == [spotCandle(0, 5, at: 50), spotCandle(5, 5, at: 50, ticks: 0)])
        #expect(aggregator.closeAll(at: 15) == [spotCandle(10, 5, at: 60)])
    }

    @Test mutating func `counts a tick of a closed candle, or before the first, and changes nothing`() {
        aggregator.tick(50, at: 4)
        _ = aggregator.closeAll(at: 6)
        aggregator.tick(51, at: 6)
        var other = aggregator
        aggregator.tick(99, at: 4.9)
        aggregator.tick(1, at: -3)
        #expect(aggregator.lateTicks == 2)
        #expect(aggregator.closeAll(at: 60) == other.closeAll(at: 60))
    }

    @Test func `keeps early ticks of the next candle apart while its grace lasts`() {
        var aggregator = SpotAggregator(interval: .seconds(5), grace: .milliseconds(250))
        aggregator.tick(50, at: 1)
        aggregator.tick(60, at: 5.1)
        aggregator.tick(45, at: 4.9)
        aggregator.tick(61, at: 5.2)
        #expect(aggregator.nextDue == Timestamp(milliseconds: 5_250))
        #expect(aggregator.closeAll(at: 5.249999).isEmpty)
        let first = aggregator.closeAll(at: 5.25)
        aggregator.tick(1, at: 4.9)
        #expect(first == [spotCandle(0, 5, open: 50, high: 50, low: 45, close: 45, ticks: 2)])
        #expect(aggregator.closeAll(at: 10.25) == [spotCandle(5, 5, open: 60, high: 61, low: 60, close: 61, ticks: 2)])
        #expect(aggregator.lateTicks == 1)
    }

    @Test func `insists on a sane grace and on due candles being closed`() async {
        await #expect(processExitsWith: .failure) {
            _ = SpotAggregator(interval: .seconds(5), grace: .seconds(5))
        }
        await #expect(processExitsWith: .failure) {
            var aggregator = SpotAggregator(interval: .seconds(5), grace: .zero)
            aggregator.add(price: SpotPrice(units: 1), at: Timestamp(seconds: 1))
            aggregator.add(price: SpotPrice(units: 1), at: Timestamp(seconds: 11))
        }
    }
}

@Suite struct `A spot aggregator in a long silence` {
    var aggregator = SpotAggregator(interval: .seconds(5), grace: .zero)

    init() { aggregator.tick(50, at: 1) }

    @Test(arguments: [500, 501, 10_000, 100_000_000] as [Double])
    func `closes 500 flat candles and waits`(intervals: Double) {
        var aggregator = aggregator
        let closed = aggregator.closeAll(at: 5 + intervals * 5)
        #expect(closed.count == 501)
        #expect(closed.last == spotCandle(2_500, 5, at: 50, ticks: 0))
        #expect(aggregator.nextEnd == nil && aggregator.nextDue == nil)
    }

    @Test(arguments: [(2_505, 0), (2_509.9, 0), (2_510, 1), (1_000_003, 1)] as [(Double, Int)])
    func `starts afresh at the next tick, and says so when intervals are left out`(second: Double, restarts: Int) {
        var aggregator = aggregator
        _ = aggregator.closeAll(at: second)
        aggregator.tick(60, at: second)
        let start = Int64(second) / 5 * 5
        #expect(
            aggregator.closeAll(at: Double(start + 10)) == [
                spotCandle(start, 5, at: 60), spotCandle(start + 5, 5, at: 60, ticks: 0),
            ]
        )
        #expect(aggregator.restarts == restarts)
        #expect(aggregator.lateTicks == 0)
    }

    @Test mutating func `does not wait after 500 intervals when a tick comes in the next`() {
        _ = aggregator.closeAll(at: 2_500)
        #expect(aggregator.nextEnd == Timestamp(seconds: 2_505))
        aggregator.tick(60, at: 2_504)
        #expect(aggregator.closeAll(at: 2_510).map(\.ticks) == [1, 0])
        #expect(aggregator.restarts == 0)
    }

    @Test mutating func `counts ticks of what was closed as late while it waits`() {
        _ = aggregator.closeAll(at: 90_000)
        aggregator.tick(60, at: 2_504.9)
        #expect(aggregator.lateTicks == 1)
        #expect(aggregator.nextEnd == nil)
    }

    @Test mutating func `starts afresh with a finer candle without ticks too`() {
        _ = aggregator.closeAll(at: 90_000)
        #expect(aggregator.feed(spotCandle(90_000, 5, at: 55, ticks: 0)) == [spotCandle(90_000, 5, at: 55, ticks: 0)])
        #expect(aggregator.closeAll(at: 900_000).count == 499)
        #expect(aggregator.restarts == 1)
    }

    @Test mutating func `counts every silence anew`() {
        for second in [10_000, 20_000, 22_500, 40_000] as [Double] {
            _ = aggregator.closeAll(at: second)
            aggregator.tick(60, at: second)
        }
        #expect(aggregator.restarts == 3)
    }
}

@Suite struct `A spot aggregator fed with finer candles` {
    var aggregator = SpotAggregator(interval: .seconds(60), grace: .zero)

    @Test mutating func `adds them up and closes with the last of them, at its end`() {
        #expect(aggregator.feed(spotCandle(0, 20, open: 50, high: 58, low: 49, close: 51, volume: 7, ticks: 3)).isEmpty)
        #expect(
            aggregator.feed(spotCandle(20, 20, open: 52, high: 55, low: 40, close: 41, volume: 5, ticks: 2)).isEmpty
        )
        let closed = aggregator.feed(spotCandle(40, 20, open: 41, high: 44, low: 41, close: 43, volume: 1))
        #expect(closed == [spotCandle(0, 60, open: 50, high: 58, low: 40, close: 43, volume: 13, ticks: 6)])
        #expect(aggregator.lateTicks == 0)
    }

    @Test mutating func `passes candles of its own length on`() {
        for start in stride(from: Int64(0), to: 600, by: 60) {
            let candle = spotCandle(start, 60, open: start, high: start + 9, low: start, close: start + 5, volume: 2)
            #expect(aggregator.feed(candle) == [candle])
        }
        #expect(aggregator.lateTicks == 0)
    }

    @Test mutating func `waits for the last part, and closes without it a moment later`() {
        _ = aggregator.feed(spotCandle(20, 20, at: 50))
        let moment = TimeSpan(microseconds: 1)
        #expect(aggregator.nextEnd == Timestamp(seconds: 60))
        #expect(aggregator.nextDue == Timestamp(seconds: 60) + moment)
        #expect(aggregator.closeAll(at: 60).isEmpty)
        #expect(aggregator.closeAll(at: Timestamp(seconds: 60) + moment) == [spotCandle(0, 60, at: 50)])
        let isPart = aggregator.add(spotCandle(40, 20, at: 51))
        #expect(isPart)
        #expect(aggregator.lateTicks == 1)
    }

    @Test func `waits for the grace while a part is missing, and for nothing when none is`() {
        var aggregator = SpotAggregator(interval: .seconds(60), grace: .seconds(2))
        _ = aggregator.feed(spotCandle(20, 20, at: 50))
        #expect(aggregator.nextDue == Timestamp(microseconds: 62_000_001))
        let isPart = aggregator.add(spotCandle(40, 20, at: 51))
        #expect(isPart)
        #expect(aggregator.nextDue == Timestamp(seconds: 60))
        #expect(aggregator.closeAll(at: 60).map(\.close.units) == [51])
    }

    @Test mutating func `goes by the clock again once ticks come`() {
        _ = aggregator.feed(spotCandle(0, 20, at: 50))
        aggregator.tick(52, at: 30)
        #expect(aggregator.nextDue == Timestamp(seconds: 60))
        #expect(aggregator.closeAll(at: 60) == [spotCandle(0, 60, open: 50, high: 52, low: 50, close: 52, ticks: 2)])
    }

    @Test mutating func `takes one without ticks for silence`() {
        _ = aggregator.feed(spotCandle(0, 20, at: 50, ticks: 0))
        _ = aggregator.feed(spotCandle(20, 20, open: 60, high: 62, low: 59, close: 61, ticks: 4))
        #expect(
            aggregator.feed(spotCandle(40, 20, at: 61, ticks: 0))
                == [spotCandle(0, 60, open: 60, high: 62, low: 59, close: 61, ticks: 4)]
        )
        for start in [60, 80] as [Int64] { _ = aggregator.feed(spotCandle(start, 20, at: 61, ticks: 0)) }
        #expect(aggregator.feed(spotCandle(100, 20, at: 61, ticks: 0)) == [spotCandle(60, 60, at: 61, ticks: 0)])
    }

    @Test mutating func `fills the gaps they leave`() {
        _ = aggregator.feed(spotCandle(0, 60, at: 50))
        #expect(
            aggregator.feed(spotCandle(240, 60, at: 70)) == [
                spotCandle(60, 60, at: 50, ticks: 0), spotCandle(120, 60, at: 50, ticks: 0),
                spotCandle(180, 60, at: 50, ticks: 0), spotCandle(240, 60, at: 70),
            ]
        )
        #expect(aggregator.feed(spotCandle(864_000, 60, at: 80)).count == 501)
        #expect(aggregator.restarts == 1)
    }

    @Test(
        arguments: [
            spotCandle(0, 0, at: 50), spotCandle(0, -20, at: 50), spotCandle(0, 25, at: 50), spotCandle(0, 120, at: 50),
            spotCandle(7, 20, at: 50), spotCandle(-1, 60, at: 50),
        ]
    )
    func `refuses one that cannot be a part`(candle: SpotCandle) {
        var aggregator = aggregator
        _ = aggregator.feed(spotCandle(0, 20, at: 50))
        let before = aggregator
        let isPart = aggregator.add(candle)
        #expect(!isPart)
        #expect(aggregator == before)
    }

    @Test mutating func `stops volumes and counts at the largest integer`() {
        for start in [0, 20] as [Int64] {
            _ = aggregator.feed(spotCandle(start, 20, at: 50, volume: .max - 3, ticks: .max - 3))
        }
        let closed = aggregator.feed(spotCandle(40, 20, at: 50, volume: 1))
        #expect(closed == [spotCandle(0, 60, at: 50, volume: .max, ticks: .max)])
    }
}

/// A candle of whole units and seconds.
func spotCandle(
    _ start: Int64,
    _ seconds: Int64,
    open: Int64,
    high: Int64,
    low: Int64,
    close: Int64,
    volume: Int64 = 0,
    ticks: Int32 = 1
) -> SpotCandle {
    SpotCandle(
        start: Timestamp(seconds: start),
        interval: .seconds(seconds),
        open: SpotPrice(units: open),
        high: SpotPrice(units: high),
        low: SpotPrice(units: low),
        close: SpotPrice(units: close),
        volume: volume,
        ticks: ticks
    )
}

/// A candle with a single price.
func spotCandle(
    _ start: Int64,
    _ seconds: Int64,
    at price: Int64,
    volume: Int64 = 0,
    ticks: Int32 = 1
) -> SpotCandle {
    spotCandle(start, seconds, open: price, high: price, low: price, close: price, volume: volume, ticks: ticks)
}

extension SpotAggregator {
    mutating func tick(_ price: Int64, at second: Double) {
        add(price: SpotPrice(units: price), at: Timestamp(microseconds: Int64((second * 1_000_000).rounded())))
    }

    /// Hears a finer candle at its end, as a feed gives it: what is due closes before and after.
    mutating func feed(_ finer: SpotCandle) -> [SpotCandle] {
        var closed = closeAll(at: finer.end)
        let isPart = add(finer)
        #expect(isPart)
        closed += closeAll(at: finer.end)
        return closed
    }

    mutating func closeAll(at second: Double) -> [SpotCandle] {
        closeAll(at: Timestamp(microseconds: Int64((second * 1_000_000).rounded())))
    }

    mutating func closeAll(at now: Timestamp) -> [SpotCandle] {
        var closed: [SpotCandle] = []
        while let candle = closeNext(asOf: now) { closed.append(candle) }
        return closed
    }
}
