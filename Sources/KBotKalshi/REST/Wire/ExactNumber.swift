package import KBotModel

/// A decimal as the venue wrote it, with all its digits: `86120.37`, or `"0.0171"` in quotes.
///
/// For values whose fineness is not ours to fix, such as strikes, averages and fee multipliers.
package struct ExactNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number in plain digits: a sign if it is negative, no exponent.
    package let text: String
    /// Whether it stood in quotes.
    package let isQuoted: Bool

    /// Takes a number in JSON's notation, exponents included; nil when it is none, or absurdly long or large.
    package init?(_ text: String, isQuoted: Bool = false) {
        guard text.utf8.count <= 80, Self.isNumber(text), let plain = Self.plain(text) else { return nil }
        self.text = plain
        self.isQuoted = isQuoted
    }

    /// The value in a fixed unit; nil when it is finer than the unit, or does not fit.
    package func fixed<Value: FixedPoint>(_: Value.Type) -> Value? { Value(text) }

    /// The value times `10^digits` as a whole number; nil when it is finer than that, or does not fit.
    package func scaled(digits: Int) -> Int64? { parseDecimal(text.utf8, fractionDigits: digits) }

    /// The plain digits.
    package var description: String { text }

    /// Whether a text is a number by JSON's grammar.
    static func isNumber(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let first = rest.first
        let whole = digits()
        guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// The same number without an exponent; nil for one that would have more than about a hundred digits.
    private static func plain(_ text: String) -> String? {
        guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return text }
        guard let exponent = Int(text[text.index(after: mark)...].drop { $0 == "+" }), abs(exponent) <= 40 else {
            return nil
        }
        let mantissa = text[..<mark]
        let isNegative = mantissa.hasPrefix("-")
        let parts = mantissa.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        var digits = parts.joined()
        var point = (parts.first?.count ?? 0) + exponent
        if point <= 0 {
            digits = String(repeating: "0", count: 1 - point) + digits
            point = 1
        }
        if point > digits.count { digits += String(repeating: "0", count: point - digits.count) }
        let whole = digits.prefix(point).drop { $0 == "0" }
        let fraction = digits.dropFirst(point)
        return (isNegative ? "-" : "") + (whole.isEmpty ? "0" : String(whole))
            + (fraction.isEmpty ? "" : "." + fraction)
    }
}
