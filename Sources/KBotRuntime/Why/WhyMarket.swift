import KBotModel
import KBotReports

/// What a reader of a run's lines knows of a market.
struct WhyMarket {
    var opens: Timestamp?
    var closes: Timestamp?
    var parts: [(strategy: String, funnel: Funnel, isWarm: Bool)] = []
    var indicators: [String: SeenIndicators] = [:]
    /// The last candle each strategy could judge, and the last of all.
    var candles: [String: Candle] = [:]
    var last: Candle?
    /// Triggers of strategies whose judgement is not told yet.
    var triggers: [String: String] = [:]
    /// Strategies whose signals were neither denied nor sent yet.
    var signallers: [String] = []
    /// The decision at or before the moment asked for, by length of candle, until a later one takes its place.
    var decisions: [TimeSpan: WhyDecision] = [:]
    /// The candle whose judgements are being told.
    var judged: TimeSpan?

    mutating func count(for strategy: String, _ change: (inout Funnel) -> Void) {
        let index = parts.firstIndex { $0.strategy == strategy } ?? parts.count
        if index == parts.count { parts.append((strategy, Funnel(), false)) }
        change(&parts[index].funnel)
    }
}
