/// Open, high, low, close and volume of one market over one half-open interval `[start, end)`.
public struct Candle: Hashable, Codable, Sendable {
    /// Start of the interval: a multiple of its length since the epoch.
    public let start: Timestamp
    /// Length of the interval.
    public let interval: TimeSpan
    /// First price.
    public var open: Price
    /// Highest price.
    public var high: Price
    /// Lowest price.
    public var low: Price
    /// Last price.
    public var close: Price
    /// Contracts traded.
    public var volume: Quantity
    /// Number of trades; 0 in a flat candle carried at the last price.
    public var trades: Int32

    /// Makes a candle.
    @inlinable public init(
        start: Timestamp,
        interval: TimeSpan,
        open: Price,
        high: Price,
        low: Price,
        close: Price,
        volume: Quantity,
        trades: Int32
    ) {
        self.start = start
        self.interval = interval
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.trades = trades
    }

    /// A candle without trades at the last price.
    @inlinable public init(flatAt price: Price, start: Timestamp, interval: TimeSpan) {
        self.init(
            start: start,
            interval: interval,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: .zero,
            trades: 0
        )
    }

    /// End of the interval, itself not part of it.
    @inlinable public var end: Timestamp { start + interval }

    /// The upper end of the body.
    @inlinable public var bodyHigh: Price { max(open, close) }

    /// The lower end of the body.
    @inlinable public var bodyLow: Price { min(open, close) }

    /// High minus low.
    @inlinable public var range: PriceDelta { high - low }

    /// Takes in a trade of this interval.
    @inlinable public mutating func add(price: Price, count: Quantity) {
        if price > high { high = price }
        if price < low { low = price }
        close = price
        volume += count
        trades += 1
    }
}

/// Open, high, low and volume over one interval, whatever they are counted in.
package protocol CandleExtent {
    associatedtype Level: Comparable
    associatedtype Amount: Comparable
    /// First price.
    var open: Level { get }
    /// Highest price.
    var high: Level { get }
    /// Lowest price.
    var low: Level { get }
    /// What was traded.
    var volume: Amount { get }
}

extension CandleExtent {
    /// Whether it is the same candle some time later: it opened at the same price, and more has happened since.
    package func isLaterState(of earlier: Self) -> Bool {
        open == earlier.open && high >= earlier.high && low <= earlier.low && volume >= earlier.volume
            && (high, low, volume) != (earlier.high, earlier.low, earlier.volume)
    }
}

extension Candle: CandleExtent {}
