import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// An engine with scripts in it: the test says what happens in one market and what the venue answers.
final class Stage {
    static let market = MarketID(0)
    private var engine: Engine
    private(set) var now = Timestamp(seconds: 1_795_375_800)
    private(set) var notes: [Note] = []
    private(set) var orders: [NewOrder] = []
    private var lastTrade: Int64 = 0

    init(_ strategies: [any Strategy], rules: [any RiskRule] = []) {
        engine = Engine(EngineConfiguration(), strategies: strategies, rules: rules)
        see(
            .listed(
                Market(
                    id: Self.market,
                    ticker: "M0",
                    series: "SERIES",
                    openTime: now,
                    closeTime: now + .hours(1),
                    grid: .linearCent
                )
            )
        )
        quote(48, 50)
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
        switch effect {
        case .note(let note): notes.append(note)
        case .send(let approved): if case .place(let order) = approved.request { orders.append(order) }
        case .lookUp: break
        }
    }

    func see(_ kind: MarketEvent.Kind) { process(.market(MarketEvent(time: now, kind))) }

    func quote(_ bid: Int32, _ ask: Int32) {
        let size = Quantity(contracts: 100)
        see(
            .snapshot(
                Self.market,
                BookSnapshot(
                    yes: [BookLevel(price: Price(cents: bid), count: size)],
                    no: [BookLevel(price: Price(cents: ask).complement, count: size)]
                )
            )
        )
    }

    func trade(_ cents: Int32, taker: BookSide? = .ask) {
        see(
            .trade(
                Trade(market: Self.market, price: Price(cents: cents), count: Quantity(units: 250), taker: taker)
            )
        )
    }

    /// Time passes to the end of the 10-second candle.
    func nextCandle() {
        now = now.floored(to: .seconds(10)) + .seconds(10)
        process(.timer(now))
    }

    /// The venue accepts the last order and fills it whole.
    func fillLast() throws {
        let order = try #require(orders.last)
        process(.venue(now, .accepted(order.id, resting: order.count)))
        lastTrade += 1
        process(
            .venue(
                now,
                .filled(
                    Fill(
                        trade: lastTrade,
                        order: order.id,
                        market: Self.market,
                        side: order.side,
                        price: order.price,
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
