import KBotModel
import KBotReports
import Testing

@Suite struct EquityTests {
    @Test func `flat equity has one point, no drawdown and a day`() {
        let tracker = PerformanceTracker.marked(1_000, 1_000, 1_000)
        #expect(tracker.equityCurve == [EquityPoint(time: start, equity: Money(dollars: 1_000))])
        #expect(tracker.metrics.maxDrawdown == .zero)
        #expect(tracker.metrics.maxDrawdownPercent == .zero)
        #expect(tracker.metrics.drawdown == nil)
        #expect(tracker.dailyEquity.map(\.change) == [.zero])
    }

    @Test func `the curve keeps a point only where equity changed`() {
        let tracker = PerformanceTracker.marked(1_000, 1_000, 1_010, 1_010, 1_000)
        #expect(tracker.equityCurve.map(\.time) == [start, .minute(2), .minute(4)])
        #expect(tracker.equityCurve.map(\.equity) == [1_000, 1_010, 1_000].map(Money.init(dollars:)))
    }

    @Test func `a fall from the start is a drawdown`() {
        let metrics = PerformanceTracker.marked(1_000, 950, 990).metrics
        #expect(metrics.maxDrawdown == Money(dollars: 50))
        #expect(metrics.maxDrawdownPercent == Ratio(units: 5_000_000))
        #expect(metrics.drawdown?.peak.time == start)
        #expect(metrics.drawdown?.trough.time == .minute(1))
    }

    @Test func `a drawdown stays after equity has recovered`() {
        let metrics = PerformanceTracker.marked(1_000, 1_200, 1_080, 1_500).metrics
        #expect(metrics.maxDrawdown == Money(dollars: 120))
        #expect(metrics.maxDrawdownPercent == Ratio(units: 10_000_000))
        #expect(metrics.drawdown?.peak == EquityPoint(time: .minute(1), equity: Money(dollars: 1_200)))
    }

    @Test func `of two equal troughs the first counts`() {
        let drawdown = PerformanceTracker.marked(1_000, 900, 950, 900, 1_000, 900).metrics.drawdown
        #expect(drawdown?.trough.time == .minute(1))
        #expect(drawdown?.peak.time == start)
    }

    @Test func `a rise without a fall has no drawdown`() {
        #expect(PerformanceTracker.marked(1_000, 1_001, 1_002).metrics.drawdown == nil)
    }

    @Test func `the deepest percentage and the most dollars may be two falls`() {
        // 100 of 500 is 20 %; then 150 of 1,500 is 10 %
        let metrics = PerformanceTracker.marked(500, 400, 1_500, 1_350).metrics
        #expect(metrics.maxDrawdown == Money(dollars: 150))
        #expect(metrics.maxDrawdownPercent == Ratio(units: 20_000_000))
    }

    @Test func `equity of zero or less gives no percentage and no trap`() {
        let metrics = PerformanceTracker.marked(0, -10, -20).metrics
        #expect(metrics.maxDrawdown == Money(dollars: 20))
        #expect(metrics.maxDrawdownPercent == nil)
        #expect(metrics.sharpeRatio == nil)
    }

    @Test func `drawdown equals a search over all pairs of points`() {
        for seed in UInt64(0)..<200 {
            var generator = SeededGenerator(seed: seed)
            var tracker = PerformanceTracker(startEquity: Money(dollars: 100), started: start)
            var equities: [Int64] = [100_000_000]
            for minute in 1...60 {
                let last = equities[equities.count - 1]
                equities.append(max(1, last + Int64.random(in: -9_000_000...9_000_000, using: &generator)))
                tracker.mark(equity: Money(units: equities[minute]), at: .minute(Int64(minute)))
            }
            var most: Int64 = 0
            var deepest = Fraction(0, 1)
            for later in equities.indices {
                for earlier in 0...later {
                    most = max(most, equities[earlier] - equities[later])
                    deepest = max(deepest, Fraction(equities[earlier] - equities[later], equities[earlier]))
                }
            }
            #expect(tracker.metrics.maxDrawdown.units == most, "seed \(seed)")
            let percent = deepest.rounded(times: 100_000_000)
            #expect(tracker.metrics.maxDrawdownPercent?.units == percent, "seed \(seed)")
        }
    }

    @Test func `days end at midnight and the mark at midnight is the last of its day`() {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 100), started: start)
        tracker.mark(equity: Money(dollars: 101), at: .minute(10))
        tracker.mark(equity: Money(dollars: 103), at: .day(1))
        tracker.mark(equity: Money(dollars: 102), at: .day(1) + .seconds(5))
        tracker.mark(equity: Money(dollars: 102), at: .day(4))
        let first = start.utcDay
        #expect(
            tracker.dailyEquity == [
                DailyEquity(day: first, open: Money(dollars: 100), equity: Money(dollars: 103)),
                DailyEquity(day: first.next, open: Money(dollars: 103), equity: Money(dollars: 102)),
                // the day between had no mark, and has no line
                DailyEquity(
                    day: UTCDay(number: first.number + 3),
                    open: Money(dollars: 102),
                    equity: Money(dollars: 102)
                ),
            ]
        )
    }

    @Test func `a day on which equity stood still counts when there were data`() {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 100), started: start)
        for day in 0..<11 { tracker.reach(.day(Int64(day)) + .hours(12)) }
        #expect(tracker.dailyEquity.map(\.change) == Array(repeating: .zero, count: 11))
    }

    @Test func `what a result changes after midnight belongs to the day its market closed on`() {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 100), started: start)
        tracker.mark(equity: Money(dollars: 90), at: .minute(10))
        // Told ten seconds after midnight: the new day has not begun by it.
        tracker.settle(equity: Money(dollars: 120), at: .day(1) + .seconds(10), closed: .day(1))
        #expect(tracker.dailyEquity.map(\.change) == [Money(dollars: 20)])
        #expect(tracker.equityCurve.last?.time == .day(1) + .seconds(10) && tracker.equity == Money(dollars: 120))
        // When it has, its own change stays what it was.
        tracker.mark(equity: Money(dollars: 125), at: .day(1) + .minutes(1))
        tracker.settle(equity: Money(dollars: 122), at: .day(1) + .minutes(2), closed: .day(1))
        #expect(tracker.dailyEquity.map(\.change) == [Money(dollars: 17), Money(dollars: 5)])
        #expect(tracker.dailyEquity.map(\.open) == [Money(dollars: 100), Money(dollars: 117)])
        #expect(tracker.dailyEquity.last?.equity == tracker.equity)
        // Of a day the run knows nothing of, it counts when it is told.
        tracker.settle(equity: Money(dollars: 130), at: .day(1) + .minutes(3), closed: .day(-3))
        #expect(tracker.dailyEquity.map(\.change) == [Money(dollars: 17), Money(dollars: 13)])
    }

    @Test func `half days are no days of the Sharpe ratio`() throws {
        /// Ten whole days of small changes with a great one before and after, in the middle of a day.
        func ratio(from: Timestamp, to: Timestamp, isCut: Bool) -> Ratio? {
            var equity = Money(dollars: 500)
            let first = isCut ? equity : Money(dollars: 1_000)
            var tracker = PerformanceTracker(startEquity: first, started: from)
            if !isCut { tracker.mark(equity: equity, at: .day(0) - .hours(6)) }
            for day in 0..<10 {
                equity += Money(dollars: day % 3 == 0 ? -2 : 5)
                tracker.mark(equity: equity, at: .day(Int64(day + 1)))
            }
            if !isCut { tracker.mark(equity: Money(dollars: 900), at: .day(10) + .hours(12)) }
            return tracker.metrics(ended: to).sharpeRatio
        }
        let whole = try #require(ratio(from: .day(0), to: .day(10), isCut: true))
        #expect(ratio(from: .day(0) - .hours(12), to: .day(10) + .hours(13), isCut: false) == whole)
        // Nine days and two halves are no ten days.
        #expect(ratio(from: .day(0) + .hours(12), to: .day(10), isCut: true) == nil)
        // A few seconds that lack at either end are no half day.
        #expect(ratio(from: .day(0) + .seconds(3), to: .day(10) - .minutes(5), isCut: true) == whole)
    }

    @Test func `a run without a mark has no day`() {
        #expect(PerformanceTracker(startEquity: Money(dollars: 1), started: start).dailyEquity.isEmpty)
    }

    @Test func `peak exposure sums what is held at the same time, each side at its own price`() {
        // five dollars a trade, three minutes each: two overlap, the third begins as the second ends
        let trades = [ClosedTrade.net(1, at: 0), .net(1, at: 2), .net(1, at: 5)]
        #expect(Metrics.of(trades).peakExposure == Money(dollars: 10))
        // short at 40¢: ten contracts can lose six dollars
        #expect(Metrics.of([], openPositions: [.sample(direction: .short)]).peakExposure == Money(dollars: 6))
        #expect(Metrics.of([], openPositions: [.sample()]).peakExposure == Money(dollars: 4))
        #expect(Metrics.of([Int64]()).peakExposure == .zero)
    }

    @Test func `blocked time counts overlapping limits once and each by itself`() {
        var tally = BlockedTally()
        tally.block("A", at: .minute(10))
        tally.block("A", at: .minute(11))
        tally.block("B", at: .minute(15))
        tally.unblock("A", at: .minute(20))
        tally.unblock("A", at: .minute(21))
        tally.unblock("B", at: .minute(25))
        tally.block("B", at: .minute(50))
        let time = tally.time(until: .minute(60))
        #expect(time.total == .minutes(25))
        #expect(time.parts == [.init(code: "B", span: .minutes(20)), .init(code: "A", span: .minutes(10))])
        #expect(BlockedTally().time(until: .minute(60)) == BlockedTime())
    }

    private func daily(_ changes: [Int64]) -> Metrics {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        var equity = Money(dollars: 1_000)
        for (index, change) in changes.enumerated() {
            equity += Money(dollars: change)
            tracker.mark(equity: equity, at: .day(Int64(index + 1)))
        }
        return tracker.metrics(ended: .day(Int64(changes.count)))
    }

    @Test func `fewer than ten days give no Sharpe ratio`() {
        #expect(daily([10, -5, 10, 3, 2, 1, 4, 5, 6]).sharpeRatio == nil)
    }

    @Test func `ten days give the ratio worked out by hand`() {
        // 1000 → 1100 → 990 → 1089 → …: returns +10 %, −10 % in turn would have mean 0; here nine days stand still and
        // one gains 10 %: mean 0.01, sample variance (9·0.01² + 0.09²)/9 = 0.001, so 0.01/√0.001·√365 = √36.5 = 6.041523
        #expect(daily([0, 0, 0, 100, 0, 0, 0, 0, 0, 0]).sharpeRatio == Ratio(units: 6_041_523))
        // one day loses 10 %: the same with the other sign
        #expect(daily([-100, 0, 0, 0, 0, 0, 0, 0, 0, 0]).sharpeRatio == Ratio(units: -6_041_523))
    }

    @Test func `ten flat days have no deviation and so no ratio`() {
        #expect(daily([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).sharpeRatio == nil)
    }

    @Test func `the Sharpe ratio equals the textbook formula on a mixed series`() throws {
        let changes: [Int64] = [12, -7, 30, 4, -25, 9, 0, 14, -3, 8, 21, -16]
        var equity = 1_000.0
        var returns: [Double] = []
        for change in changes {
            returns.append(Double(change) / equity)
            equity += Double(change)
        }
        let mean = returns.reduce(0, +) / 12
        let variance = returns.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 11
        let expected = mean / variance.squareRoot() * 365.0.squareRoot()
        let ratio = try #require(daily(changes).sharpeRatio)
        #expect(abs(Double(ratio.units) / 1e6 - expected) <= 0.000_000_6)
    }

    @Test func `a ratio beyond all measure is undefined rather than a trap`() {
        #expect(Ratio(rounding: .infinity) == nil)
        #expect(Ratio(rounding: .nan) == nil)
        #expect(Ratio(rounding: 1e30) == nil)
        #expect(Ratio(rounding: -1.000_000_5) == Ratio(units: -1_000_001))
        #expect(Ratio(.max, over: 1) == Ratio(units: .max))
        #expect(Ratio(1, over: 0) == nil)
    }
}
