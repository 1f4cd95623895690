import KBotModel

extension ReportComparison {
    /// Trades listed of each run; the pages and documents of the runs have all.
    private static let mostTrades = 40

    /// The comparison for a terminal.
    ///
    /// - Parameter width: Columns of the terminal.
    /// - Returns: The text; every line ends with a line feed.
    public func text(width: Int = 80) -> String {
        var page = TextPage(width: width)
        page.line("kbot: two runs side by side")
        page.entry("A", Self.describe(first))
        page.entry("B", Self.describe(second))
        if isSimulated { page.paragraph("SIMULATED markets say nothing about real profits.") }
        page.heading("FIGURES")
        page.table(
            [.left(""), .right("A"), .right("B"), .right("B − A")],
            rows: figures.map { figure in
                [figure.label, figure.shown(figure.first), figure.shown(figure.second), figure.shownDifference]
            }
        )
        page.heading("VERDICTS")
        page.entry("A", first.report.analysis.verdict.sentence)
        page.entry("B", second.report.analysis.verdict.sentence)
        page.heading("SETTINGS THAT DIFFER")
        if settings.isEmpty { page.paragraph("None: both ran with the same.", indent: 2) }
        for setting in settings {
            page.line("  " + setting.name)
            page.entry("  A", setting.first ?? "—")
            page.entry("  B", setting.second ?? "—")
        }
        page.heading("TRADES")
        page.paragraph(tradeSentence, indent: 2)
        write("Only in A", onlyFirst, of: first.report, to: &page)
        write("Only in B", onlySecond, of: second.report, to: &page)
        return page.text
    }

    private func write(_ title: String, _ places: [Int], of report: RunReport, to page: inout TextPage) {
        guard !places.isEmpty else { return }
        page.line()
        page.line("  " + title)
        page.table(
            [.left("Opened"), .left("Market"), .left("Side"), .left("Ended by"), .right("Net P&L")],
            rows: places.prefix(Self.mostTrades).map { place in
                let trade = report.trades[place]
                return [
                    trade.opened.shortText, trade.market.text, trade.direction.rawValue, trade.exit.rawValue,
                    trade.netPnL.signedDollarText,
                ]
            }
        )
        if places.count > Self.mostTrades {
            page.paragraph("and \(grouped(places.count - Self.mostTrades)) more", indent: 2)
        }
    }

    static func describe(_ document: ReportDocument) -> String {
        let facts = document.report.facts
        let names = facts.strategies.map(\.name.text).joined(separator: ", ")
        let market = facts.isSimulated ? "SIMULATED market" : facts.feed
        return "\(facts.id): \(names.isEmpty ? "no strategy" : names), \(facts.mode) on \(market), "
            + "\(facts.from.shortText) to \(facts.to.shortText) UTC"
    }

    var isSimulated: Bool { first.report.facts.isSimulated || second.report.facts.isSimulated }

    /// How many trades the runs share.
    var tradeSentence: String {
        var text = "\(plural(shared, "trade")) in both"
        if changed > 0 { text += ", \(grouped(changed)) of them with another result" }
        return text + "; \(grouped(onlyFirst.count)) only in A, \(grouped(onlySecond.count)) only in B."
    }
}

extension ReportComparison.Figure {
    /// A figure as a reader sees it.
    func shown(_ text: String?) -> String { text.flatMap(style.shown) ?? "n/a" }

    /// The difference with its sign.
    var shownDifference: String {
        guard let difference else { return "" }
        // A loss is a positive amount in the document, and shown as a negative one.
        guard let text = style.shown(difference), let value = Money(difference) else { return "" }
        let rises = style == .loss ? value < .zero : value > .zero
        return rises && !text.hasPrefix("+") ? "+" + text : text
    }
}
