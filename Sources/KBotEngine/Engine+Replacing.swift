import DequeModule
import KBotIndicators
import KBotModel

/// Putting a new version of a strategy or a rule in the place of the old one, between two events.
///
/// Candles, indicators, orders, positions and pauses are the engine's and stay; what the new version needs and the old one
/// did not is made anew from the trades kept, as if it had been asked for from the start.
extension Engine {
    /// Replaces the strategy of the same name; `strategy` hears events from now on.
    ///
    /// The run's ``EngineConfiguration/keepsTrades`` must be set when the needs differ.
    public mutating func replace(_ strategy: any Strategy, _ record: ScriptSwap, into effects: inout [Effect]) {
        swap(&out, &effects)
        defer { swap(&out, &effects) }
        guard let index = strategies.firstIndex(where: { $0.name == strategy.name }) else { return }
        let old = strategies[index]
        strategies[index] = strategy
        if now != .distantPast, !strategy.needs.prepareTheSame(as: old.needs) {
            forgetSpot(of: index)
            prepareSpot(of: index)
            arrangeSpots()
            for market in active {
                market.slots[index] = warmedSlot(of: index, in: market)
                market.arrangeSeries()
            }
            candleDue = earliestCandle
        }
        makeSpots()
        listen()
        // Before the first event there is no time to count from.
        if now != .distantPast { planTimers() }
        note(nil, .swapped(record))
        tellMessages(of: strategy)
        planDeadline()
    }

    /// A strategy's candles and indicators, warmed up with the trades kept.
    private mutating func warmedSlot(of index: Int, in market: MarketState) -> StrategySlot {
        let needs = strategies[index].needs
        if let shared = spotIndicators(of: index) { return StrategySlot(series: nil, indicators: shared) }
        let interval = needs.interval.resolved(life: market.facts.life)
        let indicators = IndicatorSet(needs)
        // Each trade finds the candles closed that were closed when it came.
        var candles = freshSeries(of: interval, in: market)
        for trade in market.kept {
            while let candle = candles.aggregator.closeNext(asOf: trade.heard) { indicators.add(candle) }
            candles.aggregator.add(price: trade.price, count: trade.count, at: trade.time)
        }
        while let candle = candles.aggregator.closeNext(asOf: marketTime) { indicators.add(candle) }
        warnOfWarmUp(strategies[index], interval, in: market)
        if let shared = market.series.firstIndex(where: { $0.aggregator.interval == interval }) {
            return StrategySlot(series: shared, indicators: indicators)
        }
        market.series.append(candles)
        return StrategySlot(series: market.series.count - 1, indicators: indicators)
    }

    /// Replaces the rule of the same name.
    public mutating func replace(_ rule: any RiskRule, _ record: ScriptSwap, into effects: inout [Effect]) {
        swap(&out, &effects)
        defer { swap(&out, &effects) }
        guard let index = rules.firstIndex(where: { $0.name == rule.name }) else { return }
        rules[index] = rule
        note(nil, .swapped(record))
        tell(rule.takeMessages(), of: StrategyName(rule.name), in: nil)
    }
}

/// A new version of a script that took the place of the old one.
public struct ScriptSwap: Hashable, Codable, Sendable {
    /// The script's name.
    public let script: String
    /// SHA-256 of the old version with its modules, in hexadecimal.
    public let oldHash: String
    /// SHA-256 of the new version with its modules.
    public let newHash: String
    /// 1 as started, counted up by each swap.
    public let generation: Int
    /// Events the engine had taken in when it happened: a run with the same events can do it at the same place.
    public let afterEvents: Int
    /// Whether an operator asked for it; that also ends a quarantine.
    public let isAsked: Bool

    /// Makes a record of a swap.
    public init(
        script: String,
        oldHash: String,
        newHash: String,
        generation: Int,
        afterEvents: Int,
        isAsked: Bool = false
    ) {
        self.script = script
        self.oldHash = oldHash
        self.newHash = newHash
        self.generation = generation
        self.afterEvents = afterEvents
        self.isAsked = isAsked
    }
}
