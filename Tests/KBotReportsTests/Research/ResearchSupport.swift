import Foundation
import KBotModel

@testable import KBotReports

/// Whole numbers from −100 to 150 out of the seeded generator, each with a share of the one before: what the program
/// that calculated the known values with numpy made, too.
func knownSeries(_ seed: UInt64, _ count: Int, dependence: Double = 0) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    var last: Int64 = 0
    return (0..<count).map { _ in
        last = Int64(generator.next() % 251) - 100 + Int64(dependence * Double(last))
        return Double(last)
    }
}

/// What a trial made of markets that closed a quarter of an hour apart, in cents.
func results(_ cents: [Int64], from first: Int = 0, stake: Int64 = 0) -> [MarketResult] {
    cents.enumerated().map { index, cents in
        MarketResult(
            market: Ticker("M\(first + index)"),
            close: .minute(Int64(first + index) * 15),
            net: Money(units: cents * 10_000),
            trades: 1,
            stake: Money(units: stake * 10_000)
        )
    }
}

/// A result without an edge, in cents, for one contract.
enum FairGame: CaseIterable {
    /// A stop and a target ten cents away.
    case coin
    /// A contract for 30¢ that pays a dollar three times in ten.
    case longShot
    /// A contract for 97¢ that pays a dollar 97 times in a hundred.
    case favourite
    /// Either sign; one in a hundred is ten times as large as the usual one.
    case fatTails

    var stake: Int64 {
        switch self {
        case .coin: 50
        case .longShot: 30
        case .favourite: 97
        case .fatTails: 400
        }
    }

    func draw(_ generator: inout SeededGenerator) -> Int64 {
        switch self {
        case .coin: return Bool.random(using: &generator) ? 10 : -10
        case .longShot: return Int.random(in: 0..<10, using: &generator) < 3 ? 70 : -30
        case .favourite: return Int.random(in: 0..<100, using: &generator) < 97 ? 3 : -97
        case .fatTails:
            let place = Double(Int64.random(in: 1...1_000, using: &generator)) / 1_000
            let size = Int64(10 / squareRoot(of: place))
            return Bool.random(using: &generator) ? size : -size
        }
    }
}

/// Seeds of each property: `KBOT_RESEARCH_SEEDS`, or few enough for every day.
let researchSeeds = UInt64(ProcessInfo.processInfo.environment["KBOT_RESEARCH_SEEDS"] ?? "") ?? 60

/// Trials over the same markets; the one with the largest profit in sample is chosen.
func sweep(
    trials: Int,
    markets: Int,
    later: Int,
    stake: Int64,
    seed: UInt64,
    resamples: Int,
    result: (_ trial: Int, inout SeededGenerator) -> Int64
) -> ResearchVerdict {
    var generator = SeededGenerator(seed: seed &* 0x9E37 &+ 1)
    let samples = (0..<trials).map { trial in
        TrialSample(
            number: trial,
            inSample: results((0..<markets).map { _ in result(trial, &generator) }, stake: stake),
            outOfSample: results((0..<later).map { _ in result(trial, &generator) }, from: markets, stake: stake)
        )
    }
    func profit(_ sample: TrialSample) -> Int64 { sample.inSample.reduce(0) { $0 + $1.net.units } }
    let chosen = samples.indices.max { profit(samples[$0]) < profit(samples[$1]) } ?? 0
    return ResearchVerdict(of: samples, chosen: chosen, seed: seed, resamples: resamples)
}
