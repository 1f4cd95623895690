import KBotModel
import KBotScripting

@testable import KBotEngine

/// One moment in one market, shown to a script without an engine.
struct Scene {
    var now = Timestamp(seconds: 1_000_100)
    var market = Market(
        id: MarketID(0),
        ticker: "KXBTC15M-TEST",
        series: "KXBTC15M",
        openTime: Timestamp(seconds: 1_000_000),
        closeTime: Timestamp(seconds: 1_000_900)
    )
    var touch = Touch(bid: Price(units: 4_500), ask: Price(units: 4_700))
    var lastPrice: Price? = Price(units: 4_550)
    var position: PositionView?
    var account = AccountView(
        equity: Money(units: 1_012_500_000),
        capital: Money(dollars: 1_000),
        cash: Money(units: 990_250_000),
        exposure: Money(dollars: 22),
        dayPnL: Money(units: -3_750_000),
        losingStreak: 2,
        openPositions: 1
    )
    var candle = Candle(
        start: Timestamp(seconds: 1_000_090),
        interval: .seconds(10),
        open: Price(units: 4_500),
        high: Price(units: 4_710),
        low: Price(units: 4_475),
        close: Price(units: 4_600),
        volume: Quantity(units: 1_250),
        trades: 7
    )
    /// Closes before the candle.
    var history: [Int32] = []

    var book: OrderBook?
    /// How long ago anything was heard of the market.
    var heardAgo = TimeSpan.seconds(2)

    /// The market as scripts see it.
    var view: MarketView {
        MarketView(
            facts: market,
            touch: touch,
            lastPrice: lastPrice,
            book: book,
            lastHeard: now - heardAgo,
            exposure: Money(dollars: 11)
        )
    }

    /// The candle judged by a strategy.
    func ask(_ strategy: LuaStrategy) -> Decision {
        let indicators = IndicatorSet(strategy.needs)
        for (index, close) in history.enumerated() {
            let start = candle.start - .seconds(10 * Int64(history.count - index))
            indicators.add(Candle(flatAt: Price(units: close), start: start, interval: candle.interval))
        }
        indicators.add(candle)
        return strategy.onCandle(
            candle,
            StrategyContext(
                now: now,
                view: view,
                indicators: indicators,
                position: position,
                account: account
            )
        )
    }

    /// The last of a few candles of the underlying judged by a strategy, each flat at a price but with 1.5 coins traded.
    func ask(_ strategy: LuaStrategy, spot prices: [Int64]) -> Decision {
        let indicators = IndicatorSet(strategy.needs)
        var decision = Decision.none(.warmingUp)
        for (index, units) in prices.enumerated() {
            let start = candle.start - .seconds(10 * Int64(prices.count - 1 - index))
            var candle = SpotCandle(flatAt: SpotPrice(units: units), start: start, interval: .seconds(10))
            candle.volume = 1_500_000
            candle.ticks = 4
            indicators.add(candle)
            decision = strategy.onSpotCandle(
                candle,
                StrategyContext(now: now, view: view, indicators: indicators, position: position, account: account)
            )
        }
        return decision
    }

    /// The decision of a body of `on_candle`, and what was told.
    func run(_ body: String, indicators: String = "") throws -> (decision: Decision, messages: [StrategyMessage]) {
        let strategy = try LuaStrategy(Scripts.strategy(onCandle: body, indicators: indicators))
        return (ask(strategy), strategy.takeMessages())
    }

    /// An expression as the script sees it, with its type: `integer 45`, `float 45.5`, `string yes`, `nil nil`.
    func read(_ expression: String, indicators: String = "") throws -> String? {
        let body = "local v = \(expression) return nil, (math.type(v) or type(v)) .. ' ' .. tostring(v)"
        let (decision, messages) = try run(body, indicators: indicators)
        return messages.first?.failure ?? decision.code?.text
    }

    /// The error a body of `on_candle` fails with.
    func failure(_ body: String) throws -> String? { try run(body).messages.compactMap(\.failure).first }

    /// An order shown to a rule.
    func ask(_ rule: LuaRiskRule, reducing: Bool = false) -> Verdict {
        let plan = TradePlan(entry: Price(units: 4_550), stop: Price(cents: 40), target: Price(cents: 60))
        let order = ProposedOrder(
            strategy: "scalper",
            direction: .long,
            price: Price(units: 4_550),
            count: Quantity(contracts: 12),
            plan: plan,
            isReducing: reducing
        )
        return rule.check(order, RuleContext(now: now, view: view, position: position, account: account))
    }
}

extension Decision {
    var code: ReasonCode? { if case .none(let code, _) = self { code } else { nil } }
    var trigger: Direction? { if case .none(_, let trigger) = self { trigger } else { nil } }
    var signal: Signal? { if case .signal(let signal) = self { signal } else { nil } }
}
