public import KBotModel

/// A request that passed a risk gate; the gates in this file are the only makers.
public struct Approved: Hashable, Sendable {
    /// What may be sent.
    public let request: OrderRequest

    fileprivate init(_ request: OrderRequest) { self.request = request }
}

/// What the entry gate needs to know of one proposed entry.
struct EntryCase {
    let now: Timestamp
    let market: Market
    let direction: Direction
    let entryType: EntryType
    let plan: TradePlan
    /// The worst price the entry may fill at.
    let worstEntry: Price
    let touch: Touch
    let account: AccountView
    /// What the strategy may use of the account; nil for all of it.
    let budget: Budget?
    /// Loss of the day so far, ≥ 0.
    let dayLoss: Money
    /// Entry orders sent in the last minute.
    let recentEntries: Int

    /// A strategy's part of the account.
    struct Budget {
        /// How much it is.
        let money: Money
        /// What settlement could take of the strategy's trades.
        let exposure: Money
    }
}

/// The gate every entry passes: each limit of the run in turn, then the size that fits them all.
enum EntryGate {
    /// Slippage of a stop assumed in the risk of a contract, in grid steps.
    static let stopSlippageTicks: Int32 = 2

    /// The number of contracts an entry may have.
    ///
    /// - Throws: the first limit that allows not even one contract.
    static func size(_ entry: EntryCase, limits: RiskLimits, sizing: Sizing, wanted: Quantity?) throws(Refusal)
        -> Quantity
    {
        try checkMarket(entry, limits: limits)
        let start: Quantity
        switch sizing {
        case .fixed(let count): start = wanted ?? count
        case .risk: start = min(wanted ?? .init(contracts: 1_000_000), .init(contracts: 1_000_000)).wholeContracts
        }
        var count = start
        if case .risk = sizing, let limit = limits.riskPerTrade {
            let budget = limit.money(of: entry.budget?.money ?? entry.account.equity)
            count = try fit(count, .riskPerTrade, "the risk per trade of \(cents(budget))") {
                risk(of: $0, entry) <= budget
            }
        }
        if let limit = limits.dailyLoss {
            let room = limit.money(of: entry.account.capital) - entry.dayLoss
            count = try fit(count, .dailyLossLimit, "the \(cents(room)) left under the daily loss limit") {
                risk(of: $0, entry) <= room
            }
        }
        if let limit = limits.maxExposure {
            let room = limit.money(of: entry.account.capital) - entry.account.exposure
            count = try fit(count, .maxExposure, "the \(cents(room)) left under the exposure limit") {
                cost(of: $0, entry) <= room
            }
        }
        if let budget = entry.budget {
            let most = limits.maxExposure.map { min($0.money(of: budget.money), budget.money) } ?? budget.money
            let room = most - budget.exposure
            count = try fit(count, .strategyBudget, "the \(cents(room)) left of the strategy's budget") {
                cost(of: $0, entry) <= room
            }
        }
        count = try fit(count, .insufficientCash, "the cash of \(cents(entry.account.cash))") {
            cost(of: $0, entry) + fee(of: $0, entry) <= entry.account.cash
        }
        return count
    }

    /// Lets an entry out.
    static func approve(_ order: NewOrder, _ entry: EntryCase, limits: RiskLimits) throws(Refusal) -> Approved {
        try checkMarket(entry, limits: limits)
        guard entry.market.grid.contains(order.price) else {
            throw Refusal(.invalidGeometry, "the price \(order.price) is off the grid")
        }
        guard order.count.units > 0 else { throw Refusal(.riskPerTrade, "nothing to buy") }
        try checkCollar(order.price, entry, limits: limits)
        return Approved(.place(order))
    }

    /// The limits that have nothing to do with size.
    private static func checkMarket(_ entry: EntryCase, limits: RiskLimits) throws(Refusal) {
        guard entry.market.status == .active else {
            throw Refusal(.marketInactive, "the market is \(entry.market.status.rawValue)")
        }
        let left = entry.market.closeTime - entry.now
        guard left > .zero else { throw Refusal(.marketInactive, "the market has closed") }
        if let least = limits.minTimeToClose, left < least {
            throw Refusal(.tooCloseToExpiry, "\(left.wholeSeconds) s to the close, at least \(least) wanted")
        }
        if let least = limits.minRewardRisk,
            Int64(entry.plan.reward.units) * 10_000 < Int64(entry.plan.risk.units) * least
        {
            throw Refusal(.rewardRisk, "reward \(entry.plan.reward) against risk \(entry.plan.risk)")
        }
        if let most = limits.ordersPerMinute, entry.recentEntries >= most {
            throw Refusal(.orderRate, "\(entry.recentEntries) entries in the last minute")
        }
        try checkCollar(entry.plan.entry, entry, limits: limits)
    }

    private static func checkCollar(_ price: Price, _ entry: EntryCase, limits: RiskLimits) throws(Refusal) {
        guard let collar = limits.priceCollar, entry.entryType != .stop else { return }
        guard let touch = entry.touch.entry(entry.direction) else {
            throw Refusal(.noQuote, "no \(entry.direction == .long ? "ask" : "bid") is known to judge the price by")
        }
        let through = entry.direction == .long ? price - touch : touch - price
        guard through <= collar else {
            throw Refusal(.priceCollar, "\(price) lies \(through) through the touch \(touch), at most \(collar)")
        }
    }

    /// What `count` contracts would lose at the stop: the planned distance, two ticks of slippage, taker fees both ways.
    static func risk(of count: Quantity, _ entry: EntryCase) -> Money {
        let slippage = entry.market.grid.step(at: entry.plan.stop) * stopSlippageTicks
        let stopFee = entry.market.fees.fee(count: count, price: entry.plan.stop, liquidity: .taker)
        return Money.value(of: count, over: entry.plan.risk + slippage) + fee(of: count, entry) + stopFee
    }

    /// What `count` contracts cost: all that settlement could take.
    private static func cost(of count: Quantity, _ entry: EntryCase) -> Money {
        Money.value(of: count, at: entry.direction == .long ? entry.worstEntry : entry.worstEntry.complement)
    }

    private static func fee(of count: Quantity, _ entry: EntryCase) -> Money {
        entry.market.fees.fee(count: count, price: entry.worstEntry, liquidity: .taker)
    }

    /// The most whole contracts up to `count` that fit, by bisection: fees make the amount not quite linear.
    private static func fit(
        _ count: Quantity,
        _ code: ReasonCode,
        _ what: String,
        _ fits: (Quantity) -> Bool
    ) throws(Refusal) -> Quantity {
        if count.units > 0, fits(count) { return count }
        var low: Int64 = 0
        var high = count.units / 100
        while low < high {
            let middle = (low + high + 1) / 2
            if fits(Quantity(contracts: middle)) { low = middle } else { high = middle - 1 }
        }
        guard low > 0 else { throw Refusal(code, "one contract is more than \(what) allows") }
        return Quantity(contracts: low)
    }

    private static func cents(_ money: Money) -> String {
        "$\(formatDecimal(floorDivide(money.units, by: 10_000), fractionDigits: 2))"
    }
}

/// The gate of orders that can only make a position smaller: grid, size, venue; nothing else may stop an exit.
enum ReducingGate {
    /// Lets a reducing order out; nil when it does not fit the position or the market does not trade.
    ///
    /// `open` are contracts that other reducing orders may still take off the position.
    static func approve(_ order: NewOrder, market: Market, position: Quantity, open: Quantity) -> Approved? {
        guard market.status == .active, market.grid.contains(order.price), order.count.units > 0,
            order.count + open <= position
        else { return nil }
        return Approved(.place(order))
    }

    /// Lets a cancel out; a cancel is always allowed.
    static func cancel(_ id: ClientOrderID) -> Approved { Approved(.cancel(id)) }
}
