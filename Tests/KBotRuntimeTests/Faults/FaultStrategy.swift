import KBotEngine
import KBotModel
import KBotTestSupport

/// Trades all the time, in every way there is; what it wants follows from time and price alone, so that it wants the same
/// after a restart.
final class BusyStrategy: Strategy {
    let name: StrategyName = "busy"
    let version = "1"
    let needs = StrategyNeeds(interval: .fixed(.seconds(5)), indicators: [], history: 0)
    let callbacks: StrategyCallbacks = [.trade]
    /// Signals for each hundred trades.
    private let eagerness: Int
    private let seed: UInt64

    init(seed: UInt64, eagerness: Int = 35) {
        self.seed = seed
        self.eagerness = eagerness
    }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision { .none(.noSignal) }

    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        let time = UInt64(bitPattern: context.now.microseconds)
        var random = SeededGenerator(seed: seed &+ time &* 31 &+ UInt64(trade.price.units))
        guard Int.random(in: 0..<100, using: &random) < eagerness else { return nil }
        let direction: Direction = Bool.random(using: &random) ? .long : .short
        let type = [EntryType.limit, .limit, .market, .stop].randomElement(using: &random) ?? .limit
        guard let bid = context.touch.bid, let ask = context.touch.ask else { return nil }
        let away = PriceDelta(cents: Int32.random(in: -1...2, using: &random))
        let entry: Price =
            switch (type, direction) {
            case (.limit, .long): bid - away
            case (.limit, .short): ask + away
            case (.stop, .long), (.market, .long): ask + PriceDelta(cents: 2)
            case (.stop, .short), (.market, .short): bid - PriceDelta(cents: 2)
            }
        return .signal(
            Signal(
                direction: direction,
                entry: entry,
                stop: .offset(PriceDelta(cents: Int32.random(in: 2...7, using: &random))),
                target: .offset(PriceDelta(cents: Int32.random(in: 1...7, using: &random))),
                entryType: type,
                count: Quantity(contracts: Int64.random(in: 1...30, using: &random))
            )
        )
    }
}
