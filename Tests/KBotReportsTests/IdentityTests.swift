import KBotModel
import KBotReports
import Testing

/// A cash account of its own arithmetic: what is bought is paid from cash, what is sold or settled comes back.
private struct CashAccount {
    var cash: Money
    var held = Money.zero

    /// What a contract of this direction costs or brings at a YES price.
    func price(_ yes: Price, _ direction: Direction) -> Price { direction == .long ? yes : yes.complement }
}

@Suite struct IdentityTests {
    private func report(
        _ tracker: PerformanceTracker,
        _ openPositions: [OpenPosition] = [],
        endEquity: Money
    ) -> RunReport {
        RunReport(facts: .plain, tracker: tracker, openPositions: openPositions, endEquity: endEquity, funnel: Funnel())
    }

    @Test func `equity at the end is the start, the gross results, less fees, plus what is open`() {
        for seed in UInt64(0)..<1_200 {
            var generator = SeededGenerator(seed: seed)
            let startEquity = Money(units: Int64.random(in: 0...5_000_000_000, using: &generator))
            var account = CashAccount(cash: startEquity)
            var tracker = PerformanceTracker(startEquity: startEquity, started: start)
            for index in 0..<Int.random(in: 0...30, using: &generator) {
                let trade = ClosedTrade.random(using: &generator, market: Ticker("M\(index)"))
                // Bought for price × count of its own side; sold for the same: NO values are count − YES value.
                let whole = Price.one * trade.count
                let isLong = trade.direction == .long
                account.cash = account.cash - (isLong ? trade.entryValue : whole - trade.entryValue) - trade.fees
                account.cash += isLong ? trade.exitValue : whole - trade.exitValue
                tracker.record(trade)
                guard trade.exit == .settlement, Bool.random(using: &generator) else { continue }
                let amount = Money(units: Int64.random(in: -9_000_000...9_000_000, using: &generator))
                let market: Ticker = Bool.random(using: &generator) ? trade.market : "NEVER-SEEN"
                tracker.record(SettlementCorrection(market: market, amount: amount, time: trade.closed))
                account.cash += amount
            }
            var open: [OpenPosition] = []
            for index in 0..<Int.random(in: 0...3, using: &generator) {
                let direction: Direction = Bool.random(using: &generator) ? .long : .short
                let entry = Price(units: Int32.random(in: 1...9_999, using: &generator))
                let mark = Price(units: Int32.random(in: 0...10_000, using: &generator))
                let left = Quantity(units: Int64.random(in: 1...9_999, using: &generator))
                let sold = Quantity(units: Int64.random(in: 0...9_999, using: &generator))
                let fees = Money(units: Int64.random(in: 0...900_000, using: &generator))
                account.cash = account.cash - account.price(entry, direction) * (left + sold) - fees
                account.cash += account.price(mark, direction) * sold
                account.held += account.price(mark, direction) * left
                open.append(
                    OpenPosition(
                        strategy: "s",
                        market: Ticker("O\(index)"),
                        direction: direction,
                        count: left,
                        entryValue: entry * left,
                        mark: mark,
                        fees: fees,
                        realized: Money.value(of: sold, over: direction == .long ? mark - entry : entry - mark),
                        opened: start
                    )
                )
            }
            let report = report(tracker, open, endEquity: account.cash + account.held)
            #expect(report.identityDifference == .zero, "seed \(seed)")
            #expect(report.identityHolds, "seed \(seed)")
            // The metrics tell the same story: without open positions and stray corrections, net profit is the change.
            if open.isEmpty, tracker.unmatchedCorrections == .zero {
                #expect(report.metrics.netProfit == account.cash - startEquity, "seed \(seed)")
            }
        }
    }

    @Test func `a microdollar that is missing shows`() {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        tracker.record(.net(100))
        let report = report(tracker, endEquity: Money(units: 1_000_999_999))
        #expect(!report.identityHolds)
        #expect(report.identityDifference == Money(units: -1))
        #expect(report.text().contains("THE BOOKS DO NOT ADD UP: equity at the end differs by $-0.000001."))
    }

    @Test func `an open short gains when the mark falls`() {
        #expect(OpenPosition.sample().unrealized == Money(units: 300_000))
        #expect(OpenPosition.sample(direction: .short).unrealized == Money(units: -300_000))
    }
}

@Suite struct CorrectionTests {
    private var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)

    private func correction(_ dollars: Int64, in market: Ticker) -> SettlementCorrection {
        SettlementCorrection(market: market, amount: Money(dollars: dollars), time: .minute(60))
    }

    @Test mutating func `a correction turns a win into a loss in every figure`() {
        tracker.record(.net(500, exit: .settlement, market: "A"))
        tracker.record(.net(100, market: "B"))
        let applied = tracker.record(correction(-10, in: "A"))
        #expect(applied)
        let metrics = tracker.metrics
        #expect(metrics.winningTrades == 1)
        #expect(metrics.losingTrades == 1)
        #expect(metrics.netProfit == Money(dollars: -4))
        #expect(metrics.largestLoss == Money(dollars: 5))
        #expect(metrics.maxConsecutiveWins == 1)
        #expect(tracker.corrections.count == 1)
        #expect(tracker.trades[0].fees == Money(units: 20_000))
    }

    @Test mutating func `a correction of a short adds to its profit too`() {
        let trade = ClosedTrade(
            strategy: "s",
            market: "A",
            direction: .short,
            count: Quantity(contracts: 10),
            entryValue: Money(dollars: 5),
            exitValue: Money(dollars: 10),
            fees: .zero,
            opened: start,
            closed: .minute(1),
            exit: .settlement,
            plan: TradePlan(entry: Price(cents: 50), stop: Price(cents: 55), target: Price(cents: 40))
        )
        tracker.record(trade)
        tracker.record(correction(10, in: "A"))
        #expect(tracker.trades[0].grossPnL == Money(dollars: 5))
        #expect(tracker.trades[0].exitValue == .zero)
    }

    @Test mutating func `a corrected trade takes the place of the old one`() {
        let old = ClosedTrade.net(500, exit: .settlement, market: "A")
        let new = ClosedTrade.net(-500, exit: .settlement, market: "A")
        tracker.record(old)
        tracker.record(.net(100, market: "B"))
        let replaced = tracker.replace(old, with: new, at: .minute(60))
        #expect(replaced)
        #expect(tracker.trades.map(\.netPnL) == [-5, 1].map(Money.init(dollars:)))
        #expect(tracker.corrections == [correction(-10, in: "A")])
        #expect(tracker.unmatchedCorrections == .zero)
        let missed = tracker.replace(old, with: new, at: .minute(61))
        #expect(!missed)
        #expect(tracker.unmatchedCorrections == Money(dollars: -10))
    }

    @Test mutating func `only the last settled trade of the market is corrected`() {
        tracker.record(.net(100, exit: .settlement, market: "A"))
        tracker.record(.net(100, exit: .settlement, market: "A"))
        tracker.record(.net(100, exit: .target, market: "A"))
        tracker.record(correction(-2, in: "A"))
        #expect(tracker.trades.map(\.netPnL) == [1, -1, 1].map(Money.init(dollars:)))
    }

    @Test mutating func `a correction without a settled trade counts in the books alone`() {
        tracker.record(.net(100, exit: .target, market: "A"))
        let applied = tracker.record(correction(-2, in: "A"))
        #expect(!applied)
        #expect(tracker.unmatchedCorrections == Money(dollars: -2))
        #expect(tracker.metrics.netProfit == Money(dollars: 1))
        let report = RunReport(facts: .plain, tracker: tracker, endEquity: Money(dollars: 999), funnel: Funnel())
        #expect(report.identityHolds)
    }
}
