import KBotEngine
import KBotModel
import Testing

/// A long of ten whose stop has fired; entry whole, target cancelled but not answered.
private func leaving() throws -> Bench {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.fall(to: 43)
    return bench
}

@Test func `a refused cancel is looked up, not taken for granted`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    #expect(bench.lookUps == [target.id])
    #expect(bench.all(.exit).isEmpty)
    bench.found(target, .cancelled)
    #expect(try bench.last(.exit).count == Quantity(contracts: 10))
}

@Test func `a look-up that finds the order still resting cancels it again`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    bench.found(target, .resting)
    #expect(bench.cancels == [target.id, target.id])
    bench.cancelled(target)
    #expect(bench.all(.exit).count == 1)
}

@Test func `a look-up that finds fills waits for them`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    bench.found(target, .executed, filled: 10)
    #expect(bench.all(.exit).isEmpty)
    bench.fill(target, 10)
    #expect(bench.closedTrades.map(\.exit) == [.target])
}

@Test func `a look-up that finds a part filled waits for that part and sells the rest`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    bench.answer(.found(target.id, OrderSnapshot(status: .cancelled, filled: Quantity(contracts: 4))))
    #expect(bench.all(.exit).isEmpty)
    bench.fill(target, Quantity(contracts: 4), price: target.price, .maker)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 6)])
}

@Test func `a fill between the refused cancel and the look-up's answer does not block the exit`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    bench.fill(target, 4)
    bench.found(target, .cancelled, filled: 4)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 6)])
}

@Test func `a fill between the refused cancel and a look-up that knows more does not block the exit`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.refuseCancel(target)
    bench.fill(target, 3)
    bench.answer(.found(target.id, OrderSnapshot(status: .cancelled, filled: Quantity(contracts: 5))))
    #expect(bench.all(.exit).isEmpty)
    bench.fill(target, Quantity(contracts: 2), price: target.price, .maker)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 5)])
}

@Test func `a refused cancel of the entry remainder is looked up as well`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    bench.refuseCancel(entry)
    #expect(bench.lookUps == [entry.id])
    bench.answer(.found(entry.id, OrderSnapshot(status: .executed, filled: Quantity(contracts: 10))))
    #expect(bench.all(.exit).isEmpty)
    bench.fill(entry, 6)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 10)])
}

@Test func `a lost answer to an entry is looked up, and the entry goes on where it is`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    let entry = try bench.last(.entry)
    bench.lose(entry)
    #expect(bench.lookUps == [entry.id])
    #expect(bench.view.openPositions == 1)
    bench.found(entry, .resting)
    bench.fill(entry)
    #expect(bench.all(.target).count == 1)
}

@Test func `an entry the venue never saw frees the market`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.lose(try bench.last(.entry))
    bench.found(try bench.last(.entry), .unknown)
    #expect(bench.view.openPositions == 0)
}

@Test func `a look-up whose answer is lost is asked again`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    let entry = try bench.last(.entry)
    bench.lose(entry)
    bench.lose(entry)
    #expect(bench.lookUps == [entry.id, entry.id])
}

@Test func `a lost answer to a target holds back a second one until it is found`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    bench.fill(try bench.last(.entry))
    let target = try bench.last(.target)
    bench.lose(target)
    bench.wait(.seconds(10))
    #expect(bench.all(.target).count == 1)
    bench.found(target, .unknown)
    bench.wait(.seconds(1))
    #expect(bench.all(.target).count == 2)
}

@Test func `a lost answer to an exit holds back a second one until it is found`() throws {
    let bench = try leaving()
    bench.cancelled(try bench.last(.target))
    let exit = try bench.last(.exit)
    bench.lose(exit)
    bench.wait(.seconds(10))
    #expect(bench.all(.exit).count == 1)
    bench.answer(.found(exit.id, OrderSnapshot(status: .cancelled, filled: Quantity(contracts: 4))))
    bench.fill(exit, Quantity(contracts: 4), price: Price(cents: 42), .taker)
    bench.wait(.seconds(1))
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 10), Quantity(contracts: 6)])
}

@Test func `a late entry fill after the bracket was given up is sold at once`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.accept(entry)
    bench.wait(.seconds(30))
    bench.cancelled(entry)
    #expect(bench.view.openPositions == 0)
    bench.fill(entry, Quantity(contracts: 3), price: entry.price, .maker)
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 3)])
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 3)])
    bench.fill(try bench.last(.exit), 3, at: 47, .taker)
    #expect(bench.isFlat)
    #expect(bench.closedTrades.map(\.count) == [Quantity(contracts: 3)])
}

@Test func `a late fill of an entry that expired at the venue is covered again`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.cancelled(entry, .expired)
    bench.fill(entry, Quantity(contracts: 3), price: entry.price, .maker)
    #expect(bench.all(.target).map(\.count) == [Quantity(contracts: 3)])
    bench.fall(to: 43)
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 3)])
}

@Test func `a cancel's answer that says fills are missing waits for them`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    // Six died, so four were filled; that fill is told after the cancel.
    bench.answer(.cancelled(target.id, unfilled: Quantity(contracts: 6), .requested))
    #expect(bench.all(.exit).isEmpty)
    bench.fill(target, Quantity(contracts: 4), price: target.price, .maker)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 6)])
}

@Test func `the cancel may overtake the acknowledgement`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    bench.fill(try bench.last(.entry))
    let target = try bench.last(.target)
    bench.fall(to: 43)
    bench.cancelled(target)
    bench.accept(target)
    #expect(bench.all(.exit).count == 1)
    #expect(bench.warnings.isEmpty)
}

@Test func `a rejected order that fills after all is believed`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.reject(entry)
    bench.fill(entry, Quantity(contracts: 10), price: entry.price, .maker)
    #expect(bench.engine.openTrades.map(\.count) == [Quantity(contracts: 10)])
    #expect(bench.all(.target).count + bench.all(.exit).count == 1)
}

@Test func `answers told twice change nothing`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    bench.cancelled(target)
    let before = bench.log.count
    bench.cancelled(target)
    bench.accept(target)
    bench.refuseCancel(target)
    let sent = bench.log[before...].contains { if case .send = $0 { true } else { false } }
    #expect(!sent)
    #expect(bench.all(.exit).count == 1)
}

@Test func `an entry that fills with its stop already reached leaves at once`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fall(to: 43)
    #expect(bench.cancels == [entry.id])
    bench.fill(entry, 10)
    #expect(bench.exits == [.stop])
    #expect(bench.all(.target).isEmpty)
    #expect(bench.all(.exit).map(\.count) == [Quantity(contracts: 10)])
}

@Test func `contracts the venue sold twice are told, take no entry, and are settled with the market`() throws {
    let bench = try leaving()
    let target = try bench.last(.target)
    // The look-up is wrong: the target still rests, and fills after the exit has sold everything.
    bench.refuseCancel(target)
    bench.answer(.found(target.id, OrderSnapshot(status: .unknown, filled: .zero)))
    bench.fill(try bench.last(.exit), nil, at: 42, .taker)
    #expect(bench.closedTrades.count == 1)
    bench.checksMoney = false
    bench.fill(target, Quantity(contracts: 3), price: target.price, .maker)
    #expect(bench.warnings == [.orderMismatch])
    bench.quote(48, 50)
    bench.signal(Bench.long())
    #expect(bench.denials.count == 1)
    #expect(bench.all(.entry).count == 1)
    bench.checksMoney = true
    bench.settle(.no)
    #expect(bench.failures.isEmpty)
    #expect(bench.isFlat)
    #expect(bench.view.openPositions == 0)
}
