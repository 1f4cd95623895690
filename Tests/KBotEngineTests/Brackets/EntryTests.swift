import KBotEngine
import KBotModel
import Testing

@Test func `a limit entry rests at its price with an expiration of its own`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    let entry = try bench.last(.entry)
    #expect(entry.side == .bid)
    #expect(entry.price == Price(cents: 48))
    #expect(!entry.reduceOnly)
    guard case .goodTillCancelled(let expires?) = entry.timeInForce else {
        Issue.record("\(entry.timeInForce) does not die if kbot does")
        return
    }
    #expect(expires > bench.now + .seconds(30))
    #expect(expires <= bench.now + .seconds(60))
}

@Test func `an unfilled entry is cancelled after three candles`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.accept(try bench.last(.entry))
    bench.wait(.seconds(30) + TimeSpan(microseconds: -1))
    #expect(bench.cancels.isEmpty)
    bench.wait(TimeSpan(microseconds: 1))
    #expect(bench.cancels == [try bench.last(.entry).id])
    bench.cancelled(try bench.last(.entry))
    #expect(bench.view.openPositions == 0)
    #expect(bench.closedTrades.isEmpty)
}

@Test(arguments: [1, 2, 7])
func `a signal's own time to live counts in candles`(_ candles: Int) throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(ttl: candles))
    bench.wait(.seconds(10 * Int64(candles)) + TimeSpan(microseconds: -1))
    #expect(bench.cancels.isEmpty)
    bench.wait(TimeSpan(microseconds: 1))
    #expect(bench.cancels.count == 1)
}

@Test func `an unfilled entry is cancelled at the eight-minute mark`() {
    let bench = Bench().ready(life: .seconds(515))
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 1)
    bench.advance(to: Bench.start + .seconds(35) + TimeSpan(microseconds: -1))
    #expect(bench.cancels.isEmpty)
    bench.advance(to: Bench.start + .seconds(35))
    #expect(bench.cancels.count == 1)
}

@Test func `an unfilled entry is cancelled when its stop is touched`() {
    for (signal, bid, ask) in [(Bench.long(), Int32(44), Int32(50)), (Bench.short(), 48, 54)] {
        let bench = Bench().ready()
        bench.signal(signal)
        bench.quote(signal.direction == .long ? bid + 1 : bid, signal.direction == .long ? ask : ask - 1)
        #expect(bench.cancels.isEmpty)
        bench.quote(bid, ask)
        #expect(bench.cancels.count == 1)
    }
}

@Test func `an entry is cancelled once, however often there is a reason`() {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.quote(44, 46)
    bench.quote(43, 45)
    bench.wait(.minutes(2))
    bench.command(.stopEntries)
    bench.command(.flatten)
    #expect(bench.cancels.count == 1)
}

@Test func `a rejected entry frees the market`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.reject(try bench.last(.entry), .insufficientBalance)
    #expect(bench.view.openPositions == 0)
    bench.signal(Bench.long())
    #expect(bench.all(.entry).count == 2)
}

@Test func `an entry that expires at the venue frees the market`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long())
    bench.accept(try bench.last(.entry))
    bench.cancelled(try bench.last(.entry), .expired)
    #expect(bench.view.openPositions == 0)
    #expect(bench.cancels.isEmpty)
}

@Test func `a market entry takes at once within the collar`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(48, stop: 44, target: 62, .market, count: 5))
    let entry = try bench.last(.entry)
    #expect(entry.timeInForce == .immediateOrCancel)
    #expect(entry.price == Price(cents: 60))
    bench.fill(entry, 3, at: 50, .taker)
    bench.cancelled(entry, .immediateOrCancel)
    #expect(try bench.last(.target).count == Quantity(contracts: 3))
    #expect(bench.view.exposure == Money(units: 1_500_000))
}

@Test func `a market entry that finds nothing leaves nothing behind`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.short(50, stop: 54, target: 30, .market))
    bench.cancelled(try bench.last(.entry), .immediateOrCancel)
    #expect(bench.view.openPositions == 0)
    #expect(bench.view.exposure == .zero)
}

@Test func `a stop entry waits until touch and trade reach it, then takes`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop, count: 5))
    #expect(bench.all(.entry).isEmpty)
    #expect(bench.view.openPositions == 1)
    bench.quote(51, 54)
    #expect(bench.all(.entry).isEmpty)
    bench.quote(54, 58)
    let entry = try bench.last(.entry)
    #expect(entry.timeInForce == .immediateOrCancel)
    // Ten cents above the planned entry: the size was made for that, so a gap beyond it stays unfilled.
    #expect(entry.price == Price(cents: 65))
    bench.fill(entry, 5, at: 58, .taker)
    #expect(try bench.last(.target).price == Price(cents: 70))
}

@Test func `a short stop entry fires when the market falls to it`() throws {
    let bench = Bench().ready()
    bench.signal(Bench.short(45, stop: 51, target: 30, .stop, count: 5))
    bench.quote(45, 49)
    #expect(bench.all(.entry).isEmpty, "the bid is there, but neither trade nor mid is beyond")
    bench.quote(42, 46)
    #expect(try bench.last(.entry).side == .ask)
    #expect(try bench.last(.entry).price == Price(cents: 35))
}

@Test func `a stop entry is given up after its candles`() {
    let bench = Bench().ready()
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop))
    bench.wait(.seconds(30))
    #expect(bench.denials == [.entryCancelled])
    #expect(bench.view.openPositions == 0)
    bench.quote(60, 62)
    bench.trade(62)
    #expect(bench.all(.entry).isEmpty)
}

@Test func `a stop entry is given up when its stop is touched first`() {
    let bench = Bench().ready(bid: 52, ask: 54)
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop))
    bench.quote(50, 52)
    #expect(bench.denials == [.entryCancelled])
}

@Test(arguments: [Command.flatten, .stopEntries, .halt(until: nil, code: "X", reason: "")])
func `a stop entry is given up when entries end`(_ command: Command) {
    let bench = Bench().ready()
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop))
    bench.command(command)
    #expect(bench.view.openPositions == 0)
    bench.quote(60, 62)
    bench.trade(62)
    #expect(bench.all(.entry).isEmpty)
}

@Test func `a stop entry does not fire into a market with something foreign in it`() {
    let bench = Bench().ready()
    bench.signal(Bench.long(55, stop: 50, target: 70, .stop))
    bench.command(.foreignPosition(Bench.market, true))
    bench.quote(56, 58)
    bench.trade(58)
    #expect(bench.all(.entry).isEmpty)
}

@Test func `offsets count from the fill`() throws {
    let bench = Bench().ready()
    bench.signal(
        Signal(
            direction: .long,
            entry: Price(cents: 48),
            stop: .offset(PriceDelta(cents: 4)),
            target: .offset(PriceDelta(cents: 10)),
            entryType: .market,
            count: Quantity(contracts: 2)
        )
    )
    bench.fill(try bench.last(.entry), 2, at: 52, .taker)
    #expect(try bench.last(.target).price == Price(cents: 62))
    bench.accept(try bench.last(.target))
    bench.fall(to: 49)
    #expect(bench.exits.isEmpty)
    bench.fall(to: 47)
    #expect(bench.exits == [.stop])
}

@Test func `a signal from a trade is followed like one from a candle`() throws {
    let strategy = ScriptedStrategy(callbacks: [.trade])
    let bench = Bench(strategy: strategy).ready()
    strategy.tradeAnswer = .signal(Bench.long())
    bench.trade(49)
    #expect(bench.all(.entry).count == 1)
    bench.wait(.seconds(30))
    #expect(bench.cancels.count == 1)
}

@Test func `a signal whose candle closed long ago is not followed`() {
    let bench = Bench().ready()
    bench.strategy.answers[Bench.market] = .signal(Bench.long())
    // No timers: the next event comes minutes later.
    bench.process(.market(MarketEvent(time: bench.now + .minutes(5), .status(Bench.market, .active))))
    #expect(bench.all(.entry).isEmpty)
    #expect(bench.denials == [.entryCancelled])
}
