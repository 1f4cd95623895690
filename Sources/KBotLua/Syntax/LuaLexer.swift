/// Splits a Lua text into tokens, with the rules and the messages of Lua 5.4.
struct LuaLexer {
    /// The text.
    let bytes: [UInt8]
    /// The byte that is looked at.
    var position = 0
    /// Its line, from 1; a line ends with LF, CR, CR LF or LF CR.
    var line = 1
    /// The byte at which each line starts.
    var lineStarts = [0]
    /// What was read of a string: what Lua's messages show of it.
    var buffer: [UInt8] = []
    /// Where the token begins that is being read.
    var start = 0
    /// Bytes looked at so far, a measure of the work done.
    var steps = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The byte that is looked at; nil at the end.
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Goes to the next byte.
    mutating func advance() {
        position += 1
        steps += 1
    }

    /// Keeps the byte that is looked at in the buffer and goes on.
    mutating func keep() {
        if let current { buffer.append(current) }
        advance()
    }

    /// Goes on if the byte that is looked at is this one.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        advance()
        return true
    }

    /// Goes over a line's end; CR LF and LF CR are one.
    mutating func skipLineEnd() {
        let first = current
        advance()
        if let second = current, second.isLineEnd, second != first { advance() }
        line += 1
        lineStarts.append(position)
    }

    /// Reads the next token.
    mutating func next() throws(LuaSyntaxError) -> LuaToken {
        while let byte = current {
            switch byte {
            case .lineFeed, .carriageReturn: skipLineEnd()
            case .space, 0x09, 0x0B, 0x0C: advance()
            case UInt8(ascii: "-"):
                start = position
                advance()
                guard skip(UInt8(ascii: "-")) else { return token(.minus) }
                try skipComment()
            default:
                start = position
                return try read(byte)
            }
        }
        start = position
        return token(.endOfFile)
    }

    private func token(_ kind: LuaTokenKind) -> LuaToken { LuaToken(kind: kind, start: start) }

    /// Reads a token that starts with this byte.
    private mutating func read(_ byte: UInt8) throws(LuaSyntaxError) -> LuaToken {
        if byte.isLetter { return name() }
        if byte.isDigit { return try number() }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try string(delimiter: byte)
        case UInt8(ascii: "["):
            buffer.removeAll(keepingCapacity: true)
            let separator = longBracket()
            if separator >= 2 { return try longString(separator, isComment: false) }
            if separator == 0 { throw error("invalid long string delimiter", near: bufferText) }
            return token(.leftBracket)
        case UInt8(ascii: "."):
            advance()
            if skip(byte) { return token(skip(byte) ? .dots : .concat) }
            if current?.isDigit == true { return try number() }
            return token(.dot)
        default: break
        }
        advance()
        if let kind = LuaTokenKind.single[byte] { return token(kind) }
        let equals = UInt8(ascii: "=")
        switch byte {
        case equals: return token(skip(equals) ? .equal : .assign)
        case UInt8(ascii: "~"): return token(skip(equals) ? .notEqual : .tilde)
        case UInt8(ascii: "/"): return token(skip(byte) ? .floorDivide : .slash)
        case UInt8(ascii: ":"): return token(skip(byte) ? .doubleColon : .colon)
        case UInt8(ascii: "<"): return token(skip(equals) ? .lessEqual : skip(byte) ? .shiftLeft : .less)
        case UInt8(ascii: ">"): return token(skip(equals) ? .greaterEqual : skip(byte) ? .shiftRight : .greater)
        default: return LuaToken(kind: .unknown, start: start, integer: Int64(byte))
        }
    }

    private mutating func name() -> LuaToken {
        while let byte = current, byte.isLetter || byte.isDigit { advance() }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return LuaToken(kind: LuaTokenKind.reserved[text] ?? .name, start: start, text: text)
    }

    /// Goes over a comment, after its two dashes.
    private mutating func skipComment() throws(LuaSyntaxError) {
        if current == UInt8(ascii: "[") {
            buffer.removeAll(keepingCapacity: true)
            let separator = longBracket()
            if separator >= 2 {
                _ = try longString(separator, isComment: true)
                return
            }
        }
        while let byte = current, !byte.isLineEnd { advance() }
    }

    // MARK: Messages

    /// An error at the token that is being read.
    func error(_ message: String, near text: String? = nil) -> LuaSyntaxError {
        LuaSyntaxError(message: text.map { "\(message) near \($0)" } ?? message, line: line, offset: start)
    }

    /// The buffer as Lua's messages show it: to its first NUL.
    var bufferText: String { Self.quote(buffer.prefix { $0 != 0 }) }

    /// What Lua's messages show of the token that was read last.
    func text(of token: LuaToken) -> String {
        switch token.kind {
        case .name, .integer, .float: Self.quote(bytes[token.start..<position])
        case .string: bufferText
        case .unknown:
            (32..<127).contains(token.integer)
                ? Self.quote(CollectionOfOne(UInt8(truncatingIfNeeded: token.integer)))
                : "'<\\\(token.integer)>'"
        default: token.kind.quoted
        }
    }

    private static func quote(_ bytes: some Collection<UInt8>) -> String {
        "'" + String(decoding: bytes, as: UTF8.self) + "'"
    }
}

extension UInt8 {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    var isLineEnd: Bool { self == .lineFeed || self == .carriageReturn }

    /// What Lua calls a space.
    var isSpace: Bool { self == .space || (0x09...0x0D).contains(self) }

    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// A letter of a name: ASCII, or the underscore.
    var isLetter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The value of a hexadecimal digit.
    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
