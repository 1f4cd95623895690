import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// Puts prices between events, each after whatever is due before it, as a feed does.
private func insertingPrices(into events: [Event], _ random: inout SeededGenerator) -> [Event] {
    var mixed: [Event] = []
    var reached = events.first?.time ?? Bench.start
    for event in events {
        let next = max(event.time, reached)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let time =
                Bool.random(using: &random)
                ? next
                : reached + TimeSpan(microseconds: Int64.random(in: 0...(next - reached).microseconds, using: &random))
            reached = time
            let price = SpotPrice(units: Int64.random(in: 1...9_000_000, using: &random))
            if Bool.random(using: &random) {
                mixed.append(.market(MarketEvent(time: time, .spot("BTC-USD", price))))
            } else {
                let start = (time - .seconds(1)).floored(to: .seconds(1))
                let candle = SpotCandle(flatAt: price, start: start, interval: .seconds(1))
                mixed.append(.market(MarketEvent(time: time, .spotCandle("ETH-USD", candle))))
            }
        }
        mixed.append(event)
        reached = next
    }
    return mixed
}

@Test(arguments: [false, true])
func `strategies that ignore underlyings trade the same with prices as without`(_ keeps: Bool) throws {
    var orders = 0
    try forSeeds(0..<60) { random in
        let timed = Bool.random(using: &random)
        // The scenario's answers are put in at moments of its own; what decides here is the market alone.
        func trader() -> Recorder {
            let needs = StrategyNeeds(
                interval: .fixed(.seconds(10)),
                indicators: [("average", .sma(period: 2))],
                timer: timed ? .seconds(5) : nil
            )
            let trader = Recorder("trader", needs, callbacks: [.trade, .book, .fill, .settle])
            trader.answer = { call in
                guard let sight = call.sight, let bid = sight.touch.bid, bid.units % 300 == 0 else { return nil }
                return .signal(
                    Signal(
                        direction: .long,
                        entry: bid,
                        stop: bid - PriceDelta(cents: 2),
                        target: bid + PriceDelta(cents: 4)
                    )
                )
            }
            return trader
        }
        var scenario = Scenario(&random)
        for _ in 0..<120 { scenario.step(&random) }
        let bench = scenario.bench
        var configuration = bench.configuration
        configuration.keepsTrades = keeps
        let traders = (trader(), trader())
        var plain = Engine(configuration, strategies: [traders.0])
        var priced = Engine(configuration, strategies: [traders.1])
        // Answers of the venue belong to other orders; what both make of them must be the same all the same.
        let events = bench.events
        var told: [Effect] = []
        for event in events {
            while plain.nextDeadline < event.time { plain.process(.timer(plain.nextDeadline), into: &told) }
            plain.process(event, into: &told)
        }
        var toldWithPrices: [Effect] = []
        for event in insertingPrices(into: events, &random) {
            while priced.nextDeadline < event.time {
                priced.process(.timer(priced.nextDeadline), into: &toldWithPrices)
            }
            priced.process(event, into: &toldWithPrices)
        }
        try hold(told == toldWithPrices, "prices of underlyings changed what was told")
        try hold(traders.0.calls == traders.1.calls, "prices of underlyings changed what was heard")
        orders += told.count { if case .send = $0 { true } else { false } }
    }
    #expect(orders > 300, "only \(orders) orders")
}

@Test func `candles of an underlying are what its prices make, and nobody hears one before its end`() throws {
    var heard = 0
    try forSeeds(0..<120) { random in
        let stream = Stream(150, disordered: false, &random)
        let span = TimeSpan.seconds([5, 7, 10][Int.random(in: 0...2, using: &random)])
        let recorder = Recorder(spot: "BTC-USD", every: span, timer: .seconds(7))
        var engine = Engine(EngineConfiguration(), strategies: [recorder])
        var effects: [Effect] = []
        var ticks: [(time: Timestamp, price: SpotPrice)] = []
        var first: Timestamp?
        var last = Stream.start
        for event in stream.events {
            while engine.nextDeadline < event.time { engine.process(.timer(engine.nextDeadline), into: &effects) }
            engine.process(event, into: &effects)
            last = event.time
            if case .market(let event) = event, case .spot("BTC-USD", let price) = event.kind {
                ticks.append((event.time, price))
            } else if first == nil, case .market(let event) = event, !event.isSpot {
                first = event.time
            }
        }
        var expected: [SpotCandle] = []
        if let begin = ticks.first?.time.floored(to: span) {
            var start = begin
            while start + span <= last {
                let inside = ticks.filter { start <= $0.time && $0.time < start + span }.map(\.price)
                let carried = expected.last?.close ?? ticks[0].price
                expected.append(
                    SpotCandle(
                        start: start,
                        interval: span,
                        open: inside.first ?? carried,
                        high: inside.max() ?? carried,
                        low: inside.min() ?? carried,
                        close: inside.last ?? carried,
                        ticks: Int32(inside.count)
                    )
                )
                start = start + span
            }
        }
        let told = effects.compactMap { effect -> SpotCandle? in
            if case .note(let note) = effect, case .spotCandle(_, let candle) = note.kind { candle } else { nil }
        }
        // Those that ended before the first market are known and not told; one that ends now may still wait.
        let open = expected.filter { $0.end > (first ?? .distantFuture) && $0.end < last }
        try hold(told.prefix(open.count).elementsEqual(open), "told \(told), from the prices \(open)")
        try hold(told.count <= open.count + 1, "\(told.count) candles told of \(open.count)")
        for call in recorder.calls {
            guard case .spotCandle(let candle, let sight) = call else { continue }
            heard += 1
            try hold(candle.end <= sight.now, "a candle that ends at \(candle.end) was heard at \(sight.now)")
        }
        let times = recorder.timers.map(\.now)
        try hold(times.allSatisfy { $0.floored(to: .seconds(7)) == $0 }, "timers at \(times)")
        let asked = Set(recorder.timers.map { "\($0.now) \($0.market)" })
        try hold(asked.count == recorder.timers.count, "a market was asked twice at one time")
    }
    #expect(heard > 1_000)
}
