import KBotEngine
import KBotModel
import KBotSimulation
import Testing

@testable import KBotRuntime

private let open = Timestamp(seconds: 1_777_314_600)

/// A strategy that does as told at each closed candle, and remembers the bid it saw.
private final class Probe: Strategy {
    let name: StrategyName = "probe"
    let version = "1"
    let needs = StrategyNeeds(interval: .fixed(.seconds(5)), indicators: [])
    let callbacks: StrategyCallbacks = []
    var decisions: [Decision]
    var bids: [Price?] = []

    init(_ decisions: [Decision] = []) { self.decisions = decisions }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        bids.append(context.touch.bid)
        return decisions.isEmpty ? .none(.noSignal) : decisions.removeFirst()
    }
}

@Suite struct TradingSessionTests {
    private let market = Market(
        id: MarketID(0),
        ticker: "A",
        series: "S",
        openTime: open,
        closeTime: open + .minutes(15)
    )

    private func event(_ milliseconds: Int64, _ kind: MarketEvent.Kind) -> MarketEvent {
        MarketEvent(time: open + .milliseconds(milliseconds), kind)
    }

    private func trade(_ seconds: Int64, _ cents: Int32) -> MarketEvent {
        let count = Quantity(contracts: 50)
        return event(
            seconds * 1_000,
            .trade(Trade(market: market.id, price: Price(cents: cents), count: count, taker: .ask))
        )
    }

    /// Bids for YES at 40 and for NO at 55 (an ask of 45), a hundred contracts each, and a trade at 42.
    private var opening: [MarketEvent] {
        let count = Quantity(contracts: 100)
        let book = BookSnapshot(
            yes: [BookLevel(price: Price(cents: 40), count: count)],
            no: [BookLevel(price: Price(cents: 55), count: count)]
        )
        return [event(0, .listed(market)), event(0, .snapshot(market.id, book)), trade(1, 42)]
    }

    /// A long that takes the ask at 45, with room to both sides.
    private let taker = Decision.signal(
        Signal(direction: .long, entry: Price(cents: 45), stop: Price(cents: 30), target: Price(cents: 80))
    )

    private final class Notes { var notes: [Note] = [] }

    /// Runs events through a session and gives the notes in order, and the session.
    private func run(
        _ probe: Probe,
        _ events: [MarketEvent],
        _ friction: Friction = .optimistic,
        until end: TimeSpan? = nil
    ) throws -> (notes: [Note], session: TradingSession) {
        var configuration = EngineConfiguration()
        configuration.sizing = .fixed(Quantity(contracts: 10))
        let box = Notes()
        let session = TradingSession(
            engine: Engine(configuration, strategies: [probe]),
            venue: .paper(PaperExchange(cash: configuration.initialCapital, friction: friction, seed: 1)),
            speed: .max,
            listen: { note, _ in box.notes.append(note) }
        )
        for event in events { try session.process(event) }
        if let end { try session.advance(to: open + end) }
        return (box.notes, session)
    }

    /// States of orders with the milliseconds at which they were told.
    private func states(_ notes: [Note]) -> [String] {
        notes.compactMap { note in
            guard case .order(let update) = note.kind else { return nil }
            return "\(update.role.rawValue) \(update.state.name) @\((note.time - open).microseconds / 1_000)"
        }
    }

    @Test func `what the exchange owes comes before the next market event, at its own time`() throws {
        let (notes, _) = try run(Probe([taker]), opening + [trade(7, 42)], .pessimistic)
        #expect(states(notes).prefix(2) == ["entry sent @5000", "entry resting @5500"])
        #expect(notes.map(\.time) == notes.map(\.time).sorted())
    }

    @Test func `with no delay the exchange answers at the very time of the request`() throws {
        let (notes, session) = try run(Probe([taker]), opening + [trade(7, 42)])
        #expect(states(notes).prefix(3) == ["entry sent @5000", "entry resting @5000", "entry filled @5000"])
        #expect(session.read { $0.openTrades.first?.count } == Quantity(contracts: 10))
    }

    @Test func `a book change at the end of a candle is seen by its strategy, one just after it is not`() throws {
        let better = MarketEvent.Kind.delta(market.id, .yes, Price(cents: 41), Quantity(contracts: 5))
        let at = Probe()
        _ = try run(at, opening + [event(5_000, better)])
        #expect(at.bids == [Price(cents: 41)])
        let after = Probe()
        _ = try run(after, opening + [event(5_001, better)])
        #expect(after.bids == [Price(cents: 40)])
    }

    @Test func `a trade at the end of a candle belongs to the next`() throws {
        let (notes, _) = try run(Probe(), opening + [trade(5, 60)], until: .milliseconds(10_001))
        let closes = notes.compactMap { note in if case .candle(let candle) = note.kind { candle.close } else { nil } }
        #expect(closes == [Price(cents: 42), Price(cents: 60)])
    }

    @Test func `timers at the time advanced to wait for the data of that time`() throws {
        let probe = Probe()
        let (_, session) = try run(probe, opening, until: .seconds(5))
        #expect(probe.bids.isEmpty)
        try session.advance(to: open + .seconds(5) + TimeSpan(microseconds: 1))
        #expect(probe.bids.count == 1)
    }

    @Test func `nothing that is due is left, however long the data is silent`() throws {
        let (notes, session) = try run(Probe([taker]), opening, .pessimistic, until: .seconds(901))
        #expect(notes.count { if case .candle = $0.kind { true } else { false } } == 180)
        #expect(states(notes).last?.contains("cancel") == true || session.read { $0.hasOpenTrades })
        #expect(session.exchangeReserved == .zero)
    }

    @Test func `after a command to stop, signals make no orders`() throws {
        let (_, session) = try run(Probe([.none(.noSignal), taker]), opening)
        try session.command(.stopEntries)
        try session.process(trade(11, 42))
        #expect(session.read { !$0.hasOpenTrades } && session.statistics?.orders == 0)
    }

    @Test func `every request gets its answer: no order is left in flight when nothing is due`() throws {
        for seed in UInt64(1)...4 {
            let run = try simulate(seed, .realistic)
            #expect(run.sent > 0 && run.inFlight.isEmpty, "seed \(seed): \(run.inFlight)")
        }
    }

    @Test(arguments: ["realistic", "optimistic", "pessimistic"])
    func `when flat, the engine's equity is the cash at the exchange, to the microdollar`(name: String) throws {
        let friction = try #require(Friction.named(name))
        var flat = 0
        for seed in UInt64(1)...5 {
            let run = try simulate(seed, friction)
            guard run.isFlat else { continue }
            flat += 1
            #expect(run.equity == run.cash, "seed \(seed)")
        }
        #expect(flat > 0)
    }

    private final class Simulated {
        var inFlight: Set<ClientOrderID> = []
        var sent = 0
        var isFlat = false
        var equity = Money.zero
        var cash = Money.zero

        func hear(_ note: Note) {
            guard case .order(let update) = note.kind else { return }
            if update.state == .inFlight {
                sent += 1
                inFlight.insert(update.request.id)
            } else if update.state != .cancelInFlight {
                inFlight.remove(update.request.id)
            }
        }
    }

    /// Half an hour of the simulated market with the native rules and no pause after losses.
    private func simulate(_ seed: UInt64, _ friction: Friction) throws -> Simulated {
        var configuration = EngineConfiguration()
        configuration.limits.circuitBreakerLosses = nil
        configuration.limits.dailyLoss = nil
        var parameters = BollingerScalper.Parameters()
        parameters.minStopTicks = 1
        let result = Simulated()
        let session = TradingSession(
            engine: Engine(configuration, strategies: [BollingerScalper(parameters)]),
            venue: .paper(PaperExchange(cash: configuration.initialCapital, friction: friction, seed: seed)),
            speed: .max,
            listen: { note, _ in result.hear(note) }
        )
        var feed = try SimulatedFeed(series: "KXBTC15M", duration: .minutes(30), seed: seed)
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {
            for event in events { try session.process(event) }
            events.removeAll(keepingCapacity: true)
        }
        try session.advance(to: session.now + .seconds(2))
        try session.finish()
        result.isFlat = session.read { !$0.hasOpenTrades }
        result.equity = session.read { $0.equity }
        result.cash = try #require(session.exchangeCash) + #require(session.exchangeReserved)
        return result
    }
}
