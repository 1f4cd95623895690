import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct ReportHTMLTests {
    private static let samples: [RunReport] = [.simulated, .idle, .paired, .charted]

    /// The number a reader sees, without signs of money, percent, cents and R; nil for a time span.
    private func seen(_ text: String) -> Double? {
        let digits = text.replacing("\u{2212}", with: "-").filter { "0123456789.-".contains($0) }
        return text.contains(where: "hmsd".contains) ? nil : Double(digits)
    }

    @Test(arguments: samples.indices)
    func `every number in the page is the document's, and shown as what it is`(index: Int) throws {
        let document = ReportDocument(Self.samples[index])
        let page = try ParsedPage(document.html())
        let numbers = page.having("data-json")
        #expect(numbers.count > 40)
        for number in numbers {
            let pointer = try #require(number.attributes["data-json"])
            let stored = document.json[pointer: pointer]
            guard number.name == "data" else {
                #expect(number.text == "n/a" && (stored == nil || stored == .null), "\(pointer)")
                continue
            }
            let text = try #require(stored?.text, "\(pointer) is not in the document")
            #expect(number.attributes["value"] == text, "\(pointer)")
            guard let shown = seen(number.text), let value = Double(text) else { continue }
            // In cents and percent a hundredfold; a loss has its sign turned; two digits at least are shown, but for money
            // to the cent and shares to a tenth of a percent.
            let fits = [1, 100].contains { scale in
                abs(abs(shown) - abs(value) * scale) <= 0.05001
            }
            #expect(fits, "\(pointer): \(text) is shown as \(number.text)")
        }
    }

    @Test(arguments: samples.indices)
    func `no cell of figures holds a number that is not the document's`(index: Int) throws {
        let page = try ParsedPage(ReportDocument(Self.samples[index]).html())
        let cells = page.all("td") + page.all("th") + page.all("dd")
        for cell in cells where cell.attributes["class"] == "n" || cell.name == "dd" {
            guard cell.attributes["scope"] != "col", cell.text.contains(where: \.isNumber) else { continue }
            #expect(cell.children.contains { $0.attributes["data-json"] != nil }, "\(cell.text)")
        }
    }

    @Test(arguments: samples.indices)
    func `a page stands by itself and can be used without eyes and without a mouse`(index: Int) throws {
        let html = ReportDocument(Self.samples[index]).html()
        let page = try ParsedPage(html)
        for element in page.elements {
            for (name, value) in element.attributes where ["src", "href", "action", "data", "poster"].contains(name) {
                #expect(value.hasPrefix("#") || value == "data:,", "\(name)=\(value)")
            }
        }
        #expect(!html.contains("url(") && !html.contains("@import") && !html.contains("https://"))
        #expect(page.all("html").first?.attributes["lang"] == "en")
        #expect(page.all("main").count == 1 && page.all("h1").count == 1 && page.all("nav").count == 1)
        #expect(page.elements.first { $0.name == "a" }?.attributes["href"] == "#content")
        let ids = page.having("id").compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count, "names are given once")
        for link in page.all("a") { #expect(ids.contains(String(link.attributes["href"]?.dropFirst() ?? ""))) }
        for table in page.all("table") { #expect(table.children.first?.name == "caption") }
        for heading in page.all("th") { #expect(["col", "row"].contains(heading.attributes["scope"])) }
        for drawing in page.all("svg") where drawing.attributes["aria-hidden"] == nil {
            #expect(drawing.attributes["role"] == "img")
            #expect(drawing.children.prefix(2).map(\.name) == ["title", "desc"])
            #expect(drawing.children.prefix(2).allSatisfy { !$0.text.isEmpty })
            let names = drawing.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
            #expect(names.count == 2 && names.allSatisfy(ids.contains))
        }
        for plot in page.having("data-points") {
            #expect(plot.attributes["tabindex"] == "0" && plot.attributes["aria-label"]?.isEmpty == false)
            #expect(ids.contains(plot.attributes["data-points"] ?? ""))
        }
    }

    @Test func `headings go down one level at a time`() throws {
        let page = try ParsedPage(ReportDocument(.charted).html())
        var last = 0
        for heading in page.elements where ["h1", "h2", "h3"].contains(heading.name) {
            let level = Int(heading.name.dropFirst()) ?? 0
            #expect(level <= last + 1, "\(heading.text)")
            last = level
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
