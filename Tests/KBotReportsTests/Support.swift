import KBotModel
import KBotReports

/// A seeded generator (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// An exact fraction, the tests' own arithmetic.
struct Fraction: Comparable {
    let dividend: Int128
    let divisor: Int128

    init(_ dividend: some BinaryInteger, _ divisor: some BinaryInteger) {
        self.dividend = Int128(dividend)
        self.divisor = Int128(divisor)
    }

    static func < (lhs: Fraction, rhs: Fraction) -> Bool { lhs.dividend * rhs.divisor < rhs.dividend * lhs.divisor }

    /// The fraction times `scale`, to the nearest integer, halves away from zero.
    func rounded(times scale: Int128 = 1) -> Int64 {
        let magnitude = (2 * Int128(dividend.magnitude) * scale + divisor) / (2 * divisor)
        return Int64(dividend < 0 ? -magnitude : magnitude)
    }
}

/// 2026-04-27T00:00:00Z.
let start = UTCDay(year: 2026, month: 4, day: 27).start

extension Timestamp {
    /// A time so many minutes after ``start``.
    static func minute(_ count: Int64) -> Timestamp { start + .minutes(count) }
    /// A time so many days after ``start``.
    static func day(_ count: Int64) -> Timestamp { start + .hours(24 * count) }
}

extension ClosedTrade {
    /// A trade of ten contracts with this net P&L: bought at 50¢, fees of two cents.
    static func net(
        _ cents: Int64,
        at minute: Int64 = 0,
        exit: Exit = .target,
        market: Ticker = "M",
        by strategy: StrategyName = "s"
    ) -> ClosedTrade {
        let fees = Money(units: 20_000)
        let entry = Money(dollars: 5)
        return ClosedTrade(
            strategy: strategy,
            market: market,
            direction: .long,
            count: Quantity(contracts: 10),
            entryValue: entry,
            exitValue: entry + Money(units: cents * 10_000) + fees,
            fees: fees,
            opened: .minute(minute),
            closed: .minute(minute + 3),
            exit: exit,
            plan: TradePlan(entry: Price(cents: 50), stop: Price(cents: 45), target: Price(cents: 60))
        )
    }

    /// A random trade with a price and count of its own at each end.
    static func random(
        using generator: inout SeededGenerator,
        market: Ticker = "M",
        by strategy: StrategyName = "s"
    ) -> ClosedTrade {
        let direction: Direction = Bool.random(using: &generator) ? .long : .short
        let count = Quantity(units: Int64.random(in: 1...50_000, using: &generator))
        let entry = Price(units: Int32.random(in: 2_000...8_000, using: &generator))
        // Now and then the exit is the entry and free of fees: a trade with net 0.
        let isEven = Int.random(in: 0..<10, using: &generator) == 0
        let exit = isEven ? entry : Price(units: Int32.random(in: 0...10_000, using: &generator))
        let opened = start + TimeSpan(microseconds: Int64.random(in: 0...86_400_000_000, using: &generator))
        let distance = Int32.random(in: 0...500, using: &generator) * (direction == .long ? 1 : -1)
        return ClosedTrade(
            strategy: strategy,
            market: market,
            direction: direction,
            count: count,
            entryValue: entry * count,
            exitValue: exit * count,
            fees: isEven ? .zero : Money(units: Int64.random(in: 0...3_000_000, using: &generator)),
            opened: opened,
            closed: opened + TimeSpan(microseconds: Int64.random(in: 0...900_000_000, using: &generator)),
            exit: Exit.allCases.randomElement(using: &generator) ?? .stop,
            plan: TradePlan(
                entry: entry,
                stop: Price(units: entry.units - distance),
                target: Price(units: entry.units + 2 * distance)
            )
        )
    }
}

extension Metrics {
    /// The figures of these net results, in cents.
    static func of(_ cents: [Int64]) -> Metrics { of(cents.enumerated().map { .net($1, at: Int64($0) * 10) }) }

    static func of(_ trades: [ClosedTrade], openPositions: [OpenPosition] = []) -> Metrics {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        for trade in trades { tracker.record(trade) }
        return tracker.metrics(openPositions: openPositions, ended: .day(1))
    }
}

extension PerformanceTracker {
    /// A tracker that saw these equities, in dollars, a minute apart, the first as the start.
    static func marked(_ dollars: Int64...) -> PerformanceTracker {
        var tracker = PerformanceTracker(startEquity: Money(dollars: dollars[0]), started: start)
        for (index, equity) in dollars.dropFirst().enumerated() {
            tracker.mark(equity: Money(dollars: equity), at: .minute(Int64(index + 1)))
        }
        return tracker
    }

    /// The figures at the end of the first day.
    var metrics: Metrics { metrics(ended: .day(1)) }
}

extension OpenPosition {
    /// Ten contracts from 40¢, marked at 43¢.
    static func sample(
        direction: Direction = .long,
        state: State = .open,
        realized: Money = .zero,
        by strategy: StrategyName = "bollinger_scalper"
    ) -> OpenPosition {
        OpenPosition(
            strategy: strategy,
            market: "KXBTC15M-26APR280000-00",
            direction: direction,
            count: Quantity(contracts: 10),
            entryValue: Money(dollars: 4),
            mark: Price(cents: 43),
            fees: Money(units: 170_000),
            realized: realized,
            opened: .minute(1_430),
            state: state
        )
    }
}

extension RunFacts {
    /// The facts of a run without extras.
    static let plain = RunFacts(
        id: "r1",
        version: "0.1.0",
        mode: "paper",
        feed: "replay",
        isSimulated: false,
        from: start,
        to: .day(1),
        fillModel: FillModelFacts(name: "realistic")
    )
}

extension String {
    init(utf8 bytes: [UInt8]) { self.init(decoding: bytes, as: UTF8.self) }
}
