import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// An engine's side of its orders: moves them by the state table as the engine does, and says what may not be.
struct DeskEngineDouble {
    struct Held {
        var order: Order
        var isCancelRequested = false
        var fees = Money.zero
    }

    private(set) var held: [ClientOrderID: Held] = [:]
    private(set) var warnings: [DeskWarning] = []
    private(set) var foreign: Set<Ticker> = []
    private(set) var heard: [VenueEvent] = []
    private(set) var isReady = false
    private(set) var unaccounted: [UnaccountedOrder] = []
    private(set) var recovered: [RecoveryPicture] = []

    /// What the engine asks for in answer to an event.
    enum Wish {
        case cancel(ClientOrderID)
        case lookUp(ClientOrderID)
    }

    /// As after a restart: what was open is in doubt, and has to be asked for.
    mutating func doubtAll() -> [ClientOrderID] {
        unaccounted = []
        recovered = []
        warnings = []
        foreign = []
        isReady = false
        let open = held.keys.sorted().filter { held[$0]?.order.state.isOpen ?? false }
        for id in open {
            _ = held[id]?.order.apply(.requestCancel)
            _ = held[id]?.order.apply(.loseAnswer)
        }
        return open
    }

    mutating func send(_ order: NewOrder) { held[order.id] = Held(order: Order(order)) }

    /// Wants an order cancelled, as the engine does: once.
    mutating func cancel(_ id: ClientOrderID) -> Bool {
        guard let one = held[id], one.order.state.isOpen, !one.isCancelRequested else { return false }
        held[id]?.isCancelRequested = true
        _ = held[id]?.order.apply(.requestCancel)
        return true
    }

    mutating func hear(_ news: DeskNews) throws -> [Wish] {
        switch news {
        case .venue(let event):
            heard.append(event)
            return try hear(event)
        case .warning(let warning, _): warnings.append(warning)
        case .foreign(let ticker, _, let isForeign, _):
            if isForeign { foreign.insert(ticker) } else { foreign.remove(ticker) }
        case .ready: isReady = true
        case .unaccounted(let orders): unaccounted += orders
        case .recovered(let picture): recovered.append(picture)
        case .problem, .account: break
        }
        return []
    }

    private mutating func hear(_ event: VenueEvent) throws -> [Wish] {
        switch event {
        case .accepted(let id, _): return try move(id, .accept)
        case .rejected(let id, let reason): return try move(id, .reject(reason))
        case .cancelRefused(let id): return try move(id, .refuseCancel)
        case .outcomeUnknown(let id): return try move(id, .loseAnswer)
        case .cancelled(let id, let unfilled, let reason):
            let order = held[id]?.order
            try hold(
                order.map { $0.request.count - unfilled == $0.filled } ?? false,
                "\(id) ended before all its fills were told: \(String(describing: order?.filled)), \(unfilled) unfilled"
            )
            return try move(id, .cancel(reason))
        case .filled(let fill):
            // After a refusal the venue may still contradict itself; after an end it must have told all.
            if case .cancelled? = held[fill.order]?.order.state {
                try hold(false, "a fill of \(fill.order) was told after its end")
            }
            let application = held[fill.order]?.order.apply(fill)
            try hold(application == .applied, "fill \(fill.trade) of \(fill.order): \(String(describing: application))")
            held[fill.order]?.fees += fill.fee
            return []
        case .found(let id, let snapshot): return try found(id, snapshot)
        case .amended, .amendRefused: return []
        }
    }

    private mutating func move(_ id: ClientOrderID, _ transition: OrderTransition) throws -> [Wish] {
        let before = held[id]?.order.state
        let application = held[id]?.order.apply(transition)
        try hold(application == .applied, "\(id): \(transition) in state \(String(describing: before))")
        return held[id]?.order.state == .outcomeUnknown ? [.lookUp(id)] : []
    }

    private mutating func found(_ id: ClientOrderID, _ snapshot: OrderSnapshot) throws -> [Wish] {
        guard let one = held[id], one.order.state.isOpen else { return [] }
        try hold(
            snapshot.filled <= one.order.filled,
            "\(id) was found with \(snapshot.filled) filled, of which \(one.order.filled) were told"
        )
        switch snapshot.status {
        case .resting:
            let wishes = try move(id, .accept)
            guard one.isCancelRequested else { return wishes }
            held[id]?.isCancelRequested = false
            return wishes + [.cancel(id)]
        case .unknown: return try move(id, .reject(.other))
        case .cancelled, .executed: return try move(id, .cancel(.requested))
        }
    }
}

/// A desk with its venue and its engine, in made-up time.
struct DeskStage {
    let venue: DeskVenueModel
    private(set) var desk: OrderDesk
    var engine = DeskEngineDouble()
    private var news: [DeskNews] = []
    private let configuration: DeskConfiguration
    /// What the engine knew after each step, as a journal has it.
    private(set) var journal: [(engine: DeskEngineDouble, at: Timestamp)] = []
    private var sentAt: [ClientOrderID: Timestamp] = [:]
    /// Orders of earlier lives that the engine has not asked about yet.
    private var doubts: [ClientOrderID] = []
    /// Orders whose intents a power cut took from the journal.
    private(set) var lost: Set<ClientOrderID> = []

    static let markets = (0..<3).map { index in
        Market(
            id: MarketID(Int32(index)),
            ticker: Ticker("KXBTC15M-26NOV22\(index)"),
            series: "KXBTC15M",
            openTime: DeskVenueModel.start,
            closeTime: DeskVenueModel.start + .minutes(60)
        )
    }

    init(
        seed: UInt64 = 0,
        faults: DeskVenueModel.Faults = DeskVenueModel.Faults(),
        configure: (inout DeskConfiguration) -> Void = { _ in }
    ) throws {
        venue = DeskVenueModel(seed: seed, faults: faults)
        let terms = try #require(OrderTerms(run: "run"))
        var configuration = DeskConfiguration(terms: terms)
        configure(&configuration)
        self.configuration = configuration
        desk = OrderDesk(configuration: configuration, client: venue)
        for market in Self.markets { desk.know(market, at: venue.time, into: &news) }
        desk.start(shards: [2], at: venue.time)
        try drain()
    }

    /// Hands what the desk says to the engine, and what that wants back to the desk.
    mutating func drain() throws {
        var index = 0
        while index < news.count {
            for wish in try engine.hear(news[index]) {
                switch wish {
                case .lookUp(let id): desk.lookUp(id, at: venue.time, into: &news)
                case .cancel(let id): if engine.cancel(id) { desk.submit(.cancel(id), at: venue.time, into: &news) }
                }
            }
            index += 1
        }
        news.removeAll(keepingCapacity: true)
        journal.append((engine, venue.time.now))
    }

    /// Ends the run between two steps, and begins another with what the journal has. After a power cut that is what the
    /// engine knew some steps ago; otherwise intents at least are whole. What was handed to the network may arrive.
    mutating func crash(isPowerCut: Bool, steps: Int, down: TimeSpan) throws {
        let last = journal[max(0, journal.count - 1 - steps)]
        var life = last.engine
        for id in engine.held.keys.sorted() where life.held[id] == nil {
            guard !isPowerCut, let order = engine.held[id]?.order.request else {
                lost.insert(id)
                continue
            }
            life.send(order)
        }
        let wasSent = Set(life.held.filter { $0.value.order.state != .inFlight }.keys)
        let open = life.doubtAll()
        doubts = open
        engine = life
        venue.kill(keepsRequests: !isPowerCut)
        venue.runAlone(until: venue.uptime + down)

        desk = OrderDesk(configuration: configuration, client: venue)
        for market in Self.markets { desk.know(market, at: venue.time, into: &news) }
        var positions: [Ticker: Quantity] = [:]
        for held in life.held.values {
            let count = held.order.request.side == .bid ? held.order.filled : -held.order.filled
            positions[Self.ticker(of: held.order.request), default: .zero] += count
        }
        let adopted = open.compactMap { id in
            life.held[id].map { held in
                AdoptedOrder(
                    request: held.order.request,
                    market: Self.markets[Int(held.order.request.market.index)],
                    opensRisk: true,
                    sentAt: sentAt[id] ?? venue.time.now,
                    filled: held.order.filled,
                    trades: Set(held.order.trades),
                    wasSent: wasSent.contains(id)
                )
            }
        }
        desk.adopt(adopted, positions: positions, lastOrders: life.held.keys.sorted(), fillsFrom: last.at)
        desk.start(shards: [2], at: venue.time)
        journal = []
        try drain()
    }

    /// Orders of earlier lives to be asked about: the engine does so once, whatever was told of them by then.
    mutating func takeDoubts() -> [ClientOrderID] {
        defer { doubts = [] }
        return doubts
    }

    static func ticker(of order: NewOrder) -> Ticker { markets[Int(order.market.index)].ticker }

    /// Has the engine mean to send an order, and die before it did.
    mutating func intend(_ order: NewOrder) {
        sentAt[order.id] = venue.time.now
        engine.send(order)
    }

    mutating func place(_ order: NewOrder) throws {
        sentAt[order.id] = venue.time.now
        engine.send(order)
        desk.submit(.place(order), at: venue.time, into: &news)
        try drain()
    }

    mutating func cancel(_ id: ClientOrderID) throws {
        guard engine.cancel(id) else { return }
        desk.submit(.cancel(id), at: venue.time, into: &news)
        try drain()
    }

    mutating func lookUp(_ id: ClientOrderID) throws {
        desk.lookUp(id, at: venue.time, into: &news)
        try drain()
    }

    mutating func call(_ body: (OrderDesk, DeskTime, inout [DeskNews]) -> Void) throws {
        body(desk, venue.time, &news)
        try drain()
    }

    /// Lets time pass; `act` is called for each action that was scheduled.
    mutating func run(until end: Timestamp, act: (inout DeskStage, Int) throws -> Void = { _, _ in }) throws {
        while true {
            let next = min(venue.nextDelivery, desk.nextDeadline)
            guard next <= end else { break }
            venue.advance(to: next)
            let time = venue.time
            while venue.nextDelivery <= time.uptime {
                guard let delivery = venue.takeDelivery() else { continue }
                switch delivery {
                case .report(let report): desk.receive(report, at: time, into: &news)
                case .fill(let fill): desk.hear(fill, at: time, into: &news)
                case .order(let order): desk.hear(order, at: time, into: &news)
                case .action(let number): try act(&self, number)
                case .arrival, .orphan, .lateOrder, .trade, .expiry: break
                }
                try drain()
            }
            desk.tick(at: time, into: &news)
            try drain()
            try hold(desk.nextDeadline > time.uptime, "the desk wants the same time again")
        }
        venue.advance(to: end)
    }
}
