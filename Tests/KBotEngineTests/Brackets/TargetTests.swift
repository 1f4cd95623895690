import KBotEngine
import KBotModel
import Testing

@Test func `the target rests for what has filled, and top-ups gather`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.accept(entry)
    bench.fill(entry, 3)
    let first = try bench.last(.target)
    #expect(first.count == Quantity(contracts: 3))
    #expect(first.side == .ask)
    #expect(first.price == Price(cents: 58))
    #expect(first.timeInForce == .goodTillCancelled(expires: nil))
    // While the first request is under way, fills gather; its answer sends one top-up.
    bench.fill(entry, 2)
    bench.fill(entry, 4)
    #expect(bench.all(.target).count == 1)
    bench.accept(first)
    #expect(bench.all(.target).map(\.count) == [Quantity(contracts: 3), Quantity(contracts: 6)])
}

@Test func `a filled target closes the trade with its exact result`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10), fee: .taker)
    bench.fill(try bench.last(.target))
    let trade = try #require(bench.closedTrades.first)
    #expect(trade.exit == .target)
    #expect(trade.count == Quantity(contracts: 10))
    #expect(trade.grossPnL == Money(dollars: 1))
    // ⌈0.07 · 10 · 0.48 · 0.52⌉ at 1/10,000; the maker's side is free.
    #expect(trade.fees == Money(units: 174_800))
    #expect(trade.plan == TradePlan(entry: Price(cents: 48), stop: Price(cents: 44), target: Price(cents: 58)))
    #expect(bench.view.equity == Money(dollars: 1_000) + trade.netPnL)
    #expect(bench.isFlat)
}

@Test func `a short's target buys back`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.short(count: 10))
    let target = try bench.last(.target)
    #expect(target.side == .bid)
    #expect(target.price == Price(cents: 40))
    bench.fill(target)
    #expect(bench.closedTrades.first?.grossPnL == Money(dollars: 1))
}

@Test func `a rejected target is tried again, not more than once a second`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    bench.fill(try bench.last(.entry))
    for attempt in 1...5 {
        #expect(bench.all(.target).count == attempt)
        bench.reject(try bench.last(.target))
        bench.quote(48, 50)
        bench.wait(.milliseconds(999))
        #expect(bench.all(.target).count == attempt)
        bench.wait(.milliseconds(1))
    }
}

@Test func `an entry that fills up while a rejected target is tried again asks for no timer in the past`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 3)
    bench.reject(try bench.last(.target))
    bench.wait(.seconds(1))
    #expect(bench.all(.target).count == 2)
    bench.fill(entry, 2)
    #expect(bench.engine.nextDeadline > bench.engine.now)
    bench.wait(.seconds(3))
    bench.accept(try bench.last(.target))
    #expect(bench.all(.target).last?.count == Quantity(contracts: 2))
}

@Test func `when the target has filled first, what is left of the entry is cancelled`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 3)
    bench.accept(try bench.last(.target))
    bench.fill(try bench.last(.target), 3)
    #expect(bench.cancels == [entry.id])
    #expect(bench.closedTrades.isEmpty)
    bench.cancelled(entry)
    #expect(bench.closedTrades.map(\.exit) == [.target])
    #expect(bench.closedTrades.first?.count == Quantity(contracts: 3))
}

@Test func `a fill that races with that cancel gets a target of its own`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 3)
    bench.fill(try bench.last(.target), 3)
    bench.fill(entry, 2)
    #expect(bench.all(.target).last?.count == Quantity(contracts: 2))
    bench.cancelled(entry)
    bench.fill(try bench.last(.target), 2)
    #expect(bench.closedTrades.map(\.count) == [Quantity(contracts: 5)])
}

@Test func `an entry cancelled in part keeps its position, stop and target`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    bench.accept(try bench.last(.target))
    bench.wait(.seconds(30))
    bench.cancelled(entry)
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 4)])
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    #expect(try bench.last(.exit).count == Quantity(contracts: 4))
}

@Test func `a target the venue dropped with a pause is placed again when trading resumes`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.see(.status(Bench.market, .inactive))
    bench.cancelled(try bench.last(.target), .marketClosed)
    bench.wait(.seconds(5))
    #expect(bench.all(.target).count == 1)
    bench.see(.status(Bench.market, .active))
    bench.wait(.seconds(1))
    #expect(bench.all(.target).count == 2)
}

@Test func `a fill told twice counts once`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let fill = bench.fill(try bench.last(.entry), 4)
    bench.answer(.filled(fill))
    bench.answer(.filled(fill))
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 4)])
    #expect(bench.strategy.fills.count == 1)
    #expect(bench.warnings.isEmpty)
}

@Test func `a fill beyond the order's count is told and not believed`() throws {
    let bench = Bench().ready()
    bench.checksMoney = false
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 11)
    #expect(bench.warnings == [.orderMismatch])
    #expect(bench.isFlat)
}

@Test func `an answer for an order nobody sent changes nothing`() throws {
    let bench = Bench().ready()
    let equity = bench.view.equity
    for event in [
        VenueEvent.accepted(ClientOrderID(77), resting: .zero), .rejected(ClientOrderID(77), .other),
        .cancelRefused(ClientOrderID(77)), .outcomeUnknown(ClientOrderID(77)),
    ] {
        #expect(bench.answer(event).allSatisfy { if case .send = $0 { false } else { true } })
    }
    #expect(bench.view.equity == equity)
}

@Test func `strategies hear fills and settlements of their own`() throws {
    let other = ScriptedStrategy("other")
    let bench = Bench(others: [other]).ready()
    try bench.enter()
    bench.settle(.yes)
    #expect(bench.strategy.fills.count == 1)
    #expect(other.fills.isEmpty)
    #expect(bench.strategy.settlements == [.yes])
}

@Test func `a strategy sees its position and the account`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.wait(.seconds(10))
    let seen = try #require(bench.strategy.positions.last ?? nil)
    #expect(seen.direction == .long)
    #expect(seen.count == Quantity(contracts: 10))
    #expect(seen.averageEntry == Price(cents: 48))
    #expect(bench.strategy.accounts.last == bench.view)
}
