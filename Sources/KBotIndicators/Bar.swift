public import KBotModel

/// Open, high, low, close and volume as plain integers, so that one indicator serves contracts and underlyings alike.
public struct Bar: Hashable, Sendable {
    /// First price, in 1/10,000 dollar of a contract or of an underlying.
    public var open: Int64
    /// Highest price.
    public var high: Int64
    /// Lowest price.
    public var low: Int64
    /// Last price.
    public var close: Int64
    /// Volume in a unit of the source: 1/100 contract or 1/1,000,000 coin; 0 where the source gives none.
    public var volume: Int64

    /// Makes a bar of prices in 1/10,000 dollar.
    public init(open: Int64, high: Int64, low: Int64, close: Int64, volume: Int64) {
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }

    /// The bar of a contract's candle; volume in 1/100 contract.
    public init(_ candle: Candle) {
        self.init(
            open: Int64(candle.open.units),
            high: Int64(candle.high.units),
            low: Int64(candle.low.units),
            close: Int64(candle.close.units),
            volume: candle.volume.units
        )
    }

    /// The bar of an underlying's candle; volume in 1/1,000,000 coin.
    public init(_ candle: SpotCandle) {
        self.init(
            open: candle.open.units,
            high: candle.high.units,
            low: candle.low.units,
            close: candle.close.units,
            volume: candle.volume
        )
    }
}
