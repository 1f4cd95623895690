import KBotEngine
import KBotModel
import Testing

@Test func `an account is active, reduces only, or is halted`() {
    let bench = Bench().ready()
    #expect(bench.engine.tradingState == .active && bench.engine.haltReasons.isEmpty)
    let end = bench.now + .seconds(30)
    bench.command(.halt(until: end, code: "NEWS", reason: "too wild"))
    #expect(bench.engine.tradingState == .reduceOnly)
    #expect(bench.engine.haltReasons.map(\.text) == ["NEWS: too wild"])
    #expect(bench.engine.haltReasons.map(\.until) == [end])
    bench.command(.halt(until: nil, code: "OPERATOR", reason: "lunch"))
    #expect(bench.engine.tradingState == .halted)
    bench.wait(.minutes(1))
    #expect(bench.engine.tradingState == .halted)
    bench.command(.resume)
    #expect(bench.engine.tradingState == .active)
}

@Test func `a halt outlasts the process, what is about this run does not`() throws {
    let bench = Bench().ready()
    bench.command(.halt(until: nil, code: "OPERATOR", reason: "lunch"))
    bench.feed(.stale)
    bench.command(.stopEntries)
    bench.command(.journal(isWritable: false, "disk full"))
    #expect(bench.engine.haltReasons.map(\.code) == [.halted, .feedStale, .entriesStopped, .journalFailed])
    try bench.restart()
    try bench.relist()
    #expect(bench.engine.haltReasons.map(\.code) == [.halted] && bench.engine.tradingState == .halted)
    bench.signal(Bench.long())
    #expect(bench.all(.entry).isEmpty)
}

@Test func `a halt can take targets away; they come back with resume, and the stop is watched meanwhile`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    let target = try bench.last(.target)
    bench.command(.halt(until: nil, code: "OPERATOR", reason: "", cancelsTargets: true))
    #expect(bench.cancels == [target.id])
    bench.cancelled(target)
    bench.wait(.seconds(30))
    try bench.restart()
    try bench.relist()
    bench.wait(.seconds(30))
    #expect(bench.all(.target).count == 1)
    bench.command(.resume)
    #expect(bench.all(.target).count == 2)
    let again = try bench.last(.target)
    bench.command(.halt(until: nil, code: "OPERATOR", reason: "", cancelsTargets: true))
    bench.cancelled(again)
    bench.fall(to: 40)
    #expect(bench.exits == [.stop] && bench.all(.exit).count == 1)
}

@Test func `targets that a halt with an end took away come back when it ends`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.command(.halt(until: bench.now + .seconds(5), code: "X", reason: "", cancelsTargets: true))
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.target).count == 1)
    bench.wait(.seconds(6))
    #expect(bench.all(.target).count == 2)
}

@Test func `while the journal cannot be written nothing is opened, and what is open is managed`() throws {
    let bench = Bench().ready().ready(1)
    try bench.enter(Bench.long(count: 10))
    bench.signal(Bench.long(count: 10), in: 1)
    let entry = try bench.last(.entry)
    bench.command(.journal(isWritable: false, "disk full"))
    #expect(bench.cancels == [entry.id] && bench.blockedBy == [.journalFailed])
    bench.cancelled(entry)
    bench.signal(Bench.long(count: 10), in: 1)
    #expect(bench.denials.last == .journalFailed)
    bench.fall(to: 40)
    #expect(bench.exits == [.stop])
    bench.command(.journal(isWritable: true, ""))
    #expect(bench.engine.tradingState == .active && bench.unblockedFrom == [.journalFailed])
}

@Test func `an order in doubt when its market is decided is told as over`() throws {
    let bench = Bench().ready()
    try bench.enter()
    let target = try bench.last(.target)
    bench.lose(target)
    bench.settle(.yes)
    let last = bench.notes.compactMap { if case .order(let update) = $0.kind { update } else { nil } }.last
    #expect(last?.request.id == target.id && last?.state == .cancelled(.marketClosed))
    #expect(last?.why == "the market was decided")
}

@Test func `changes are counted for what a state holds, not for what the market does`() throws {
    let bench = Bench().ready()
    try bench.enter()
    let before = bench.engine.changes
    let state = bench.engine.state
    for cents in [Int32(49), 50, 51] {
        bench.quote(cents, cents + 2)
        bench.trade(cents)
    }
    bench.wait(.seconds(20))
    #expect(bench.engine.changes == before)
    #expect(bench.engine.state.openOrders == state.openOrders && bench.engine.state.positions == state.positions)
    bench.fill(try bench.last(.target), 1)
    #expect(bench.engine.changes > before)
}
