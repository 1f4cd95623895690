import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

private func contracts(_ count: Int64) -> Quantity { Quantity(contracts: count) }

private func listener(_ name: StrategyName = "listener") -> Recorder {
    Recorder(name, StrategyNeeds(interval: .fixed(.seconds(10)), indicators: []), callbacks: [.fill, .settle])
}

/// A bench on which a recorder enters, with a rule that listens.
private func listening() -> (bench: Bench, recorder: Recorder, rule: NewsRule) {
    let recorder = listener()
    let rule = NewsRule()
    return (Bench(others: [recorder], rules: [rule]).ready(), recorder, rule)
}

private func enter(_ bench: Bench, _ recorder: Recorder, _ signal: Signal, filled: Int64? = nil) throws -> NewOrder {
    recorder.answer = { call in if case .candle = call { .signal(signal) } else { nil } }
    bench.wait(.seconds(10))
    recorder.answer = { _ in nil }
    let entry = try bench.last(.entry)
    bench.accept(entry)
    bench.fill(entry, filled)
    bench.accept(try bench.last(.target))
    return entry
}

@Test func `only the fill that closes a trade tells its net result`() throws {
    let (bench, recorder, rule) = listening()
    _ = try enter(bench, recorder, Bench.long(count: 10))
    let target = try bench.last(.target)
    bench.fill(target, 4)
    bench.fill(target, 6)
    #expect(rule.fills.map(\.role) == [.entry, .target, .target])
    #expect(rule.fills.map(\.strategy) == ["listener", "listener", "listener"])
    let trade = try #require(bench.closedTrades.first)
    #expect(rule.fills.map(\.netPnL) == [nil, nil, trade.netPnL])
    #expect(recorder.fillNews == rule.fills)
    #expect(trade.netPnL > .zero)
}

@Test func `an exit that closes tells the loss, parts sold before included`() throws {
    let (bench, recorder, rule) = listening()
    _ = try enter(bench, recorder, Bench.short(count: 10))
    bench.fill(try bench.last(.target), 3)
    bench.quote(55, 57)
    bench.trade(57)
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), 5, at: 57, .taker)
    bench.cancelled(try bench.last(.exit), .immediateOrCancel)
    bench.wait(.seconds(1))
    bench.fill(try bench.last(.exit), 2, at: 60, .taker)
    let trade = try #require(bench.closedTrades.first)
    #expect(rule.fills.map(\.netPnL) == [nil, nil, nil, trade.netPnL])
    #expect(rule.fills.map(\.role) == [.entry, .target, .exit, .exit])
    #expect(trade.netPnL < .zero)
}

@Test func `a trade that is flat before the rest of its entry is cancelled is told at once`() throws {
    let (bench, recorder, rule) = listening()
    let entry = try enter(bench, recorder, Bench.long(count: 10), filled: 4)
    bench.fill(try bench.last(.target))
    #expect(bench.closedTrades.isEmpty)
    bench.cancelled(entry)
    #expect(rule.fills.map(\.netPnL) == [nil, try #require(bench.closedTrades.first).netPnL])
}

@Test func `when the rest of the entry fills all the same, what is told adds up to the trade`() throws {
    let (bench, recorder, rule) = listening()
    let entry = try enter(bench, recorder, Bench.long(count: 10), filled: 4)
    bench.fill(try bench.last(.target))
    bench.fill(entry, 6)
    bench.fill(try bench.last(.target))
    let trade = try #require(bench.closedTrades.first)
    #expect(bench.closedTrades.count == 1)
    #expect(trade.count == contracts(10))
    let told = rule.fills.compactMap(\.netPnL)
    #expect(told.count == 2)
    #expect(told.reduce(.zero, +) == trade.netPnL)
    #expect(recorder.fillNews == rule.fills)
}

@Test func `the next trade of a market is told on its own`() throws {
    let (bench, recorder, rule) = listening()
    for _ in 0..<2 {
        _ = try enter(bench, recorder, Bench.long(count: 10))
        bench.fill(try bench.last(.target))
    }
    #expect(rule.fills.compactMap(\.netPnL) == bench.closedTrades.map(\.netPnL))
    #expect(bench.closedTrades.count == 2)
}

@Test func `a settlement tells the strategy its own result and rules that of all`() throws {
    let recorder = listener()
    let other = listener("other")
    let rule = NewsRule()
    let bench = Bench(others: [other, recorder], rules: [rule]).ready()
    _ = try enter(bench, recorder, Bench.long(count: 10))
    bench.fill(try bench.last(.target), 3)
    bench.settle(.no)
    let trade = try #require(bench.closedTrades.first)
    #expect(rule.settlements == [SettlementNews(settlement: .no, netPnL: trade.netPnL)])
    #expect(recorder.settlementNews == rule.settlements)
    #expect(other.settlementNews == [SettlementNews(settlement: .no, netPnL: nil)], "it held nothing")
}

@Test func `a settlement of which nothing was held tells no result`() throws {
    let (bench, recorder, rule) = listening()
    _ = try enter(bench, recorder, Bench.long(count: 1))
    bench.fill(try bench.last(.target))
    // An entry that rests until the end.
    bench.signal(Bench.long(count: 1))
    bench.accept(try bench.last(.entry))
    bench.settle(.yes)
    #expect(rule.settlements == [SettlementNews(settlement: .yes, netPnL: nil)])
    #expect(recorder.settlementNews == rule.settlements)
}

@Test func `what was told of a flat trade is not told again by the settlement`() throws {
    let (bench, recorder, rule) = listening()
    let entry = try enter(bench, recorder, Bench.long(count: 10), filled: 4)
    bench.fill(try bench.last(.target))
    bench.fill(entry, 6)
    bench.settle(.yes)
    let trade = try #require(bench.closedTrades.first)
    #expect(rule.told(of: "listener") + rule.toldOfSettlements == trade.netPnL)
}

@Test func `rules hear the fills of every strategy, a strategy only its own`() throws {
    let one = listener("one")
    let two = listener("two")
    let rule = NewsRule()
    let bench = Bench(others: [one, two], rules: [rule]).ready(0).ready(1)
    one.answer = { call in
        if case .candle(_, let sight) = call, sight.market == MarketID(0) { .signal(Bench.long(count: 1)) } else { nil }
    }
    two.answer = { call in
        if case .candle(_, let sight) = call, sight.market == MarketID(1) { .signal(Bench.long(count: 2)) } else { nil }
    }
    bench.wait(.seconds(10))
    for entry in bench.all(.entry) { bench.fill(entry) }
    #expect(rule.fills.map(\.strategy) == ["one", "two"])
    #expect(one.fillNews.map(\.fill.count) == [contracts(1)])
    #expect(two.fillNews.map(\.fill.count) == [contracts(2)])
}

@Test func `a rule sees the position of whatever strategy holds one in the market`() throws {
    let (bench, recorder, rule) = listening()
    _ = try enter(bench, recorder, Bench.long(count: 10))
    #expect(rule.sights.map(\.reducing) == [false, nil, true])
    #expect(rule.sights.map(\.position?.count) == [nil, contracts(10), contracts(10)])
    #expect(rule.sights.last?.position?.strategy == "listener")
    bench.fill(try bench.last(.target))
    #expect(rule.sights.last?.position == nil)
}

@Test func `exposure is that of all markets on the same underlying, resting entries included`() throws {
    let rule = NewsRule()
    let watcher = Recorder("watcher", StrategyNeeds(interval: .fixed(.seconds(10)), indicators: []))
    let bench = Bench(others: [watcher], rules: [rule]) { $0.limits.maxPositions = nil }
    for (index, series) in (["KXBTC15M", "KXBTCD", "KXETH15M"] as [SeriesTicker]).enumerated() {
        bench.list(Int32(index), series: series)
        bench.quote(48, 50, in: Int32(index))
        bench.trade(50, in: Int32(index))
    }
    bench.wait(.seconds(10))
    bench.signal(Bench.long(count: 10), in: 0)  // rests: $4.80
    bench.signal(Bench.short(count: 10), in: 1)  // rests: $5.00
    bench.signal(Bench.long(count: 10), in: 2)
    #expect(rule.sights.map(\.exposure) == [.zero, Money(units: 4_800_000), .zero])
    bench.wait(.seconds(10))
    let seen = watcher.calls.suffix(3).compactMap { $0.sight?.exposure }
    #expect(seen == [Money(units: 9_800_000), Money(units: 9_800_000), Money(units: 4_800_000)])
    #expect(bench.engine.view(of: MarketID(2))?.exposure == Money(units: 4_800_000))
}

@Test func `a day begins for rules at midnight, with what the account is worth then`() throws {
    let rule = NewsRule()
    let bench = Bench(rules: [rule])
    bench.list(life: .hours(20), fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    bench.quote(48, 50)
    bench.trade(50)
    bench.wait(.seconds(10))
    try bench.enter(Bench.long(count: 10))
    bench.quote(47, 50)
    let midnight = Bench.start.utcDay.next.start
    bench.advance(to: midnight + TimeSpan(microseconds: -1))
    #expect(rule.days.isEmpty)
    rule.messages = [.log("good morning")]
    bench.advance(to: midnight)
    #expect(rule.days.map(\.time) == [midnight])
    let account = try #require(rule.days.first?.account)
    #expect(account.equity == Money(units: 999_900_000))
    #expect(account.capital == account.equity)
    let told = bench.notes.contains { if case .script("news", "good morning") = $0.kind { true } else { false } }
    #expect(told)
    bench.wait(.hours(1))
    #expect(rule.days.count == 1)
}

@Test func `a price of an underlying at midnight begins the day once`() {
    let rule = NewsRule()
    let bench = Bench(rules: [rule])
    bench.list(life: .hours(20))
    let midnight = Bench.start.utcDay.next.start
    bench.advance(to: midnight + TimeSpan(microseconds: -1))
    bench.process(.market(MarketEvent(time: midnight, .spot("BTC-USD", SpotPrice(units: 1)))))
    bench.advance(to: midnight + .minutes(1))
    #expect(rule.days.map(\.time) == [midnight])
}

@Test func `through random runs what is told of trades adds up to them`() throws {
    var trades = 0
    try forSeeds(7_000..<7_080) { random in
        let rule = NewsRule()
        var scenario = Scenario(&random, ruled: false, rules: [rule])
        for _ in 0..<300 { scenario.step(&random) }
        scenario.finish(&random)
        let bench = scenario.bench
        // Sold twice or told after the result: then nobody is told in time what the venue did.
        guard !bench.warnings.contains(.orderMismatch), bench.corrections.isEmpty, !bench.engine.hasOpenTrades,
            rule.fills.count == bench.notes.count(where: { if case .fill = $0.kind { true } else { false } })
        else { return }
        let closed = bench.closedTrades.reduce(Money.zero) { $0 + $1.netPnL }
        trades += bench.closedTrades.count
        let told = rule.told(of: "scripted") + rule.toldOfSettlements
        try hold(told == closed, "told \(told) of \(closed)")
        let results = rule.fills.compactMap(\.netPnL).count + rule.settlements.compactMap(\.netPnL).count
        try hold(results >= bench.closedTrades.count, "\(results) results of \(bench.closedTrades.count) trades")
    }
    #expect(trades > 60, "only \(trades) trades")
}
