import KBotModel
import Testing

@testable import KBotSimulation

/// Bounds around what was measured on recordings of KXBTC15M; wide enough for the few windows a test can afford.
struct MarketSimulatorCalibrationTests {
    private let series = SimulatedSeries.threeWindows

    @Test func `Trades and book changes come about as often as recorded`() {
        var deltas = 0
        for case .delta in series.events.map(\.kind) { deltas += 1 }
        #expect((200.0...450).contains(Double(series.trades.count) / 45))
        #expect((40.0...110).contains(Double(deltas) / 45 / 60))
    }

    @Test func `Rates follow the options`() {
        let quiet = SimulatedSeries(
            .init(
                start: SimulatedSeries.noon,
                duration: .minutes(45),
                seed: 42,
                tradesPerMinute: 46,
                deltasPerSecond: 15
            )
        )
        #expect((20.0...90).contains(Double(quiet.trades.count) / 45))
        #expect(quiet.events.count < series.events.count / 3)
    }

    @Test func `Trades are sized as recorded: small, half of them fractional, with a heavy tail`() {
        let sizes = series.trades.map(\.trade.count.units).sorted()
        func quantile(_ share: Double) -> Double { Double(sizes[Int(Double(sizes.count) * share)]) / 100 }
        #expect((0.9...1.1).contains(quantile(0.1)))
        #expect((6...14).contains(quantile(0.5)))
        #expect((50...120).contains(quantile(0.9)))
        #expect((300...900).contains(quantile(0.99)))
        let fractional = sizes.filter { $0 % 100 != 0 }.count
        #expect((0.4...0.6).contains(Double(fractional) / Double(sizes.count)))
    }

    @Test func `Some trades share an instant, most do not`() {
        let times = series.trades.map(\.time)
        let shared = zip(times, times.dropFirst()).filter { $0 == $1 }.count
        #expect((0.3...0.6).contains(Double(shared) / Double(times.count)))
    }

    @Test func `The spread is one cent in the middle most of the time`() {
        var book = OrderBook()
        var (one, two, all) = (0, 0, 0)
        for event in series.events {
            switch event.kind {
            case .snapshot(_, let snapshot): book.replace(with: snapshot)
            case .delta(_, let outcome, let price, let quantity):
                _ = book.add(quantity, at: price, outcome: outcome)
                guard let bid = book.touch.bid, let spread = book.touch.spread,
                    (1_500...8_500).contains(bid.units)
                else { continue }
                all += 1
                if spread.units == 100 { one += 1 }
                if spread.units == 200 { two += 1 }
            default: continue
            }
        }
        #expect((0.65...0.96).contains(Double(one) / Double(all)))
        #expect((0.02...0.3).contains(Double(two) / Double(all)))
    }

    @Test func `Prices off the cent grid are traded at the edges alone`() {
        for (_, trade) in series.trades where trade.price.units % 100 != 0 {
            #expect(trade.price.units < 1_000 || trade.price.units > 9_000)
        }
    }

    @Test func `Five-second candles leave the bands about as often as recorded`() {
        var (judged, outside, wide) = (0, 0, 0)
        for seed in UInt64(1)...4 {
            // Few book changes: they cost time and hardly bear on trades.
            let series = SimulatedSeries(
                .init(start: SimulatedSeries.noon, duration: .minutes(75), seed: seed, deltasPerSecond: 10)
            )
            for market in series.markets {
                let trades = series.trades.filter { $0.trade.market == market.id }
                let result = BandCount(trades, close: market.closeTime)
                judged += result.judged
                outside += result.outside
                wide += result.wide
            }
        }
        #expect(judged > 3_000)
        #expect((0.035...0.08).contains(Double(outside) / Double(judged)))
        #expect((0.4...0.9).contains(Double(wide) / Double(outside)))
    }

    @Test func `Mids are right as often as they say`() {
        // Bands of 3.5 binomial standard deviations over fixed seeds; windows are independent.
        var expected = [Double](repeating: 0, count: 5)
        var paid = expected
        var variance = expected
        for seed in UInt64(1)...3 {
            var simulator = MarketSimulator(
                .init(
                    start: SimulatedSeries.noon,
                    duration: .hours(5),
                    seed: seed,
                    tradesPerMinute: 20,
                    deltasPerSecond: 2
                )
            )
            var events: [MarketEvent] = []
            var book = OrderBook()
            var mids: [Double] = []
            while simulator.next(into: &events) {
                for event in events {
                    switch event.kind {
                    case .snapshot(_, let snapshot): book.replace(with: snapshot)
                    case .delta(_, let outcome, let price, let quantity):
                        _ = book.add(quantity, at: price, outcome: outcome)
                    case .settled(let market, let settlement):
                        let mid = mids[Int(market.index)]
                        let bucket = min(4, Int(mid * 5))
                        expected[bucket] += mid
                        variance[bucket] += mid * (1 - mid)
                        paid[bucket] += settlement == .yes ? 1 : 0
                    default: continue
                    }
                }
                events.removeAll(keepingCapacity: true)
                let elapsed = simulator.now - SimulatedSeries.noon
                if elapsed.microseconds % 900_000_000 == 420_000_000 {
                    let bid = book.touch.bid ?? .zero
                    let ask = book.touch.ask ?? .one
                    mids.append(Double(Price.doubledMid(bid, ask)) / 20_000)
                }
            }
        }
        for bucket in 0..<5 {
            #expect(abs(paid[bucket] - expected[bucket]) < 3.5 * (variance[bucket] + 0.3).squareRoot())
        }
    }
}

/// Candles of five seconds judged by the rule: bands of two deviations over 25 closes, the whole body outside.
private struct BandCount {
    var judged = 0
    var outside = 0
    /// Of those outside, how many span three ticks or more.
    var wide = 0

    init(_ trades: [(time: Timestamp, trade: Trade)], close: Timestamp) {
        let interval = TimeSpan.seconds(5)
        guard let first = trades.first else { return }
        var closes: [Int64] = []
        var start = first.time.floored(to: interval)
        var index = 0
        while start + interval <= close {
            var prices: [Int64] = []
            while index < trades.count, trades[index].time < start + interval {
                prices.append(Int64(trades[index].trade.price.units))
                index += 1
            }
            if prices.isEmpty, let last = closes.last { prices = [last] }
            closes.append(prices[prices.count - 1])
            judge(prices, closes.suffix(25))
            start = start + interval
        }
    }

    private mutating func judge(_ prices: [Int64], _ closes: ArraySlice<Int64>) {
        guard closes.count == 25 else { return }
        judged += 1
        let sum = closes.reduce(0, +)
        let variance = 25 * closes.reduce(0) { $0 + $1 * $1 } - sum * sum
        let (open, close) = (prices[0], prices[prices.count - 1])
        let below = sum - 25 * max(open, close)
        let above = 25 * min(open, close) - sum
        guard below > 0 && below * below > 4 * variance || above > 0 && above * above > 4 * variance else { return }
        outside += 1
        let range = (prices.max() ?? 0) - (prices.min() ?? 0)
        let tick: Int64 = close < 1_000 || close > 9_000 ? 10 : 100
        if range >= 3 * tick { wide += 1 }
    }
}
