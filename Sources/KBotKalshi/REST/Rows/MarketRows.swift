package import KBotModel

/// A stretch of a price grid.
package struct PriceRangeRow: WireRow {
    /// Lowest price.
    package var start: Price
    /// Highest price.
    package var end: Price
    /// Distance between prices.
    package var step: PriceDelta

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        start = try row.required("start")
        end = try row.required("end")
        step = try row.required("step")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("start", start)
        row.set("end", end)
        row.set("step", step)
    }
}

/// A market. Only what kbot cannot do without is required; the rest may be dropped by the venue at any time.
package struct MarketRow: WireRow {
    /// Its name.
    package var ticker: Ticker
    /// Its event.
    package var event: EventTicker?
    /// `binary` or `scalar`.
    package var type: String?
    /// What it is about.
    package var title: String?
    /// Its second title.
    package var subtitle: String?
    /// What YES means.
    package var yesSubtitle: String?
    /// What NO means.
    package var noSubtitle: String?
    /// When it was listed.
    package var created: Timestamp?
    /// When it last changed.
    package var updated: Timestamp?
    /// Start of trading.
    package var opens: Timestamp
    /// End of trading.
    package var closes: Timestamp
    /// When the result should be known.
    package var expectedExpiration: Timestamp?
    /// An older name of the latest expiration.
    package var expiration: Timestamp?
    /// When the result is known at the latest.
    package var latestExpiration: Timestamp?
    /// When what decides happens.
    package var occurrence: Timestamp?
    /// Seconds from result to payment.
    package var settlementTimer: Int64?
    /// Where it stands; up to 15 s old.
    package var phase: Open<MarketPhase>
    /// How it was decided.
    package var result: Open<MarketResult>?
    /// The figure that decided it; empty before.
    package var expirationValue: String?
    /// What one YES contract pays, once decided.
    package var settlementValue: Price?
    /// When it was paid.
    package var settled: Timestamp?
    /// Whether it may close before its time.
    package var canCloseEarly: Bool?
    /// When it does.
    package var earlyCloseCondition: String?
    /// Best bid for YES; 0 without one.
    package var yesBid: Price?
    /// Contracts there.
    package var yesBidSize: Quantity?
    /// Best ask of YES; 1 dollar without one.
    package var yesAsk: Price?
    /// Contracts there.
    package var yesAskSize: Quantity?
    /// Best bid for NO; 0 without one.
    package var noBid: Price?
    /// Best ask of NO; 1 dollar without one.
    package var noAsk: Price?
    /// Price of the last trade; 0 without one.
    package var lastPrice: Price?
    /// Best bid a day ago.
    package var previousYesBid: Price?
    /// Best ask a day ago.
    package var previousYesAsk: Price?
    /// Last price a day ago.
    package var previousPrice: Price?
    /// Contracts traded.
    package var volume: Quantity?
    /// Contracts traded in a day.
    package var dayVolume: Quantity?
    /// Contracts held.
    package var openInterest: Quantity?
    /// What a winning contract pays.
    package var notional: Money?
    /// Whether payment has a floor.
    package var settlementBounds: String?
    /// The floor.
    package var settlementFloor: Price?
    /// What decides.
    package var primaryRules: String?
    /// The rest of the rules.
    package var secondaryRules: String?
    /// How the strike is compared.
    package var strikeType: String?
    /// The lower strike, with all its digits.
    package var floorStrike: ExactNumber?
    /// The upper strike, with all its digits.
    package var capStrike: ExactNumber?
    /// A strike that is a formula.
    package var functionalStrike: String?
    /// Free facts of the strike.
    package var customStrike: JSON?
    /// Name of the price grid; the ranges decide.
    package var priceStructure: String?
    /// The price grid.
    package var priceRanges: [PriceRangeRow]
    /// Until when no fees are charged.
    package var feeWaiverEnds: Timestamp?
    /// Whether it may vanish when never traded.
    package var isProvisional: Bool?
    /// The shard of its orders and cash.
    package var shard: Int32?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        event = try row.optional("event_ticker")
        type = try row.optional("market_type")
        title = try row.optional("title")
        subtitle = try row.optional("subtitle")
        yesSubtitle = try row.optional("yes_sub_title")
        noSubtitle = try row.optional("no_sub_title")
        created = try row.time("created_time")
        updated = try row.time("updated_time")
        opens = try row.requiredTime("open_time")
        closes = try row.requiredTime("close_time")
        expectedExpiration = try row.time("expected_expiration_time")
        expiration = try row.time("expiration_time")
        latestExpiration = try row.time("latest_expiration_time")
        occurrence = try row.time("occurrence_datetime")
        settlementTimer = try row.optional("settlement_timer_seconds")
        phase = try row.required("status")
        result = try row.optional("result")
        expirationValue = try row.optional("expiration_value")
        settlementValue = try row.optional("settlement_value_dollars")
        settled = try row.time("settlement_ts")
        canCloseEarly = try row.optional("can_close_early")
        earlyCloseCondition = try row.optional("early_close_condition")
        yesBid = try row.optional("yes_bid_dollars")
        yesBidSize = try row.optional("yes_bid_size_fp")
        yesAsk = try row.optional("yes_ask_dollars")
        yesAskSize = try row.optional("yes_ask_size_fp")
        noBid = try row.optional("no_bid_dollars")
        noAsk = try row.optional("no_ask_dollars")
        lastPrice = try row.optional("last_price_dollars")
        previousYesBid = try row.optional("previous_yes_bid_dollars")
        previousYesAsk = try row.optional("previous_yes_ask_dollars")
        previousPrice = try row.optional("previous_price_dollars")
        volume = try row.optional("volume_fp")
        dayVolume = try row.optional("volume_24h_fp")
        openInterest = try row.optional("open_interest_fp")
        notional = try row.optional("notional_value_dollars")
        settlementBounds = try row.optional("settlement_bounds_type")
        settlementFloor = try row.optional("settlement_floor_dollars")
        primaryRules = try row.optional("rules_primary")
        secondaryRules = try row.optional("rules_secondary")
        strikeType = try row.optional("strike_type")
        floorStrike = try row.optional("floor_strike")
        capStrike = try row.optional("cap_strike")
        functionalStrike = try row.optional("functional_strike")
        customStrike = try row.optional("custom_strike")
        priceStructure = try row.optional("price_level_structure")
        priceRanges = try row.list("price_ranges")
        feeWaiverEnds = try row.time("fee_waiver_expiration_time")
        isProvisional = try row.optional("is_provisional")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("event_ticker", event)
        row.set("market_type", type)
        row.set("title", title)
        row.set("subtitle", subtitle)
        row.set("yes_sub_title", yesSubtitle)
        row.set("no_sub_title", noSubtitle)
        row.set("created_time", created, as: .text)
        row.set("updated_time", updated, as: .text)
        row.set("open_time", opens, as: .text)
        row.set("close_time", closes, as: .text)
        row.set("expected_expiration_time", expectedExpiration, as: .text)
        row.set("expiration_time", expiration, as: .text)
        row.set("latest_expiration_time", latestExpiration, as: .text)
        row.set("occurrence_datetime", occurrence, as: .text)
        row.set("settlement_timer_seconds", settlementTimer)
        row.set("status", phase)
        row.set("result", result)
        row.set("expiration_value", expirationValue)
        row.set("settlement_value_dollars", settlementValue)
        row.set("settlement_ts", settled, as: .text)
        row.set("can_close_early", canCloseEarly)
        row.set("early_close_condition", earlyCloseCondition)
        row.set("yes_bid_dollars", yesBid)
        row.set("yes_bid_size_fp", yesBidSize)
        row.set("yes_ask_dollars", yesAsk)
        row.set("yes_ask_size_fp", yesAskSize)
        row.set("no_bid_dollars", noBid)
        row.set("no_ask_dollars", noAsk)
        row.set("last_price_dollars", lastPrice)
        row.set("previous_yes_bid_dollars", previousYesBid)
        row.set("previous_yes_ask_dollars", previousYesAsk)
        row.set("previous_price_dollars", previousPrice)
        row.set("volume_fp", volume)
        row.set("volume_24h_fp", dayVolume)
        row.set("open_interest_fp", openInterest)
        row.set("notional_value_dollars", notional)
        row.set("settlement_bounds_type", settlementBounds)
        row.set("settlement_floor_dollars", settlementFloor)
        row.set("rules_primary", primaryRules)
        row.set("rules_secondary", secondaryRules)
        row.set("strike_type", strikeType)
        row.set("floor_strike", floorStrike)
        row.set("cap_strike", capStrike)
        row.set("functional_strike", functionalStrike)
        row.set("custom_strike", customStrike)
        row.set("price_level_structure", priceStructure)
        row.set("price_ranges", priceRanges)
        row.set("fee_waiver_expiration_time", feeWaiverEnds, as: .text)
        row.set("is_provisional", isProvisional)
        row.set("exchange_index", shard)
    }
}

/// A public trade.
package struct TradeRow: WireRow {
    /// The venue's id.
    package var id: String
    /// Market.
    package var ticker: Ticker
    /// Contracts.
    package var count: Quantity
    /// YES price.
    package var yesPrice: Price
    /// NO price.
    package var noPrice: Price?
    /// The outcome the taker bought.
    package var takerOutcome: Open<Outcome>?
    /// The taker's side of the YES book.
    package var takerBookSide: Open<BookSide>?
    /// An older name of the outcome.
    package var takerSide: Open<Outcome>?
    /// When it happened.
    package var created: Timestamp
    /// Whether it was agreed outside the book.
    package var isBlock: Bool?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("trade_id")
        ticker = try row.required("ticker")
        count = try row.required("count_fp")
        yesPrice = try row.required("yes_price_dollars")
        noPrice = try row.optional("no_price_dollars")
        takerOutcome = try row.optional("taker_outcome_side")
        takerBookSide = try row.optional("taker_book_side")
        takerSide = try row.optional("taker_side")
        created = try row.requiredTime("created_time")
        isBlock = try row.optional("is_block_trade")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("trade_id", id)
        row.set("ticker", ticker)
        row.set("count_fp", count)
        row.set("yes_price_dollars", yesPrice)
        row.set("no_price_dollars", noPrice)
        row.set("taker_outcome_side", takerOutcome)
        row.set("taker_book_side", takerBookSide)
        row.set("taker_side", takerSide)
        row.set("created_time", created, as: .text)
        row.set("is_block_trade", isBlock)
    }
}
