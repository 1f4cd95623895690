import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// The scripts that `kbot init` begins with do what they say.
@Suite struct TemplateTests {
    private let parameters = ["period": "5", "depth": "6", "risk": "3"]

    private func strategy(_ parameters: [String: String] = [:]) throws -> LuaStrategy {
        try LuaStrategy(try Scripts.shipped("templates/strategies/my_strategy.lua"), parameters: parameters)
    }

    /// Four flat candles at 50¢, then one that closes at another price.
    private func scene(closingAt cents: Int32) -> Scene {
        var scene = Scene()
        scene.history = Array(repeating: 5_000, count: 4)
        scene.candle = Candle(flatAt: Price(cents: cents), start: scene.candle.start, interval: .seconds(5))
        return scene
    }

    @Test func `the strategy needs no more than a market gives`() throws {
        let script = try strategy()
        #expect(script.needs.interval == .fixed(.seconds(5)) && script.needs.warmUp == 24)
    }

    @Test func `the strategy buys a dip, with offsets for stop and target`() throws {
        let script = try strategy(parameters)
        let decision = scene(closingAt: 40).ask(script)
        let signal = try #require(decision.signal, "\(script.takeMessages())")
        #expect(signal.direction == .long && signal.entry == Price(cents: 40))
        #expect(signal.stop == .offset(PriceDelta(cents: 3)) && signal.target == .offset(PriceDelta(cents: 6)))
        #expect(signal.reason == "8.00 cents below the mean")
    }

    @Test func `the strategy says why it leaves a dip alone`() throws {
        #expect(scene(closingAt: 45).ask(try strategy(parameters)).code == "NO_DIP")
        var late = scene(closingAt: 40)
        late.now = late.market.closeTime - .minutes(5)
        let decision = late.ask(try strategy(parameters))
        #expect(decision.code == "TOO_LATE_FOR_A_DIP" && decision.trigger == .long)
    }

    @Test func `the rule allows, makes smaller and denies, and never holds an exit back`() throws {
        let file = try Scripts.shipped("templates/risk-rules/my_rule.lua")
        // The scene's order: a long of 12 contracts at 45.5¢.
        #expect(Scene().ask(try LuaRiskRule(file)) == .allow)
        #expect(
            Scene().ask(try LuaRiskRule(file, parameters: ["most": "5"]))
                == .reduce(to: Quantity(contracts: 5), "LARGE_ORDER", "more than 5 contracts")
        )
        let strict = try LuaRiskRule(file, parameters: ["margin": "46"])
        #expect(Scene().ask(strict) == .deny("PRICE_TOO_EXTREME", "entry at 45.50 cents"))
        #expect(Scene().ask(strict, reducing: true) == .allow)
    }

    @Test(arguments: ["strategies/my_strategy_test.lua", "risk-rules/my_rule_test.lua"])
    func `the tests beside them pass`(path: String) throws {
        let folder = "templates/" + path.prefix { $0 != "/" }
        let tests = try ScriptTests(
            try Scripts.shipped("templates/" + path),
            in: TestSurroundings(
                script: { name in .success(try? Scripts.shipped("\(folder)/\(name)")) },
                modules: { _ in noModules }
            )
        )
        #expect(tests.tests.count >= 3)
        for test in tests.tests { #expect(tests.run(test).outcome == .passed, "\(test.fullName)") }
    }
}
