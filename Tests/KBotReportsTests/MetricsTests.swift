import KBotModel
import KBotReports
import Testing

@Suite struct MetricsTests {
    @Test func `no trades leave every ratio and average undefined`() {
        let metrics = Metrics.of([Int64]())
        #expect(metrics.totalTrades == 0)
        #expect(metrics.netProfit == .zero)
        #expect(metrics.grossLoss == .zero)
        #expect(metrics.totalFees == .zero)
        #expect(metrics.maxDrawdown == .zero)
        #expect(metrics.maxConsecutiveWins == 0)
        #expect(metrics.winRate == nil)
        #expect(metrics.averageWin == nil)
        #expect(metrics.averageLoss == nil)
        #expect(metrics.largestWin == nil)
        #expect(metrics.largestLoss == nil)
        #expect(metrics.expectancy == nil)
        #expect(metrics.profitFactor == nil)
        #expect(metrics.payoffRatio == nil)
        #expect(metrics.perTradeSharpe == nil)
        #expect(metrics.sharpeRatio == nil)
        #expect(metrics.averageR == nil)
        #expect(metrics.averageHolding == nil)
        #expect(metrics.drawdown == nil)
    }

    @Test func `all wins have no profit factor`() {
        let metrics = Metrics.of([100, 300])
        #expect(metrics.winRate == Ratio(units: 1_000_000))
        #expect(metrics.profitFactor == nil)
        #expect(metrics.payoffRatio == nil)
        #expect(metrics.averageLoss == nil)
        #expect(metrics.largestLoss == nil)
        #expect(metrics.averageWin == Money(dollars: 2))
        #expect(metrics.maxConsecutiveWins == 2)
        #expect(metrics.maxConsecutiveLosses == 0)
    }

    @Test func `all losses have a profit factor of zero`() {
        let metrics = Metrics.of([-100, -300])
        #expect(metrics.winRate == .zero)
        #expect(metrics.profitFactor == .zero)
        #expect(metrics.payoffRatio == nil)
        #expect(metrics.grossLoss == Money(dollars: 4))
        #expect(metrics.averageLoss == Money(dollars: 2))
        #expect(metrics.largestLoss == Money(dollars: 3))
        #expect(metrics.netProfit == Money(dollars: -4))
        #expect(metrics.expectancy == Money(dollars: -2))
        #expect(metrics.maxConsecutiveLosses == 2)
    }

    @Test func `one trade has averages but no deviation`() {
        let metrics = Metrics.of([123])
        #expect(metrics.totalTrades == 1)
        #expect(metrics.expectancy == Money(units: 1_230_000))
        #expect(metrics.averageWin == metrics.largestWin)
        #expect(metrics.perTradeSharpe == nil)
    }

    @Test func `a trade with net 0 is neither win nor loss`() {
        let metrics = Metrics.of([100, 0, 0, -50])
        #expect(metrics.totalTrades == 4)
        #expect(metrics.winningTrades == 1)
        #expect(metrics.losingTrades == 1)
        #expect(metrics.breakEvenTrades == 2)
        #expect(metrics.winRate == Ratio(units: 250_000))
        #expect(metrics.expectancy == Money(units: 125_000))
    }

    @Test(
        arguments: [
            ([1, 1, -1, 1, 1, 1, -1], 3, 1), ([1, 0, 1], 2, 0), ([-1, 0, 0, -1, 1], 1, 2), ([0, 0], 0, 0),
            ([-1, -1, -1, 1], 1, 3), ([1, 0, -1, 0, 1, 0, 1], 2, 1),
        ] as [([Int64], Int, Int)]
    )
    func `streaks run through trades with net 0`(results: [Int64], wins: Int, losses: Int) {
        let metrics = Metrics.of(results)
        #expect(metrics.maxConsecutiveWins == wins)
        #expect(metrics.maxConsecutiveLosses == losses)
    }

    @Test func `a trade that gains before fees and loses after them is a loss`() {
        let metrics = Metrics.of([-1])  // gross +1 cent, fees 2 cents
        #expect(metrics.losingTrades == 1)
        #expect(metrics.grossProfit == .zero)
        #expect(metrics.grossLoss == Money(units: 10_000))
    }

    @Test(
        arguments: [
            ([1, 1, 2], 13_333), ([1, 2, 2], 16_667), ([-1, -2, -2], -16_667), ([1, 0], 5_000),
        ] as [([Int64], Int64)]
    )
    func `averages round to the nearest microdollar`(cents: [Int64], units: Int64) {
        #expect(Metrics.of(cents).expectancy == Money(units: units))
    }

    @Test func `half a microdollar rounds away from zero`() {
        func trade(_ units: Int64) -> ClosedTrade {
            ClosedTrade(
                strategy: "s",
                market: "M",
                direction: .long,
                count: Quantity(units: 1),
                entryValue: .zero,
                exitValue: Money(units: units),
                fees: .zero,
                opened: start,
                closed: start,
                exit: .stop,
                plan: TradePlan(entry: Price(cents: 50), stop: Price(cents: 45), target: Price(cents: 60))
            )
        }
        #expect(Metrics.of([trade(1), trade(2)]).expectancy == Money(units: 2))
        #expect(Metrics.of([trade(-1), trade(-2)]).expectancy == Money(units: -2))
    }

    @Test func `the per-trade Sharpe ratio is the mean over the sample deviation`() {
        // mean 2, deviations -1, 0, 1: sample variance 1
        #expect(Metrics.of([100, 200, 300]).perTradeSharpe == Ratio(units: 2_000_000))
        // mean -1, deviations ±2: sample variance 8, -1/√8
        #expect(Metrics.of([100, -300]).perTradeSharpe == Ratio(units: -353_553))
        #expect(Metrics.of([100, 100, 100]).perTradeSharpe == nil)
    }

    @Test func `R is the net result over the planned risk`() {
        // ten contracts, 5¢ of risk: 50¢ planned; +1.00 is 2R, -0.50 is -1R
        let metrics = Metrics.of([100, -50])
        #expect(metrics.averageR == Ratio(units: 500_000))
    }

    @Test func `fees of open positions are fees of the run`() {
        let metrics = Metrics.of([.net(100)], openPositions: [.sample()])
        #expect(metrics.totalFees == Money(units: 190_000))
        #expect(metrics.totalTrades == 1)
    }

    @Test func `exits and directions are counted`() {
        let metrics = Metrics.of([.net(1, exit: .target), .net(1, exit: .target), .net(1, exit: .settlement)])
        #expect(metrics.exits == [.target: 2, .settlement: 1])
        #expect(metrics.longTrades == 3)
        #expect(metrics.shortTrades == 0)
    }

    @Test func `time in market counts overlapping positions once`() {
        // three minutes each: 0–3, 2–5, 10–13: eight minutes of 1,440
        let trades = [ClosedTrade.net(1, at: 10), .net(1, at: 0), .net(1, at: 2)]
        let metrics = Metrics.of(trades)
        #expect(metrics.averageHolding == .minutes(3))
        #expect(metrics.timeInMarket == Ratio(8, over: 1_440))
        // the open one is held from minute 1,430 to the end
        #expect(Metrics.of(trades, openPositions: [.sample()]).timeInMarket == Ratio(18, over: 1_440))
    }

    @Test func `every figure equals a calculation in fractions on random trades`() {
        for seed in UInt64(0)..<300 {
            var generator = SeededGenerator(seed: seed)
            let count = Int.random(in: 0...40, using: &generator)
            let trades = (0..<count).map { _ in ClosedTrade.random(using: &generator) }
            let metrics = Metrics.of(trades)
            let nets = trades.map { trade in
                (trade.exitValue.units - trade.entryValue.units) * (trade.direction == .long ? 1 : -1)
                    - trade.fees.units
            }
            let wins = nets.filter { $0 > 0 }
            let losses = nets.filter { $0 < 0 }.map { -$0 }
            let profit = wins.reduce(0, +)
            let loss = losses.reduce(0, +)
            func average(_ values: [Int64]) -> Int64? {
                values.isEmpty ? nil : Fraction(values.reduce(0, +), values.count).rounded()
            }
            #expect(metrics.totalTrades == count, "seed \(seed)")
            #expect(metrics.winningTrades == wins.count, "seed \(seed)")
            #expect(metrics.losingTrades == losses.count, "seed \(seed)")
            #expect(metrics.grossProfit.units == profit, "seed \(seed)")
            #expect(metrics.grossLoss.units == loss, "seed \(seed)")
            #expect(metrics.netProfit.units == profit - loss, "seed \(seed)")
            #expect(metrics.averageWin?.units == average(wins), "seed \(seed)")
            #expect(metrics.averageLoss?.units == average(losses), "seed \(seed)")
            #expect(metrics.expectancy?.units == average(nets), "seed \(seed)")
            #expect(metrics.largestWin?.units == wins.max(), "seed \(seed)")
            #expect(metrics.largestLoss?.units == losses.max(), "seed \(seed)")
            #expect(metrics.totalFees.units == trades.map(\.fees.units).reduce(0, +), "seed \(seed)")
            let million: Int128 = 1_000_000
            let winRate = count == 0 ? nil : Fraction(wins.count, count).rounded(times: million)
            #expect(metrics.winRate?.units == winRate, "seed \(seed)")
            let factor = loss == 0 ? nil : Fraction(profit, loss).rounded(times: million)
            #expect(metrics.profitFactor?.units == factor, "seed \(seed)")
        }
    }
}
