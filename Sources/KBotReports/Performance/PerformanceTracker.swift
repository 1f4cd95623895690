public import KBotModel

/// Collects what a run did and turns it into ``Metrics``.
///
/// The caller records each closed trade, each correction of a settlement, and marks the equity at each candle close:
///
///     var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
///     tracker.record(trade)
///     tracker.mark(equity: account.equity, at: candle.end)
///     let metrics = tracker.metrics(ended: end)
///
/// Fees are not recorded apart: closed trades and open positions carry theirs, and equity has paid them. Drawdown and
/// daily equity follow every mark; the curve keeps a point only where equity changed, so memory grows with the number
/// of changes and of trades, not with the length of the run.
public struct PerformanceTracker: Sendable {
    /// Equity at the start: the first peak.
    public let startEquity: Money
    /// Start of the run.
    public let started: Timestamp
    /// Closed trades in the order recorded, corrections applied.
    public private(set) var trades: [ClosedTrade] = []
    /// Corrections in the order booked.
    public private(set) var corrections: [SettlementCorrection] = []
    /// What corrections that found no trade changed.
    public private(set) var unmatchedCorrections = Money.zero
    /// Equity at the start, then at each mark that changed it.
    public private(set) var equityCurve: [EquityPoint]
    /// Equity of each UTC day that had a mark, or data at all.
    public private(set) var dailyEquity: [DailyEquity] = []
    /// The fall that lost most dollars; from the start to the start while there is none.
    public private(set) var largestDrawdown: Drawdown
    /// The fall that lost the largest share of its peak, not always the same one.
    public private(set) var deepestDrawdown: Drawdown
    /// Equity at the last mark.
    public private(set) var equity: Money

    private var peak: EquityPoint
    /// Marks up to and including this moment belong to the last day of ``dailyEquity``.
    private var dayEnd = Timestamp.distantPast

    /// Makes a tracker.
    ///
    /// - Parameters:
    ///   - startEquity: Equity at the start.
    ///   - started: Start of the run.
    public init(startEquity: Money, started: Timestamp) {
        self.startEquity = startEquity
        self.started = started
        let start = EquityPoint(time: started, equity: startEquity)
        equityCurve = [start]
        peak = start
        largestDrawdown = Drawdown(peak: start, trough: start)
        deepestDrawdown = largestDrawdown
        equity = startEquity
    }

    /// Books a closed trade; the order of the calls is the order of the streaks.
    public mutating func record(_ trade: ClosedTrade) { trades.append(trade) }

    /// Books a correction on the last trade of its market that ended by settlement.
    ///
    /// - Returns: Whether there was such a trade. If not, the amount counts in the identity of the report, but in no
    ///   trade's metrics.
    @discardableResult
    public mutating func record(_ correction: SettlementCorrection) -> Bool {
        corrections.append(correction)
        let index = trades.lastIndex { $0.market == correction.market && $0.exit == .settlement }
        guard let index else {
            unmatchedCorrections += correction.amount
            return false
        }
        trades[index] = trades[index].corrected(by: correction.amount)
        return true
    }

    /// Puts a trade in the place of the one a late correction has overtaken.
    ///
    /// - Parameters:
    ///   - old: The trade as recorded.
    ///   - new: The trade as it is now known.
    ///   - time: When the correction was booked.
    /// - Returns: Whether the old trade was found. If not, the difference counts in the identity of the report, but in
    ///   no trade's metrics.
    @discardableResult
    public mutating func replace(_ old: ClosedTrade, with new: ClosedTrade, at time: Timestamp) -> Bool {
        let amount = new.netPnL - old.netPnL
        corrections.append(SettlementCorrection(market: new.market, amount: amount, time: time))
        guard let index = trades.lastIndex(of: old) else {
            unmatchedCorrections += amount
            return false
        }
        trades[index] = new
        return true
    }

    /// Marks the equity at a candle close, or at the end of the run. Times must not fall.
    ///
    /// A mark at 00:00 UTC closes the day that ends there.
    ///
    /// - Parameters:
    ///   - equity: Equity with open positions at the exit touch.
    ///   - time: The end of the candle.
    public mutating func mark(equity: Money, at time: Timestamp) {
        reach(time)
        guard equity != self.equity else { return }
        dailyEquity[dailyEquity.count - 1].equity = equity
        move(to: equity, at: time)
    }

    /// Says that there are data of a time: its day then counts, even when equity stands still on it.
    @inline(__always) public mutating func reach(_ time: Timestamp) {
        if time > dayEnd { openDay(of: time) }
    }

    /// Marks the equity when a result is known, some seconds after the market closed: what it changes belongs to the day
    /// of that close, even when another has begun.
    ///
    /// - Parameters:
    ///   - equity: Equity with the result in it.
    ///   - time: When it became known.
    ///   - close: When the market closed.
    public mutating func settle(equity: Money, at time: Timestamp, closed close: Timestamp) {
        let day = (min(close, time) - TimeSpan(microseconds: 1)).utcDay
        guard let place = dailyEquity.lastIndex(where: { $0.day <= day }), dailyEquity[place].day == day else {
            return mark(equity: equity, at: time)
        }
        let change = equity - self.equity
        guard change != .zero else { return }
        dailyEquity[place].equity += change
        for later in dailyEquity.indices[(place + 1)...] {
            dailyEquity[later].open += change
            dailyEquity[later].equity += change
        }
        move(to: equity, at: time)
    }

    private mutating func move(to equity: Money, at time: Timestamp) {
        self.equity = equity
        let point = EquityPoint(time: time, equity: equity)
        equityCurve.append(point)
        if equity > peak.equity {
            peak = point
            return
        }
        let fall = Drawdown(peak: peak, trough: point)
        if fall.amount > largestDrawdown.amount { largestDrawdown = fall }
        if fall.isDeeper(than: deepestDrawdown) { deepestDrawdown = fall }
    }

    private mutating func openDay(of time: Timestamp) {
        let day = (time - TimeSpan(microseconds: 1)).utcDay
        dayEnd = day.next.start
        dailyEquity.append(DailyEquity(day: day, open: equity, equity: equity))
    }
}

extension ClosedTrade {
    /// The trade with its exit worth so much more that the gross P&L rises by `amount`.
    fileprivate func corrected(by amount: Money) -> ClosedTrade {
        ClosedTrade(
            strategy: strategy,
            market: market,
            direction: direction,
            count: count,
            entryValue: entryValue,
            exitValue: direction == .long ? exitValue + amount : exitValue - amount,
            fees: fees,
            opened: opened,
            closed: closed,
            exit: exit,
            plan: plan
        )
    }
}
