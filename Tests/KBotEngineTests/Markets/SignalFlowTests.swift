import KBotEngine
import KBotModel
import Testing

/// The kinds of notes in their order, in single words.
private func words(_ effects: [Effect]) -> [String] {
    effects.map { effect in
        switch effect {
        case .send(let approved):
            if case .place = approved.request { "place" } else { "cancel" }
        case .lookUp: "look-up"
        case .note(let note):
            switch note.kind {
            case .candle: "candle"
            case .trigger: "trigger"
            case .signal: "signal"
            case .noSignal(_, let code, let filtered): filtered ? "filtered \(code)" : "none \(code)"
            case .denied(_, let code, _): "denied \(code)"
            case .order(let update): "\(update.role.rawValue) \(update.state.name)"
            case .fill: "fill"
            case .exit: "exit"
            case .closed: "closed"
            case .equity: "equity"
            default: "other"
            }
        }
    }
}

@Test func `a signal is told as candle, trigger, signal, order`() {
    let bench = Bench().ready()
    #expect(words(bench.signal(Bench.long())) == ["candle", "trigger", "signal", "place", "entry sent"])
}

@Test func `a denied signal is told with its code`() {
    let bench = Bench().ready()
    bench.command(.stopEntries)
    #expect(words(bench.signal(Bench.long())) == ["candle", "trigger", "signal", "denied ENTRIES_STOPPED"])
}

@Test func `a signal that makes no trade on the grid is filtered`() {
    let bench = Bench().ready()
    #expect(
        words(bench.signal(Bench.long(48, stop: 44, target: 100))) == [
            "candle", "trigger", "filtered TARGET_OUT_OF_RANGE",
        ]
    )
    #expect(
        words(bench.signal(Bench.long(48, stop: 50, target: 60))) == [
            "candle", "trigger", "filtered INVALID_GEOMETRY",
        ]
    )
}

@Test func `a filter of the strategy is told with the trigger before it`() {
    let bench = Bench().ready()
    let before = bench.log.count
    bench.strategy.answers[Bench.market] = .none(.stopTooTight, trigger: .short)
    bench.wait(.seconds(10))
    #expect(words(Array(bench.log[before...])) == ["candle", "trigger", "filtered STOP_TOO_TIGHT"])
}

@Test func `while indicators fill the strategy is not asked`() {
    let strategy = ScriptedStrategy(indicators: [("bands", .bollinger(period: 3, deviations: 20_000))])
    let bench = Bench(strategy: strategy).ready()
    bench.wait(.seconds(20))
    #expect(bench.noSignals == [.warmingUp, .warmingUp, .noSignal])
    #expect(strategy.candles.count == 1)
}

@Test func `a round trip is told from fill to result, and equity at the candle after`() throws {
    let bench = Bench().ready(fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    bench.signal(Bench.long(count: 1))
    let before = bench.log.count
    bench.fill(try bench.last(.entry))
    bench.accept(try bench.last(.target))
    bench.fill(try bench.last(.target))
    bench.wait(.seconds(10))
    #expect(
        words(Array(bench.log[before...])) == [
            "fill", "entry filled", "place", "target sent", "target resting", "fill", "target filled", "closed",
            "candle",
            "none NO_SIGNAL", "equity",
        ]
    )
}

@Test func `equity is told only when a candle close finds it changed`() throws {
    let bench = Bench().ready()
    bench.wait(.minutes(1))
    func told() -> [Money] { bench.notes.compactMap { if case .equity(let equity) = $0.kind { equity } else { nil } } }
    #expect(told().isEmpty)
    try bench.enter(Bench.long(count: 10))
    bench.quote(47, 50)
    bench.wait(.minutes(1))
    #expect(told() == [Money(units: 999_900_000)])
}

@Test func `every note carries the time and market it concerns`() {
    let bench = Bench().ready(3)
    bench.signal(Bench.long(), in: 3)
    for note in bench.notes {
        #expect(note.market == MarketID(3))
        #expect(note.time <= bench.now)
    }
}

@Test func `what a strategy says is told, a failure as a warning`() {
    let bench = Bench().ready()
    bench.strategy.messages = [.log("hello"), .failure("line 3")]
    bench.wait(.seconds(10))
    let told = bench.notes.contains { if case .script(_, "hello") = $0.kind { true } else { false } }
    #expect(told)
    #expect(bench.warnings == [.scriptFailed])
}

@Test func `the last words of a strategy are told at the end`() {
    let strategy = ScriptedStrategy()
    var engine = Engine(EngineConfiguration(), strategies: [strategy])
    _ = engine.process(.timer(Bench.start))
    strategy.messages = [.log("bye")]
    var told: [Effect] = []
    engine.finish(into: &told)
    #expect(told.count == 1)
}

@Test func `strategies are asked in their order and share one series of candles`() {
    let other = ScriptedStrategy("other")
    let bench = Bench(others: [other]).ready()
    bench.wait(.seconds(10))
    #expect(bench.candles.count == 2)
    #expect(other.candles == bench.strategy.candles)
}

@Test func `the native rules trade through the engine, from trades to an entry with stop and target`() throws {
    let scalper = BollingerScalper()
    let bench = Bench(others: [scalper])
    bench.list(life: .minutes(15), grid: .taperedDeciCent)
    bench.quote(49, 50)
    for index in 0..<24 {
        bench.trade(index % 2 == 0 ? 49 : 51)
        bench.wait(.seconds(5))
    }
    bench.quote(42, 43)
    for price in [Int32(44), 46, 42, 43] { bench.trade(price) }
    bench.wait(.seconds(5))
    let entry = try bench.last(.entry)
    #expect(entry.side == .bid)
    #expect(entry.price == Price(cents: 42))
    let plan = try #require(
        bench.notes.compactMap { note -> TradePlan? in
            if case .signal("bollinger_scalper", _, let plan) = note.kind { plan } else { nil }
        }.first
    )
    #expect(plan == TradePlan(entry: Price(cents: 42), stop: Price(cents: 38), target: Price(cents: 50)))
    // Warm-up ends with the 25th candle.
    #expect(bench.noSignals.count { $0 == .warmingUp } == 24)
}

@Test func `an open trade is shown with what it holds, its mark and its plan`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fill(try bench.last(.target), 4)
    bench.quote(50, 52)
    let open = try #require(bench.engine.openTrades.first)
    #expect(open.count == Quantity(contracts: 6))
    #expect(open.mark == Price(cents: 50))
    #expect(open.plan.stop == Price(cents: 44))
    #expect(open.direction == .long)
    #expect(!open.isAwaitingSettlement)
}
