/// A page of plain text under construction: headings, pairs of label and value, tables, wrapped paragraphs.
package struct TextPage {
    /// A column of a table.
    package struct Column {
        let title: String
        let alignsRight: Bool

        /// A column of words.
        package static func left(_ title: String) -> Column { Column(title: title, alignsRight: false) }
        /// A column of numbers.
        package static func right(_ title: String) -> Column { Column(title: title, alignsRight: true) }
    }

    /// Columns of text available.
    let width: Int
    /// The page so far; every line ends with a line feed.
    package private(set) var text = ""

    private static let indent = 2
    private static let gap = 4

    /// Makes a page; one narrower than 40 columns is set as if it had 40, one wider than 100 as if it had 100.
    package init(width: Int) { self.width = min(max(width, 40), 100) }

    /// Whether pairs stand side by side.
    private var hasTwoColumns: Bool { width >= 72 }

    /// Adds a line without the spaces at its end.
    package mutating func line(_ content: String = "") {
        var line = printable(content)
        while line.last == " " { line.removeLast() }
        text += line + "\n"
    }

    /// Adds a section's heading: an empty line, the title, a rule.
    package mutating func heading(_ title: String) {
        line()
        line(title)
        line(String(repeating: "─", count: width))
    }

    /// Adds labels with their values, right-aligned, two to a line where there is room.
    ///
    /// A pair with an empty label leaves its place empty, and falls away where there is one column.
    package mutating func pairs(_ pairs: [(label: String, value: String)]) {
        guard hasTwoColumns else {
            let column = width - Self.indent
            for pair in pairs where !pair.label.isEmpty {
                line(spaces(Self.indent) + spread(pair.label, pair.value, over: column))
            }
            return
        }
        let column = (width - Self.indent - Self.gap) / 2
        var index = 0
        while index < pairs.count {
            var content = spaces(Self.indent) + spread(pairs[index].label, pairs[index].value, over: column)
            if index + 1 < pairs.count {
                content += spaces(Self.gap) + spread(pairs[index + 1].label, pairs[index + 1].value, over: column)
            }
            line(content)
            index += 2
        }
    }

    /// Adds a label with text that wraps beside it.
    package mutating func entry(_ label: String, _ content: String) {
        let labelWidth = 14  // leaves room for a SHA-256 in 80 columns
        let room = width - Self.indent - labelWidth
        for (index, part) in wrapped(content, to: room).enumerated() {
            line(spaces(Self.indent) + padded(index == 0 ? label : "", to: labelWidth) + part)
        }
    }

    /// Adds text, wrapped at words, indented by `indent`.
    package mutating func paragraph(_ content: String, indent: Int = 0) {
        for part in wrapped(content, to: width - indent) { line(spaces(indent) + part) }
    }

    /// Adds a table whose columns are as wide as their longest cell.
    package mutating func table(_ columns: [Column], rows: [[String]], hasTitles: Bool = true) {
        let all = (hasTitles ? [columns.map(\.title)] : []) + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = columns.indices.map { index in
                columns[index].alignsRight
                    ? spaces(widths[index] - row[index].count) + row[index]
                    : padded(row[index], to: widths[index])
            }
            line(spaces(Self.indent) + cells.joined(separator: "  "))
        }
    }

    private func spread(_ label: String, _ value: String, over column: Int) -> String {
        label + spaces(max(column - label.count - value.count, label.isEmpty ? 0 : 1)) + value
    }
}

/// Breaks text between words so that no line is longer than `width`, but for a single long word.
func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
        if !current.isEmpty, current.count + 1 + word.count > width {
            lines.append(current)
            current = ""
        }
        current += (current.isEmpty ? "" : " ") + word
    }
    if !current.isEmpty || lines.isEmpty { lines.append(current) }
    return lines
}

/// The text with control characters as question marks: names and notes come from scripts, and a terminal obeys escapes.
private func printable(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
}

private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }

private func padded(_ text: String, to width: Int) -> String { text + spaces(width - text.count) }
