import KBotReports
import Testing

/// The number a reader sees, without signs of money, percent, cents and R; nil for a time span.
private func seen(_ text: String) -> Double? {
    let digits = text.replacing("\u{2212}", with: "-").filter { "0123456789.-".contains($0) }
    return text.contains(where: "hmsd".contains) ? nil : Double(digits)
}

/// Expects that every number in a page is the document's, and shown as what it is.
func expectNumbers(of page: ParsedPage, in json: JSONTree, atLeast fewest: Int = 40) throws {
    let numbers = page.having("data-json")
    #expect(numbers.count > fewest)
    for number in numbers {
        let pointer = try #require(number.attributes["data-json"])
        let stored = json[pointer: pointer]
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

/// Expects that no cell of figures holds a number that is not the document's.
func expectNoOtherNumbers(in page: ParsedPage) {
    let cells = page.all("td") + page.all("th") + page.all("dd")
    for cell in cells where cell.attributes["class"] == "n" || cell.name == "dd" {
        guard cell.attributes["scope"] != "col", cell.text.contains(where: \.isNumber) else { continue }
        #expect(cell.children.contains { $0.attributes["data-json"] != nil }, "\(cell.text)")
    }
}

/// Expects that every number below a pointer of the document is somewhere in a page, but for those in parts that the page
/// shows otherwise.
func expectAllNumbers(below pointer: String, but left: String? = nil, of json: JSONTree, in page: ParsedPage) {
    let shown = Set(page.having("data-json").compactMap { $0.attributes["data-json"] })
    var missing: [String] = []
    func walk(_ tree: JSONTree, _ pointer: String) {
        switch tree {
        case .object(let members): for member in members { walk(member.value, "\(pointer)/\(member.name)") }
        case .array(let elements): for (index, one) in elements.enumerated() { walk(one, "\(pointer)/\(index)") }
        case .number(let text), .string(let text):
            if Double(text) != nil, !shown.contains(pointer) { missing.append(pointer) }
        case .null, .bool: break
        }
    }
    if let tree = json[pointer: pointer] { walk(tree, pointer) }
    missing.removeAll { one in left.map { one.hasPrefix($0) } ?? false }
    #expect(missing.isEmpty)
}

/// Expects that a page stands by itself and can be used without eyes and without a mouse.
func expectSelfContained(_ html: String) throws {
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
    var last = 0
    for heading in page.elements where ["h1", "h2", "h3"].contains(heading.name) {
        let level = Int(heading.name.dropFirst()) ?? 0
        #expect(level <= last + 1, "headings go down one level at a time: \(heading.text)")
        last = level
    }
}
