import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// An engine with scripts in it: the test says what happens in its markets and what the venue answers.
final class Stage {
    static let market = MarketID(0)
    private var engine: Engine
    private(set) var now = Timestamp(seconds: 1_795_375_800)
    private(set) var notes: [Note] = []
    /// Everything the engine wanted, in order.
    private(set) var effects: [Effect] = []
    private(set) var requests: [OrderRequest] = []
    private var lastTrade: Int64 = 0

    /// Makes an engine with as many open markets, `M0`, `M1`, …, each quoted at 48 to 50.
    init(
        _ strategies: [any Strategy],
        rules: [any RiskRule] = [],
        markets: Int32 = 1,
        series: SeriesTicker = "SERIES",
        _ configure: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        var configuration = EngineConfiguration()
        configure(&configuration)
        engine = Engine(configuration, strategies: strategies, rules: rules)
        for number in 0..<markets {
            see(
                .listed(
                    Market(
                        id: MarketID(number),
                        ticker: Ticker("M\(number)"),
                        series: series,
                        openTime: now,
                        closeTime: now + .hours(1),
                        grid: .linearCent
                    )
                )
            )
        }
        for number in 0..<markets { quote(48, 50, in: MarketID(number)) }
    }

    /// A stage with one script that answers the first candle with a long at 48, stop 44, target 58.
    static func withLong(_ more: String = "", rules: [any RiskRule] = []) throws -> Stage {
        let strategy = try LuaStrategy(
            Scripts.strategy(
                onCandle: """
                    if ctx.state.done then return nil, "DONE" end
                    ctx.state.done = true
                    return { side = "long", entry = 48, stop = 44, target = 58 }
                    """,
                more
            )
        )
        let stage = Stage([strategy], rules: rules)
        stage.trade(48)
        stage.nextCandle()
        return stage
    }

    func process(_ event: Event) {
        for effect in engine.process(event) { keep(effect) }
    }

    private func keep(_ effect: Effect) {
        effects.append(effect)
        switch effect {
        case .note(let note): notes.append(note)
        case .send(let approved): requests.append(approved.request)
        case .lookUp: break
        }
    }

    /// Puts another version of a script into the engine.
    func replace(_ strategy: LuaStrategy) {
        var effects: [Effect] = []
        let record = ScriptSwap(script: strategy.name.text, oldHash: "a", newHash: "b", generation: 2, afterEvents: 0)
        engine.replace(strategy, record, into: &effects)
        for effect in effects { keep(effect) }
    }

    // MARK: What is public

    func see(_ kind: MarketEvent.Kind) { process(.market(MarketEvent(time: now, kind))) }

    func quote(_ bid: Int32, _ ask: Int32, in market: MarketID = market) {
        let size = Quantity(contracts: 100)
        see(
            .snapshot(
                market,
                BookSnapshot(
                    yes: [BookLevel(price: Price(cents: bid), count: size)],
                    no: [BookLevel(price: Price(cents: ask).complement, count: size)]
                )
            )
        )
    }

    func trade(_ cents: Int32, taker: BookSide? = .ask, in market: MarketID = market) {
        see(.trade(Trade(market: market, price: Price(cents: cents), count: Quantity(units: 250), taker: taker)))
    }

    // MARK: Time

    /// Time passes to the end of the 10-second candle.
    func nextCandle() {
        now = now.floored(to: .seconds(10)) + .seconds(10)
        process(.timer(now))
    }

    /// Time passes; the engine gets every timer it asks for on the way.
    func pass(_ span: TimeSpan) {
        let end = now + span
        while engine.nextDeadline <= end {
            now = max(now, engine.nextDeadline)
            process(.timer(now))
        }
        now = end
    }

    // MARK: What the venue says

    /// The venue accepts the last order and fills it whole.
    func fillLast() throws { fill(try #require(orders.last)) }

    /// The venue accepts an order and fills it whole, at its price unless told otherwise.
    func fill(_ order: NewOrder, at price: Price? = nil) {
        process(.venue(now, .accepted(order.id, resting: order.count)))
        lastTrade += 1
        process(
            .venue(
                now,
                .filled(
                    Fill(
                        trade: lastTrade,
                        order: order.id,
                        market: order.market,
                        side: order.side,
                        price: price ?? order.price,
                        count: order.count,
                        liquidity: .maker,
                        fee: Money(units: 12_300)
                    )
                )
            )
        )
    }

    func finish() {
        var effects: [Effect] = []
        engine.finish(into: &effects)
        for effect in effects { keep(effect) }
    }

    /// Every order sent so far.
    var orders: [NewOrder] { requests.compactMap { if case .place(let order) = $0 { order } else { nil } } }
    /// Lines that scripts logged.
    var lines: [String] { notes.compactMap { if case .script(_, let line) = $0.kind { line } else { nil } } }
    /// Failures of scripts.
    var failures: [String] {
        notes.compactMap { if case .warning(.scriptFailed, let text) = $0.kind { text } else { nil } }
    }
    var codes: [ReasonCode] {
        notes.compactMap { if case .noSignal(_, let code, _) = $0.kind { code } else { nil } }
    }
    var denials: [ReasonCode] { notes.compactMap { if case .denied(_, let code, _) = $0.kind { code } else { nil } } }
    var verdicts: [(verdict: Verdict, reducing: Bool)] {
        notes.compactMap {
            if case .verdict(_, let verdict, let reducing) = $0.kind { (verdict, reducing) } else { nil }
        }
    }
}
