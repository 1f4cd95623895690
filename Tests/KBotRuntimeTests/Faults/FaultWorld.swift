import KBotEngine
import KBotExchange
import KBotJournal
import KBotKalshi
import KBotModel
import KBotTestSupport

@testable import KBotRuntime

/// A venue, a network, an account's journal, and a kbot that is killed and started again: one seed's whole life.
final class FaultWorld {
    let seed: UInt64
    let network: FaultNetwork
    let venue: FaultVenue
    let disk: any FaultDisk
    let engine: EngineConfiguration
    let desk: DeskConfiguration
    let start: Timestamp
    let terms: OrderTerms
    /// How far the processes' clock is from the venue's.
    var skew = TimeSpan.zero
    /// The account's order groups, as the last process kept them.
    var keptGroups: [KeptOrderGroup] = []
    /// Whether a process that takes trades up waits for the operator.
    var holdsOnRecovery = false

    // What must hold.
    var ledger = FaultLedger()
    /// Whether the last state kept says that nothing is opened.
    var isHaltKept = false
    var violation: String?
    var roles: [ClientOrderID: (role: OrderRole, process: Int)] = [:]
    var placements: [String: Int] = [:]
    var brokenSince: Timestamp?
    /// Whether an order was sent that the journal could not take: then a later process may refuse to go on.
    var mayRefuse = false

    // The process.
    var process: FaultProcess?
    var processes = 0
    var isCalm = false
    var dataAt = Timestamp(microseconds: 0)
    /// Since when the market has been beyond the stop of something held.
    var passed: [Ticker: Timestamp] = [:]

    /// Whether what happens is printed: for a seed that is played alone.
    var isTold = false
    /// What came of it.
    var tally = FaultTally()

    init(seed: UInt64, disk: any FaultDisk, orderPrefix: String = "kbot-0badcafe", length: TimeSpan) throws {
        self.seed = seed
        self.disk = disk
        let network = FaultNetwork(seed: seed)
        self.network = network
        // Some lives see midnight.
        let isLate = network.chance(20)
        let start = Timestamp(rfc3339: isLate ? "2026-11-22T23:58:40Z" : "2026-11-22T19:30:00Z") ?? .distantPast
        self.start = start
        var engine = EngineConfiguration()
        engine.limits.minRewardRisk = nil
        engine.limits.minTimeToClose = .seconds(6)
        engine.limits.maxPositions = 4
        engine.limits.maxExposure = .share(basisPoints: 3_000)
        engine.limits.dailyLoss = .share(basisPoints: 5_000)
        engine.limits.circuitBreakerLosses = network.chance(30) ? 5 : nil
        engine.limits.circuitBreakerPause = .span(.seconds(20))
        engine.sizing = .fixed(Quantity(contracts: 5))
        engine.exitBeforeClose = network.chance(30) ? .seconds(5) : nil
        self.engine = engine
        venue = try FaultVenue(
            seed: seed,
            start: start,
            lastOpening: start + length,
            cash: engine.initialCapital,
            isSlow: network.chance(30)
        )
        guard let terms = OrderTerms(run: RunID(orderPrefix)) else { throw FaultFailure("the prefix") }
        self.terms = terms
        var desk = DeskConfiguration(
            terms: terms,
            entryGroupLimit: network.chance(50) ? Quantity(contracts: 1_000) : nil
        )
        desk.reconcilePeriod = .seconds(10)
        desk.fillOverlap = .seconds(20)
        desk.lateArrival = .seconds(25)
        self.desk = desk
    }

    var now: Timestamp { start + TimeSpan(microseconds: network.uptime.microseconds) }

    func uptime(of time: Timestamp) -> Timestamp { Timestamp(microseconds: (time - start).microseconds) }

    // MARK: The whole life

    /// Lives it: times of trouble and of calm in turn, and at the end a calm in which everything is compared.
    func run() throws -> FaultTally {
        defer {
            network.end()
            process = nil
        }
        _ = try venue.advance(to: now)
        try storm()
        startProcess(after: .zero)
        pauseAgain()
        while venue.tape.nextTime < .distantFuture {
            try turn()
            if tally.refusals > 0 { return tally }
        }
        try calm()
        disk.trouble = nil
        holdsOnRecovery = false
        // The last process may begin late, and has to read the account twice.
        let latest = network.uptime + .minutes(5)
        var end = network.uptime + .seconds(90)
        while network.uptime < end {
            try turn()
            if tally.refusals > 0 { return tally }
            if process?.isRecovered != true { end = min(max(end, network.uptime + .seconds(60)), latest) }
            if let process, process.isOnHold { try process.command(.resume) }
        }
        try compareAtTheEnd()
        return tally
    }

    func turn() throws {
        tally.steps += 1
        let exchange = venue.exchange.nextDue ?? .distantFuture
        var next = min(network.nextTime, uptime(of: min(exchange, venue.tape.nextTime)))
        if let process { next = min(next, process.nextDue) }
        network.advance(to: max(next, network.uptime))
        for body in try venue.advance(to: now) { tell(body) }
        for event in venue.tape.takeUntold(until: now) { tell(event) }
        while let item = network.take() {
            if case .process(let number) = item.goal {
                guard let process, process.number == number, process.lives() else { continue }
                try item.act()
                try look(process)
            } else {
                try item.act()
            }
            if let violation {
                throw FaultFailure("at \(network.uptime.microseconds / 1_000) ms: \(violation)")
            }
        }
        if let process, process.nextDue <= network.uptime {
            if process.lives() { try process.tick() }
            try look(process)
        }
        if let violation { throw FaultFailure("at \(network.uptime.microseconds / 1_000) ms: \(violation)") }
    }

    /// Buries a process that died.
    func look(_ process: FaultProcess) throws {
        guard self.process === process else { return }
        if let refusal = process.refusal {
            require(mayRefuse, "the account was refused: \(refusal)")
            tally.refusals = 1
        }
        if process.journal.hasUnwritten { mayRefuse = true }
        guard process.isDead else { return }
        tally.crashes += 1
        say("process \(process.number) dies")
        tally.events += process.events
        network.kill(process.number)
        self.process = nil
        startProcess(after: network.chance(20) ? network.seconds(20...90) : network.seconds(0...5))
    }

    func startProcess(after span: TimeSpan) {
        network.schedule(.world, after: span) { [self] in
            guard process == nil else { return }
            processes += 1
            do {
                let left = try disk.left()
                let journal = try disk.begin(processes, left: left)
                let process = try FaultProcess(processes, self, journal, left: left)
                say("process \(processes) begins\n  \(left?.lines.joined(separator: "\n  ") ?? "with nothing")")
                self.process = process
                if !isCalm {
                    let isSoon = network.chance(35)
                    process.touchesLeft = Int.random(in: isSoon ? 1...40 : 40...1_500, using: &network.random)
                }
                try process.start()
                try look(process)
                connect(process, after: network.delay() * 3)
            } catch is JournalError {
                startProcess(after: .seconds(1))  // it ends with a sentence, and somebody starts it again
            }
        }
    }

    func pauseAgain() {
        network.schedule(.world, after: .milliseconds(200)) { [self] in
            if let process {
                if process.lives() { try process.pause() }
                try look(process)
            }
            if let process { watchStops(process) } else { passed = [:] }
            pauseAgain()
        }
    }
}
