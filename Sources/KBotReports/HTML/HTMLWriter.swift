/// Writes HTML that is well-formed XML too: every element is closed and every text escaped, by construction.
///
/// There is no way to put text into a page but through ``text(_:)`` and attribute values, and both escape it; names of
/// elements and attributes are literals of this module. That is less than a template language offers, and the reason for
/// not using one: in a template each place that shows foreign text has to be remembered.
struct HTMLWriter {
    /// The page so far.
    private(set) var page = ""

    /// Attributes in order; one whose value is nil is left out.
    typealias Attributes = KeyValuePairs<StaticString, String?>

    /// Writes an element and what `body` puts into it.
    mutating func element(
        _ name: StaticString,
        _ attributes: Attributes = [:],
        _ body: (inout HTMLWriter) -> Void
    ) {
        begin(name, attributes)
        body(&self)
        end(name)
    }

    /// Opens an element; for ``ReportPage/element(_:_:_:)``, which sees to its end.
    mutating func begin(_ name: StaticString, _ attributes: Attributes) {
        open(name, attributes)
        page += ">"
    }

    /// Closes an element.
    mutating func end(_ name: StaticString) { page += "</\(name)>" }

    /// Writes an element that holds text.
    mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// Writes an element without content.
    mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) {
        open(name, attributes)
        page += "/>"
    }

    /// Writes text.
    mutating func text(_ text: String) { Self.escape(text, into: &page) }

    /// Starts a new line: pages are read by people too.
    mutating func line() { page += "\n" }

    /// Writes markup, style or script of this module.
    mutating func literal(_ markup: StaticString) { page += markup.description }

    /// Writes JSON for the page's own script.
    mutating func json(_ id: String, _ body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        body(&writer)
        // Escaped so that nothing in a string can end the script, and so that it is XML.
        var content: [UInt8] = []
        content.reserveCapacity(writer.bytes.count)
        for byte in writer.bytes {
            switch byte {
            case UInt8(ascii: "<"): content += "\\u003c".utf8
            case UInt8(ascii: ">"): content += "\\u003e".utf8
            case UInt8(ascii: "&"): content += "\\u0026".utf8
            default: content.append(byte)
            }
        }
        open("script", ["type": "application/json", "id": id])
        page += ">"
        page += String(decoding: content, as: UTF8.self)
        page += "</script>"
    }

    private mutating func open(_ name: StaticString, _ attributes: Attributes) {
        page += "<\(name)"
        for (key, value) in attributes {
            guard let value else { continue }
            page += " \(key)=\""
            Self.escape(value, into: &page)
            page += "\""
        }
    }

    private static func escape(_ text: String, into page: inout String) {
        guard text.unicodeScalars.contains(where: needsCare) else {
            page += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": page += "&amp;"
            case "<": page += "&lt;"
            case ">": page += "&gt;"
            case "\"": page += "&quot;"
            case "'": page += "&#39;"
            case _ where isForbidden(scalar): page += "\u{FFFD}"
            default: page.unicodeScalars.append(scalar)
            }
        }
    }

    private static func needsCare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "&", "<", ">", "\"", "'": true
        default: isForbidden(scalar)
        }
    }

    /// What XML has no place for, and what turns the direction of the text around it.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
