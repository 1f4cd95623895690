import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@Test func `an event at the end of a candle closes it and belongs to the next`() {
    let bench = Bench()
    bench.list()
    bench.trade(50, 2)
    bench.process(.market(at(10, .trade(trade(52)))))
    #expect(bench.candles.count == 1)
    #expect(bench.candles.first?.close == Price(cents: 50))
    bench.process(.market(at(20, .trade(trade(53)))))
    #expect(bench.candles.last?.open == Price(cents: 52))
}

@Test func `a candle closes at its timer when nothing happens`() {
    let bench = Bench()
    bench.list()
    bench.trade(50)
    #expect(bench.engine.nextDeadline == Bench.start + .seconds(10))
    bench.process(.timer(Bench.start + .seconds(10)))
    #expect(bench.candles.map(\.end) == [Bench.start + .seconds(10)])
}

@Test func `an event of another market closes candles too`() {
    let bench = Bench()
    bench.list(0)
    bench.list(1)
    bench.trade(50, in: 0)
    bench.process(.market(at(10, .trade(trade(30, in: 1)))))
    #expect(bench.candles.count == 1)
}

@Test func `a silence gives flat candles at the last price without volume`() {
    let bench = Bench()
    bench.list()
    bench.trade(50, 2)
    bench.process(.market(at(35, .trade(trade(52)))))
    #expect(bench.candles.map(\.trades) == [1, 0, 0])
    #expect(bench.candles.map(\.volume) == [Quantity(contracts: 2), .zero, .zero])
    #expect(Set(bench.candles.map(\.close)) == [Price(cents: 50)])
}

@Test func `with a grace a candle waits for the trades still under way`() {
    let bench = Bench { $0.candleGrace = .milliseconds(250) }
    bench.list()
    bench.trade(50)
    bench.process(.market(at(10.1, .trade(trade(53)))))
    #expect(bench.candles.isEmpty)
    bench.process(.market(at(9.9, .trade(trade(51)))))
    #expect(bench.engine.nextDeadline == Bench.start + .milliseconds(10_250))
    bench.advance(to: Bench.start + .seconds(11))
    #expect(bench.candles.map(\.close) == [Price(cents: 51)])
    bench.advance(to: Bench.start + .seconds(21))
    #expect(bench.candles.map(\.open) == [Price(cents: 50), Price(cents: 53)])
}

@Test func `a trade of a closed candle changes nothing`() {
    let bench = Bench()
    bench.list()
    bench.trade(50)
    bench.advance(to: Bench.start + .seconds(12))
    bench.process(.market(at(9, .trade(trade(90)))))
    bench.advance(to: Bench.start + .seconds(20))
    #expect(bench.candles.map(\.high) == [Price(cents: 50), Price(cents: 50)])
}

@Test func `candles end with the market and do not carry over to the next`() {
    let bench = Bench()
    bench.list(0, life: .seconds(30))
    bench.list(1, life: .seconds(60), opens: Bench.start + .seconds(30))
    bench.trade(80, in: 0)
    bench.advance(to: Bench.start + .seconds(60))
    #expect(bench.candles.count == 3)
    bench.trade(50, in: 1)
    bench.advance(to: Bench.start + .seconds(70))
    #expect(bench.candles.last?.open == Price(cents: 50))
    #expect(bench.candles.last?.low == Price(cents: 50))
}

@Test func `bands start anew in each market`() {
    let strategy = ScriptedStrategy(indicators: [("average", .sma(period: 3))])
    let bench = Bench(strategy: strategy)
    bench.list(0)
    bench.trade(50, in: 0)
    bench.advance(to: Bench.start + .seconds(30))
    #expect(strategy.candles.count == 1)
    bench.list(1)
    bench.trade(50, in: 1)
    bench.advance(to: Bench.start + .seconds(50))
    // Market 0 is judged twice more, market 1 has seen only two candles.
    #expect(strategy.candles.count == 3)
    #expect(bench.noSignals.count { $0 == .warmingUp } == 4)
}

@Test func `two markets' candles of one time close in the order of their numbers`() {
    let bench = Bench()
    for index in [Int32(0), 1, 2] { bench.list(index) }
    for index in [Int32(2), 0, 1] { bench.trade(50, in: index) }
    bench.advance(to: Bench.start + .seconds(10))
    let order = bench.notes.compactMap { note -> MarketID? in
        if case .candle = note.kind { note.market } else { nil }
    }
    #expect(order == [MarketID(0), MarketID(1), MarketID(2)])
}

@Test func `a book change at the end of a candle is seen by the strategy that judges it`() {
    let bench = Bench()
    bench.list()
    bench.quote(48, 50)
    bench.trade(50)
    bench.process(
        .market(
            at(
                10,
                .snapshot(
                    Bench.market,
                    BookSnapshot(yes: [BookLevel(price: Price(cents: 30), count: Quantity(contracts: 1))], no: [])
                )
            )
        )
    )
    #expect(bench.strategy.touches == [Touch(bid: Price(cents: 30))])
}

@Test func `trades of a market nobody listed are ignored`() {
    let bench = Bench()
    bench.trade(50, in: 7)
    bench.advance(to: Bench.start + .seconds(60))
    #expect(bench.candles.isEmpty)
}

@Test(arguments: [TimeSpan.zero, .milliseconds(250)])
func `candles are the same with timers and without`(_ grace: TimeSpan) throws {
    try forSeeds(0..<60) { random in
        let timed = Bench { $0.candleGrace = grace }
        let untimed = Bench { $0.candleGrace = grace }
        for bench in [timed, untimed] { for index in [Int32(0), 1] { bench.list(index, life: .minutes(2)) } }
        var time = Bench.start
        while time < Bench.start + .seconds(110) {
            // Often exactly on a boundary.
            let step = Int64.random(in: 0...9_000, using: &random)
            time = time + .milliseconds(Bool.random(using: &random) ? step : step / 5_000 * 5_000)
            let event = Event.market(
                MarketEvent(
                    time: time,
                    .trade(
                        Trade(
                            market: MarketID(Int32.random(in: 0...1, using: &random)),
                            price: Price(cents: Int32.random(in: 40...60, using: &random)),
                            count: Quantity(contracts: 1),
                            taker: .bid
                        )
                    )
                )
            )
            // Equal times: the event first, then the timer.
            if timed.engine.nextDeadline < time { timed.advance(to: time + TimeSpan(microseconds: -1)) }
            timed.process(event)
            untimed.process(event)
        }
        for bench in [timed, untimed] { bench.advance(to: Bench.start + .minutes(3)) }
        func byMarket(_ bench: Bench) -> [[Candle]] {
            [Int32(0), 1].map { index in
                bench.notes.compactMap { note in
                    if case .candle(let candle) = note.kind, note.market == MarketID(index) { candle } else { nil }
                }
            }
        }
        try hold(byMarket(timed) == byMarket(untimed), "different candles")
        try hold(timed.candles.count > 10, "hardly a candle")
    }
}

private func at(_ seconds: Double, _ kind: MarketEvent.Kind) -> MarketEvent {
    MarketEvent(time: Bench.start + .milliseconds(Int64(seconds * 1_000)), kind)
}

private func trade(_ cents: Int32, in index: Int32 = 0) -> Trade {
    Trade(market: MarketID(index), price: Price(cents: cents), count: Quantity(contracts: 1), taker: .bid)
}
