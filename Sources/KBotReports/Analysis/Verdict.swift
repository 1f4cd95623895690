public import KBotModel

/// What a run lets one say of its strategy, in plain words; never that it has an edge.
public struct PlainVerdict: Hashable, Sendable {
    /// A 95% interval of the mean net P&L per trade.
    ///
    /// Percentile bootstrap over markets: trades of one market share its path and its result, so whole markets are drawn,
    /// as many as there are, with replacement, and the mean is that of all trades drawn. The seed is fixed: the same
    /// trades give the same interval.
    public struct Interval: Hashable, Sendable {
        /// The 2.5th percentile of the means.
        public let low: Money
        /// The 97.5th percentile.
        public let high: Money

        /// Whether zero lies outside.
        public var excludesZero: Bool { low > .zero || high < .zero }
    }

    /// Closed trades.
    public let trades: Int
    /// Markets they were made in.
    public let markets: Int
    /// Mean net P&L per trade; nil without trades.
    public let mean: Money?
    /// Where the mean may lie; nil with trades in fewer than two markets.
    public let interval: Interval?
    /// Whether there are too few trades or markets for a statement.
    public let isTooSmall: Bool
    /// The verdict in words.
    public let sentence: String

    /// Trades below which nothing is said.
    static let fewestTrades = 30
    /// Markets below which nothing is said.
    static let fewestMarkets = 10
    /// Means drawn.
    static let resamples = 2_000
    /// Seed of the draws.
    static let seed: UInt64 = 1

    init(of trades: [ClosedTrade], isSimulated: Bool, feesCharged: FeesCharged) {
        var clusters: [(sum: Int64, count: Int)] = []
        var places: [Ticker: Int] = [:]
        for trade in trades {
            let place = places[trade.market] ?? clusters.count
            if place == clusters.count {
                places[trade.market] = place
                clusters.append((0, 0))
            }
            clusters[place].sum += trade.netPnL.units
            clusters[place].count += 1
        }
        self.trades = trades.count
        markets = clusters.count
        mean = Money(units: clusters.reduce(0) { $0 + $1.sum }).divided(by: trades.count)
        interval = Self.interval(clusters)
        isTooSmall = trades.count < Self.fewestTrades || clusters.count < Self.fewestMarkets
        let words = Self.sentence(trades.count, clusters.count, mean, interval, isTooSmall, isSimulated)
        sentence = trades.isEmpty ? words : feesCharged.warning + words
    }

    private static func interval(_ clusters: [(sum: Int64, count: Int)]) -> Interval? {
        guard clusters.count >= 2 else { return nil }
        let means = ClusterDraws(
            sums: clusters.map(\.sum),
            counts: clusters.map(\.count),
            resamples: resamples,
            seed: seed
        ).means
        // The 50th and the 1,950th of 2,000.
        let ranks = percentileRanks(of: resamples, confidence: 0.95)
        return Interval(low: Money(units: means[ranks.low]), high: Money(units: means[ranks.high]))
    }

    private static func sentence(
        _ trades: Int,
        _ markets: Int,
        _ mean: Money?,
        _ interval: Interval?,
        _ isTooSmall: Bool,
        _ isSimulated: Bool
    ) -> String {
        guard let mean else { return "There is no closed trade: nothing can be said of the strategy." }
        var text = "The mean net result per trade is \(mean.signedDollarText)"
        if let interval {
            text += ", with a 95% interval of \(interval.low.signedDollarText) to \(interval.high.signedDollarText)"
        }
        text += " over \(plural(trades, "trade")) in \(plural(markets, "market"))"
        if isTooSmall {
            text += ": too few for a statement (at least \(fewestTrades) trades in \(fewestMarkets) markets)."
        } else if let interval, interval.excludesZero {
            text +=
                interval.low > .zero
                ? ". The interval lies above zero in this run. That is no proof of an edge: it is one period, and rules "
                    + "that were chosen by looking at the same data look better than they are."
                : ". The interval lies below zero: in this run the strategy lost more than chance explains."
        } else {
            text += ": not distinguishable from zero."
        }
        return isSimulated ? text + " The market was SIMULATED: this says nothing about real profits." : text
    }
}
