import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct ReportHTMLTests {
    private static let samples: [RunReport] = [
        .simulated, .idle, .paired, .charted, .bandOfNothing,
    ]

    @Test(arguments: samples.indices)
    func `every number in the page is the document's, and shown as what it is`(index: Int) throws {
        let document = ReportDocument(Self.samples[index])
        try expectNumbers(of: ParsedPage(document.html()), in: document.json)
    }

    @Test(arguments: samples.indices)
    func `no cell of figures holds a number that is not the document's`(index: Int) throws {
        try expectNoOtherNumbers(in: ParsedPage(ReportDocument(Self.samples[index]).html()))
    }

    @Test(arguments: samples.indices)
    func `a page stands by itself and can be used without eyes and without a mouse`(index: Int) throws {
        try expectSelfContained(ReportDocument(Self.samples[index]).html())
    }

    @Test(arguments: samples.indices)
    func `every figure of a report is in its page, and all of each fill model`(index: Int) throws {
        let document = ReportDocument(Self.samples[index])
        let page = try ParsedPage(document.html())
        var pointers = ["/metrics", "/fill_models", "/funnel/denied", "/funnel/filtered"]
        if !document.report.trades.isEmpty { pointers.append("/analysis/costs") }
        if document.report.equityCurve.count > 1 { pointers.append("/daily_equity") }
        for pointer in pointers {
            // How trades ended is in /analysis/by_exit.
            expectAllNumbers(below: pointer, but: "/metrics/exits", of: document.json, in: page)
        }
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\" onload=\"alert(1)",
        "' & ]]> <!-- --> &amp;",
        "\u{1B}[31m\u{0}\u{FFFE}\u{202E}evil", "日本 𝕏 é",
    ])
    func `names and codes of a script never become markup`(name: String) throws {
        let report = RunReport.charted(strategy: StrategyName(name), denial: name, markets: 2, candles: 25)
        let html = ReportDocument(report).html()
        let page = try ParsedPage(html)
        let plain = try ParsedPage(ReportDocument(.charted(strategy: "s", denial: "D", markets: 2, candles: 25)).html())
        #expect(page.elements.map(\.name) == plain.elements.map(\.name), "not one element more")
        #expect(page.all("script").count == plain.all("script").count)
        #expect(!html.contains("<img") && !html.contains("<script>alert"))
        if !name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            #expect(page.all("h1").first?.text == name)
            #expect(page.all("code").contains { $0.text == name })
        } else {
            #expect(page.all("h1").first?.text == "\u{FFFD}[31m\u{FFFD}\u{FFFD}\u{FFFD}evil")
        }
    }

    @Test func `the values for the pointer are those of the document`() throws {
        let document = ReportDocument(.charted)
        let page = try ParsedPage(document.html())
        let scripts = page.all("script").filter { $0.attributes["type"] == "application/json" }
        for (index, chart) in RunReport.charted.charts.kept.enumerated() {
            let script = try #require(scripts.first { $0.attributes["id"] == "p-m\(index)" })
            let rows = try JSONTree(parsing: Array(script.text.utf8))["rows"]?.elements ?? []
            #expect(rows.count == chart.candles.count)
            for (row, candle) in zip(rows, document.json[pointer: "/charts/markets/\(index)/candles"]?.elements ?? []) {
                #expect(row.elements[1...5].map(\.int) == candle.elements[0...4].map(\.int))
            }
        }
        let equity = try #require(scripts.first { $0.attributes["id"] == "p-equity" })
        let rows = try JSONTree(parsing: Array(equity.text.utf8))["rows"]?.elements ?? []
        for (row, point) in zip(rows, RunReport.charted.equityCurve) {
            #expect(row.elements[2].text == point.equity.dollarText)
        }
    }

    @Test func `only a simulated run says so, and before everything else`() throws {
        let page = try ParsedPage(ReportDocument(.simulated).html())
        #expect(page.all("title").first?.text.hasPrefix("SIMULATED: ") == true)
        #expect(page.all("header").first?.text.hasPrefix("SIMULATED MARKET.") == true)
        #expect(!ReportDocument(.idle).html().contains("SIMULATED"))
    }

    @Test func `the band of the fill models is there only when there are several`() {
        #expect(ReportDocument(.charted).html().contains("Band of the fill models"))
        #expect(ReportDocument(.bandOfNothing).html().contains("Band of the fill models"))
        #expect(!ReportDocument(.simulated).html().contains("Band of the fill models"))
    }

    @Test func `a day of 96 markets with 180 candles each makes less than three megabytes`() {
        let report = RunReport.charted(strategy: "bollinger_scalper", denial: "X", markets: 96, candles: 180)
        let bytes = ReportDocument(report).html().utf8.count
        #expect(bytes < 3_000_000, "\(bytes) bytes")
    }

    @Test func `a small document makes exactly this page`() throws {
        let report = RunReport.charted(strategy: "s", denial: "D", markets: 1, candles: 24)
        // Style and script are for the eye to judge.
        let page = ReportDocument(report).html()
        let body = page.split(separator: "\n").filter { $0.hasPrefix("<") || $0.hasPrefix("</") }.joined(
            separator: "\n"
        )
        try expectGolden(body + "\n", "small.html")
    }
}

extension RunReport {
    /// Three fill models that made no trade.
    fileprivate static let bandOfNothing: RunReport = {
        var report = RunReport.idle
        report.fillModels = ["realistic", "optimistic", "pessimistic"].map { FillModelResult(name: $0, report.metrics) }
        return report
    }()
}
