/// The normal distribution, from + − × ÷ alone: the mathematical library rounds differently from machine to machine.
struct NormalCurve: Hashable, Sendable {
    private static let reach = 6.0
    private static let stepsPerUnit = 128.0

    /// P(Z ≤ z) at −6, −6 + 1/128, … 6.
    private let table: [Double]

    /// Tabulates the curve by Simpson's rule.
    init() {
        let width = 1 / Self.stepsPerUnit
        let count = Int(2 * Self.reach * Self.stepsPerUnit)
        var values: [Double] = []
        values.reserveCapacity(count + 1)
        var sum = 0.0
        values.append(0)
        for index in 0..<count {
            let left = -Self.reach + Double(index) * width
            sum += width / 6 * (Self.density(left) + 4 * Self.density(left + width / 2) + Self.density(left + width))
            values.append(sum)
        }
        // What lies beyond ±6 (two parts in a billion) is spread over the rest, so that the curve runs from 0 to 1.
        table = values.map { $0 / sum }
    }

    /// P(Z ≤ z).
    @inline(__always)
    func probability(below z: Double) -> Double {
        guard z > -Self.reach else { return 0 }
        guard z < Self.reach else { return 1 }
        let position = (z + Self.reach) * Self.stepsPerUnit
        let index = Int(position)
        let low = table[index]
        return low + (table[index + 1] - low) * (position - Double(index))
    }

    private static func density(_ z: Double) -> Double {
        exponential(-z * z / 2) * 0.398_942_280_401_432_7
    }
}

/// eˣ for |x| ≤ 50 to about 13 digits, from + − × ÷ alone.
func exponential(_ x: Double) -> Double {
    // e^x = (e^(x/256))^256; the series of the small argument ends after nine terms.
    let small = x / 256
    var term = 1.0
    var sum = 1.0
    for n in 1...9 {
        term *= small / Double(n)
        sum += term
    }
    for _ in 0..<8 { sum *= sum }
    return sum
}
