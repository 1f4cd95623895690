/// Walks over JSON bytes without copying any.
///
/// The one place of this module that touches raw memory: every read is checked against ``count`` first. It must not
/// outlive the bytes it was made on, so it never leaves the closure that lends them.
@safe
struct JSONScanner {
    /// How deep values may be nested.
    static let deepest = 32

    private let base: UnsafePointer<UInt8>
    /// Number of bytes.
    let count: Int
    /// Index of the next byte.
    var at = 0

    /// Makes a scanner over bytes that stay in place while it lives.
    @unsafe init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    /// The byte at an index; 0 beyond the end.
    @inline(__always) subscript(index: Int) -> UInt8 {
        index >= 0 && index < count ? unsafe base[index] : 0
    }

    /// Eight bytes from an index on, the first in the low byte; zeros stand beyond the end.
    @inline(__always) func word(at index: Int) -> UInt64 {
        if index >= 0, index &+ 8 <= count {
            return UInt64(
                littleEndian: unsafe UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            )
        }
        var word: UInt64 = 0
        for offset in 0..<8 { word |= UInt64(self[index &+ offset]) &<< UInt64(offset &* 8) }
        return word
    }

    /// The next byte that is no white space, without consuming it; 0 at the end.
    @inline(__always) mutating func peek() -> UInt8 {
        var byte = self[at]
        while byte <= UInt8(ascii: " "), at < count {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            at &+= 1
            byte = self[at]
        }
        return byte
    }

    /// Consumes one byte of punctuation after white space.
    @inline(__always) mutating func expect(_ byte: UInt8) throws(FrameError) {
        guard peek() == byte else { throw unexpected("'\(Character(Unicode.Scalar(byte)))'") }
        at &+= 1
    }

    /// The error for a byte that does not belong here.
    @inline(never) func unexpected(_ what: String) -> FrameError {
        FrameError(at >= count ? .unexpectedEnd : .expected(what), at: at)
    }

    /// Reads a string after white space; the range excludes the quotes.
    @inline(__always) mutating func string() throws(FrameError) -> TextRange {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("a string") }
        at &+= 1
        let start = at
        while at &+ 8 <= count {
            let word = word(at: at)
            let quotes = word ^ 0x2222_2222_2222_2222
            let slashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // A byte of zero borrows into its own top bit; the lowest such bit is exact.
            let hits =
                ((quotes &- 0x0101_0101_0101_0101) & ~quotes | (slashes &- 0x0101_0101_0101_0101) & ~slashes)
                & 0x8080_8080_8080_8080
            if hits != 0 {
                at &+= hits.trailingZeroBitCount &>> 3
                break
            }
            at &+= 8
        }
        return try restOfString(from: start)
    }

    /// Finishes a string byte by byte: its last bytes, or all from the first escape on.
    @inline(__always) private mutating func restOfString(from start: Int) throws(FrameError) -> TextRange {
        var isEscaped = false
        while at < count {
            let byte = self[at]
            at &+= 1
            if byte == UInt8(ascii: "\"") { return TextRange(start: start, end: at &- 1, isEscaped: isEscaped) }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                at &+= 1
            }
        }
        at = count
        throw FrameError(.unexpectedEnd, at: count)
    }

    /// Passes over one value of any kind.
    mutating func skipValue(depth: Int = 0) throws(FrameError) {
        guard depth <= Self.deepest else { throw FrameError(.tooDeep, at: at) }
        switch peek() {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "{"):
            at &+= 1
            try skipMembers(until: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["):
            at &+= 1
            try skipMembers(until: UInt8(ascii: "]"), depth: depth)
        default:
            _ = try bareWord()
        }
    }

    /// Passes over the members of an object or the elements of an array, and the closing bracket.
    private mutating func skipMembers(until close: UInt8, depth: Int) throws(FrameError) {
        if peek() == close {
            at &+= 1
            return
        }
        while true {
            if close == UInt8(ascii: "}") {
                _ = try string()
                try expect(UInt8(ascii: ":"))
            }
            try skipValue(depth: depth + 1)
            if try !another(until: close) { return }
        }
    }

    /// Consumes a comma (true) or the closing bracket (false).
    @inline(__always) mutating func another(until close: UInt8) throws(FrameError) -> Bool {
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == close else {
            throw unexpected("',' or '\(Character(Unicode.Scalar(close)))'")
        }
        at &+= 1
        return byte == UInt8(ascii: ",")
    }

    /// Reads a number or one of `true`, `false`, `null`.
    mutating func bareWord() throws(FrameError) -> TextRange {
        let first = peek()
        let start = at
        while at < count, Self.isWordByte(self[at]) { at &+= 1 }
        let range = TextRange(start: start, end: at)
        let isNumber = first == UInt8(ascii: "-") || (first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9"))
        guard isNumber || matches(range, "true") || matches(range, "false") || matches(range, "null") else {
            at = start
            throw unexpected("a value")
        }
        return range
    }

    @inline(__always) private static func isWordByte(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }

    /// Whether a range holds exactly this text.
    func matches(_ range: TextRange, _ text: String) -> Bool {
        guard range.count == text.utf8.count else { return false }
        return text.utf8.enumerated().allSatisfy { self[range.start + $0.offset] == $0.element }
    }
}
