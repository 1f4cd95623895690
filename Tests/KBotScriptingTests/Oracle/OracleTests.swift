import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

/// Periods and deviations; in the second and those after it one outlier among equal closes lies exactly on a band.
private let windows: [(Int, Int64)] = [
    (5, 15_000), (5, 20_000), (2, 10_000), (2, 9_999), (10, 30_000), (10, 20_000), (25, 20_000), (10, 25_000),
]

/// One made-up market: short, with ties, gaps, jumps, grid edges and random quotes.
private struct Series {
    let grid: PriceGrid
    let market: MarketID
    let opens: Timestamp
    let candles: Int64

    init(_ index: UInt64, period: Int, random: inout SeededGenerator) {
        grid = Bool.random(using: &random) ? .taperedDeciCent : .linearCent
        market = MarketID(Int32(index))
        opens = Timestamp(seconds: 1_800_000_000 + 3_600 * Int64(index))
        candles = Int64(period) + 8
    }

    /// Plays the market; returns the codes of what it gave, nil for a signal.
    func play(_ duel: Duel, _ random: inout SeededGenerator) throws -> [ReasonCode?] {
        // The eight-minute mark often falls among the last candles.
        let spare = Int64.random(in: -25...120, using: &random)
        let facts = Market(
            id: market,
            ticker: Ticker("M\(market.index)"),
            series: "SERIES",
            openTime: opens,
            closeTime: opens + .seconds(480 + 5 * candles + spare),
            grid: grid
        )
        try duel.see(opens, .listed(facts))
        let base =
            [
                grid.lowest, grid.highest, Price(cents: 10), Price(cents: 90),
                Price(cents: Int32.random(in: 2...98, using: &random)),
            ].randomElement(using: &random) ?? grid.lowest
        let isCalm = Bool.random(using: &random)
        let quotes = Int.random(in: 0..<3, using: &random)
        var codes: [ReasonCode?] = []
        for number in 0..<candles {
            let start = opens + .seconds(5 * number)
            if quotes > 0 { try duel.see(start, .snapshot(market, book(quotes == 1 ? 1 : 6, near: base, &random))) }
            let isQuiet = isCalm && number < candles - 4
            let trades =
                number > 0 && Int.random(in: 0..<10, using: &random) == 0 ? 0 : Int.random(in: 1...3, using: &random)
            for trade in 0..<trades {
                let reach = Int.random(in: 0..<3, using: &random) == 0 ? 14 : 3
                let steps = isQuiet ? 0 : Int.random(in: -reach...reach, using: &random)
                let effects = try duel.see(
                    start + .milliseconds(100 + Int64(trade)),
                    .trade(
                        Trade(
                            market: market,
                            price: grid.moved(base, steps: steps),
                            count: Quantity(contracts: 1),
                            taker: [.bid, .ask, nil].randomElement(using: &random) ?? nil
                        )
                    )
                )
                codes += Self.codes(effects)
            }
        }
        codes += Self.codes(try duel.process(.timer(opens + .seconds(5 * candles))))
        try duel.see(opens + .seconds(3_000), .settled(market, .yes))
        return codes
    }

    private func book(_ width: Int, near base: Price, _ random: inout SeededGenerator) -> BookSnapshot {
        let bid = grid.moved(base, steps: Int.random(in: -width...width, using: &random))
        let ask = grid.moved(bid, steps: Int.random(in: 1...width, using: &random))
        let size = Quantity(contracts: 10)
        return BookSnapshot(
            yes: Int.random(in: 0..<8, using: &random) == 0 ? [] : [BookLevel(price: bid, count: size)],
            no: Int.random(in: 0..<8, using: &random) == 0 || ask <= bid
                ? [] : [BookLevel(price: ask.complement, count: size)]
        )
    }

    private static func codes(_ effects: [Effect]) -> [ReasonCode?] {
        effects.compactMap { effect in
            guard case .note(let note) = effect else { return nil }
            switch note.kind {
            case .noSignal(_, let code, _): return .some(code)
            case .signal: return .some(nil)
            default: return nil
            }
        }
    }
}

@Test(arguments: BollingerScalper.Geometry.allCases)
func `script and native rules tell the same on ten thousand random series`(_ geometry: BollingerScalper.Geometry) throws
{
    var seen: [ReasonCode?: Int] = [:]
    for (index, (period, deviations)) in windows.enumerated() {
        var parameters = BollingerScalper.Parameters()
        parameters.interval = .fixed(.seconds(5))
        parameters.geometry = geometry
        parameters.period = period
        parameters.deviations = deviations
        parameters.minStopTicks = index % 2 == 0 ? 3 : 1
        parameters.targetMultiple = [20_000, 20_000, 15_000, 25_000][index % 4]
        parameters.minRewardRisk = index == 5 ? 15_000 : 20_000
        let duel = try Duel(parameters)
        duel.keepsNotes = false
        try duel.process(.command(Timestamp(seconds: 1_799_999_000), .stopEntries))
        let first = UInt64(index) * 640
        var number: UInt64 = 0
        try forSeeds(first..<first + 640) { random in
            let series = Series(number, period: period, random: &random)
            number += 1
            for code in try series.play(duel, &random) { seen[code, default: 0] += 1 }
        }
    }
    let codes: [ReasonCode] = [
        .warmingUp, .insideBands, .tooCloseToExpiry, .noTradesInCandle, .targetOutOfRange, .stopTooTight,
        .stopAlreadyTouched, .rewardRisk,
    ]
    for code in codes { #expect(seen[code, default: 0] > 8, "\(code) hardly came up: \(seen)") }
    #expect(seen[nil, default: 0] > 400, "signals hardly came up")
}
