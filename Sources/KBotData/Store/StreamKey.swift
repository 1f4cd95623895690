package import KBotModel

/// One sequence of data: of a market or an underlying, of one kind.
package struct StreamKey: Hashable, Sendable {
    /// What a stream holds.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Public trades of a market.
        case trades
        /// Frames of a market's book, with the trades among them.
        case book
        /// Frames on a market's life: its creation, close and result.
        case lives
        /// Candles of a market.
        case candles
        /// Ticks of an underlying.
        case ticks
        /// Candles of an underlying.
        case spotCandles = "spot_candles"
    }

    /// What it holds.
    package let kind: Kind
    /// The market's ticker or the underlying; empty for lives that an older kbot imported, which are of any market.
    package let name: String
    /// Length of a candle; zero for the others.
    package let interval: TimeSpan

    /// Names a stream.
    package init(_ kind: Kind, _ name: String = "", interval: TimeSpan = .zero) {
        self.kind = kind
        self.name = name
        self.interval = interval
    }

    /// The series of a market: its ticker up to the first dash.
    var series: String {
        switch kind {
        case .trades, .book, .lives, .candles: String(name.prefix { $0 != "-" })
        case .ticks, .spotCandles: ""
        }
    }
}

/// What a file tells of a market: its times, its strike, and how it was decided.
package struct MarketRecord: Hashable, Sendable {
    /// The market.
    package let ticker: Ticker
    /// Start of trading.
    package var opens: Timestamp?
    /// End of trading.
    package var closes: Timestamp?
    /// The price of the underlying that decides the market.
    package var strike: SpotPrice?
    /// How it was decided.
    package var settlement: Settlement?

    /// Makes a record of a market of which only the name is known.
    package init(ticker: Ticker) { self.ticker = ticker }

    /// Takes in what a later file tells; the venue's own result wins over one that somebody inferred.
    package mutating func add(_ other: MarketRecord) {
        opens = other.opens ?? opens
        closes = other.closes ?? closes
        strike = other.strike ?? strike
        guard let result = other.settlement else { return }
        if let settlement, !settlement.isInferred, result.isInferred { return }
        settlement = result
    }
}
