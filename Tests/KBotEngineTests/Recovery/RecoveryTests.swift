import KBotModel
import Testing

@testable import KBotEngine

@Test func `an entry that filled while nobody ran gets its target`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.accept(entry)
    try bench.restart()
    try bench.relist()
    #expect(bench.lookUps == [entry.id])
    #expect(bench.all(.target).isEmpty)
    bench.fill(entry)
    bench.found(entry, .executed, filled: 10)
    let target = try bench.last(.target)
    #expect(target.count == Quantity(contracts: 10) && target.price == Price(cents: 58))
    bench.fill(target)
    #expect(bench.isFlat && bench.closedTrades.map(\.exit) == [.target])
}

@Test func `a fill told before the end and after the start counts once`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    let fill = bench.fill(entry, 4)
    try bench.restart()
    try bench.relist()
    bench.answer(.filled(fill))
    bench.found(entry, .resting, filled: 4)
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 4)])
}

@Test func `killed after a fill and before its target, the target is sent at the first event`() throws {
    let bench = Bench().ready()
    bench.keepStates()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry)
    let target = try bench.last(.target)
    // The state without the fill, and the intent of the target that never left.
    try bench.restart(losingLastEvent: true)
    bench.checksMoney = false
    try bench.relist()
    #expect(bench.lookUps.suffix(2) == [entry.id, target.id])
    bench.found(target, .unknown)
    bench.answer(
        .filled(
            Fill(
                trade: 1,
                order: entry.id,
                market: entry.market,
                side: .bid,
                price: entry.price,
                count: entry.count,
                liquidity: .maker,
                fee: .zero
            )
        )
    )
    bench.found(entry, .executed, filled: 10)
    let again = try bench.last(.target)
    #expect(again.id != target.id && again.count == Quantity(contracts: 10))
}

@Test(arguments: [true, false])
func `a stop passed while nobody ran fires at the first touch`(isTargetKnown: Bool) throws {
    let bench = Bench().ready()
    try bench.enter()
    let target = try bench.last(.target)
    try bench.restart(after: .minutes(5))
    if isTargetKnown {
        bench.see(.listed(try #require(bench.markets[Bench.market])))
        bench.found(target, .resting)
    }
    try bench.relist(bid: 40, ask: 42)
    #expect(bench.exits == [.stop])
    #expect(bench.cancels.last == target.id)
    bench.cancelled(target)
    let exit = try bench.last(.exit)
    #expect(exit.price == Price(cents: 30) && exit.reduceOnly)
    bench.fill(exit, nil, at: 40, .taker)
    #expect(bench.isFlat)
}

@Test func `a stop entry whose candles are over is given up, one in time still fires`() throws {
    for (span, fires) in [(TimeSpan.minutes(5), false), (.seconds(5), true)] {
        let bench = Bench().ready()
        bench.signal(Bench.long(53, stop: 50, target: 62, .stop))
        try bench.restart(after: span)
        try bench.relist(bid: 52, ask: 54)
        bench.trade(54)
        #expect(bench.all(.entry).isEmpty != fires)
        #expect(bench.denials.contains(.entryCancelled) != fires)
    }
}

@Test func `an entry whose time passed while nobody ran is cancelled and looked up at once`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.accept(entry)
    try bench.restart(after: .minutes(10))
    try bench.relist()
    #expect(bench.lookUps == [entry.id] && bench.cancels == [entry.id])
    bench.found(entry, .cancelled)
    #expect(!bench.hasOpenTrades)
}

@Test func `an order the venue does not know never arrived`() throws {
    let bench = Bench().ready()
    try bench.enter()
    let target = try bench.last(.target)
    try bench.restart()
    try bench.relist()
    bench.found(target, .unknown)
    let again = try bench.last(.target)
    #expect(again.id != target.id && again.count == target.count)
}

@Test func `a day that began while nobody ran has the equity of before as its capital`() throws {
    let bench = Bench { $0.limits.dailyLoss = .dollars(Money(dollars: 1)) }
    bench.advance(to: Bench.start.utcDay.next.start - .minutes(20))
    bench.list(0, life: .hours(3), opens: bench.now)
    bench.quote(48, 50)
    bench.trade(50)
    bench.advance(to: bench.now + .seconds(10))
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 46)
    let equity = bench.engine.equity
    #expect(equity < Money(dollars: 1_000))
    try bench.restart(after: .minutes(30))
    #expect(bench.engine.equity == equity)
    try bench.relist(bid: 50, ask: 52)
    #expect(bench.view.capital == equity)
    #expect(bench.view.equity > equity)
}

@Test func `limits and streaks go on where they were`() throws {
    let bench = Bench {
        $0.limits.circuitBreakerLosses = 2
        $0.limits.circuitBreakerPause = .manual
    }
    bench.ready()
    try bench.lose()
    try bench.restart()
    try bench.relist()
    bench.trade(50)
    #expect(bench.view.losingStreak == 1)
    bench.advance(to: bench.now.floored(to: .seconds(10)) + .seconds(20))
    try bench.lose()
    #expect(bench.engine.blockCodes == [.circuitBreaker])
    try bench.restart()
    try bench.relist()
    #expect(bench.engine.haltReasons.map(\.code) == [.circuitBreaker])
    #expect(bench.engine.tradingState == .reduceOnly)
    #expect(bench.blockedBy == [.circuitBreaker, .circuitBreaker])
}

@Test func `a market that closed while nobody ran waits for its result, and is booked with it`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    let target = try bench.last(.target)
    try bench.restart(after: .hours(2))
    bench.process(.timer(bench.now))
    #expect(bench.engine.openTrades.map(\.isAwaitingSettlement) == [true])
    bench.found(target, .cancelled)
    bench.settle(.yes)
    #expect(bench.isFlat && bench.closedTrades.map(\.exit) == [.settlement])
    // And a correction after yet another start is booked, too.
    try bench.restart()
    bench.see(.listed(try #require(bench.markets[Bench.market])))
    bench.settle(.no)
    #expect(bench.corrections.count == 1)
    #expect(bench.engine.state.positions.isEmpty)
}

@Test func `a fill told after the start of a trade that had ended takes it up again`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.cancelled(entry)
    #expect(!bench.hasOpenTrades)
    try bench.restart()
    try bench.relist()
    #expect(bench.lookUps.isEmpty)
    bench.fill(entry, Quantity(contracts: 3), price: entry.price, .maker)
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 3)])
}

@Test func `on hold entries are cancelled and nothing else is done until resume`() throws {
    let bench = Bench { $0.exitBeforeClose = .minutes(10) }
    bench.ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    let target = try bench.last(.target)
    try bench.restart(onHold: true)
    try bench.relist()
    #expect(bench.engine.isOnHold && bench.engine.tradingState == .reduceOnly)
    #expect(bench.warnings == [.onHold] && bench.cancels == [entry.id])
    bench.found(target, .unknown)
    bench.cancelled(entry)
    bench.fall(to: 40)
    bench.advance(to: Bench.start + .minutes(55))
    #expect(bench.exits.isEmpty && bench.all(.target).count == 1 && bench.all(.exit).isEmpty)
    bench.command(.resume)
    #expect(!bench.engine.isOnHold && bench.unblockedFrom == [.onHold])
    #expect(bench.exits == [.stop] && bench.all(.exit).count == 1)
}

@Test func `on hold a position can still be flattened`() throws {
    let bench = Bench().ready()
    try bench.enter()
    let target = try bench.last(.target)
    try bench.restart(onHold: true)
    try bench.relist()
    bench.found(target, .resting)
    bench.command(.flatten)
    bench.cancelled(target)
    #expect(bench.exits == [.flatten] && bench.all(.exit).count == 1)
}

@Test func `on hold with nothing open holds nothing`() throws {
    let bench = Bench().ready()
    try bench.restart(onHold: true)
    try bench.relist()
    #expect(bench.engine.tradingState == .active)
}

@Test func `a trade whose strategy no longer runs keeps its stop and target and loses its entry`() throws {
    let bench = Bench().ready().ready(1)
    try bench.enter()
    let target = try bench.last(.target)
    bench.signal(Bench.long(count: 10), in: 1)
    let entry = try bench.last(.entry)
    try bench.restart([ScriptedStrategy("other")])
    try bench.relist()
    #expect(bench.warnings == [.strategyMissing, .strategyMissing])
    #expect(bench.cancels == [entry.id])
    bench.found(target, .unknown)
    #expect(bench.all(.target).count == 2)
    bench.fall(to: 40)
    #expect(bench.exits == [.stop])
}

@Test func `markets can be given other numbers`() throws {
    let bench = Bench().ready().ready(1)
    try bench.enter(in: 1)
    let target = try bench.last(.target)
    let entry = try bench.last(.entry)
    let state = try copied(bench.engine.state)
    #expect(state.markets.map(\.id) == [MarketID(1)] && state.markets.map(\.ticker) == ["M1"])
    #expect(state.positions == ["M1": entry.count] && state.strategies == ["scripted"])
    #expect(state.openOrders.map(\.order.id) == [target.id] && state.openOrders.map(\.ticker) == ["M1"])
    try bench.restart { $0.renumber([MarketID(1): MarketID(0)]) }
    let effects = bench.process(.timer(bench.now))
    let told = effects.compactMap { if case .note(let note) = $0 { note } else { nil } }
    #expect(told.compactMap(\.market).allSatisfy { $0 == MarketID(0) } && !told.isEmpty)
    let updates = told.compactMap { if case .order(let update) = $0.kind { update } else { nil } }
    #expect(updates.map(\.request.market) == [MarketID(0)] && updates.map(\.state) == [.outcomeUnknown])
    bench.checksMoney = false
    bench.quote(40, 42)
    #expect(bench.exits == [.stop])
}

@Test func `each run of an account numbers its orders anew`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    bench.cancelled(try bench.last(.entry))
    try bench.restart { $0.begin(epoch: 3) }
    try bench.relist()
    bench.trade(50)
    bench.advance(to: bench.now.floored(to: .seconds(10)) + .seconds(10))
    bench.signal(Bench.long(count: 10))
    #expect(try bench.last(.entry).id == ClientOrderID(epoch: 3, number: 1))
}

@Test func `an engine that heard nothing can be taken up`() throws {
    let bench = Bench()
    try bench.restart { $0.begin(epoch: 1) }
    bench.ready()
    bench.signal(Bench.long(count: 10))
    #expect(try bench.last(.entry).id == ClientOrderID(epoch: 1, number: 1))
    #expect(bench.view.equity == Money(dollars: 1_000))
}

@Test func `killed twice without an event between, nothing is forgotten`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.command(.halt(until: nil, code: "X", reason: "enough"))
    try bench.restart()
    try bench.restart()
    #expect(bench.engine.tradingState == .halted)
    try bench.relist()
    #expect(bench.lookUps.count == 1 && bench.engine.openTrades.count == 1)
}

@Test func `an intent without a trade is given back`() throws {
    let bench = Bench().ready()
    bench.keepStates()
    bench.signal(Bench.long(count: 10))
    bench.fill(try bench.last(.entry))
    let intents = try #require(bench.kept?.intents)
    #expect(intents.map(\.role) == [.target] && intents.map(\.ticker) == ["M0"])
    var fresh = Bench().engine.state
    #expect(fresh.take(intents) == intents)
    var known = bench.engine.state
    #expect(known.take(intents).isEmpty && known == bench.engine.state)
}
