import KBotModel
import Testing

@testable import KBotReports

@Suite struct TradeAnalysisTests {
    private func trades(_ seed: UInt64, _ count: Int) -> [ClosedTrade] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            .random(using: &generator, market: Ticker("M\(Int.random(in: 0..<15, using: &generator))"))
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `every grouping adds up to all trades, and each group to its own`(seed: UInt64) {
        let trades = trades(seed, 200)
        let analysis = TradeAnalysis(of: trades)
        func key(_ grouping: Int, _ trade: ClosedTrade) -> String {
            switch grouping {
            case 0: String(trade.closed.description.prefix(10))
            case 1: String(trade.opened.description.dropFirst(11).prefix(2))
            case 2: trade.market.text
            case 3: trade.exit.rawValue
            default: trade.direction.rawValue
            }
        }
        let groupings = [
            analysis.byDay, analysis.byHour, analysis.byMarket, analysis.byExit, analysis.byDirection,
        ]
        for (index, groups) in groupings.enumerated() {
            #expect(groups.reduce(0) { $0 + $1.trades } == 200)
            #expect(Set(groups.map(\.key)).count == groups.count)
            for group in groups {
                let own = trades.filter { key(index, $0) == group.key }
                #expect(group.trades == own.count)
                #expect(group.winning == own.count { $0.netPnL.units > 0 })
                #expect(group.netPnL.units == own.reduce(0) { $0 + $1.netPnL.units })
                #expect(group.fees.units == own.reduce(0) { $0 + $1.fees.units })
            }
        }
        #expect(analysis.byHour.map(\.key) == analysis.byHour.map(\.key).sorted())
    }

    @Test(arguments: 0..<30)
    func `a histogram counts every value in the range it lies in, zero on a border`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let reach = Int64(1) << Int64.random(in: 1...40, using: &generator)
        let values = (0..<100).map { _ in Int64.random(in: -reach...reach * 2, using: &generator) }
        let histogram = try #require(Histogram(of: values))
        #expect(histogram.counts.count <= 24 && histogram.from % histogram.width == 0)
        for (index, count) in histogram.counts.enumerated() {
            let range = histogram.lowerEnd(index)..<histogram.lowerEnd(index + 1)
            #expect(count == values.count(where: range.contains))
        }
        #expect(histogram.counts.first != 0 && histogram.counts.last != 0)
    }

    @Test func `no trades, one trade and equal trades have histograms that make sense`() throws {
        #expect(Histogram(of: []) == nil)
        #expect(try #require(Histogram(of: [-5])).counts == [1])
        #expect(try #require(Histogram(of: [70, 70, 70])).counts == [3])
        #expect(
            TradeAnalysis(of: []).verdict.sentence == "There is no closed trade: nothing can be said of the strategy."
        )
    }

    private func trade(
        _ direction: Direction,
        entry: Int32,
        exit: Int32,
        by way: ClosedTrade.Exit,
        plan: TradePlan,
        market: Ticker = "M"
    ) -> ClosedTrade {
        let count = Quantity(contracts: 10)
        return ClosedTrade(
            strategy: "s",
            market: market,
            direction: direction,
            count: count,
            entryValue: Price(cents: entry) * count,
            exitValue: Price(cents: exit) * count,
            fees: Money(units: 100_000),
            opened: .minute(1),
            closed: .minute(2),
            exit: way,
            plan: plan
        )
    }

    @Test func `slippage is what was worse than planned, in both directions`() {
        let long = TradePlan(entry: Price(cents: 40), stop: Price(cents: 35), target: Price(cents: 50))
        let short = TradePlan(entry: Price(cents: 60), stop: Price(cents: 65), target: Price(cents: 50))
        let costs = TradeAnalysis(of: [
            trade(.long, entry: 41, exit: 33, by: .stop, plan: long),  // 1¢ and 2¢ worse, times ten
            trade(.short, entry: 59, exit: 66, by: .stop, plan: short),  // 1¢ and 1¢ worse
            trade(.long, entry: 40, exit: 51, by: .target, plan: long),  // as planned, then 1¢ better
            trade(.long, entry: 39, exit: 100, by: .settlement, plan: long),  // 1¢ better, no planned exit
        ]).costs
        #expect(costs.fees == Money(units: 400_000))
        #expect(costs.entries.slippage == Money(units: 100_000) && costs.entries.trades == 4)
        #expect(costs.stops.slippage == Money(units: 300_000) && costs.stops.perContract == Money(units: 15_000))
        #expect(costs.targets.slippage == Money(units: -100_000))
        #expect(costs.unplanned == 1)
    }

    @Test func `calibration counts the price of the side bought and what became of that side`() {
        let plan = TradePlan(entry: Price(cents: 40), stop: Price(cents: 35), target: Price(cents: 50))
        let outcomes = [
            MarketOutcome(market: "YES", settlement: .no, time: .minute(3)),
            MarketOutcome(market: "YES", settlement: .yes, time: .minute(4)),  // corrected
            MarketOutcome(market: "NO", settlement: .no, time: .minute(3)),
        ]
        let trades = [
            trade(.long, entry: 40, exit: 35, by: .stop, plan: plan, market: "YES"),
            trade(.long, entry: 44, exit: 50, by: .target, plan: plan, market: "NO"),
            trade(.short, entry: 58, exit: 50, by: .target, plan: plan, market: "NO"),  // NO at 42¢
            trade(.short, entry: 20, exit: 0, by: .settlement, plan: plan, market: "NO"),  // NO at 80¢
            trade(.long, entry: 40, exit: 50, by: .target, plan: plan, market: "?"),
        ]
        let calibration = TradeAnalysis(of: trades, outcomes: outcomes).calibration
        #expect(calibration.unknown == 1)
        #expect(calibration.bins.map(\.trades) == [3, 1])
        #expect(calibration.bins.map(\.markets) == [2, 1])
        #expect(calibration.bins.map(\.from) == [Price(cents: 40), Price(cents: 80)])
        #expect(calibration.bins[0].meanPrice == Money(units: 420_000))
        #expect(calibration.bins[0].meanOutcome == Money(units: 666_667))
        #expect(calibration.bins[1].meanOutcome == Money(dollars: 1))
    }
}

@Suite struct VerdictTests {
    /// Trades of so many markets with these results in cents, one a market.
    private func verdict(_ cents: [Int64], isSimulated: Bool = false) -> PlainVerdict {
        let trades = cents.enumerated().map { ClosedTrade.net($1, at: Int64($0), market: Ticker("M\($0)")) }
        return TradeAnalysis(of: trades, isSimulated: isSimulated).verdict
    }

    @Test func `few trades or few markets are too few for a statement`() {
        let few = verdict(Array(repeating: 100, count: 29))
        #expect(few.isTooSmall && few.sentence.contains("too few for a statement"))
        let one = TradeAnalysis(of: (0..<100).map { ClosedTrade.net(100, at: $0) }).verdict
        #expect(one.isTooSmall && one.interval == nil && one.markets == 1)
    }

    @Test func `results around zero are not distinguishable from it`() {
        let verdict = verdict((0..<100).map { $0 % 2 == 0 ? 105 : -100 })
        #expect(!verdict.isTooSmall && verdict.sentence.hasSuffix("not distinguishable from zero."))
        #expect(verdict.mean == Money(units: 25_000))
    }

    @Test func `an interval beyond zero is named, and no edge is claimed`() {
        let gains = verdict((0..<100).map { $0 % 3 == 0 ? -50 : 200 })
        #expect(gains.interval?.excludesZero == true)
        #expect(gains.sentence.contains("above zero") && gains.sentence.contains("no proof of an edge"))
        let losses = verdict((0..<100).map { $0 % 3 == 0 ? 50 : -200 })
        #expect(losses.sentence.contains("lies below zero"))
    }

    @Test func `a simulated market says so in the verdict`() {
        #expect(verdict([1, 2, 3], isSimulated: true).sentence.hasSuffix("this says nothing about real profits."))
    }

    @Test func `without fees the verdict says so before anything else`() {
        let trades = (0..<40).map { ClosedTrade.net(100, at: $0, market: Ticker("M\($0)")) }
        let free = TradeAnalysis(of: trades, feesCharged: .none).verdict.sentence
        #expect(free.hasPrefix("No fees were charged: this is before the costs of trading. The mean net result"))
        #expect(
            TradeAnalysis(of: trades, feesCharged: .some).verdict.sentence.hasPrefix("Some markets charged no fees")
        )
        #expect(TradeAnalysis(of: [], feesCharged: .none).verdict.sentence.hasPrefix("There is no closed trade"))
    }

    @Test func `equal results have an interval without width, and the same trades the same interval`() {
        let verdict = verdict(Array(repeating: 100, count: 40))
        #expect(verdict.interval?.low == Money(dollars: 1) && verdict.interval?.high == Money(dollars: 1))
        let random = TradeAnalysis(of: RunReport.charted.trades).verdict
        #expect(random == TradeAnalysis(of: RunReport.charted.trades).verdict)
    }

    @Test func `the interval is about as wide as the normal one for many independent results`() throws {
        var generator = SeededGenerator(seed: 11)
        let cents = (0..<400).map { _ in Int64.random(in: -500...500, using: &generator) }
        let interval = try #require(verdict(cents).interval)
        let mean = Double(cents.reduce(0, +)) / 400
        let variance = cents.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 399
        let halfWidth = 1.96 * (variance / 400).squareRoot() * 10_000
        let found = Double(interval.high.units - interval.low.units) / 2
        #expect(abs(found / halfWidth - 1) < 0.1)
    }

    @Test func `of 200 markets without an edge the interval leaves out zero in about one in twenty`() {
        var claims = 0
        for seed in 0..<200 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed &* 77)
            let cents = (0..<60).map { _ in Bool.random(using: &generator) ? Int64(100) : -100 }
            if verdict(cents).interval?.excludesZero == true { claims += 1 }
        }
        #expect((2...22).contains(claims), "\(claims) of 200")
    }
}
