import KBotEngine
import KBotModel
import KBotScripting

/// What scripts cost beyond their own work: a strategy that signals at every candle, and three rules on its orders.
enum ScriptBenchmarks {
    static func all() -> [Benchmark] {
        [
            Benchmark(name: "a Lua signal, and three Lua rules on its order", unit: .microsecondsEach, goal: 2) {
                watch in
                try signalWithRules(&watch)
            },
            Benchmark(name: "loading a script and checking its text", unit: .microsecondsEach) { watch in
                let file = try EngineBenchmarks.script().file
                watch.time {
                    for _ in 0..<100 {
                        keep(file.findings)
                        keep(try? LuaStrategy(file))
                    }
                }
                return 100
            },
        ]
    }

    private static func signalWithRules(_ watch: inout Stopwatch) throws -> Int {
        let strategy = try LuaStrategy(
            file(
                "signals",
                """
                local s = { api = 1, kind = "strategy", name = "signals", version = "1" }
                function s.needs() return { candles = { interval = "5s" } } end
                function s.on_candle(ctx, candle)
                  return { side = "long", entry = candle.low, stop = candle.low - 4, target = candle.low + 8 }
                end
                return s
                """
            )
        )
        let rules = try (1...3).map { number in
            try LuaRiskRule(
                file(
                    "rule\(number)",
                    """
                    local r = { api = 1, kind = "risk-rule", name = "rule\(number)", version = "1" }
                    function r.check(ctx, order)
                      if order.reducing then return "allow" end
                      if ctx.market.spread > 50 then return "deny", "WIDE", "too wide" end
                      return "allow"
                    end
                    return r
                    """
                )
            )
        }
        let scene = Scene()
        let indicators = IndicatorSet(strategy.needs)
        let context = StrategyContext(
            now: scene.now,
            view: scene.view,
            indicators: indicators,
            position: nil,
            account: scene.account
        )
        let ruleContext = RuleContext(now: scene.now, view: scene.view, account: scene.account)
        let times = 200_000
        watch.time {
            for _ in 0..<times {
                keep(strategy.onCandle(scene.candle, context))
                for rule in rules { keep(rule.check(scene.order, ruleContext)) }
            }
        }
        return times
    }

    private static func file(_ name: String, _ text: String) -> ScriptFile {
        ScriptFile(path: "\(name).lua", name: "\(name).lua", text: text, hash: "")
    }
}

/// One moment of one market.
private struct Scene {
    let now = Timestamp(seconds: 1_780_272_100)
    let view: MarketView
    let account = AccountView(
        equity: Money(dollars: 1_000),
        capital: Money(dollars: 1_000),
        cash: Money(dollars: 1_000),
        exposure: .zero,
        dayPnL: .zero,
        losingStreak: 0,
        openPositions: 0
    )
    let candle: Candle
    let order: ProposedOrder

    init() {
        let facts = Market(
            id: MarketID(0),
            ticker: "KXBTC15M-26JUN010015-15",
            series: "KXBTC15M",
            openTime: now - .seconds(100),
            closeTime: now + .seconds(800)
        )
        view = MarketView(
            facts: facts,
            touch: Touch(bid: Price(cents: 48), ask: Price(cents: 50)),
            lastPrice: Price(cents: 49),
            lastHeard: now
        )
        candle = Candle(
            start: now - .seconds(5),
            interval: .seconds(5),
            open: Price(cents: 50),
            high: Price(cents: 52),
            low: Price(cents: 48),
            close: Price(cents: 49),
            volume: Quantity(contracts: 30),
            trades: 12
        )
        order = ProposedOrder(
            strategy: "signals",
            direction: .long,
            price: Price(cents: 48),
            count: Quantity(contracts: 10),
            plan: TradePlan(entry: Price(cents: 48), stop: Price(cents: 44), target: Price(cents: 56)),
            isReducing: false
        )
    }
}
