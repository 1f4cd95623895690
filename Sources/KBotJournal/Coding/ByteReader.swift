/// Numbers in as few bytes as they need: seven bits a byte, the lowest first (LEB128); signed ones with the sign lowest.
extension [UInt8] {
    /// Appends a number.
    @inline(__always) mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed number.
    @inline(__always) mutating func appendSigned(_ value: Int64) {
        appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// Appends a text, its length first.
    mutating func appendText(_ text: String) {
        appendVarint(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}

/// Reads what the functions above wrote. Bytes that nobody wrote are an error, never a trap.
struct ByteReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes not yet read.
    var left: Int { bytes.count - index }

    /// Reads a byte.
    @inline(__always) mutating func byte() throws(EventCodingError) -> UInt8 {
        guard index < bytes.count else { throw .malformed("it ends within an event") }
        defer { index += 1 }
        return bytes[index]
    }

    /// Reads a number.
    @inline(__always) mutating func varint() throws(EventCodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            // The tenth byte has room for the highest bit alone.
            guard shift < 63 || byte <= 1 else { throw .malformed("a number has more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// Reads a signed number.
    @inline(__always) mutating func signed() throws(EventCodingError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Reads a signed number of 32 bits that was counted from another.
    @inline(__always) mutating func signed32(from base: Int32 = 0) throws(EventCodingError) -> Int32 {
        guard let value = Int32(exactly: Int64(base) &+ (try signed())) else {
            throw .malformed("a number has more than 32 bits")
        }
        return value
    }

    /// Reads how many things follow, each of at least so many bytes: never more than there is room for.
    mutating func count(ofAtLeast size: Int) throws(EventCodingError) -> Int {
        let value = try varint()
        guard value <= UInt64(left / size) else { throw .malformed("it speaks of \(value) things and ends before") }
        return Int(value)
    }

    /// Reads the bytes of a text.
    mutating func slice() throws(EventCodingError) -> ArraySlice<UInt8> {
        let count = try count(ofAtLeast: 1)
        defer { index += count }
        return bytes[index..<index + count]
    }

    /// Reads a text.
    mutating func text() throws(EventCodingError) -> String {
        guard let text = String(validating: try slice(), as: UTF8.self) else { throw .malformed("a text is no UTF-8") }
        return text
    }

    /// Reads a byte that is one of a few.
    mutating func tag<Tag: RawRepresentable<UInt8>>(_ type: Tag.Type = Tag.self) throws(EventCodingError) -> Tag {
        let byte = try byte()
        guard let tag = Tag(rawValue: byte) else { throw .malformed("\(byte) is no \(Tag.self)") }
        return tag
    }

    /// Reads a text that is one of a few.
    mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws(EventCodingError) -> Word {
        let text = try text()
        guard let word = Word(rawValue: text) else { throw .malformed("'\(text)' is no \(Word.self)") }
        return word
    }
}
