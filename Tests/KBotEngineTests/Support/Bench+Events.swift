import KBotEngine
import KBotModel

/// What happens in the markets, in few words.
extension Bench {
    static let market = MarketID(0)

    /// A market of an hour on whole cents; others by their number.
    @discardableResult
    func list(
        _ index: Int32 = 0,
        life: TimeSpan = .hours(1),
        grid: PriceGrid = .linearCent,
        fees: FeeSchedule = .quadratic,
        opens: Timestamp? = nil,
        status: MarketStatus = .active,
        series: SeriesTicker = "SERIES"
    ) -> MarketID {
        let id = MarketID(index)
        let opens = opens ?? Bench.start
        let market = Market(
            id: id,
            ticker: Ticker("M\(index)"),
            series: series,
            openTime: opens,
            closeTime: opens + life,
            grid: grid,
            fees: fees,
            status: status
        )
        markets[id] = market
        see(.listed(market))
        return id
    }

    @discardableResult
    func see(_ kind: MarketEvent.Kind) -> [Effect] { process(.market(MarketEvent(time: now, kind))) }

    /// The whole book becomes one bid and one ask; nil leaves a side empty.
    func quote(_ bid: Int32?, _ ask: Int32?, in index: Int32 = 0) {
        quote(bid: bid.map { Price(cents: $0) }, ask: ask.map { Price(cents: $0) }, in: index)
    }

    func quote(bid: Price?, ask: Price?, in index: Int32 = 0) {
        let size = Quantity(contracts: 100)
        see(
            .snapshot(
                MarketID(index),
                BookSnapshot(
                    yes: bid.map { [BookLevel(price: $0, count: size)] } ?? [],
                    no: ask.map { [BookLevel(price: $0.complement, count: size)] } ?? []
                )
            )
        )
    }

    func trade(_ cents: Int32, _ count: Int64 = 1, taker: BookSide? = .bid, in index: Int32 = 0) {
        trade(at: Price(cents: cents), count, taker: taker, in: index)
    }

    func trade(at price: Price, _ count: Int64 = 1, taker: BookSide? = .bid, in index: Int32 = 0) {
        see(.trade(Trade(market: MarketID(index), price: price, count: Quantity(contracts: count), taker: taker)))
    }

    func settle(_ settlement: Settlement, in index: Int32 = 0) { see(.settled(MarketID(index), settlement)) }

    /// A price of an underlying in whole dollars.
    @discardableResult
    func spot(_ dollars: Int64, of symbol: SpotSymbol = "BTC-USD") -> [Effect] {
        see(.spot(symbol, SpotPrice(units: dollars * 10_000)))
    }

    @discardableResult
    func command(_ command: Command) -> [Effect] { process(.command(now, command)) }

    func feed(_ health: FeedHealth) { process(.feed(now, health)) }

    /// A market that is quoted, has traded and has closed its first candle, so that signals are heard.
    @discardableResult
    func ready(
        _ index: Int32 = 0,
        bid: Int32 = 48,
        ask: Int32 = 50,
        life: TimeSpan = .hours(1),
        fees: FeeSchedule = .quadratic,
        grid: PriceGrid = .linearCent
    ) -> Bench {
        list(index, life: life, grid: grid, fees: fees)
        quote(bid, ask, in: index)
        trade(ask, taker: .bid, in: index)
        advance(to: now.floored(to: .seconds(10)) + .seconds(10))
        return self
    }

    /// The strategy answers the next candle with this signal; time passes until that candle has closed.
    @discardableResult
    func signal(_ signal: Signal, in index: Int32 = 0) -> [Effect] {
        let before = log.count
        strategy.answers[MarketID(index)] = .signal(signal)
        advance(to: now.floored(to: .seconds(10)) + .seconds(10))
        return Array(log[before...])
    }

    /// A long with entry 48, stop 44, target 58 unless said otherwise.
    static func long(
        _ entry: Int32 = 48,
        stop: Int32 = 44,
        target: Int32 = 58,
        _ type: EntryType = .limit,
        count: Int64? = nil,
        ttl: Int? = nil
    ) -> Signal {
        Signal(
            direction: .long,
            entry: Price(cents: entry),
            stop: .price(Price(cents: stop)),
            target: .price(Price(cents: target)),
            entryType: type,
            count: count.map { Quantity(contracts: $0) },
            timeToLive: ttl
        )
    }

    /// A short with entry 50, stop 54, target 40 unless said otherwise.
    static func short(
        _ entry: Int32 = 50,
        stop: Int32 = 54,
        target: Int32 = 40,
        _ type: EntryType = .limit,
        count: Int64? = nil
    ) -> Signal {
        Signal(
            direction: .short,
            entry: Price(cents: entry),
            stop: .price(Price(cents: stop)),
            target: .price(Price(cents: target)),
            entryType: type,
            count: count.map { Quantity(contracts: $0) }
        )
    }
}
