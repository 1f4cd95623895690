import KBotEngine
import KBotModel
import Testing

@Test func `three losses in a row begin a pause of an hour`() throws {
    let bench = Bench().ready(life: .hours(5))
    try bench.lose(3)
    #expect(bench.blockedBy == [.circuitBreaker])
    let paused = bench.now
    bench.quote(48, 50)
    bench.signal(Bench.long())
    #expect(bench.denials == [.circuitBreaker])
    bench.advance(to: paused + .minutes(60) + TimeSpan(microseconds: -1))
    #expect(bench.unblockedFrom.isEmpty)
    bench.advance(to: paused + .minutes(60))
    #expect(bench.unblockedFrom == [.circuitBreaker])
    #expect(bench.view.losingStreak == 0)
}

@Test func `the count of losses starts anew after the pause`() throws {
    let bench = Bench().ready(life: .hours(9))
    try bench.lose(3)
    bench.wait(.minutes(61))
    try bench.lose(2)
    #expect(bench.blockedBy == [.circuitBreaker])
    try bench.lose(1)
    #expect(bench.blockedBy == [.circuitBreaker, .circuitBreaker])
}

@Test func `a winning trade sets the count of losses to zero`() throws {
    let bench = Bench().ready(life: .hours(5))
    try bench.lose(2)
    #expect(bench.view.losingStreak == 2)
    try bench.win()
    #expect(bench.view.losingStreak == 0)
    try bench.lose(2)
    #expect(bench.blockedBy.isEmpty)
}

@Test func `a trade without a result sets the count to zero too`() throws {
    let bench = Bench().ready(life: .hours(5), fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.lose(2)
    bench.quote(48, 50)
    bench.trade(48, taker: .ask)
    try bench.enter(Bench.long(count: 1))
    bench.command(.flatten)
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), nil, at: 48, .taker)
    #expect(bench.closedTrades.last?.netPnL == .zero)
    #expect(bench.view.losingStreak == 0)
}

@Test func `a profit that fees eat up is a loss`() throws {
    let bench = Bench().ready()
    bench.quote(48, 50)
    try bench.enter(Bench.long(count: 1), fee: .taker)
    bench.command(.flatten)
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), nil, at: 49, .taker)
    #expect(bench.closedTrades.last?.grossPnL == Money(units: 10_000))
    #expect(bench.view.losingStreak == 1)
}

@Test func `a pause of the day lasts until midnight UTC`() throws {
    let bench = Bench { $0.limits.circuitBreakerPause = .day }.ready(life: .hours(12))
    try bench.lose(3)
    bench.advance(to: Bench.start.utcDay.next.start + TimeSpan(microseconds: -1))
    #expect(bench.unblockedFrom.isEmpty)
    bench.advance(to: Bench.start.utcDay.next.start)
    #expect(bench.unblockedFrom == [.circuitBreaker])
}

@Test func `a manual pause lasts until resume`() throws {
    let bench = Bench { $0.limits.circuitBreakerPause = .manual }.ready(life: .hours(48))
    try bench.lose(3)
    bench.wait(.hours(40))
    #expect(bench.unblockedFrom.isEmpty)
    bench.command(.resume)
    #expect(bench.unblockedFrom == [.circuitBreaker])
    #expect(bench.view.losingStreak == 0)
}

@Test func `losses in different markets count together`() throws {
    let bench = Bench().ready(0).ready(1).ready(2)
    for index in [Int32(0), 1, 2] { try bench.lose(1, in: index) }
    #expect(bench.blockedBy == [.circuitBreaker])
}

@Test func `a pause cancels the entries that rest`() throws {
    let bench = Bench { $0.limits.circuitBreakerLosses = 1 }.ready(0).ready(1)
    bench.quote(48, 50)
    try bench.enter(Bench.long(count: 1), in: 0)
    bench.signal(Bench.long(count: 1), in: 1)
    let resting = try bench.last(.entry)
    try bench.stopOut(at: 43, in: 0)
    #expect(bench.cancels.last == resting.id)
}

@Test func `a realised loss at the limit stops the day, and the next UTC day trades again`() throws {
    let bench = Bench { $0.limits.dailyLoss = .dollars(Money(units: 1_050_000)) }.ready(life: .hours(9))
    try bench.enter(Bench.long(count: 10))
    try bench.stopOut(at: 39)
    #expect(bench.blockedBy == [.dailyLossLimit])
    bench.quote(48, 50)
    bench.trade(48)
    bench.signal(Bench.long(count: 1))
    #expect(bench.denials == [.dailyLossLimit])
    bench.advance(to: Bench.start.utcDay.next.start)
    #expect(bench.unblockedFrom == [.dailyLossLimit])
    bench.signal(Bench.long(count: 1))
    #expect(bench.all(.entry).count == 2)
}

@Test func `an open loss counts, and the limit stays latched when the market comes back`() throws {
    let bench = Bench {
        $0.limits.dailyLoss = .dollars(Money(dollars: 1))
        $0.limits.riskPerTrade = nil
    }.ready(0).ready(1)
    try bench.enter(Bench.long(48, stop: 44, target: 60, count: 10), in: 0)
    // The bid alone falls to where the open loss is a dollar: no stop, as neither the trade nor the mid confirms it.
    bench.quote(37, 60, in: 0)
    bench.wait(.seconds(10))
    #expect(bench.exits.isEmpty)
    #expect(bench.blockedBy == [.dailyLossLimit])
    bench.quote(48, 50, in: 0)
    bench.wait(.seconds(10))
    bench.signal(Bench.long(count: 1), in: 1)
    #expect(bench.denials == [.dailyLossLimit])
}

@Test func `the limit begins to hold at the touch that reaches it`() throws {
    let bench = Bench {
        $0.limits.dailyLoss = .dollars(Money(dollars: 1))
        $0.limits.riskPerTrade = nil
    }.ready(0).ready(1)
    try bench.enter(Bench.long(48, stop: 44, target: 60, count: 10), in: 0)
    // Between two candles the loss is there and gone again: it was reached.
    bench.quote(37, 60, in: 0)
    bench.quote(48, 50, in: 0)
    #expect(bench.blockedBy == [.dailyLossLimit])
}

@Test func `the daily limit cancels resting entries`() throws {
    let bench = Bench {
        $0.limits.dailyLoss = .dollars(Money(dollars: 1))
        $0.limits.riskPerTrade = nil
    }.ready(0).ready(1)
    try bench.enter(Bench.long(48, stop: 44, target: 60, count: 10), in: 0)
    bench.signal(Bench.long(count: 1), in: 1)
    let resting = try bench.last(.entry)
    bench.quote(37, 60, in: 0)
    bench.wait(.seconds(10))
    #expect(bench.cancels == [resting.id])
}

@Test func `profits of the day widen no limit and open profits hide no loss`() throws {
    let bench = Bench { $0.limits.dailyLoss = .dollars(Money(units: 900_000)) }.ready(0).ready(1)
    try bench.enter(Bench.long(count: 10), in: 0)
    bench.quote(56, 58, in: 0)
    try bench.enter(Bench.long(count: 8), in: 1)
    try bench.stopOut(at: 34, in: 1)
    #expect(bench.blockedBy == [.dailyLossLimit])
}

@Test func `capital is the equity at midnight UTC, open positions at the exit touch`() throws {
    let bench = Bench().ready(life: .hours(12), fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.enter(Bench.long(count: 100))
    bench.quote(52, 54)
    #expect(bench.view.capital == Money(dollars: 1_000))
    bench.advance(to: Bench.start.utcDay.next.start)
    #expect(bench.view.capital == Money(dollars: 1_004))
    bench.quote(50, 52)
    #expect(bench.view.capital == Money(dollars: 1_004))
    #expect(bench.view.equity == Money(dollars: 1_002))
}

@Test func `the first event of a day sets its capital even without a timer`() throws {
    let bench = Bench().ready(life: .hours(12))
    try bench.win()
    let equity = bench.view.equity
    let next = Bench.start.utcDay.next.start
    bench.process(.market(MarketEvent(time: next + .seconds(5), .gap(Bench.market))))
    #expect(bench.view.capital == equity)
    #expect(bench.view.dayPnL == .zero)
}

@Test func `a share of capital counts from the day's start, not from now`() throws {
    let bench = Bench { $0.limits.dailyLoss = .share(basisPoints: 100) }.ready(
        life: .hours(12),
        fees: FeeSchedule(kind: .quadratic, multiplier: 0)
    )
    #expect(RiskLimits.Amount.share(basisPoints: 100).money(of: Money(dollars: 1_000)) == Money(dollars: 10))
    try bench.enter(Bench.long(count: 100))
    try bench.stopOut(at: 39)
    #expect(bench.blockedBy.isEmpty)
    bench.quote(48, 50)
    bench.trade(48)
    try bench.enter(Bench.long(count: 10))
    try bench.stopOut(at: 38)
    #expect(bench.blockedBy == [.dailyLossLimit])
}
