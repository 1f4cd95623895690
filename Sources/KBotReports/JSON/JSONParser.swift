/// Reads one JSON document from its first byte to its last.
struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private static let deepest = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONTree.ParseError) -> JSONTree {
        let tree = try value()
        skipSpace()
        guard index == bytes.count else { throw problem("more than one document") }
        return tree
    }

    private mutating func value() throws(JSONTree.ParseError) -> JSONTree {
        skipSpace()
        guard let first = peek else { throw problem("the document ends too early") }
        switch first {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object() throws(JSONTree.ParseError) -> JSONTree {
        try open()
        var members: [JSONTree.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return close(.object([])) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw problem("a name is missing") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is missing") }
            members.append(JSONTree.Member(name: name, value: try value()))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("an object does not end") }
        return close(.object(members))
    }

    private mutating func array() throws(JSONTree.ParseError) -> JSONTree {
        try open()
        var elements: [JSONTree] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return close(.array([])) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("an array does not end") }
        return close(.array(elements))
    }

    private mutating func string() throws(JSONTree.ParseError) -> String {
        index += 1
        let start = index
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        if take(UInt8(ascii: "\"")) { return try text(bytes[start..<index - 1]) }
        var unescaped = Array(bytes[start..<index])
        while let byte = peek {
            if byte < 0x20 { throw problem("a control character stands in a string") }
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(unescaped[...])
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            default: unescaped.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(JSONTree.ParseError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("a string is not UTF-8") }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONTree.ParseError) {
        guard let byte = peek else { throw problem("a string does not end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar())).utf8)
        default: throw problem("an unknown escape")
        }
    }

    /// A code point after `\u`, from one unit or from a surrogate pair.
    private mutating func scalar() throws(JSONTree.ParseError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw problem("half a surrogate pair")
        }
        let second = try unit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half a surrogate pair") }
        return scalar
    }

    private mutating func unit() throws(JSONTree.ParseError) -> UInt32 {
        guard index + 4 <= bytes.count,
            let digits = String(validating: bytes[index..<index + 4], as: UTF8.self),
            digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let unit = UInt32(digits, radix: 16)
        else { throw problem("an escape without its four digits") }
        index += 4
        return unit
    }

    private mutating func number() throws(JSONTree.ParseError) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = peek == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, whole == 1 || !leadsWithZero else { throw problem("no value") }
        if take(UInt8(ascii: ".")), digits() == 0 { throw problem("a number without its fraction") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { throw problem("a number without its exponent") }
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func literal(_ word: StaticString, _ tree: JSONTree) throws(JSONTree.ParseError) -> JSONTree {
        for byte in word.description.utf8 {
            guard take(byte) else { throw problem("no value") }
        }
        return tree
    }

    private mutating func open() throws(JSONTree.ParseError) {
        index += 1
        depth += 1
        if depth > Self.deepest { throw problem("nested too deep") }
    }

    private mutating func close(_ tree: JSONTree) -> JSONTree {
        depth -= 1
        return tree
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func problem(_ text: String) -> JSONTree.ParseError { .init(problem: text, offset: index) }
}
