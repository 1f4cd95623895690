import KBotIndicators
import KBotModel
import Testing

@Suite struct `A candle aggregator` {
    /// Candles of 5 seconds, in a market that trades from 0 to 60 seconds.
    var aggregator = CandleAggregator(
        interval: .seconds(5),
        grace: .zero,
        openTime: Timestamp(seconds: 0),
        closeTime: Timestamp(seconds: 60)
    )

    /// The same in a market without a known close.
    var endless = CandleAggregator(
        interval: .seconds(5),
        grace: .zero,
        openTime: Timestamp(seconds: 0),
        closeTime: .distantFuture
    )

    @Test mutating func `knows no candle before the first trade`() {
        #expect(aggregator.nextEnd == nil)
        #expect(aggregator.nextDue == nil)
        #expect(aggregator.closeAll(at: 1_000).isEmpty)
    }

    @Test(arguments: [(0, 5), (4.999999, 5), (5, 10), (12.5, 15), (54.9, 55), (55, 60)] as [(Double, Int64)])
    func `starts with the bucket of the first trade`(second: Double, end: Int64) {
        var aggregator = aggregator
        aggregator.trade(50, at: second)
        #expect(aggregator.nextEnd == Timestamp(seconds: end))
        #expect(aggregator.nextDue == Timestamp(seconds: end))
    }

    @Test mutating func `makes open, high, low, close, volume and count of the trades`() throws {
        for (cents, second) in [(50, 5.0), (53, 6), (47, 7.5), (48, 9.999999)] as [(Int32, Double)] {
            aggregator.trade(cents, at: second)
        }
        let candle = try #require(aggregator.closeAll(at: 10).first)
        #expect(candle.start == Timestamp(seconds: 5))
        #expect(candle.end == Timestamp(seconds: 10))
        #expect([candle.open, candle.high, candle.low, candle.close].map(\.units) == [5_000, 5_300, 4_700, 4_800])
        #expect(candle.volume == Quantity(contracts: 4))
        #expect(candle.trades == 4)
    }

    @Test mutating func `gives a trade exactly at the end to the next candle`() {
        aggregator.trade(50, at: 4)
        let closed = aggregator.closeAll(at: 5)
        aggregator.trade(60, at: 5)
        #expect(closed.map(\.close) == [Price(cents: 50)])
        #expect(aggregator.closeAll(at: 10).map(\.open) == [Price(cents: 60)])
    }

    @Test(arguments: [(4.999999, 0), (5, 1), (9.999999, 1), (10, 2), (31, 6)] as [(Double, Int)])
    func `closes what is due and nothing else`(now: Double, count: Int) {
        var aggregator = aggregator
        aggregator.trade(50, at: 1)
        #expect(aggregator.closeAll(at: now).count == count)
        #expect(aggregator.nextEnd == Timestamp(seconds: Int64(count + 1) * 5))
    }

    @Test mutating func `fills empty intervals with flat candles at the last price`() {
        aggregator.trade(50, at: 1)
        aggregator.trade(42, at: 2)
        let closed = aggregator.closeAll(at: 22)
        #expect(closed.map(\.start) == [0, 5, 10, 15].map(Timestamp.init(seconds:)))
        for candle in closed.dropFirst() {
            #expect(candle == Candle(flatAt: Price(cents: 42), start: candle.start, interval: .seconds(5)))
        }
    }

    @Test mutating func `opens a candle after a silence at its first trade, not at the old price`() throws {
        aggregator.trade(50, at: 1)
        _ = aggregator.closeAll(at: 13)
        aggregator.trade(60, at: 13)
        let candle = try #require(aggregator.closeAll(at: 15).first)
        #expect(candle.open == Price(cents: 60))
        #expect(candle.low == Price(cents: 60))
        #expect(candle.trades == 1)
    }

    @Test mutating func `counts a trade of a closed candle and changes nothing`() {
        aggregator.trade(50, at: 4)
        _ = aggregator.closeAll(at: 6)
        aggregator.trade(51, at: 6)
        var other = aggregator
        aggregator.trade(99, at: 4.9)
        aggregator.trade(1, at: 0)
        #expect(aggregator.lateTrades == 2)
        #expect(aggregator.closeAll(at: 60) == other.closeAll(at: 60))
    }

    @Test mutating func `counts a trade before the first candle as late`() {
        aggregator.trade(50, at: 12)
        aggregator.trade(49, at: 9.9)
        #expect(aggregator.lateTrades == 1)
        #expect(aggregator.nextEnd == Timestamp(seconds: 15))
    }

    @Test func `waits for the next trade after a hundred thousand candles without one`() throws {
        var aggregator = endless
        aggregator.trade(50, at: 1)
        let silent = aggregator.closeAll(at: 4e9)
        #expect(silent.count == CandleAggregator.longestSilence + 1 && silent.last?.trades == 0)
        #expect(aggregator.isSilent && aggregator.nextEnd == nil)
        // A trade from before its last candle's end is late; the next one begins its own candle.
        aggregator.trade(51, at: 7)
        #expect(aggregator.lateTrades == 1 && aggregator.isSilent)
        aggregator.trade(52, at: 4e9 + 1)
        #expect(!aggregator.isSilent && aggregator.nextEnd == Timestamp(seconds: 4_000_000_005))
        #expect(aggregator.closeAll(at: 4e9 + 11).map(\.close) == [Price(cents: 52), Price(cents: 52)])
    }

    @Test func `counts silence anew after each trade`() {
        var aggregator = endless
        aggregator.trade(50, at: 1)
        let almost = Double(CandleAggregator.longestSilence) * 5
        #expect(aggregator.closeAll(at: almost).count == CandleAggregator.longestSilence)
        aggregator.trade(51, at: almost + 1)
        #expect(aggregator.closeAll(at: almost * 2).count == CandleAggregator.longestSilence)
        #expect(!aggregator.isSilent)
    }

    @Test mutating func `ends with the market`() {
        aggregator.trade(50, at: 58)
        #expect(aggregator.closeAll(at: 1_000).map(\.end) == [Timestamp(seconds: 60)])
        #expect(aggregator.nextEnd == nil)
        #expect(aggregator.nextDue == nil)
        aggregator.trade(50, at: 60)
        aggregator.trade(50, at: 61)
        #expect(aggregator.nextEnd == nil)
        #expect(aggregator.lateTrades == 0)
        aggregator.trade(50, at: 59)
        #expect(aggregator.lateTrades == 1)
    }

    @Test(arguments: [(60, 12), (64, 12), (59, 11), (5, 1), (4, 0)] as [(Int64, Int)])
    func `makes no candle that ends after the close`(close: Int64, count: Int) {
        var aggregator = CandleAggregator(
            interval: .seconds(5),
            grace: .zero,
            openTime: Timestamp(seconds: 0),
            closeTime: Timestamp(seconds: close)
        )
        aggregator.trade(50, at: 0)
        #expect(aggregator.closeAll(at: 10_000).count == count)
    }

    @Test func `aligns to the epoch whenever the market opens`() {
        var aggregator = CandleAggregator(
            interval: .minutes(15),
            grace: .zero,
            openTime: Timestamp(seconds: 1_000),
            closeTime: Timestamp(seconds: 10_000)
        )
        aggregator.trade(50, at: 1_001)
        #expect(aggregator.nextEnd == Timestamp(seconds: 1_800))
    }
}

@Suite struct `A candle aggregator with a grace` {
    var aggregator = CandleAggregator(
        interval: .seconds(5),
        grace: .milliseconds(250),
        openTime: Timestamp(seconds: 0),
        closeTime: Timestamp(seconds: 20)
    )

    @Test(arguments: [(5, 0), (5.249999, 0), (5.25, 1)] as [(Double, Int)])
    func `closes a candle when the grace is over`(now: Double, count: Int) {
        var aggregator = aggregator
        aggregator.trade(50, at: 1)
        #expect(aggregator.nextDue == Timestamp(milliseconds: 5_250))
        #expect(aggregator.closeAll(at: now).count == count)
    }

    @Test mutating func `keeps early trades of the next candle apart`() {
        aggregator.trade(50, at: 1)
        aggregator.trade(60, at: 5.1)
        aggregator.trade(61, at: 5.2)
        #expect(aggregator.nextEnd == Timestamp(seconds: 5))
        let closed = aggregator.closeAll(at: 10.25)
        #expect(closed.map(\.trades) == [1, 2])
        #expect(closed.map(\.close) == [Price(cents: 50), Price(cents: 61)])
        #expect(closed.map(\.open) == [Price(cents: 50), Price(cents: 60)])
    }

    @Test mutating func `applies a straggler to its own candle while that is open`() {
        aggregator.trade(50, at: 1)
        aggregator.trade(60, at: 5.1)
        aggregator.trade(45, at: 4.9)
        let closed = aggregator.closeAll(at: 10.25)
        #expect(closed.map(\.trades) == [2, 1])
        #expect(closed.map(\.close) == [Price(cents: 45), Price(cents: 60)])
        #expect(aggregator.lateTrades == 0)
    }

    @Test mutating func `counts a straggler as late once its candle is closed`() {
        aggregator.trade(50, at: 1)
        _ = aggregator.closeAll(at: 5.25)
        aggregator.trade(45, at: 4.9)
        #expect(aggregator.lateTrades == 1)
        #expect(aggregator.closeAll(at: 10.25).map(\.close) == [Price(cents: 50)])
    }

    @Test mutating func `waits for the grace after the market's close too`() {
        aggregator.trade(50, at: 19)
        aggregator.trade(99, at: 20.1)
        #expect(aggregator.closeAll(at: 20.2).isEmpty)
        aggregator.trade(51, at: 19.9)
        let closed = aggregator.closeAll(at: 20.25)
        #expect(closed.map(\.close) == [Price(cents: 51)])
        #expect(closed.map(\.high) == [Price(cents: 51)])
        #expect(aggregator.nextEnd == nil)
    }

    @Test func `insists on a grace shorter than the interval`() async {
        await #expect(processExitsWith: .failure) {
            _ = CandleAggregator(
                interval: .seconds(5),
                grace: .seconds(5),
                openTime: Timestamp(seconds: 0),
                closeTime: Timestamp(seconds: 20)
            )
        }
    }

    @Test func `insists on due candles being closed before a trade is added`() async {
        await #expect(processExitsWith: .failure) {
            var aggregator = CandleAggregator(
                interval: .seconds(5),
                grace: .zero,
                openTime: Timestamp(seconds: 0),
                closeTime: Timestamp(seconds: 20)
            )
            aggregator.add(price: Price(cents: 50), count: Quantity(contracts: 1), at: Timestamp(seconds: 1))
            aggregator.add(price: Price(cents: 50), count: Quantity(contracts: 1), at: Timestamp(seconds: 11))
        }
    }
}

extension CandleAggregator {
    mutating func trade(_ cents: Int32, at second: Double) {
        add(
            price: Price(cents: cents),
            count: Quantity(contracts: 1),
            at: Timestamp(microseconds: Int64((second * 1_000_000).rounded()))
        )
    }

    mutating func closeAll(at second: Double) -> [Candle] {
        closeAll(at: Timestamp(microseconds: Int64((second * 1_000_000).rounded())))
    }

    mutating func closeAll(at now: Timestamp) -> [Candle] {
        var closed: [Candle] = []
        while let candle = closeNext(asOf: now) { closed.append(candle) }
        return closed
    }
}
