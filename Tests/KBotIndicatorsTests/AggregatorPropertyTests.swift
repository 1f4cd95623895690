import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Aggregated candles` {
    private struct Print {
        let time: Timestamp
        let price: Price
        let count: Quantity
    }

    private static let intervals: [TimeSpan] = [.seconds(1), .seconds(5), .seconds(15), .minutes(1), .seconds(7)]

    private static func prints(_ random: inout SeededGenerator, until close: Int64) -> [Print] {
        let times = (0..<Int.random(in: 0...120, using: &random)).map { _ in
            // Every other trade sits on a whole second: on the borders of the buckets.
            let time = Int64.random(in: 0..<close * 1_000_000, using: &random)
            return Bool.random(using: &random) ? time : time / 1_000_000 * 1_000_000
        }
        return times.sorted().map {
            Print(
                time: Timestamp(microseconds: $0),
                price: Price(units: .random(in: 1...9_999, using: &random)),
                count: Quantity(units: .random(in: 1...500, using: &random))
            )
        }
    }

    /// All candles of a finished market, from the definition.
    private static func batch(_ prints: [Print], interval: TimeSpan, close: Timestamp) -> [Candle] {
        guard let first = prints.first else { return [] }
        var candles: [Candle] = []
        var start = Timestamp(
            microseconds: first.time.microseconds / interval.microseconds * interval.microseconds
        )
        while start + interval <= close {
            let inside = prints.filter { $0.time >= start && $0.time < start + interval }
            let last = prints.last { $0.time < start + interval }?.price ?? .zero
            candles.append(
                Candle(
                    start: start,
                    interval: interval,
                    open: inside.first?.price ?? last,
                    high: inside.map(\.price).max() ?? last,
                    low: inside.map(\.price).min() ?? last,
                    close: last,
                    volume: inside.reduce(.zero) { $0 + $1.count },
                    trades: Int32(inside.count)
                )
            )
            start = start + interval
        }
        return candles
    }

    @Test func `equal those made from all trades at once, with and without timers`() throws {
        try forSeeds(0..<600) { random in
            let close = Int64.random(in: 1...200, using: &random)
            let prints = Self.prints(&random, until: close)
            guard let interval = Self.intervals.randomElement(using: &random) else { return }
            let grace = TimeSpan(microseconds: .random(in: 0..<interval.microseconds, using: &random))
            let hasTimers = Bool.random(using: &random)
            var aggregator = CandleAggregator(
                interval: interval,
                grace: grace,
                openTime: Timestamp(seconds: 0),
                closeTime: Timestamp(seconds: close)
            )
            var candles: [Candle] = []
            for print in prints {
                while hasTimers, let due = aggregator.nextDue, due <= print.time {
                    candles += aggregator.closeAll(at: due)
                }
                candles += aggregator.closeAll(at: print.time)
                aggregator.add(price: print.price, count: print.count, at: print.time)
            }
            candles += aggregator.closeAll(at: Timestamp(seconds: close + 1_000))
            let expected = Self.batch(prints, interval: interval, close: Timestamp(seconds: close))
            try hold(candles == expected, "\(interval), grace \(grace), close \(close)")
            try hold(aggregator.lateTrades == 0, "\(aggregator.lateTrades) late")
        }
    }

    @Test func `lose no trade to small disorder within the grace`() throws {
        try forSeeds(0..<300) { random in
            // One trade a second at least, so that the first candle is the first bucket in any order.
            let prints = (0..<600).map { index in
                Print(
                    time: Timestamp(milliseconds: Int64(index) * 100),
                    price: Price(units: .random(in: 1...9_999, using: &random)),
                    count: Quantity(units: .random(in: 1...500, using: &random))
                )
            }
            // Each trade arrives up to 0.4 s after it happened.
            let arrivals = prints.map { ($0.time + .milliseconds(.random(in: 0...400, using: &random)), $0) }
                .enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element)
            var aggregator = CandleAggregator(
                interval: .seconds(1),
                grace: .milliseconds(400),
                openTime: Timestamp(seconds: 0),
                closeTime: Timestamp(seconds: 60)
            )
            var candles: [Candle] = []
            for (arrival, print) in arrivals {
                // A straggler exactly at the end of the grace still counts: close for times before its arrival only.
                candles += aggregator.closeAll(at: arrival - TimeSpan(microseconds: 1))
                aggregator.add(price: print.price, count: print.count, at: print.time)
            }
            candles += aggregator.closeAll(at: 61)
            let expected = Self.batch(prints, interval: .seconds(1), close: Timestamp(seconds: 60))
            try hold(aggregator.lateTrades == 0, "\(aggregator.lateTrades) late")
            try hold(candles.map(\.volume) == expected.map(\.volume), "volumes")
            try hold(candles.map(\.high) == expected.map(\.high), "highs")
            try hold(candles.map(\.low) == expected.map(\.low), "lows")
            try hold(candles.map(\.trades) == expected.map(\.trades), "counts")
        }
    }

    @Test func `of a prefix do not depend on what follows`() throws {
        try forSeeds(0..<200) { random in
            let prints = Self.prints(&random, until: 120)
            let cut = Int.random(in: 0...prints.count, using: &random)
            func run(_ prints: ArraySlice<Print>) -> [Candle] {
                var aggregator = CandleAggregator(
                    interval: .seconds(5),
                    grace: .zero,
                    openTime: Timestamp(seconds: 0),
                    closeTime: Timestamp(seconds: 120)
                )
                var candles: [Candle] = []
                for print in prints {
                    candles += aggregator.closeAll(at: print.time)
                    aggregator.add(price: print.price, count: print.count, at: print.time)
                }
                return candles
            }
            let part = run(prints[..<cut])
            try hold(part == Array(run(prints[...]).prefix(part.count)), "cut at \(cut)")
        }
    }
}
