import KBotModel

extension ReportComparison {
    /// The comparison as one self-contained page, like ``ReportDocument/html()``.
    ///
    /// Numbers carry pointers into `a` and `b`, the two documents: `/a/metrics/net_profit`.
    ///
    /// - Returns: HTML that is well-formed XML too.
    public func html() -> String {
        let both = JSONTree.object([.init(name: "a", value: first.json), .init(name: "b", value: second.json)])
        var page = ReportPage(first, pointersInto: both)
        page.writeShell(title: "\(isSimulated ? "SIMULATED: " : "")two runs · kbot report") { page in
            write(&page)
        }
        return page.html.page
    }

    private func write(_ page: inout ReportPage) {
        page.element("header") { page in
            if isSimulated { page.writeBanner() }
            page.html.element("h1", text: "Two runs side by side")
            for (name, document) in [("A", first), ("B", second)] {
                page.html.element("p", ["class": "lead"]) { html in
                    html.element("strong", text: name)
                    html.text(" " + Self.describe(document))
                }
            }
        }
        page.element("main", ["id": "content"]) { page in
            page.section("figures", "Figures") { writeFigures(&$0) }
            page.section("equity", "Equity") { writeEquity(&$0) }
            page.section("settings", "Settings that differ") { writeSettings(&$0) }
            page.section("trades", "Trades") { page in
                page.paragraph(tradeSentence)
                writeTrades("Only in A", onlyFirst, of: first.report, "/a", &page)
                writeTrades("Only in B", onlySecond, of: second.report, "/b", &page)
            }
        }
        page.html.element("footer", text: "Made by kbot from the JSON of both runs; times are UTC, the market's own.")
    }

    private func writeFigures(_ page: inout ReportPage) {
        for (name, document) in [("A", first), ("B", second)] {
            page.paragraph("\(name): " + document.report.analysis.verdict.sentence)
        }
        page.table(
            "Figures of both runs",
            [.text("Figure"), .number("A"), .number("B"), .number("B − A")],
            rows: figures.map { figure in
                [
                    .text(figure.label), .number("/a" + figure.pointer, figure.style),
                    .number("/b" + figure.pointer, figure.style), .difference(figure),
                ]
            }
        )
    }

    private func writeEquity(_ page: inout ReportPage) {
        let (left, right) = (first.report, second.report)
        let start = min(left.facts.from, right.facts.from)
        let end = max(left.facts.to, right.facts.to)
        let values = (left.equityCurve + right.equityCurve).map(\.equity.units)
        guard let low = values.min(), let high = values.max() else { return }
        let (scale, ticks) = Scale.nice(low...high, least: 10_000)
        let times = Scale(start.microseconds, end.microseconds, length: Plot.width)
        var plot = Plot(id: "both", title: "Equity", summary: "Equity of both runs over time.")
        plot.size = "tall"
        plot.yTicks = ticks.map { (scale.place($0), tickLabel($0)) }
        plot.xTicks = TimeAxis.ticks(from: start, to: end).map { (times.place($0.time.microseconds), $0.label) }
        func line(_ report: RunReport) -> [(x: Int64, y: Int64)] {
            // One point for each place is as fine as the drawing.
            var line: [(x: Int64, y: Int64)] = []
            for point in report.equityCurve {
                let next = (x: times.place(point.time.microseconds), y: scale.place(point.equity.units))
                if line.last?.x == next.x { line[line.count - 1] = next } else { line.append(next) }
            }
            if let last = line.last { line.append((times.place(report.facts.to.microseconds), last.y)) }
            return line
        }
        plot.draw("curve", Paths.steps(line(left)))
        plot.draw("other", Paths.steps(line(right)))
        plot.write(to: &page.html, note: "A: line; B: dashed")
    }

    private func writeSettings(_ page: inout ReportPage) {
        guard !settings.isEmpty else { return page.paragraph("None: both ran with the same.") }
        page.table(
            "Settings that differ",
            [.text("Setting"), .text("A"), .text("B")],
            rows: settings.map { [.text($0.name), .text($0.first ?? "—"), .text($0.second ?? "—")] }
        )
    }

    private func writeTrades(
        _ title: String,
        _ places: [Int],
        of report: RunReport,
        _ base: String,
        _ page: inout ReportPage
    ) {
        guard !places.isEmpty else { return }
        let most = 300
        page.table(
            title,
            [
                .text("Opened"), .text("Market"), .text("Side"), .number("Contracts"), .number("Entry"),
                .number("Exit"),
                .text("Ended by"), .number("Net P&L"),
            ],
            rows: places.prefix(most).map { place in
                let trade = report.trades[place]
                let pointer = "\(base)/trades/\(place)"
                return [
                    .text(trade.opened.shortText), .code(trade.market.text), .text(trade.direction.rawValue),
                    .number(pointer + "/count", .contracts), .number(pointer + "/entry_price", .cents),
                    .number(pointer + "/exit_price", .cents), .text(trade.exit.rawValue),
                    .number(pointer + "/net_pnl", .profit),
                ]
            }
        )
        if places.count > most {
            page.paragraph("The first \(grouped(most)) of \(grouped(places.count)).", style: "small")
        }
    }
}
