import KBotEngine
import KBotJournal
import KBotModel
import KBotSimulation

@testable import KBotRuntime

/// A kbot that trades on paper on a venue's feed, from its start to its death.
final class PaperProcess {
    let number: Int
    private unowned let world: PaperWorld
    private let journal: any FaultJournal
    private let left: AccountState?
    private var session: TradingSession?
    private var listed: Set<Ticker> = []
    fileprivate var numbers: [Ticker: MarketID] = [:]

    var touchesLeft = Int.max
    private(set) var isDead = false
    private(set) var isConnected = false
    private(set) var connection = 0
    fileprivate(set) var isHalted = false

    init(_ number: Int, _ world: PaperWorld, _ journal: any FaultJournal, left: AccountState?) {
        self.number = number
        self.world = world
        self.journal = journal
        self.left = left
        for market in left?.markets ?? [] { numbers[market.ticker] = market.id }
    }

    /// Whether the process is alive still; each call may be its last moment.
    func lives() -> Bool {
        guard !isDead else { return false }
        if touchesLeft < .max { touchesLeft -= 1 }
        isDead = touchesLeft <= 0
        return !isDead
    }

    private var now: Timestamp { world.now + world.skew }

    func start() throws {
        let exchange =
            left?.paper.map { PaperExchange(restoring: $0, friction: world.friction, seed: world.seed) }
            ?? PaperExchange(cash: world.engine.initialCapital, friction: world.friction, seed: world.seed)
        let session = TradingSession(
            engine: makeEngine(),
            venue: .paper(exchange),
            speed: .max,
            journal: Watch(self),
            pause: { [unowned self] _, _, work in
                if !isDead, let command = journal.takeNews() { work.commands.append(command) }
                return true
            },
            listen: { _, _ in }
        )
        self.session = session
        if left != nil {
            try session.wake(at: now)
            try session.health(.stale, at: now)
        }
    }

    private func makeEngine() -> Engine {
        let strategies = [BusyStrategy(seed: world.seed)]
        guard var state = left?.engine else {
            var engine = Engine(world.engine, strategies: strategies)
            engine.begin(epoch: journal.epoch)
            return engine
        }
        state.begin(epoch: journal.epoch)
        return Engine(world.engine, strategies: strategies, restoring: state)
    }

    // MARK: Time

    var nextDue: Timestamp {
        guard let session, isHearing, session.nextDue < .distantFuture else { return .distantFuture }
        return world.uptime(of: session.nextDue - world.skew) + TimeSpan(microseconds: 1)
    }

    private var isHearing: Bool { left != nil || !listed.isEmpty }

    func tick() throws { try session?.advance(to: now) }
    func pause() throws { if isHearing { try session?.pause() } }
    func command(_ command: Command) throws { if isHearing { try session?.command(command) } }

    // MARK: Data

    func disconnect() throws {
        isConnected = false
        connection += 1
        if isHearing { try session?.health(.stale, at: now) }
    }

    /// The connection stands: every market is told as it is now, with the trades that were missed.
    func connect(_ markets: [PaperTapeMarket]) throws {
        isConnected = true
        let held = Set(numbers.keys)
        for market in markets where market.result == nil || held.contains(market.facts.ticker) {
            try tell(market, isNew: !listed.contains(market.facts.ticker))
        }
        if isHearing { try session?.health(.live, at: now) }
    }

    /// Tells a market as it stands; one that this process has not met, with its trades so far.
    func tell(_ market: PaperTapeMarket, isNew: Bool) throws {
        let id = number(of: market.facts.ticker)
        try hear(.listed(market.facts.numbered(id)))
        if isNew, !market.trades.isEmpty {
            let trades = market.trades.map { past in
                PastTrade(
                    time: past.time,
                    trade: Trade(market: id, price: past.trade.price, count: past.trade.count, taker: past.trade.taker)
                )
            }
            try hear(.history(id, trades))
        }
        if market.facts.status == .active {
            try hear(.snapshot(id, BookSnapshot(yes: market.book.yes.levels, no: market.book.no.levels)))
        } else if market.facts.status == .closed {
            try hear(.status(id, .closed))
        }
        if let result = market.result { try hear(.settled(id, result)) }
    }

    func hear(_ event: MarketEvent, of ticker: Ticker) throws {
        if case .listed = event.kind {} else if !listed.contains(ticker) { return }
        try hear(event.kind.numbered(number(of: ticker)))
    }

    private func number(of ticker: Ticker) -> MarketID {
        if let number = numbers[ticker] { return number }
        let number = MarketID(Int32(numbers.count))
        numbers[ticker] = number
        return number
    }

    private func hear(_ kind: MarketEvent.Kind) throws {
        guard !isDead else { return }
        if case .listed(let market) = kind { listed.insert(market.ticker) }
        try session?.process(MarketEvent(time: world.now, kind))
    }

    /// Ends the run as an operator does.
    func finish(at time: Timestamp) throws {
        try session?.finish()
        try journal.finish(at: time)
    }

    // MARK: Looking at it

    var trades: [OpenTrade] { session?.read { $0.openTrades } ?? [] }
    var hasOpenTrades: Bool { session?.read { $0.hasOpenTrades } ?? false }
    var profit: Money { session?.read { $0.totals.realisedGross - $0.totals.feesPaid } ?? .zero }
    var events: Int { session?.eventsTaken ?? 0 }
}

extension PaperProcess {
    /// Stands between session and journal: the process may die before and after each write, and the books are compared.
    fileprivate final class Watch: SessionJournal {
        private unowned let process: PaperProcess
        let keepsState = true

        init(_ process: PaperProcess) { self.process = process }

        func hear(_ event: Event) {
            if !process.isDead { process.journal.hear(event) }
        }

        func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
            process.isHalted = engine.tradingState == .halted
            guard process.lives() else { return [] }
            let refused = process.journal.hear(effects, engine)
            for effect in effects {
                guard case .send(let approved) = effect, case .place(let order) = approved.request else { continue }
                process.world.meant(order.id, engine.intent(of: order.id)?.role ?? .exit, by: process)
            }
            return refused
        }

        func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
            guard process.lives() else { return false }
            if let exchange { process.world.compare(engine, exchange, process.numbers) }
            defer { _ = process.lives() }
            return process.journal.settle(engine, exchange, afterEvents: afterEvents)
        }
    }
}
