import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Fees of a fill` {
    /// Count, price, the taker's fee: the venue's worked examples.
    static let examples: [(String, String, String)] = [
        ("1", "0.50", "0.0175"), ("10", "0.50", "0.1750"), ("100", "0.50", "1.7500"), ("10", "0.58", "0.1706"),
        ("1", "0.52", "0.0175"), ("100", "0.05", "0.3325"), ("1", "0.05", "0.0034"), ("100", "0.99", "0.0693"),
        ("1", "0.01", "0.0007"), ("0.50", "0.50", "0.0088"),
    ]

    @Test(arguments: examples)
    func `are those of the venue's examples, from YES and from NO`(count: String, price: String, fee: String) throws {
        let count = try #require(Quantity(count))
        let price = try #require(Price(price))
        let expected = try #require(Money(fee))
        #expect(FeeSchedule.quadratic.fee(count: count, price: price, liquidity: .taker) == expected)
        #expect(FeeSchedule.quadratic.fee(count: count, price: price.complement, liquidity: .taker) == expected)
        #expect(FeeSchedule.quadratic.fee(count: count, price: price, liquidity: .maker) == .zero)
    }

    @Test(arguments: [
        (FeeSchedule.Kind.quadraticWithMakerFees, "100", "0.50", "0.4375"),
        (.quadraticWithMakerFees, "10", "0.58", "0.0427"),
        (.quadraticWithComboMakerFees, "100", "0.50", "0.8750"),
        (.quadraticWithComboMakerFees, "10", "0.58", "0.0853"),
        (.quadratic, "100", "0.50", "0.0000"),
        (.unknown("cubic"), "100", "0.50", "1.7500"),
    ])
    func `of a maker are the share of the schedule`(kind: FeeSchedule.Kind, count: String, price: String, fee: String)
        throws
    {
        let schedule = FeeSchedule(kind: kind)
        let count = try #require(Quantity(count))
        let price = try #require(Price(price))
        #expect(schedule.fee(count: count, price: price, liquidity: .maker) == Money(fee))
    }

    @Test(
        arguments: [
            (0, "0.000000"), (1, "0.000200"), (2_500, "0.437500"), (5_000, "0.875000"), (12_345, "2.160400"),
            (20_000, "3.500000"),
        ] as [(Int64, String)]
    )
    func `follow a fractional multiplier`(multiplier: Int64, fee: String) {
        let schedule = FeeSchedule(kind: .quadratic, multiplier: multiplier)
        let charged = schedule.fee(count: Quantity(contracts: 100), price: Price(cents: 50), liquidity: .taker)
        #expect(charged.description == fee)
    }

    @Test func `are nothing for nothing`() {
        for price in [Price.zero, .one, Price(cents: 50)] {
            #expect(FeeSchedule.quadratic.fee(count: .zero, price: price, liquidity: .taker) == .zero)
        }
        for price in [Price.zero, .one] {
            #expect(FeeSchedule.quadratic.fee(count: Quantity(contracts: 9), price: price, liquidity: .taker) == .zero)
        }
    }

    @Test func `are the exact amount rounded up to the step`() throws {
        let kinds: [(FeeSchedule.Kind, FeeSchedule.Liquidity, Int64)] = [
            (.quadratic, .taker, 4), (.quadraticWithMakerFees, .taker, 4), (.quadraticWithMakerFees, .maker, 1),
            (.quadraticWithComboMakerFees, .maker, 2),
        ]
        try forSeeds(0..<5_000) { random in
            let count = Int64.random(in: 1...(1 << Int64.random(in: 1...34, using: &random)), using: &random)
            let price = Int64.random(in: 1...9_999, using: &random)
            let multiplier = Int64.random(in: 0...30_000, using: &random)
            guard let (kind, liquidity, quarters) = kinds.randomElement(using: &random) else { return }
            // Numerator and denominator of the raw fee in dollars, as the formula reads.
            let numerator = [multiplier, quarters, 7, count, price, 10_000 - price].reduce(Int128(1)) {
                $0 * Int128($1)
            }
            let denominator: Int128 = 10_000 * 4 * 100 * 100 * 10_000 * 10_000
            let fee = FeeSchedule(kind: kind, multiplier: multiplier)
                .fee(count: Quantity(units: count), price: Price(units: Int32(price)), liquidity: liquidity)
            let steps = Int128(fee.units / 100)
            let what = "\(count) at \(price) × \(multiplier): \(fee)"
            try hold(fee.units % 100 == 0, what)
            try hold(steps * denominator >= numerator * 10_000, "too low: " + what)
            try hold((steps - 1) * denominator < numerator * 10_000, "too high: " + what)
        }
    }

    @Test func `never fall when an order is filled in parts`() throws {
        try forSeeds(0..<1_000) { random in
            let price = Price(units: .random(in: 1...9_999, using: &random))
            let parts = (0..<5).map { _ in Quantity(units: .random(in: 1...5_000, using: &random)) }
            let whole = FeeSchedule.quadratic.fee(count: parts.reduce(.zero, +), price: price, liquidity: .taker)
            let apart = parts.reduce(Money.zero) {
                $0 + FeeSchedule.quadratic.fee(count: $1, price: price, liquidity: .taker)
            }
            try hold(apart >= whole && apart.units - whole.units <= 400, "\(parts) at \(price): \(apart), \(whole)")
        }
    }

    @Test(arguments: [
        ("quadratic", FeeSchedule.Kind.quadratic), ("quadratic_with_maker_fees", .quadraticWithMakerFees),
        ("quadratic_with_combo_maker_fees", .quadraticWithComboMakerFees), ("flat", .unknown("flat")),
    ])
    func `are named as the venue names them`(name: String, kind: FeeSchedule.Kind) {
        #expect(FeeSchedule.Kind(venueName: name) == kind)
    }
}
