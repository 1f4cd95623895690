import Foundation
import KBotModel
import Testing

@testable import KBotReports

@Suite struct ResearchVerdictTests {
    private func verdict(_ first: [Int64], _ later: [Int64], stake: Int64 = 0) -> ResearchVerdict {
        let sample = TrialSample(
            number: 7,
            parameters: [.init(name: "period", value: "20")],
            inSample: results(first, stake: stake),
            outOfSample: results(later, from: first.count, stake: stake)
        )
        return ResearchVerdict(of: [sample], chosen: 0, resamples: 500)
    }

    /// Two losses of 5¢ and three gains of 10¢, over and over.
    private func gains(_ count: Int) -> [Int64] { (0..<count).map { $0 * 3 % 5 < 2 ? -5 : 10 } }

    // MARK: What is claimed

    @Test(arguments: FairGame.allCases)
    func `without an edge, one is claimed no more often than is said`(game: FairGame) {
        var claims = 0
        var gains = 0
        for seed in 0..<researchSeeds {
            let verdict = sweep(
                trials: 50,
                markets: 70,
                later: 40,
                stake: game.stake,
                seed: seed,
                resamples: 200
            ) { _, generator in game.draw(&generator) }
            if verdict.claimsEdge { claims += 1 }
            if verdict.outOfSample.finding == .gain { gains += 1 }
        }
        // 5% and three deviations of a binomial count. Out of sample alone each side has half of them.
        let seeds = Double(researchSeeds)
        let most = 0.05 * seeds + 3 * squareRoot(of: seeds * 0.05 * 0.95)
        #expect(Double(claims) <= most && Double(gains) <= most, "\(claims) claims, \(gains) gains in \(researchSeeds)")
    }

    @Test func `an edge of four cents a contract over 500 markets is found`() {
        var found = 0
        let seeds = max(researchSeeds / 3, 20)
        for seed in 0..<seeds {
            let verdict = sweep(trials: 50, markets: 350, later: 150, stake: 50, seed: seed, resamples: 200) {
                trial,
                generator in
                // Stop and target 12¢ away: two in three reach the target with the edge, one in two without it.
                Int.random(in: 0..<6, using: &generator) < (trial == 17 ? 4 : 3) ? 12 : -12
            }
            if verdict.claimsEdge, verdict.chosen == 17 { found += 1 }
        }
        let least = 0.9 * Double(seeds) - 2 * squareRoot(of: Double(seeds) * 0.09)
        #expect(Double(found) >= least, "found in \(found) of \(seeds)")
    }

    @Test(arguments: [true, false])
    func `no verdict can be read without knowing that no fees were charged`(gains isGain: Bool) {
        let cents = isGain ? gains(100) : gains(100).map { 2 - $0 }
        let sample = TrialSample(number: 1, inSample: results(cents), outOfSample: results(cents, from: 100))
        let free = ResearchVerdict(of: [sample], chosen: 0, feesCharged: .none, resamples: 500)
        let charged = ResearchVerdict(of: [sample], chosen: 0, resamples: 500)
        #expect(free.claimsEdge == isGain && charged.claimsEdge == isGain)
        #expect(free.sentence == "No fees were charged: this is before the costs of trading. " + charged.sentence)
        #expect(!charged.sentence.contains("fees"))
    }

    @Test func `a market that closes at midnight belongs to the day that ends then`() {
        // Five days of quarters of an hour, the last of each day at 00:00.
        let closes = (1...480).map { Timestamp.minute(Int64($0) * 15) }
        let sample = closes.enumerated().map { MarketResult(market: Ticker("M\($0)"), close: $1) }
        #expect(Observations(of: [sample]).days == 5)
    }

    @Test func `a claim needs both periods`() {
        let both = verdict(gains(100), gains(60))
        #expect(both.claimsEdge && both.sentence.hasPrefix("An edge distinguishable from zero at 95%: out of sample"))
        #expect(both.errorRate == 0.05 && both.sentence.contains("at most 5% of cases"))
        let onlyFirst = verdict(gains(100), gains(60).map { 2 - $0 })
        #expect(!onlyFirst.claimsEdge && onlyFirst.sentence.contains("out of sample: "))
        var generator = SeededGenerator(seed: 1)
        let even = (0..<100).map { $0 < 50 ? Int64(11) : -9 }.shuffled(using: &generator)
        let onlyLater = verdict(even, gains(60))
        #expect(!onlyLater.claimsEdge && onlyLater.sentence.contains("in sample a trial without an edge"))
        let losing = verdict(gains(100).map { -$0 }, gains(60))
        #expect(!losing.claimsEdge && losing.sentence.contains("in sample the chosen trial gained nothing"))
        #expect(losing.inSample.finding == .loss && losing.selection.realityCheck == 1)
    }

    @Test func `gains that one lost stake would undo are no edge`() {
        let favourite = verdict(Array(repeating: 1, count: 100), Array(repeating: 1, count: 60), stake: 99)
        #expect(favourite.outOfSample.perMarketInterval?.low == Money(units: 10_000))
        #expect(favourite.outOfSample.finding == .nothing && !favourite.claimsEdge)
        #expect(favourite.outOfSample.sentence.contains("one market more that lost its whole stake"))
    }

    @Test func `fifty tries weigh more than one`() {
        func samples(_ count: Int) -> [TrialSample] {
            var generator = SeededGenerator(seed: 4)
            return (0..<count).map { number in
                let cents = (0..<80).map { _ in FairGame.coin.draw(&generator) + (number == 0 ? 3 : 0) }
                return TrialSample(number: number, inSample: results(cents), outOfSample: [])
            }
        }
        let one = ResearchVerdict(of: samples(1), chosen: 0, resamples: 500)
        let many = ResearchVerdict(of: samples(50), chosen: 0, resamples: 500)
        let earlier = ResearchVerdict(of: samples(50), chosen: 0, earlierTrials: 450, resamples: 500)
        let chances = [one, many, earlier].compactMap(\.selection.realityCheck)
        #expect(chances.count == 3 && chances == chances.sorted() && chances[0] < chances[1])
        let deflated = [one, many, earlier].compactMap(\.selection.deflatedSharpe)
        #expect(deflated.count == 3 && deflated[0] > deflated[1] && deflated[1] > deflated[2])
        #expect(one.warnings.isEmpty && many.warnings[0].hasPrefix("50 trials were made."))
        #expect(earlier.trials == 500 && earlier.warnings.contains { $0.hasPrefix("450 trials of these") })
    }

    @Test func `identical trials are one`() {
        func verdict(_ count: Int) -> ResearchVerdict {
            let sample = TrialSample(number: 1, inSample: results(gains(60)), outOfSample: results(gains(60), from: 60))
            return ResearchVerdict(of: Array(repeating: sample, count: count), chosen: 0, resamples: 300)
        }
        #expect(verdict(20).selection.realityCheck == verdict(1).selection.realityCheck)
        #expect(verdict(20).selection.expectedMaximumSharpe == 0)
    }

    // MARK: Little to go by

    @Test func `no trades, few markets, few trades and one closing time are too little to say`() {
        #expect(verdict([], []).outOfSample.sentence == "no trades: nothing to say")
        #expect(verdict(gains(100), gains(7)).outOfSample.sentence == "too few markets (7) to say")
        #expect(verdict(gains(100), gains(29)).outOfSample.sentence == "too few trades (29) to say")
        var strikes = results(gains(60))
        for index in strikes.indices { strikes[index].close = .minute(15) }
        let sample = TrialSample(number: 1, inSample: strikes, outOfSample: strikes)
        let verdict = ResearchVerdict(of: [sample], chosen: 0)
        #expect(verdict.outOfSample.sentence == "markets at too few different times (1) to say")
        #expect(verdict.outOfSample.unit == .closingTime && verdict.outOfSample.perMarketInterval == nil)
        #expect(verdict.warnings.contains { $0.hasPrefix("60 markets out of sample also had a part") })
    }

    @Test(
        arguments: [
            [], [0], [5], [-5], [0, 0], [3, 3, 3], Array(repeating: 0, count: 40), Array(repeating: 7, count: 40),
            Array(repeating: -7, count: 40), [1, -1], Array(repeating: 1, count: 39) + [-39],
        ] as [[Int64]]
    )
    func `nothing is infinite or not a number, and every verdict is coded, read back and printed`(cents: [Int64]) throws
    {
        for verdict in [verdict(cents, cents), verdict(gains(50), cents), verdict(cents, gains(50))] {
            let coded = try JSONEncoder().encode(verdict)  // refuses what is not finite
            #expect(try JSONDecoder().decode(ResearchVerdict.self, from: coded) == verdict)
            for width in [40, 80, 100, 200] {
                let text = verdict.text(width: width)
                #expect(!text.lowercased().contains("nan") && !text.contains("inf"))
                #expect(text.split(separator: "\n").allSatisfy { $0.count <= min(max(width, 40), 100) }, "\(text)")
            }
        }
    }

    @Test(arguments: [40, 80, 100])
    func `what the choices of all windows made is said to be no trial's`(width: Int) {
        let verdict = verdict(gains(50), gains(50))
        var page = TextPage(width: width)
        verdict.write(to: &page, isWalkForward: true)
        #expect(page.text.contains("\nIN SAMPLE, AND CHOICES OF ALL WINDOWS\n"))
        #expect(
            page.text.replacing("\n", with: " ").contains("In sample stands trial 7, chosen by all the time before")
        )
        #expect(!page.text.contains("OUT OF SAMPLE, TRIAL"))
        #expect(page.text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(page.text)")
        #expect(verdict.text(width: width).contains("\nIN SAMPLE AND OUT OF SAMPLE, TRIAL 7\n"))
    }

    @Test func `the same samples and seed give the same verdict, another seed nearly the same`() throws {
        func verdict(_ seed: UInt64) -> ResearchVerdict {
            sweep(trials: 5, markets: 60, later: 60, stake: 50, seed: 3, resamples: 500) { _, generator in
                FairGame.coin.draw(&generator) + 2
            }
        }
        #expect(verdict(1) == verdict(1))
        let sample = TrialSample(number: 1, inSample: results(gains(60)), outOfSample: results(gains(60), from: 60))
        let one = ResearchVerdict(of: [sample], chosen: 0, seed: 1, resamples: 500).outOfSample
        let two = ResearchVerdict(of: [sample], chosen: 0, seed: 2, resamples: 500).outOfSample
        #expect(one.sharpe == two.sharpe && one.perMarket == two.perMarket)
        let low = try #require(one.perMarketInterval).low - #require(two.perMarketInterval).low
        #expect(low.magnitude < Money(units: 10_000))
    }

    @Test func `keys of the JSON are words with underscores, and money is text`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(verdict(gains(100), gains(60))), as: UTF8.self)
        #expect(text.contains(#""claims_edge":true"#) && text.contains(#""net":"2.400000""#))
        #expect(text.contains(#""per_market_interval":{"high":""#) && text.contains(#""reality_check":0."#))
        let isCamel = text.split(separator: "\"").contains { part in
            part.allSatisfy { $0.isLetter || $0 == "_" } && part.contains { $0.isUppercase }
                && part.first?.isLowercase == true
        }
        #expect(!isCamel)
    }
}
