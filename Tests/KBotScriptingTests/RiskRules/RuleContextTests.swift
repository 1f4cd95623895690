import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// What a rule reads as `ctx`.
@Suite struct RuleContextTests {
    private func read(_ expression: String, _ scene: Scene = Scene()) throws -> String? {
        let rule = try LuaRiskRule(
            Scripts.rule("local v = \(expression) return 'deny', 'X', (math.type(v) or type(v)) .. ' ' .. tostring(v)")
        )
        let verdict = scene.ask(rule)
        guard case .deny("X", let text) = verdict else { return rule.takeMessages().first?.failure }
        return text
    }

    @Test(arguments: [
        ("ctx.now", "integer 1000100"), ("ctx.market.ticker", "string KXBTC15M-TEST"), ("ctx.market.mid", "integer 46"),
        ("ctx.market.underlying", "string BTC"), ("ctx.market.feed_age", "integer 2"),
        ("ctx.market.exposure", "integer 11"), ("ctx.market.implied()", "float 0.46"),
        ("ctx.market.fee(37, 10)", "float 0.1632"), ("ctx.market.round(45.9, 'down')", "integer 45"),
        ("ctx.market.minutes_left * 60", "float 800.0"), ("ctx.book.has_book", "boolean false"),
        ("ctx.account.equity", "float 1012.5"), ("ctx.account.day_pnl", "float -3.75"), ("ctx.position", "nil nil"),
        ("type(ctx.state)", "string table"), ("kbot.clock(ctx.now).hour", "integer 13"),
        ("kbot.clamp(order.count, 1, 5)", "integer 5"),
    ])
    func `a rule sees the market, the book and the account as a strategy does`(_ expression: String, _ value: String)
        throws
    {
        #expect(try read(expression) == value)
    }

    @Test func `the position is that of whatever strategy holds one`() throws {
        let plan = TradePlan(entry: Price(cents: 45), stop: Price(cents: 50), target: Price(units: 3_550))
        let scene = Scene(
            position: PositionView(
                strategy: "another",
                direction: .short,
                count: Quantity(units: 350),
                averageEntry: Price(units: 4_510),
                plan: plan
            )
        )
        for (field, value) in [
            ("strategy", "string another"), ("side", "string short"), ("count", "float 3.5"), ("entry", "float 45.1"),
            ("stop", "integer 50"), ("target", "float 35.5"),
        ] { #expect(try read("ctx.position.\(field)", scene) == value) }
    }

    @Test(arguments: [
        ("ctx.indicators", "ctx has no field 'indicators'"), ("ctx.candles(1)", "ctx has no field 'candles'"),
        ("ctx.markets", "ctx has no field 'markets'; did you mean 'market'?"),
    ])
    func `what only strategies have is an unknown field`(_ expression: String, _ message: String) throws {
        #expect(try read(expression)?.hasPrefix("rule.lua:2: \(message)") == true)
    }
}
