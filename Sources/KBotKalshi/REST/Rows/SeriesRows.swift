package import KBotModel

/// Whose figure decides.
package struct SettlementSource: WireRow {
    /// Its name.
    package var name: String?
    /// Where it stands.
    package var url: String?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        name = try row.optional("name")
        url = try row.optional("url")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("name", name)
        row.set("url", url)
    }
}

/// A series: the template of its events.
package struct SeriesRow: WireRow {
    /// Its name.
    package var ticker: SeriesTicker
    /// How often an event comes, such as `fifteen_min`.
    package var frequency: String?
    /// What it is about.
    package var title: String?
    /// Its category, such as `Crypto`.
    package var category: String?
    /// All its categories.
    package var categories: [String]
    /// Its tags.
    package var tags: [String]
    /// Whose figures decide.
    package var sources: [SettlementSource]
    /// The contract.
    package var contractURL: String?
    /// The contract's terms.
    package var termsURL: String?
    /// Who pays which share of fees.
    package var feeType: String?
    /// The factor of all fees.
    package var feeMultiplier: ExactNumber?
    /// Who may not trade.
    package var prohibitions: [String]
    /// When it last changed.
    package var updated: Timestamp?
    /// The shard of its markets.
    package var shard: Int32?
    /// Free facts.
    package var metadata: JSON?
    /// Contracts traded, when asked for.
    package var volume: Quantity?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        frequency = try row.optional("frequency")
        title = try row.optional("title")
        category = try row.optional("category")
        categories = try row.list("categories")
        tags = try row.list("tags")
        sources = try row.list("settlement_sources")
        contractURL = try row.optional("contract_url")
        termsURL = try row.optional("contract_terms_url")
        feeType = try row.optional("fee_type")
        feeMultiplier = try row.optional("fee_multiplier")
        prohibitions = try row.list("additional_prohibitions")
        updated = try row.time("last_updated_ts")
        shard = try row.optional("exchange_index")
        metadata = try row.optional("product_metadata")
        volume = try row.optional("volume_fp")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("frequency", frequency)
        row.set("title", title)
        row.set("category", category)
        row.set("categories", categories)
        row.set("tags", tags)
        row.set("settlement_sources", sources)
        row.set("contract_url", contractURL)
        row.set("contract_terms_url", termsURL)
        row.set("fee_type", feeType)
        row.set("fee_multiplier", feeMultiplier)
        row.set("additional_prohibitions", prohibitions)
        row.set("last_updated_ts", updated, as: .text)
        row.set("exchange_index", shard)
        row.set("product_metadata", metadata)
        row.set("volume_fp", volume)
    }
}

/// A change of fees to come, or past, of a series or an event.
package struct FeeChange: WireRow {
    /// Its id.
    package var id: String?
    /// The series, of a change to one.
    package var series: SeriesTicker?
    /// The event, of a change to one.
    package var event: EventTicker?
    /// Who then pays which share.
    package var feeType: String?
    /// The factor then.
    package var feeMultiplier: ExactNumber?
    /// The event's own type then.
    package var feeTypeOverride: String?
    /// The event's own factor then.
    package var feeMultiplierOverride: ExactNumber?
    /// When it comes into force.
    package var scheduled: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.optional("id")
        series = try row.optional("series_ticker")
        event = try row.optional("event_ticker")
        feeType = try row.optional("fee_type")
        feeMultiplier = try row.optional("fee_multiplier")
        feeTypeOverride = try row.optional("fee_type_override")
        feeMultiplierOverride = try row.optional("fee_multiplier_override")
        scheduled = try row.time("scheduled_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("id", id)
        row.set("series_ticker", series)
        row.set("event_ticker", event)
        row.set("fee_type", feeType)
        row.set("fee_multiplier", feeMultiplier)
        row.set("fee_type_override", feeTypeOverride)
        row.set("fee_multiplier_override", feeMultiplierOverride)
        row.set("scheduled_ts", scheduled, as: .text)
    }
}

/// An event: one window, with its markets.
package struct EventRow: WireRow {
    /// Its name.
    package var ticker: EventTicker
    /// Its series.
    package var series: SeriesTicker?
    /// What it is about.
    package var title: String?
    /// Which one it is.
    package var subtitle: String?
    /// How collateral is netted among its markets.
    package var collateralReturn: String?
    /// Whether only one of its markets can win.
    package var isMutuallyExclusive: Bool?
    /// Its category.
    package var category: String?
    /// The period that decides.
    package var strikePeriod: String?
    /// The instant that decides.
    package var strikeDate: Timestamp?
    /// Whose figures decide.
    package var sources: [SettlementSource]
    /// Free facts.
    package var metadata: JSON?
    /// When it last changed.
    package var updated: Timestamp?
    /// The shard of its markets.
    package var shard: Int32?
    /// Who pays which share here; wins over the series.
    package var feeTypeOverride: String?
    /// The factor here; wins over the series.
    package var feeMultiplierOverride: ExactNumber?
    /// Its markets, when asked for inside.
    package var markets: [MarketRow]

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("event_ticker")
        series = try row.optional("series_ticker")
        title = try row.optional("title")
        subtitle = try row.optional("sub_title")
        collateralReturn = try row.optional("collateral_return_type")
        isMutuallyExclusive = try row.optional("mutually_exclusive")
        category = try row.optional("category")
        strikePeriod = try row.optional("strike_period")
        strikeDate = try row.time("strike_date")
        sources = try row.list("settlement_sources")
        metadata = try row.optional("product_metadata")
        updated = try row.time("last_updated_ts")
        shard = try row.optional("exchange_index")
        feeTypeOverride = try row.optional("fee_type_override")
        feeMultiplierOverride = try row.optional("fee_multiplier_override")
        markets = try row.list("markets")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("event_ticker", ticker)
        row.set("series_ticker", series)
        row.set("title", title)
        row.set("sub_title", subtitle)
        row.set("collateral_return_type", collateralReturn)
        row.set("mutually_exclusive", isMutuallyExclusive)
        row.set("category", category)
        row.set("strike_period", strikePeriod)
        row.set("strike_date", strikeDate, as: .text)
        row.set("settlement_sources", sources)
        row.set("product_metadata", metadata)
        row.set("last_updated_ts", updated, as: .text)
        row.set("exchange_index", shard)
        row.set("fee_type_override", feeTypeOverride)
        row.set("fee_multiplier_override", feeMultiplierOverride)
        row.set("markets", markets)
    }
}
