import KBotEngine
import KBotIndicators
import KBotModel
import Testing

@Test(arguments: [false, true])
func `a jump of the clock by a century makes a bounded number of candles, and is told`(byTimer: Bool) throws {
    let bench = Bench()
    bench.list(life: .hours(24 * 365 * 200))
    bench.trade(50, 2)
    let later = Bench.start + .hours(24 * 365 * 100)
    if byTimer {
        while bench.engine.nextDeadline < Bench.start + .hours(24 * 20) {
            bench.process(.timer(bench.engine.nextDeadline))
        }
    }
    bench.process(.market(MarketEvent(time: later, .trade(print(52)))))
    #expect(bench.candles.count == CandleAggregator.longestSilence + 1)
    #expect(bench.warnings == [.marketSilent])
    // Then it goes on as with its first trade.
    bench.process(.market(MarketEvent(time: later + .seconds(20), .trade(print(53)))))
    #expect(
        bench.candles.suffix(2).map(\.start) == [
            later.floored(to: .seconds(10)), later.floored(to: .seconds(10)) + .seconds(10),
        ]
    )
    #expect(bench.candles.suffix(2).map(\.close) == [Price(cents: 52), Price(cents: 52)])
    #expect(bench.warnings == [.marketSilent])
}

private func print(_ cents: Int32) -> Trade {
    Trade(market: MarketID(0), price: Price(cents: cents), count: Quantity(contracts: 1), taker: .bid)
}
