import KBotModel

/// The first screen: what came of it, and what may be said about it.
extension ReportPage {
    mutating func writeSummary() {
        verdict("/analysis/verdict/sentence")
        if report.facts.isInterrupted {
            let end = report.facts.to.shortText
            paragraph("Interrupted at \(end) UTC: what would have come after is not in this report.", style: "caution")
        }
        if !report.identityHolds {
            sentence(
                [
                    .words("THE BOOKS DO NOT ADD UP: equity at the end differs by "),
                    .number("/run/identity_difference", .money), .words("."),
                ],
                style: "alarm"
            )
        }
        cards([
            ("Net profit", "/metrics/net_profit", .profit), ("Trades", "/metrics/total_trades", .count),
            ("Win rate", "/metrics/win_rate", .share), ("Per trade", "/metrics/expectancy", .profit),
            ("Profit factor", "/metrics/profit_factor", .ratio), ("Max drawdown", "/metrics/max_drawdown", .loss),
            ("Fees", "/metrics/total_fees", .money), ("Entries blocked", "/run/blocked/share", .share),
        ])
        writeInterval()
        var equity: [Part] = [
            .words("Equity went from "), .number("/run/start_equity", .money), .words(" to "),
            .number("/run/end_equity", .money), .words("."),
        ]
        if !report.openPositions.isEmpty {
            equity += [.words(" Unrealized in open positions: "), .number("/run/unrealized", .profit), .words(".")]
        }
        sentence(equity)
        paragraph(value("/funnel/sentence"))
        writeBlocked()
    }

    /// The interval of the mean, drawn against zero.
    private mutating func writeInterval() {
        let names = ["interval_low", "mean_net_pnl", "interval_high"]
        let figures = names.compactMap { Money(value("/analysis/verdict/\($0)"))?.units }
        guard figures.count == 3 else { return }
        var (plot, scale) = Plot.againstZero(
            figures,
            id: "interval",
            title: "Mean net P&L per trade",
            summary: "The mean and its 95% interval against zero; the verdict says it in words."
        )
        let (low, mean, high) = (scale.place(figures[0]), scale.place(figures[1]), scale.place(figures[2]))
        plot.draw("range", "M\(low) 500H\(high)")
        plot.draw("dot", "M\(mean) 500h1")
        plot.write(to: &html, note: "with its 95% interval (bootstrap over markets)")
        sentence(
            [
                .words("Mean "), .number("/analysis/verdict/mean_net_pnl", .profit), .words(", interval "),
                .number("/analysis/verdict/interval_low", .profit), .words(" to "),
                .number("/analysis/verdict/interval_high", .profit), .words(", "),
                .number("/analysis/verdict/trades", .count), .words(" trades in "),
                .number("/analysis/verdict/markets", .count), .words(" markets, "),
                .number("/analysis/verdict/resamples", .count), .words(" draws."),
            ],
            style: "small"
        )
    }

    private mutating func writeBlocked() {
        let limits = json[pointer: "/run/blocked/by_limit"]?.members ?? []
        guard !limits.isEmpty else { return }
        table(
            "Share of the run in which a limit blocked entries",
            [.text("Limit"), .number("Share"), .number("Time")],
            rows: limits.map { limit in
                let name = limit.name.pointerPart
                return [
                    .code(limit.name), .number("/run/blocked/by_limit/\(name)", .share),
                    .number("/run/blocked/time_s_by_limit/\(name)", .seconds),
                ]
            }
        )
    }

    mutating func writeFigures() {
        element("div", ["class": "groups"]) { page in
            page.pairs(
                "Trade statistics",
                [
                    ("Total trades", "/metrics/total_trades", .count), ("Winning", "/metrics/winning_trades", .count),
                    ("Losing", "/metrics/losing_trades", .count),
                    ("Break-even", "/metrics/break_even_trades", .count), ("Win rate", "/metrics/win_rate", .share),
                    ("Long", "/metrics/long_trades", .count), ("Short", "/metrics/short_trades", .count),
                    ("Average holding time", "/metrics/average_holding_s", .seconds),
                ]
            )
            page.pairs(
                "P&L statistics",
                [
                    ("Net profit", "/metrics/net_profit", .profit), ("Gross profit", "/metrics/gross_profit", .money),
                    ("Gross loss", "/metrics/gross_loss", .loss), ("Per trade", "/metrics/expectancy", .profit),
                    ("Average win", "/metrics/average_win", .money),
                    ("Average loss", "/metrics/average_loss", .loss),
                    ("Largest win", "/metrics/largest_win", .money),
                    ("Largest loss", "/metrics/largest_loss", .loss),
                    ("Max drawdown", "/metrics/max_drawdown", .loss),
                    ("Max drawdown, % of peak", "/metrics/max_drawdown_pct", .percent),
                ]
            )
            page.pairs(
                "Ratios",
                [
                    ("Profit factor", "/metrics/profit_factor", .ratio),
                    ("Average win / loss", "/metrics/payoff_ratio", .ratio),
                    ("Sharpe ratio, annual", "/metrics/sharpe_ratio", .ratio),
                    ("Sharpe per trade", "/metrics/per_trade_sharpe", .ratio),
                    ("Average R multiple", "/metrics/average_r", .multiple),
                ]
            )
            page.pairs(
                "Consecutive trades",
                [
                    ("Most wins in a row", "/metrics/max_consecutive_wins", .count),
                    ("Most losses in a row", "/metrics/max_consecutive_losses", .count),
                ]
            )
            page.pairs(
                "Fees and exposure",
                [
                    ("Total fees", "/metrics/total_fees", .money), ("Peak exposure", "/metrics/peak_exposure", .money),
                    ("Time in market", "/metrics/time_in_market", .share),
                ]
            )
        }
        if report.metrics.sharpeRatio == nil, report.wholeDays < PerformanceTracker.fewestDays {
            paragraph("The annual Sharpe ratio takes ten whole UTC days; without them it is not given.", style: "small")
        }
        writeStrategies()
    }

    private mutating func writeStrategies() {
        guard count("/by_strategy") > 0 else { return }
        table(
            "By strategy",
            [
                .text("Strategy"), .text("Budget"), .number("Trades"), .number("Win rate"), .number("Net profit"),
                .number("Profit factor"), .number("Largest loss"), .number("Losses in a row"), .number("Fees"),
            ],
            rows: (0..<count("/by_strategy")).map { index in
                let base = "/by_strategy/\(index)"
                let figures = base + "/metrics"
                return [
                    .code(value(base + "/strategy")), .text(value(base + "/budget")),
                    .number(figures + "/total_trades", .count), .number(figures + "/win_rate", .share),
                    .number(figures + "/net_profit", .profit), .number(figures + "/profit_factor", .ratio),
                    .number(figures + "/largest_loss", .loss), .number(figures + "/max_consecutive_losses", .count),
                    .number(figures + "/total_fees", .money),
                ]
            }
        )
    }
}

/// Dollars at an axis: cents only where a step is less than a dollar.
func tickLabel(_ units: Int64) -> String {
    let text = Money(units: units).dollarText
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
}
