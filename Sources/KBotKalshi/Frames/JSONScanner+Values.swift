import KBotModel

/// Reading texts as numbers and times.
extension JSONScanner {
    /// A decimal as an integer in units of `10^-fractionDigits`; nil when it is none, finer than the unit, or absurdly
    /// large.
    @inline(__always) func decimal(_ text: TextRange, fractionDigits: Int) -> Int64? {
        var index = text.start
        let isNegative = self[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        let first = index
        var value: Int64 = 0
        while index < text.end {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ Int64(digit)
            guard value < 100_000_000_000_000 else { return nil }
            index &+= 1
        }
        guard index > first else { return nil }
        var missing = fractionDigits
        if index < text.end {
            guard self[index] == UInt8(ascii: "."), index &+ 1 < text.end else { return nil }
            index &+= 1
            while index < text.end {
                let digit = self[index] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                if missing > 0 {
                    value = value &* 10 &+ Int64(digit)
                    missing &-= 1
                } else if digit != 0 {
                    return nil
                }
                index &+= 1
            }
        }
        while missing > 0 {
            value = value &* 10
            missing &-= 1
        }
        return isNegative ? -value : value
    }

    /// A whole number.
    @inline(__always) func integer(_ text: TextRange) -> Int64? { decimal(text, fractionDigits: 0) }

    /// A price from 0 to 1 dollar.
    @inline(__always) func price(_ text: TextRange) -> Price? {
        guard let units = decimal(text, fractionDigits: Price.fractionDigits), units >= 0, units <= 10_000 else {
            return nil
        }
        return Price(units: Int32(truncatingIfNeeded: units))
    }

    /// A signed count of contracts, at most 10¹⁰, so that no sum of counts overflows.
    @inline(__always) func quantity(_ text: TextRange) -> Quantity? {
        guard let units = decimal(text, fractionDigits: Quantity.fractionDigits),
            units.magnitude <= 1_000_000_000_000
        else { return nil }
        return Quantity(units: units)
    }

    /// A time in whole milliseconds since the epoch, up to the year 5138.
    @inline(__always) func milliseconds(_ text: TextRange) -> Timestamp? {
        guard let count = integer(text), count >= 0, count < 100_000_000_000_000 else { return nil }
        return Timestamp(milliseconds: count)
    }

    /// A time in whole seconds since the epoch, up to the year 5138.
    func seconds(_ text: TextRange) -> Timestamp? {
        guard let count = integer(text), count >= 0, count < 100_000_000_000 else { return nil }
        return Timestamp(seconds: count)
    }

    /// An RFC 3339 time in UTC, cut to milliseconds, so that it compares equal to the `ts_ms` of the same instant.
    func rfc3339(_ text: TextRange) -> Timestamp? {
        guard text.count <= 40, let time = Timestamp(rfc3339: string(text)) else { return nil }
        return time.floored(to: .milliseconds(1))
    }

    /// The text of a range, its escapes resolved, bytes that are no UTF-8 replaced.
    func string(_ text: TextRange) -> String { String(decoding: bytes(text), as: UTF8.self) }

    /// The bytes of a range, its escapes resolved.
    func bytes(_ text: TextRange) -> [UInt8] {
        let raw = (text.start..<max(text.start, min(text.end, count))).map { self[$0] }
        return text.isEscaped ? unescapedJSON(raw) : raw
    }
}

/// Resolves JSON's escapes; a malformed one stays as it is.
func unescapedJSON(_ raw: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    func hex(at start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        return raw[start..<start + 4].reduce(UInt32?(0)) { value, byte in
            guard let value, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            return value * 16 + UInt32(digit)
        }
    }
    while index < raw.count {
        guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count else {
            result.append(raw[index])
            index += 1
            continue
        }
        let escape = raw[index + 1]
        if escape == UInt8(ascii: "u"), var code = hex(at: index + 2) {
            index += 6
            if (0xD800..<0xDC00).contains(code), index + 1 < raw.count, raw[index] == UInt8(ascii: "\\"),
                raw[index + 1] == UInt8(ascii: "u"), let low = hex(at: index + 2), (0xDC00..<0xE000).contains(low)
            {
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                index += 6
            }
            result.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
            continue
        }
        switch escape {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        default: result.append(escape)
        }
        index += 2
    }
    return result
}
