/// What is known of one market: its name, times, grid and fees.
///
/// Only facts that are public before and during trading; a result arrives as ``Settlement`` when the venue knows it.
public struct Market: Hashable, Codable, Sendable {
    /// Dense number within the run.
    public let id: MarketID
    /// The venue's name.
    public let ticker: Ticker
    /// The series the market belongs to.
    public var series: SeriesTicker
    /// Start of trading.
    public var openTime: Timestamp
    /// End of trading.
    public var closeTime: Timestamp
    /// Valid prices.
    public var grid: PriceGrid
    /// Fees of a fill.
    public var fees: FeeSchedule
    /// The price of the underlying that decides the market; nil while unknown.
    public var strike: SpotPrice?
    /// The venue's shard (`exchange_index`) that holds the market's cash and orders.
    public var shard: Int32
    /// Whether it trades.
    public var status: MarketStatus

    /// Makes a market.
    public init(
        id: MarketID,
        ticker: Ticker,
        series: SeriesTicker,
        openTime: Timestamp,
        closeTime: Timestamp,
        grid: PriceGrid = .taperedDeciCent,
        fees: FeeSchedule = .quadratic,
        strike: SpotPrice? = nil,
        shard: Int32 = 2,
        status: MarketStatus = .active
    ) {
        self.id = id
        self.ticker = ticker
        self.series = series
        self.openTime = openTime
        self.closeTime = closeTime
        self.grid = grid
        self.fees = fees
        self.strike = strike
        self.shard = shard
        self.status = status
    }

    /// How long the market trades.
    @inlinable public var life: TimeSpan { closeTime - openTime }
}

/// Whether a market trades.
public enum MarketStatus: String, Hashable, Codable, Sendable {
    /// Listed, not yet open.
    case initialized
    /// Tradable.
    case active
    /// Paused; may come back, without the orders that rested.
    case inactive
    /// Past its close, no result yet.
    case closed
    /// Result known or paid.
    case settled
}

/// How a market was decided.
public struct Settlement: Hashable, Codable, Sendable {
    /// What one YES contract pays: 1 or 0 dollar, or the scalar value between.
    public let value: Price
    /// Whether kbot inferred the value (say, from the last price of a recording) instead of being told.
    public let isInferred: Bool

    /// Makes a settlement.
    public init(value: Price, isInferred: Bool = false) {
        self.value = value
        self.isInferred = isInferred
    }

    /// YES pays.
    public static let yes = Settlement(value: .one)
    /// NO pays.
    public static let no = Settlement(value: .zero)

    /// `yes`, `no` or `scalar`, as the venue says it.
    public var result: String {
        switch value {
        case .one: "yes"
        case .zero: "no"
        default: "scalar"
        }
    }
}
