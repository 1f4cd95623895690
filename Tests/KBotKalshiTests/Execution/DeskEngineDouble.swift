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

    /// What the engine asks for in answer to an event.
    enum Wish {
        case cancel(ClientOrderID)
        case lookUp(ClientOrderID)
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
    let desk: OrderDesk
    var engine = DeskEngineDouble()
    private var news: [DeskNews] = []

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
    }

    mutating func place(_ order: NewOrder) throws {
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
                case .arrival, .lateOrder, .trade, .expiry: break
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
