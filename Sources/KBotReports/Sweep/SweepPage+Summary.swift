import KBotModel

/// What may be said, before anything else.
extension SweepPage {
    mutating func writeSummary() {
        guard hasVerdict else {
            paragraph("No trial meets what is required: nothing was chosen.", style: "verdict")
            writeCaveats()
            return writeLimits()
        }
        verdict("/verdict/sentence")
        writeInterval()
        if document.isWalkForward {
            paragraph(
                "In sample stands the trial chosen by all the time before the last choice; out of sample stands what the "
                    + "choices of all windows made, one after the other.",
                style: "small"
            )
        }
        for warning in texts("/verdict/warnings") { paragraph(unbroken(warning), style: "caution") }
        let chosen = document.chosenTrial
        var cards: [(label: String, pointer: String, style: NumberStyle)] = [
            ("Out of sample, a market", "/verdict/out_of_sample/per_market", .profit),
            ("Net out of sample", "/verdict/out_of_sample/net", .profit),
            ("Trades out of sample", "/verdict/out_of_sample/trades", .count),
            ("Net in sample", "/verdict/in_sample/net", .profit), ("Trials", "/verdict/trials", .count),
            ("As good by luck, p", "/verdict/selection/reality_check", .decimal),
            ("Deflated Sharpe ratio", "/verdict/selection/deflated_sharpe", .decimal),
        ]
        if let chosen, chosen.hasLimited {
            cards.append(("Whole time, limits on", "/rows/\(chosen.place)/limited/net_profit", .profit))
        } else if let chosen {
            cards.append(("Whole time", "/rows/\(chosen.place)/report/net_profit", .profit))
        }
        self.cards(cards)
        if let chosen {
            sentence([
                .words(
                    document.isWalkForward ? "Chosen by all the time before the last choice: trial " : "Chosen: trial "
                ),
                .number("/rows/\(chosen.place)/number", .count), .words(", "),
                .code(words(chosen)), .words("."),
            ])
        }
        writeCaveats()
        writeLimits()
    }

    /// Where to find what a backtest's report says beside its figures; that no fees were charged stands in the verdict.
    private mutating func writeCaveats() {
        guard !texts("/caveats").isEmpty else { return }
        sentence(
            [
                .words("What a backtest on these data says beside its figures stands under "),
                .link("Data", section: "data"), .words("."),
            ],
            style: "small"
        )
    }

    /// What was made of a market in sample, and out of sample, drawn against zero.
    private mutating func writeInterval() {
        let periods = [("in sample", "in_sample", Int64(700)), ("out of sample", "out_of_sample", Int64(300))]
        var drawn: [(label: String, y: Int64, low: Int64, mean: Int64, high: Int64)] = []
        for (label, name, y) in periods {
            let base = "/verdict/\(name)/per_market"
            let figures = ["_interval/low", "", "_interval/high"].compactMap { Money(value(base + $0))?.units }
            if figures.count == 3 { drawn.append((label, y, figures[0], figures[1], figures[2])) }
        }
        guard !drawn.isEmpty else { return }
        var (plot, scale) = Plot.againstZero(
            drawn.flatMap { [$0.low, $0.high] },
            id: "interval",
            title: "Net P&L a market",
            summary: "The means of both periods with their intervals against zero; the verdict says it in words."
        )
        plot.size = "strips"
        plot.yTicks = drawn.map { ($0.y, $0.label) }
        for one in drawn {
            let height = Plot.height - one.y
            plot.draw("range", "M\(scale.place(one.low)) \(height)H\(scale.place(one.high))")
            plot.draw("dot", "M\(scale.place(one.mean)) \(height)h1")
        }
        let confidence = Double(value("/verdict/confidence")).map(percentage) ?? ""
        plot.write(to: &html, note: "with the \(confidence) interval of each; the line is zero")
        for (label, name, _) in periods where drawn.contains(where: { $0.label == label }) {
            let base = "/verdict/\(name)"
            sentence(
                [
                    .words(label.prefix(1).uppercased() + label.dropFirst() + " "),
                    .number(base + "/per_market", .profit),
                    .words(" a market traded in, interval "), .number(base + "/per_market_interval/low", .profit),
                    .words(" to "), .number(base + "/per_market_interval/high", .profit), .words(", "),
                    .number(base + "/trades", .count), .words(" trades in "), .number(base + "/traded_markets", .count),
                    .words(" markets."),
                ],
                style: "small"
            )
        }
    }

    /// Limits that were off, and what is left with them on.
    private mutating func writeLimits() {
        let off = texts("/plan/limits_off")
        guard !off.isEmpty else { return paragraph("All limits were on in every trial.") }
        var parts: [Part] = [
            .words("Limits off in every trial: "), .code(off.joined(separator: ", ")), .words("."),
        ]
        let early = off.filter { ["daily_loss", "circuit_breaker"].contains($0) }
        if !early.isEmpty {
            let isOne = early.count == 1
            let they: Part = early == off ? .words(isOne ? "It" : "They") : .code(early.joined(separator: " and "))
            let (end, them) = isOne ? ("ends", "it") : ("end", "them")
            let rest =
                " \(end) a day early; without \(them) trials are compared by all their trades. A bot that trades has "
                + "\(them) on."
            parts += [.words(" "), they, .words(rest)]
        }
        if let chosen = document.chosenTrial, chosen.hasLimited {
            let base = "/rows/\(chosen.place)"
            parts += [
                .words(" The chosen trial made "), .number(base + "/report/net_profit", .profit), .words(" in "),
                .number(base + "/report/total_trades", .count),
                .words(" trades of the whole time, and with all limits on "),
                .number(base + "/limited/net_profit", .profit), .words(" in "),
                .number(base + "/limited/total_trades", .count), .words("."),
            ]
        } else if !document.trials.contains(where: \.hasLimited) {
            parts.append(.words(" The best were not run with all limits on."))
        } else if document.chosen != nil {
            parts.append(.words(" The chosen trial was not run with all limits on."))
        }
        sentence(parts)
    }

    mutating func writePeriods() {
        typealias Row = (label: String, first: String, last: String?, style: NumberStyle)
        let rows: [Row] = [
            ("Markets", "markets", nil, .count), ("Days", "days", nil, .count),
            ("Markets traded in", "traded_markets", nil, .count), ("Trades", "trades", nil, .count),
            ("Net", "net", nil, .profit), ("Net, interval", "net_interval/low", "net_interval/high", .profit),
            ("Net a market", "per_market", nil, .profit),
            ("Net a market, interval", "per_market_interval/low", "per_market_interval/high", .profit),
            ("Low end, one stake more lost", "cautious_low", nil, .profit),
            ("Smallest gain that would be seen", "detectable", nil, .money), ("Sharpe ratio", "sharpe", nil, .decimal),
            ("Sharpe ratio, interval", "sharpe_interval/low", "sharpe_interval/high", .decimal),
            ("Probability that it is above zero", "probabilistic_sharpe", nil, .decimal),
            ("Observations needed", "minimum_track_record", nil, .decimal), ("Skewness", "skewness", nil, .decimal),
            ("Kurtosis", "kurtosis", nil, .decimal), ("Observations", "observations", nil, .count),
            ("Drawn in a row", "block_length", nil, .decimal),
        ]
        table(
            document.isWalkForward
                ? "In sample the trial chosen by all the time before the last choice, out of sample the choices of all windows"
                : "The chosen trial",
            [.text("Figure"), .number("In sample"), .number("Out of sample")],
            rows: rows.map { row in
                let cells = ["in_sample", "out_of_sample"].map { period -> Cell in
                    let base = "/verdict/\(period)/"
                    guard let last = row.last else { return .number(base + row.first, row.style) }
                    return .range(base + row.first, base + last, row.style)
                }
                return [.text(row.label)] + cells
            }
        )
        for period in ["in_sample", "out_of_sample"] {
            let label = period == "in_sample" ? "In sample: " : "Out of sample: "
            paragraph(label + unbroken(value("/verdict/\(period)/sentence")) + ".")
        }
        sentence(
            [
                .words("Intervals at "), .number("/verdict/confidence", .share), .words(": percentiles of "),
                .number("/verdict/resamples", .count),
                .words(
                    " stationary bootstraps over whole markets, closing times or days (an observation: "
                        + "\(unit("in_sample")) in sample, \(unit("out_of_sample")) out of sample). Sharpe ratios are of one "
                        + "observation, not annualised."
                ),
            ],
            style: "small"
        )
    }

    private func unit(_ period: String) -> String {
        value("/verdict/\(period)/unit").replacing("_", with: " ")
    }

    mutating func writeSelection() {
        element("div", ["class": "groups"]) { page in
            page.pairs(
                "Selection",
                [
                    ("Trials", "/verdict/trials", .count),
                    ("Reality check, p", "/verdict/selection/reality_check", .decimal),
                    ("Best Sharpe ratio by chance", "/verdict/selection/expected_maximum_sharpe", .decimal),
                    ("The chosen trial's", "/verdict/in_sample/sharpe", .decimal),
                    ("Deflated Sharpe ratio", "/verdict/selection/deflated_sharpe", .decimal),
                    ("Deviation of the Sharpe ratios", "/verdict/selection/sharpe_deviation", .decimal),
                    ("Observations needed", "/verdict/selection/minimum_track_record", .decimal),
                ]
            )
        }
        paragraph(
            "The reality check (White, Econometrica 2000) is how often the best of so many trials would look as good if none "
                + "had an edge. The deflated Sharpe ratio (Bailey and López de Prado, Journal of Portfolio Management 2014) is "
                + "the probability that the true ratio is above what chance gives to the best of so many.",
            style: "small"
        )
    }
}
