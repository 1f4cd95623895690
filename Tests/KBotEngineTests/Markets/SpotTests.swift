import KBotEngine
import KBotIndicators
import KBotModel
import Testing

private let btc: SpotSymbol = "BTC-USD"

private func at(_ seconds: Double, _ kind: MarketEvent.Kind) -> Event {
    .market(MarketEvent(time: Bench.start + .milliseconds(Int64(seconds * 1_000)), kind))
}

private func dollars(_ dollars: Int64) -> SpotPrice { SpotPrice(units: dollars * 10_000) }

private func candle(
    _ start: Int64,
    of seconds: Int64,
    _ open: Int64,
    _ high: Int64,
    _ low: Int64,
    _ close: Int64,
    ticks: Int32 = 1
) -> SpotCandle {
    SpotCandle(
        start: Bench.start + .seconds(start),
        interval: .seconds(seconds),
        open: dollars(open),
        high: dollars(high),
        low: dollars(low),
        close: dollars(close),
        ticks: ticks
    )
}

private func told(_ bench: Bench) -> [SpotCandle] {
    bench.notes.compactMap { if case .spotCandle(_, let candle) = $0.kind { candle } else { nil } }
}

@Test func `a candle of an underlying is shown once for each open market on it, in the order of their numbers`() {
    let recorder = Recorder(spot: btc, every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.list(0, series: "KXBTC15M")
    bench.list(1, series: "KXETH15M")
    bench.list(2, series: "KXBTCD")
    bench.list(3, opens: Bench.start + .hours(1), series: "KXBTC15M")
    bench.list(4, life: .seconds(10), series: "KXBTC15M")
    bench.list(5, series: "KXBTC")
    bench.spot(60_000)
    bench.wait(.seconds(10))
    #expect(recorder.asked == [MarketID(0), MarketID(2), MarketID(5)])
    #expect(recorder.spotCandles.allSatisfy { $0.end == Bench.start + .seconds(10) })
    bench.settle(.yes, in: 2)
    bench.wait(.seconds(10))
    #expect(recorder.asked.suffix(2) == [MarketID(0), MarketID(5)])
}

@Test func `candles are made of the ticks of their own underlying`() {
    let bench = Bench(others: [Recorder(spot: btc, every: .seconds(10))])
    bench.list(series: "KXBTC15M")
    for price in [Int64(60_000), 60_030, 59_990, 60_010] {
        bench.spot(price)
        bench.spot(1, of: "ETH-USD")
        bench.wait(.seconds(2))
    }
    bench.process(at(10, .spot(btc, dollars(70_000))))
    #expect(told(bench) == [candle(0, of: 10, 60_000, 60_030, 59_990, 60_010, ticks: 4)])
    bench.advance(to: Bench.start + .seconds(30))
    #expect(told(bench).last == candle(20, of: 10, 70_000, 70_000, 70_000, 70_000, ticks: 0))
}

@Test func `finished candles make longer ones, and the last of them closes one at once`() {
    let recorder = Recorder(spot: btc, every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.list(series: "KXBTC15M")
    bench.process(at(5, .spotCandle(btc, candle(0, of: 5, 10, 14, 9, 12))))
    #expect(told(bench).isEmpty)
    bench.process(at(10, .spotCandle(btc, candle(5, of: 5, 12, 20, 11, 13))))
    #expect(told(bench) == [candle(0, of: 10, 10, 20, 9, 13, ticks: 2)])
    #expect(recorder.calls.last?.sight?.now == Bench.start + .seconds(10))
    bench.process(at(15, .spotCandle(btc, candle(10, of: 5, 13, 13, 13, 13))))
    // The second half never comes: the candle waits out its end and closes without it.
    bench.wait(.seconds(30))
    #expect(told(bench)[1] == candle(10, of: 10, 13, 13, 13, 13))
}

@Test func `candles that cannot make those asked for are left out, and that is told once`() {
    let bench = Bench(others: [Recorder(spot: btc, every: .seconds(10))])
    bench.list(series: "KXBTC15M")
    for start in [Int64(0), 4, 8, 12] {
        bench.process(at(Double(start + 4), .spotCandle(btc, candle(start, of: 4, 10, 10, 10, 10))))
    }
    bench.wait(.minutes(1))
    #expect(bench.warnings == [.cannotWarmUp])
    #expect(told(bench).isEmpty)
}

@Test func `a candle that has not ended is not heard`() {
    let bench = Bench(others: [Recorder(spot: btc, every: .seconds(10))]) { $0.keepsTrades = true }
    bench.process(at(-20, .spotCandle(btc, candle(-20, of: 10, 1, 1, 1, 1))))
    bench.list(series: "KXBTC15M")
    bench.process(at(1, .spotCandle(btc, candle(0, of: 10, 10, 10, 10, 10))))
    bench.process(at(2, .spotCandle(btc, candle(3_600, of: 10, 10, 10, 10, 10))))
    bench.wait(.seconds(30))
    #expect(told(bench).isEmpty)
}

@Test(arguments: [false, true])
func `prices from before the first market are kept, and nothing begins with them`(_ keeps: Bool) {
    let recorder = Recorder(spot: btc, every: .seconds(10), indicators: [("average", .sma(period: 3))])
    let bench = Bench(strategy: ScriptedStrategy(), others: [recorder]) { $0.keepsTrades = keeps }
    for index in 0..<6 {
        let time = Double(index * 10 - 60)
        #expect(bench.process(at(time, .spot(btc, dollars(100 + Int64(index))))).isEmpty)
        #expect(bench.engine.nextDeadline == .distantFuture)
        #expect(bench.engine.now == .distantPast)
    }
    #expect(recorder.calls.isEmpty)
    bench.list(series: "KXBTC15M")
    #expect(recorder.calls == [.start(Bench.start)])
    #expect(told(bench).isEmpty, "what ended before the run is not told")
    bench.spot(109)
    bench.wait(.seconds(10))
    #expect(recorder.spotCandles.count == 1)
    #expect(recorder.calls.last?.sight?.figures == [(104 + 105 + 109) * 10_000 * 1_000_000 / 3])
    #expect(recorder.calls.last?.sight?.history.map(\.bar.close) == [1_040_000, 1_050_000, 1_090_000])
    #expect(!bench.noSignals.contains(.warmingUp))
}

@Test func `at one time a price moves no candle, deadline or timer of a market`() throws {
    let silent = Recorder("silent", StrategyNeeds(interval: .fixed(.seconds(10)), indicators: [], timer: .seconds(10)))
    let bench = Bench(others: [silent]).ready()
    bench.signal(Bench.long(ttl: 1))
    let before = bench.log.count
    bench.advance(to: bench.now + .seconds(10) + TimeSpan(microseconds: -1))
    bench.process(.market(MarketEvent(time: bench.now + TimeSpan(microseconds: 1), .spot(btc, dollars(1)))))
    #expect(bench.log.count == before)
    #expect(bench.engine.nextDeadline == bench.now, "what is due is still asked for")
    bench.process(.timer(bench.now))
    #expect(bench.candles.last?.end == bench.now)
    #expect(bench.cancels == [try bench.last(.entry).id])
    #expect(silent.timers.last?.now == bench.now)
}

@Test func `an underlying's candle ends with its own prices while a market's of the same time waits`() {
    let recorder = Recorder(spot: btc, every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.list(series: "KXBTC15M")
    bench.trade(50)
    bench.spot(100)
    bench.process(at(10, .spot(btc, dollars(101))))
    #expect(recorder.spotCandles.count == 1)
    #expect(bench.candles.isEmpty)
    bench.process(
        at(10, .trade(Trade(market: Bench.market, price: Price(cents: 60), count: .init(contracts: 1), taker: nil)))
    )
    #expect(bench.candles.map(\.close) == [Price(cents: 50)])
    #expect(recorder.spotCandles.count == 1)
}

@Test func `a market listed late hears indicators that are warm already`() {
    let recorder = Recorder(spot: btc, every: .seconds(10), indicators: [("average", .sma(period: 3))])
    let bench = Bench(others: [recorder])
    bench.list(0, series: "KXETH15M")
    for price in [Int64(3), 6, 9, 12] {
        bench.spot(price)
        bench.wait(.seconds(10))
    }
    #expect(recorder.asked.isEmpty)
    bench.list(1, opens: bench.now, series: "KXBTC15M")
    bench.spot(15)
    bench.wait(.seconds(10))
    #expect(recorder.asked == [MarketID(1)])
    #expect(recorder.calls.last?.sight?.figures == [120_000_000_000])
}

@Test func `while indicators fill each open market is told that they do`() {
    let recorder = Recorder(spot: btc, every: .seconds(10), indicators: [("average", .sma(period: 2))])
    let bench = Bench(others: [recorder])
    bench.list(0, series: "KXBTC15M")
    bench.list(1, series: "KXBTCD")
    bench.spot(3)
    bench.wait(.seconds(20))
    #expect(bench.noSignals == [.warmingUp, .warmingUp, .noSignal, .noSignal])
}

@Test func `a market that opens with a candle's end is asked about, and its entry waits for it to trade`() {
    let recorder = Recorder(spot: btc, every: .seconds(10))
    recorder.answer = { _ in .signal(Bench.long(count: 1)) }
    let bench = Bench(others: [recorder])
    bench.list(0, opens: Bench.start + .seconds(10), status: .initialized, series: "KXBTC15M")
    bench.quote(48, 50)
    bench.spot(1)
    bench.process(at(10, .spot(btc, dollars(2))))
    #expect(recorder.calls.last?.sight?.status == .initialized)
    #expect(bench.denials == [.marketInactive])
    bench.see(.status(Bench.market, .active))
    bench.wait(.seconds(10))
    #expect(bench.all(.entry).count == 1)
}

@Test func `a signal on an underlying's candle is followed like any other, its life counted in those candles`() throws {
    let recorder = Recorder(spot: btc, every: .seconds(60))
    recorder.answer = { call in
        if case .spotCandle = call { .signal(Bench.long(count: 2, ttl: 2)) } else { nil }
    }
    let bench = Bench(others: [recorder]).ready()
    bench.list(1, series: "KXBTC15M")
    bench.quote(48, 50, in: 1)
    bench.spot(1)
    bench.advance(to: Bench.start + .minutes(1))
    let entry = try bench.last(.entry)
    #expect(entry.market == MarketID(1))
    recorder.answer = { _ in nil }
    bench.accept(entry)
    bench.advance(to: Bench.start + .minutes(3) + TimeSpan(microseconds: -1))
    #expect(bench.cancels.isEmpty)
    bench.advance(to: Bench.start + .minutes(3))
    #expect(bench.cancels == [entry.id])
}

@Test func `with a grace a tick under way still counts, and one that comes after does not`() {
    let bench = Bench(others: [Recorder(spot: btc, every: .seconds(10))]) { $0.candleGrace = .seconds(1) }
    bench.list(series: "KXBTC15M")
    bench.spot(10)
    bench.process(at(10.2, .spot(btc, dollars(20))))
    bench.process(at(9.9, .spot(btc, dollars(15))))
    bench.advance(to: Bench.start + .seconds(11))
    bench.process(at(9.9, .spot(btc, dollars(90))))
    bench.advance(to: Bench.start + .seconds(21))
    #expect(told(bench) == [candle(0, of: 10, 10, 15, 10, 15, ticks: 2), candle(10, of: 10, 20, 20, 20, 20)])
}

@Test func `of candles of two lengths that end together the first strategy's comes first`() {
    let long = Recorder("long", spot: btc, every: .seconds(20))
    let short = Recorder("short", spot: btc, every: .seconds(10))
    let bench = Bench(others: [long, short])
    bench.list(series: "KXBTC15M")
    bench.spot(1)
    bench.wait(.seconds(20))
    #expect(told(bench).map(\.interval) == [.seconds(10), .seconds(20), .seconds(10)])
}

@Test func `two strategies on one length share a series, each with indicators of its own`() {
    let one = Recorder("one", spot: btc, every: .seconds(10), indicators: [("a", .sma(period: 1))])
    let two = Recorder("two", spot: btc, every: .seconds(10), indicators: [("a", .highest(period: 2))])
    let bench = Bench(others: [one, two])
    bench.list(series: "KXBTC15M")
    bench.spot(3)
    bench.wait(.seconds(10))
    bench.spot(2)
    bench.wait(.seconds(10))
    #expect(told(bench).count == 2)
    #expect(one.calls.last?.sight?.figures == [20_000_000_000])
    #expect(two.calls.last?.sight?.figures == [30_000_000_000])
}

@Test func `a strategy that hears an underlying hears no candle of a market`() {
    let recorder = Recorder(spot: btc, every: .seconds(10), callbacks: [.trade, .book])
    let bench = Bench(others: [recorder])
    bench.list(series: "KXBTC15M")
    bench.trade(50)
    bench.quote(40, 60)
    bench.wait(.minutes(1))
    #expect(recorder.calls.count == 3, "the start, a trade and a book")
}

@Test func `between candles it is asked about the markets on its underlying alone`() {
    let recorder = Recorder(spot: btc, every: .seconds(10), timer: .seconds(10), callbacks: [.trade, .book])
    let bench = Bench(others: [recorder])
    for (index, series) in (["KXETH15M", "KXBTC15M", "SERIES"] as [SeriesTicker]).enumerated() {
        bench.list(Int32(index), series: series)
        bench.trade(50, in: Int32(index))
        bench.quote(40, 60, in: Int32(index))
    }
    bench.wait(.seconds(10))
    #expect(recorder.asked == [MarketID(1), MarketID(1), MarketID(1)])
}
