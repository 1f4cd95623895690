import KBotIndicators
import KBotTestSupport
import Testing

@Suite struct `Integer roots and quotients` {
    @Test func `the root of every small number is exact`() throws {
        var root: UInt64 = 0
        for value in UInt64(0)...100_000 {
            if (root + 1) * (root + 1) <= value { root += 1 }
            try hold(squareRoot(of: value) == root, "\(value)")
        }
    }

    @Test(
        arguments: [
            (UInt64.max, 0xFFFF_FFFF), (0xFFFF_FFFE_0000_0001, 0xFFFF_FFFF), (0xFFFF_FFFE_0000_0000, 0xFFFF_FFFE),
            (1 << 62, 1 << 31), ((1 << 62) - 1, (1 << 31) - 1),
        ] as [(UInt64, UInt64)]
    )
    func `the root of a 64-bit number is exact at its ends`(value: UInt64, root: UInt64) {
        #expect(squareRoot(of: value) == root)
    }

    @Test func `the root of a square and of its neighbours is exact at every size`() throws {
        try forSeeds(0..<3_000) { random in
            let bits = Int.random(in: 1...64, using: &random)
            let root = UInt128(random.next() >> UInt64(64 - bits))
            guard root > 1 else { return }
            let square = root * root
            try hold(squareRoot(of: square) == root, "\(root)²")
            try hold(squareRoot(of: square - 1) == root - 1, "\(root)² − 1")
            try hold(squareRoot(of: square + 2 * root) == root, "(\(root) + 1)² − 1")
        }
        #expect(squareRoot(of: UInt128.max) == 0xFFFF_FFFF_FFFF_FFFF)
    }

    @Test func `the root of a product beyond 128 bits is exact`() throws {
        try forSeeds(0..<500) { random in
            let left = UInt128(random.next()) << UInt128.random(in: 0...64, using: &random) | UInt128(random.next())
            let right = UInt128(random.next()) << UInt128.random(in: 0...64, using: &random)
            let product = left.multipliedFullWidth(by: right)
            let root = squareRoot(ofProduct: left, right)
            let square = root.multipliedFullWidth(by: root)
            try hold((square.high, square.low) <= (product.high, product.low), "\(left) · \(right) too high")
            guard root < .max else { return }
            let above = (root + 1).multipliedFullWidth(by: root + 1)
            try hold((above.high, above.low) > (product.high, product.low), "\(left) · \(right) too low")
        }
        #expect(squareRoot(ofProduct: .max, .max) == .max)
        #expect(squareRoot(ofProduct: .max, 0) == 0)
    }

    @Test(
        arguments: [
            (7, 2, 4), (-7, 2, -3), (5, 3, 2), (4, 3, 1), (-4, 3, -1), (-5, 3, -2), (0, 9, 0), (3, 6, 1), (-3, 6, 0),
            (Int64.max, 1, Int64.max), (Int64.min, 1, Int64.min), (Int64.max, Int64.max, 1),
            (Int64.max - 1, Int64.max, 1),
        ] as [(Int64, Int64, Int64)]
    )
    func `a quotient is rounded to nearest, halves up`(value: Int64, divisor: Int64, quotient: Int64) {
        #expect(roundDivide(value, by: divisor) == quotient)
        #expect(roundDivide(Int128(value), by: Int128(divisor)) == Int128(quotient))
    }
}
