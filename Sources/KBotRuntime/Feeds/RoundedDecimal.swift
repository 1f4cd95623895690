import KBotModel

/// Parses a decimal without sign, such as `81131.28` or `1e-05`, into an integer scaled by `10^fractionDigits`; finer
/// digits are rounded half up.
///
/// Prices of exchanges and volumes written by a program's floating point are finer than our unit, and are no order's
/// price: here rounding loses nothing that counts.
///
/// - Returns: nil when the text is no such number, or the number does not fit.
func parseRounded(_ text: ArraySlice<UInt8>, fractionDigits: Int) -> Int64? {
    var mantissa = text
    var exponent = 0
    if let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
        guard let power = parseDecimal(text[(mark + 1)...], fractionDigits: 0), (-99...99).contains(power) else {
            return nil
        }
        exponent = Int(power)
        mantissa = text[..<mark]
    }
    let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
    /// How many more digits count.
    var room = point - mantissa.startIndex + fractionDigits + exponent
    var value: Int64 = 0
    var hasDigits = false
    for index in mantissa.indices where index != point {
        let digit = Int64(mantissa[index]) - Int64(UInt8(ascii: "0"))
        guard (0...9).contains(digit) else { return nil }
        hasDigits = true
        if room > 0 {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        } else if room == 0, digit >= 5 {
            guard value < .max else { return nil }
            value += 1
        }
        room -= 1
    }
    guard hasDigits else { return nil }
    while room > 0, value != 0 {
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        value = scaled
        room -= 1
    }
    return value
}
