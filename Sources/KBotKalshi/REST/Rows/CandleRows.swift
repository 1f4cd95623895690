package import KBotModel

/// First, lowest, highest and last price of a period; what did not occur is nil.
package struct PriceSpanRow: WireRow {
    /// First price.
    package var open: Price?
    /// Lowest price.
    package var low: Price?
    /// Highest price.
    package var high: Price?
    /// Last price.
    package var close: Price?
    /// Average by volume, with all its digits.
    package var mean: ExactNumber?
    /// Last price of the period before.
    package var previous: Price?
    /// Lowest price of the trades, as some answers have it besides.
    package var minimum: Price?
    /// Highest price of the trades, as some answers have it besides.
    package var maximum: Price?

    /// Reads the fields; archived candles have them without `_dollars`.
    package init(_ row: RowReader) throws(WireError) {
        open = try row.optional("open_dollars", or: "open")
        low = try row.optional("low_dollars", or: "low")
        high = try row.optional("high_dollars", or: "high")
        close = try row.optional("close_dollars", or: "close")
        mean = try row.optional("mean_dollars", or: "mean")
        previous = try row.optional("previous_dollars", or: "previous")
        minimum = try row.optional("min_dollars")
        maximum = try row.optional("max_dollars")
    }

    /// Writes the fields in the live form.
    package func write(to row: inout RowWriter) {
        row.set("open_dollars", open)
        row.set("low_dollars", low)
        row.set("high_dollars", high)
        row.set("close_dollars", close)
        row.set("mean_dollars", mean)
        row.set("previous_dollars", previous)
        row.set("min_dollars", minimum)
        row.set("max_dollars", maximum)
    }
}

/// One period of a market.
package struct CandleRow: WireRow {
    /// End of the period, itself part of it.
    package var end: Timestamp
    /// Best bid; 0 when there was none.
    package var yesBid: PriceSpanRow?
    /// Best ask; 1 dollar when there was none.
    package var yesAsk: PriceSpanRow?
    /// Trades; without any there is at most a previous price.
    package var price: PriceSpanRow?
    /// Contracts traded.
    package var volume: Quantity?
    /// Contracts held at the end.
    package var openInterest: Quantity?

    /// Reads the fields; archived candles have them without `_fp`.
    package init(_ row: RowReader) throws(WireError) {
        end = try row.requiredTime("end_period_ts")
        yesBid = try row.optional("yes_bid")
        yesAsk = try row.optional("yes_ask")
        price = try row.optional("price")
        volume = try row.optional("volume_fp", or: "volume")
        openInterest = try row.optional("open_interest_fp", or: "open_interest")
    }

    /// Writes the fields in the live form.
    package func write(to row: inout RowWriter) {
        row.set("end_period_ts", end, as: .seconds)
        row.set("yes_bid", yesBid)
        row.set("yes_ask", yesAsk)
        row.set("price", price)
        row.set("volume_fp", volume)
        row.set("open_interest_fp", openInterest)
    }
}

/// The candles of one market, in time order; quiet periods may be missing.
package struct MarketCandles: WireRow {
    /// Market.
    package var ticker: Ticker?
    /// Its candles.
    package var candles: [CandleRow]

    /// Reads the fields; an answer on several markets names each in another field than an answer on one.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.optional("ticker", or: "market_ticker")
        candles = try row.list("candlesticks")
    }

    /// Writes the fields as an answer on one market has them.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("candlesticks", candles)
    }
}

/// The candles of all markets of an event.
package struct EventCandles: WireRow {
    /// The markets.
    package var tickers: [Ticker]
    /// Their candles, in the same order.
    package var candles: [[CandleRow]]
    /// Where the answer was cut, when it would have been too long.
    package var adjustedEnd: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        tickers = try row.list("market_tickers")
        candles = try row.list("market_candlesticks")
        adjustedEnd = try row.time("adjusted_end_ts")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("market_tickers", tickers)
        row.set("market_candlesticks", candles)
        row.set("adjusted_end_ts", adjustedEnd, as: .seconds)
    }
}
