import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// A market met in the middle of its life: trades of the past warm its candles up, and nothing trades on them.
@Suite struct HistoryTests {
    /// Trades at given seconds after the start of the market.
    private func past(_ trades: [(second: Int64, cents: Int32)], in market: MarketID = Bench.market) -> [PastTrade] {
        trades.map { second, cents in
            PastTrade(
                time: Bench.start + .seconds(second),
                trade: Trade(market: market, price: Price(cents: cents), count: Quantity(contracts: 1), taker: .bid)
            )
        }
    }

    private static let specs: [(name: String, spec: IndicatorSpec)] = [
        ("bands", .bollinger(period: 3, deviations: 20_000)), ("mean", .sma(period: 2)),
    ]

    private func candles(_ bench: Bench) -> [Candle] {
        bench.log.compactMap { effect in
            if case .note(let note) = effect, case .candle(let candle) = note.kind { candle } else { nil }
        }
    }

    @Test func `the past makes the candles it would have made, and asks no strategy`() {
        let strategy = ScriptedStrategy(indicators: Self.specs)
        strategy.decide = { _, _ in .signal(Bench.long()) }
        let bench = Bench(strategy: strategy)
        bench.list(opens: Bench.start)
        bench.wait(.seconds(45))
        bench.see(.history(Bench.market, past([(1, 40), (4, 42), (12, 41), (33, 47)])))
        #expect(candles(bench).map(\.close) == [42, 41, 41, 47].map { Price(cents: $0) })
        #expect(candles(bench).map(\.trades) == [2, 1, 0, 1])
        #expect(strategy.candles.isEmpty)
        #expect(bench.orders.isEmpty)
        #expect(bench.engine.markets[0]?.slots[0].indicators.isReady == true)
    }

    @Test func `a market warmed up by its past goes on as one that was heard from the start`() throws {
        try forSeeds(0..<200) { random in
            var trades: [(second: Int64, cents: Int32)] = []
            var second: Int64 = 0
            var cents: Int32 = 50
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                second += Int64.random(in: 0...25, using: &random)
                cents = min(90, max(10, cents + Int32.random(in: -3...3, using: &random)))
                trades.append((second, cents))
            }
            let cut = Int.random(in: 0...trades.count, using: &random)
            let heard = ScriptedStrategy(indicators: Self.specs)
            let warmed = ScriptedStrategy(indicators: Self.specs)
            let whole = Bench(strategy: heard)
            let late = Bench(strategy: warmed)
            for bench in [whole, late] { bench.list() }
            for trade in trades[..<cut] {
                whole.advance(to: Bench.start + .seconds(trade.second))
                whole.trade(trade.cents)
            }
            let met = Bench.start + .seconds(cut > 0 ? trades[cut - 1].second : 0)
            late.advance(to: met)
            late.see(.history(Bench.market, past(Array(trades[..<cut]))))
            let seen = heard.candles.count
            for bench in [whole, late] {
                for trade in trades[cut...] {
                    bench.advance(to: Bench.start + .seconds(trade.second))
                    bench.trade(trade.cents)
                }
                bench.advance(to: Bench.start + .seconds(second + 30))
            }
            let tail = Array(heard.candles.dropFirst(seen))
            try hold(warmed.candles == tail, "\(warmed.candles.count) candles judged, not \(tail.count)")
            try hold(candles(whole) == candles(late), "other candles")
            let left = whole.engine.markets[0]?.slots[0].indicators
            let right = late.engine.markets[0]?.slots[0].indicators
            try hold(left?.bands(at: 0) == right?.bands(at: 0), "other bands")
            try hold(left?.value(at: 1) == right?.value(at: 1), "another mean")
        }
    }

    @Test func `candles that have begun live are left as they are`() {
        let bench = Bench(strategy: ScriptedStrategy())
        bench.list()
        bench.wait(.seconds(25))
        bench.trade(60)
        bench.see(.history(Bench.market, past([(1, 40), (12, 41)])))
        bench.wait(.seconds(10))
        #expect(candles(bench).map(\.open) == [Price(cents: 60)])
    }

    @Test func `trades that lie ahead of the clock are not taken for the past`() {
        let bench = Bench(strategy: ScriptedStrategy())
        bench.list()
        bench.wait(.seconds(15))
        bench.see(.history(Bench.market, past([(1, 40), (600, 90)])))
        bench.wait(.seconds(5))
        #expect(candles(bench).map(\.close) == [Price(cents: 40), Price(cents: 40)])
    }

    @Test func `the past of an unknown or decided market means nothing`() {
        let bench = Bench(strategy: ScriptedStrategy())
        #expect(bench.see(.history(MarketID(7), past([(0, 40)], in: MarketID(7)))).isEmpty)
        bench.list()
        bench.settle(.yes)
        bench.wait(.seconds(15))
        bench.see(.history(Bench.market, past([(1, 40)])))
        #expect(candles(bench).isEmpty)
    }
}
