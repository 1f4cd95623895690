public import KBotModel

/// A JSON document that was read: numbers keep their digits, objects the order of their fields.
///
/// The parser is our own because this module uses nothing of Foundation, and because a number here is its text: no
/// amount goes through a binary fraction on its way into a page.
public enum JSONTree: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as it was written.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONTree])
    /// An object, in the order written.
    case object([Member])

    /// A field of an object.
    public struct Member: Hashable, Sendable {
        /// Name.
        public let name: String
        /// Value.
        public let value: JSONTree

        /// Makes a field.
        public init(name: String, value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// Why a text is no JSON document.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// What is wrong.
        public let problem: String
        /// Bytes before it.
        public let offset: Int

        /// One line.
        public var description: String { "\(problem) at byte \(offset)" }
    }

    /// Reads one document of RFC 8259, with nothing but white space around it.
    ///
    /// - Parameter bytes: UTF-8; nested at most 64 deep.
    /// - Throws: ``ParseError`` at the first byte that does not fit.
    public init(parsing bytes: [UInt8]) throws(ParseError) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }
}

extension JSONTree {
    /// A field of an object; nil when there is none, or this is no object.
    public subscript(_ name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// What a JSON Pointer (RFC 6901) such as `/trades/3/net_pnl` points at; nil when it points nowhere.
    public subscript(pointer pointer: String) -> JSONTree? {
        var node = self
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
            if case .array(let elements) = node {
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                node = elements[index]
            } else {
                guard let field = node[name] else { return nil }
                node = field
            }
        }
        return node
    }

    /// The text of a string, or of a number as it was written; nil for anything else.
    public var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .null, .bool, .array, .object: nil
        }
    }

    /// The value of `true` or `false`.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// A whole number.
    public var int: Int? { if case .number(let text) = self { Int(text) } else { nil } }

    /// Elements of an array; none for anything else.
    public var elements: [JSONTree] { if case .array(let elements) = self { elements } else { [] } }

    /// Fields of an object; none for anything else.
    public var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// A decimal, written as a string or as a number.
    public func decimal<Value: FixedPoint>(_ type: Value.Type = Value.self) -> Value? { text.flatMap { Value($0) } }

    /// A time in RFC 3339.
    public var time: Timestamp? { text.flatMap { Timestamp(rfc3339: $0) } }
}

extension String {
    /// The name as a part of a JSON Pointer.
    var pointerPart: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return self }
        return replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
