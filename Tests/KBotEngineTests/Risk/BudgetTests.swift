import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// A bench whose only limits are budgets.
private func unlimited(
    others: [any Strategy] = [],
    _ budgets: [StrategyName: RiskLimits.Amount],
    _ configure: (inout EngineConfiguration) -> Void = { _ in }
) -> Bench {
    Bench(others: others) {
        $0.budgets = budgets
        $0.limits.riskPerTrade = nil
        $0.limits.maxExposure = nil
        $0.limits.dailyLoss = nil
        $0.limits.circuitBreakerLosses = nil
        $0.limits.maxPositions = nil
        configure(&$0)
    }
}

private func dollars(_ dollars: Int64) -> RiskLimits.Amount { .dollars(Money(dollars: dollars)) }
private func percent(_ percent: Int64) -> RiskLimits.Amount { .share(basisPoints: percent * 100) }
private func contracts(_ count: Int64) -> Quantity { Quantity(contracts: count) }

/// A budget, a signal, and the contracts that cost no more.
private let priced: [(budget: RiskLimits.Amount, signal: Signal, count: Int64)] = [
    (dollars(10), Bench.long(), 20),  // 20 × 48¢ = $9.60
    (dollars(10), Bench.short(), 20),  // 20 × 50¢
    (percent(1), Bench.long(), 20),
    (percent(50), Bench.long(), 1_041),  // $499.68
    (dollars(10), Bench.long(50, stop: 44, target: 70, .market), 16),  // as far as it reaches: 60¢
    (dollars(10), Bench.long(count: 5), 5),
]

@Test(arguments: priced.indices)
func `an entry costs no more than its strategy's budget`(_ index: Int) throws {
    let (budget, signal, count) = priced[index]
    let bench = unlimited(["scripted": budget]).ready()
    bench.signal(signal)
    #expect(try bench.last(.entry).count == contracts(count))
}

@Test func `what the strategy has open counts against its budget, what others have does not`() throws {
    let other = ScriptedStrategy("other")
    let bench = unlimited(others: [other], ["scripted": dollars(10), "other": dollars(20)]).ready(0).ready(1).ready(2)
        .ready(3)
    try bench.enter(Bench.long(count: 15), in: 0)  // $7.20
    other.answers[MarketID(1)] = .signal(Bench.long())
    bench.wait(.seconds(10))
    #expect(try bench.last(.entry).count == contracts(41))
    bench.signal(Bench.long(), in: 2)
    #expect(try bench.last(.entry).count == contracts(5))
    bench.signal(Bench.long(), in: 3)
    #expect(bench.denials == [.strategyBudget])
    #expect(bench.all(.entry).count == 3)
}

@Test func `a strategy without a budget may use all of the account`() throws {
    let bench = unlimited(["another": dollars(1)]).ready()
    bench.signal(Bench.long())
    #expect(try bench.last(.entry).count > contracts(2_000))
}

@Test func `limits that are shares count from the budget, too`() throws {
    // A fifth of the budget of $100.
    let exposed = unlimited(["scripted": dollars(100)]) { $0.limits.maxExposure = percent(20) }.ready()
    exposed.signal(Bench.long())
    #expect(try exposed.last(.entry).count == contracts(41))
    // 2 % of the budget of $100 at the stop, of the account it would be ten times that.
    func sized(_ budgets: [StrategyName: RiskLimits.Amount]) throws -> Int64 {
        let bench = unlimited(budgets) { $0.limits.riskPerTrade = percent(2) }.ready(
            fees: FeeSchedule(kind: .quadratic, multiplier: 0)
        )
        bench.signal(Bench.long())
        return try bench.last(.entry).count.units / 100
    }
    // Four cents to the stop and two ticks of slippage.
    #expect(try sized(["scripted": dollars(100)]) == 33)
    #expect(try sized([:]) == 333)
}

@Test func `a share follows equity`() throws {
    let bench = unlimited(["scripted": percent(10)]).ready(0, fees: FeeSchedule(kind: .quadratic, multiplier: 0))
        .ready(1, fees: FeeSchedule(kind: .quadratic, multiplier: 0))
    try bench.enter(Bench.long(), in: 0)
    #expect(try bench.last(.target).count == contracts(208))
    bench.fall(to: 40, in: 0)
    bench.cancelled(try bench.last(.target))
    bench.fill(try bench.last(.exit), nil, at: 30, .taker)
    #expect(bench.view.equity == Money(units: 962_560_000))
    bench.signal(Bench.long(), in: 1)
    #expect(try bench.last(.entry).count == contracts(200))
}

@Test func `what waits for its settlement still uses the budget`() throws {
    let bench = unlimited(["scripted": dollars(10)]) { $0.limits.minTimeToClose = nil }
    bench.list(0, life: .minutes(1))
    bench.quote(48, 50)
    bench.trade(50)
    bench.ready(1)
    try bench.enter(Bench.long(count: 20), in: 0)
    bench.advance(to: Bench.start + .minutes(2))
    bench.signal(Bench.long(), in: 1)
    #expect(bench.denials == [.strategyBudget])
    bench.settle(.yes, in: 0)
    bench.signal(Bench.long(), in: 1)
    #expect(try bench.last(.entry).count == contracts(20))
}

@Test func `a budget that is used up by losses opens nothing`() throws {
    let bench = unlimited(["scripted": percent(10)]) {
        $0.initialCapital = Money(dollars: 4)
    }.ready()
    bench.signal(Bench.long())
    #expect(bench.denials == [.strategyBudget])
}

@Test func `the first strategy to enter has the market until it is flat`() throws {
    let other = ScriptedStrategy("other")
    let bench = Bench(others: [other]).ready(0).ready(1)
    other.answers[Bench.market] = .signal(Bench.long(count: 2))
    bench.signal(Bench.long(count: 1))
    #expect(bench.all(.entry).map(\.count) == [contracts(1)])
    #expect(bench.denials == [.entryPending])
    let entry = try bench.last(.entry)
    bench.fill(entry)
    other.answers[Bench.market] = .signal(Bench.long(count: 2))
    bench.wait(.seconds(10))
    #expect(bench.denials == [.entryPending, .positionOpen])
    // Another market is free.
    other.answers[MarketID(1)] = .signal(Bench.long(count: 3))
    bench.wait(.seconds(10))
    #expect(bench.all(.entry).last?.market == MarketID(1))
    bench.fill(try #require(bench.all(.target).first { $0.market == Bench.market }))
    other.answers[Bench.market] = .signal(Bench.long(count: 2))
    bench.cancelled(try bench.last(.entry))
    bench.wait(.seconds(10))
    #expect(bench.all(.entry).last?.market == Bench.market)
    #expect(bench.all(.entry).last?.count == contracts(2))
}

@Test func `through random runs no entry takes a strategy beyond its budget`() throws {
    var entries: [StrategyName: Int] = [:]
    var denials = 0
    try forSeeds(6_000..<6_080) { random in
        let others = ["second", "third"].map { ScriptedStrategy(StrategyName($0), callbacks: [.fill]) }
        let budgets: [StrategyName: RiskLimits.Amount] = [
            "scripted": percent(Int64.random(in: 1...3, using: &random)),
            "second": dollars(Int64.random(in: 1...6, using: &random)),
        ]
        var scenario = Scenario(&random, others: others) {
            $0.budgets = budgets
            $0.limits.maxExposure = .share(basisPoints: 9_000)
            $0.limits.maxPositions = nil
            $0.limits.riskPerTrade = .share(basisPoints: 9_000)
            $0.limits.dailyLoss = nil
        }
        let bench = scenario.bench
        bench.watch = { [unowned bench] before in
            for (index, name) in (["scripted", "second"] as [StrategyName]).enumerated() {
                let own = bench.engine.brackets.filter { $0.strategyIndex == index }
                guard own.contains(where: { !before.contains(ObjectIdentifier($0)) }) else { continue }
                entries[name, default: 0] += 1
                let exposure = own.reduce(Money.zero) { $0 + $1.exposure }
                let budget = try #require(budgets[name]).money(of: bench.engine.equity)
                try hold(exposure <= budget, "\(name) has \(exposure) of \(budget) at \(bench.elapsed)")
            }
        }
        for _ in 0..<300 {
            scenario.step(&random)
            if let failure = bench.failures.first { try hold(false, failure) }
        }
        denials += bench.denials.count { $0 == .strategyBudget }
    }
    let (scripted, second) = (entries["scripted"] ?? 0, entries["second"] ?? 0)
    #expect(scripted > 300 && second > 150 && denials > 40, "\(scripted), \(second), \(denials)")
}
