import KBotEngine
import KBotModel
import Testing

/// Value in cents, and the gross result of ten contracts in microdollars.
private let longResults: [(Int32, Int64)] = [(100, 5_200_000), (0, -4_800_000), (30, -1_800_000)]
private let shortResults: [(Int32, Int64)] = [(100, -5_000_000), (0, 5_000_000)]

@Test(arguments: longResults)
func `a position that runs into the result is booked at it`(_ cents: Int32, _ gross: Int64) throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.advance(to: Bench.start + .minutes(10))
    #expect(bench.engine.openTrades.map(\.isAwaitingSettlement) == [true])
    bench.wait(.seconds(10))
    bench.settle(Settlement(value: Price(cents: cents)))
    let trade = try #require(bench.closedTrades.first)
    #expect(trade.exit == .settlement)
    #expect(trade.grossPnL == Money(units: gross))
    #expect(trade.settled == Quantity(contracts: 10))
    #expect(bench.view.equity == Money(dollars: 1_000) + trade.netPnL)
    #expect(bench.view.exposure == .zero)
}

@Test(arguments: shortResults)
func `a short's result is the other way round`(_ cents: Int32, _ gross: Int64) throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.short(count: 10))
    bench.wait(.minutes(11))
    bench.settle(Settlement(value: Price(cents: cents)))
    #expect(bench.closedTrades.map(\.grossPnL) == [Money(units: gross)])
}

@Test func `a status event closes the market before its time`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.see(.status(Bench.market, .closed))
    #expect(bench.engine.openTrades.map(\.isAwaitingSettlement) == [true])
    bench.fall(to: 20)
    #expect(bench.exits.isEmpty)
}

@Test func `a result before the close ends everything in the market`() throws {
    let bench = Bench().ready(0).ready(1)
    bench.signal(Bench.long(count: 10), in: 0)
    bench.fill(try bench.last(.entry), 4)
    bench.settle(.yes, in: 0)
    #expect(bench.closedTrades.map(\.count) == [Quantity(contracts: 4)])
    #expect(bench.view.openPositions == 0)
    bench.wait(.minutes(5))
    #expect(bench.all(.exit).isEmpty)
}

@Test func `a corrected result books a correction`() throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.wait(.minutes(11))
    bench.settle(.yes)
    let before = bench.view.equity
    bench.settle(.no)
    #expect(bench.corrections.map(\.grossPnL) == [Money(units: -4_800_000)])
    #expect(bench.view.equity == before - Money(dollars: 10))
    bench.settle(.no)
    #expect(bench.corrections.count == 1)
    bench.settle(.yes)
    #expect(bench.view.equity == before)
}

@Test func `a correction changes only what the settlement ended`() throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.fill(try bench.last(.target), 4)
    bench.wait(.minutes(11))
    bench.settle(.yes)
    let before = bench.view.equity
    bench.settle(.no)
    #expect(bench.view.equity == before - Money(dollars: 6))
}

@Test func `a correction that uncovers a loss at the daily limit stops the day`() throws {
    let bench = Bench { $0.limits.dailyLoss = .dollars(Money(dollars: 4)) }.ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.wait(.minutes(11))
    bench.settle(.yes)
    #expect(bench.blockedBy.isEmpty)
    bench.settle(.no)
    #expect(bench.blockedBy == [.dailyLossLimit])
}

@Test func `a market without a trade of ours settles without one`() {
    let bench = Bench().ready()
    bench.settle(.yes)
    bench.settle(.no)
    #expect(bench.closedTrades.isEmpty)
    #expect(bench.corrections.isEmpty)
}

@Test func `a trade that had ended by its target does not end by settlement`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(count: 10))
    bench.fill(try bench.last(.entry), 4)
    bench.fill(try bench.last(.target), 4)
    bench.settle(.yes)
    #expect(bench.closedTrades.map(\.exit) == [.target])
}

@Test func `a target fill told after the close ends the trade by its target`() throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.advance(to: Bench.start + .minutes(10))
    bench.fill(try bench.last(.target))
    #expect(bench.closedTrades.map(\.exit) == [.target])
    bench.settle(.no)
    #expect(bench.closedTrades.count == 1)
}

@Test func `a fill told after the settlement is booked at the result`() throws {
    let bench = Bench().ready(life: .minutes(10))
    bench.signal(Bench.long(count: 10))
    let entry = try bench.last(.entry)
    bench.fill(entry, 4)
    bench.settle(.yes)
    bench.fill(entry, Quantity(contracts: 3), price: entry.price, .maker)
    #expect(bench.closedTrades.reduce(.zero) { $0 + $1.count } == Quantity(contracts: 7))
    #expect(bench.isFlat)
    bench.settle(.no)
    #expect(bench.failures.isEmpty)
}

@Test func `a target fill told after the settlement takes its part out of what the settlement booked`() throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    let target = try bench.last(.target)
    bench.wait(.minutes(11))
    bench.settle(.no)
    let settled = bench.view.equity
    bench.fill(target, Quantity(contracts: 4), price: target.price, .maker)
    // Four were sold at 58 before the market was decided at 0.
    #expect(bench.view.equity == settled + Money(units: 4 * 580_000))
    #expect(bench.isFlat)
    #expect(bench.view.openPositions == 0)
    bench.settle(.yes)
    #expect(bench.view.equity == settled + Money(units: 4 * 580_000) + Money(dollars: 6))
}

@Test func `what follows a settlement in the same market does no harm`() throws {
    let bench = Bench(strategy: ScriptedStrategy(callbacks: [.trade, .fill, .settle])).ready()
    try bench.enter()
    bench.settle(.yes)
    bench.trade(99)
    bench.quote(98, 99)
    bench.see(.delta(Bench.market, .yes, Price(cents: 98), Quantity(contracts: 1)))
    bench.see(.gap(Bench.market))
    bench.see(.status(Bench.market, .settled))
    bench.wait(.minutes(2))
    #expect(bench.closedTrades.count == 1)
}

@Test func `while a stop is being carried out at the close, the position runs into settlement`() throws {
    let bench = Bench().ready(life: .minutes(10))
    try bench.enter(Bench.long(count: 10))
    bench.advance(to: Bench.start + .minutes(9) + .milliseconds(59_800))
    bench.fall(to: 43)
    bench.advance(to: Bench.start + .minutes(10))
    #expect(bench.view.openPositions == 0)
    bench.cancelled(try bench.last(.target), .marketClosed)
    bench.wait(.seconds(5))
    #expect(bench.all(.exit).isEmpty, "nothing is sent into a closed market")
    bench.settle(.no)
    #expect(bench.closedTrades.map(\.exit) == [.settlement])
}

@Test func `an entry still open when the market has closed asks for no timer in the past`() throws {
    let bench = Bench().ready(life: .minutes(10))
    bench.signal(Bench.long(count: 10))
    bench.accept(try bench.last(.entry))
    // No timers: the next event comes after the close.
    bench.process(.market(MarketEvent(time: Bench.start + .minutes(11), .gap(MarketID(9)))))
    #expect(bench.engine.nextDeadline > bench.engine.now)
    bench.cancelled(try bench.last(.entry), .marketClosed)
    #expect(bench.view.openPositions == 0)
}
