import KBotEngine
import KBotModel
import Testing

private func clock(
    _ name: StrategyName = "clock",
    every timer: TimeSpan,
    indicators: [(name: String, spec: IndicatorSpec)] = []
) -> Recorder {
    Recorder(name, StrategyNeeds(interval: .fixed(.seconds(10)), indicators: indicators, timer: timer))
}

private func seconds(_ recorder: Recorder) -> [Int64] { recorder.timers.map { ($0.now - Bench.start).wholeSeconds } }

@Test func `timers come at multiples since the epoch`() {
    let recorder = clock(every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.process(.timer(Bench.start + .seconds(3)))
    bench.list()
    #expect(bench.engine.nextDeadline == Bench.start + .seconds(10))
    bench.advance(to: Bench.start + .seconds(35))
    #expect(seconds(recorder) == [10, 20, 30])
}

@Test func `a timer asks once for each market that is open and active`() {
    let recorder = clock(every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.list(0)
    bench.list(1, opens: Bench.start + .seconds(15))
    bench.list(2, status: .initialized)
    bench.list(3, life: .seconds(10))
    bench.list(4)
    bench.see(.status(MarketID(4), .inactive))
    bench.list(5)
    bench.wait(.seconds(10))
    #expect(recorder.asked == [MarketID(0), MarketID(5)])
    bench.see(.status(MarketID(2), .active))
    bench.see(.status(MarketID(4), .active))
    bench.settle(.no, in: 5)
    bench.wait(.seconds(10))
    #expect(recorder.asked.suffix(4) == [0, 1, 2, 4].map { MarketID($0) })
}

@Test func `timers of several strategies come in the order of time, then of strategies`() {
    let four = clock("four", every: .seconds(4))
    let six = clock("six", every: .seconds(6))
    var order: [String] = []
    for recorder in [four, six] {
        recorder.answer = { call in
            if let now = call.sight?.now { order.append("\(recorder.name) \((now - Bench.start).wholeSeconds)") }
            return nil
        }
    }
    let bench = Bench(others: [six, four])
    bench.list()
    bench.wait(.seconds(13))
    // 19:30 is a multiple of both.
    #expect(order == ["four 4", "six 6", "four 8", "six 12", "four 12"])
}

@Test func `no timer comes before the indicators are ready, and it sees the candle of its own time`() {
    let recorder = clock(every: .seconds(5), indicators: [("last", .sma(period: 2))])
    let bench = Bench(others: [recorder])
    bench.list()
    bench.trade(40)
    bench.wait(.seconds(10))
    bench.trade(60)
    bench.wait(.seconds(15))
    #expect(seconds(recorder) == [20, 25])
    #expect(recorder.timers.map(\.figures) == [[5_000_000_000], [5_000_000_000]])
}

@Test func `a signal on a timer is followed, and having none is not told`() throws {
    let recorder = clock(every: .seconds(1))
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    bench.wait(.seconds(2))
    #expect(bench.noSignals.isEmpty)
    recorder.answer = { call in if case .timer = call { .none(.stopTooTight, trigger: .long) } else { nil } }
    bench.wait(.seconds(2))
    #expect(bench.noSignals.isEmpty)
    recorder.answer = { call in if case .timer = call { .signal(Bench.long(count: 3, ttl: 2)) } else { nil } }
    bench.wait(.seconds(1))
    let entry = try bench.last(.entry)
    #expect(entry.count == Quantity(contracts: 3))
    recorder.answer = { _ in nil }
    // Two candles of ten seconds from the signal on.
    bench.advance(to: Bench.start + .seconds(25) + TimeSpan(microseconds: -1))
    #expect(bench.cancels.isEmpty)
    bench.advance(to: Bench.start + .seconds(25))
    #expect(bench.cancels == [entry.id])
}

@Test func `the next timer is asked for at every time`() {
    let bench = Bench(others: [clock(every: .minutes(1))])
    bench.list()
    for minute in Int64(1)...5 {
        #expect(bench.engine.nextDeadline == Bench.start + .minutes(minute))
        bench.advance(to: Bench.start + .minutes(minute))
    }
}

@Test func `an event at a timer's time comes before it, and the timer comes once`() {
    let recorder = clock(every: .seconds(10))
    let bench = Bench(others: [recorder])
    bench.list()
    bench.quote(48, 50)
    bench.advance(to: Bench.start + .seconds(10) + TimeSpan(microseconds: -1))
    let time = Bench.start + .seconds(10)
    let book = BookSnapshot(yes: [BookLevel(price: Price(cents: 30), count: Quantity(contracts: 1))], no: [])
    bench.process(.market(MarketEvent(time: time, .spot("BTC-USD", SpotPrice(units: 1)))))
    #expect(recorder.timers.isEmpty)
    bench.process(.market(MarketEvent(time: time, .snapshot(Bench.market, book))))
    bench.process(.timer(time))
    #expect(recorder.timers.map(\.touch) == [Touch(bid: Price(cents: 30))])
}
