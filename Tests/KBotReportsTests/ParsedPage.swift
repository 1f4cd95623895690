import Foundation
import FoundationXML
import Testing

/// A page as an XML parser sees it.
final class ParsedPage: NSObject, XMLParserDelegate {
    /// An element with its attributes and all the text in it.
    final class Element {
        let name: String
        let attributes: [String: String]
        var text = ""
        var children: [Element] = []

        init(name: String, attributes: [String: String]) {
            self.name = name
            self.attributes = attributes
        }
    }

    /// All elements, in the order of the page.
    private(set) var elements: [Element] = []
    private var open: [Element] = []

    /// Parses a page; a page that is not well-formed XML fails the test.
    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        let isParsed = parser.parse()
        try #require(isParsed, "line \(parser.lineNumber): \(parser.parserError?.localizedDescription ?? "?")")
    }

    /// Elements of a name.
    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    /// Elements with an attribute.
    func having(_ attribute: String) -> [Element] { elements.filter { $0.attributes[attribute] != nil } }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        let element = Element(name: name, attributes: attributes)
        open.last?.children.append(element)
        elements.append(element)
        open.append(element)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for element in open { element.text += text }
    }
}
