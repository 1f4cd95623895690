import KBotModel

/// Where the result came from, how it is spread, and what trading cost.
extension ReportPage {
    mutating func writeSources() {
        bars(
            "Net P&L by day",
            "/analysis/by_day",
            key: "day",
            note: "UTC day on which a trade closed",
            label: { String($0.dropFirst(5)) }
        )
        bars("Net P&L by hour", "/analysis/by_hour", key: "hour", note: "hour of the UTC day in which a trade opened")
        element("div", ["class": "halves"]) { page in
            page.groups("By exit", "/analysis/by_exit", key: "exit", heading: "Exit")
            page.groups("By direction", "/analysis/by_direction", key: "direction", heading: "Direction")
        }
        let markets = count("/analysis/by_market")
        if markets <= 12 {
            groups("By market", "/analysis/by_market", key: "market", heading: "Market")
        } else {
            details("By market (\(grouped(markets)))") { page in
                page.groups("By market", "/analysis/by_market", key: "market", heading: "Market", most: 400)
            }
        }
    }

    /// Columns of profit and loss, and the same as a table.
    private mutating func bars(
        _ title: String,
        _ pointer: String,
        key: String,
        note: String,
        label: (String) -> String = { $0 }
    ) {
        let elements = json[pointer: pointer]?.elements ?? []
        let rows = elements.compactMap { element -> Plot.Column? in
            guard let net: Money = element["net_pnl"]?.decimal() else { return nil }
            let name = element[key]?.text ?? ""
            return (label(name), nil, net.units, [name, net.signedDollarText, element["trades"]?.text ?? ""])
        }
        guard rows.count == elements.count else { return }
        // One column says no more than a row.
        guard rows.count != 1 else { return groups(title, pointer, key: key, heading: "UTC " + key) }
        let plot = Plot.columns(
            rows,
            id: key,
            title: title,
            summary: "One column each; the table below has the figures.",
            labels: ["", "net P&L", "trades"],
            mostTicks: 12
        )
        guard let plot else { return }
        plot.write(to: &html, note: note)
        details("\(title), as a table") { $0.groups(title, pointer, key: key, heading: "UTC " + key, most: 400) }
    }

    private mutating func groups(
        _ caption: String,
        _ pointer: String,
        key: String,
        heading: String,
        most shown: Int = .max
    ) {
        let largest = most(pointer, "net_pnl")
        let all = count(pointer)
        table(
            caption,
            [
                .text(heading), .number("Trades"), .number("Winning"), .number("Net P&L"), .number("Fees"), .text(""),
            ],
            rows: (0..<min(all, shown)).map { index in
                let base = "\(pointer)/\(index)"
                return [
                    .code(value("\(base)/\(key)")), .number(base + "/trades", .count),
                    .number(base + "/winning", .count), .number(base + "/net_pnl", .profit),
                    .number(base + "/fees", .money), .bar(base + "/net_pnl", most: largest),
                ]
            }
        )
        if all > shown {
            paragraph("The first \(grouped(shown)) of \(grouped(all)); the JSON has all.", style: "small")
        }
    }

    mutating func writeDistribution() {
        histogram("Net P&L per trade", "/analysis/net_pnl_histogram", id: "net", .profit) { tickLabel($0) }
        histogram("R multiple per trade", "/analysis/r_histogram", id: "r", .multiple) { units in
            Ratio(units: units).shortText + "R"
        }
        paragraph("R is the net P&L over what the planned stop would have lost; 1R risked, +2R won.", style: "small")
    }

    private mutating func histogram(
        _ title: String,
        _ pointer: String,
        id: String,
        _ style: NumberStyle,
        label: (Int64) -> String
    ) {
        // Money and ratios both count millionths.
        let bins = (json[pointer: pointer]?.elements ?? []).compactMap { bin -> (Int64, Int64, Int)? in
            guard let from: Ratio = bin["from"]?.decimal(), let to: Ratio = bin["to"]?.decimal(),
                let trades = bin["trades"]?.int
            else { return nil }
            return (from.units, to.units, trades)
        }
        guard let first = bins.first, let last = bins.last, let most = bins.map(\.2).max() else { return }
        let (scale, ticks) = Scale.nice(0...Int64(most), least: 1)
        let across = Scale(first.0, last.1, length: Plot.width)
        var plot = Plot(id: "h-\(id)", title: title, summary: "How many trades fell into each range.")
        plot.yTicks = ticks.map { (scale.place($0), grouped($0)) }
        plot.hasColumns = true
        let every = (bins.count + 6) / 7
        plot.xTicks = bins.enumerated().filter { $0.offset % every == 0 }.map {
            (across.place($0.element.0), label($0.element.0))
        }
        plot.labels = ["", "trades"]
        var gains = ""
        var losses = ""
        for (from, to, trades) in bins {
            let (left, right) = (across.place(from), across.place(to))
            let gap = (right - left) / 20
            let column = Paths.rectangle(
                x: left + gap,
                width: right - left - 2 * gap,
                from: 0,
                to: scale.place(Int64(trades))
            )
            if from >= 0 { gains += column } else { losses += column }
            plot.readings.append(((left + right) / 2, ["\(label(from)) to \(label(to))", grouped(trades)]))
        }
        plot.draw("up", gains)
        plot.draw("down", losses)
        if first.0 < 0, last.1 > 0 { plot.draw("zero", "M\(across.place(0)) 0V\(Plot.height)") }
        plot.write(to: &html)
        details("\(title), as a table") { page in
            page.table(
                title,
                [.number("From"), .number("To, not included"), .number("Trades")],
                rows: bins.indices.map { index in
                    let base = "\(pointer)/\(index)"
                    return [
                        .number(base + "/from", style), .number(base + "/to", style), .number(base + "/trades", .count),
                    ]
                }
            )
        }
    }

    mutating func writeCalibration() {
        paragraph(
            "A contract bought at 30¢ should win about three times in ten. Each trade counts with the price paid for the side "
                + "it bought, YES or NO, and with the result of its market, however the trade itself ended."
        )
        let bins = report.analysis.calibration.bins
        if !bins.isEmpty {
            var plot = Plot(
                id: "calibration",
                title: "Share that won",
                summary:
                    "Mean outcome over mean price paid, one point for each range of ten cents; the line is where both "
                    + "are equal."
            )
            plot.size = "tall"
            let scale = Scale(0, 1_000_000, length: Plot.height)
            let across = Scale(0, 1_000_000, length: Plot.width)
            plot.yTicks = [0, 25, 50, 75, 100].map { (scale.place($0 * 10_000), "\($0)%") }
            plot.xTicks = [0, 20, 40, 60, 80, 100].map { (across.place($0 * 10_000), "\($0)¢") }
            plot.draw("start", "M0 \(Plot.height)L\(Plot.width) 0")
            var dots = ""
            for bin in bins {
                let (x, y) = (across.place(bin.meanPrice.units), scale.place(bin.meanOutcome.units))
                dots += "M\(x) \(Plot.height - y)h1"
                let won = Ratio(units: bin.meanOutcome.units).percentText
                plot.readings.append((x, [bin.meanPrice.centText, won, grouped(bin.trades), grouped(bin.markets)]))
            }
            plot.draw("dot", dots)
            plot.labels = ["", "won", "trades", "markets"]
            plot.write(to: &html, note: "over the mean price paid; dashed: where a price is right on average")
            table(
                "Entry price against outcome",
                [
                    .number("From"), .number("To"), .number("Trades"), .number("Markets"), .number("Mean price"),
                    .number("Won"),
                ],
                rows: bins.indices.map { index in
                    let base = "/analysis/calibration/bins/\(index)"
                    return [
                        .number(base + "/from", .cents), .number(base + "/to", .cents),
                        .number(base + "/trades", .count),
                        .number(base + "/markets", .count), .number(base + "/mean_price", .cents),
                        .number(base + "/mean_outcome", .valueShare),
                    ]
                }
            )
        }
        sentence(
            [
                .words("Trades in markets whose outcome is not known: "),
                .number("/analysis/calibration/unknown_outcomes", .count),
                .words(". Trades of one market share its result: judge by the number of markets."),
            ],
            style: "small"
        )
    }

    mutating func writeCosts() {
        sentence([.words("Closed trades paid "), .number("/analysis/costs/fees", .money), .words(" in fees.")])
        let parts = [("Entry", "entries"), ("Exit by the stop", "stops"), ("Exit by the target", "targets")]
        table(
            "Prices got against prices planned",
            [.text("Fills"), .number("Trades"), .number("Contracts"), .number("Slippage"), .number("Per contract")],
            rows: parts.map { label, name in
                let base = "/analysis/costs/\(name)"
                return [
                    .text(label), .number(base + "/trades", .count), .number(base + "/count", .contracts),
                    .number(base + "/slippage", .money), .number(base + "/slippage_per_contract", .signedCents),
                ]
            }
        )
        sentence(
            [
                .words(
                    "Positive slippage was lost. The measure is the signal's plan; what the book showed when an order arrived "
                        + "is not recorded with the trade (a paper exchange tells its own slippage under \u{201C}What "
                        + "ran\u{201D}). Exits without a planned price (settlement, time, flatten): "
                ),
                .number("/analysis/costs/unplanned_exits", .count), .words("."),
            ],
            style: "small"
        )
    }

    mutating func writeFillModels() {
        paragraph("The same run with several assumptions of how orders fill; the truth may lie anywhere between them.")
        if let note = report.fillModelsNote { paragraph(note, style: "caution") }
        writeBand()
        table(
            "Results by fill model",
            [
                .text("Fills"), .number("Trades"), .number("Win rate"), .number("Net profit"), .number("Max drawdown"),
                .number("Fees"),
            ],
            rows: report.fillModels.indices.map { index in
                let base = "/fill_models/\(index)"
                return [
                    .text(value(base + "/fills")), .number(base + "/total_trades", .count),
                    .number(base + "/win_rate", .share), .number(base + "/net_profit", .profit),
                    .number(base + "/max_drawdown", .loss), .number(base + "/total_fees", .money),
                ]
            }
        )
    }

    /// Net profit from the worst model to the best, against zero.
    private mutating func writeBand() {
        let models = report.fillModels
        let nets = models.map(\.netProfit.units)
        guard models.count > 1, let low = nets.min(), let high = nets.max() else { return }
        var (plot, scale) = Plot.againstZero(
            nets,
            id: "band",
            title: "Net profit",
            summary: "From the worst fill model to the best, against zero; the table has the figures."
        )
        plot.labels = ["", "net profit"]
        plot.draw("range", "M\(scale.place(low)) 500H\(scale.place(high))")
        plot.draw("dot", nets.map { "M\(scale.place($0)) 500h1" }.joined())
        for model in models {
            plot.readings.append((scale.place(model.netProfit.units), [model.name, model.netProfit.signedDollarText]))
        }
        plot.write(to: &html, note: "a dot for each model; the line is zero")
    }
}
