import KBotModel

/// Each market's candles with what was done in it.
extension ReportPage {
    mutating func writeMarkets() {
        let charts = report.charts
        paragraph(
            "Candles with the strategy's Bollinger bands, ▲ bought and ▼ sold YES; from entry to exit the planned entry "
                + "(dotted), stop (dashed) and target (line)."
        )
        if charts.leftOut > 0 {
            sentence(
                [
                    .words("Charts are kept of "), .number("/charts/kept", .count), .words(" markets; of "),
                    .number("/charts/left_out", .count), .words(" more with an entry there is none."),
                ],
                style: "small"
            )
        }
        var outcomes: [Ticker: Int] = [:]
        for (index, outcome) in charts.outcomes.enumerated() { outcomes[outcome.market] = index }
        var trades: [Ticker: [Int]] = [:]
        for (index, trade) in report.trades.enumerated() { trades[trade.market, default: []].append(index) }
        for (index, chart) in charts.kept.enumerated() {
            let own = trades[chart.market] ?? []
            element("details", ["class": "market", "open": index == 0 ? "open" : nil]) { page in
                page.writeSummary(of: chart, own, outcome: outcomes[chart.market])
                page.write(chart, index, own)
            }
            html.line()
        }
    }

    private mutating func writeSummary(of chart: MarketChart, _ trades: [Int], outcome: Int?) {
        element("summary") { page in
            page.html.element("code", text: chart.market.text)
            page.html.text(" ")
            for trade in trades {
                page.number("/trades/\(trade)/net_pnl", .profit)
                page.html.text(" ")
            }
            guard let outcome else { return page.html.element("span", ["class": "small"], text: "no result known") }
            let settlement = page.report.charts.outcomes[outcome].settlement
            let result = "settled \(settlement.result.uppercased())" + (settlement.isInferred ? " (inferred)" : "")
            page.html.element("span", ["class": "small"], text: result)
        }
    }

    private mutating func write(_ chart: MarketChart, _ index: Int, _ own: [Int]) {
        let trades = own.map { report.trades[$0] }
        let candles = chart.candles
        if let first = candles.first, let last = candles.last {
            let plan = MarketDrawing(chart, trades, from: first.candle.start, to: last.candle.end)
            let base = "/charts/markets/\(index)"
            plan.plot(id: "m\(index)").write(to: &html, note: note(chart)) { writer in
                writer.beginObject()
                writer.field("from", first.candle.start.microseconds / 1_000)
                writer.array("rows", of: candles) { writer, row in
                    let candle = row.candle
                    writer.beginArray()
                    writer.value(plan.place(candle.start + TimeSpan(microseconds: candle.interval.microseconds / 2)))
                    writer.value((candle.start - first.candle.start).wholeSeconds)
                    for price in [candle.open, candle.high, candle.low, candle.close] { writer.value(price.units) }
                    if let bands = row.bands {
                        for band in [bands.lower, bands.upper] { writer.value(band.units) }
                    }
                    writer.endArray()
                }
                writer.endObject()
            }
            if chart.candlesLeftOut > 0 {
                sentence(
                    [
                        .words("Later candles left out: "), .number(base + "/candles_left_out", .count), .words("."),
                    ],
                    style: "small"
                )
            }
        } else {
            paragraph("No candles of this market were made.", style: "small")
        }
        details("Fills in \(chart.market.text)") { $0.fills(of: chart, index) }
    }

    private func note(_ chart: MarketChart) -> String {
        var parts: [String] = []
        if let interval = chart.interval { parts.append("candles of \(interval)") }
        if let period = chart.period, let deviations = chart.deviations {
            parts.append("bands of \(period) closes, \(deviations.shortText) deviations")
        }
        if let strike = chart.strike { parts.append("strike \(Money(units: strike.units * 100).dollarText)") }
        return parts.joined(separator: "; ")
    }

    private mutating func fills(of chart: MarketChart, _ index: Int) {
        table(
            "Fills in \(chart.market.text)",
            [
                .text("Time"), .text("Order"), .text("Side"), .number("Price"), .number("Contracts"), .number("Fee"),
                .text("Liquidity"),
            ],
            rows: chart.fills.enumerated().map { place, fill in
                let base = "/charts/markets/\(index)/fills/\(place)"
                return [
                    .text(fill.time.shortText), .text(fill.role), .text(fill.side == .bid ? "buys YES" : "sells YES"),
                    .number(base + "/price", .cents), .number(base + "/count", .contracts),
                    .number(base + "/fee", .money), .text(fill.liquidity.rawValue),
                ]
            }
        )
        guard chart.fillsLeftOut > 0 else { return }
        sentence(
            [
                .words("Later fills left out: "), .number("/charts/markets/\(index)/fills_left_out", .count),
                .words("."),
            ],
            style: "small"
        )
    }
}
