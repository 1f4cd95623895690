import KBotModel

extension ReportDocument {
    /// The report as one self-contained page: no network, style and script inside, charts as SVG.
    ///
    /// It works without its script, which only reads values off the charts, and prints. Every number is the document's:
    /// `<data value="…" data-json="POINTER">` holds it as it stands in the JSON, beside how it is shown.
    ///
    /// - Returns: HTML that is well-formed XML too.
    public func html() -> String {
        var page = ReportPage(self)
        return page.make()
    }
}

/// A page under construction; each section lives in a file with its neighbours.
struct ReportPage {
    let document: ReportDocument
    var html = HTMLWriter()
    /// What pointers point into.
    let json: JSONTree

    /// Makes an empty page about a document; its pointers go into the document, unless another tree is given.
    init(_ document: ReportDocument, pointersInto json: JSONTree? = nil) {
        self.document = document
        self.json = json ?? document.json
    }

    var report: RunReport { document.report }
    var facts: RunFacts { document.report.facts }

    /// Sections, in the order of the page: name of the anchor, title, and whether there is anything to show.
    private var sections: [(id: String, title: String, isShown: Bool, write: (inout ReportPage) -> Void)] {
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
        ].filter(\.2)
    }

    fileprivate mutating func make() -> String {
        let names = facts.strategies.map(\.name.text).joined(separator: ", ")
        let title = "\(facts.isSimulated ? "SIMULATED: " : "")\(names.isEmpty ? "run" : names) · kbot report"
        let (sections, facts) = (sections, facts)
        writeShell(title: title) { page in
            page.writeHeader(names)
            page.html.element("nav", ["aria-label": "Sections"]) { html in
                html.element("ul") { html in
                    for section in sections {
                        html.element("li") { $0.element("a", ["href": "#\(section.id)"], text: section.title) }
                    }
                }
            }
            page.html.line()
            page.element("main", ["id": "content"]) { page in
                for section in sections { page.section(section.id, section.title, section.write) }
            }
            page.html.element("footer") { html in
                html.text("Made by kbot \(facts.version) from the JSON of run \(facts.id.text). ")
                html.text("Every figure stands there with all its digits; times are UTC, the market's own.")
            }
        }
        return html.page
    }

    /// Everything around the page's content.
    mutating func writeShell(title: String, _ body: (inout ReportPage) -> Void) {
        html.literal("<!DOCTYPE html>\n")
        element("html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"]) { page in
            page.html.element("head") { html in
                html.empty("meta", ["charset": "utf-8"])
                html.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                html.empty("meta", ["name": "color-scheme", "content": "light dark"])
                html.empty("link", ["rel": "icon", "href": "data:,"])
                html.element("title", text: title)
                html.element("style") { $0.literal(PageStyle.sheet) }
            }
            page.html.line()
            page.element("body") { page in
                page.html.element("a", ["class": "skip", "href": "#content"], text: "Skip to the report")
                body(&page)
                page.html.element("script") { $0.literal(PageScript.source) }
            }
        }
        html.line()
    }

    private mutating func writeHeader(_ names: String) {
        let facts = facts
        let (from, to, span) = (facts.from.shortText, facts.to.shortText, facts.span.shortText)
        html.element("header") { html in
            if facts.isSimulated {
                html.element("p", ["class": "banner"]) { html in
                    html.element("strong", text: "SIMULATED MARKET.")
                    html.text(" Made up by kbot from a seed; it says nothing about real profits.")
                }
            }
            html.element("h1", text: names.isEmpty ? "Report of a run" : names)
            html.element("p", ["class": "lead"]) { html in
                html.text("\(facts.mode) on \(facts.isSimulated ? "a simulated market" : facts.feed), ")
                html.text("\(from) to \(to) UTC (\(span)), run ")
                html.element("code", text: facts.id.text)
            }
        }
        html.line()
    }

    /// Writes an element whose body needs the page.
    mutating func element(
        _ name: StaticString,
        _ attributes: HTMLWriter.Attributes = [:],
        _ body: (inout ReportPage) -> Void
    ) {
        html.begin(name, attributes)
        body(&self)
        html.end(name)
    }

    mutating func section(_ id: String, _ title: String, _ body: (inout ReportPage) -> Void) {
        element("section", ["id": id, "aria-labelledby": "h-\(id)"]) { page in
            page.html.element("h2", ["id": "h-\(id)"], text: title)
            body(&page)
        }
        html.line()
    }

    mutating func paragraph(_ text: String, style: String? = nil) {
        html.element("p", ["class": style], text: text)
    }

    // MARK: Numbers

    /// What the document has at a pointer, as text; empty when it has nothing there.
    func value(_ pointer: String) -> String { json[pointer: pointer]?.text ?? "" }

    /// Writes the number at a pointer.
    mutating func number(_ pointer: String, _ style: NumberStyle) {
        html.number(json[pointer: pointer]?.text, at: pointer, style)
    }
}

extension HTMLWriter {
    /// Writes a number of the document, or `n/a` for one it does not have.
    mutating func number(_ text: String?, at pointer: String, _ style: NumberStyle) {
        guard let text, let shown = style.shown(text) else {
            return element("span", ["class": "none", "data-json": pointer], text: "n/a")
        }
        element("data", ["value": text, "data-json": pointer, "class": style.tone(text)], text: shown)
    }
}
