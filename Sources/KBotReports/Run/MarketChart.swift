public import KBotModel

/// A candle with the bands around it.
public struct ChartCandle: Hashable, Sendable {
    /// The candle.
    public let candle: Candle
    /// The bands after its close; nil while they were not warm, or when the strategy has none.
    public let bands: ChartBands?

    /// Makes a candle of a chart.
    public init(_ candle: Candle, bands: ChartBands? = nil) {
        self.candle = candle
        self.bands = bands
    }
}

/// Bollinger bands at one candle, rounded to 1/10,000 dollar: to look at, not to decide by.
public struct ChartBands: Hashable, Sendable {
    /// The lower band; can lie below 0.
    public let lower: PriceDelta
    /// The mean.
    public let middle: PriceDelta
    /// The upper band; can lie above 1.
    public let upper: PriceDelta

    /// Makes bands from distances to 0.
    public init(lower: PriceDelta, middle: PriceDelta, upper: PriceDelta) {
        self.lower = lower
        self.middle = middle
        self.upper = upper
    }
}

/// A fill as a chart shows it.
public struct ChartFill: Hashable, Sendable {
    /// When.
    public let time: Timestamp
    /// Side of the order.
    public let side: BookSide
    /// YES price.
    public let price: Price
    /// Contracts.
    public let count: Quantity
    /// What the order was for: `entry`, `target` or `exit`.
    public let role: String
    /// Whether the order took or made liquidity.
    public let liquidity: FeeSchedule.Liquidity
    /// The venue's fee.
    public let fee: Money

    /// Makes a fill of a chart.
    public init(
        time: Timestamp,
        side: BookSide,
        price: Price,
        count: Quantity,
        role: String,
        liquidity: FeeSchedule.Liquidity,
        fee: Money
    ) {
        self.time = time
        self.side = side
        self.price = price
        self.count = count
        self.role = role
        self.liquidity = liquidity
        self.fee = fee
    }
}

/// What happened in one market that the run traded in.
public struct MarketChart: Hashable, Sendable {
    /// Market.
    public let market: Ticker
    /// Start of trading.
    public let opens: Timestamp
    /// End of trading.
    public let closes: Timestamp
    /// The price of the underlying that decides the market; nil while unknown.
    public var strike: SpotPrice?
    /// Closes in the bands; nil without bands.
    public var period: Int?
    /// Population standard deviations between the mean and a band; nil without bands.
    public var deviations: Ratio?
    /// Candles of one interval, in order.
    public var candles: [ChartCandle] = []
    /// Candles left out at the end because there were too many.
    public var candlesLeftOut = 0
    /// Our fills, in order.
    public var fills: [ChartFill] = []
    /// Fills left out at the end because there were too many.
    public var fillsLeftOut = 0

    /// Makes the chart of a market that nothing was seen of yet.
    public init(market: Ticker, opens: Timestamp, closes: Timestamp) {
        self.market = market
        self.opens = opens
        self.closes = closes
    }

    /// Length of the candles; nil without any.
    public var interval: TimeSpan? { candles.first?.candle.interval }
}

/// How a market was decided.
public struct MarketOutcome: Hashable, Sendable {
    /// Market.
    public let market: Ticker
    /// What a YES contract pays, and whether kbot inferred it.
    public let settlement: Settlement
    /// When it became known.
    public let time: Timestamp

    /// Makes an outcome.
    public init(market: Ticker, settlement: Settlement, time: Timestamp) {
        self.market = market
        self.settlement = settlement
        self.time = time
    }
}

/// The markets of a run that it traded in: their charts, as many as are kept, and their outcomes.
public struct MarketCharts: Hashable, Sendable {
    /// Charts, in the order in which the markets became known.
    public var kept: [MarketChart]
    /// Markets with an entry whose chart is not among them.
    public var leftOut: Int
    /// Outcomes of the markets with an entry, in the order in which they became known.
    public var outcomes: [MarketOutcome]

    /// Makes charts.
    public init(kept: [MarketChart] = [], leftOut: Int = 0, outcomes: [MarketOutcome] = []) {
        self.kept = kept
        self.leftOut = leftOut
        self.outcomes = outcomes
    }
}

extension MarketCharts {
    /// Writes the charts as a field that holds an object.
    ///
    /// A candle is a row of whole numbers, for there are many: seconds from the chart's `from`, then open, high, low and
    /// close in 1/10,000 dollar, volume in 1/100 contract, the number of trades, and lower band, mean and upper band in
    /// 1/10,000 dollar or three times null.
    func write(to writer: inout JSONWriter) {
        writer.object("charts") { writer in
            writer.field("kept", kept.count)
            writer.field("left_out", leftOut)
            writer.array("markets", of: kept) { $1.write(to: &$0) }
        }
    }

    /// Writes the outcomes as a field that holds an array.
    func writeOutcomes(to writer: inout JSONWriter) {
        writer.array("outcomes", of: outcomes) { writer, outcome in
            writer.beginObject(inline: true)
            writer.field("market", outcome.market)
            writer.field("ts", outcome.time)
            writer.field("result", outcome.settlement.result)
            writer.field("value", outcome.settlement.value)
            writer.field("inferred", outcome.settlement.isInferred)
            writer.endObject()
        }
    }
}

extension MarketChart {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("market", market)
        writer.field("opens", opens)
        writer.field("closes", closes)
        writer.field("strike", strike)
        writer.field("interval_s", interval.map { Ratio(units: $0.microseconds) })
        writer.field("band_period", period)
        writer.field("band_deviations", deviations)
        let from = candles.first?.candle.start ?? opens
        writer.field("from", from)
        writer.field("candles_left_out", candlesLeftOut)
        writer.array("candles", of: candles) { writer, row in
            let candle = row.candle
            writer.beginArray(inline: true)
            writer.value((candle.start - from).wholeSeconds)
            for price in [candle.open, candle.high, candle.low, candle.close] { writer.value(price.units) }
            writer.value(candle.volume.units)
            writer.value(candle.trades)
            writer.value(row.bands?.lower.units)
            writer.value(row.bands?.middle.units)
            writer.value(row.bands?.upper.units)
            writer.endArray()
        }
        writer.field("fills_left_out", fillsLeftOut)
        writer.array("fills", of: fills) { writer, fill in
            writer.beginObject(inline: true)
            writer.field("ts", fill.time)
            writer.field("side", fill.side.rawValue)
            writer.field("price", fill.price)
            writer.field("count", fill.count)
            writer.field("role", fill.role)
            writer.field("liquidity", fill.liquidity.rawValue)
            writer.field("fee", fill.fee)
            writer.endObject()
        }
        writer.endObject()
    }
}
