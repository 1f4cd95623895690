import KBotModel

/// A page under construction, about a document that was read; each section lives in a file with its neighbours.
///
/// Pages of runs, of two runs and of sweeps have this in common: one file without anything from the network, style and
/// script inside, and no number that is not the document's.
struct DocumentPage<Document> {
    let document: Document
    var html = HTMLWriter()
    /// What pointers point into.
    let json: JSONTree

    /// Everything around the page's content.
    mutating func writeShell(title: String, _ body: (inout DocumentPage) -> Void) {
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

    /// A section: name of its anchor, title, whether there is anything to show, and what writes it.
    typealias Section = (id: String, title: String, isShown: Bool, write: (inout DocumentPage) -> Void)

    /// Writes the list of sections and those that have anything to show.
    mutating func writeContent(_ sections: [Section]) {
        let shown = sections.filter(\.isShown)
        html.element("nav", ["aria-label": "Sections"]) { html in
            html.element("ul") { html in
                for section in shown {
                    html.element("li") { $0.element("a", ["href": "#\(section.id)"], text: section.title) }
                }
            }
        }
        html.line()
        element("main", ["id": "content"]) { page in
            for section in shown { page.section(section.id, section.title, section.write) }
        }
    }

    /// Says before everything else that the market was made up.
    mutating func writeBanner() {
        html.element("p", ["class": "banner"]) { html in
            html.element("strong", text: "SIMULATED MARKET.")
            html.text(" Made up by kbot from a seed; it says nothing about real profits.")
        }
    }

    /// Writes an element whose body needs the page.
    mutating func element(
        _ name: StaticString,
        _ attributes: HTMLWriter.Attributes = [:],
        _ body: (inout DocumentPage) -> Void
    ) {
        html.begin(name, attributes)
        body(&self)
        html.end(name)
    }

    mutating func section(_ id: String, _ title: String, _ body: (inout DocumentPage) -> Void) {
        element("section", ["id": id, "aria-labelledby": "h-\(id)"]) { page in
            page.html.element("h2", ["id": "h-\(id)"], text: title)
            body(&page)
        }
        html.line()
    }

    mutating func paragraph(_ text: String, style: String? = nil) {
        html.element("p", ["class": style], text: text)
    }

    /// A part of a sentence with numbers.
    enum Part {
        /// Words.
        case words(String)
        /// A word in type of one width.
        case code(String)
        /// A number of the document.
        case number(String, NumberStyle)
        /// Words that lead to a section.
        case link(String, section: String)
    }

    /// Writes a paragraph of words and numbers.
    mutating func sentence(_ parts: [Part], style: String? = nil) {
        element("p", ["class": style]) { page in
            for part in parts {
                switch part {
                case .words(let text): page.html.text(text)
                case .code(let text): page.html.element("code", text: text)
                case .number(let pointer, let style): page.number(pointer, style)
                case .link(let text, let section): page.html.element("a", ["href": "#\(section)"], text: text)
                }
            }
        }
    }

    /// What may be said, in one sentence.
    mutating func verdict(_ pointer: String) { paragraph(unbroken(value(pointer)), style: "verdict") }

    /// A sign stays with its amount at the end of a line.
    func unbroken(_ text: String) -> String { text.replacing("\u{2212}$", with: "\u{2212}\u{2060}$") }

    // MARK: Numbers

    /// What the document has at a pointer, as text; empty when it has nothing there.
    func value(_ pointer: String) -> String { json[pointer: pointer]?.text ?? "" }

    /// Writes the number at a pointer.
    mutating func number(_ pointer: String, _ style: NumberStyle) {
        html.number(json[pointer: pointer]?.text, at: pointer, style)
    }

    /// Writes the numbers that a reader looks for first, each with its name, as cards.
    mutating func cards(_ cards: [(label: String, pointer: String, style: NumberStyle)]) {
        element("dl", ["class": "cards"]) { page in
            for card in cards {
                page.element("div") { page in
                    page.html.element("dt", text: card.label)
                    page.element("dd") { $0.number(card.pointer, card.style) }
                }
            }
        }
        html.line()
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
