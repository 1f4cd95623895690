import KBotModel
import KBotTestSupport
import Testing

@Suite struct `A closed trade` {
    static let longPlan = TradePlan(entry: Price(cents: 40), stop: Price(cents: 37), target: Price(cents: 46))
    static let shortPlan = TradePlan(entry: Price(cents: 60), stop: Price(cents: 63), target: Price(cents: 54))

    @Test(
        arguments: [
            (Direction.long, 40, 46, 0, "0.600000", 20_000), (.long, 40, 37, 0, "-0.300000", -10_000),
            (.long, 40, 46, 35_000, "0.565000", 18_833), (.long, 40, 40, 1, "-0.000001", -1),
            (.long, 40, 0, 0, "-4.000000", -133_334), (.short, 60, 54, 0, "0.600000", 20_000),
            (.short, 60, 63, 35_000, "-0.335000", -11_167), (.short, 60, 0, 0, "6.000000", 200_000),
            (.short, 60, 100, 0, "-4.000000", -133_334),
        ] as [(Direction, Int32, Int32, Int64, String, Int64)]
    )
    func `counts profit after fees, and in multiples of the planned risk`(
        direction: Direction,
        entry: Int32,
        exit: Int32,
        fees: Int64,
        net: String,
        multiple: Int64
    ) {
        let trade = closed(
            direction,
            entry: Price(cents: entry),
            exit: Price(cents: exit),
            fees: Money(units: fees),
            plan: direction == .long ? Self.longPlan : Self.shortPlan
        )
        #expect(trade.netPnL.description == net)
        #expect(trade.rMultiple == multiple)
        #expect(trade.plannedRisk == Money(units: 300_000))
    }

    @Test func `of a long and its mirrored short earn opposite amounts before fees`() throws {
        try forSeeds(0..<500) { random in
            let entry = Price(units: .random(in: 1...9_999, using: &random))
            let exit = Price(units: .random(in: 0...10_000, using: &random))
            let fees = Money(units: .random(in: 0...90_000, using: &random))
            let long = closed(.long, entry: entry, exit: exit, fees: fees, plan: Self.longPlan)
            let short = closed(.short, entry: entry, exit: exit, fees: fees, plan: Self.shortPlan)
            try hold(long.grossPnL == -short.grossPnL, "\(entry) → \(exit)")
            try hold(long.netPnL + short.netPnL == -(fees + fees), "fees are paid twice")
            // A short is a long of NO: the same money.
            let mirrored = closed(
                .long,
                entry: entry.complement,
                exit: exit.complement,
                fees: fees,
                plan: Self.longPlan
            )
            try hold(short.grossPnL == mirrored.grossPnL, "seen from NO")
        }
    }

    @Test func `without planned risk has no multiple`() {
        let plan = TradePlan(entry: Price(cents: 40), stop: Price(cents: 40), target: Price(cents: 46))
        #expect(closed(.long, entry: Price(cents: 40), exit: Price(cents: 46), plan: plan).rMultiple == nil)
    }

    @Test func `plans risk and reward as distances in both directions`() {
        for plan in [Self.longPlan, Self.shortPlan] {
            #expect(plan.risk == PriceDelta(cents: 3))
            #expect(plan.reward == PriceDelta(cents: 6))
        }
    }

    @Test(
        arguments: [
            (37, 40, 46, true, false), (46, 40, 37, false, true), (40, 40, 46, false, false),
            (37, 40, 40, false, false),
            (41, 40, 46, false, false), (39, 40, 37, false, false),
        ] as [(Int32, Int32, Int32, Bool, Bool)]
    )
    func `plan makes sense in one order of its prices`(
        stop: Int32,
        entry: Int32,
        target: Int32,
        long: Bool,
        short: Bool
    ) {
        let plan = TradePlan(entry: Price(cents: entry), stop: Price(cents: stop), target: Price(cents: target))
        #expect(plan.isOrdered(for: .long) == long)
        #expect(plan.isOrdered(for: .short) == short)
    }

    private func closed(
        _ direction: Direction,
        entry: Price,
        exit: Price,
        fees: Money = .zero,
        plan: TradePlan
    ) -> ClosedTrade {
        let count = Quantity(contracts: 10)
        return ClosedTrade(
            strategy: "test",
            market: "KXBTC15M-26APR271445-45",
            direction: direction,
            count: count,
            entryValue: entry * count,
            exitValue: exit * count,
            fees: fees,
            opened: Timestamp(seconds: 0),
            closed: Timestamp(seconds: 60),
            exit: .target,
            plan: plan
        )
    }
}
