import KBotEngine
import KBotModel
import Testing

@Test func `positions can be left some time before the close`() throws {
    let bench = Bench { $0.exitBeforeClose = .seconds(60) }.ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.advance(to: Bench.start + .minutes(9) + TimeSpan(microseconds: -1))
    #expect(bench.exits.isEmpty)
    bench.advance(to: Bench.start + .minutes(9))
    #expect(bench.exits == [.time])
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), nil, at: 48, .taker)
    #expect(bench.closedTrades.map(\.exit) == [.time])
}

@Test func `flatten leaves every position and gives up every entry`() throws {
    let bench = Bench().ready(0).ready(1)
    try bench.enter(Bench.long(count: 10), in: 0)
    bench.signal(Bench.long(count: 10), in: 1)
    let resting = try bench.last(.entry)
    bench.command(.flatten)
    #expect(bench.cancels == [try bench.last(.target).id, resting.id])
    #expect(bench.exits == [.flatten])
    bench.cancelled(resting)
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), nil, at: 47, .taker)
    #expect(bench.closedTrades.map(\.exit) == [.flatten])
    #expect(bench.view.openPositions == 0)
    #expect(bench.view.exposure == .zero)
}

@Test func `flatten twice sells once`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.command(.flatten)
    bench.command(.flatten)
    bench.cancelled(try bench.last(.target))
    bench.command(.flatten)
    #expect(bench.all(.exit).count == 1)
    #expect(bench.cancels.count == 1)
}

@Test func `flatten keeps trying while the market is paused`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.see(.status(Bench.market, .inactive))
    bench.cancelled(try bench.last(.target), .marketClosed)
    bench.command(.flatten)
    bench.wait(.seconds(3))
    #expect(bench.all(.exit).isEmpty)
    bench.see(.status(Bench.market, .active))
    bench.wait(.seconds(1))
    #expect(bench.all(.exit).count == 1)
}

@Test func `a position awaiting its settlement is not flattened`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.see(.status(Bench.market, .closed))
    bench.command(.flatten)
    #expect(bench.cancels.isEmpty)
    #expect(bench.all(.exit).isEmpty)
}

@Test func `a target that filled the last contract while flattening counts as the target`() throws {
    let bench = Bench().ready()
    try bench.enter(Bench.long(count: 10))
    bench.command(.flatten)
    bench.fill(try bench.last(.target), 10)
    #expect(bench.closedTrades.map(\.exit) == [.target])
}

@Test func `a stop that fires during a stale feed, a halt and a resync still leaves`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.feed(.stale)
    bench.command(.halt(until: nil, code: "X", reason: ""))
    bench.command(.stopEntries)
    bench.command(.foreignPosition(Bench.market, true))
    bench.fall(to: 43)
    bench.see(.gap(Bench.market))
    bench.cancelled(try bench.last(.target))
    #expect(bench.all(.exit).count == 1)
}

@Test func `cash is what neither positions nor resting entries tie up`() throws {
    let bench = Bench().ready(fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    bench.signal(Bench.long(count: 10))
    #expect(bench.view.cash == Money(units: 995_200_000))
    bench.fill(try bench.last(.entry), 4)
    #expect(bench.view.cash == Money(units: 995_200_000))
    bench.cancelled(try bench.last(.entry))
    #expect(bench.view.cash == Money(units: 998_080_000))
    bench.fill(try bench.last(.target))
    #expect(bench.view.cash == Money(units: 1_000_400_000))
}

@Test func `a short ties up what NO costs`() throws {
    let bench = Bench().ready(bid: 78, ask: 80, fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.enter(Bench.short(80, stop: 84, target: 70, count: 10))
    #expect(bench.view.cash == Money(dollars: 998))
    bench.fill(try bench.last(.target), 5)
    #expect(bench.view.cash == Money(units: 999_500_000))
}

@Test func `an open position is marked at the exit touch, else at the last one known`() throws {
    let bench = Bench().ready(fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.enter(Bench.long(count: 10))
    bench.quote(47, 60)
    #expect(bench.view.equity == Money(units: 999_900_000))
    bench.quote(nil, 60)
    #expect(bench.view.equity == Money(units: 999_900_000))
    bench.quote(50, 60)
    #expect(bench.view.equity == Money(units: 1_000_200_000))
}

@Test func `a short is marked at the ask`() throws {
    let bench = Bench().ready(fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.enter(Bench.short(count: 10))
    bench.quote(40, 47)
    #expect(bench.view.equity == Money(units: 1_000_300_000))
}
