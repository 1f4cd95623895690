import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

private func needs(
    _ seconds: Int64 = 10,
    _ indicators: [(name: String, spec: IndicatorSpec)] = [],
    history: Int = 0,
    timer: TimeSpan? = nil
) -> StrategyNeeds {
    StrategyNeeds(interval: .fixed(.seconds(seconds)), indicators: indicators, history: history, timer: timer)
}

private func recorder(_ needs: StrategyNeeds, callbacks: StrategyCallbacks = []) -> Recorder {
    Recorder("recorder", needs, callbacks: callbacks)
}

private func contracts(_ count: Int64) -> Quantity { Quantity(contracts: count) }

private func price(_ seconds: Double, _ dollars: Int64) -> Event {
    .market(
        MarketEvent(
            time: Bench.start + .milliseconds(Int64(seconds * 1_000)),
            .spot("BTC-USD", SpotPrice(units: dollars * 10_000))
        )
    )
}

@Test func `a version with the same needs keeps candles and indicators, kept trades or not`() {
    let average: [(name: String, spec: IndicatorSpec)] = [("average", .sma(period: 3))]
    let bench = Bench(others: [recorder(needs(10, average, history: 3))])
    bench.list()
    for cents in [Int32(30), 40] {
        bench.trade(cents)
        bench.wait(.seconds(10))
    }
    bench.trade(50)
    bench.wait(.seconds(4))
    let new = recorder(needs(10, average, history: 3, timer: .seconds(3)), callbacks: .trade)
    bench.replace(new)
    bench.wait(.seconds(6))
    #expect(new.calls.first?.sight?.figures == [4_000_000_000])
    #expect(new.calls.first?.sight?.history.map(\.bar.close) == [3_000, 4_000, 5_000])
    #expect(bench.candles.count == 3)
    bench.trade(60)
    bench.wait(.seconds(3))
    // The candle and the timer at 30 s, the trade, the timer at 33 s.
    #expect(new.calls.count == 4)
}

@Test func `a version with other needs is told as one, and warned of when it cannot warm up`() {
    let bench = Bench(others: [recorder(needs())]) { $0.keepsTrades = true }
    bench.list(life: .minutes(10))
    bench.replace(recorder(needs(30, [("long", .sma(period: 20))])))
    #expect(bench.warnings == [.cannotWarmUp])
    let swaps = bench.notes.compactMap { if case .swapped(let swap) = $0.kind { swap.script } else { nil } }
    #expect(swaps == ["recorder"])
    bench.replace(recorder(needs(30, [("long", .sma(period: 20))])))
    #expect(bench.warnings.count == 1)
}

@Test func `a name that does not run changes nothing`() {
    let bench = Bench(others: [recorder(needs())])
    bench.list()
    #expect(bench.replace(Recorder("stranger", needs())).isEmpty)
    #expect(bench.replace(NewsRule()).isEmpty)
}

@Test func `a new version of a rule is asked from then on`() {
    let old = ScriptedRule("rule", .deny("OLD", ""))
    let bench = Bench(rules: [old]).ready()
    bench.signal(Bench.long())
    let new = ScriptedRule("rule", .deny("NEW", ""))
    bench.replace(new)
    bench.signal(Bench.long())
    #expect(bench.denials == ["OLD", "NEW"])
    #expect(old.seen.count == 1)
}

@Test func `positions, resting entries, armed ones and pauses outlive a version`() throws {
    let bench = Bench {
        $0.keepsTrades = true; $0.limits.maxPositions = 3
    }.ready(0).ready(1).ready(2)
    try bench.enter(Bench.long(count: 10), in: 0)
    bench.signal(Bench.long(47, stop: 44, target: 58, count: 3), in: 1)
    let resting = try bench.last(.entry)
    let restingUntil = bench.now + .seconds(30)
    bench.signal(Bench.long(55, stop: 52, target: 62, .stop, count: 4, ttl: 20), in: 2)
    let equity = bench.view
    let new = ScriptedStrategy(every: .fixed(.seconds(15)), indicators: [("a", .ema(period: 2))])
    bench.replace(new)
    #expect(bench.view == equity)
    #expect(bench.engine.nextDeadline > bench.now)
    // The stop of the position is watched, and the new version hears of the fill.
    try bench.stopOut(at: 43, in: 0)
    #expect(new.fills.count == 1)
    #expect(bench.closedTrades.map(\.exit) == [.stop])
    // The stop entry fires.
    bench.quote(54, 56, in: 2)
    bench.trade(56, in: 2)
    #expect(try bench.last(.entry).market == MarketID(2))
    // The resting entry is given up when the old version's candles say so.
    bench.advance(to: restingUntil + TimeSpan(microseconds: -1))
    #expect(!bench.cancels.contains(resting.id))
    bench.advance(to: restingUntil)
    #expect(bench.cancels.contains(resting.id))
    bench.command(.halt(until: bench.now + .minutes(1), code: "X", reason: ""))
    bench.replace(ScriptedStrategy())
    #expect(bench.engine.blockCodes == [.halted])
    bench.wait(.minutes(1))
    #expect(bench.engine.blockCodes == [])
}

@Test(arguments: [false, true])
func `a version given before the first event begins the run`(_ keeps: Bool) {
    let bench = Bench(others: [recorder(needs(timer: .seconds(1)))]) { $0.keepsTrades = keeps }
    let new = Recorder(
        spot: "BTC-USD",
        every: .seconds(10),
        indicators: [("average", .sma(period: 2))],
        timer: .seconds(7)
    )
    bench.replace(new)
    #expect(bench.engine.nextDeadline == .distantFuture)
    bench.process(price(-15, 30))
    bench.process(price(-5, 50))
    bench.list(series: "KXBTC15M")
    #expect(new.calls == [.start(Bench.start)])
    bench.advance(to: Bench.start + .seconds(10))
    #expect(new.timers.count == 1)
    #expect(new.spotCandles.count == 1)
    #expect(new.calls.last?.sight?.figures == [500_000_000_000])
}

@Test(arguments: [nil, .seconds(4), .seconds(10)] as [TimeSpan?])
func `a timer that is due while only prices came is not lost with the old version`(_ old: TimeSpan?) {
    let bench = Bench(others: [recorder(needs(timer: old))])
    bench.list()
    // 19:30:20 is a multiple of all these.
    bench.advance(to: Bench.start + .seconds(20) + TimeSpan(microseconds: -1))
    bench.process(price(20, 1))
    let new = recorder(needs(timer: .seconds(10)))
    bench.replace(new)
    bench.advance(to: Bench.start + .seconds(21))
    #expect(new.timers.map(\.now) == [Bench.start + .seconds(20)])
}

@Test func `a candle that is due while only prices came counts once for the new version`() {
    let bench = Bench(others: [recorder(needs())]) { $0.keepsTrades = true }
    bench.list()
    bench.trade(40)
    bench.advance(to: Bench.start + .seconds(10) + TimeSpan(microseconds: -1))
    bench.process(price(10, 1))
    let new = recorder(needs(10, [("a", .sma(period: 2))], history: 9))
    bench.replace(new)
    bench.wait(.seconds(10))
    #expect(bench.candles.count == 2)
    #expect(new.calls.map(\.sight?.history.count) == [2])
}

@Test func `a trade that came late counts no more for a new version than for the old`() {
    let bench = Bench(others: [recorder(needs())]) { $0.keepsTrades = true }
    bench.list()
    bench.trade(40)
    bench.advance(to: Bench.start + .seconds(12))
    bench.process(
        .market(
            MarketEvent(
                time: Bench.start + .seconds(9),
                .trade(Trade(market: Bench.market, price: Price(cents: 90), count: contracts(1), taker: nil))
            )
        )
    )
    let new = recorder(needs(5, history: 9))
    bench.replace(new)
    bench.advance(to: Bench.start + .seconds(15))
    #expect(new.calls.first?.sight?.history.map(\.bar.high) == [4_000, 4_000, 4_000])
}

@Test func `a version that turns to an underlying nobody asked for knows its past`() {
    let bench = Bench(others: [recorder(needs())]) { $0.keepsTrades = true }
    bench.list(series: "KXBTC15M")
    for second in 0..<6 { bench.process(price(Double(second * 10), Int64(second))) }
    let new = Recorder(spot: "BTC-USD", every: .seconds(10), indicators: [("average", .sma(period: 5))])
    bench.replace(new)
    bench.advance(to: Bench.start + .minutes(1))
    #expect(new.spotCandles.map(\.close) == [SpotPrice(units: 50_000)])
    #expect(new.calls.last?.sight?.figures == [30_000_000_000])
}

@Test func `series nobody hears any more are dropped, those still heard stay`() {
    let bench = Bench(others: [recorder(needs(5)), Recorder("other", needs(10))]) { $0.keepsTrades = true }
    bench.list()
    bench.trade(50)
    #expect(bench.engine.active[0].series.count == 2)
    bench.replace(recorder(needs(10)))
    #expect(bench.engine.active[0].series.count == 1)
    bench.wait(.seconds(20))
    #expect(bench.candles.map(\.interval) == [.seconds(10), .seconds(10)])
    bench.replace(Recorder("recorder", spot: "BTC-USD", every: .seconds(10)))
    bench.replace(ScriptedStrategy(every: .fixed(.seconds(30))))
    bench.replace(Recorder("other", needs(30)))
    #expect(bench.engine.active[0].series.map(\.aggregator.interval) == [.seconds(30)])
}

@Test func `after a change the strategies are still asked in their order`() {
    var order: [StrategyName] = []
    func hearing(_ name: StrategyName, _ seconds: Int64) -> Recorder {
        let recorder = Recorder(name, spot: "BTC-USD", every: .seconds(seconds))
        recorder.answer = { _ in
            order.append(name)
            return nil
        }
        return recorder
    }
    let bench = Bench(others: [hearing("a", 20), hearing("b", 10), hearing("c", 10)]) { $0.keepsTrades = true }
    bench.list(series: "KXBTC15M")
    bench.process(price(0, 1))
    bench.replace(hearing("b", 5))
    bench.replace(hearing("a", 10))
    bench.replace(hearing("b", 10))
    bench.advance(to: Bench.start + .seconds(10))
    #expect(order == ["a", "b", "c"])
    bench.replace(hearing("a", 20))
    bench.replace(hearing("b", 5))
    order = []
    bench.advance(to: Bench.start + .seconds(20))
    #expect(order == ["b", "a", "b", "c"])
}

@Test func `a thousand versions leave nothing behind`() {
    weak var old: Recorder?
    let bench = Bench(others: [recorder(needs())]) { $0.keepsTrades = true }
    for index in [Int32(0), 1] { bench.list(index, series: "KXBTC15M") }
    for second in 0..<30 {
        bench.process(price(Double(second), 100))
        bench.trade(50, in: 0)
        bench.trade(40, in: 1)
    }
    func change(_ turn: Int) {
        let version =
            turn % 3 == 0
            ? Recorder(spot: "BTC-USD", every: .seconds([5, 10, 30][turn % 7 % 3]))
            : recorder(needs([5, 7, 10, 15][turn % 4], [("a", .sma(period: 1 + turn % 5))], history: turn % 6))
        bench.replace(version)
        old = version
    }
    for turn in 0..<1_000 {
        change(turn)
        let heard = Set(bench.engine.active[0].slots.compactMap(\.series))
        #expect(bench.engine.active.allSatisfy { $0.series.count == heard.count && $0.slots.count == 2 })
        #expect(bench.engine.spots.count == 1)
        #expect(bench.engine.spots[0].series.count == (turn % 3 == 0 ? 1 : 0))
        #expect(bench.engine.nextDeadline > bench.now)
    }
    #expect(bench.engine.active.map(\.kept.count) == [30, 30])
    #expect(bench.engine.spots[0].inputs.count == 30)
    #expect(old != nil)
    bench.replace(recorder(needs()))
    #expect(old == nil)
    bench.settle(.yes, in: 0)
    let decided = bench.engine.markets[0]
    #expect(decided?.kept.isEmpty == true, "the trades of a decided market are forgotten")
}
