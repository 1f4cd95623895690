public import KBotModel

/// A candle that closed and led to nothing: what two or three notes tell, in one.
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
    /// The account's equity afterwards; nil when it has not changed.
    public let equity: Money?

    /// The same as the engine tells it otherwise.
    public var notes: [Note] {
        var notes = [
            Note(time: time, market: market, .candle(candle)),
            Note(time: time, market: market, .noSignal(strategy, code, filtered: false)),
        ]
        if let equity { notes.append(Note(time: time, market: nil, .equity(equity))) }
        return notes
    }
}
