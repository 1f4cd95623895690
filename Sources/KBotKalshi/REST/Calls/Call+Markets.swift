package import KBotModel

/// The venue's own state.
extension Call {
    /// Whether the venue works; the body counts whatever the status is.
    package static func exchangeStatus() -> Call<ExchangeStatus> {
        var call = Call<ExchangeStatus>.read("/exchange/status")
        call.answersAtAnyStatus = true
        return call
    }

    /// Trading hours and planned pauses.
    package static func exchangeSchedule() -> Call<ExchangeSchedule> { .read("/exchange/schedule", in: "schedule") }

    /// As of when reads of balance, orders, fills and positions are.
    package static func userDataTimestamp() -> Call<Timestamp> {
        Call<Timestamp>(.get, "/exchange/user_data_timestamp") { json throws(WireError) in
            try RowReader(json).requiredTime("as_of_time")
        }
    }

    /// Where the live endpoints end.
    package static func historicalCutoff() -> Call<HistoricalCutoff> { .read("/historical/cutoff") }
}

/// Series and events.
extension Call {
    /// One series.
    package static func series(_ ticker: SeriesTicker) -> Call<SeriesRow> {
        .read("/series/\(percentEncoded(ticker.text))", in: "series")
    }

    /// All series of a category or with a tag.
    package static func seriesList(category: String? = nil, tags: String? = nil) -> Call<Page<SeriesRow>> {
        .list("/series", Query(("category", category), ("tags", tags)), in: "series")
    }

    /// Changes of fees to come, and those past when asked for.
    package static func seriesFeeChanges(
        series: SeriesTicker? = nil,
        showHistorical: Bool = false
    ) -> Call<Page<FeeChange>> {
        let query = Query(("series_ticker", series), ("show_historical", showHistorical ? true : nil))
        return .list("/series/fee_changes", query, in: "series_fee_change_arr")
    }

    /// Changes of fees of single events.
    ///
    /// The name of the list is not documented: the first list of the answer is read.
    package static func eventFeeChanges(
        event: EventTicker? = nil,
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<FeeChange>> {
        var query = Query(("event_ticker", event))
        bounds.add(to: &query)
        return Call<Page<FeeChange>>(.get, "/events/fee_changes", query: query) { json throws(WireError) in
            let key = json.object?.keys.first { key in
                if case .array? = json.object?[key] { true } else { false }
            }
            return try .tolerant(json, key ?? "event_fee_change_arr")
        }
    }

    /// Events; their markets stand inside when asked for.
    package static func events(
        series: SeriesTicker? = nil,
        status: MarketQuery.Status? = nil,
        tickers: [EventTicker] = [],
        withMarkets: Bool = false,
        closingFrom: Timestamp? = nil,
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<EventRow>> {
        var query = Query(("series_ticker", series), ("status", status?.rawValue))
        query.add("tickers", list: tickers)
        query.add("with_nested_markets", withMarkets ? true : nil)
        query.add("min_close_ts", seconds: closingFrom)
        bounds.add(to: &query)
        return .list("/events", query, in: "events")
    }

    /// One event with its markets inside, wherever the answer has them.
    package static func event(_ ticker: EventTicker) -> Call<EventRow> {
        let query = Query(("with_nested_markets", true))
        return Call<EventRow>(.get, "/events/\(percentEncoded(ticker.text))", query: query) { json throws(WireError) in
            let reader = try RowReader(json)
            var event: EventRow = try reader.required("event")
            if event.markets.isEmpty { event.markets = try reader.list("markets") }
            return event
        }
    }
}

/// Which markets are wanted. Time filters of different kinds cannot be combined; the venue then refuses.
package struct MarketQuery: Hashable, Sendable {
    /// Where markets stand, in the venue's words for requests; those of answers differ, see ``MarketPhase``.
    package enum Status: String, Hashable, Sendable, CaseIterable {
        /// Before their opening.
        case unopened
        /// Tradable.
        case open
        /// Paused.
        case paused
        /// Past their close, not paid.
        case closed
        /// Paid.
        case settled
    }

    /// Of one series.
    package var series: SeriesTicker?
    /// Of one event.
    package var event: EventTicker?
    /// By name.
    package var tickers: [Ticker] = []
    /// Where they stand.
    package var status: Status?
    /// Closing from this time on.
    package var closingFrom: Timestamp?
    /// Closing up to this time.
    package var closingTo: Timestamp?
    /// Settled from this time on.
    package var settledFrom: Timestamp?
    /// Settled up to this time.
    package var settledTo: Timestamp?
    /// Leaves out combinations of markets, of which there are far more than of all others.
    package var excludesCombinations = true

    /// Wants all markets but combinations.
    package init(series: SeriesTicker? = nil, status: Status? = nil) {
        self.series = series
        self.status = status
    }

    fileprivate func query(_ bounds: ListBounds) -> Query {
        var query = Query(("series_ticker", series), ("event_ticker", event))
        query.add("tickers", list: tickers)
        query.add("status", status?.rawValue)
        query.add("min_close_ts", seconds: closingFrom)
        query.add("max_close_ts", seconds: closingTo)
        query.add("min_settled_ts", seconds: settledFrom)
        query.add("max_settled_ts", seconds: settledTo)
        // Naming what is wanted leaves combinations out by itself, and some versions refuse both at once.
        if excludesCombinations, series == nil, event == nil, tickers.isEmpty { query.add("mve_filter", "exclude") }
        bounds.add(to: &query)
        return query
    }
}

/// Markets, books, trades and candles.
extension Call {
    /// Markets.
    package static func markets(
        _ filter: MarketQuery = MarketQuery(),
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<MarketRow>> {
        .list("/markets", filter.query(bounds), in: "markets")
    }

    /// One market; one that was archived is not found here.
    package static func market(_ ticker: Ticker) -> Call<MarketRow> {
        .read("/markets/\(percentEncoded(ticker.text))", in: "market")
    }

    /// A market's book, whole unless a depth of 1 to 100 levels is given.
    package static func book(_ ticker: Ticker, depth: Int? = nil) -> Call<BookRow> {
        .read("/markets/\(percentEncoded(ticker.text))/orderbook", Query(("depth", depth)), in: "orderbook_fp")
    }

    /// The books of up to 100 markets.
    package static func books(_ tickers: [Ticker]) -> Call<Page<MarketBookRow>> {
        // Here, alone of all lists, the venue wants the name repeated.
        var query = Query()
        for ticker in tickers { query.add("tickers", ticker) }
        return .list("/markets/orderbooks", query, in: "orderbooks")
    }

    /// Public trades, newest first.
    package static func trades(_ ticker: Ticker? = nil, bounds: ListBounds = ListBounds()) -> Call<Page<TradeRow>> {
        var query = Query(("ticker", ticker))
        bounds.add(to: &query)
        return .list("/markets/trades", query, in: "trades")
    }

    /// Candles of a market.
    package static func candles(
        _ ticker: Ticker,
        series: SeriesTicker,
        _ span: CandleSpan
    ) -> Call<MarketCandles> {
        let path = "/series/\(percentEncoded(series.text))/markets/\(percentEncoded(ticker.text))/candlesticks"
        return .read(path, span.query)
    }

    /// Candles of up to 100 markets, up to 10,000 in all.
    package static func candles(_ tickers: [Ticker], _ span: CandleSpan) -> Call<Page<MarketCandles>> {
        var query = Query()
        query.add("market_tickers", list: tickers)
        for field in span.query.fields { query.add(field.name, field.value) }
        return .list("/markets/candlesticks", query, in: "markets")
    }

    /// Candles of all markets of an event.
    package static func candles(
        event: EventTicker,
        series: SeriesTicker,
        _ span: CandleSpan
    ) -> Call<EventCandles> {
        .read("/series/\(percentEncoded(series.text))/events/\(percentEncoded(event.text))/candlesticks", span.query)
    }
}

/// Which candles are wanted.
package struct CandleSpan: Hashable, Sendable {
    /// Lengths the venue offers, in minutes.
    package enum Period: Int, Hashable, Sendable, CaseIterable {
        /// One minute.
        case minute = 1
        /// One hour.
        case hour = 60
        /// One day.
        case day = 1_440
    }

    /// From when on, in whole seconds.
    package let from: Timestamp
    /// Until when, in whole seconds.
    package let to: Timestamp
    /// How long each is.
    package let period: Period
    /// Whether to add one carried over from before the start.
    package let includesPrevious: Bool

    /// Makes a span.
    package init(from: Timestamp, to: Timestamp, period: Period = .minute, includesPrevious: Bool = false) {
        self.from = from
        self.to = to
        self.period = period
        self.includesPrevious = includesPrevious
    }

    fileprivate var query: Query {
        var query = Query()
        query.add("start_ts", seconds: from)
        query.add("end_ts", seconds: to)
        query.add("period_interval", period.rawValue)
        query.add("include_latest_before_start", includesPrevious ? true : nil)
        return query
    }
}

/// The archive.
extension Call {
    /// One archived market.
    package static func historicalMarket(_ ticker: Ticker) -> Call<MarketRow> {
        .read("/historical/markets/\(percentEncoded(ticker.text))", in: "market")
    }

    /// Archived markets of a series.
    package static func historicalMarkets(
        series: SeriesTicker,
        bounds: ListBounds = ListBounds()
    ) -> Call<Page<MarketRow>> {
        var query = Query(("series_ticker", series))
        bounds.add(to: &query)
        return .list("/historical/markets", query, in: "markets")
    }

    /// Candles of an archived market.
    package static func historicalCandles(_ ticker: Ticker, _ span: CandleSpan) -> Call<MarketCandles> {
        .read("/historical/markets/\(percentEncoded(ticker.text))/candlesticks", span.query)
    }

    /// Archived public trades.
    package static func historicalTrades(_ ticker: Ticker, bounds: ListBounds = ListBounds()) -> Call<Page<TradeRow>> {
        var query = Query(("ticker", ticker))
        bounds.add(to: &query)
        return .list("/historical/trades", query, in: "trades")
    }
}

extension Call {
    /// A list of public rows.
    static func list<Row: WireValue>(_ path: String, _ query: Query, in key: String) -> Call<Page<Row>> {
        Call<Page<Row>>(.get, path, query: query) { json throws(WireError) in try .tolerant(json, key) }
    }

    /// A list of rows about our own money.
    static func ownList<Row: WireValue>(_ path: String, _ query: Query, in key: String) -> Call<Page<Row>> {
        Call<Page<Row>>(.get, path, query: query) { json throws(WireError) in try .strict(json, key) }
    }
}
