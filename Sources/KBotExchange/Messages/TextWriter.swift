import KBotModel

/// Writes JSON text without making values first: messages come by the ten thousand a second.
///
/// Keys and words given here need no escaping.
struct TextWriter {
    private(set) var bytes: [UInt8]

    /// Continues a text that begins with `{` and at least one member.
    init(_ head: [UInt8]) {
        bytes = head
        bytes.reserveCapacity(head.count + 256)
    }

    /// Begins an object.
    init() { bytes = [UInt8(ascii: "{")] }

    private mutating func key(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        append(key)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Adds a decimal as a text.
    mutating func add(_ name: StaticString, _ value: some FixedPoint) {
        key(name)
        append(value)
    }

    private mutating func append<Value: FixedPoint>(_ value: Value) {
        bytes.append(UInt8(ascii: "\""))
        appendDecimal(Int64(value.units), fractionDigits: Value.fractionDigits, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a text that needs no escaping.
    mutating func add(_ name: StaticString, _ text: String) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a whole number.
    mutating func add(_ name: StaticString, number: Int64) {
        key(name)
        appendDecimal(number, fractionDigits: 0, to: &bytes)
    }

    /// Adds `true` or `false`.
    mutating func add(_ name: StaticString, _ value: Bool) {
        key(name)
        append(value ? "true" : "false")
    }

    /// Adds a time as RFC 3339.
    mutating func add(_ name: StaticString, _ time: Timestamp) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        time.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds levels of a book as pairs of texts; with `complement`, prices are turned over.
    mutating func add(_ name: StaticString, _ levels: some Sequence<BookLevel>, complement: Bool = false) {
        key(name)
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for level in levels {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes.append(UInt8(ascii: "["))
            append(complement ? level.price.complement : level.price)
            bytes.append(UInt8(ascii: ","))
            append(level.count)
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Adds JSON text as it is.
    mutating func add(_ name: StaticString, raw: [UInt8]) {
        key(name)
        bytes.append(contentsOf: raw)
    }

    /// The object, ended.
    consuming func ended() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
