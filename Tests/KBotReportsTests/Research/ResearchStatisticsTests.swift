import KBotModel
import Testing

@testable import KBotReports

/// Known values: scipy 1.x (`stats.norm`, `stats.skew`, `stats.kurtosis`), numpy, and arch 8.0 (`optimal_block_length`,
/// `StationaryBootstrap` with 40,000 draws).
@Suite struct ResearchStatisticsTests {
    private func isClose(_ value: Double?, _ known: Double, within tolerance: Double = 1e-12) -> Bool {
        guard let value else { return false }
        return abs(value - known) <= tolerance * max(abs(known), 1)
    }

    @Test(arguments: [
        (-3.5, 0.00023262907903552502), (-1, 0.15865525393145707), (-0.1, 0.460172162722971),
        (0.3, 0.6179114221889526), (1.959963984540054, 0.975), (4, 0.9999683287581669), (-40, 0), (40, 1),
    ])
    func `the normal distribution is scipy's`(value: Double, known: Double) {
        #expect(isClose(NormalDistribution.cumulative(value), known, within: 1e-15))
    }

    @Test(arguments: [
        (1e-12, -7.034483825301131), (1e-4, -3.7190164854556804), (0.01, -2.3263478740408408),
        (0.075, -1.4395314709384563), (0.2, -0.8416212335729142), (0.5, 0), (0.9, 1.2815515655446004),
        (0.975, 1.959963984540054), (0.9999, 3.719016485455709),
    ])
    func `its quantiles are scipy's`(share: Double, known: Double) {
        #expect(isClose(NormalDistribution.quantile(share), known, within: 1e-14))
    }

    @Test(
        arguments: [
            (
                1, 120, 0, 0.30857453250746364, 0.063226827504959, 2.043409790533558, 0.9996063470185376,
                2.5645382402189947
            ),
            (2, 400, 0.5, 0.6550015906378359, -0.026752986906551268, 2.2825986873436546, 1, 8.07812629537874),
            (3, 250, 0.9, 2.2497209063344865, -0.014731227867557766, 2.8161795875504594, 1, 10.793468355102068),
            (
                4, 90, -0.6, 0.10047754185391386, 0.17857094487282332, 2.5324508968783523, 0.8301214112465625,
                2.6210940386347854
            ),
        ] as [(UInt64, Int, Double, Double, Double, Double, Double, Double)]
    )
    func `moments, probability and length of blocks are those of numpy, scipy and arch`(
        seed: UInt64,
        count: Int,
        dependence: Double,
        ratio: Double,
        skewness: Double,
        kurtosis: Double,
        probability: Double,
        block: Double
    ) throws {
        let values = knownSeries(seed, count, dependence: dependence)
        let statistics = try #require(SharpeStatistics(of: values))
        #expect(isClose(statistics.ratio, ratio))
        #expect(isClose(statistics.skewness, skewness))
        #expect(isClose(statistics.kurtosis, kurtosis))
        #expect(isClose(statistics.probability(above: 0), probability))
        #expect(isClose(optimalBlockLength(of: values), block))
    }

    @Test func `the deflated Sharpe ratio is that of its authors' example`() {
        // Five years of days, annual ratio 2.5, skewness −3, kurtosis 10, variance of the annual ratios 1/2.
        let ratio = 2.5 / squareRoot(of: 250)
        let statistics = SharpeStatistics(count: 1_250, ratio: ratio, skewness: -3, kurtosis: 10)
        for (trials, known) in [(100, 0.9003968344493903), (46, 0.9505017068755787)] {
            let expected = SharpeStatistics.expectedMaximum(of: trials, variance: 1 / 500)
            #expect(isClose(statistics.probability(above: expected), known))
        }
        #expect(isClose(SharpeStatistics.expectedMaximum(of: 100, variance: 1 / 500), 0.11317200186513214))
        #expect(SharpeStatistics.expectedMaximum(of: 1, variance: 1) == 0)
    }

    @Test func `the probabilistic Sharpe ratio is that of its authors' hedge fund`() {
        let fund = SharpeStatistics(count: 24, ratio: 0.458, skewness: -2.448, kurtosis: 10.164)
        let normal = SharpeStatistics(count: 24, ratio: 0.458, skewness: 0, kurtosis: 3)
        #expect(isClose(fund.probability(above: 0), 0.913361083860933))
        #expect(isClose(normal.probability(above: 0), 0.9816749190910771))
    }

    @Test func `a record as long as the minimum has just the confidence asked for`() throws {
        let statistics = SharpeStatistics(count: 10, ratio: 0.1, skewness: -1, kurtosis: 6)
        let record = try #require(statistics.minimumTrackRecord(above: 0.02, confidence: 0.95))
        let atLeast = SharpeStatistics(count: Int(record) + 1, ratio: 0.1, skewness: -1, kurtosis: 6)
        let below = SharpeStatistics(count: Int(record), ratio: 0.1, skewness: -1, kurtosis: 6)
        #expect(try #require(atLeast.probability(above: 0.02)) >= 0.95)
        #expect(try #require(below.probability(above: 0.02)) < 0.95)
        #expect(statistics.minimumTrackRecord(above: 0.1, confidence: 0.95) == nil)
    }

    @Test(
        arguments: [(0, 1, 0.9097), (0, 4, 0.8835), (8, 1, 0.4289), (8, 4, 0.3716), (40, 4, 0)]
            as [(Int, Double, Double)]
    )
    func `the reality check agrees with arch's bootstrap`(shift: Int, block: Double, known: Double) throws {
        let columns = (0..<6).map { trial in
            knownSeries(100 + UInt64(trial), 200).map { Int64($0) - 25 + (trial == 3 ? Int64(shift) : 0) }
        }
        let observations = Observations(of: columns.map { results($0) })
        let found = RealityCheck.pValue(of: observations, blockLength: block, resamples: 4_000, seed: 5)
        #expect(isClose(found, known, within: 0.03))
    }

    @Test(arguments: [(1, -2.985, 16.645), (4, -1.84, 15.705)])
    func `intervals agree with arch's bootstrap`(block: Double, low: Double, high: Double) {
        let values = knownSeries(103, 200).map { Int64($0) - 17 }
        let means = ClusterDraws(
            sums: values.map { $0 * 1_000 },
            counts: values.map { _ in 1 },
            blockLength: block,
            resamples: 4_000,
            seed: 9
        ).means
        let ranks = percentileRanks(of: 4_000, confidence: 0.95)
        #expect(isClose(Double(means[ranks.low]) / 1_000, low, within: 0.45))
        #expect(isClose(Double(means[ranks.high]) / 1_000, high, within: 0.05))
    }

    @Test(arguments: [1, 3, 20] as [Double])
    func `every draw has as many observations, each equally often, in blocks of the length asked for`(length: Double) {
        var bootstrap = StationaryBootstrap(count: 40, blockLength: length, seed: 3)
        var counts = Array(repeating: 0, count: 40)
        var all = counts
        for _ in 0..<5_000 {
            bootstrap.draw(into: &counts)
            #expect(counts.reduce(0, +) == 40)
            for index in all.indices { all[index] += counts[index] }
        }
        // 5,000 of each, with a deviation of up to √(5,000 × (2 × length − 1)).
        let slack = 5 * squareRoot(of: 5_000 * (2 * length))
        #expect(all.allSatisfy { abs(Double($0) - 5_000) < slack })
    }

    @Test func `percentiles are the nearest ranks`() {
        #expect(percentileRanks(of: 2_000, confidence: 0.95) == (49, 1_949))
        #expect(percentileRanks(of: 1_000, confidence: 0.9) == (49, 949))
        #expect(percentileRanks(of: 100, confidence: 0.999) == (0, 99))
    }

    @Test func `markets that close together are one observation, and from thirty days on those of a day`() {
        func result(_ name: String, minute: Int64, cents: Int64, trades: Int = 1) -> MarketResult {
            MarketResult(
                market: Ticker(name),
                close: .minute(minute),
                net: Money(units: cents * 10_000),
                trades: trades
            )
        }
        let strikes = [
            [result("A", minute: 30, cents: 5), result("B", minute: 15, cents: 2), result("B", minute: 15, cents: 1)],
            [result("C", minute: 30, cents: -7), result("A", minute: 30, cents: 0, trades: 0)],
        ]
        let few = Observations(of: strikes)
        #expect(few.unit == .closingTime && few.count == 2 && few.markets == 3 && few.days == 1)
        #expect(few.column(0) == [30_000, 50_000] && few.column(1) == [0, -70_000])
        #expect(few.tradedMarkets(strikes[0]) == [1, 1] && few.tradedMarkets(strikes[1]) == [0, 1])

        let month = (0..<60).map { result("M\($0)", minute: Int64($0) * 720 + 720, cents: 1) }
        let days = Observations(of: [month])
        #expect(days.unit == .day && days.count == 30)
        #expect(days.column(0) == Array(repeating: 20_000, count: 30))
        #expect(Observations(of: [Array(month.prefix(58))]).unit == .market)
        #expect(Observations(of: []).count == 0)
    }
}
