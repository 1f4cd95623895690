import KBotKalshi
import KBotModel

/// Markets, events and series as the venue writes them.
extension Exchange {
    /// A market.
    func row(_ market: ListedMarket) -> JSON {
        let facts = market.facts
        let texts = MarketTexts(market)
        let phase = market.phase(at: clock)
        let latest = JSON.time(facts.closeTime + .hours(24 * 7))
        return .members([
            "ticker": facts.ticker.wire, "event_ticker": market.event.wire, "market_type": .string("binary"),
            "title": .string(texts.title), "yes_sub_title": .string(texts.yesSubtitle),
            "no_sub_title": .string("Target price: TBD"), "created_time": .time(market.created),
            "updated_time": .time(market.updated), "open_time": .time(facts.openTime),
            "close_time": .time(facts.closeTime),
            "expected_expiration_time": .time(facts.closeTime + .minutes(5)), "expiration_time": latest,
            "latest_expiration_time": latest,
            "settlement_timer_seconds": .integer(max(0, settlementDelay.wholeSeconds)),
            "status": .string(phase.rawValue), "result": .string(market.settlement?.result ?? ""),
            "expiration_value": .string(market.expirationValue),
            "settlement_value_dollars": market.settlement?.value.wire,
            "settlement_ts": market.finalized.map { .time($0) }, "can_close_early": .bool(true),
            "yes_bid_dollars": market.bid.wire,
            "yes_bid_size_fp": (market.book.bestBid?.count ?? .zero).wire, "yes_ask_dollars": market.ask.wire,
            "yes_ask_size_fp": (market.book.bestAsk?.count ?? .zero).wire,
            "no_bid_dollars": market.ask.complement.wire, "no_ask_dollars": market.bid.complement.wire,
            "last_price_dollars": (market.last ?? .zero).wire, "previous_yes_bid_dollars": Price.zero.wire,
            "previous_yes_ask_dollars": Price.zero.wire, "previous_price_dollars": Price.zero.wire,
            "volume_fp": market.volume.wire, "volume_24h_fp": market.volume.wire,
            "open_interest_fp": market.openInterest.wire, "notional_value_dollars": Price.one.wire,
            "settlement_bounds_type": .string("default"), "rules_primary": .string(texts.rules),
            "rules_secondary": .string(""), "strike_type": .string("greater_or_equal"),
            "floor_strike": market.strikeText.map { .number($0) },
            "custom_strike": .members(["round_digits": .string("2")]),
            "price_level_structure": .string(market.priceStructure), "price_ranges": market.priceRanges,
            "exchange_index": .integer(facts.shard),
        ])
    }

    /// A public trade.
    func row(_ trade: TradeRecord, of market: ListedMarket) -> JSON {
        let outcome = JSON.string(trade.taker == .bid ? "yes" : "no")
        return .members([
            "trade_id": .string(uuids.id(.trade, trade.number)), "ticker": market.facts.ticker.wire,
            "count_fp": trade.count.wire, "yes_price_dollars": trade.price.wire,
            "no_price_dollars": trade.price.complement.wire, "taker_outcome_side": outcome,
            "taker_book_side": .string(trade.taker.rawValue), "taker_side": outcome,
            "created_time": .time(trade.time), "is_block_trade": .bool(false),
        ])
    }

    /// The book of a market, with the caller's own orders in it.
    func bookRow(_ market: ListedMarket, depth: Int, _ caller: Caller?) -> JSON {
        let own = orders(restingIn: market).filter { $0.account == caller?.customer.key.index }
        let (yes, no) = levels(market, own: own)
        func side(_ levels: [BookLevel]) -> JSON {
            .array((depth > 0 ? levels.suffix(depth) : levels[...]).map { .array([$0.price.wire, $0.count.wire]) })
        }
        return .members(["yes_dollars": side(yes), "no_dollars": side(no)])
    }

    /// Every event, newest first, with its markets.
    var events: [(ticker: EventTicker, number: Int, markets: [ListedMarket])] {
        var events: [(ticker: EventTicker, number: Int, markets: [ListedMarket])] = []
        var places: [EventTicker: Int] = [:]
        for market in marketsNewestFirst {
            if let place = places[market.event] {
                events[place].markets.append(market)
            } else {
                places[market.event] = events.count
                events.append((market.event, Int(market.facts.id.index) + 1, [market]))
            }
        }
        return events
    }

    /// An event.
    func row(_ event: EventTicker, _ markets: [ListedMarket], nested: Bool) -> JSON {
        guard let first = markets.first else { return .null }
        let texts = MarketTexts(first)
        return .members([
            "event_ticker": event.wire, "series_ticker": first.facts.series.wire, "title": .string(texts.title),
            "sub_title": .string(texts.eventSubtitle), "collateral_return_type": .string(""),
            "mutually_exclusive": .bool(false), "category": .string("Crypto"), "strike_period": .string(""),
            "strike_date": .time(first.facts.closeTime), "settlement_sources": Self.sources,
            "product_metadata": .members(["cadence": .string("fifteen_min")]),
            "last_updated_ts": .time(markets.map(\.updated).max() ?? clock),
            "exchange_index": .integer(first.facts.shard), "markets": nested ? .array(markets.map(row)) : nil,
        ])
    }

    static let sources = JSON.array([
        .members(["name": .string("CF Benchmarks"), "url": .string("https://www.cfbenchmarks.com/")])
    ])

    /// Every series that has markets, and the one the feed makes.
    var series: [SeriesTicker] {
        Set(live.compactMap { market($0)?.facts.series } + archive.compactMap { market($0)?.facts.series })
            .union([options.series]).sorted()
    }

    /// A series.
    func row(_ series: SeriesTicker, volume: Bool) -> JSON {
        let own = marketsNewestFirst.filter { $0.facts.series == series }
        let fees = own.first?.facts.fees ?? .quadratic
        let asset = series.underlying
        let title = series == options.series ? options.seriesTitle : nil
        let minutes = own.first.map { $0.facts.life.wholeSeconds / 60 } ?? 15
        return .members([
            "ticker": series.wire, "frequency": .string(minutes == 15 ? "fifteen_min" : "custom"),
            "title": .string(title ?? "\(asset) price up down"), "category": .string("Crypto"),
            "categories": .array([.string("Crypto")]),
            "tags": .array([.string(asset), .string("\(minutes) min")]), "settlement_sources": Self.sources,
            "contract_url": .string("https://kalshi.com/contracts/CRYPTO15M.pdf"),
            "contract_terms_url": .string("https://kalshi.com/contracts/CRYPTO15M-terms.pdf"),
            "fee_type": .string(fees.venueName), "fee_multiplier": .number(fees.multiplierText),
            "additional_prohibitions": .array([]), "last_updated_ts": .time(start),
            "exchange_index": .integer(own.first?.facts.shard ?? 2),
            "volume_fp": volume ? own.reduce(Quantity.zero) { $0 + $1.volume }.wire : nil,
        ])
    }
}

extension FeeSchedule {
    /// The venue's `fee_type`.
    var venueName: String {
        switch kind {
        case .quadratic: "quadratic"
        case .quadraticWithMakerFees: "quadratic_with_maker_fees"
        case .quadraticWithComboMakerFees: "quadratic_with_combo_maker_fees"
        case .unknown(let name): name
        }
    }

    /// The venue's `fee_multiplier`, without superfluous zeros.
    var multiplierText: String {
        var text = formatDecimal(multiplier, fractionDigits: 4)[...]
        while text.hasSuffix("0") { text = text.dropLast() }
        return String(text.hasSuffix(".") ? text.dropLast() : text)
    }
}
