public import KBotModel

/// The figures of a run, all from the net P&L (after fees) of closed trades, except where said.
///
/// A trade with net 0 is neither win nor loss. Losses are given as positive amounts. Averages of money are rounded half
/// away from zero to the microdollar, ratios to six digits. What has no value, such as the profit factor of a run
/// without a loss, is nil.
public struct Metrics: Hashable, Sendable {
    /// Closed trades.
    public internal(set) var totalTrades = 0
    /// Trades with a net profit.
    public internal(set) var winningTrades = 0
    /// Trades with a net loss.
    public internal(set) var losingTrades = 0
    /// Trades that went long YES.
    public internal(set) var longTrades = 0
    /// Winning trades as a share of all, 0 to 1; nil without trades.
    public internal(set) var winRate: Ratio?

    /// ``grossProfit`` − ``grossLoss``.
    public internal(set) var netProfit = Money.zero
    /// Σ net P&L of the winning trades.
    public internal(set) var grossProfit = Money.zero
    /// |Σ net P&L of the losing trades|.
    public internal(set) var grossLoss = Money.zero
    /// ``grossProfit`` per winning trade.
    public internal(set) var averageWin: Money?
    /// ``grossLoss`` per losing trade.
    public internal(set) var averageLoss: Money?
    /// The largest net profit of a trade.
    public internal(set) var largestWin: Money?
    /// The largest net loss of a trade.
    public internal(set) var largestLoss: Money?
    /// ``netProfit`` per trade.
    public internal(set) var expectancy: Money?
    /// Fees of closed trades and of open positions.
    public internal(set) var totalFees = Money.zero

    /// ``grossProfit`` / ``grossLoss``; nil without losses.
    public internal(set) var profitFactor: Ratio?
    /// ``averageWin`` / ``averageLoss``, from the exact averages.
    public internal(set) var payoffRatio: Ratio?
    /// Mean over sample deviation (n − 1) of the daily equity returns × √365; nil below 10 days or without deviation.
    ///
    /// The first return is that of the first day against the start. Only days with a mark count; no interest is set off.
    public internal(set) var sharpeRatio: Ratio?
    /// Mean over sample deviation (n − 1) of the net P&L per trade, not annualised; nil below two trades.
    public internal(set) var perTradeSharpe: Ratio?
    /// Average net P&L in multiples of the planned risk, over the trades that planned one.
    public internal(set) var averageR: Ratio?

    /// The largest fall of equity from a peak, in dollars.
    public internal(set) var maxDrawdown = Money.zero
    /// The largest fall of equity in percent of the peak it fell from: 12.5 is an eighth. Nil when no peak was positive.
    public internal(set) var maxDrawdownPercent: Ratio?
    /// Peak and trough of ``maxDrawdown``; nil when equity never fell below a peak.
    public internal(set) var drawdown: Drawdown?

    /// Most wins in a row; a trade with net 0 neither counts nor breaks.
    public internal(set) var maxConsecutiveWins = 0
    /// Most losses in a row; a trade with net 0 neither counts nor breaks.
    public internal(set) var maxConsecutiveLosses = 0

    /// Closed trades by the way they ended.
    public internal(set) var exits: [ClosedTrade.Exit: Int] = [:]
    /// Average time from the first entry fill to the end of the trade, rounded to the microsecond.
    public internal(set) var averageHolding: TimeSpan?
    /// Share of the run in which at least one position was held, 0 to 1.
    public internal(set) var timeInMarket: Ratio?
    /// The most that settlement could have taken from positions held at one time, each counted whole from its first
    /// entry to its last exit: price × count of a long, (1 − price) × count of a short.
    public internal(set) var peakExposure = Money.zero

    /// Trades that neither won nor lost.
    public var breakEvenTrades: Int { totalTrades - winningTrades - losingTrades }
    /// Trades that went short (long NO).
    public var shortTrades: Int { totalTrades - longTrades }

    /// The figures that closed trades give by themselves, in the order in which they were closed; those of equity, of
    /// exposure and of the time in the market keep their empty values.
    init(of trades: [ClosedTrade]) {
        totalTrades = trades.count
        countOutcomes(of: trades)
        winRate = Ratio(Int64(winningTrades), over: Int64(trades.count))
        netProfit = grossProfit - grossLoss
        averageWin = grossProfit.divided(by: winningTrades)
        averageLoss = grossLoss.divided(by: losingTrades)
        expectancy = netProfit.divided(by: trades.count)
        profitFactor = Ratio(grossProfit.units, over: grossLoss.units)
        if winningTrades > 0 {
            // (profit / wins) / (loss / losses), in one division
            let dividend = Int128(grossProfit.units) * Int128(losingTrades) * 1_000_000
            let divisor = Int128(grossLoss.units) * Int128(winningTrades)
            if divisor > 0 { payoffRatio = Ratio(units: Int64(clamping: roundedDivide(dividend, by: divisor))) }
        }
        averageR = meanR(of: trades)
        perTradeSharpe = sharpe(trades.map { Double($0.netPnL.units) }).flatMap(Ratio.init(rounding:))
        averageHolding = meanHolding(of: trades)
    }

    private mutating func countOutcomes(of trades: [ClosedTrade]) {
        var wins = 0
        var losses = 0
        for trade in trades {
            let net = trade.netPnL
            totalFees += trade.fees
            exits[trade.exit, default: 0] += 1
            if trade.direction == .long { longTrades += 1 }
            if net > .zero {
                winningTrades += 1
                grossProfit += net
                largestWin = max(largestWin ?? net, net)
                wins += 1
                losses = 0
                maxConsecutiveWins = max(maxConsecutiveWins, wins)
            } else if net < .zero {
                losingTrades += 1
                grossLoss += -net
                largestLoss = max(largestLoss ?? -net, -net)
                losses += 1
                wins = 0
                maxConsecutiveLosses = max(maxConsecutiveLosses, losses)
            }
        }
    }
}

extension PerformanceTracker {
    /// Calculates the figures of everything recorded so far, in one pass over the trades.
    ///
    /// - Parameters:
    ///   - openPositions: Positions held at the end: their fees and their time count, their P&L does not.
    ///   - end: End of the run.
    /// - Returns: The figures.
    public func metrics(openPositions: [OpenPosition] = [], ended end: Timestamp) -> Metrics {
        var metrics = Metrics(of: trades)
        metrics.totalFees = openPositions.reduce(metrics.totalFees) { $0 + $1.fees }
        metrics.sharpeRatio = annualSharpe(ended: end)

        metrics.maxDrawdown = largestDrawdown.amount
        metrics.maxDrawdownPercent = deepestDrawdown.percent
        metrics.drawdown = largestDrawdown.amount.units > 0 ? largestDrawdown : nil

        let held = trades.map { ($0.opened, $0.closed) } + openPositions.map { ($0.opened, end) }
        metrics.peakExposure = peakExposure(with: openPositions)
        metrics.timeInMarket = Ratio(union(of: held).microseconds, over: (end - started).microseconds)
        return metrics
    }

    private func peakExposure(with openPositions: [OpenPosition]) -> Money {
        var changes: [(time: Timestamp, amount: Money)] = []
        for trade in trades {
            let cost = cost(of: trade.count, worth: trade.entryValue, trade.direction)
            changes.append((trade.opened, cost))
            changes.append((trade.closed, -cost))
        }
        for position in openPositions {
            let cost = cost(of: position.count, worth: position.entryValue, position.direction)
            changes.append((position.opened, cost))
        }
        // At the same moment what ends makes room for what begins.
        changes.sort { $0.time != $1.time ? $0.time < $1.time : $0.amount < $1.amount }
        var exposure = Money.zero
        var peak = Money.zero
        for change in changes {
            exposure += change.amount
            peak = max(peak, exposure)
        }
        return peak
    }

    private func cost(of count: Quantity, worth value: Money, _ direction: Direction) -> Money {
        direction == .long ? value : Price.one * count - value
    }

    /// Whole days below which there is no annual Sharpe ratio.
    static let fewestDays = 10

    private func annualSharpe(ended end: Timestamp) -> Ratio? {
        let days = dailyEquity.whole(from: started, to: end)
        guard days.count >= Self.fewestDays, days.allSatisfy({ $0.open.units > 0 }) else { return nil }
        let returns = days.map { Double($0.change.units) / Double($0.open.units) }
        return sharpe(returns).flatMap { Ratio(rounding: $0 * squareRoot(of: 365)) }
    }
}

extension Drawdown {
    /// The share in percent, divided once; nil when the peak is not positive.
    fileprivate var percent: Ratio? {
        guard peak.equity.units > 0 else { return nil }
        let hundredfold = roundedDivide(Int128(amount.units) * 100_000_000, by: Int128(peak.equity.units))
        return Ratio(units: Int64(clamping: hundredfold))
    }
}

private func meanR(of trades: [ClosedTrade]) -> Ratio? {
    let multiples = trades.compactMap(\.rMultiple)
    guard !multiples.isEmpty else { return nil }
    let sum = multiples.reduce(Int128(0)) { $0 + Int128($1) * 100 }  // 1/10,000 to 1/1,000,000
    return Ratio(units: Int64(clamping: roundedDivide(sum, by: Int128(multiples.count))))
}

private func meanHolding(of trades: [ClosedTrade]) -> TimeSpan? {
    guard !trades.isEmpty else { return nil }
    let sum = trades.reduce(Int128(0)) { $0 + Int128(($1.closed - $1.opened).microseconds) }
    return TimeSpan(microseconds: Int64(clamping: roundedDivide(sum, by: Int128(trades.count))))
}

/// Mean over sample deviation; nil below two values or when they do not differ.
private func sharpe(_ values: [Double]) -> Double? {
    guard values.count >= 2 else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = squareRoot(of: squares / (count - 1))
    return deviation > 0 ? mean / deviation : nil
}

/// The time covered by at least one of the intervals.
private func union(of intervals: [(Timestamp, Timestamp)]) -> TimeSpan {
    var covered = TimeSpan.zero
    var reached = Timestamp.distantPast
    for (start, end) in intervals.sorted(by: { $0.0 < $1.0 }) where end > reached {
        covered = covered + (end - max(start, reached))
        reached = end
    }
    return covered
}
