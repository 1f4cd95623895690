package import KBotModel

/// Something a feed wants read by REST. Asking is the owner's business: the feed itself never waits.
package enum VenueQuestion: Hashable, Sendable {
    /// Whether the venue works.
    case status
    /// When it plans not to.
    case schedule
    /// A series: its fees.
    case series(SeriesTicker)
    /// Changes to come of a series' fees.
    case feeChanges(SeriesTicker)
    /// An event: fees that override those of its series.
    case event(EventTicker)
    /// The markets of a series that stand so.
    case markets(SeriesTicker, MarketQuery.Status)
    /// One market.
    case market(Ticker)
    /// One market that is so old that the venue keeps it in its archive.
    case archivedMarket(Ticker)
    /// A market's book.
    case book(Ticker)
    /// A market's trades from a time on, so many at most.
    case trades(Ticker, from: Timestamp, atMost: Int)
    /// A market's candles of one minute, for want of trades.
    case candles(Ticker, SeriesTicker, from: Timestamp, to: Timestamp)
    /// Some open markets, of any series.
    case anyOpen
}

/// What came of a ``VenueQuestion``.
package enum VenueAnswer: Sendable {
    /// The venue's state.
    case status(ExchangeStatus)
    /// Its plans.
    case schedule(ExchangeSchedule)
    /// A series.
    case series(SeriesRow)
    /// Changes of fees.
    case feeChanges([FeeChange])
    /// An event.
    case event(EventRow)
    /// Markets, and what was wrong with those that cannot be read.
    case markets([MarketRow], unreadable: [String])
    /// One market.
    case market(MarketRow)
    /// A book.
    case book(BookRow)
    /// Trades, newest first; whether they reach back as far as was asked.
    case trades([TradeRow], isWhole: Bool)
    /// Candles.
    case candles([CandleRow])
    /// No answer.
    case failed(VenueError)
}

extension VenueQuestion {
    /// Asks; an error is an answer too.
    @concurrent
    package func ask(_ client: RESTClient) async -> VenueAnswer {
        do throws(VenueError) {
            return try await answer(client)
        } catch {
            return .failed(error)
        }
    }

    private func answer(_ client: RESTClient) async throws(VenueError) -> VenueAnswer {
        switch self {
        case .status: return .status(try await client.send(.exchangeStatus()))
        case .schedule: return .schedule(try await client.send(.exchangeSchedule()))
        case .series(let ticker): return .series(try await client.send(.series(ticker)))
        case .feeChanges(let ticker): return .feeChanges(try await client.send(.seriesFeeChanges(series: ticker)).rows)
        case .event(let ticker): return .event(try await client.send(.event(ticker)))
        case .markets(let series, let status):
            return try await markets(MarketQuery(series: series, status: status), client)
        case .market(let ticker): return .market(try await client.send(.market(ticker)))
        case .archivedMarket(let ticker): return .market(try await client.send(.historicalMarket(ticker)))
        case .book(let ticker): return .book(try await client.send(.book(ticker)))
        case .trades(let ticker, let from, let most):
            let call = Call<Page<TradeRow>>.trades(ticker, bounds: ListBounds(limit: 1_000, from: from))
            let rows = try await client.all(call, atMost: most)
            return .trades(rows, isWhole: rows.count < most)
        case .candles(let ticker, let series, let from, let to):
            let span = CandleSpan(from: from, to: to)
            return .candles(try await client.send(.candles(ticker, series: series, span)).candles)
        case .anyOpen:
            let call = Call<Page<MarketRow>>.markets(MarketQuery(status: .open), bounds: ListBounds(limit: 200))
            let page = try await client.send(call)
            return .markets(page.rows, unreadable: page.unreadable.map(\.description))
        }
    }

    /// All pages; rows that cannot be read are told, those that can still count.
    private func markets(_ query: MarketQuery, _ client: RESTClient) async throws(VenueError) -> VenueAnswer {
        var rows: [MarketRow] = []
        var unreadable: [String] = []
        var bounds = ListBounds(limit: 1_000)
        for _ in 0..<100 {
            let page = try await client.send(Call<Page<MarketRow>>.markets(query, bounds: bounds))
            rows += page.rows
            unreadable += page.unreadable.map(\.description)
            guard let cursor = page.cursor, cursor != bounds.cursor else { break }
            bounds.cursor = cursor
        }
        return .markets(rows, unreadable: unreadable)
    }
}
