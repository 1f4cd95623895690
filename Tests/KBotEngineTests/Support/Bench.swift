import KBotModel
import Testing

@testable import KBotEngine

/// An engine on the bench: feeds it events, keeps what it answers, and checks after every event what must always hold.
///
/// Prices are whole cents and counts whole contracts unless a test says otherwise. Nothing answers an order by itself: the
/// test is the venue (`Bench+Venue`).
final class Bench {
    /// 19:30 UTC, on every candle boundary.
    static let start = Timestamp(seconds: 1_795_375_800)

    private(set) var engine: Engine
    let strategy: ScriptedStrategy
    let configuration: EngineConfiguration
    let strategies: [any Strategy]
    let rules: [any RiskRule]
    private(set) var now = Bench.start
    /// Everything the engine answered.
    private(set) var log: [Effect] = []
    /// Everything the engine heard.
    private(set) var events: [Event] = []
    private(set) var ledger: Ledger
    var markets: [MarketID: Market] = [:]

    /// Every order placed, in order, with what it is for.
    private(set) var orders: [(order: NewOrder, role: OrderRole)] = []
    private(set) var cancels: [ClientOrderID] = []
    private(set) var lookUps: [ClientOrderID] = []
    /// Orders that may still fill, as the engine was told.
    private(set) var open: [ClientOrderID: Quantity] = [:]
    var lastTrade: Int64 = 0
    /// Whether the engine's equity is compared with the ledger after every event.
    var checksMoney = true
    private var violations: [String] = []
    /// Looks at the engine after every event; hears which brackets there were before.
    var watch: ((Set<ObjectIdentifier>) throws -> Void)?

    init(
        strategy: ScriptedStrategy = ScriptedStrategy(),
        others: [any Strategy] = [],
        rules: [any RiskRule] = [],
        _ configure: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        var configuration = EngineConfiguration()
        configure(&configuration)
        self.configuration = configuration
        self.strategy = strategy
        ledger = Ledger(initial: configuration.initialCapital)
        strategies = [strategy] + others
        self.rules = rules
        engine = Engine(configuration, strategies: strategies, rules: rules)
    }

    /// Feeds one event.
    @discardableResult
    func process(_ event: Event) -> [Effect] {
        if event.time > now { now = event.time }
        events.append(event)
        if case .venue(_, .filled(let fill)) = event { count(fill) }
        if case .venue(_, let answer) = event { close(answer) }
        if case .market(let public_) = event, case .settled(let market, let settlement) = public_.kind {
            ledger.take(market, settlement)
        }
        let before = watch == nil ? [] : Set(engine.brackets.map { ObjectIdentifier($0) })
        let changes = engine.changes
        let effects = engine.process(event)
        if kept != nil, engine.changes != changes { keepState(effects) }
        log += effects
        for effect in effects { keep(effect) }
        check(after: event, before)
        return effects
    }

    /// Puts another engine into the place of this one, some time later.
    func take(_ engine: consuming Engine, after span: TimeSpan) {
        self.engine = engine
        now = now + span
        if kept != nil { keepState([]) }
    }

    /// The states kept: before and after the last event that changed something, and what was sent in it.
    private(set) var kept: (before: EngineState, after: EngineState, intents: [OrderIntent])?

    /// Begins to keep states as a journal does.
    func keepStates() { kept = (engine.state, engine.state, []) }

    private func keepState(_ effects: [Effect]) {
        var intents: [OrderIntent] = []
        for effect in effects {
            guard case .send(let approved) = effect, case .place(let order) = approved.request else { continue }
            if let intent = engine.intent(of: order.id) { intents.append(intent) }
        }
        let state = engine.state
        kept = (kept?.after ?? state, state, intents)
    }

    /// Puts a new version of a strategy into the place of the one of its name.
    @discardableResult
    func replace(_ new: any Strategy) -> [Effect] {
        var effects: [Effect] = []
        engine.replace(new, swap(new.name.text), into: &effects)
        return keep(effects)
    }

    /// Puts a new version of a rule into the place of the one of its name.
    @discardableResult
    func replace(_ new: any RiskRule) -> [Effect] {
        var effects: [Effect] = []
        engine.replace(new, swap(new.name), into: &effects)
        return keep(effects)
    }

    private func keep(_ effects: [Effect]) -> [Effect] {
        log += effects
        for effect in effects { keep(effect) }
        return effects
    }

    private func swap(_ name: String) -> ScriptSwap {
        ScriptSwap(script: name, oldHash: "old", newHash: "new", generation: 2, afterEvents: events.count)
    }

    /// Lets time pass the way a runner does: every timer the engine asks for, in order.
    func advance(to time: Timestamp) {
        var turns = 0
        while engine.nextDeadline <= time {
            turns += 1
            guard turns < 100_000 else {
                Issue.record("the engine asks for timers without end at \(engine.nextDeadline), now \(now)")
                return
            }
            process(.timer(engine.nextDeadline))
        }
        if time > now { process(.timer(time)) }
    }

    /// Lets time pass.
    func wait(_ span: TimeSpan) { advance(to: now + span) }

    /// Time since the start.
    var elapsed: TimeSpan { now - Self.start }

    // MARK: What must always hold

    private func count(_ fill: Fill) {
        let before = ledger.filled[fill.order]
        ledger.take(fill)
        guard ledger.filled[fill.order] != before, let left = open[fill.order] else { return }
        open[fill.order] = left - fill.count
    }

    private func close(_ answer: VenueEvent) {
        switch answer {
        case .rejected(let id, _), .cancelled(let id, _, _): open[id] = nil
        case .found(let id, let snapshot):
            if snapshot.status == .cancelled || snapshot.status == .unknown { open[id] = nil }
        default: break
        }
    }

    private func keep(_ effect: Effect) {
        switch effect {
        case .send(let approved):
            switch approved.request {
            case .place(let order):
                if !placed.insert(order.id).inserted { violations.append("\(order.id) was sent twice") }
                open[order.id] = order.count
                pendingRole = order
                checkReducing(order)
            case .cancel(let id): cancels.append(id)
            case .amend: violations.append("the engine never amends")
            }
        case .lookUp(let id): lookUps.append(id)
        case .note(let note):
            if case .order(let update) = note.kind, let order = pendingRole, order.id == update.request.id {
                orders.append((order, update.role))
                pendingRole = nil
            }
        }
    }
    private var pendingRole: NewOrder?
    private var placed: Set<ClientOrderID> = []

    /// No sale may ever exceed the position: seen from the fills told so far, whatever else is still open.
    private func checkReducing(_ order: NewOrder) {
        let position = ledger.position(order.market)
        let opposite = position.units > 0 ? BookSide.ask : .bid
        guard position != .zero, order.side == opposite else { return }
        let reducing = orders.filter { $0.role != .entry && $0.order.market == order.market }
            .reduce(order.count) { $0 + (open[$1.order.id] ?? .zero) }
        if reducing > position.magnitude {
            violations.append("\(reducing) contracts are for sale of a position of \(position.magnitude)")
        }
    }

    private func check(after event: Event, _ before: Set<ObjectIdentifier>) {
        // What is due at the time of an underlying's price waits for the markets' own events and for its timer.
        let isSpot = if case .market(let event) = event { event.isSpot } else { false }
        if isSpot ? engine.nextDeadline < engine.now : engine.nextDeadline <= engine.now {
            violations.append("the next deadline \(engine.nextDeadline) is not after now, \(engine.now)")
        }
        if checksMoney {
            let trades = engine.openTrades
            let ids = Dictionary(markets.map { ($1.ticker, $0) }) { first, _ in first }
            var marks: [MarketID: Price] = [:]
            for trade in trades { if let id = ids[trade.market] { marks[id] = trade.mark } }
            let expected = ledger.equity { marks[$0] ?? .zero }
            if engine.equity != expected { violations.append("equity \(engine.equity), counted \(expected)") }
            if engine.totals.feesPaid != ledger.fees {
                violations.append("fees \(engine.totals.feesPaid), counted \(ledger.fees)")
            }
            if engine.accountView.equity != engine.equity { violations.append("two equities") }
        }
        do { try watch?(before) } catch { violations.append("\(error)") }
        guard let violation = violations.first else { return }
        violations = []
        failures.append("at \(elapsed): \(violation)")
        if failures.count == 1, reportsViolations { Issue.record("at \(elapsed): \(violation)") }
    }
    /// What did not hold, so far.
    private(set) var failures: [String] = []
    /// Whether a violation fails the test at once; properties look at ``failures`` instead.
    var reportsViolations = true
}
