import Foundation
package import KBotModel

/// One closed trade of a trial, as much of it as a sweep compares.
///
/// It stands in `trials.jsonl` as a row of integers: market (place in the sweep's list of markets), opened and ended
/// (microseconds since 1970), net P&L, fees and stake (microdollars).
package struct SweepTrade: Hashable, Codable, Sendable {
    /// Place of the market in the sweep's list.
    package let market: Int
    /// First entry fill.
    package let opened: Timestamp
    /// Last exit, or the market's close when it ran into settlement: what a result pays is decided then.
    package let ended: Timestamp
    /// Net P&L.
    package let net: Money
    /// Fees.
    package let fees: Money
    /// What settlement could have taken.
    package let stake: Money

    init(market: Int, opened: Timestamp, ended: Timestamp, net: Money, fees: Money, stake: Money) {
        self.market = market
        self.opened = opened
        self.ended = ended
        self.net = net
        self.fees = fees
        self.stake = stake
    }

    init(market: Int, closes: Timestamp, _ trade: ClosedTrade) {
        self.init(
            market: market,
            opened: trade.opened,
            ended: min(trade.closed, max(closes, trade.opened)),
            net: trade.netPnL,
            fees: trade.fees,
            stake: trade.direction == .long ? trade.entryValue : Price.one * trade.count - trade.entryValue
        )
    }

    /// Reads a row.
    ///
    /// - Throws: `DecodingError` for what is no row, or has an amount beyond a billion dollars or a time far from any other: no
    ///   trade has one, and sums of them would not fit.
    package init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        func number(within bound: UInt64) throws -> Int64 {
            let number = try row.decode(Int64.self)
            guard number.magnitude <= bound else {
                throw DecodingError.dataCorruptedError(in: row, debugDescription: "\(number) is beyond ±\(bound)")
            }
            return number
        }
        market = try row.decode(Int.self)
        opened = Timestamp(microseconds: try number(within: 1 << 60))
        ended = Timestamp(microseconds: try number(within: 1 << 60))
        net = Money(units: try number(within: 1 << 50))
        fees = Money(units: try number(within: 1 << 50))
        stake = Money(units: try number(within: 1 << 50))
    }

    /// Writes a row.
    package func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(market)
        for value in [opened.microseconds, ended.microseconds, net.units, fees.units, stake.units] {
            try row.encode(value)
        }
    }
}

/// The figures of a trial in a part of the time.
package struct SweepFigures: Hashable, Codable, Sendable {
    /// Closed trades.
    package private(set) var trades = 0
    /// Trades with a net profit.
    package private(set) var wins = 0
    /// Σ net P&L.
    package private(set) var net = Money.zero
    /// Σ net P&L of winning trades.
    package private(set) var grossProfit = Money.zero
    /// |Σ net P&L of losing trades|.
    package private(set) var grossLoss = Money.zero
    /// Σ fees.
    package private(set) var fees = Money.zero
    /// The largest fall of the sum of net P&L from a peak, over closed trades in the order of their ends.
    package private(set) var drawdown = Money.zero
    /// Markets with a trade; of an endless one, days.
    package internal(set) var markets = 0
    /// Mean over sample deviation (n − 1) of the net P&L per market, over all markets of that time, traded or not; nil when
    /// it has no value.
    package private(set) var sharpe: Double?
    /// Mean over sample deviation (n − 1) of the net P&L per trade; nil when it has no value.
    package private(set) var tradeSharpe: Double?

    private enum CodingKeys: String, CodingKey {
        case trades, wins, net, fees, drawdown, markets, sharpe
        case grossProfit = "gross_profit"
        case grossLoss = "gross_loss"
        case tradeSharpe = "trade_sharpe"
    }

    /// Calculates the figures.
    ///
    /// - Parameters:
    ///   - trades: closed trades.
    ///   - units: net P&L of each market of that time (an endless one: of each day), traded or not.
    init(of trades: [SweepTrade], units: [Money]) {
        self.trades = trades.count
        var sum = Money.zero
        var peak = Money.zero
        for trade in trades.sorted(by: { ($0.ended, $0.opened, $0.market) < ($1.ended, $1.opened, $1.market) }) {
            fees += trade.fees
            if trade.net > .zero {
                wins += 1
                grossProfit += trade.net
            } else if trade.net < .zero {
                grossLoss += -trade.net
            }
            sum += trade.net
            peak = max(peak, sum)
            drawdown = max(drawdown, peak - sum)
        }
        net = sum
        markets = Set(trades.map(\.market)).count
        sharpe = Self.sharpe(units)
        tradeSharpe = Self.sharpe(trades.map(\.net))
    }

    private static func sharpe(_ values: [Money]) -> Double? {
        guard values.count >= 2 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1.units) } / count
        let squares = values.reduce(0) { $0 + (Double($1.units) - mean) * (Double($1.units) - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        return deviation > 0 ? mean / deviation : nil
    }
}

/// A figure by which trials are compared, or that they must reach.
package enum SweepMeasure: String, Hashable, Codable, Sendable, CaseIterable {
    /// Net profit, in dollars.
    case net
    /// Net profit per trade, in dollars.
    case expectancy
    /// Mean over deviation of the net P&L per market, those without a trade included.
    case sharpe
    /// Mean over deviation of the net P&L per trade.
    case tradeSharpe = "trade_sharpe"
    /// Gross profit over gross loss; without a loss larger than any number.
    case profitFactor = "profit_factor"
    /// Winning trades as a share of all.
    case winRate = "win_rate"
    /// The largest fall of the sum of closed trades, in dollars; less is better.
    case drawdown
    /// Net profit over that fall.
    case netPerDrawdown = "net_per_drawdown"
    /// Closed trades.
    case trades
    /// Markets with a trade.
    case markets
    /// Fees, in dollars; less is better.
    case fees

    /// Names of the same figures in reports.
    private static let others: [String: SweepMeasure] = [
        "net_profit": .net, "sharpe_ratio": .sharpe, "per_trade_sharpe": .tradeSharpe, "max_drawdown": .drawdown,
        "total_trades": .trades, "total_fees": .fees,
    ]

    /// Reads a name.
    ///
    /// - Throws: ``RunFailure`` with the names there are.
    package static func named(_ name: String, option: String) throws(RunFailure) -> SweepMeasure {
        if let measure = SweepMeasure(rawValue: name) ?? others[name] { return measure }
        let known = allCases.map(\.rawValue)
        let hint = nearest(to: name, in: known + others.keys.sorted()).map { "did you mean \($0)?" }
        throw RunFailure(
            .usage,
            "\(option): there is no figure '\(name)'; \(hint ?? "there is \(known.joined(separator: ", "))")"
        )
    }

    /// Whether less is better.
    package var isBetterLow: Bool { self == .drawdown || self == .fees }

    /// The figure: dollars, shares, ratios or counts; nil when it has no value.
    package func value(of figures: SweepFigures) -> Double? {
        func dollars(_ money: Money) -> Double { Double(money.units) / 1_000_000 }
        func ratio(_ dividend: Double, _ divisor: Double) -> Double? {
            guard divisor <= 0 else { return dividend / divisor }
            return dividend > 0 ? .greatestFiniteMagnitude : nil
        }
        switch self {
        case .net: return dollars(figures.net)
        case .expectancy: return figures.trades > 0 ? dollars(figures.net) / Double(figures.trades) : nil
        case .sharpe: return figures.sharpe
        case .tradeSharpe: return figures.tradeSharpe
        case .profitFactor: return ratio(dollars(figures.grossProfit), dollars(figures.grossLoss))
        case .winRate: return figures.trades > 0 ? Double(figures.wins) / Double(figures.trades) : nil
        case .drawdown: return dollars(figures.drawdown)
        case .netPerDrawdown: return ratio(dollars(figures.net), dollars(figures.drawdown))
        case .trades: return Double(figures.trades)
        case .markets: return Double(figures.markets)
        case .fees: return dollars(figures.fees)
        }
    }
}

/// What a trial must reach in-sample to be chosen: `trades>=50`.
package struct SweepConstraint: Hashable, Codable, Sendable, CustomStringConvertible {
    /// A comparison.
    enum Relation: String, Codable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
    }

    /// The figure.
    let measure: SweepMeasure
    let relation: Relation
    let bound: Double

    /// Reads `trades>=50`.
    ///
    /// - Throws: ``RunFailure`` when it is none.
    package init(_ text: String) throws(RunFailure) {
        for relation in Relation.allCases {
            guard let place = text.range(of: relation.rawValue) else { continue }
            let name = String(text[..<place.lowerBound].trimmed)
            measure = try SweepMeasure.named(name, option: "--require \(text)")
            guard let bound = Double(text[place.upperBound...].trimmed), bound.isFinite else { break }
            self.relation = relation
            self.bound = bound
            return
        }
        throw RunFailure(.usage, "--require \(text): write a figure, >=, <=, > or <, and a number, such as trades>=50")
    }

    /// `trades>=50`.
    package var description: String {
        let number = Int64(exactly: bound).map { "\($0)" } ?? "\(bound)"
        return measure.rawValue + relation.rawValue + number
    }

    /// Whether figures meet it; a figure without a value meets nothing.
    func holds(for figures: SweepFigures) -> Bool {
        guard let value = measure.value(of: figures) else { return false }
        switch relation {
        case .atLeast: return value >= bound
        case .atMost: return value <= bound
        case .above: return value > bound
        case .below: return value < bound
        }
    }
}
