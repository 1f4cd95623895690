/// A streaming JSON writer into bytes: keys in the order written, numbers exact, nothing allocated per field.
///
/// It writes whole documents (``RunReport/jsonDocument(pretty:)``) and event streams of one object per line:
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.field("type", "fill")
///     writer.field("price", Price(cents: 44))
///     writer.endObject()
///     writer.endLine()
///     // write `writer.bytes` somewhere, then:
///     writer.removeAll()
///
/// Text is escaped per RFC 8259: quotation mark, backslash and the control characters below U+0020; everything else
/// goes out as UTF-8. The writer does not check that calls nest; a `begin` without its `end` gives broken JSON.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    /// Whether objects and arrays are spread over lines, indented by two spaces.
    public let isPretty: Bool

    private var depth = 0
    /// The depth from which on a pretty writer stays on one line; `.max` while it does not.
    private var inlineDepth = Int.max
    private var needsComma = false
    private var followsKey = false

    /// Makes a writer.
    ///
    /// - Parameter pretty: Whether to spread objects and arrays over lines.
    public init(pretty: Bool = false) { isPretty = pretty }

    // MARK: Structure

    /// Opens an object.
    ///
    /// - Parameter inline: Keeps the object and what it holds on one line even when the writer is pretty.
    public mutating func beginObject(inline: Bool = false) { begin(UInt8(ascii: "{"), inline: inline) }

    /// Closes the object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }

    /// Opens an array.
    ///
    /// - Parameter inline: Keeps the array and what it holds on one line even when the writer is pretty.
    public mutating func beginArray(inline: Bool = false) { begin(UInt8(ascii: "["), inline: inline) }

    /// Closes the array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes the key of the field whose value comes next.
    public mutating func key(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        needsComma = false
        followsKey = true
    }

    /// Writes a key and its value; nil becomes `null`.
    @inlinable
    public mutating func field(_ name: String, _ value: some JSONValue) {
        key(name)
        value.write(to: &self)
    }

    /// Writes a value where one is expected: after a key, in an array or at the top.
    @inlinable
    public mutating func value(_ value: some JSONValue) { value.write(to: &self) }

    /// Writes a field that holds an object.
    public mutating func object(_ name: String, inline: Bool = false, _ body: (inout JSONWriter) -> Void) {
        key(name)
        beginObject(inline: inline)
        body(&self)
        endObject()
    }

    /// Writes a field that holds an array, one call of `body` per element.
    public mutating func array<Element>(
        _ name: String,
        of elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements { body(&self, element) }
        endArray()
    }

    /// Ends a line of a stream, or a document, with a line feed.
    public mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
        followsKey = false
    }

    /// Forgets what was written and keeps the memory for what comes.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        depth = 0
        inlineDepth = .max
        needsComma = false
        followsKey = false
    }

    // MARK: Scalars

    /// Writes `null`.
    public mutating func null() { verbatim("null") }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) { verbatim(value ? "true" : "false") }

    /// Writes a whole number.
    public mutating func integer(_ value: Int64) { number(value, fractionDigits: 0) }

    /// Writes `units × 10^-fractionDigits` as a number with all its digits: `0.562500`.
    public mutating func number(_ units: Int64, fractionDigits: Int) {
        separate()
        appendDigits(units, fractionDigits: fractionDigits)
        needsComma = true
    }

    /// Writes `units × 10^-fractionDigits` as a string with all its digits: `"0.4400"`.
    public mutating func decimal(_ units: Int64, fractionDigits: Int) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendDigits(units, fractionDigits: fractionDigits)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes a string, escaped.
    public mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
        needsComma = true
    }

    /// Writes text that is JSON already: a number or a literal.
    mutating func verbatim(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    /// Writes a string that ``JSONWriter`` need not escape, appended by `body`.
    mutating func rawString(_ body: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        body(&bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    // MARK: Inside

    private mutating func begin(_ bracket: UInt8, inline: Bool) {
        separate()
        bytes.append(bracket)
        depth += 1
        if inline, depth < inlineDepth { inlineDepth = depth }
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        let spread = isPretty && needsComma && depth < inlineDepth
        if depth == inlineDepth { inlineDepth = .max }
        depth -= 1
        if spread { breakLine() }
        bytes.append(bracket)
        needsComma = true
    }

    /// Puts what belongs between the last value and the next.
    private mutating func separate() {
        if followsKey {
            followsKey = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        guard isPretty, depth > 0 else { return }
        if depth < inlineDepth {
            breakLine()
        } else if needsComma {
            bytes.append(UInt8(ascii: " "))
        }
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth {
            bytes.append(UInt8(ascii: " "))
            bytes.append(UInt8(ascii: " "))
        }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { appendEscaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        guard Self.needsEscape(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(Self.hexDigit(byte >> 4))
            bytes.append(Self.hexDigit(byte & 0xF))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Appends a decimal from its last digit to its first, in place.
    private mutating func appendDigits(_ units: Int64, fractionDigits: Int) {
        if units < 0 { bytes.append(UInt8(ascii: "-")) }
        var magnitude = units.magnitude
        var digits = 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        digits = max(digits, fractionDigits + 1)
        let length = fractionDigits > 0 ? digits + 1 : digits
        let start = bytes.count
        for _ in 0..<length { bytes.append(UInt8(ascii: ".")) }
        var index = start + length - 1
        for position in 0..<digits {
            if position == fractionDigits, position > 0 { index -= 1 }  // the point stands there already
            bytes[index] = UInt8(ascii: "0") + UInt8(magnitude % 10)
            magnitude /= 10
            index -= 1
        }
    }
}
