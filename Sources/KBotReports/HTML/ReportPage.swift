import KBotModel

extension ReportDocument {
    /// The report as one self-contained page: no network, style and script inside, charts as SVG.
    ///
    /// It works and prints without its script, which reads values off the charts, and unfolds what is folded before the page
    /// is printed. Every number is the document's: `<data value="…" data-json="POINTER">` holds it as it stands in the JSON,
    /// beside how it is shown.
    ///
    /// - Returns: HTML that is well-formed XML too.
    public func html() -> String {
        var page = ReportPage(self)
        return page.make()
    }
}

/// A page about a run.
typealias ReportPage = DocumentPage<ReportDocument>

extension ReportPage {
    /// Makes an empty page about a document; its pointers go into the document, unless another tree is given.
    init(_ document: ReportDocument, pointersInto json: JSONTree? = nil) {
        self.init(document: document, json: json ?? document.json)
    }

    var report: RunReport { document.report }
    var facts: RunFacts { document.report.facts }

    /// Sections, in the order of the page.
    private var sections: [Section] {
        let hasTrades = !report.trades.isEmpty
        return [
            ("summary", "Summary", true, { $0.writeSummary() }),
            ("equity", "Equity", report.equityCurve.count > 1, { $0.writeEquity() }),
            ("figures", "Figures", true, { $0.writeFigures() }),
            ("sources", "Where the result came from", hasTrades, { $0.writeSources() }),
            ("distribution", "Distribution of trades", hasTrades, { $0.writeDistribution() }),
            ("funnel", "From candles to trades", true, { $0.writeFunnel() }),
            ("calibration", "Entry price against outcome", hasTrades, { $0.writeCalibration() }),
            ("costs", "Fees and slippage", hasTrades, { $0.writeCosts() }),
            ("fills", "Band of the fill models", !report.fillModels.isEmpty, { $0.writeFillModels() }),
            ("markets", "Markets", !report.charts.kept.isEmpty || report.charts.leftOut > 0, { $0.writeMarkets() }),
            ("trades", "Trades", hasTrades || !report.openPositions.isEmpty, { $0.writeTrades() }),
            ("run", "What ran", true, { $0.writeRun() }),
        ]
    }

    fileprivate mutating func make() -> String {
        let names = facts.strategies.map(\.name.text).joined(separator: ", ")
        let title = "\(facts.isSimulated ? "SIMULATED: " : "")\(names.isEmpty ? "run" : names) · kbot report"
        let (sections, facts) = (sections, facts)
        writeShell(title: title) { page in
            page.writeHeader(names)
            page.writeContent(sections)
            page.html.element("footer") { html in
                html.text("Made by kbot \(facts.version) from the JSON of run \(facts.id.text). ")
                html.text("Every figure stands there with all its digits; times are UTC, the market's own.")
            }
        }
        return html.page
    }

    private mutating func writeHeader(_ names: String) {
        let facts = facts
        let (from, to, span) = (facts.from.shortText, facts.to.shortText, facts.span.shortText)
        element("header") { page in
            if facts.isSimulated { page.writeBanner() }
            page.html.element("h1", text: names.isEmpty ? "Report of a run" : names)
            page.html.element("p", ["class": "lead"]) { html in
                html.text("\(facts.mode) on \(facts.isSimulated ? "a simulated market" : facts.feed), ")
                html.text("\(from) to \(to) UTC (\(span)), run ")
                html.element("code", text: facts.id.text)
            }
        }
        html.line()
    }
}
