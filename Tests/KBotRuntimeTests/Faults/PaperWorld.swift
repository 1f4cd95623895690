import KBotEngine
import KBotJournal
import KBotModel
import KBotSimulation
import KBotTestSupport

@testable import KBotRuntime

/// A feed, an account on paper and its journal, and a kbot that is killed and started again.
///
/// Engine and paper exchange die together and come back together; between them nothing can be lost, so their books agree
/// after every event, not only at the end.
final class PaperWorld {
    let seed: UInt64
    let network: FaultNetwork
    let disk: any FaultDisk
    let engine: EngineConfiguration
    let friction: Friction
    private let tape: FaultTape
    private let start: Timestamp
    private(set) var skew = TimeSpan.zero
    private var markets: [MarketID: PaperTapeMarket] = [:]
    private var process: PaperProcess?
    private var processes = 0
    private var isCalm = false
    private var dataAt = Timestamp(microseconds: 0)
    private var brokenSince: Timestamp?
    private var violation: String?
    private var made: [ClientOrderID: Int] = [:]
    private(set) var tally = FaultTally()

    init(seed: UInt64, disk: any FaultDisk, length: TimeSpan) {
        self.seed = seed
        self.disk = disk
        let network = FaultNetwork(seed: seed ^ 0x7061_7065_72)
        self.network = network
        let start =
            Timestamp(rfc3339: network.chance(20) ? "2026-11-22T23:58:40Z" : "2026-11-22T19:30:00Z") ?? .distantPast
        self.start = start
        tape = FaultTape(seed: seed, start: start, lastOpening: start + length)
        friction = [.realistic, .optimistic, .pessimistic].randomElement(using: &network.random) ?? .realistic
        var engine = EngineConfiguration()
        engine.limits.minRewardRisk = nil
        engine.limits.minTimeToClose = .seconds(6)
        engine.limits.maxPositions = 4
        engine.limits.dailyLoss = .share(basisPoints: 5_000)
        engine.limits.circuitBreakerLosses = network.chance(30) ? 5 : nil
        engine.limits.circuitBreakerPause = .span(.seconds(20))
        engine.sizing = .fixed(Quantity(contracts: 5))
        self.engine = engine
    }

    var now: Timestamp { start + TimeSpan(microseconds: network.uptime.microseconds) }

    func uptime(of time: Timestamp) -> Timestamp { Timestamp(microseconds: (time - start).microseconds) }

    /// Lives it to the end.
    func run() throws -> FaultTally {
        defer {
            network.end()
            process = nil
        }
        storm()
        startProcess(after: .zero)
        pauseAgain()
        pull()
        while tape.nextTime < .distantFuture { try turn() }
        calm()
        let end = network.uptime + .seconds(110)
        while network.uptime < end { try turn() }
        guard let process else { throw FaultFailure("no process at the end") }
        tally.events += process.events
        try hold(!process.hasOpenTrades, "open at the end: \(process.trades)")
        try process.finish(at: now)
        return tally
    }

    private func turn() throws {
        tally.steps += 1
        var next = min(network.nextTime, uptime(of: tape.nextTime))
        if let process { next = min(next, process.nextDue) }
        network.advance(to: max(next, network.uptime))
        for event in tape.takeUntold(until: now) { tell(event) }
        pull()
        while let item = network.take() {
            if case .process(let number) = item.goal {
                guard let process, process.number == number, process.lives() else { continue }
                try item.act()
                try look(process)
            } else {
                try item.act()
            }
        }
        if let process, process.nextDue <= network.uptime {
            if process.lives() { try process.tick() }
            try look(process)
        }
        if let violation { throw FaultFailure("at \(network.uptime.microseconds / 1_000) ms: \(violation)") }
    }

    /// Has the tape made far enough ahead.
    private func pull() {
        var events: [MarketEvent] = []
        while tape.nextTime == .distantFuture, tape.next(into: &events) {}
    }

    private func look(_ process: PaperProcess) throws {
        guard self.process === process, process.isDead else { return }
        tally.crashes += 1
        tally.events += process.events
        network.kill(process.number)
        self.process = nil
        startProcess(after: network.chance(20) ? network.seconds(20...90) : network.seconds(0...5))
    }

    private func startProcess(after span: TimeSpan) {
        network.schedule(.world, after: span) { [self] in
            guard process == nil else { return }
            processes += 1
            do {
                let left = try disk.left()
                let journal = try disk.begin(processes, left: left)
                let process = PaperProcess(processes, self, journal, left: left)
                self.process = process
                if !isCalm {
                    process.touchesLeft = Int.random(in: 1...(network.chance(30) ? 30 : 900), using: &network.random)
                }
                try process.start()
                try look(process)
                connect(process, after: network.delay() * 3)
            } catch is JournalError {
                startProcess(after: .seconds(1))
            }
        }
    }

    private func connect(_ process: PaperProcess, after span: TimeSpan) {
        network.schedule(.process(process.number), after: span) { [self] in
            if !process.isConnected { try process.connect(markets.values.sorted { $0.facts.id < $1.facts.id }) }
        }
    }

    private func pauseAgain() {
        network.schedule(.world, after: .milliseconds(200)) { [self] in
            if let process {
                if process.lives() { try process.pause() }
                try look(process)
            }
            pauseAgain()
        }
    }

    // MARK: Trouble

    private func storm() {
        isCalm = false
        network.faults = .random(&network.random)
        let length = network.seconds(10...40)
        for _ in 0..<3 {
            let at = TimeSpan(microseconds: Int64.random(in: 0..<length.microseconds, using: &network.random))
            let kind = Int.random(in: 0..<5, using: &network.random)
            network.schedule(.world, after: at) { [self] in try trouble(kind) }
        }
        network.schedule(.world, after: length) { [self] in
            guard tape.nextTime < .distantFuture else { return }
            calm()
            network.schedule(.world, after: .seconds(5)) { [self] in if tape.nextTime < .distantFuture { storm() } }
        }
        process?.touchesLeft = Int.random(in: 20...2_000, using: &network.random)
    }

    private func calm() {
        isCalm = true
        network.faults = .none
        skew = .zero
        disk.trouble = nil
        brokenSince = nil
        process?.touchesLeft = .max
    }

    private func trouble(_ kind: Int) throws {
        guard !isCalm else { return }
        switch kind {
        case 0:
            skew = .milliseconds(Int64.random(in: -3_000...3_000, using: &network.random))
            network.schedule(.world, after: network.seconds(1...8)) { [self] in skew = .zero }
        case 1:
            guard let process, process.isConnected, process.lives() else { return }
            try process.disconnect()
            try look(process)
            connect(process, after: network.seconds(0...9))
        case 2:
            disk.trouble = [.full, .readOnly, .inputOutput, .busy].randomElement(using: &network.random)
            brokenSince = now
            network.schedule(.world, after: network.seconds(1...9)) { [self] in
                disk.trouble = nil
                brokenSince = nil
            }
        case 3:
            guard let process, process.lives() else { return }
            let command: Command =
                Bool.random(using: &network.random)
                ? .halt(until: nil, code: .halted, reason: "test", cancelsTargets: Bool.random(using: &network.random))
                : .flatten
            try process.command(command)
            try look(process)
            network.schedule(.world, after: network.seconds(3...12)) { [self] in try resume() }
        default:
            if let process {
                process.touchesLeft = min(process.touchesLeft, Int.random(in: 1...60, using: &network.random))
            }
        }
    }

    private func resume() throws {
        guard let process, process.lives() else {
            network.schedule(.world, after: .seconds(2)) { [self] in try resume() }
            return
        }
        try process.command(.resume)
        try look(process)
    }

    // MARK: Data

    private func tell(_ event: MarketEvent) {
        guard let id = event.market else { return }
        if case .listed(let facts) = event.kind, markets[id] == nil { markets[id] = PaperTapeMarket(facts) }
        markets[id]?.take(event)
        guard let process, process.isConnected else { return }
        let connection = process.connection
        dataAt = max(dataAt, network.uptime + network.delay())
        let span = dataAt - network.uptime
        if case .listed = event.kind {
        } else if network.chance(network.faults.lostData) {
            network.schedule(.process(process.number), after: span) { [self] in
                guard process.connection == connection, let market = markets[id] else { return }
                try process.hear(MarketEvent(time: now, .gap(id)), of: market.facts.ticker)
            }
            network.schedule(.process(process.number), after: span + network.seconds(0...2)) { [self] in
                if process.connection == connection, let market = markets[id] { try process.tell(market, isNew: false) }
            }
            return
        }
        network.schedule(.process(process.number), after: span) { [self] in
            guard process.connection == connection, let market = markets[id] else { return }
            try process.hear(event, of: market.facts.ticker)
        }
    }

    // MARK: What must hold

    func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, violation == nil { violation = what() }
    }

    /// The engine wants an order sent.
    func meant(_ id: ClientOrderID, _ role: OrderRole, by process: PaperProcess) {
        require(made.updateValue(process.number, forKey: id) == nil, "\(id) was made twice")
        tally.orders += 1
        guard role == .entry else { return }
        require(!process.isHalted, "\(id) is an entry of a halted engine")
        if let brokenSince {
            require(
                now <= brokenSince + .seconds(1),
                "\(id), an entry, left \(now - brokenSince) after the disk failed"
            )
        }
    }

    /// Engine and exchange fit together.
    func compare(_ engine: borrowing Engine, _ exchange: PaperExchange, _ numbers: [Ticker: MarketID]) {
        tally.comparisons += 1
        var tied = Money.zero
        var held: [Ticker: Quantity] = [:]
        for trade in engine.openTrades {
            switch trade.direction {
            case .long:
                tied += trade.entryValue - trade.realisedGross
                held[trade.market, default: .zero] += trade.count
            case .short:
                tied += Money.value(of: trade.count, at: .one) - trade.entryValue - trade.realisedGross
                held[trade.market, default: .zero] += -trade.count
            }
        }
        for (ticker, id) in numbers {
            let (ours, theirs) = (held[ticker] ?? .zero, exchange.position(in: id))
            require(ours == theirs, "\(ticker): the engine holds \(ours), the exchange \(theirs)")
        }
        let total = exchange.cash + exchange.reserved
        let expected =
            self.engine.initialCapital + engine.totals.realisedGross - engine.totals.feesPaid - tied
        require(total == expected, "the exchange has \(total), by the engine's books it should have \(expected)")
        require(exchange.feesPaid == engine.totals.feesPaid, "fees \(exchange.feesPaid) and \(engine.totals.feesPaid)")
    }
}

/// A market of the tape as it stands, for whoever meets it in the middle of its life.
struct PaperTapeMarket {
    private(set) var facts: Market
    private(set) var book = OrderBook()
    private(set) var trades: [PastTrade] = []
    private(set) var result: Settlement?

    init(_ facts: Market) { self.facts = facts }

    mutating func take(_ event: MarketEvent) {
        switch event.kind {
        case .listed(let facts): self.facts = facts
        case .snapshot(_, let snapshot): book.replace(with: snapshot)
        case .delta(_, let outcome, let price, let change): _ = book.add(change, at: price, outcome: outcome)
        case .trade(let trade): trades.append(PastTrade(time: event.time, trade: trade))
        case .status(_, let status): facts.status = status
        case .settled(_, let settlement): result = settlement
        case .gap, .history, .spot, .spotCandle: break
        }
    }
}
