import KBotModel
import Testing

@testable import KBotRuntime

/// Figures, constraints, windows.
@Suite struct SweepFiguresTests {
    private static func trade(_ market: Int, _ opened: Int64, _ ended: Int64, _ cents: Int64) -> SweepTrade {
        SweepTrade(
            market: market,
            opened: Timestamp(seconds: opened),
            ended: Timestamp(seconds: ended),
            net: Money(units: cents * 10_000),
            fees: Money(units: 10_000),
            stake: Money(units: 500_000)
        )
    }

    private static let trades = [
        trade(0, 0, 10, 300), trade(0, 20, 40, -100), trade(1, 5, 30, -400), trade(2, 50, 60, 200),
    ]

    @Test func `figures of a few trades, worked out by hand`() throws {
        // Markets: +2, −4, +2 and one without a trade: mean 0, so a Sharpe ratio of 0.
        let units = [200, -400, 200, 0].map { Money(units: $0 * 10_000) }
        let figures = SweepFigures(of: Self.trades, units: units)
        #expect(figures.trades == 4 && figures.wins == 2 && figures.markets == 3)
        #expect(figures.net == .zero && figures.grossProfit == Money(units: 5_000_000))
        #expect(figures.grossLoss == Money(units: 5_000_000) && figures.fees == Money(units: 40_000))
        // In the order of their ends: 3, −1, −2, 0.
        #expect(figures.drawdown == Money(units: 5_000_000))
        #expect(figures.sharpe == 0 && figures.tradeSharpe == 0)
        #expect(SweepMeasure.profitFactor.value(of: figures) == 1 && SweepMeasure.winRate.value(of: figures) == 0.5)
        #expect(SweepMeasure.expectancy.value(of: figures) == 0 && SweepMeasure.netPerDrawdown.value(of: figures) == 0)
        let two = SweepFigures(
            of: [Self.trades[0], Self.trades[3]],
            units: [3, 2].map { Money(units: $0 * 1_000_000) }
        )
        // 2.5 over the deviation of {3, 2}, √0.5.
        #expect(abs((two.sharpe ?? 0) - 2.5 / 0.5.squareRoot()) < 1e-12 && two.drawdown == .zero)
        #expect(SweepMeasure.profitFactor.value(of: two) == .greatestFiniteMagnitude)
    }

    @Test func `no trade has no ratio, and never a number that is none`() {
        let none = SweepFigures(of: [], units: [.zero, .zero])
        for measure in SweepMeasure.allCases {
            let value = measure.value(of: none)
            #expect(value == nil || value == 0)
        }
        #expect(SweepFigures(of: [], units: []).sharpe == nil)
    }

    @Test(arguments: [
        ("trades>=50", 50, true), ("trades>=50", 49, false), ("total_trades > 50", 50, false), ("trades<=3", 3, true),
        ("trades<3", 3, false),
    ])
    func `constraints`(text: String, count: Int, holds: Bool) throws {
        let trades = (0..<count).map { Self.trade(0, Int64($0), Int64($0), 1) }
        #expect(try SweepConstraint(text).holds(for: SweepFigures(of: trades, units: [])) == holds)
    }

    @Test(arguments: ["trades", "trades=5", "trades>=", "trades>=many", "luck>=1", ">=1"])
    func `constraints that are none`(text: String) {
        #expect(throws: RunFailure.self) { try SweepConstraint(text) }
    }

    @Test func `names of reports are understood, and near misses named`() throws {
        #expect(try SweepMeasure.named("net_profit", option: "") == .net)
        #expect(try SweepMeasure.named("sharpe", option: "") == .sharpe)
        let failure = #expect(throws: RunFailure.self) { try SweepMeasure.named("sharp", option: "--objective sharp") }
        #expect(failure?.message.contains("did you mean sharpe?") == true)
        #expect(try SweepConstraint("total_trades >= 50").description == "trades>=50")
    }

    // MARK: Windows

    /// Markets of ten minutes, one after the other.
    private static let data = SweepMarkets(
        markets: (1...10).map { SweepMarket(ticker: Ticker("M\($0)"), closes: Timestamp(seconds: Int64($0) * 600)) },
        first: Timestamp(seconds: 5),
        last: Timestamp(seconds: 5_990)
    )

    @Test func `the last markets in time are held out`() throws {
        let folds = try SweepSplit.holdout("30%").folds(of: Self.data)
        #expect(folds.map(\.split) == [Timestamp(seconds: 4_200)])
        let units = Self.data.units
        #expect(units.count(where: folds[0].isInSample) == 7 && units.count(where: folds[0].isOutOfSample) == 3)
        #expect(try SweepSplit.holdout("0%").folds(of: Self.data) == [.whole])
        // One endless market with a single day: the time is parted.
        let endless = SweepMarkets(
            markets: [SweepMarket(ticker: "B", closes: BarFiles.noEnd, days: [UTCDay(number: 0)])],
            first: Timestamp(seconds: 0),
            last: Timestamp(seconds: 1_000)
        )
        #expect(try SweepSplit.usual.folds(of: endless).map(\.split) == [Timestamp(seconds: 700)])
    }

    @Test func `windows follow one another, and each trade is judged at most once`() throws {
        let folds = try SweepSplit.walkForward("30m/10m").folds(of: Self.data)
        #expect(folds.count == 7 && folds[0].from == Timestamp(seconds: 5) && folds[6].to == .distantFuture)
        for (one, next) in zip(folds, folds.dropFirst()) { #expect(one.to == next.split && one.split < next.split) }
        for second in stride(from: Int64(0), to: 6_000, by: 7) {
            let trade = Self.trade(0, second, second + 100, 1)
            #expect(folds.count { $0.isOutOfSample(trade) } == (trade.opened >= folds[0].split ? 1 : 0))
            #expect(folds.allSatisfy { !($0.isInSample(trade) && $0.isOutOfSample(trade)) })
        }
        #expect(throws: RunFailure.self) { try SweepSplit.walkForward("5d/1d").folds(of: Self.data) }
    }

    @Test func `a trade that is open when the choice is made is in neither part`() {
        let fold = SweepFold(from: .distantPast, split: Timestamp(seconds: 25), to: .distantFuture)
        #expect(Self.trades.map(fold.isInSample) == [true, false, false, false])
        #expect(Self.trades.map(fold.isOutOfSample) == [false, false, false, true])
    }

    @Test(arguments: ["30", "95%", "-1%", "%", "x%"])
    func `shares that are none`(text: String) { #expect(throws: RunFailure.self) { try SweepSplit.holdout(text) } }

    @Test(arguments: ["5d", "5d/", "5d/1d/1d", "a/b", "10s/1d"])
    func `windows that are none`(text: String) { #expect(throws: RunFailure.self) { try SweepSplit.walkForward(text) } }

    @Test(arguments: [
        SweepSplit.usual, .holdout(permille: 0), .holdout(permille: 125),
        .walkForward(train: .hours(120), test: .hours(24)),
    ])
    func `a split is read back from its text`(split: SweepSplit) { #expect(SweepSplit(text: split.text) == split) }

    @Test func `stakes held at one time add up`() {
        // The first two follow each other; the third overlaps both.
        #expect(Array(Self.trades[..<3]).largestStake == Money(units: 1_000_000))
        #expect([SweepTrade]().largestStake == .zero)
    }
}
