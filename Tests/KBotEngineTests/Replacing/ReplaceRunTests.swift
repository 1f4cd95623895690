import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

@Test func `a long memory of prices is kept by the minute`() {
    func run(_ versions: [Int64], at change: Int) -> Recorder {
        var recorder = Recorder(spot: "BTC-USD", every: .seconds(versions[0]))
        var configuration = EngineConfiguration()
        configuration.keepsTrades = true
        var engine = Engine(configuration, strategies: [recorder])
        var effects: [Effect] = []
        let market = Market(
            id: Bench.market,
            ticker: "M0",
            series: "KXBTCD",
            openTime: Bench.start,
            closeTime: Bench.start + .hours(24)
        )
        engine.process(.market(MarketEvent(time: Bench.start, .listed(market))), into: &effects)
        for index in 0..<105_800 {
            let time = Bench.start + .milliseconds(Int64(index) * 200)
            while engine.nextDeadline < time { engine.process(.timer(engine.nextDeadline), into: &effects) }
            let price = SpotPrice(units: 600_000_000 + Int64(index * 7_919 % 10_007))
            engine.process(.market(MarketEvent(time: time, .spot("BTC-USD", price))), into: &effects)
            effects.removeAll(keepingCapacity: true)
            if index == change {
                recorder = Recorder(spot: "BTC-USD", every: .seconds(versions[1]))
                let swap = ScriptSwap(script: "recorder", oldHash: "", newHash: "", generation: 2, afterEvents: 0)
                engine.replace(recorder, swap, into: &effects)
                #expect(engine.spots[0].inputs.count < 101_000)
            }
        }
        return recorder
    }
    let changed = run([5, 120], at: 104_800)
    let steady = run([120, 120], at: -1)
    #expect(!changed.calls.isEmpty)
    #expect(changed.calls == steady.calls.suffix(changed.calls.count))
}

/// The scenario's strategy in new clothes: it answers the same, and needs something else.
private final class Disguise: Strategy {
    let inner: ScriptedStrategy
    let needs: StrategyNeeds
    let version = "2"

    init(_ inner: ScriptedStrategy, _ needs: StrategyNeeds) {
        self.inner = inner
        self.needs = needs
    }

    var name: StrategyName { inner.name }
    var callbacks: StrategyCallbacks { inner.callbacks }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        inner.onCandle(candle, context)
    }

    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? { inner.onTrade(trade, context) }
}

@Test func `a run goes on through changes as if there had been none, whatever is open`() throws {
    var orders = 0
    try forSeeds(8_000..<8_040) { random in
        let seed = random.next()
        let changes = SeededGenerator(seed: random.next())
        func run(_ changing: Bool) throws -> [Effect] {
            var random = SeededGenerator(seed: seed)
            var dice = changes
            var scenario = Scenario(&random) { $0.keepsTrades = true }
            for _ in 0..<250 {
                scenario.step(&random)
                guard changing, Int.random(in: 0..<6, using: &dice) == 0 else { continue }
                // Always candles of ten seconds, and ready at once.
                let indicators: [(name: String, spec: IndicatorSpec)] =
                    Bool.random(using: &dice) ? [] : [("a", .ema(period: 1))]
                let needs = StrategyNeeds(
                    interval: .fixed(.seconds(10)),
                    indicators: indicators,
                    history: Int.random(in: 0...3, using: &dice)
                )
                scenario.bench.replace(Disguise(scenario.bench.strategy, needs))
            }
            if let failure = scenario.bench.failures.first { try hold(false, failure) }
            return scenario.bench.log.filter { effect in
                guard case .note(let note) = effect, case .swapped = note.kind else { return true }
                return false
            }
        }
        let changed = try run(true)
        try hold(changed == (try run(false)), "the changes changed what was done")
        try hold(changed == (try run(true)), "the same changes at the same places gave something else")
        orders += changed.count { if case .send = $0 { true } else { false } }
    }
    #expect(orders > 500, "only \(orders) orders")
}

/// A version that answers every kind of call, now and then, by what it sees alone.
private func eager(_ name: StrategyName, _ needs: StrategyNeeds, heard: @escaping (Recorder.Call) -> Void) -> Recorder {
    let recorder = Recorder(name, needs, callbacks: [.trade, .book, .fill, .settle])
    recorder.answer = { call in
        guard let sight = call.sight, let bid = sight.touch.bid, let ask = sight.touch.ask,
            sight.now.microseconds / 1_000 % 5 == 0
        else { return nil }
        heard(call)
        let long = bid.units % 200 == 0
        let entry = long ? bid : ask
        let risk = PriceDelta(cents: 1 + Int32(sight.now.microseconds / 1_000_000 % 3))
        return .signal(
            Signal(
                direction: long ? .long : .short,
                entry: entry,
                stop: .price(long ? entry - risk : entry + risk),
                target: .price(long ? entry + risk * 2 : entry - risk * 2),
                entryType: sight.now.microseconds / 1_000 % 10 == 0 ? .market : .limit,
                count: Quantity(contracts: 4)
            )
        )
    }
    return recorder
}

@Test func `the books stay right while strategies that answer to everything change all the time`() throws {
    var answered: [String: Int] = [:]
    var closed: Set<StrategyName> = []
    try forSeeds(9_000..<9_050) { random in
        let seed = random.next()
        func run(_ random: inout SeededGenerator) throws -> [Effect] {
            func version(_ name: StrategyName) -> Recorder {
                var needs = StrategyNeeds.random(&random)
                if case .spot = needs.source { needs.source = .spot("SERIES-USD") }
                return eager(name, needs) { answered["\($0)".prefix { $0 != "(" }.description, default: 0] += 1 }
            }
            var scenario = Scenario(&random, besides: [version("a"), version("b")]) { $0.keepsTrades = true }
            let bench = scenario.bench
            for _ in 0..<200 {
                scenario.step(&random)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    bench.spot(Int64.random(in: 90...110, using: &random), of: "SERIES-USD")
                    scenario.venue.read(bench, &random)
                }
                if Int.random(in: 0..<12, using: &random) == 0 {
                    bench.replace(version(Bool.random(using: &random) ? "a" : "b"))
                }
                if let failure = bench.failures.first { try hold(false, failure) }
                try hold(scenario.venue.oversold == 0, "more was sold than was held")
            }
            closed.formUnion(bench.closedTrades.map(\.strategy))
            return bench.log
        }
        var first = SeededGenerator(seed: seed)
        var second = SeededGenerator(seed: seed)
        try hold((try run(&first)) == (try run(&second)), "two runs of the same events differ")
    }
    #expect(answered.keys.sorted() == ["book", "candle", "spotCandle", "timer", "trade"])
    #expect(answered.values.allSatisfy { $0 > 20 }, "\(answered)")
    #expect(closed == ["a", "b", "scripted"])
}
