import Foundation
import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Fees of a fill` {
    /// Count, price, the taker's fee today and before 2026-05-28: the venue's worked examples.
    static let examples: [[String]] = [
        ["1", "0.50", "0.0175", "0.02"], ["10", "0.50", "0.1750", "0.18"], ["100", "0.50", "1.7500", "1.75"],
        ["10", "0.58", "0.1706", "0.18"], ["1", "0.52", "0.0175", "0.02"], ["100", "0.05", "0.3325", "0.34"],
        ["1", "0.05", "0.0034", "0.01"], ["100", "0.99", "0.0693", "0.07"], ["1", "0.01", "0.0007", "0.01"],
        ["0.50", "0.50", "0.0088", "0.01"],
    ]

    @Test(arguments: examples)
    func `are those of the venue's examples, of either date, from YES and from NO`(example: [String]) throws {
        let count = try #require(Quantity(example[0]))
        let price = try #require(Price(example[1]))
        let old = FeeSchedule.quadratic.inForce(at: FeeSchedule.fineSince - TimeSpan(microseconds: 1))
        for (schedule, fee) in [(FeeSchedule.quadratic, example[2]), (old, example[3])] {
            let expected = try #require(Money(fee))
            #expect(schedule.fee(count: count, price: price, liquidity: .taker) == expected)
            #expect(schedule.fee(count: count, price: price.complement, liquidity: .taker) == expected)
            #expect(schedule.fee(count: count, price: price, liquidity: .maker) == .zero)
        }
    }

    @Test(arguments: [
        ("2026-04-27T12:00:00Z", "0.01"), ("2026-05-27T23:59:59.999999Z", "0.01"), ("2026-05-28T00:00:00Z", "0.0001"),
        ("2026-11-20T00:00:00Z", "0.0001"),
    ])
    func `are rounded as on their date`(time: String, step: String) throws {
        let time = try #require(Timestamp(rfc3339: time))
        #expect(FeeSchedule.step(at: time) == Money(step))
        let dated = FeeSchedule(kind: .quadraticWithMakerFees, multiplier: 5_000).inForce(at: time)
        #expect(
            dated == FeeSchedule(kind: .quadraticWithMakerFees, multiplier: 5_000, step: FeeSchedule.step(at: time))
        )
    }

    @Test func `are read back as written, and without a step as those of today`() throws {
        let schedules = [
            FeeSchedule.quadratic, .quadratic.inForce(at: .distantPast),
            FeeSchedule(kind: .unknown("cubic"), multiplier: 3, step: Money(units: 7)),
        ]
        for schedule in schedules {
            let json = try JSONEncoder().encode(schedule)
            #expect(try JSONDecoder().decode(FeeSchedule.self, from: json) == schedule)
        }
        let old = try JSONEncoder().encode(FeeSchedule.quadratic)
        #expect(!String(decoding: old, as: UTF8.self).contains("step"))
        let bad = Data(#"{"kind":{"quadratic":{}},"multiplier":1,"step":"0.000000"}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(FeeSchedule.self, from: bad) }
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
            let (step, perDollar): (Int64, Int128) = Bool.random(using: &random) ? (100, 10_000) : (10_000, 100)
            let fee = FeeSchedule(kind: kind, multiplier: multiplier, step: Money(units: step))
                .fee(count: Quantity(units: count), price: Price(units: Int32(price)), liquidity: liquidity)
            let steps = Int128(fee.units / step)
            let what = "\(count) at \(price) × \(multiplier): \(fee)"
            try hold(fee.units % step == 0, what)
            try hold(steps * denominator >= numerator * perDollar, "too low: " + what)
            try hold((steps - 1) * denominator < numerator * perDollar, "too high: " + what)
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
