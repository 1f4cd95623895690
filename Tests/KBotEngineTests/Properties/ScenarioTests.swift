import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@Test func `through random runs equity is what fills and settlements make it, and no sale exceeds the position`() throws
{
    var closed = 0
    var exits: Set<ClosedTrade.Exit> = []
    var corrections = 0
    try forSeeds(0..<80) { random in
        var scenario = Scenario(&random)
        scenario.venue.isUnordered = false
        try scenario.run(420, &random)
        closed += scenario.bench.closedTrades.count
        exits.formUnion(scenario.bench.closedTrades.map(\.exit))
        corrections += scenario.bench.lookUps.count
    }
    #expect(closed > 250, "only \(closed) round trips")
    #expect(exits == Set(ClosedTrade.Exit.allCases))
    #expect(corrections > 20)
}

@Test func `the same holds when answers overtake one another`() throws {
    var closed = 0
    try forSeeds(1_000..<1_080) { random in
        var scenario = Scenario(&random)
        try scenario.run(420, &random)
        closed += scenario.bench.closedTrades.count
    }
    #expect(closed > 250, "only \(closed) round trips")
}

@Test func `fills told after the result are booked at it, whatever they were for`() throws {
    try forSeeds(4_000..<4_050) { random in
        var scenario = Scenario(&random)
        scenario.settlesEarly = true
        try scenario.run(420, &random)
    }
}

@Test func `at the end of every random run nothing is left behind`() throws {
    try forSeeds(2_000..<2_050) { random in
        var scenario = Scenario(&random)
        scenario.isRough = false
        try scenario.run(150, &random)
        let bench = scenario.bench
        // Calm down: no new signals, everything is left, the venue trades what it is given.
        bench.strategy.answers = [:]
        scenario.venue.refusals = 0
        scenario.venue.losses = 0
        bench.command(.stopEntries)
        bench.command(.flatten)
        for _ in 0..<40 { scenario.pass(.seconds(1), &random) }
        let left = bench.engine.openTrades.filter { !$0.isAwaitingSettlement }
        try hold(left.isEmpty, "still open: \(left)")
        try hold(bench.view.openPositions == 0, "\(bench.view.openPositions) slots are taken")
    }
}

@Test func `with every limit on, cash never falls below zero`() throws {
    try forSeeds(3_000..<3_060) { random in
        let bench = Bench {
            $0.initialCapital = Money(dollars: Int64.random(in: 5...60, using: &random))
            $0.limits.riskPerTrade = nil
            $0.limits.maxExposure = nil
            $0.limits.dailyLoss = nil
            $0.limits.maxPositions = nil
        }
        for index in [Int32(0), 1, 2] { bench.ready(index) }
        for index in [Int32(0), 1, 2] {
            let type = EntryType.allCases[Int.random(in: 0...2, using: &random)]
            let long = Bool.random(using: &random)
            let entry: Int32 = type == .stop ? (long ? 53 : 45) : (long ? 48 : 50)
            bench.signal(
                long
                    ? Bench.long(entry, stop: entry - 3, target: entry + 20, type)
                    : Bench.short(entry, stop: entry + 3, target: entry - 20, type),
                in: index
            )
            if type == .stop {
                bench.quote(long ? 54 : 41, long ? 56 : 43, in: index)
                bench.trade(long ? 56 : 41, in: index)
            }
            // The worst the venue may do: fill whole, at the limit, as a taker.
            if let order = bench.all(.entry).last, order.market == MarketID(index) {
                bench.fill(order, nil, at: nil, .taker)
            }
            try hold(bench.view.cash >= .zero, "cash is \(bench.view.cash) after \(type)")
        }
    }
}
