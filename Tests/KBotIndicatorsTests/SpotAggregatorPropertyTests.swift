import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Aggregated spot candles` {
    private struct Tick {
        let time: Timestamp
        let price: SpotPrice
    }

    /// Ticks of a few minutes, with silences; in every third series some of hours and days.
    private static func ticks(_ random: inout SeededGenerator) -> [Tick] {
        let isSparse = Int.random(in: 0...2, using: &random) == 0
        var time: Int64 = .random(in: 0...3_000_000_000, using: &random)
        return (0..<Int.random(in: 1...150, using: &random)).map { _ in
            switch Int.random(in: 0...9, using: &random) {
            case 0 where isSparse: time += .random(in: 0...200_000_000_000, using: &random)
            case 0...2: time += .random(in: 0...40_000_000, using: &random)
            case 3...5: time = (time / 1_000_000 + 1) * 1_000_000  // on a whole second, the border of a bucket
            default: time += .random(in: 0...900_000, using: &random)
            }
            let price = Int64.random(in: 970_000_000...980_000_000, using: &random)
            return Tick(time: Timestamp(microseconds: time), price: SpotPrice(units: price))
        }
    }

    /// All candles that end up to `end`, from the definition; and how often silence left intervals out.
    private static func batch(
        _ ticks: [Tick],
        interval: TimeSpan,
        end: Timestamp
    ) -> (candles: [SpotCandle], restarts: Int) {
        var buckets: [(start: Timestamp, ticks: [Tick])] = []
        for tick in ticks {
            let start = tick.time.floored(to: interval)
            if buckets.last?.start == start {
                buckets[buckets.count - 1].ticks.append(tick)
            } else {
                buckets.append((start, [tick]))
            }
        }
        var candles: [SpotCandle] = []
        var restarts = 0
        for (index, (start, ticks)) in buckets.enumerated() {
            let prices = ticks.map(\.price)
            guard let open = prices.first, let close = prices.last, let high = prices.max(), let low = prices.min()
            else { continue }
            candles.append(
                SpotCandle(
                    start: start,
                    interval: interval,
                    open: open,
                    high: high,
                    low: low,
                    close: close,
                    ticks: Int32(ticks.count)
                )
            )
            let until = index + 1 < buckets.count ? buckets[index + 1].start : end
            var next = start + interval
            for _ in 0..<500 where next + interval <= until {
                candles.append(SpotCandle(flatAt: close, start: next, interval: interval))
                next = next + interval
            }
            if index + 1 < buckets.count, next < until { restarts += 1 }
        }
        return (candles, restarts)
    }

    private static let intervals: [TimeSpan] = [.seconds(1), .seconds(5), .seconds(15), .minutes(1), .seconds(7)]

    @Test func `equal those made from all ticks at once, with and without timers`() throws {
        try forSeeds(0..<500) { random in
            let ticks = Self.ticks(&random)
            guard let interval = Self.intervals.randomElement(using: &random), let last = ticks.last else { return }
            let grace = TimeSpan(microseconds: .random(in: 0..<interval.microseconds, using: &random))
            let hasTimers = Bool.random(using: &random)
            var aggregator = SpotAggregator(interval: interval, grace: grace)
            var candles: [SpotCandle] = []
            for tick in ticks {
                while hasTimers, let due = aggregator.nextDue, due <= tick.time {
                    candles += aggregator.closeAll(at: due)
                }
                candles += aggregator.closeAll(at: tick.time)
                aggregator.add(price: tick.price, at: tick.time)
            }
            let end = last.time.floored(to: interval) + interval * .random(in: 1...700, using: &random)
            candles += aggregator.closeAll(at: end + grace)
            let expected = Self.batch(ticks, interval: interval, end: end)
            try hold(candles == expected.candles, "\(interval), grace \(grace)")
            try hold(aggregator.restarts == expected.restarts, "\(aggregator.restarts) restarts")
            try hold(aggregator.lateTicks == 0, "\(aggregator.lateTicks) late")
        }
    }

    @Test func `are the same made of finer candles as made of ticks`() throws {
        try forSeeds(0..<400) { random in
            let ticks = Self.ticks(&random)
            let fineLength = TimeSpan.seconds([1, 5].randomElement(using: &random) ?? 1)
            let interval = fineLength * ([1, 2, 12, 180].randomElement(using: &random) ?? 1)
            guard let last = ticks.last else { return }
            let end = last.time.floored(to: interval) + interval
            let hasTimers = Bool.random(using: &random)
            let hasFlat = Bool.random(using: &random)
            let grace = TimeSpan(microseconds: .random(in: 0..<interval.microseconds, using: &random))
            var aggregator = SpotAggregator(interval: interval, grace: grace)
            var candles: [SpotCandle] = []
            for finer in Self.batch(ticks, interval: fineLength, end: end).candles where hasFlat || finer.ticks > 0 {
                while hasTimers, let due = aggregator.nextDue, due < finer.end {
                    candles += aggregator.closeAll(at: due)
                }
                candles += aggregator.closeAll(at: finer.end)
                try hold(aggregator.add(finer), "\(finer) is a part")
                candles += aggregator.closeAll(at: finer.end)
            }
            candles += aggregator.closeAll(at: end + grace + TimeSpan(microseconds: 1))
            let expected = Self.batch(ticks, interval: interval, end: end)
            try hold(candles == expected.candles, "\(interval) of \(fineLength), flat ones told: \(hasFlat)")
            try hold(aggregator.restarts == expected.restarts, "\(aggregator.restarts) restarts")
            try hold(aggregator.lateTicks == 0, "\(aggregator.lateTicks) late")
        }
    }
}
