/// Strings with their escapes, and long brackets.
extension LuaLexer {
    /// Reads `'…'` or `"…"`.
    mutating func string(delimiter: UInt8) throws(LuaSyntaxError) -> LuaToken {
        buffer.removeAll(keepingCapacity: true)
        keep()
        while current != delimiter {
            guard let byte = current else { throw error("unfinished string", near: LuaTokenKind.endOfFile.quoted) }
            if byte.isLineEnd { throw error("unfinished string", near: bufferText) }
            if byte == UInt8(ascii: "\\") { try escape() } else { keep() }
        }
        keep()
        return LuaToken(
            kind: .string,
            start: start,
            text: String(decoding: buffer.dropFirst().dropLast(), as: UTF8.self)
        )
    }

    /// Reads an escape; while it is read the buffer shows it as written, afterwards what it stands for.
    private mutating func escape() throws(LuaSyntaxError) {
        let written = buffer.count
        keep()
        guard let byte = current else { return }  // the caller complains
        switch byte {
        case UInt8(ascii: "a"): replace(written, by: [0x07])
        case UInt8(ascii: "b"): replace(written, by: [0x08])
        case UInt8(ascii: "f"): replace(written, by: [0x0C])
        case UInt8(ascii: "n"): replace(written, by: [.lineFeed])
        case UInt8(ascii: "r"): replace(written, by: [.carriageReturn])
        case UInt8(ascii: "t"): replace(written, by: [0x09])
        case UInt8(ascii: "v"): replace(written, by: [0x0B])
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): replace(written, by: [byte])
        case .lineFeed, .carriageReturn:
            skipLineEnd()
            buffer.replaceSubrange(written..., with: [.lineFeed])
        case UInt8(ascii: "x"):
            keep()
            let high = try hexDigit()
            keep()
            let low = try hexDigit()
            replace(written, by: [high << 4 | low])
        case UInt8(ascii: "z"):
            advance()
            buffer.removeSubrange(written...)
            while let space = current, space.isSpace {
                if space.isLineEnd { skipLineEnd() } else { advance() }
            }
        case UInt8(ascii: "u"): try unicodeEscape(written)
        default: try decimalEscape(written)
        }
    }

    /// Ends an escape on its last byte.
    private mutating func replace(_ written: Int, by bytes: [UInt8]) {
        advance()
        buffer.replaceSubrange(written..., with: bytes)
    }

    /// Complains of an escape unless it is right; the offending byte is shown with it.
    private mutating func check(_ isRight: Bool, _ message: String) throws(LuaSyntaxError) {
        guard !isRight else { return }
        if current != nil { keep() }
        throw error(message, near: bufferText)
    }

    /// The value of the hexadecimal digit that is looked at.
    private mutating func hexDigit() throws(LuaSyntaxError) -> UInt8 {
        let digit = current?.hexDigit
        try check(digit != nil, "hexadecimal digit expected")
        return digit ?? 0
    }

    /// Reads `\u{…}`: any number below 2³¹, in the form of UTF-8, which has up to six bytes.
    private mutating func unicodeEscape(_ written: Int) throws(LuaSyntaxError) {
        keep()
        try check(current == UInt8(ascii: "{"), "missing '{'")
        keep()
        var value = UInt32(try hexDigit())
        keep()
        while let digit = current?.hexDigit {
            try check(value <= 0x7FF_FFFF, "UTF-8 value too large")
            value = value << 4 | UInt32(digit)
            keep()
        }
        try check(current == UInt8(ascii: "}"), "missing '}'")
        replace(written, by: Self.utf8(value))
    }

    /// The bytes of a number in UTF-8 as it was first defined.
    private static func utf8(_ value: UInt32) -> [UInt8] {
        guard value >= 0x80 else { return [UInt8(value)] }
        var rest = value
        var tail: [UInt8] = []
        var mostInFirst: UInt32 = 0x3F
        repeat {
            tail.append(UInt8(0x80 | rest & 0x3F))
            rest >>= 6
            mostInFirst >>= 1
        } while rest > mostInFirst
        return [UInt8(truncatingIfNeeded: ~mostInFirst << 1 | rest)] + tail.reversed()
    }

    private mutating func decimalEscape(_ written: Int) throws(LuaSyntaxError) {
        try check(current?.isDigit == true, "invalid escape sequence")
        var value = 0
        var digits = 0
        while digits < 3, let byte = current, byte.isDigit {
            value = 10 * value + Int(byte - UInt8(ascii: "0"))
            digits += 1
            keep()
        }
        try check(value <= 255, "decimal escape too large")
        buffer.replaceSubrange(written..., with: [UInt8(truncatingIfNeeded: value)])
    }

    /// Reads `[==[` or `]==]` without its last bracket: 2 and the number of equals signs; 1 for a bracket alone, and 0
    /// for a bracket with equals signs that no second one follows.
    mutating func longBracket() -> Int {
        let bracket = current
        var equals = 0
        keep()
        while current == UInt8(ascii: "=") {
            keep()
            equals += 1
        }
        return current == bracket ? equals + 2 : equals == 0 ? 1 : 0
    }

    /// Reads to the closing long bracket; of a comment nothing is kept.
    mutating func longString(_ separator: Int, isComment: Bool) throws(LuaSyntaxError) -> LuaToken {
        let firstLine = line
        keep()
        if current?.isLineEnd == true { skipLineEnd() }
        while true {
            guard let byte = current else {
                throw error(
                    "unfinished long \(isComment ? "comment" : "string") (starting at line \(firstLine))",
                    near: LuaTokenKind.endOfFile.quoted
                )
            }
            if byte == UInt8(ascii: "]") {
                if longBracket() == separator { break }
            } else if byte.isLineEnd {
                skipLineEnd()
                if isComment { buffer.removeAll(keepingCapacity: true) } else { buffer.append(.lineFeed) }
            } else if isComment {
                advance()
            } else {
                keep()
            }
        }
        keep()
        let text = isComment ? "" : String(decoding: buffer.dropFirst(separator).dropLast(separator), as: UTF8.self)
        return LuaToken(kind: .string, start: start, text: text)
    }
}
