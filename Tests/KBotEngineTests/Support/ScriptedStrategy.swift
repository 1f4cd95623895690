import KBotEngine
import KBotModel

/// A strategy that answers what a test put in, and remembers what it heard.
final class ScriptedStrategy: Strategy {
    let name: StrategyName
    let version = "1"
    let needs: StrategyNeeds
    let callbacks: StrategyCallbacks

    /// The answer to the next candle of each market, used once.
    var answers: [MarketID: Decision] = [:]
    /// The answer to the next trade, used once.
    var tradeAnswer: Decision?
    /// Answers where nothing was put in.
    var decide: ((Candle, Touch) -> Decision)?
    /// Told at the next call.
    var messages: [StrategyMessage] = []

    private(set) var candles: [Candle] = []
    private(set) var fills: [Fill] = []
    private(set) var settlements: [Settlement] = []
    private(set) var positions: [PositionView?] = []
    private(set) var accounts: [AccountView] = []
    private(set) var touches: [Touch] = []

    init(
        _ name: StrategyName = "scripted",
        every interval: CandleInterval = .fixed(.seconds(10)),
        indicators: [(name: String, spec: IndicatorSpec)] = [],
        callbacks: StrategyCallbacks = [.fill, .settle]
    ) {
        self.name = name
        self.callbacks = callbacks
        needs = StrategyNeeds(interval: interval, indicators: indicators)
    }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        candles.append(candle)
        positions.append(context.position)
        accounts.append(context.account)
        touches.append(context.touch)
        return answers.removeValue(forKey: context.market.id) ?? decide?(candle, context.touch) ?? .none(.noSignal)
    }

    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        defer { tradeAnswer = nil }
        return tradeAnswer
    }

    func onFill(_ news: FillNews, _ context: borrowing StrategyContext) { fills.append(news.fill) }

    func onSettle(_ news: SettlementNews, _ context: borrowing StrategyContext) { settlements.append(news.settlement) }

    func takeMessages() -> [StrategyMessage] {
        defer { messages = [] }
        return messages
    }
}

/// A risk rule that says what a test put in.
final class ScriptedRule: RiskRule {
    let name: String
    var verdict: Verdict
    private(set) var seen: [ProposedOrder] = []

    init(_ name: String = "rule", _ verdict: Verdict = .allow) {
        self.name = name
        self.verdict = verdict
    }

    func check(_ order: ProposedOrder, _ context: borrowing RuleContext) -> Verdict {
        seen.append(order)
        return verdict
    }
}

/// A rule that answers by a function of the order.
final class FunctionRule: RiskRule {
    let name = "function"
    private let judge: (ProposedOrder) -> Verdict

    init(_ judge: @escaping (ProposedOrder) -> Verdict) { self.judge = judge }

    func check(_ order: ProposedOrder, _ context: borrowing RuleContext) -> Verdict { judge(order) }
}
