import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

/// Random runs with faults that are killed again and again: what is told afterwards must be as if nobody had been killed.
@Suite struct RestartPropertyTests {
    /// Runs with kills; `every` step, or at random.
    private func run(_ random: inout SeededGenerator, every: Int?, losing: Bool) throws -> Scenario {
        var scenario = Scenario(&random)
        scenario.bench.keepStates()
        for step in 1...260 {
            scenario.step(&random)
            try scenario.check()
            let dies = every.map { step % $0 == 0 } ?? (Int.random(in: 0..<12, using: &random) == 0)
            guard dies else { continue }
            try scenario.restart(&random, losingLastEvent: losing && Bool.random(using: &random))
            try scenario.check()
        }
        return scenario
    }

    /// Leaves everything, and looks at what is left.
    private func end(_ scenario: inout Scenario, _ random: inout SeededGenerator) throws {
        let bench = scenario.bench
        for strategy in scenario.strategies { strategy.answers = [:] }
        scenario.venue.refusals = 0
        scenario.venue.losses = 0
        bench.feed(.live)
        bench.command(.resume)
        bench.command(.stopEntries)
        for index in [Int32(0), 1, 2] where bench.engine.view(of: MarketID(index))?.facts.status == .inactive {
            bench.see(.status(MarketID(index), .active))
        }
        bench.command(.flatten)
        for _ in 0..<60 { scenario.pass(.seconds(1), &random) }
        try scenario.check()
        try scenario.checkPositions()
        let left = bench.engine.openTrades.filter { !$0.isAwaitingSettlement }
        try hold(left.isEmpty, "still open: \(left)")
        try hold(bench.view.openPositions == 0, "\(bench.view.openPositions) slots are taken")
    }

    @Test func `killed at random steps, the books stay those of the venue`() throws {
        var closed = 0
        try forSeeds(0..<120) { random in
            var scenario = try run(&random, every: nil, losing: false)
            try end(&scenario, &random)
            closed += scenario.bench.closedTrades.count
        }
        #expect(closed > 100, "only \(closed) round trips")
    }

    @Test func `killed between sending and keeping the state, nothing is sent twice and nothing is lost`() throws {
        var orders = 0
        try forSeeds(500..<620) { random in
            var scenario = try run(&random, every: nil, losing: true)
            try end(&scenario, &random)
            orders += scenario.bench.orders.count
        }
        #expect(orders > 300, "only \(orders) orders")
    }

    @Test(arguments: [1, 2, 3, 5, 8])
    func `killed at every step of so many, the same holds`(every: Int) throws {
        try forSeeds(900..<920) { random in
            var scenario = try run(&random, every: every, losing: true)
            try end(&scenario, &random)
        }
    }
}
