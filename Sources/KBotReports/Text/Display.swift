public import KBotModel

extension Money {
    /// The amount as a person reads it: `$1,234.56`, `−$3.21`; rounded half to even to the cent.
    public var dollarText: String {
        let (sign, digits) = displayed(units, scale: 10_000, digits: 2)
        return sign + "$" + digits
    }

    /// The amount with its sign in front even when it is a gain: `+$12.34`.
    public var signedDollarText: String {
        let text = dollarText
        return units > 0 && text != "$0.00" ? "+" + text : text
    }
}

extension Money {
    /// A price in cents with two digits: `44.00¢`.
    var centText: String {
        let (sign, digits) = displayed(units, scale: 100, digits: 2)
        return sign + digits + "¢"
    }
}

extension Ratio {
    /// The share as a percentage with one digit: 0.125 gives `12.5%`.
    public var percentText: String {
        let (sign, digits) = displayed(units, scale: 1_000, digits: 1)
        return sign + digits + "%"
    }

    /// A figure that is a percentage already, with one digit: 12.5 gives `12.5%`.
    var alreadyPercentText: String {
        let (sign, digits) = displayed(units, scale: 100_000, digits: 1)
        return sign + digits + "%"
    }

    /// The ratio with two digits: `1.45`.
    public var shortText: String {
        let (sign, digits) = displayed(units, scale: 10_000, digits: 2)
        return sign + digits
    }

    /// The ratio with three digits: `0.074`.
    var thirdText: String {
        let (sign, digits) = displayed(units, scale: 1_000, digits: 3)
        return sign + digits
    }
}

extension Timestamp {
    /// Date and time to the second: `2026-04-27 18:30:05`.
    var shortText: String {
        let text = description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }
}

extension TimeSpan {
    /// The span in its two largest units: `1d 2h`, `7m 30s`, `12.5s`.
    package var shortText: String {
        let seconds = wholeSeconds
        if seconds >= 86_400 { return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h") }
        if seconds >= 3_600 { return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "m") }
        if seconds >= 60 { return pair(seconds / 60, "m", seconds % 60, "s") }
        let (sign, digits) = displayed(microseconds, scale: 100_000, digits: 1)
        return sign + digits + "s"
    }

    private func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit) \(small)\(smallUnit)"
    }
}

/// The sign and the digits of `units / scale`, rounded half to even, with `digits` of them after the point.
private func displayed(_ units: Int64, scale: Int64, digits: Int) -> (sign: String, digits: String) {
    let rounded = Int64(evenDivide(Int128(units), by: Int128(scale)))
    let power: UInt64 = digits == 1 ? 10 : digits == 2 ? 100 : 1_000
    let fraction = String(rounded.magnitude % power)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return (rounded < 0 ? "\u{2212}" : "", "\(grouped(rounded.magnitude / power)).\(zeros)\(fraction)")
}

/// A whole number with commas between thousands: `10,800`.
func grouped(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var text = value < 0 ? "\u{2212}" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}

/// A count with its noun: `1 trigger`, `10,800 candles`.
func plural(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
    return "\(grouped(count)) \(plural)"
}

/// An amount, or `n/a`.
func money(_ amount: Money?) -> String { amount?.dollarText ?? "n/a" }

/// A ratio with two digits, or `n/a`.
func ratio(_ ratio: Ratio?) -> String { ratio?.shortText ?? "n/a" }

/// A share as a percentage, or `n/a`.
func percent(_ share: Ratio?) -> String { share?.percentText ?? "n/a" }
