import KBotModel

/// A wanted market and what was told of it.
struct FeedMarket: Sendable {
    let ticker: Ticker
    let series: SeriesTicker
    var event: EventTicker?
    var opens: Timestamp
    var closes: Timestamp
    var grid: PriceGrid
    var strike: SpotPrice?
    /// Whether a strike is still to come: some markets have another rule, or one finer than our unit.
    var awaitsStrike = true
    var shard: Int32
    /// When the venue last changed it, as far as it says.
    var updated: Timestamp?

    /// Its number, once it was listed.
    var id: MarketID?
    /// Whether the venue paused it.
    var isPaused = false
    /// When the socket last said so, or the opposite; REST is up to 15 s behind it.
    var pauseTold = Timestamp.distantPast
    var isSubscribed = false
    /// Whether its close was told.
    var isClosed = false
    var settlement: Settlement?
    /// A result that was read before the market was listed.
    var earlyResult: Settlement?
    /// Whether it was paid: the result stands.
    var isFinal = false
    /// When it was last read, on uptime.
    var polled = Timestamp.distantPast

    /// From when on trades may be missing; nil when none are.
    var missing: Timestamp?
    /// Since when its trades are known to be subscribed, on uptime, while some are missing.
    var confirmed: Timestamp?
    /// Whether missing ones were asked for: later ones wait.
    var isFilling = false
    /// Whether any were told: what comes before them is no history any more.
    var hasTraded: Bool { lastTrade != nil }
    /// Trades that wait, with their marks.
    var held: [(event: MarketEvent, mark: UInt64?)] = []
    var memory = TradeMemory()
    /// Time of the latest trade told.
    var lastTrade: Timestamp?
    /// Since when its book is in doubt, on uptime; nil while it is known.
    var doubt: Timestamp?

    /// Whether it trades by its times.
    func isOpen(at now: Timestamp) -> Bool { opens <= now && now < closes && !isClosed && settlement == nil }

    /// Whether a trade that comes now has to wait for earlier ones.
    func isWaiting(at now: Timestamp) -> Bool { isFilling || missing != nil && now > opens }

    /// A market from a row; nil when its times contradict one another or it has no grid.
    init?(_ row: MarketRow) {
        guard let grid = row.grid, row.opens <= row.closes else { return nil }
        ticker = row.ticker
        series = row.series
        event = row.event
        opens = row.opens
        closes = row.closes
        self.grid = grid
        strike = row.strike
        awaitsStrike = row.floorStrike == nil && row.capStrike == nil && row.functionalStrike == nil
        shard = row.shard ?? 0
        updated = row.updated
        isPaused = row.marketStatus == .inactive
    }

    /// A market of an earlier run, whose row lacks what trading needs.
    init(_ held: Market) {
        ticker = held.ticker
        series = held.series
        opens = held.openTime
        closes = held.closeTime
        grid = held.grid
        strike = held.strike
        awaitsStrike = false
        shard = held.shard
    }

    /// A market from a message on its creation; nil when it lacks what trading needs.
    init?(_ ticker: Ticker, _ life: Lifecycle) {
        guard let opens = life.openTime, let closes = life.closeTime, let grid = life.grid, opens <= closes else {
            return nil
        }
        self.ticker = ticker
        series = SeriesTicker(String(ticker.text.prefix { $0 != "-" }))
        self.opens = opens
        self.closes = closes
        self.grid = grid
        strike = life.strike
        awaitsStrike = life.strike == nil
        shard = life.shard ?? 0
    }

    /// Takes over what a newer row says; a strike that was known stays known.
    mutating func update(_ row: MarketRow) {
        if let known = updated, let told = row.updated, told < known { return }
        guard let fresh = FeedMarket(row) else { return }
        updated = row.updated ?? updated
        event = fresh.event ?? event
        opens = fresh.opens
        closes = fresh.closes
        grid = fresh.grid
        strike = fresh.strike ?? strike
        awaitsStrike = awaitsStrike && fresh.awaitsStrike
        shard = row.shard ?? shard
    }
}

/// Fees that an event has instead of its series'.
struct FeeOverride: Hashable, Sendable {
    var type: String?
    var multiplier: ExactNumber?
}

/// A series, its fees, and what was answered of it.
struct FeedSeries: Sendable {
    let ticker: SeriesTicker
    /// Whether its markets are wanted; otherwise only its fees are, for a single market.
    let isWanted: Bool
    /// What was read of it; nil until it was.
    var row: SeriesRow?
    /// Changes of its fees to come, by time.
    var changes: [FeeChange] = []
    /// When the last of them came into force.
    var changed = Timestamp.distantPast
    /// Whether its fees were answered, or could not be read: its markets need not wait for them.
    var hasRow = false

    /// The fees of a market; those of a series that is not known are the dearest there are.
    func fees(_ override: FeeOverride?) -> FeeSchedule {
        FeeSchedule(
            type: override?.type ?? row?.feeType,
            multiplier: override?.multiplier ?? row?.feeMultiplier
        ) ?? FeeSchedule(kind: .unknown("not known"))
    }
}
