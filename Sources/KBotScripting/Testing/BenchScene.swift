import KBotEngine
import KBotLua
import KBotModel

/// What a script on a bench sees of the world, as the test sets it: one market, its book, the clock, the account.
struct BenchScene {
    private static let usualOpen = Timestamp(seconds: 1_780_272_000)  // 2026-06-01 00:00 UTC

    private(set) var now = usualOpen
    private var lastHeard = usualOpen
    private var ticker: Ticker?
    private var series: SeriesTicker = "KXBTC15M"
    private var openTime = usualOpen
    private var closeTime = usualOpen + .minutes(15)
    private var grid = PriceGrid.taperedDeciCent
    private var strike: SpotPrice?
    private var status = MarketStatus.active
    /// Bid and ask while there is no book.
    private var quote = Touch(bid: Price(cents: 49), ask: Price(cents: 51))
    private(set) var book: OrderBook?
    private(set) var lastPrice: Price?
    private var exposure = Money.zero
    var position: PositionView?
    private(set) var account = AccountView(
        equity: Money(dollars: 1_000),
        capital: Money(dollars: 1_000),
        cash: Money(dollars: 1_000),
        exposure: .zero,
        dayPnL: .zero,
        losingStreak: 0,
        openPositions: 0
    )

    /// The market's facts.
    var market: Market {
        Market(
            id: MarketID(0),
            ticker: ticker ?? Ticker("\(series)-TEST"),
            series: series,
            openTime: openTime,
            closeTime: closeTime,
            grid: grid,
            strike: strike,
            status: status
        )
    }

    /// The market as scripts see it.
    var view: MarketView {
        MarketView(
            facts: market,
            touch: book?.touch ?? quote,
            lastPrice: lastPrice,
            book: book,
            lastHeard: lastHeard,
            exposure: exposure
        )
    }

    /// Whether the market is open now.
    var isOpen: Bool { openTime <= now && now < closeTime }

    // MARK: Setting it

    /// Sets facts: `bench:market{…}`.
    mutating func set(_ table: TestTable) throws(LuaHostError) {
        if let ticker: Ticker = try table.identifier("ticker") { self.ticker = ticker }
        if let series: SeriesTicker = try table.identifier("series") { self.series = series }
        if let grid = try table.choice("grid", ["tapered": PriceGrid.taperedDeciCent, "cent": .linearCent]) {
            self.grid = grid
        }
        let words: KeyValuePairs<String, MarketStatus> = [
            "initialized": .initialized, "active": .active, "inactive": .inactive, "closed": .closed,
            "settled": .settled,
        ]
        if let status = try table.choice("status", words) { self.status = status }
        if table.isNothing("strike") {
            strike = nil
        } else if let dollars = try table.number("strike", 0...1e8, "a price in dollars") {
            strike = SpotPrice(units: Int64((dollars * 10_000).rounded()))
        }
        try setTimes(table)
        try setPrices(table)
        if let exposure = try table.money("exposure") { self.exposure = exposure }
    }

    private mutating func setTimes(_ table: TestTable) throws(LuaHostError) {
        if let open = try table.time("open_time") {
            // The life and the place in it stay as they are.
            let shift = open - openTime
            openTime = open
            closeTime = closeTime + shift
            now = now + shift
            lastHeard = lastHeard + shift
        }
        if let close = try table.time("close_time") { closeTime = close }
        if let minutes = try table.number("minutes_left", 0...1e6, "minutes from now to the close") {
            guard table["close_time"] == nil else {
                throw LuaHostError("bench:market takes 'close_time' or 'minutes_left', not both")
            }
            closeTime = now + TimeSpan(microseconds: Int64((minutes * 60_000_000).rounded()))
        }
        guard closeTime > openTime else { throw LuaHostError("bench:market: the market must close after it opens") }
    }

    private mutating func setPrices(_ table: TestTable) throws(LuaHostError) {
        if table["bid"] != nil || table["ask"] != nil {
            // A quote of its own stands for a feed without a book.
            quote = book?.touch ?? quote
            book = nil
            lastHeard = now
        }
        if table.isNothing("bid") { quote.bid = nil } else if let bid = try table.price("bid") { quote.bid = bid }
        if table.isNothing("ask") { quote.ask = nil } else if let ask = try table.price("ask") { quote.ask = ask }
        if table.isNothing("last") { lastPrice = nil } else if let last = try table.price("last") { hear(last) }
    }

    /// Sets the whole book; nil takes it away.
    mutating func set(_ book: OrderBook?) {
        self.book = book
        lastHeard = now
    }

    /// Sets figures of the account: `bench:account{…}`.
    mutating func setAccount(_ table: TestTable) throws(LuaHostError) {
        account = AccountView(
            equity: try table.money("equity") ?? account.equity,
            capital: try table.money("capital") ?? account.capital,
            cash: try table.money("cash") ?? account.cash,
            exposure: try table.money("exposure") ?? account.exposure,
            dayPnL: try table.money("day_pnl") ?? account.dayPnL,
            losingStreak: try table.count("losing_streak") ?? account.losingStreak,
            openPositions: try table.count("open_positions") ?? account.openPositions
        )
    }

    /// Sets the clock, counted from the market's open. That alone is no news: the feed grows older.
    mutating func setClock(_ span: TimeSpan) { now = openTime + span }

    /// Hears of the market.
    mutating func hear() { lastHeard = now }

    /// Hears of a trade.
    mutating func hear(_ price: Price) {
        lastPrice = price
        lastHeard = now
    }

    /// Lets a candle pass; `price` is its last one when anything was traded.
    mutating func pass(to end: Timestamp, last price: Price?) {
        now = end
        if let price { lastPrice = price }
        lastHeard = end
    }
}
