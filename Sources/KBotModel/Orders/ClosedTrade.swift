/// A round trip: from flat into a position and back to flat, or to settlement.
public struct ClosedTrade: Hashable, Codable, Sendable {
    /// How the position ended.
    public enum Exit: String, Hashable, Codable, Sendable, CaseIterable {
        /// The target order filled.
        case target
        /// The stop fired.
        case stop
        /// The market was decided.
        case settlement
        /// Closed some time before the end of the market.
        case time
        /// Closed because the run or the trader said so.
        case flatten
    }

    /// Strategy that entered.
    public let strategy: StrategyName
    /// Market.
    public let market: Ticker
    /// Direction in YES terms.
    public let direction: Direction
    /// Contracts entered.
    public let count: Quantity
    /// Σ price × count of the entries, YES prices.
    public let entryValue: Money
    /// Σ price × count of the exits (settlement included), YES prices.
    public let exitValue: Money
    /// Fees of entries and exits.
    public let fees: Money
    /// Time of the first entry fill.
    public let opened: Timestamp
    /// Time of the last exit fill or of the settlement.
    public let closed: Timestamp
    /// How it ended.
    public let exit: Exit
    /// Entry, stop and target as planned by the signal, YES prices.
    public let plan: TradePlan

    /// Makes a round trip.
    public init(
        strategy: StrategyName,
        market: Ticker,
        direction: Direction,
        count: Quantity,
        entryValue: Money,
        exitValue: Money,
        fees: Money,
        opened: Timestamp,
        closed: Timestamp,
        exit: Exit,
        plan: TradePlan,
        settled: Quantity = .zero
    ) {
        self.strategy = strategy
        self.market = market
        self.direction = direction
        self.count = count
        self.entryValue = entryValue
        self.exitValue = exitValue
        self.fees = fees
        self.opened = opened
        self.closed = closed
        self.exit = exit
        self.plan = plan
        self.settled = settled
    }

    /// Contracts of the exit that ended by settlement; 0 unless it did.
    public let settled: Quantity

    /// The same round trip after it turned out that a part of it was sold before the market was decided.
    public func exitedBefore(_ settlement: Settlement, count sold: Quantity, at price: Price, fee: Money) -> ClosedTrade
    {
        ClosedTrade(
            strategy: strategy,
            market: market,
            direction: direction,
            count: count,
            entryValue: entryValue,
            exitValue: exitValue + Money.value(of: sold, over: price - settlement.value),
            fees: fees + fee,
            opened: opened,
            closed: closed,
            exit: exit,
            plan: plan,
            settled: settled - sold
        )
    }

    /// The same round trip after the venue corrected the market's result.
    public func corrected(from old: Settlement, to new: Settlement) -> ClosedTrade {
        let change = Money.value(of: settled, over: new.value - old.value)
        return ClosedTrade(
            strategy: strategy,
            market: market,
            direction: direction,
            count: count,
            entryValue: entryValue,
            exitValue: exitValue + change,
            fees: fees,
            opened: opened,
            closed: closed,
            exit: exit,
            plan: plan,
            settled: settled
        )
    }

    /// Profit before fees.
    public var grossPnL: Money { direction == .long ? exitValue - entryValue : entryValue - exitValue }

    /// Profit after fees: what every metric uses.
    public var netPnL: Money { grossPnL - fees }

    /// What a stop at the planned price would have lost on this count, without fees and slippage.
    public var plannedRisk: Money { Money.value(of: count, over: plan.risk) }

    /// Net profit in multiples of the planned risk, in 1/10,000; nil when no risk was planned.
    public var rMultiple: Int64? {
        guard plannedRisk.units > 0 else { return nil }
        return Int64(floorDivide(Int128(netPnL.units) * 10_000, by: Int128(plannedRisk.units)))
    }
}

/// Entry, stop and target of a trade, YES prices.
public struct TradePlan: Hashable, Codable, Sendable {
    /// Planned entry price.
    public let entry: Price
    /// Where the loss is cut.
    public let stop: Price
    /// Where the profit is taken.
    public let target: Price

    /// Makes a plan.
    public init(entry: Price, stop: Price, target: Price) {
        self.entry = entry
        self.stop = stop
        self.target = target
    }

    /// Distance between entry and stop.
    public var risk: PriceDelta { (entry - stop).magnitude }

    /// Distance between entry and target.
    public var reward: PriceDelta { (target - entry).magnitude }

    /// Whether the prices lie in the one order that makes sense: stop < entry < target for a long, mirrored for a short.
    public func isOrdered(for direction: Direction) -> Bool {
        direction == .long ? stop < entry && entry < target : target < entry && entry < stop
    }
}
