/// A decimal number held as an integer count of its smallest unit.
///
/// Prices, quantities and money each get a type of their own, so that the compiler keeps them apart,
/// and share parsing, printing and ordering here. Nothing in this file touches floating point.
public protocol FixedPoint: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The integer that holds the value.
    associatedtype Units: FixedWidthInteger & SignedInteger & Sendable
    /// The value in units of `10^-fractionDigits`.
    var units: Units { get }
    /// Makes a value from a count of its smallest unit, unchecked.
    init(units: Units)
    /// How many decimal digits one unit stands for: 4 means 1/10,000.
    static var fractionDigits: Int { get }
}

extension FixedPoint {
    /// The value zero.
    @inlinable public static var zero: Self { Self(units: 0) }

    /// Orders by value.
    @inlinable public static func < (lhs: Self, rhs: Self) -> Bool { lhs.units < rhs.units }

    /// Reads a decimal text such as `0.4700`, `12` or `-3.5`; nil when it is no such number, or does not fit.
    ///
    /// More fraction digits than `fractionDigits` are accepted only when they are zeros.
    @inlinable
    public init?(_ text: some StringProtocol) {
        self.init(decimal: text.utf8)
    }

    /// Reads a decimal from ASCII bytes; see ``init(_:)``.
    @inlinable
    public init?(decimal bytes: some Sequence<UInt8>) {
        guard let value = parseDecimal(bytes, fractionDigits: Self.fractionDigits),
            let units = Units(exactly: value)
        else { return nil }
        self.init(units: units)
    }

    /// The exact decimal text with all `fractionDigits` digits: `0.4700`.
    public var description: String { formatDecimal(Int64(units), fractionDigits: Self.fractionDigits) }
}

/// Parses `[+-]digits[.digits]` into an integer scaled by `10^fractionDigits`; nil when malformed or out of range.
@inlinable
public func parseDecimal(_ bytes: some Sequence<UInt8>, fractionDigits: Int) -> Int64? {
    var value: Int64 = 0  // held negated: the negative range reaches one further
    var negative = false
    var digits = 0
    var fraction = -1  // digits seen after the point; -1 before it
    var first = true
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            digits += 1
            let digit = Int64(byte &- UInt8(ascii: "0"))
            if fraction >= fractionDigits {
                // Finer than our unit: only a zero changes nothing.
                guard digit == 0 else { return nil }
            } else {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = scaled.subtractingReportingOverflow(digit)
                guard !overflow, !carry else { return nil }
                value = sum
                if fraction >= 0 { fraction += 1 }
            }
        case UInt8(ascii: "."):
            guard fraction < 0 else { return nil }
            fraction = 0
        case UInt8(ascii: "-") where first:
            negative = true
        case UInt8(ascii: "+") where first:
            break
        default:
            return nil
        }
        first = false
    }
    guard digits > 0 else { return nil }
    var missing = fractionDigits - max(fraction, 0)
    while missing > 0 {
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        value = scaled
        missing -= 1
    }
    guard negative || value != .min else { return nil }
    return negative ? value : -value
}

/// The exact decimal text of `units × 10^-fractionDigits`, always with `fractionDigits` digits after the point.
public func formatDecimal(_ units: Int64, fractionDigits: Int) -> String {
    var bytes: [UInt8] = []
    appendDecimal(units, fractionDigits: fractionDigits, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Appends what ``formatDecimal(_:fractionDigits:)`` gives, as ASCII, without making a string.
public func appendDecimal(_ units: Int64, fractionDigits: Int, to bytes: inout [UInt8]) {
    if units < 0 { bytes.append(UInt8(ascii: "-")) }
    var magnitude = units.magnitude
    let start = bytes.count
    var written = 0
    repeat {
        if written == fractionDigits, fractionDigits > 0 { bytes.append(UInt8(ascii: ".")) }
        bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
        magnitude /= 10
        written += 1
    } while magnitude > 0 || written <= fractionDigits
    bytes[start...].reverse()
}

/// Divides rounding towards minus infinity; `divisor` must be positive.
@inlinable
public func floorDivide<T: FixedWidthInteger & SignedInteger>(_ value: T, by divisor: T) -> T {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

/// Divides rounding towards plus infinity; `divisor` must be positive.
@inlinable
public func ceilDivide<T: FixedWidthInteger & SignedInteger>(_ value: T, by divisor: T) -> T {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
}
