import KBotKalshi
import KBotModel

extension Route {
    /// Series, events and markets.
    static let marketRoutes: [Route] = [
        .open("series") { exchange, context in
            let category = context.query.text("category")
            let tags = context.query.list("tags")
            let volume = context.query.flag("include_volume")
            let series = exchange.series.filter { series in
                (category ?? "Crypto") == "Crypto" && (tags.isEmpty || tags.contains(series.underlying))
            }
            return .members(["series": .array(series.map { exchange.row($0, volume: volume) })])
        },
        .open("series/fee_changes") { _, _ in .members(["series_fee_change_arr": .array([])]) },
        .open("series/*") { exchange, context throws(Refusal) in
            guard let series = exchange.series.first(where: { $0.text == context.variables[0] }) else {
                throw .notFound
            }
            return .members(["series": exchange.row(series, volume: context.query.flag("include_volume"))])
        },
        .open("series/*/markets/*/candlesticks") { exchange, context throws(Refusal) in
            let market = try exchange.named(context.variables[1])
            guard market.facts.series.text == context.variables[0] else { throw .notFound }
            let span = try context.candleSpan()
            return .members([
                "ticker": market.facts.ticker.wire,
                "candlesticks": .array(try exchange.candles(of: market, span, context.query).map(\.row)),
            ])
        },
        .open("series/*/events/*/candlesticks") { exchange, context throws(Refusal) in
            let markets = exchange.marketsNewestFirst.filter { $0.event.text == context.variables[1] }
            guard !markets.isEmpty, markets[0].facts.series.text == context.variables[0] else { throw .notFound }
            let span = try context.candleSpan()
            var candles: [JSON] = []
            for market in markets {
                candles.append(.array(try exchange.candles(of: market, span, context.query).map(\.row)))
            }
            return .members([
                "market_tickers": .array(markets.map { $0.facts.ticker.wire }),
                "market_candlesticks": .array(candles), "adjusted_end_ts": .seconds(span.end),
            ])
        },
        .open("events") { exchange, context throws(Refusal) in
            let query = context.query
            let tickers = Set(query.list("tickers"))
            let status = try query.phases()
            let closes = try query.time("min_close_ts")
            let updated = try query.time("min_updated_ts")
            let isNested = query.flag("with_nested_markets")
            return query.page(
                exchange.events.reversed(),
                key: "events",
                number: { $0.number },
                limit: try query.limit(usual: 200, most: 200),
                where: { event in
                    (query.text("series_ticker").map { $0 == event.markets[0].facts.series.text } ?? true)
                        && (tickers.isEmpty || tickers.contains(event.ticker.text))
                        && (status.isEmpty || event.markets.contains { status.contains($0.phase(at: exchange.clock)) })
                        && event.markets.contains { $0.facts.closeTime >= closes ?? .distantPast }
                        && event.markets.contains { $0.updated >= updated ?? .distantPast }
                },
                json: { exchange.row($0.ticker, $0.markets, nested: isNested) }
            )
        },
        .open("events/fee_changes") { _, _ in
            .members(["event_fee_changes": .array([]), "cursor": .string("")])
        },
        .open("events/multivariate") { _, _ in .members(["events": .array([]), "cursor": .string("")]) },
        .open("events/*") { exchange, context throws(Refusal) in
            guard let event = exchange.events.first(where: { $0.ticker.text == context.variables[0] }) else {
                throw .notFound
            }
            let isNested = context.query.flag("with_nested_markets")
            return .members([
                "event": exchange.row(event.ticker, event.markets, nested: isNested),
                // The official models want the list in both cases.
                "markets": .array(isNested ? [] : event.markets.map(exchange.row)),
            ])
        },
        .open("events/*/metadata") { exchange, context throws(Refusal) in
            guard let event = exchange.events.first(where: { $0.ticker.text == context.variables[0] }) else {
                throw .notFound
            }
            return .members([
                "image_url": .string(""),
                "market_details": .array(
                    event.markets.map {
                        .members([
                            "market_ticker": $0.facts.ticker.wire, "image_url": .string(""),
                            "color_code": .string(""),
                        ])
                    }
                ),
                "settlement_sources": Exchange.sources,
            ])
        },
        .open("live_data/events/*") { exchange, context throws(Refusal) in
            guard let event = exchange.events.first(where: { $0.ticker.text == context.variables[0] }) else {
                throw .notFound
            }
            let symbol = SpotSymbol(event.markets[0].facts.series.underlying + "-USD")
            let value = exchange.indices[symbol]?.last.map { JSON.string(dollarText($0.value)) }
            return .members([
                "live_data": .members(["type": .string("crypto"), "details": .members(["value": value])])
            ])
        },
        .open("markets") { exchange, context throws(Refusal) in try exchange.listMarkets(context.query) },
        .open("markets/orderbooks") { exchange, context throws(Refusal) in
            let tickers = context.query.repeated("tickers")
            guard tickers.count <= 100 else { throw context.query.refuse("tickers must be at most 100") }
            let markets = tickers.compactMap { ticker in
                // A comma list is not split here; the venue gives one book for it.
                exchange.market(Ticker(String(ticker.prefix { $0 != "," })))
            }
            return .members([
                "orderbooks": .array(
                    markets.map {
                        .members([
                            "ticker": $0.facts.ticker.wire,
                            "orderbook_fp": exchange.bookRow($0, depth: 0, context.caller),
                        ])
                    }
                )
            ])
        },
        .open("markets/trades") { exchange, context throws(Refusal) in try exchange.listTrades(context.query) },
        .open("markets/candlesticks") { exchange, context throws(Refusal) in
            let tickers = context.query.list("market_tickers")
            guard tickers.count <= 100 else { throw context.query.refuse("market_tickers must be at most 100") }
            let span = try context.candleSpan()
            var markets: [JSON] = []
            for market in tickers.compactMap({ exchange.market(Ticker($0)) }) {
                let candles = try exchange.candles(of: market, span, context.query)
                markets.append(
                    .members([
                        "market_ticker": market.facts.ticker.wire, "candlesticks": .array(candles.map(\.row)),
                    ])
                )
            }
            return .members(["markets": .array(markets)])
        },
        .open("markets/*") { exchange, context throws(Refusal) in
            .members(["market": exchange.row(try exchange.named(context.variables[0]))])
        },
        .open("markets/*/orderbook") { exchange, context throws(Refusal) in
            let depth = try context.query.integer("depth") ?? 0
            guard depth <= 100 else { throw context.query.refuse("depth must be at most 100") }
            let market = try exchange.named(context.variables[0])
            return .members(["orderbook_fp": exchange.bookRow(market, depth: Int(depth), context.caller)])
        },
        // Nothing of a run is old enough to be archived; single look-ups answer all the same.
        .open("historical/markets") { _, _ in .members(["markets": .array([]), "cursor": .string("")]) },
        .open("historical/trades") { _, _ in .members(["trades": .array([]), "cursor": .string("")]) },
        .open("historical/markets/*") { exchange, context throws(Refusal) in
            .members(["market": exchange.row(try exchange.named(context.variables[0]))])
        },
        .open("historical/markets/*/candlesticks") { exchange, context throws(Refusal) in
            let market = try exchange.named(context.variables[0])
            let candles = try exchange.candles(of: market, try context.candleSpan(), context.query)
            return .members([
                "ticker": market.facts.ticker.wire, "candlesticks": .array(candles.map(\.historicalRow)),
            ])
        },
    ]
}

extension RequestContext {
    /// The time that candles are asked for.
    fileprivate func candleSpan() throws(Refusal) -> (start: Timestamp, end: Timestamp, minutes: Int64) {
        guard let start = try query.time("start_ts"), let end = try query.time("end_ts"),
            let minutes = try query.integer("period_interval")
        else { throw query.refuse("start_ts, end_ts and period_interval are required") }
        guard [1, 60, 1_440].contains(minutes) else { throw query.refuse("period_interval must be 1, 60 or 1440") }
        guard start <= end else { throw query.refuse("start_ts must not be after end_ts") }
        return (start, end, minutes)
    }
}

extension QueryReader {
    /// The phases that the word in `status` stands for; empty for any.
    fileprivate func phases() throws(Refusal) -> Set<MarketPhase> {
        switch text("status") {
        case nil: return []
        case "unopened": return [.initialized]
        case "open": return [.active]
        case "paused": return [.inactive]
        case "closed": return [.closed, .determined, .disputed, .amended]
        case "settled": return [.finalized]
        case let word?: throw refuse("status: unknown value \(word.prefix(40))")
        }
    }
}

extension Exchange {
    /// A market by its name.
    fileprivate func named(_ ticker: String) throws(Refusal) -> ListedMarket {
        guard let market = market(Ticker(ticker)) else { throw .marketNotFound }
        return market
    }

    fileprivate func candles(
        of market: ListedMarket,
        _ span: (start: Timestamp, end: Timestamp, minutes: Int64),
        _ query: QueryReader
    ) throws(Refusal) -> [VenueCandle] {
        let all = market.candles.list(period: span.minutes, from: .distantPast, to: span.end)
        let candles = all.filter { $0.end >= span.start }
        guard query.flag("include_latest_before_start"), var carried = all.last(where: { $0.end < span.start }) else {
            return candles
        }
        // What was last known, as a candle without trades that ends where the span begins.
        carried.previous = carried.price?.close ?? carried.previous
        carried.bid = PriceSpan(carried.bid.close)
        carried.ask = PriceSpan(carried.ask.close)
        carried.price = nil
        carried.volume = .zero
        carried.value = .zero
        carried.end = span.start
        return candles.first?.end == span.start ? candles : [carried] + candles
    }

    fileprivate func listMarkets(_ query: QueryReader) throws(Refusal) -> JSON {
        let limit = try query.limit()
        let phases = try query.phases()
        let tickers = Set(query.list("tickers"))
        func range(_ name: String) throws(Refusal) -> ClosedRange<Timestamp>? {
            let low = try query.time("min_\(name)_ts")
            let high = try query.time("max_\(name)_ts")
            guard low != nil || high != nil else { return nil }
            guard low ?? .distantPast <= high ?? .distantFuture else {
                throw query.refuse("min_\(name)_ts is after max")
            }
            return (low ?? .distantPast)...(high ?? .distantFuture)
        }
        let created = try range("created")
        let closing = try range("close")
        let settled = try range("settled")
        let updated = try range("updated")
        guard [created, closing, settled, updated].count(where: { $0 != nil }) <= 1 else {
            throw query.refuse("time filters of different kinds cannot be combined")
        }
        let status = query.text("status")
        let fits =
            (created == nil || ["unopened", "open"].contains(status ?? "open"))
            && (closing == nil || status ?? "closed" == "closed")
            && (settled == nil || status ?? "settled" == "settled")
            && (updated == nil || status == nil)
        guard fits else { throw query.refuse("the time filter does not go with status \(status ?? "")") }
        let isEmpty = query.text("mve_filter") == "only"
        return query.page(
            markets.compactMap(\.self),
            key: "markets",
            number: { Int($0.facts.id.index) + 1 },
            limit: limit,
            where: { market in
                !isEmpty && (phases.isEmpty || phases.contains(market.phase(at: clock)))
                    && (tickers.isEmpty || tickers.contains(market.facts.ticker.text))
                    && (query.text("series_ticker").map { $0 == market.facts.series.text } ?? true)
                    && (query.text("event_ticker").map { $0 == market.event.text } ?? true)
                    && (created?.contains(market.created) ?? true)
                    && (closing?.contains(market.facts.closeTime) ?? true)
                    && (updated?.contains(market.updated) ?? true)
                    && (settled.map { range in market.finalized.map(range.contains) ?? false } ?? true)
            },
            json: row
        )
    }

    fileprivate func listTrades(_ query: QueryReader) throws(Refusal) -> JSON {
        let from = try query.time("min_ts") ?? .distantPast
        let to = try query.time("max_ts") ?? .distantFuture
        let ticker = query.text("ticker")
        let isEmpty = query.text("is_block_trade") == "true"
        let chosen: [ListedMarket]
        if let ticker {
            chosen = [market(Ticker(ticker))].compactMap(\.self)
        } else {
            chosen = marketsNewestFirst.filter { !$0.trades.isEmpty }
        }
        // Trades of one market stand in order; those of several are put in the order of their numbers.
        var trades = chosen.flatMap { market in market.trades.map { (market, $0) } }
        if chosen.count > 1 { trades.sort { $0.1.number < $1.1.number } }
        return query.page(
            trades,
            key: "trades",
            number: { Int($0.1.number) },
            limit: try query.limit(),
            where: { !isEmpty && $0.1.time >= from && $0.1.time <= to },
            json: { row($0.1, of: $0.0) }
        )
    }
}
