public import KBotModel

/// What can be read off the closed trades of a run beyond its ``Metrics``: where the profit came from, how it is spread,
/// what trading cost, and whether it can be told from chance.
///
/// Everything follows from the trades and from how their markets were decided, in integers, so that it reads the same
/// everywhere.
public struct TradeAnalysis: Hashable, Sendable {
    /// Trades that have something in common.
    public struct Group: Hashable, Sendable {
        /// What they have in common: `2026-04-27`, `14`, a ticker, `stop`, `long`.
        public let key: String
        /// Trades.
        public internal(set) var trades = 0
        /// Trades with a net profit.
        public internal(set) var winning = 0
        /// Σ net P&L.
        public internal(set) var netPnL = Money.zero
        /// Σ fees.
        public internal(set) var fees = Money.zero
    }

    /// By the UTC day on which a trade closed, in order.
    public let byDay: [Group]
    /// By the hour of the UTC day in which a trade opened, `00` to `23`; hours without a trade are left out.
    public let byHour: [Group]
    /// By market, in the order of the first trade.
    public let byMarket: [Group]
    /// By the way a trade ended, in the order of the catalogue.
    public let byExit: [Group]
    /// By direction.
    public let byDirection: [Group]
    /// Net P&L of the trades, in microdollars; nil without trades.
    public let netPnL: Histogram?
    /// R multiples of the trades that planned a risk, in millionths; nil without any.
    public let rMultiples: Histogram?
    /// Entry prices against outcomes.
    public let calibration: Calibration
    /// What trading cost.
    public let costs: TradeCosts
    /// What can be said.
    public let verdict: PlainVerdict

    /// Analyses trades.
    ///
    /// - Parameters:
    ///   - trades: Closed trades, corrections applied.
    ///   - outcomes: How markets were decided.
    ///   - isSimulated: Whether the market was made up.
    ///   - feesCharged: Whether fills cost anything.
    public init(
        of trades: [ClosedTrade],
        outcomes: [MarketOutcome] = [],
        isSimulated: Bool = false,
        feesCharged: FeesCharged = .all
    ) {
        byDay = groups(trades) { $0.closed.utcDay.description }.sorted { $0.key < $1.key }
        byHour = groups(trades, by: hour).sorted { $0.key < $1.key }
        byMarket = groups(trades) { $0.market.text }
        let exits = groups(trades) { $0.exit.rawValue }
        byExit = ClosedTrade.Exit.allCases.compactMap { exit in exits.first { $0.key == exit.rawValue } }
        let directions = groups(trades) { $0.direction.rawValue }
        byDirection = Direction.allCases.compactMap { side in directions.first { $0.key == side.rawValue } }
        netPnL = Histogram(of: trades.map(\.netPnL.units))
        rMultiples = Histogram(of: trades.compactMap(\.rMultiple).map { $0 * 100 })
        calibration = Calibration(of: trades, outcomes: outcomes)
        costs = TradeCosts(of: trades)
        verdict = PlainVerdict(of: trades, isSimulated: isSimulated, feesCharged: feesCharged)
    }
}

/// Groups in the order in which their first trade was closed.
private func groups(_ trades: [ClosedTrade], by key: (ClosedTrade) -> String) -> [TradeAnalysis.Group] {
    var groups: [TradeAnalysis.Group] = []
    var places: [String: Int] = [:]
    for trade in trades {
        let name = key(trade)
        let place = places[name] ?? groups.count
        if place == groups.count {
            places[name] = place
            groups.append(TradeAnalysis.Group(key: name))
        }
        groups[place].trades += 1
        if trade.netPnL > .zero { groups[place].winning += 1 }
        groups[place].netPnL += trade.netPnL
        groups[place].fees += trade.fees
    }
    return groups
}

private func hour(_ trade: ClosedTrade) -> String {
    let hour = (trade.opened - trade.opened.utcDay.start).wholeSeconds / 3_600
    return hour < 10 ? "0\(hour)" : "\(hour)"
}

/// How often values fell into ranges of one width; 0 is always a border between two of them.
public struct Histogram: Hashable, Sendable {
    /// Width of a range: 1, 2 or 5 times a power of ten of the unit.
    public let width: Int64
    /// Lower end of the first range.
    public let from: Int64
    /// Values in each range, its lower end included, its upper end not.
    public let counts: [Int]

    /// Most ranges.
    static let mostBins: Int64 = 24

    /// Counts values; nil without any.
    public init?(of values: [Int64]) {
        guard let least = values.min(), let most = values.max() else { return nil }
        var width: Int64 = 1
        var factors: [Int64] = [2, 5, 10]
        var power: Int64 = 1
        while floorDivide(most, by: width) - floorDivide(least, by: width) >= Self.mostBins {
            width = power * factors[0]
            factors.append(factors.removeFirst())
            if factors[0] == 2 { power *= 10 }
        }
        // One value, or several that are the same, have no width of their own: a cent, or a hundredth of an R.
        if least == most { width = max(width, 10_000) }
        let first = floorDivide(least, by: width)
        var counts = Array(repeating: 0, count: Int(floorDivide(most, by: width) - first) + 1)
        for value in values { counts[Int(floorDivide(value, by: width) - first)] += 1 }
        self.width = width
        self.counts = counts
        from = first * width
    }

    /// Lower end of a range.
    public func lowerEnd(_ index: Int) -> Int64 { from + Int64(index) * width }
}
