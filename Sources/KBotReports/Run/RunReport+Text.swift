import KBotModel

extension RunReport {
    /// The report for a terminal: plain text without colours, aligned columns, one line feed at the end of each line.
    ///
    /// Figures without a value read `n/a`.
    ///
    /// - Parameter width: Columns of the terminal; from 72 on, figures stand side by side.
    /// - Returns: The text.
    public func text(width: Int = 80) -> String {
        var page = TextPage(width: width)
        writeHead(to: &page)
        writeTrades(to: &page)
        writeProfit(to: &page)
        writeRatios(to: &page)
        page.heading("CONSECUTIVE TRADES")
        page.pairs([
            ("Most wins in a row", grouped(metrics.maxConsecutiveWins)),
            ("Most losses in a row", grouped(metrics.maxConsecutiveLosses)),
        ])
        writeExposure(to: &page)
        writeFillModels(to: &page)
        page.heading("VERDICT")
        page.paragraph(analysis.verdict.sentence)
        writeFunnel(to: &page)
        writeStrategies(to: &page)
        writeOpenPositions(to: &page)
        writeRun(to: &page)
        return page.text
    }

    private func writeHead(to page: inout TextPage) {
        let market = facts.isSimulated ? "SIMULATED MARKET" : facts.feed
        page.paragraph("kbot \(facts.version) · \(facts.mode) · \(market)")
        let strategies = facts.strategies.map { "\($0.name) \($0.version) (\($0.kind.rawValue))" }
        page.paragraph(strategies.isEmpty ? "no strategy" : strategies.joined(separator: ", "))
        page.paragraph("\(facts.from.shortText) to \(facts.to.shortText) UTC (\(facts.span.shortText))")
        if facts.isInterrupted {
            page.paragraph(
                "INTERRUPTED at \(facts.to.shortText) UTC: what would have come after is not in this report."
            )
        }
        page.paragraph(blockedSentence)
        page.paragraph(trades.isEmpty ? funnel.sentence : resultSentence)
        if facts.isSimulated { page.paragraph("Simulated market: says nothing about real profits.") }
        if !identityHolds {
            page.paragraph("THE BOOKS DO NOT ADD UP: equity at the end differs by $\(identityDifference).")
        }
    }

    /// The share of the run in which entries were blocked, and by what; then what denied most of the signals.
    private var blockedSentence: String {
        var text = "Entries were blocked for \(percent(blockedShare)) of the run"
        if !blocked.parts.isEmpty {
            text += ": " + blocked.parts.map { "\($0.code) \(percent(share($0.span)))" }.joined(separator: ", ")
        }
        text += "."
        // That a trade is on already is no limit.
        let busy = ["POSITION_OPEN", "ENTRY_PENDING"]
        if let most = Funnel.sorted(funnel.denied).first(where: { !busy.contains($0.reason) }) {
            text += " Of \(plural(funnel.signals, "signal")), \(grouped(most.count)) were denied by \(most.reason)."
        }
        return text
    }

    private var resultSentence: String {
        let fees =
            switch facts.feesCharged {
            case .all: "after fees"
            case .some: "after fees, which some markets did not charge"
            case .none: "with NO FEES CHARGED"
            }
        let result = "\(plural(trades.count, "trade")), net \(metrics.netProfit.signedDollarText) \(fees)"
        return result + "; equity \(startEquity.dollarText) → \(endEquity.dollarText)."
    }

    private func writeTrades(to page: inout TextPage) {
        page.heading("TRADE STATISTICS")
        let exits = ClosedTrade.Exit.allCases.filter { metrics.exits[$0] != nil }
        page.pairs(
            [
                ("Total trades", grouped(metrics.totalTrades)),
                ("Win rate", percent(metrics.winRate)),
                ("Winning trades", grouped(metrics.winningTrades)),
                ("Losing trades", grouped(metrics.losingTrades)),
                ("Break-even trades", grouped(metrics.breakEvenTrades)),
                ("Average holding time", metrics.averageHolding?.shortText ?? "n/a"),
                ("Long trades", grouped(metrics.longTrades)),
                ("Short trades", grouped(metrics.shortTrades)),
            ] + exits.map { ("Closed by \($0.rawValue)", grouped(metrics.exits[$0] ?? 0)) }
        )
    }

    private func writeProfit(to page: inout TextPage) {
        page.heading("P&L STATISTICS")
        page.pairs([
            ("Net profit", money(metrics.netProfit)),
            ("Expectancy per trade", money(metrics.expectancy)),
            ("Gross profit", money(metrics.grossProfit)),
            ("Gross loss", money(-metrics.grossLoss)),
            ("Average win", money(metrics.averageWin)),
            ("Average loss", money(metrics.averageLoss.map { -$0 })),
            ("Largest win", money(metrics.largestWin)),
            ("Largest loss", money(metrics.largestLoss.map { -$0 })),
            ("Max drawdown", money(-metrics.maxDrawdown)),
            ("Max drawdown, % of peak", metrics.maxDrawdownPercent?.alreadyPercentText ?? "n/a"),
            ("Equity at start", money(startEquity)),
            ("Equity at end", money(endEquity)),
        ])
        if !openPositions.isEmpty { page.pairs([("Unrealized P&L", money(unrealized))]) }
    }

    private func writeRatios(to page: inout TextPage) {
        page.heading("RATIOS")
        page.pairs([
            ("Profit factor", ratio(metrics.profitFactor)),
            ("Average win / loss", ratio(metrics.payoffRatio)),
            ("Sharpe ratio, annual", ratio(metrics.sharpeRatio)),
            ("Sharpe per trade", ratio(metrics.perTradeSharpe)),
            ("Average R multiple", ratio(metrics.averageR)),
            ("", ""),
        ])
        if metrics.sharpeRatio == nil, wholeDays < PerformanceTracker.fewestDays {
            page.paragraph("The annual Sharpe ratio takes 10 whole UTC days; this run has \(wholeDays).", indent: 2)
        }
    }

    private func writeExposure(to page: inout TextPage) {
        page.heading("FEES AND EXPOSURE")
        page.pairs([
            ("Total fees", money(metrics.totalFees)),
            ("Fees per trade", money(metrics.totalTrades > 0 ? closedFees.divided(by: metrics.totalTrades) : nil)),
            ("Peak exposure", money(metrics.peakExposure)),
            ("Time in market", percent(metrics.timeInMarket)),
        ])
    }

    private var closedFees: Money { trades.reduce(.zero) { $0 + $1.fees } }

    private func writeOpenPositions(to page: inout TextPage) {
        guard !openPositions.isEmpty else { return }
        page.heading("OPEN POSITIONS")
        let columns: [TextPage.Column] = [
            .left("Market"), .left("Side"), .right("Count"), .right("Entry"), .right("Mark"), .right("P&L"),
            .left("State"),
        ]
        page.table(
            columns,
            rows: openPositions.map { position in
                [
                    position.market.text,
                    position.direction.rawValue,
                    position.count.description,
                    position.entryValue.averagePrice(of: position.count)?.centText ?? "n/a",
                    Money(units: Int64(position.mark.units) * 100).centText,
                    position.unrealized.signedDollarText,
                    position.state == .open ? "open" : "awaits result",
                ]
            }
        )
    }
}
