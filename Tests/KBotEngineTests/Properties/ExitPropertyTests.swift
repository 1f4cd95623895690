import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

/// Something that blocks entries, brought about while a position is open.
private enum Obstacle: CaseIterable {
    case stale, halt, endlessHalt, stopEntries, foreign, rules, orderRate, losses, dailyLoss, positions, resync, close

    func happen(on bench: Bench, rule: ScriptedRule) throws {
        switch self {
        case .stale: bench.feed(.stale)
        case .halt: bench.command(.halt(until: bench.now + .seconds(90), code: "X", reason: ""))
        case .endlessHalt: bench.command(.halt(until: nil, code: "X", reason: ""))
        case .stopEntries: bench.command(.stopEntries)
        case .foreign: bench.command(.foreignPosition(Bench.market, true))
        case .rules: rule.verdict = .halt(until: nil, "NEVER", "")
        case .orderRate:
            bench.signal(Bench.long(count: 1), in: 1)
            bench.signal(Bench.long(count: 1), in: 1)
        case .losses, .dailyLoss:
            bench.quote(48, 50, in: 2)
            bench.signal(Bench.long(count: 1), in: 2)
            guard let entry = bench.all(.entry).last, entry.market == MarketID(2) else { return }
            bench.fill(entry)
            guard let target = bench.all(.target).last, target.market == MarketID(2) else { return }
            bench.fall(to: 30, in: 2)
            bench.cancelled(target)
            bench.fill(try bench.last(.exit), nil, at: 30, .taker)
        case .positions: bench.signal(Bench.long(count: 1), in: 1)
        case .resync: bench.see(.gap(Bench.market))
        case .close: bench.advance(to: Bench.start + .minutes(59))
        }
    }
}

@Test func `nothing that blocks entries blocks an exit`() throws {
    var met: Set<Obstacle> = []
    try forSeeds(0..<600) { random in
        let rule = ScriptedRule()
        let trigger = StopTrigger.allCases[Int.random(in: 0...3, using: &random)]
        let bench = Bench(rules: [rule]) {
            $0.stopTrigger = trigger
            $0.limits.maxPositions = 3
            $0.limits.ordersPerMinute = 2
            $0.limits.circuitBreakerLosses = 1
            $0.limits.circuitBreakerPause = .manual
            $0.limits.dailyLoss = .share(basisPoints: 100)
        }
        bench.reportsViolations = false
        for index in [Int32(0), 1, 2] { bench.ready(index) }
        let long = Bool.random(using: &random)
        bench.signal(long ? Bench.long(count: 10) : Bench.short(count: 10))
        let entry = try bench.last(.entry)
        let part = Int64.random(in: 1...10, using: &random)
        bench.fill(entry, part)
        let target = try bench.last(.target)
        if Bool.random(using: &random) { bench.accept(target) }

        for obstacle in Obstacle.allCases where Int.random(in: 0..<3, using: &random) == 0 {
            met.insert(obstacle)
            try obstacle.happen(on: bench, rule: rule)
        }

        let before = bench.log.count
        bench.quote(long ? 40 : 55, long ? 42 : 57)
        bench.trade(long ? 40 : 57)
        var sent = bench.log[before...].compactMap {
            if case .send(let approved) = $0 { approved.request } else { nil }
        }
        try hold(sent.contains(.cancel(target.id)), "the target was not cancelled: \(sent)")
        try hold(bench.exits.last == .stop, "the stop did not fire")
        if part < 10 { try hold(bench.cancels.contains(entry.id), "the entry was not cancelled") }

        let answered = bench.log.count
        if part < 10 { bench.cancelled(entry) }
        bench.cancelled(target)
        sent = bench.log[answered...].compactMap { if case .send(let approved) = $0 { approved.request } else { nil } }
        let exit = try bench.last(.exit)
        try hold(sent == [.place(exit)], "not one order, but \(sent)")
        try hold(exit.market == Bench.market && exit.count == Quantity(contracts: part), "\(exit) for \(part)")
        try hold(exit.timeInForce == .immediateOrCancel && exit.reduceOnly, "\(exit) is no reducing IOC")
        try hold(exit.price == Price(cents: long ? 30 : 67), "a limit of \(exit.price)")
        if let failure = bench.failures.first { try hold(false, failure) }
    }
    #expect(met.count == Obstacle.allCases.count)
}
