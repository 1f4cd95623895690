import KBotModel

/// Tables of a page.
extension DocumentPage {
    /// A column of a table.
    struct Column {
        let title: String
        var isNumber = true

        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
        static func number(_ title: String) -> Column { Column(title: title) }
    }

    /// What stands in a place of a table.
    enum Cell {
        /// Words.
        case text(String)
        /// A word in type of one width: a code, a hash, a ticker.
        case code(String)
        /// A number of the document.
        case number(String, NumberStyle)
        /// Two numbers of the document, the ends of a range; nothing when it does not have them.
        case range(String, String, NumberStyle)
        /// A number of the document as the length of a bar, of so many at most.
        case bar(String, most: Int64)
        /// The difference of a figure between two runs.
        case difference(ReportComparison.Figure)
        /// A bar of so many thousandths.
        case share(Int64)
        /// Nothing.
        case none
    }

    /// Writes a table that scrolls by itself where the page is narrower; the first cell of a row is its heading.
    /// Where it is sortable, the page's script lets the reader sort it by its columns.
    mutating func table(_ caption: String, _ columns: [Column], rows: [[Cell]], isSortable: Bool = false) {
        // A long table scrolls in a window of its own.
        let style = rows.count > 40 ? "wide long" : "wide"
        element("div", ["class": style, "tabindex": "0", "role": "region", "aria-label": caption]) { page in
            page.element("table", ["data-sort": isSortable ? "rows" : nil]) { page in
                page.html.element("caption", text: caption)
                page.html.element("thead") { html in
                    html.element("tr") { html in
                        for column in columns {
                            html.element(
                                "th",
                                ["scope": "col", "class": column.isNumber ? "n" : nil],
                                text: column.title
                            )
                        }
                    }
                }
                page.element("tbody") { page in
                    for row in rows {
                        page.element("tr") { page in
                            for (index, cell) in row.enumerated() {
                                page.write(cell, isHeading: index == 0, isNumber: columns[index].isNumber)
                            }
                        }
                        page.html.line()
                    }
                }
            }
        }
        html.line()
    }

    private mutating func write(_ cell: Cell, isHeading: Bool, isNumber: Bool) {
        let style = isNumber ? "n" : nil
        if isHeading {
            element("th", ["scope": "row", "class": style]) { $0.write(cell) }
        } else {
            element("td", ["class": style]) { $0.write(cell) }
        }
    }

    private mutating func write(_ cell: Cell) {
        switch cell {
        case .text(let text): html.text(text)
        case .code(let text): html.element("code", text: text)
        case .number(let pointer, let style): number(pointer, style)
        case .range(let low, let high, let style):
            number(low, style)
            guard json[pointer: low]?.text != nil else { return }
            html.text(" to ")
            number(high, style)
        case .bar(let pointer, let most): writeBar(pointer, most)
        case .difference(let figure):
            guard let difference = figure.difference else { return }
            html.element(
                "data",
                ["value": difference, "data-difference": figure.pointer],
                text: figure.shownDifference
            )
        case .share(let length): html.bar(length, "plain")
        case .none: break
        }
    }

    private mutating func writeBar(_ pointer: String, _ most: Int64) {
        guard let amount = Money(value(pointer)), most > 0 else { return }
        let length = min(roundedDivide(Int128(amount.units.magnitude) * 1_000, by: Int128(most)), 1_000)
        html.bar(Int64(length), amount.units < 0 ? "down" : "up")
    }

    /// Writes pairs of names and numbers.
    mutating func pairs(_ title: String, _ rows: [(label: String, pointer: String, style: NumberStyle)]) {
        element("div", ["class": "group"]) { page in
            page.html.element("h3", text: title)
            page.element("dl") { page in
                for row in rows {
                    page.element("div") { page in
                        page.html.element("dt", text: row.label)
                        page.element("dd") { $0.number(row.pointer, row.style) }
                    }
                }
            }
        }
        html.line()
    }

    /// Writes what is folded away until it is asked for.
    mutating func details(_ summary: String, _ body: (inout DocumentPage) -> Void) {
        element("details") { page in
            page.html.element("summary", text: summary)
            body(&page)
        }
    }

    /// How many elements the array at a pointer has.
    func count(_ pointer: String) -> Int { json[pointer: pointer]?.elements.count ?? 0 }

    /// The largest magnitude of a number over the elements of an array.
    func most(_ pointer: String, _ field: String) -> Int64 {
        let elements = json[pointer: pointer]?.elements ?? []
        return elements.compactMap { $0[field]?.decimal(Money.self)?.units.magnitude }.max().map { Int64($0) } ?? 0
    }
}

extension HTMLWriter {
    /// Draws a bar of so many thousandths of the room there is.
    fileprivate mutating func bar(_ length: Int64, _ style: StaticString) {
        element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "bar", "viewBox": "0 0 1000 10",
                "preserveAspectRatio": "none", "aria-hidden": "true",
            ]
        ) { $0.empty("path", ["class": "\(style)", "d": "M0 0h\(length)v10h-\(length)z"]) }
    }
}
