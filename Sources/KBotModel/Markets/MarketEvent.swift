/// Something public that happened in the markets, at the venue's time.
///
/// Feeds of every kind (simulated, recorded, live) speak this and nothing else; the engine and the paper exchange hear it.
public struct MarketEvent: Hashable, Codable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Codable, Sendable {
        /// A market became known, or its facts changed.
        indirect case listed(Market)
        /// The whole book of a market.
        indirect case snapshot(MarketID, BookSnapshot)
        /// A signed change of one level of a book; the price is of the outcome bid for.
        case delta(MarketID, Outcome, Price, Quantity)
        /// A public trade.
        case trade(Trade)
        /// The market was paused, resumed or closed.
        case status(MarketID, MarketStatus)
        /// The market was decided; a second one corrects the first.
        case settled(MarketID, Settlement)
        /// Messages were lost: the book cannot be trusted until the next snapshot.
        case gap(MarketID)
        /// Trades of a market from before anybody listened, told at once: they warm up candles, and nothing trades on them.
        indirect case history(MarketID, [PastTrade])
        /// The price of an underlying.
        case spot(SpotSymbol, SpotPrice)
        /// A finished candle of an underlying, at its end, from a source that has no ticks.
        indirect case spotCandle(SpotSymbol, SpotCandle)
    }

    /// The venue's time.
    public let time: Timestamp
    /// What happened.
    public let kind: Kind

    /// Whether it is about an underlying, not about a market.
    @inlinable public var isSpot: Bool {
        switch kind {
        case .spot, .spotCandle: true
        default: false
        }
    }

    /// Makes an event.
    @inlinable public init(time: Timestamp, _ kind: Kind) {
        self.time = time
        self.kind = kind
    }
}

/// A public trade, as the venue prints it.
public struct Trade: Hashable, Codable, Sendable {
    /// Market traded.
    public let market: MarketID
    /// YES price.
    public let price: Price
    /// Contracts.
    public let count: Quantity
    /// Side of the taker: `.bid` bought YES, `.ask` sold it; nil when a recording does not tell.
    public let taker: BookSide?

    /// Makes a trade.
    @inlinable public init(market: MarketID, price: Price, count: Quantity, taker: BookSide?) {
        self.market = market
        self.price = price
        self.count = count
        self.taker = taker
    }
}

/// A trade of the past, with the time at which it happened.
public struct PastTrade: Hashable, Codable, Sendable {
    /// The venue's time.
    public let time: Timestamp
    /// The trade.
    public let trade: Trade

    /// Makes a past trade.
    public init(time: Timestamp, trade: Trade) {
        self.time = time
        self.trade = trade
    }
}
