/// The price of an underlying as an index or an exchange gives it: `BTC-USD`.
public typealias SpotSymbol = Identifier<IdentifierTag.Spot>

extension SpotSymbol {
    /// The asset before the dash: `BTC` of `BTC-USD`.
    public var asset: String { String(text.prefix { $0 != "-" }) }
}

/// Open, high, low, close and volume of an underlying over one half-open interval `[start, end)`.
public struct SpotCandle: Hashable, Codable, Sendable {
    /// Start of the interval: a multiple of its length since the epoch.
    public let start: Timestamp
    /// Length of the interval.
    public let interval: TimeSpan
    /// First price.
    public var open: SpotPrice
    /// Highest price.
    public var high: SpotPrice
    /// Lowest price.
    public var low: SpotPrice
    /// Last price.
    public var close: SpotPrice
    /// Volume in 1/1,000,000 of a coin; 0 where the source gives none.
    public var volume: Int64
    /// Number of ticks, or of finer candles; 0 in a flat candle carried at the last price.
    public var ticks: Int32

    /// Makes a candle.
    public init(
        start: Timestamp,
        interval: TimeSpan,
        open: SpotPrice,
        high: SpotPrice,
        low: SpotPrice,
        close: SpotPrice,
        volume: Int64 = 0,
        ticks: Int32 = 1
    ) {
        self.start = start
        self.interval = interval
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.ticks = ticks
    }

    /// A candle without ticks at the last price.
    public init(flatAt price: SpotPrice, start: Timestamp, interval: TimeSpan) {
        self.init(
            start: start,
            interval: interval,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0,
            ticks: 0
        )
    }

    /// Takes in a tick of this interval.
    public mutating func add(_ price: SpotPrice) {
        if price > high { high = price }
        if price < low { low = price }
        close = price
        ticks += 1
    }

    /// End of the interval, itself not part of it.
    public var end: Timestamp { start + interval }
}

extension SeriesTicker {
    /// The asset a crypto series is about: `BTC` of `KXBTC15M`, `KXBTCD` and `KXBTC`; of any other series its name without
    /// `KX`.
    ///
    /// The venue names series by hand; this follows its pattern for crypto: `KX`, the asset, then `D` (daily), `H`
    /// (hourly) or a length such as `15M`.
    public var underlying: String {
        var name = Substring(text)
        if name.hasPrefix("KX") { name = name.dropFirst(2) }
        if let last = name.last, "MHDW".contains(last), let digit = name.dropLast().last, ("0"..."9").contains(digit) {
            name = name.dropLast()
            while let digit = name.last, ("0"..."9").contains(digit) { name = name.dropLast() }
        } else if let last = name.last, "DHW".contains(last), Self.assets.contains(String(name.dropLast())) {
            name = name.dropLast()
        }
        return name.isEmpty ? text : String(name)
    }

    /// Assets with series whose length is a single letter: without this list `KXGOLD` would be about `GOL`.
    private static let assets: Set<String> = [
        "BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "AVAX", "LINK", "LTC", "BCH", "DOT", "SHIB", "HYPE", "XLM",
    ]
}
