import KBotModel

/// The largest integer whose square is not above `value`.
package func squareRoot(of value: UInt64) -> UInt64 {
    guard value > 1 else { return value }
    // Newton's method from above falls strictly until it has arrived.
    var root: UInt64 = 1 << ((UInt64(64 - value.leadingZeroBitCount) + 1) / 2)
    if root > 0xFFFF_FFFF { root = 0xFFFF_FFFF }  // 2^32 squared would not fit; the root of any UInt64 is below it
    while true {
        let next = (root + value / root) / 2
        guard next < root else { return root }
        root = next
    }
}

/// The largest integer whose square is not above `value`.
package func squareRoot(of value: UInt128) -> UInt128 {
    if let small = UInt64(exactly: value) { return UInt128(squareRoot(of: small)) }
    var root: UInt128 = 1 << ((UInt128(128 - value.leadingZeroBitCount) + 1) / 2)
    if root > 0xFFFF_FFFF_FFFF_FFFF { root = 0xFFFF_FFFF_FFFF_FFFF }
    while true {
        let next = (root + value / root) / 2
        guard next < root else { return root }
        root = next
    }
}

/// The largest integer whose square is not above the product of two factors, however wide that product is.
package func squareRoot(ofProduct left: UInt128, _ right: UInt128) -> UInt128 {
    let product = left.multipliedFullWidth(by: right)
    guard product.high > 0 else { return squareRoot(of: product.low) }
    // Seldom taken: bit by bit from the top.
    var root: UInt128 = 0
    var bit: UInt128 = 1 << 127
    while bit > 0 {
        let candidate = root | bit
        let square = candidate.multipliedFullWidth(by: candidate)
        if square.high < product.high || (square.high == product.high && square.low <= product.low) { root = candidate }
        bit >>= 1
    }
    return root
}

/// Divides rounding to the nearest integer, halves towards plus infinity; `divisor` must be positive.
@inline(__always)
package func roundDivide(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    // The remainder carries the sign of the value; the comparison avoids doubling it.
    if remainder >= 0 { return remainder >= divisor - remainder ? quotient + 1 : quotient }
    return -remainder > divisor + remainder ? quotient - 1 : quotient
}

/// Divides rounding to the nearest integer, halves towards plus infinity; `divisor` must be positive.
package func roundDivide(_ value: Int128, by divisor: Int128) -> Int128 {
    floorDivide(2 * value + divisor, by: 2 * divisor)
}

/// `(weightOld·old + weightNew·new) / (weightOld + weightNew)`, rounded to nearest, halves up.
///
/// Exact for every |old|, |new| ≤ 2·10^18; weights are not negative and add up to at most 2^20.
@inline(__always)
func blend(_ old: Int64, weight weightOld: Int64, with new: Int64, weight weightNew: Int64) -> Int64 {
    let total = weightOld + weightNew
    // The same value in one word: 2^42 · 2^20 fits.
    if (old.magnitude | new.magnitude) < 1 << 42 {
        return roundDivide(old * weightOld + new * weightNew, by: total)
    }
    let sum = Int128(old) * Int128(weightOld) + Int128(new) * Int128(weightNew)
    return Int64(roundDivide(sum, by: Int128(total)))
}
