import KBotModel
import KBotTestSupport

@testable import KBotEngine

/// A random run: quotes, trades, signals, operators and a random venue, over three short markets and midnight.
struct Scenario {
    let bench: Bench
    /// The strategies that signals are put into.
    let strategies: [ScriptedStrategy]
    var venue = RandomVenue()
    var mids: [Int32] = [50, 50, 50]
    /// Whether limits, halts, stale feeds and resyncs come and go.
    var isRough = true
    /// Whether results come before the last fills are told.
    var settlesEarly = false
    private var settled: Set<Int32> = []
    private var results: [Int32: Settlement] = [:]
    private var entriesSeen = 0

    init(
        _ random: inout SeededGenerator,
        strategy: ScriptedStrategy = ScriptedStrategy(callbacks: [.fill, .trade]),
        others: [ScriptedStrategy] = [],
        besides: [any Strategy] = [],
        ruled: Bool? = nil,
        rules: [any RiskRule] = [],
        _ configure: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        strategies = [strategy] + others
        let triggers = StopTrigger.allCases
        let trigger = triggers[Int.random(in: 0..<triggers.count, using: &random)]
        let exitBefore = Bool.random(using: &random)
        let rule = ScriptedRule("odd", .reduce(to: Quantity(contracts: 25), "ODD", ""))
        bench = Bench(
            strategy: strategy,
            others: others + besides,
            rules: ((ruled ?? Bool.random(using: &random)) ? [rule] : []) + rules
        ) {
            $0.stopTrigger = trigger
            $0.exitBeforeClose = exitBefore ? .seconds(40) : nil
            $0.limits.maxPositions = 3
            $0.limits.circuitBreakerLosses = 4
            $0.limits.circuitBreakerPause = .span(.seconds(20))
            $0.limits.minTimeToClose = .minutes(1)
            $0.limits.minRewardRisk = 10_000
            $0.limits.dailyLoss = .share(basisPoints: 3_000)
            configure(&$0)
        }
        bench.reportsViolations = false
        bench.advance(to: Bench.start.utcDay.next.start - .minutes(4))
        for index in [Int32(0), 1, 2] {
            bench.list(index, life: .minutes(6 + Int64(index)), opens: bench.now)
            bench.quote(49, 51, in: index)
            bench.trade(50, in: index)
        }
    }

    mutating func run(_ steps: Int, _ random: inout SeededGenerator) throws {
        for _ in 0..<steps {
            step(&random)
            try check()
        }
        // The venue falls silent only when everything is told.
        finish(&random)
        try check()
    }

    mutating func step(_ random: inout SeededGenerator) {
        let span = TimeSpan.milliseconds(Int64.random(in: 0...2_500, using: &random))
        pass(span, &random)
        let index = Int32.random(in: 0...2, using: &random)
        guard !settled.contains(index) else { return }
        let id = MarketID(index)
        if let market = bench.markets[id], bench.now >= market.closeTime {
            if settlesEarly { for _ in 0..<3 { venue.trade(bench, &random) } }
            venue.end(id, bench, &random)
            if Bool.random(using: &random) { bench.see(.status(id, .closed)) }
            if !settlesEarly { pass(.seconds(3), &random) }
            let result = Settlement(value: Price(cents: [0, 100, 37][Int.random(in: 0...2, using: &random)]))
            results[index] = result
            bench.settle(result, in: index)
            settled.insert(index)
            return
        }
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<8:
            let mid = max(4, min(96, mids[Int(index)] + Int32.random(in: -4...4, using: &random)))
            mids[Int(index)] = mid
            bench.quote(mid - 1, mid + 1, in: index)
        case 8..<13:
            bench.trade(
                mids[Int(index)] + Int32.random(in: -2...2, using: &random),
                taker: Bool.random(using: &random) ? .bid : .ask,
                in: index
            )
        case 13..<18:
            // Often several want the same market.
            for strategy in strategies where strategies.count == 1 || Bool.random(using: &random) {
                strategy.answers[id] = .signal(signal(index, &random))
            }
        case 18..<21: venue.trade(bench, &random)
        case 21: venue.trade(bench, &random)
        default: if isRough { disturb(id, &random) }
        }
        venue.read(bench, &random)
    }

    /// Lets time pass from one thing that happens to the next: timers the engine asked for, answers of the venue.
    mutating func pass(_ span: TimeSpan, _ random: inout SeededGenerator) {
        let end = bench.now + span
        repeat {
            bench.advance(to: min(end, venue.nextDue ?? end, max(bench.now, bench.engine.nextDeadline)))
            venue.read(bench, &random)
            while venue.speak(to: bench, &random) { venue.read(bench, &random) }
        } while bench.now < end && bench.failures.isEmpty
    }

    mutating func finish(_ random: inout SeededGenerator) {
        bench.feed(.live)
        for index in [Int32(0), 1, 2] where !settled.contains(index) { bench.quote(49, 51, in: index) }
        pass(.seconds(5), &random)
    }

    /// Kills the engine and takes up another one from what was kept, some time later; the venue goes on.
    mutating func restart(_ random: inout SeededGenerator, losingLastEvent: Bool = false) throws {
        if !losingLastEvent || Bool.random(using: &random) {
            venue.read(bench, &random)
        } else {
            venue.loseRequests(of: bench)
        }
        let span = TimeSpan.milliseconds(Int64.random(in: 0...30_000, using: &random))
        for _ in 0..<Int.random(in: 0...2, using: &random) { venue.trade(bench, &random) }
        for id in bench.markets.keys.sorted() {
            if let close = bench.markets[id]?.closeTime, bench.now + span >= close { venue.end(id, bench, &random) }
        }
        venue.loseListener()
        venue.retells = true
        // Until the venue has told what was missed, the engine cannot know it.
        bench.checksMoney = false
        try bench.restart(losingLastEvent: losingLastEvent, after: span)
        for index in [Int32(0), 1, 2] {
            guard let market = bench.markets[MarketID(index)] else { continue }
            bench.see(.listed(market))
            if let result = results[index] { bench.settle(result, in: index) }
            let mid = mids[Int(index)]
            if results[index] == nil { bench.quote(mid - 1, mid + 1, in: index) }
            venue.read(bench, &random)
        }
        for _ in 0..<30 where !venue.isSilent { pass(.seconds(1), &random) }
        bench.checksMoney = true
        try checkPositions()
    }

    /// What the engine holds is what the venue holds, in every market that is not decided.
    func checkPositions() throws {
        guard venue.isSilent else { return }
        for index in [Int32(0), 1, 2] where results[index] == nil {
            let id = MarketID(index)
            var held = Quantity.zero
            for bracket in bench.engine.brackets where bracket.market.facts.id == id {
                held += bracket.direction == .long ? bracket.position : -bracket.position
            }
            let there = venue.positions[id] ?? .zero
            try hold(held == there, "at \(bench.elapsed): \(held) held in \(id), \(there) at the venue")
        }
    }

    private func signal(_ index: Int32, _ random: inout SeededGenerator) -> Signal {
        let mid = mids[Int(index)]
        let risk = Int32.random(in: 1...4, using: &random)
        let sign: Int32 = Bool.random(using: &random) ? 1 : -1
        let type = EntryType.allCases[Int.random(in: 0...2, using: &random)]
        let entry = type == .stop ? mid + sign * 3 : mid - sign * Int32.random(in: 0...2, using: &random)
        return Signal(
            direction: sign > 0 ? .long : .short,
            entry: Price(cents: entry),
            stop: .price(Price(cents: entry - sign * risk)),
            target: .price(Price(cents: entry + sign * 2 * risk)),
            entryType: type,
            count: Bool.random(using: &random) ? nil : Quantity(contracts: 9)
        )
    }

    private func disturb(_ id: MarketID, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: bench.feed(.stale)
        case 1, 2: bench.feed(.live)
        case 3: bench.see(.gap(id))
        case 4: bench.command(.halt(until: bench.now + .seconds(20), code: "X", reason: ""))
        case 5: bench.command(.resume)
        case 6: bench.command(.foreignPosition(id, Bool.random(using: &random)))
        case 7: bench.see(.status(id, Bool.random(using: &random) ? .inactive : .active))
        default: if Int.random(in: 0..<4, using: &random) == 0 { bench.command(.flatten) }
        }
    }

    mutating func check() throws {
        if let failure = bench.failures.first { try hold(false, failure) }
        try hold(venue.oversold == 0, "at \(bench.elapsed): more was sold than was held")
        try hold(bench.view.cash >= .zero, "at \(bench.elapsed): cash is \(bench.view.cash)")
        let entries = bench.all(.entry).count
        if entries > entriesSeen {
            let most = bench.view.capital.share(basisPoints: 2_000)
            try hold(bench.view.exposure <= most, "at \(bench.elapsed): exposure is \(bench.view.exposure)")
            try hold(bench.view.openPositions <= 3, "at \(bench.elapsed): \(bench.view.openPositions) positions")
            entriesSeen = entries
        }
        let held = bench.engine.openTrades.reduce(Quantity.zero) { $0 + $1.count }
        try hold(held.units >= 0, "at \(bench.elapsed): a position of \(held)")
    }
}
