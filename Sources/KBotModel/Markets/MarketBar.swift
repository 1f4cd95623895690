/// A bar of one market: what it is, and when.
public struct MarketBar: Hashable, Sendable {
    /// The market's number in the feed.
    public let market: MarketID
    /// Open, high, low, close and volume; its start is the time in the data.
    public let bar: Candle

    /// Makes a bar of a market.
    @inlinable public init(market: MarketID, bar: Candle) {
        self.market = market
        self.bar = bar
    }
}
