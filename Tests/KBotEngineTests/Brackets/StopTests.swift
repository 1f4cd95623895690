import KBotEngine
import KBotModel
import Testing

private func holding(_ trigger: StopTrigger, _ signal: Signal = Bench.long()) throws -> Bench {
    let bench = Bench { $0.stopTrigger = trigger }.ready()
    try bench.enter(signal)
    return bench
}

@Test func `the confirmed stop needs the touch and the mid or the last trade beyond it`() throws {
    let byMid = try holding(.confirm)
    byMid.quote(44, 60)
    #expect(byMid.exits.isEmpty, "the bid is there, but the mid is at 52")
    byMid.quote(44, 44)
    #expect(byMid.exits.isEmpty, "the mid is at the stop, not beyond")
    byMid.quote(43, 44)
    #expect(byMid.exits == [.stop])

    let byTrade = try holding(.confirm)
    byTrade.quote(44, 60)
    byTrade.trade(44, taker: .ask)
    #expect(byTrade.exits.isEmpty, "a trade at the stop is not beyond it")
    byTrade.trade(43, taker: .ask)
    #expect(byTrade.exits == [.stop])

    let noTouch = try holding(.confirm)
    noTouch.trade(30, taker: .ask)
    #expect(noTouch.exits.isEmpty)
}

@Test func `the touch alone fires the touch stop`() throws {
    let bench = try holding(.touch)
    bench.quote(45, 60)
    bench.trade(30, taker: .ask)
    #expect(bench.exits.isEmpty)
    bench.quote(44, 60)
    #expect(bench.exits == [.stop])
}

@Test func `the last trade alone fires the last stop`() throws {
    let bench = try holding(.last)
    bench.quote(30, 32)
    #expect(bench.exits.isEmpty)
    bench.trade(45, taker: .ask)
    #expect(bench.exits.isEmpty)
    bench.trade(44, taker: .ask)
    #expect(bench.exits == [.stop])
}

@Test func `the mid alone fires the mid stop`() throws {
    let bench = try holding(.mid)
    bench.trade(30, taker: .ask)
    bench.quote(40, 49)
    #expect(bench.exits.isEmpty)
    bench.quote(40, 48)
    #expect(bench.exits == [.stop])
}

@Test(arguments: StopTrigger.allCases)
func `a short's stop fires above`(_ trigger: StopTrigger) throws {
    let bench = try holding(trigger, Bench.short())
    bench.quote(51, 53)
    bench.trade(53)
    #expect(bench.exits.isEmpty)
    bench.quote(54, 56)
    bench.trade(56)
    #expect(bench.exits == [.stop])
}

@Test func `without a book the stop is watched on prints`() throws {
    let bench = Bench()
    bench.list()
    bench.trade(48, taker: .ask)
    bench.trade(50, taker: .bid)
    bench.wait(.seconds(10))
    bench.trade(48, taker: .ask)
    bench.trade(50, taker: .bid)
    try bench.enter()
    bench.trade(45, taker: .ask)
    #expect(bench.exits.isEmpty)
    bench.trade(43, taker: .ask)
    #expect(bench.exits == [.stop])
}

@Test func `on a stop the target is cancelled first, and the exit waits for the answer`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 43)
    #expect(bench.cancels == [try bench.last(.target).id])
    #expect(bench.all(.exit).isEmpty)
    bench.wait(.seconds(5))
    #expect(bench.all(.exit).isEmpty)
    bench.cancelled(try bench.last(.target))
    let exit = try bench.last(.exit)
    #expect(exit.side == .ask)
    #expect(exit.count == Quantity(contracts: 10))
    #expect(exit.price == Price(cents: 33))
    #expect(exit.timeInForce == .immediateOrCancel)
    #expect(exit.reduceOnly)
    bench.fill(exit, 10, at: 42, .taker)
    #expect(bench.closedTrades.map(\.exit) == [.stop])
    #expect(bench.closedTrades.first?.grossPnL == Money(units: -600_000))
}

@Test(arguments: [true, false])
func `entry remainder and target are both awaited, in either order`(_ entryFirst: Bool) throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    let target = try bench.last(.target)
    bench.accept(target)
    bench.fall(to: 43)
    #expect(Set(bench.cancels) == [entry.id, target.id])
    bench.cancelled(entryFirst ? entry : target)
    #expect(bench.all(.exit).isEmpty)
    bench.cancelled(entryFirst ? target : entry)
    #expect(try bench.last(.exit).count == Quantity(contracts: 4))
}

@Test func `an entry fill that races with the cancel is sold too`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    bench.fall(to: 43)
    bench.fill(entry, 3)
    bench.cancelled(try bench.last(.target))
    bench.cancelled(entry)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 7)])
}

@Test func `a target fill that races with the cancel is not sold twice`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 43)
    bench.fill(try bench.last(.target), 4)
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 6)])
}

@Test func `a target that fills whole while it is cancelled leaves nothing to sell`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 43)
    bench.fill(try bench.last(.target), 10)
    bench.refuseCancel(try bench.last(.target))
    #expect(bench.all(.exit).isEmpty)
    #expect(bench.closedTrades.map(\.exit) == [.target])
}

@Test func `an exit is sent again every second until flat, with a warning after five`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    for attempt in 1...7 {
        #expect(bench.all(.exit).count == attempt)
        #expect(bench.warnings.contains(.stopNotFilled) == (attempt > 5))
        bench.quote(43 - Int32(attempt), 50)
        bench.fill(try bench.last(.exit), 1, at: 40, .taker)
        bench.cancelled(try bench.last(.exit), .immediateOrCancel)
        bench.wait(.milliseconds(999))
        #expect(bench.all(.exit).count == attempt)
        bench.wait(.milliseconds(1))
    }
    // Each order is for what was left, ten cents below the bid of its moment.
    #expect(bench.all(.exit).map { $0.count.units / 100 } == [10, 9, 8, 7, 6, 5, 4, 3])
    #expect(bench.all(.exit).map { $0.price.units / 100 } == [33, 32, 31, 30, 29, 28, 27, 26])
    #expect(bench.warnings.count { $0 == .stopNotFilled } == 1)
}

@Test func `a rejected exit is sent again after a second`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    bench.reject(try bench.last(.exit))
    #expect(bench.all(.exit).count == 1)
    bench.wait(.seconds(1))
    #expect(bench.all(.exit).count == 2)
}

@Test func `a target refused while the stop fires does not delay the exit`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.fill(try bench.last(.entry))
    bench.fall(to: 43)
    bench.reject(try bench.last(.target))
    #expect(bench.all(.exit).count == 1)
}

@Test func `near the edge the exit stays on the grid`() throws {
    let bench = Bench().ready(bid: 14, ask: 16, grid: .taperedDeciCent)
    try bench.enter(Bench.long(14, stop: 10, target: 40))
    bench.quote(8, 10)
    bench.trade(8, taker: .ask)
    bench.cancelled(try bench.last(.target))
    #expect(try bench.last(.exit).price == Price(units: 10))
}

@Test func `with nobody left to sell to the exit still goes out`() throws {
    let bench = Bench { $0.stopTrigger = .last }.ready()
    try bench.enter()
    bench.quote(nil, 45)
    bench.trade(40, taker: .ask)
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.exit).count == 1)
}
