import KBotEngine
import KBotIndicators
import KBotModel

/// A strategy that writes down everything it hears and sees, and answers what a test tells it to.
final class Recorder: Strategy {
    /// What a strategy sees when it is asked.
    struct Sight: Hashable {
        var now: Timestamp
        var market: MarketID
        var status: MarketStatus
        /// Values of the plain indicators, bands as three.
        var figures: [Int64?]
        /// As many closed candles as the strategy asked for.
        var history: [ClosedBar]
        var touch: Touch
        var hasBook: Bool
        var position: PositionView?
        var exposure: Money
    }

    /// One call.
    enum Call: Hashable {
        case start(Timestamp)
        case candle(Candle, Sight)
        case spotCandle(SpotCandle, Sight)
        case trade(Trade, Sight)
        case book(Sight)
        case timer(Sight)
        case fill(FillNews, Sight)
        case settle(SettlementNews, Sight)
        case stop(Timestamp)

        var sight: Sight? {
            switch self {
            case .candle(_, let sight), .spotCandle(_, let sight), .trade(_, let sight), .book(let sight),
                .timer(let sight), .fill(_, let sight), .settle(_, let sight):
                sight
            case .start, .stop: nil
            }
        }
    }

    let name: StrategyName
    let version = "1"
    let needs: StrategyNeeds
    let callbacks: StrategyCallbacks
    private(set) var calls: [Call] = []
    /// Answers to calls that can be answered.
    var answer: (Call) -> Decision? = { _ in nil }

    init(_ name: StrategyName = "recorder", _ needs: StrategyNeeds, callbacks: StrategyCallbacks = []) {
        self.name = name
        self.needs = needs
        self.callbacks = callbacks
    }

    /// One that hears candles of an underlying.
    convenience init(
        _ name: StrategyName = "recorder",
        spot symbol: SpotSymbol,
        every interval: TimeSpan,
        indicators: [(name: String, spec: IndicatorSpec)] = [],
        timer: TimeSpan? = nil,
        callbacks: StrategyCallbacks = []
    ) {
        self.init(
            name,
            StrategyNeeds(
                source: .spot(symbol),
                interval: .fixed(interval),
                indicators: indicators,
                history: 3,
                timer: timer
            ),
            callbacks: callbacks
        )
    }

    func onStart(at time: Timestamp) { calls.append(.start(time)) }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        hear(.candle(candle, sight(context))) ?? .none(.noSignal)
    }

    func onSpotCandle(_ candle: SpotCandle, _ context: borrowing StrategyContext) -> Decision {
        hear(.spotCandle(candle, sight(context))) ?? .none(.noSignal)
    }

    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        hear(.trade(trade, sight(context)))
    }

    func onBook(_ context: borrowing StrategyContext) -> Decision? { hear(.book(sight(context))) }

    func onTimer(_ context: borrowing StrategyContext) -> Decision? { hear(.timer(sight(context))) }

    func onFill(_ news: FillNews, _ context: borrowing StrategyContext) { calls.append(.fill(news, sight(context))) }

    func onSettle(_ news: SettlementNews, _ context: borrowing StrategyContext) {
        calls.append(.settle(news, sight(context)))
    }

    func onStop(at time: Timestamp) { calls.append(.stop(time)) }

    private func hear(_ call: Call) -> Decision? {
        calls.append(call)
        return answer(call)
    }

    private func sight(_ context: borrowing StrategyContext) -> Sight {
        let indicators = context.indicators
        var figures: [Int64?] = []
        for index in needs.indicators.indices {
            if let bands = indicators.bands(at: index) {
                figures += [bands.lower, bands.middle, bands.upper]
            } else {
                figures.append(indicators.value(at: index))
            }
        }
        return Sight(
            now: context.now,
            market: context.market.id,
            status: context.market.status,
            figures: figures,
            history: indicators.history.suffix(needs.history).map(\.self),
            touch: context.touch,
            hasBook: context.view.book != nil,
            position: context.position,
            exposure: context.view.exposure
        )
    }
}

extension Recorder {
    var spotCandles: [SpotCandle] {
        calls.compactMap { if case .spotCandle(let candle, _) = $0 { candle } else { nil } }
    }
    var timers: [Sight] { calls.compactMap { if case .timer(let sight) = $0 { sight } else { nil } } }
    var books: [Sight] { calls.compactMap { if case .book(let sight) = $0 { sight } else { nil } } }
    var fillNews: [FillNews] { calls.compactMap { if case .fill(let news, _) = $0 { news } else { nil } } }
    var settlementNews: [SettlementNews] {
        calls.compactMap { if case .settle(let news, _) = $0 { news } else { nil } }
    }
    /// The markets it was asked about, in order.
    var asked: [MarketID] { calls.compactMap { $0.sight?.market } }
}

/// A rule that writes down everything it hears.
final class NewsRule: RiskRule {
    let name: String
    private(set) var fills: [FillNews] = []
    private(set) var settlements: [SettlementNews] = []
    private(set) var days: [(time: Timestamp, account: AccountView)] = []
    /// Position and exposure as seen at each call, and whether the order judged was reducing; nil where none was.
    private(set) var sights: [(reducing: Bool?, position: PositionView?, exposure: Money)] = []
    var messages: [StrategyMessage] = []

    init(_ name: String = "news") { self.name = name }

    func check(_ order: ProposedOrder, _ context: borrowing RuleContext) -> Verdict {
        sights.append((order.isReducing, context.position, context.view.exposure))
        return .allow
    }

    func onFill(_ news: FillNews, _ context: borrowing RuleContext) {
        fills.append(news)
        sights.append((nil, context.position, context.view.exposure))
    }

    func onSettle(_ news: SettlementNews, _ context: borrowing RuleContext) { settlements.append(news) }

    func onDay(at time: Timestamp, account: AccountView) { days.append((time, account)) }

    func takeMessages() -> [StrategyMessage] {
        defer { messages = [] }
        return messages
    }

    /// Net P&L told of a strategy's fills, and of all settlements.
    func told(of strategy: StrategyName) -> Money {
        fills.filter { $0.strategy == strategy }.compactMap(\.netPnL).reduce(.zero, +)
    }
    var toldOfSettlements: Money { settlements.compactMap(\.netPnL).reduce(.zero, +) }
}
