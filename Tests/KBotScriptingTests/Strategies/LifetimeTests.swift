import KBotEngine
import KBotLua
import KBotModel
import Testing

@testable import KBotScripting

@Suite struct LifetimeTests {
    @Test(arguments: [[], [(name: "bands", spec: IndicatorSpec.bollinger(period: 25, deviations: 20_000))]])
    func `a dropped script leaves nothing behind`(indicators: [(name: String, spec: IndicatorSpec)]) throws {
        weak var context: ScriptContext?
        weak var machine: LuaVM?
        try {
            let script = try ScriptMachine(
                ScriptFile(
                    path: "x.lua",
                    name: "x.lua",
                    text: """
                        local s = { api = 1, kind = "strategy", name = "x", version = "1" }
                        function s.needs() return { candles = { interval = "5s" } } end
                        function s.on_candle(ctx, candle) return nil, "NO_SIGNAL" end
                        return s
                        """,
                    hash: ""
                ),
                kind: .strategy,
                parameters: [:],
                seed: 0,
                limits: LuaLimits(),
                modules: noModules
            )
            let needs = StrategyNeeds(interval: .fixed(.seconds(5)), indicators: indicators)
            try script.makeContext(.strategyContext(needs, parameters: [], state: .table([])))
            context = script.context
            machine = script.vm
        }()
        #expect(context == nil)
        #expect(machine == nil)
    }
}
