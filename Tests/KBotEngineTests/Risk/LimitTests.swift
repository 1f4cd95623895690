import KBotEngine
import KBotModel
import Testing

@Test func `a second signal while the entry rests is ENTRY_PENDING`() {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.signal(Bench.long())
    #expect(bench.denials == [.entryPending])
    #expect(bench.all(.entry).count == 1)
}

@Test func `a second signal with a position is POSITION_OPEN`() throws {
    let bench = Bench().ready()
    try bench.enter()
    bench.signal(Bench.short())
    #expect(bench.denials == [.positionOpen])
}

@Test func `two entries of two strategies in one market do not stand side by side`() {
    let other = ScriptedStrategy("other")
    let bench = Bench(others: [other]).ready()
    other.answers[Bench.market] = .signal(Bench.short())
    bench.signal(Bench.long())
    #expect(bench.all(.entry).map(\.side) == [.bid])
    #expect(bench.denials == [.entryPending])
}

@Test func `resting entries count as positions`() {
    let bench = Bench { $0.limits.maxExposure = nil }
    for index in [Int32(0), 1, 2] { bench.ready(index) }
    for index in [Int32(0), 1, 2] { bench.signal(Bench.long(count: 1), in: index) }
    #expect(bench.denials == [.maxPositions])
    #expect(bench.view.openPositions == 2)
}

@Test func `awaiting settlement frees the slot but not the exposure`() throws {
    let bench = Bench { $0.limits.maxPositions = 1 }
    bench.ready(0, life: .minutes(10))
    try bench.enter(Bench.long(count: 20), in: 0)
    bench.ready(1)
    let exposure = bench.view.exposure
    #expect(exposure == Money(units: 9_600_000))
    bench.signal(Bench.long(), in: 1)
    #expect(bench.denials == [.maxPositions])
    bench.advance(to: Bench.start + .minutes(10))
    bench.see(.status(MarketID(0), .closed))
    #expect(bench.view.openPositions == 0)
    #expect(bench.view.exposure == exposure)
    bench.trade(49, in: 1)
    bench.signal(Bench.long(count: 1), in: 1)
    #expect(bench.denials == [.maxPositions])
    #expect(bench.all(.entry).count == 2)
}

@Test func `exposure is what settlement could take, resting entries included`() throws {
    let bench = Bench().ready(0).ready(1, bid: 78, ask: 80)
    bench.signal(Bench.long(count: 10), in: 0)
    #expect(bench.view.exposure == Money(units: 4_800_000))
    bench.signal(Bench.short(80, stop: 84, target: 70, count: 10), in: 1)
    #expect(bench.view.exposure == Money(units: 6_800_000))
    // A fill at a better price counts at that price.
    bench.fill(try bench.last(.entry), 4, at: 81)
    #expect(bench.view.exposure == Money(units: 6_760_000))
    bench.cancelled(try bench.last(.entry))
    #expect(bench.view.exposure == Money(units: 5_560_000))
}

@Test func `the exposure of all markets together is limited`() throws {
    let bench = Bench { $0.limits.maxExposure = .dollars(Money(dollars: 10)) }.ready(0).ready(1)
    bench.signal(Bench.long(count: 20), in: 0)
    bench.signal(Bench.long(), in: 1)
    #expect(bench.denials == [.maxExposure])
    #expect(bench.all(.entry).count == 1)
}

@Test func `eight minutes to the close are enough for an entry, less is TOO_CLOSE_TO_EXPIRY`() {
    for (life, expected) in [(TimeSpan.seconds(500), [ReasonCode]()), (.seconds(499), [.tooCloseToExpiry])] {
        let bench = Bench().ready(life: life)
        bench.signal(Bench.long())
        #expect(bench.denials == expected)
    }
}

@Test func `a reward below twice the risk is denied`() {
    let bench = Bench().ready()
    bench.signal(Bench.long(48, stop: 44, target: 55))
    #expect(bench.denials == [.rewardRisk])
    bench.signal(Bench.long(48, stop: 44, target: 56))
    #expect(bench.all(.entry).count == 1)
}

@Test func `an order more than ten cents through the touch is PRICE_COLLAR`() {
    let bench = Bench().ready(bid: 38, ask: 40)
    bench.signal(Bench.long(51, stop: 45, target: 70))
    bench.signal(Bench.short(27, stop: 30, target: 10))
    #expect(bench.denials == [.priceCollar, .priceCollar])
    bench.signal(Bench.long(50, stop: 45, target: 70))
    #expect(bench.all(.entry).count == 1)
}

@Test func `without a quote to judge the price by an entry is NO_QUOTE`() {
    let bench = Bench().ready()
    bench.quote(48, nil)
    bench.signal(Bench.long())
    bench.quote(nil, 50)
    bench.signal(Bench.short())
    #expect(bench.denials == [.noQuote, .noQuote])
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 1)
}

@Test func `more entries in a minute than allowed are ORDER_RATE`() throws {
    let bench = Bench { $0.limits.ordersPerMinute = 2 }.ready()
    for _ in 0..<2 {
        bench.signal(Bench.long())
        bench.reject(try bench.last(.entry))
    }
    bench.signal(Bench.long())
    #expect(bench.denials == [.orderRate])
    bench.wait(.minutes(1))
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 3)
}

@Test func `a stale feed blocks entries and cancels the resting one until it is live again`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.feed(.stale)
    let entry = try bench.last(.entry)
    #expect(bench.cancels == [entry.id])
    bench.cancelled(entry)
    bench.signal(Bench.long())
    #expect(bench.denials == [.feedStale])
    #expect(bench.blockedBy == [.feedStale])
    bench.feed(.live)
    #expect(bench.unblockedFrom == [.feedStale])
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 2)
}

@Test func `a book that lost messages takes no entry until its snapshot`() throws {
    let bench = Bench().ready(0).ready(1)
    bench.signal(Bench.long())
    bench.see(.gap(Bench.market))
    let entry = try bench.last(.entry)
    #expect(bench.cancels == [entry.id])
    bench.cancelled(entry)
    bench.signal(Bench.long(), in: 0)
    #expect(bench.denials == [.bookResyncing])
    bench.signal(Bench.long(), in: 1)
    #expect(bench.all(.entry).count == 2)
    bench.quote(48, 50)
    bench.signal(Bench.long(), in: 0)
    #expect(bench.all(.entry).count == 3)
}

@Test func `a level below zero is a lost message too`() {
    let bench = Bench().ready()
    bench.see(.delta(Bench.market, .yes, Price(cents: 48), Quantity(contracts: -101)))
    bench.signal(Bench.long())
    #expect(bench.denials == [.bookResyncing])
}

@Test func `a market with something foreign in it takes no entry`() {
    let bench = Bench().ready(0).ready(1)
    bench.command(.foreignPosition(Bench.market, true))
    bench.signal(Bench.long(), in: 0)
    #expect(bench.denials == [.foreignPosition])
    bench.signal(Bench.long(), in: 1)
    #expect(bench.all(.entry).count == 1)
    bench.command(.foreignPosition(Bench.market, false))
    bench.signal(Bench.long(), in: 0)
    #expect(bench.all(.entry).count == 2)
}

@Test func `something foreign in a market that is listed later counts too`() {
    let bench = Bench()
    bench.command(.foreignPosition(Bench.market, true))
    bench.ready()
    bench.signal(Bench.long())
    #expect(bench.denials == [.foreignPosition])
}

@Test func `a halt with an end ends by itself, one without lasts until resume`() {
    let bench = Bench().ready()
    bench.command(.halt(until: bench.now + .seconds(30), code: "TEST", reason: "a while"))
    bench.signal(Bench.long())
    #expect(bench.denials == [.halted])
    bench.wait(.seconds(30))
    #expect(bench.unblockedFrom == [.halted])
    bench.command(.halt(until: nil, code: "TEST", reason: "for good"))
    bench.wait(.minutes(20))
    bench.signal(Bench.long())
    #expect(bench.denials == [.halted, .halted])
    bench.command(.resume)
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 1)
}

@Test func `a shorter halt does not shorten one without an end`() {
    let bench = Bench().ready()
    bench.command(.halt(until: nil, code: "TEST", reason: "for good"))
    bench.command(.halt(until: bench.now + .seconds(5), code: "TEST", reason: "a while"))
    bench.wait(.minutes(1))
    bench.signal(Bench.long())
    #expect(bench.denials == [.halted])
}

@Test func `a halt cancels resting entries and armed ones`() throws {
    let bench = Bench().ready(0).ready(1)
    bench.signal(Bench.long(count: 1), in: 0)
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop, count: 1), in: 1)
    bench.command(.halt(until: nil, code: "TEST", reason: "now"))
    #expect(bench.cancels == [try bench.last(.entry).id])
    #expect(bench.denials == [.entryCancelled])
    bench.cancelled(try bench.last(.entry))
    #expect(bench.view.openPositions == 0)
}

@Test func `once entries are stopped resume does not bring them back`() {
    let bench = Bench().ready()
    bench.command(.stopEntries)
    bench.command(.resume)
    bench.signal(Bench.long())
    #expect(bench.denials == [.entriesStopped])
}

@Test(arguments: [MarketStatus.initialized, .inactive, .closed, .settled])
func `a market that does not trade takes no entry`(_ status: MarketStatus) {
    let bench = Bench().ready()
    bench.see(.status(Bench.market, status))
    bench.signal(Bench.long())
    #expect(bench.denials == [.marketInactive])
}

@Test func `every limit can be switched off`() throws {
    let bench = Bench {
        $0.limits.riskPerTrade = nil
        $0.limits.dailyLoss = nil
        $0.limits.maxExposure = nil
        $0.limits.maxPositions = nil
        $0.limits.circuitBreakerLosses = nil
        $0.limits.minRewardRisk = nil
        $0.limits.minTimeToClose = nil
        $0.limits.priceCollar = nil
        $0.limits.ordersPerMinute = nil
    }
    for index in [Int32(0), 1, 2, 3] { bench.ready(index, bid: 28, ask: 30, life: .minutes(6)) }
    for index in [Int32(0), 1, 2, 3] {
        bench.signal(Bench.long(48, stop: 10, target: 49, count: 400), in: index)
    }
    #expect(bench.denials.isEmpty)
    #expect(bench.all(.entry).count == 4)
}
