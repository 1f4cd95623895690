public import KBotModel

/// A ratio in millionths: win rates, profit factors, R multiples, percentages.
///
/// Ratios of integers are divided in integers and rounded half away from zero, so that they read the same everywhere.
public struct Ratio: FixedPoint {
    /// Units of 1/1,000,000.
    public let units: Int64

    /// Makes a ratio from millionths.
    @inlinable public init(units: Int64) { self.units = units }

    /// Six digits.
    public static let fractionDigits = 6

    /// Makes the ratio of two integers, rounded half away from zero; nil when the divisor is not positive.
    public init?(_ dividend: Int64, over divisor: Int64) {
        guard divisor > 0 else { return nil }
        self.init(units: Int64(clamping: roundedDivide(Int128(dividend) * 1_000_000, by: Int128(divisor))))
    }

    /// Rounds a binary fraction half away from zero; nil when it is not finite or beyond ±10^12.
    public init?(rounding value: Double) {
        guard value.isFinite, abs(value) <= 1e12 else { return nil }
        let scaled = value * 1_000_000
        self.init(units: Int64(scaled + (scaled < 0 ? -0.5 : 0.5)))  // the conversion drops the fraction
    }
}

extension Ratio: JSONValue {
    /// Writes a number with six digits: `0.562500`.
    public func write(to writer: inout JSONWriter) { writer.number(units, fractionDigits: Self.fractionDigits) }
}

/// Divides rounding half away from zero; `divisor` must be positive.
func roundedDivide(_ value: Int128, by divisor: Int128) -> Int128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
    return value < 0 ? quotient - 1 : quotient + 1
}

/// Divides rounding half to even; `divisor` must be positive.
func evenDivide(_ value: Int128, by divisor: Int128) -> Int128 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    let twice = remainder.magnitude * 2
    guard twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0) else { return quotient }
    return value < 0 ? quotient - 1 : quotient + 1
}

extension Money {
    /// The amount divided, rounded half away from zero to the microdollar; nil when the divisor is not positive.
    func divided(by divisor: Int) -> Money? {
        guard divisor > 0 else { return nil }
        return Money(units: Int64(roundedDivide(Int128(units), by: Int128(divisor))))
    }

    /// The average price of contracts worth this much, in dollars with six digits, rounded half away from zero.
    func averagePrice(of count: Quantity) -> Money? {
        guard count.units > 0 else { return nil }
        return Money(units: Int64(clamping: roundedDivide(Int128(units) * 100, by: Int128(count.units))))
    }
}

/// The square root of a positive number, by Heron's method.
///
/// The standard library's `squareRoot()` calls the C library's mathematics, which a program that imports neither
/// Foundation nor Glibc is not linked with. Each step doubles the number of right digits, and the first guess is within
/// a factor of two, so that seven reach the precision of the type.
func squareRoot(of value: Double) -> Double {
    guard value > 0, value.isFinite else { return 0 }
    var root = Double(sign: .plus, exponent: value.exponent / 2, significand: 1)
    for _ in 0..<7 { root = (root + value / root) / 2 }
    return root
}
