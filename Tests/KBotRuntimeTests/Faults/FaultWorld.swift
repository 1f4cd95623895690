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
    private let start: Timestamp
    private let terms: OrderTerms
    /// How far the processes' clock is from the venue's.
    private(set) var skew = TimeSpan.zero
    /// Whether a process that takes trades up waits for the operator.
    private(set) var holdsOnRecovery = false

    // What must hold.
    var ledger = FaultLedger()
    /// Whether the last state kept says that nothing is opened.
    var isHaltKept = false
    private var violation: String?
    private var roles: [ClientOrderID: (role: OrderRole, process: Int)] = [:]
    private var placements: [String: Int] = [:]
    private var brokenSince: Timestamp?
    /// Whether an order was sent that the journal could not take: then a later process may refuse to go on.
    private var mayRefuse = false

    // The process.
    private(set) var process: FaultProcess?
    private var processes = 0
    private(set) var isCalm = false
    private var dataAt = Timestamp(microseconds: 0)
    /// Since when the market has been beyond the stop of something held.
    private var passed: [Ticker: Timestamp] = [:]

    /// What came of it.
    private(set) var tally = FaultTally()

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
        let end = network.uptime + .seconds(90)
        while network.uptime < end {
            try turn()
            if tally.refusals > 0 { return tally }
            if let process, process.isOnHold { try process.command(.resume) }
        }
        try compareAtTheEnd()
        return tally
    }

    private func turn() throws {
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
    private func look(_ process: FaultProcess) throws {
        guard self.process === process else { return }
        if let refusal = process.refusal {
            require(mayRefuse, "the account was refused: \(refusal)")
            tally.refusals = 1
        }
        if process.journal.hasUnwritten { mayRefuse = true }
        guard process.isDead else { return }
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
                let process = try FaultProcess(processes, self, journal, left: left)
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

    private func pauseAgain() {
        network.schedule(.world, after: .milliseconds(200)) { [self] in
            if let process {
                if process.lives() { try process.pause() }
                try look(process)
            }
            if let process { watchStops(process) } else { passed = [:] }
            pauseAgain()
        }
    }

    // MARK: Trouble and calm

    private func storm() throws {
        isCalm = false
        network.faults = .random(&network.random)
        holdsOnRecovery = network.chance(15)
        let length = network.seconds(10...40)
        for _ in 0..<3 {
            let at = TimeSpan(microseconds: Int64.random(in: 0..<length.microseconds, using: &network.random))
            let kind = Int.random(in: 0..<6, using: &network.random)
            network.schedule(.world, after: at) { [self] in try trouble(kind) }
        }
        network.schedule(.world, after: length) { [self] in try calm() }
        if let process { process.touchesLeft = Int.random(in: 20...3_000, using: &network.random) }
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
            network.schedule(.world, after: network.seconds(1...9)) { [self] in mend() }
        case 3:
            guard let process, process.lives() else { return }
            let isWhole = Bool.random(using: &network.random)
            try process.command(
                .halt(until: nil, code: .halted, reason: "test", cancelsTargets: isWhole)
            )
            try look(process)
            network.schedule(.world, after: network.seconds(3...15)) { [self] in try resume() }
        case 4:
            guard let process, process.lives() else { return }
            try process.command(.flatten)
            try look(process)
        default:
            if let process {
                process.touchesLeft = min(process.touchesLeft, Int.random(in: 1...60, using: &network.random))
            }
        }
    }

    private func mend() {
        disk.trouble = nil
        brokenSince = nil
    }

    private func resume() throws {
        guard let process, process.lives() else {
            // Nobody is there to hear it: the operator says it again.
            network.schedule(.world, after: .seconds(2)) { [self] in try resume() }
            return
        }
        try process.command(.resume)
        try look(process)
    }

    private func connect(_ process: FaultProcess, after span: TimeSpan) {
        network.schedule(.process(process.number), after: span) {
            if !process.isConnected { try process.connect() }
        }
    }

    private func calm() throws {
        guard !isCalm else { return }
        isCalm = true
        network.faults = .none
        skew = .zero
        mend()
        process?.touchesLeft = .max
        let next = network.seconds(14...20)
        network.schedule(.world, after: next) { [self] in try endCalm(tries: 0) }
    }

    /// Compares when nothing is under way, and lets trouble begin again.
    private func endCalm(tries: Int) throws {
        guard venue.tape.nextTime < .distantFuture else { return }
        if let process, process.isIdle, network.isQuiet(process.number) {
            try comparePositions(process)
            tally.comparisons += 1
        } else if tries < 400 {
            network.schedule(.world, after: .milliseconds(17)) { [self] in try endCalm(tries: tries + 1) }
            return
        }
        try storm()
    }

    // MARK: Telling

    private func tell(_ body: Frame.Body) {
        guard let process, process.isConnected else { return }
        send(body, to: process)
        if network.chance(network.faults.doubledFrames) { send(body, to: process) }
    }

    private func send(_ body: Frame.Body, to process: FaultProcess) {
        guard !network.chance(network.faults.lostFrames) else { return }
        let connection = process.connection
        network.schedule(.process(process.number), after: network.delay()) {
            if process.connection == connection { try process.hear(body) }
        }
    }

    /// Data come in their order; what is lost leaves a gap, and the market is told anew.
    private func tell(_ event: MarketEvent) {
        guard let process, process.isConnected, let id = event.market,
            let ticker = venue.ticker(of: id)
        else { return }
        let connection = process.connection
        dataAt = max(dataAt, network.uptime + network.delay())
        let span = dataAt - network.uptime
        if case .listed = event.kind {
        } else if network.chance(network.faults.lostData) {
            network.schedule(.process(process.number), after: span) { [self] in
                guard process.connection == connection else { return }
                try process.hear(MarketEvent(time: now, .gap(id)), of: ticker)
            }
            network.schedule(.process(process.number), after: span + network.seconds(0...2)) {
                if process.connection == connection { try process.tell(ticker) }
            }
            return
        }
        network.schedule(.process(process.number), after: span) {
            if process.connection == connection { try process.hear(event, of: ticker) }
        }
    }

    // MARK: What must hold

    func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, violation == nil { violation = what() }
    }

    /// The engine wants an order sent.
    func meant(_ order: NewOrder, _ role: OrderRole, by process: FaultProcess, isRefused: Bool) {
        let known = roles.updateValue((role, process.number), forKey: order.id)
        require(known == nil, "\(order.id) was made twice")
        tally.orders += 1
        if isRefused { tally.refusedByJournal += 1 }
    }

    /// The desk hands an order to the network.
    func sent(_ order: CreateOrder, by process: FaultProcess) {
        placements[order.clientID, default: 0] += 1
        require(placements[order.clientID] == 1, "\(order.clientID) was placed twice")
        guard let id = terms.order(order.clientID), let (role, maker) = roles[id] else {
            return require(false, "\(order.clientID) is nobody's")
        }
        require(maker == process.number, "\(id) of process \(maker) was placed by process \(process.number)")
        guard role == .entry else { return }
        require(!process.isHalted, "\(id), an entry, left while entries were halted")
        require(!isHaltKept, "\(id), an entry, left while the account was halted")
        if let brokenSince {
            require(
                now <= brokenSince + .seconds(1),
                "\(id), an entry, left \(now - brokenSince) after the disk failed"
            )
        }
    }

    func foreign(_ ticker: Ticker, _ text: String, _ process: FaultProcess) throws {
        tally.foreign += 1
    }

    func warned(_ kind: DeskWarning, _ text: String, _ process: FaultProcess) throws {
        require(kind != .positionDrift || mayRefuse, text)
        require(kind != .settlementDifference || mayRefuse, text)
    }

    /// The engine's positions are the venue's.
    private func comparePositions(_ process: FaultProcess) throws {
        var ours: [Ticker: Quantity] = [:]
        for trade in process.trades {
            ours[trade.market, default: .zero] += trade.direction == .long ? trade.count : -trade.count
        }
        let theirs = venue.positions
        for ticker in Set(ours.keys).union(theirs.keys).sorted() {
            // What is being paid is told and paid at two times.
            guard let market = venue.market(ticker), market.phase == .active || market.phase == .inactive else {
                continue
            }
            let (mine, other) = (ours[ticker] ?? .zero, theirs[ticker] ?? .zero)
            require(mine == other, "\(ticker): the engine holds \(mine), the venue \(other)")
            require(
                process.deskPosition(ticker) == other,
                "\(ticker): the desk has \(process.deskPosition(ticker)), not \(other)"
            )
        }
        let resting = Set(process.openOrders.map(\.clientID))
        for id in venue.resting { require(resting.contains(id), "\(id) rests at the venue and is nobody's") }
    }

    /// A stop that was passed is acted on: nothing is held long beyond it in a market that trades.
    private func watchStops(_ process: FaultProcess) {
        guard process.isRecovered, process.isConnected, !process.isOnHold else { return passed = [:] }
        var beyond: Set<Ticker> = []
        for trade in process.trades where !trade.isAwaitingSettlement && trade.count > .zero {
            guard let market = venue.market(trade.market), market.phase == .active, let bid = market.book.bestBid?.price,
                let ask = market.book.bestAsk?.price
            else { continue }
            let isBeyond = trade.direction == .long ? ask < trade.plan.stop : bid > trade.plan.stop
            if isBeyond { beyond.insert(trade.market) }
        }
        passed = passed.filter { beyond.contains($0.key) }
        for ticker in beyond {
            let since = passed[ticker] ?? network.uptime
            passed[ticker] = since
            tally.longestBeyondStop = max(tally.longestBeyondStop, network.uptime - since)
            require(network.uptime - since < .seconds(isCalm ? 60 : 90), "\(ticker): held beyond its stop for too long")
        }
    }

    /// Contracts filled at the venue, by our orders' numbers.
    var filled: [Int64: Quantity] {
        var filled: [Int64: Quantity] = [:]
        for (clientID, count) in venue.filled {
            if let id = terms.order(clientID) { filled[id.sequence] = count }
        }
        return filled
    }

    private func compareAtTheEnd() throws {
        guard let process else { throw FaultFailure("no process at the end") }
        tally.events += process.events
        try hold(process.isRecovered, "the last process never knew what it had")
        try hold(!process.hasOpenTrades, "open at the end: \(process.trades)")
        try hold(process.openOrders.isEmpty, "open orders at the end: \(process.openOrders)")
        try hold(venue.positions.isEmpty, "the venue still has \(venue.positions)")
        try hold(venue.resting.isEmpty, "resting at the end: \(venue.resting)")
        try hold(ledger.doubled.isEmpty, "booked twice: \(ledger.doubled)")
        for (clientID, filled) in venue.filled.sorted(by: { $0.key < $1.key }) {
            let id = terms.order(clientID)
            let booked = id.flatMap { ledger.filled[$0] } ?? .zero
            try hold(booked == filled, "\(clientID): \(filled) filled at the venue, \(booked) booked")
            if filled > .zero { tally.fills += 1 }
        }
        try process.finish(at: now)
        try hold(process.profit == venue.profit, "won \(process.profit) by our books, \(venue.profit) at the venue")
    }
}

/// What did not hold.
struct FaultFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a life consisted of.
struct FaultTally {
    var steps = 0
    /// Events the engines took in.
    var events = 0
    var orders = 0
    /// Orders with fills.
    var fills = 0
    var crashes = 0
    var comparisons = 0
    var refusedByJournal = 0
    var foreign = 0
    /// The longest that something was held beyond its stop.
    var longestBeyondStop = TimeSpan.zero
    /// Processes that would not go on, because the journal had not been able to take what was sent.
    var refusals = 0

    /// The figures in a line.
    func text(in span: Duration) -> String {
        let seconds = max(1, span.components.seconds * 1_000 + span.components.attoseconds / 1_000_000_000_000_000)
        return "\(steps) steps in \(seconds) ms (\(Int64(steps) * 1_000 / seconds) a second), \(events) events, "
            + "\(orders) orders, \(fills) filled, \(crashes) crashes, \(comparisons) comparisons, "
            + "\(refusedByJournal) orders not written down, \(refusals) accounts refused, \(foreign) times foreign, "
            + "at most \(longestBeyondStop) beyond a stop"
    }

    static func += (sum: inout FaultTally, other: FaultTally) {
        sum.steps += other.steps
        sum.events += other.events
        sum.orders += other.orders
        sum.fills += other.fills
        sum.crashes += other.crashes
        sum.comparisons += other.comparisons
        sum.refusedByJournal += other.refusedByJournal
        sum.foreign += other.foreign
        sum.refusals += other.refusals
        sum.longestBeyondStop = max(sum.longestBeyondStop, other.longestBeyondStop)
    }
}
