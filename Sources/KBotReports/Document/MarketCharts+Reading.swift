import KBotModel

extension MarketCharts {
    /// Reads charts and outcomes of a document; one of the first form has none.
    init(_ document: JSONFields) throws(ReportReadError) {
        let charts = document.object("charts")
        self.init(leftOut: try charts.optionalInt("left_out") ?? 0)
        for item in charts.list("markets") { kept.append(try MarketChart(item)) }
        for item in document.list("outcomes") {
            outcomes.append(
                MarketOutcome(
                    market: Ticker(try item.text("market")),
                    settlement: Settlement(
                        value: try item.price("value"),
                        isInferred: item.tree["inferred"]?.bool ?? false
                    ),
                    time: try item.time("ts")
                )
            )
        }
    }
}

extension MarketChart {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        self.init(
            market: Ticker(try item.text("market")),
            opens: try item.time("opens"),
            closes: try item.time("closes")
        )
        strike = try item.optionalDecimal("strike")
        period = try item.optionalInt("band_period")
        deviations = try item.optionalDecimal("band_deviations")
        candlesLeftOut = try item.optionalInt("candles_left_out") ?? 0
        fillsLeftOut = try item.optionalInt("fills_left_out") ?? 0
        let from = try item.time("from")
        let interval = try item.optionalSpan("interval_s") ?? .zero
        for row in item.list("candles") { candles.append(try ChartCandle(row, from: from, interval: interval)) }
        for fill in item.list("fills") {
            fills.append(
                ChartFill(
                    time: try fill.time("ts"),
                    side: try fill.word("side"),
                    price: try fill.price("price"),
                    count: try fill.decimal("count"),
                    role: try fill.text("role"),
                    liquidity: try fill.word("liquidity"),
                    fee: try fill.decimal("fee")
                )
            )
        }
    }
}

extension ChartCandle {
    /// Reads the row that ``MarketCharts/write(to:)`` describes.
    fileprivate init(_ row: JSONFields, from: Timestamp, interval: TimeSpan) throws(ReportReadError) {
        let columns = row.tree.elements
        let figures = columns.prefix(7).compactMap(\.int)
        guard columns.count >= 10, figures.count == 7, interval > .zero,
            (0...1 << 32).contains(figures[0]), figures[1...4].allSatisfy({ (0...10_000).contains($0) }),
            (0...1 << 50).contains(figures[5]), let trades = Int32(exactly: figures[6])
        else { throw row.problem("no row of a candle") }
        let bands = columns[7...9].compactMap(\.int)
        guard bands.allSatisfy({ $0.magnitude < 1 << 24 }) else { throw row.problem("bands far from any price") }
        self.init(
            Candle(
                start: from + .seconds(Int64(figures[0])),
                interval: interval,
                open: Price(units: Int32(figures[1])),
                high: Price(units: Int32(figures[2])),
                low: Price(units: Int32(figures[3])),
                close: Price(units: Int32(figures[4])),
                volume: Quantity(units: Int64(figures[5])),
                trades: trades
            ),
            bands: bands.count == 3
                ? ChartBands(
                    lower: PriceDelta(units: Int32(bands[0])),
                    middle: PriceDelta(units: Int32(bands[1])),
                    upper: PriceDelta(units: Int32(bands[2]))
                ) : nil
        )
    }
}
