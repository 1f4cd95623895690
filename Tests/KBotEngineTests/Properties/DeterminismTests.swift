import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

/// A strategy whose answers depend on what it sees alone, so that recorded events can be played again.
private func seer() -> ScriptedStrategy {
    let strategy = ScriptedStrategy(indicators: [("average", .sma(period: 2))])
    strategy.decide = { candle, touch in
        guard let bid = touch.bid, let ask = touch.ask, candle.close.units % 300 != 0 else { return .none(.noSignal) }
        let long = candle.close.units % 200 == 0
        let entry = long ? bid : ask
        let risk = PriceDelta(cents: 2)
        return .signal(
            Signal(
                direction: long ? .long : .short,
                entry: entry,
                stop: long ? entry - risk : entry + risk,
                target: long ? entry + risk * 2 : entry - risk * 2
            )
        )
    }
    return strategy
}

/// What a bench with this strategy would be made of, without the bench.
private func engine(like bench: Bench) -> Engine {
    Engine(bench.configuration, strategies: [seer()])
}

private func recorded(_ random: inout SeededGenerator) throws -> Bench {
    var scenario = Scenario(&random, strategy: seer(), ruled: false)
    for _ in 0..<150 { scenario.step(&random) }
    return scenario.bench
}

@Test func `the same events give the same effects`() throws {
    var effects = 0
    try forSeeds(0..<40) { random in
        let bench = try recorded(&random)
        var again = engine(like: bench)
        var told: [Effect] = []
        for event in bench.events { again.process(event, into: &told) }
        // Scripted answers were put in from outside; without them both runs must still agree with each other.
        var third = engine(like: bench)
        var thirdTold: [Effect] = []
        for event in bench.events { thirdTold += third.process(event) }
        try hold(told == thirdTold, "two runs of the same events differ")
        effects += told.count
    }
    #expect(effects > 5_000)
}

@Test func `what comes later changes nothing of what was said before`() throws {
    try forSeeds(100..<140) { random in
        let bench = try recorded(&random)
        let cut = Int.random(in: 1..<bench.events.count, using: &random)
        var whole = engine(like: bench)
        var prefix = engine(like: bench)
        var other = engine(like: bench)
        var early: [Effect] = []
        for event in bench.events.prefix(cut) { early += whole.process(event) }
        var late = early
        for event in bench.events.dropFirst(cut) { late += whole.process(event) }
        var alone: [Effect] = []
        for event in bench.events.prefix(cut) { alone += prefix.process(event) }
        var different: [Effect] = []
        for event in bench.events.prefix(cut) { different += other.process(event) }
        let told = different
        for event in bench.events.dropFirst(cut).reversed() { _ = other.process(event) }
        try hold(alone == early, "the effects of the first \(cut) events differ")
        try hold(told == early, "the effects of the first \(cut) events differ")
        try hold(Array(late.prefix(early.count)) == early, "later effects reach back")
    }
}

@Test func `appending to an array and returning one say the same`() {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    var engine = Engine(bench.configuration, strategies: [ScriptedStrategy()])
    var told: [Effect] = [.lookUp(ClientOrderID(9))]
    for event in bench.events { engine.process(event, into: &told) }
    #expect(told.first == .lookUp(ClientOrderID(9)))
    #expect(told.count > 1)
}

@Test func `order numbers count up without gaps`() throws {
    try forSeeds(200..<220) { random in
        let bench = try recorded(&random)
        let numbers = bench.orders.map(\.order.id.sequence)
        try hold(numbers == Array(1...Int64(max(1, numbers.count))).prefix(numbers.count).map { $0 }, "\(numbers)")
    }
}
