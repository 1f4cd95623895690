import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import KBotSimulation

@testable import KBotRuntime

/// A kbot that trades on the venue, from its start to its death: session, engine, desk and journal as a run puts them
/// together, and what a run does between them.
///
/// It can die at every touch with the world outside: whatever it still does then has no effect.
final class FaultProcess: OrderCarrier {
    let number: Int
    unowned let world: FaultWorld
    let journal: any FaultJournal
    private let left: AccountState?
    private let desk: OrderDesk
    private var session: TradingSession?
    private var news: [DeskNews] = []
    private var listed: Set<Ticker> = []
    private var numbers: [Ticker: MarketID] = [:]
    private var names: [MarketID: Ticker] = [:]

    /// Touches with the world before it dies.
    var touchesLeft = Int.max
    private(set) var isDead = false
    /// Why it would not trade on what it found.
    private(set) var refusal: String?
    private(set) var isRecovered: Bool
    private(set) var isConnected = false
    /// Counts connections: what is on its way on an old one is not heard.
    private(set) var connection = 0
    /// Whether the engine opens nothing until the operator says so, as of its last event.
    var isHalted = false
    var ledger: FaultLedger

    init(_ number: Int, _ world: FaultWorld, _ journal: any FaultJournal, left: AccountState?) throws {
        self.number = number
        self.world = world
        self.journal = journal
        self.left = left
        isRecovered = left == nil
        ledger = world.ledger
        let reference = Reference()
        desk = OrderDesk(configuration: world.desk, client: reference)
        let client = FaultClient(self)
        reference.client = client
    }

    /// Stands for the client until there is one: each needs the other.
    private final class Reference: DeskClient {
        var client: FaultClient?
        func launch(_ job: DeskJob) { client?.launch(job) }
    }

    /// Whether the process is alive still; each call may be its last moment.
    func lives() -> Bool {
        guard !isDead else { return false }
        if touchesLeft < .max { touchesLeft -= 1 }
        isDead = touchesLeft <= 0
        return !isDead
    }

    private var time: DeskTime { DeskTime(now: world.now + world.skew, uptime: world.network.uptime) }

    // MARK: The start

    func start() throws {
        if let left {
            desk.adopt(left)
            for market in left.markets {
                numbers[market.ticker] = market.id
                names[market.id] = market.ticker
            }
        }
        desk.takeOver(world.keptGroups, unlocks: left == nil)
        desk.keepGroups = { [unowned self] groups in
            if lives() { world.keptGroups = groups }
        }
        desk.start(shards: [2], at: time)
        guard lives() else { return }
        let session = TradingSession(
            engine: makeEngine(),
            venue: .carrier(self),
            speed: .max,
            journal: FaultWatch(self),
            pause: { [unowned self] _, _, work in
                if !isDead, let command = journal.takeNews() { work.commands.append(command) }
                return true
            },
            listen: { [unowned self] note, _ in
                ledger.hear(note)
                world.say("engine: \(note.kind)")
            }
        )
        self.session = session
        if left != nil {
            try session.wake(at: time.now)
            try session.health(.stale, at: time.now)
        }
        try drain()
    }

    private func makeEngine() -> Engine {
        let strategies = [BusyStrategy(seed: world.seed)]
        guard var state = left?.engine else {
            var engine = Engine(world.engine, strategies: strategies)
            engine.begin(epoch: journal.epoch)
            return engine
        }
        state.begin(epoch: journal.epoch)
        return Engine(world.engine, strategies: strategies, restoring: state, onHold: world.holdsOnRecovery)
    }

    func submit(_ request: OrderRequest, at _: Timestamp) { desk.submit(request, at: time, into: &news) }
    func lookUp(_ id: ClientOrderID, at _: Timestamp) { desk.lookUp(id, at: time, into: &news) }

    // MARK: Time

    /// The uptime at which it wants to be woken.
    var nextDue: Timestamp {
        guard let session else { return desk.nextDeadline }
        let due = session.nextDue
        guard due < .distantFuture else { return desk.nextDeadline }
        return min(desk.nextDeadline, world.uptime(of: due - world.skew) + TimeSpan(microseconds: 1))
    }

    func tick() throws {
        desk.tick(at: time, into: &news)
        try drain()
        if isHearing { try session?.advance(to: time.now) }
        try drain()
    }

    /// Whether the engine's clock stands: a run gives it nothing before the first word of a market.
    private var isHearing: Bool { !listed.isEmpty || left != nil }

    func pause() throws {
        guard isHearing else { return }
        try session?.pause()
        try drain()
    }

    func command(_ command: Command) throws {
        guard isHearing else { return }
        try session?.command(command)
        try drain()
    }

    /// Hands what the desk says to the engine, and what that wants back to the desk.
    private func drain() throws {
        var index = 0
        while index < news.count, !isDead {
            defer { index += 1 }
            if case .account = news[index] {} else { world.say("desk: \(news[index])") }
            switch news[index] {
            case .venue(let event): try session?.deliver(event, at: time.now)
            case .foreign(let ticker, let id, let isForeign, let text):
                if isForeign { try world.foreign(ticker, text, self) }
                if let id { try session?.command(.foreignPosition(id, isForeign)) }
            case .recovered(let picture):
                isRecovered = true
                world.network.schedule(.process(number), after: .milliseconds(1)) { [weak self] in
                    try self?.tellResults()
                }
                let orphans = (left?.orphans ?? []).map { "order \($0.order.id) belongs to no trade that is known" }
                let missing =
                    picture.unaccounted.map { "\($0.clientID) is not known to the journal" }
                    + picture.differences.map(\.description) + orphans
                if !missing.isEmpty { refusal = missing.joined(separator: "; ") }
            case .warning(let kind, let text): try world.warned(kind, text, self)
            case .problem, .account, .unaccounted, .ready: break
            }
        }
        news.removeAll(keepingCapacity: true)
    }

    // MARK: Orders

    func hear(_ report: DeskReport) throws {
        desk.receive(report, at: time, into: &news)
        try drain()
    }

    func hear(_ body: Frame.Body) throws {
        switch body {
        case .ownFill(let fill): desk.hear(fill, at: time, into: &news)
        case .ownOrder(let order): desk.hear(order, at: time, into: &news)
        case .ownPosition(let position): desk.hear(position, at: time, into: &news)
        case .orderGroup(let id, let kind): desk.hearGroup(id, event: kind, at: time, into: &news)
        default: break
        }
        try drain()
    }

    // MARK: Market data

    func disconnect() throws {
        isConnected = false
        connection += 1
        desk.connectionLost(at: time)
        if isHearing { try session?.health(.stale, at: time.now) }
        try drain()
    }

    /// The connection stands: every market that matters is told as it is now.
    func connect() throws {
        isConnected = true
        desk.connectionRestored(at: time)
        for ticker in Set(world.venue.live).union(listed).union(numbers.keys).sorted() { try tell(ticker) }
        try session?.health(.live, at: time.now)
        try drain()
    }

    /// Tells a market as it stands.
    func tell(_ ticker: Ticker) throws {
        guard let (facts, book, phase, result) = world.venue.market(ticker) else { return }
        let id = number(of: ticker)
        var market = facts.numbered(id)
        market.status = phase == .inactive ? .inactive : facts.status
        try hear(.listed(market))
        if phase == .active {
            try hear(.snapshot(id, BookSnapshot(yes: book.yes.levels, no: book.no.levels)))
        } else if phase != .initialized, phase != .inactive {
            try hear(.status(id, .closed))
        }
        if let result, mayHearResults { try hear(.settled(id, result)) }
    }

    private var mayHearResults: Bool { isRecovered || FaultNetwork.Faults.includesKnown }

    /// Tells the results that were kept back.
    func tellResults() throws {
        for ticker in numbers.keys.sorted() where isConnected && world.venue.market(ticker)?.result != nil {
            try tell(ticker)
        }
    }

    /// Hears an event of the tape, under the exchange's number of its market.
    func hear(_ event: MarketEvent, of ticker: Ticker) throws {
        if case .settled = event.kind, !mayHearResults { return }
        guard case .listed(let facts) = event.kind else {
            guard listed.contains(ticker) else { return }
            return try hear(event.kind.numbered(number(of: ticker)))
        }
        try hear(.listed(facts.numbered(number(of: ticker))))
    }

    private func number(of ticker: Ticker) -> MarketID {
        if let number = numbers[ticker] { return number }
        let number = MarketID(Int32(numbers.count))
        numbers[ticker] = number
        names[number] = ticker
        return number
    }

    private func hear(_ kind: MarketEvent.Kind) throws {
        guard !isDead else { return }
        if case .listed(let market) = kind {
            listed.insert(market.ticker)
            try session?.process(MarketEvent(time: world.now, kind))
            desk.know(market, at: time, into: &news)
        } else {
            try session?.process(MarketEvent(time: world.now, kind))
        }
        try drain()
    }

    /// Ends the run as an operator does.
    func finish(at time: Timestamp) throws {
        try session?.finish()
        try journal.finish(at: time)
    }

    // MARK: Looking at it

    /// Whether it knows what it has, and nothing is under way.
    var isIdle: Bool { isRecovered && isConnected && desk.isIdle }

    /// What the engine holds, plus is YES.
    var positions: [Ticker: Quantity] { session?.read { $0.state.positions } ?? [:] }
    /// The engine's trades that hold something.
    var trades: [OpenTrade] { session?.read { $0.openTrades } ?? [] }
    var isOnHold: Bool { session?.read { $0.isOnHold } ?? false }
    var hasOpenTrades: Bool { session?.read { $0.hasOpenTrades } ?? false }
    var profit: Money { session?.read { $0.totals.realisedGross - $0.totals.feesPaid } ?? .zero }
    var openOrders: [KBotKalshi.OpenOrder] { desk.openOrders }
    var events: Int { session?.eventsTaken ?? 0 }
    func deskPosition(_ ticker: Ticker) -> Quantity { desk.position(in: ticker) }
}
