/// Numerals.
extension LuaLexer {
    /// Reads a numeral from `start`: as Lua does, first whatever looks like one, then whether it is one.
    mutating func number() throws(LuaSyntaxError) -> LuaToken {
        position = start
        _ = skip(UInt8(ascii: "."))
        let isHex = skip(UInt8(ascii: "0")) && (skip(UInt8(ascii: "x")) || skip(UInt8(ascii: "X")))
        let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
        while let byte = current {
            if byte | 0x20 == exponent {
                advance()
                if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
            } else if byte.hexDigit != nil || byte == UInt8(ascii: ".") {
                advance()
            } else {
                break
            }
        }
        if current?.isLetter == true { advance() }  // "3x" is one wrong numeral, not a number and a name
        let text = bytes[start..<position]
        guard let numeral = LuaNumeral(text, isHex: isHex) else {
            throw error("malformed number", near: "'\(String(decoding: text, as: UTF8.self))'")
        }
        switch numeral.value {
        case .integer(let value): return LuaToken(kind: .integer, start: start, integer: value)
        case .float(let value): return LuaToken(kind: .float, start: start, number: value)
        }
    }
}

/// A numeral, checked.
private struct LuaNumeral {
    enum Value {
        case integer(Int64)
        case float(Double)
    }

    let value: Value

    /// Reads `12`, `1.5e3`, `0xFF`, `0x.8p1`; nil when it is no numeral.
    init?(_ text: ArraySlice<UInt8>, isHex: Bool) {
        var rest = isHex ? text.dropFirst(2) : text
        let whole = Self.digits(&rest, isHex: isHex)
        var fraction: ArraySlice<UInt8> = []
        let hasDot = rest.first == UInt8(ascii: ".")
        if hasDot {
            rest = rest.dropFirst()
            fraction = Self.digits(&rest, isHex: isHex)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var hasExponent = false
        if let letter = rest.first, letter | 0x20 == (isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")) {
            hasExponent = true
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard !Self.digits(&rest, isHex: false).isEmpty else { return nil }
        }
        guard rest.isEmpty else { return nil }
        if !hasDot, !hasExponent, let integer = Self.integer(whole, isHex: isHex) {
            value = .integer(integer)
        } else {
            let numeral = String(decoding: text, as: UTF8.self) + (isHex && !hasExponent ? "p0" : "")
            // A numeral with digits is always a number: one too large is infinite, one too small is zero.
            value = .float(Double(numeral) ?? .infinity)
        }
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>, isHex: Bool) -> ArraySlice<UInt8> {
        let digits = rest.prefix { isHex ? $0.hexDigit != nil : $0.isDigit }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    /// A hexadecimal integer wraps around; a decimal one that is too large is a float.
    private static func integer(_ digits: ArraySlice<UInt8>, isHex: Bool) -> Int64? {
        if isHex {
            return Int64(bitPattern: digits.reduce(into: UInt64(0)) { $0 = $0 << 4 | UInt64($1.hexDigit ?? 0) })
        }
        var value: Int64 = 0
        for digit in digits {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
