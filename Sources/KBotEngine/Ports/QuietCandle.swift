public import KBotModel

/// A candle that closed and led to nothing: what two notes tell, in one.
public struct QuietCandle: Sendable {
    /// When it closed, in the venue's time.
    public let time: Timestamp
    /// Its market.
    public let market: MarketID
    /// The candle.
    public let candle: Candle
    /// The strategy that looked at it.
    public let strategy: StrategyName
    /// Why it gave no signal; its rule was not met.
    public let code: ReasonCode

    /// The same as the engine tells it otherwise.
    public var notes: [Note] {
        [
            Note(time: time, market: market, .candle(candle)),
            Note(time: time, market: market, .noSignal(strategy, code, filtered: false)),
        ]
    }
}
