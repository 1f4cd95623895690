import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

private func plan(_ signal: Signal, on grid: PriceGrid = .linearCent) throws -> TradePlan {
    try TradePlan(signal, on: grid)
}

private func signal(_ direction: Direction, _ entry: Int32, _ stop: Int32, _ target: Int32) -> Signal {
    Signal(
        direction: direction,
        entry: Price(units: entry),
        stop: Price(units: stop),
        target: Price(units: target)
    )
}

private func code(_ signal: Signal, on grid: PriceGrid = .linearCent) -> ReasonCode? {
    do throws(Refusal) {
        _ = try TradePlan(signal, on: grid)
        return nil
    } catch { return error.code }
}

@Test func `a long entry rounds down, its stop towards the entry, its target away`() throws {
    let plan = try plan(signal(.long, 4850, 4420, 5810))
    #expect(plan == TradePlan(entry: Price(cents: 48), stop: Price(cents: 45), target: Price(cents: 59)))
}

@Test func `a short entry rounds up, its stop towards the entry, its target away`() throws {
    let plan = try plan(signal(.short, 4850, 5380, 3990))
    #expect(plan == TradePlan(entry: Price(cents: 49), stop: Price(cents: 53), target: Price(cents: 39)))
}

@Test(arguments: Direction.allCases)
func `prices on the grid stay as they are`(_ direction: Direction) throws {
    let plan = try plan(signal(direction, 5000, direction == .long ? 4500 : 5500, direction == .long ? 6000 : 4000))
    #expect(plan.entry == Price(cents: 50))
    #expect(plan.risk == PriceDelta(cents: 5))
    #expect(plan.reward == PriceDelta(cents: 10))
}

@Test func `a stop that rounds onto the entry moves one step away`() throws {
    #expect(try plan(signal(.long, 4800, 4790, 5800)).stop == Price(cents: 47))
    #expect(try plan(signal(.short, 4800, 4810, 3800)).stop == Price(cents: 49))
}

@Test func `a long entry that rounds below its stop still refuses a stop on the wrong side`() {
    // The entry 48.5 becomes 48; a stop at 48.2 lay below the wish, but lies above what would be sent.
    #expect(code(signal(.long, 4850, 4820, 5800)) == .invalidGeometry)
}

@Test func `a stop beyond the edge of the grid becomes the last valid price`() throws {
    #expect(try plan(signal(.long, 500, -700, 2000)).stop == Price(cents: 1))
    #expect(try plan(signal(.short, 9500, 10_700, 8000)).stop == Price(cents: 99))
    #expect(try plan(signal(.long, 500, 0, 2000), on: .taperedDeciCent).stop == Price(units: 10))
}

@Test func `a long at the lowest price has no room for a stop`() {
    #expect(code(signal(.long, 100, 0, 2000)) == .invalidGeometry)
    #expect(code(signal(.short, 9900, 10_000, 2000)) == .invalidGeometry)
}

private let outOfRange: [(Direction, Int32)] = [
    (.long, 10_000), (.long, 12_000), (.long, 9950), (.short, 0), (.short, -500), (.short, 50),
]

@Test(arguments: outOfRange)
func `a target beyond the last valid price is out of range`(_ direction: Direction, _ target: Int32) {
    let stop: Int32 = direction == .long ? 4000 : 6000
    #expect(code(signal(direction, 5000, stop, target)) == .targetOutOfRange)
}

/// Direction, stop and target around an entry at 50.
private let disordered: [(Direction, Int32, Int32)] = [
    (.long, 5000, 6000), (.long, 5500, 6000), (.long, 4000, 5000), (.long, 4000, 4500),
    (.short, 5000, 4000), (.short, 4500, 4000), (.short, 6000, 5000), (.short, 6000, 5500),
]

@Test(arguments: disordered)
func `prices in the wrong order make no trade`(_ direction: Direction, _ stop: Int32, _ target: Int32) {
    #expect(code(signal(direction, 5000, stop, target)) == .invalidGeometry)
}

@Test func `offsets are counted from the entry on the grid`() throws {
    let signal = Signal(
        direction: .short,
        entry: Price(units: 4850),
        stop: .offset(PriceDelta(cents: 5)),
        target: .offset(PriceDelta(cents: 10))
    )
    #expect(try plan(signal) == TradePlan(entry: Price(cents: 49), stop: Price(cents: 54), target: Price(cents: 39)))
}

private let grids: [String] = [
    "linear_cent", "deci_cent", "tapered_deci_cent", "center_whole_edge_half_cent", "center_half_edge_quint_cent",
    "center_quint_edge_deci_cent", "center_deci_edge_centi_cent", "center_centi_edge_centi_cent",
]

@Test(arguments: grids)
func `any signal gives a plan in order on the grid, never worse than wished, or a reason`(_ name: String) throws {
    let grid = try #require(PriceGrid.named(name))
    var made = 0
    try forSeeds(0..<3_000) { random in
        let direction = Direction.allCases[Int.random(in: 0...1, using: &random)]
        let entry = Int32.random(in: -200...10_200, using: &random)
        func near(_ reach: Int32) -> Int32 { entry + Int32.random(in: -reach...reach, using: &random) }
        let wish = signal(direction, entry, near(1_500), near(3_000))
        guard let plan = try? TradePlan(wish, on: grid) else { return }
        made += 1
        try hold(plan.isOrdered(for: direction), "\(plan) of \(wish) is out of order")
        try hold(
            [plan.entry, plan.stop, plan.target].allSatisfy(grid.contains),
            "\(plan) of \(wish) is off the grid"
        )
        let long = direction == .long
        if (0...10_000).contains(entry) {
            try hold(long ? plan.entry <= wish.entry : plan.entry >= wish.entry, "\(plan.entry) is worse than \(entry)")
        }
        guard case .price(let target) = wish.target, case .price(let stop) = wish.stop else { return }
        try hold(
            long ? plan.target >= target : plan.target <= target,
            "the target \(plan.target) of \(target) came near"
        )
        // The stop moves towards the entry, unless that would leave less than a step.
        let nearest = long ? grid.next(below: plan.entry) : grid.next(above: plan.entry)
        try hold(
            plan.stop == nearest || (long ? plan.stop >= stop : plan.stop <= stop),
            "the stop \(plan.stop) of \(stop) went away from \(plan.entry)"
        )
    }
    #expect(made > 100)
}
