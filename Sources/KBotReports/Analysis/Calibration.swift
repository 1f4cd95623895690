public import KBotModel

/// Entry prices against what came of their markets: a contract bought at 30¢ should win about three times in ten.
///
/// A trade counts with the price paid for the side it bought, YES or NO, and with the result of its market, however the
/// trade itself ended.
public struct Calibration: Hashable, Sendable {
    /// Trades whose entry price lay in one range of ten cents.
    public struct Bin: Hashable, Sendable {
        /// Lower end, part of the range.
        public let from: Price
        /// Upper end, not part of it but for 1 dollar.
        public let to: Price
        /// Trades with a known outcome.
        public internal(set) var trades = 0
        /// Markets among them: trades of one market share its result.
        public internal(set) var markets = 0
        /// Mean price paid for the side bought, in dollars.
        public internal(set) var meanPrice = Money.zero
        /// Mean value of that side when the market was decided, in dollars: the share that won.
        public internal(set) var meanOutcome = Money.zero
    }

    /// Ranges that have trades, from the lowest price.
    public let bins: [Bin]
    /// Trades in markets whose outcome is not known.
    public let unknown: Int

    init(of trades: [ClosedTrade], outcomes: [MarketOutcome]) {
        var values: [Ticker: Price] = [:]
        for outcome in outcomes { values[outcome.market] = outcome.settlement.value }  // a correction comes later
        var sums = Array(repeating: (price: Int64(0), outcome: Int64(0), markets: Set<Ticker>(), trades: 0), count: 10)
        var unknown = 0
        for trade in trades {
            guard let value = values[trade.market], let entry = trade.entryValue.averagePrice(of: trade.count) else {
                unknown += 1
                continue
            }
            let paid = trade.direction == .long ? entry : Money(dollars: 1) - entry
            let won = trade.direction == .long ? value : value.complement
            let bin = min(max(Int(floorDivide(paid.units, by: 100_000)), 0), 9)
            sums[bin].price += paid.units
            sums[bin].outcome += Int64(won.units) * 100
            sums[bin].markets.insert(trade.market)
            sums[bin].trades += 1
        }
        self.unknown = unknown
        bins = sums.enumerated().compactMap { index, sum in
            guard let price = Money(units: sum.price).divided(by: sum.trades),
                let outcome = Money(units: sum.outcome).divided(by: sum.trades)
            else { return nil }
            let from = Int32(index) * 1_000
            return Bin(
                from: Price(units: from),
                to: Price(units: from + 1_000),
                trades: sum.trades,
                markets: sum.markets.count,
                meanPrice: price,
                meanOutcome: outcome
            )
        }
    }
}

/// What trading cost: fees, and prices worse than those the signals had planned.
///
/// The plan is what a trade carries; what the market showed at the moment of each order is not recorded, so this is no
/// measure against the touch. A positive amount was lost.
public struct TradeCosts: Hashable, Sendable {
    /// Fills of one kind against their plan.
    public struct Part: Hashable, Sendable {
        /// Trades.
        public internal(set) var trades = 0
        /// Contracts.
        public internal(set) var count = Quantity.zero
        /// Σ (price got − price planned) × count, in the direction that costs.
        public internal(set) var slippage = Money.zero

        /// Slippage per contract, in dollars; nil without contracts.
        public var perContract: Money? { slippage.averagePrice(of: count) }
    }

    /// Fees of closed trades.
    public private(set) var fees = Money.zero
    /// Entries against the planned entry.
    public private(set) var entries = Part()
    /// Exits by the stop against the planned stop.
    public private(set) var stops = Part()
    /// Exits by the target against the planned target.
    public private(set) var targets = Part()
    /// Trades whose exit had no planned price: settlement, time, flatten.
    public private(set) var unplanned = 0

    init(of trades: [ClosedTrade]) {
        for trade in trades {
            fees += trade.fees
            entries.add(trade, trade.entrySlippage)
            switch trade.exit {
            case .stop: stops.add(trade, trade.exitSlippage ?? .zero)
            case .target: targets.add(trade, trade.exitSlippage ?? .zero)
            case .settlement, .time, .flatten: unplanned += 1
            }
        }
    }
}

extension TradeCosts.Part {
    fileprivate mutating func add(_ trade: ClosedTrade, _ amount: Money) {
        trades += 1
        count = Quantity(units: count.units + trade.count.units)
        slippage += amount
    }
}

extension ClosedTrade {
    /// What the entry cost more than planned; negative when it cost less.
    public var entrySlippage: Money {
        let planned = Money.value(of: count, at: plan.entry)
        return direction == .long ? entryValue - planned : planned - entryValue
    }

    /// What the exit brought less than planned; nil when it had no planned price.
    public var exitSlippage: Money? {
        let price: Price
        switch exit {
        case .stop: price = plan.stop
        case .target: price = plan.target
        case .settlement, .time, .flatten: return nil
        }
        let planned = Money.value(of: count, at: price)
        return direction == .long ? planned - exitValue : exitValue - planned
    }
}
