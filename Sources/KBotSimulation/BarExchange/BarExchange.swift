public import KBotModel

/// A venue for bars: open, high, low, close and volume of each interval, and nothing between.
///
/// A pure machine like ``PaperExchange``: the same calls give the same events. A bar becomes a path of prints (see
/// ``next(in:watching:)``), and orders fill on them:
///
/// - An order sent between two bars arrives with the next bar's open. A taker fills there, whole, if its limit allows; so
///   does a limit order the open has reached. What else is a limit order rests.
/// - A resting order fills at its limit once the price touches it; when the bar opens beyond it, at the open.
/// - An order sent at a print takes that print's price. So a stop leaves at its own price, or at the open when the bar
///   opened beyond it: the path stops at each price at which something of ours waits.
/// - Of stop and target in one bar the stop counts; an entry inside a bar can still be stopped in it.
///
/// What it ignores: volume (every order fills whole), spread, queue, delay, and everything that happened between the four
/// prices. ``BarRules/pessimistic`` takes a grid step of each fill instead. Positions are settled only where the market has
/// a result.
public struct BarExchange: Sendable {
    /// An order that has not filled.
    struct Waiting: Hashable, Sendable {
        let order: NewOrder
        /// Cash held for it.
        let reserved: Money
        /// It came between two bars and takes the next open if it can.
        var isNew: Bool
    }

    /// What is known of one market.
    struct Lane: Sendable {
        var market: Market
        var path: BarPath?
        var last: Price?
        var waiting: [Waiting] = []
    }

    /// What became of an order, for look-ups.
    struct Record: Hashable, Sendable {
        var status: OrderSnapshot.Status
        var filled = Quantity.zero
    }

    /// The rules in force.
    public let rules: BarRules
    /// What was counted so far.
    public internal(set) var statistics = PaperStatistics()
    var account: PaperAccount
    /// By the markets' numbers.
    var lanes: [Lane?] = []
    var records: [ClientOrderID: Record] = [:]
    var lastTrade: Int64 = 0
    /// What decides where a path goes, as last looked at; kept for its memory.
    private var stake = BarPath.Stake()

    /// Opens an exchange with one account.
    public init(cash: Money, rules: BarRules = .realistic) {
        account = PaperAccount(cash: cash)
        self.rules = rules
    }

    // MARK: The account

    /// Cash that a new order may use.
    public var cash: Money { account.cash }

    /// Cash held for open orders.
    public var reserved: Money { account.reserved }

    /// Fees of all fills.
    public var feesPaid: Money { account.feesPaid }

    /// Contracts held in a market: plus is YES, minus is NO.
    public func position(in market: MarketID) -> Quantity { account.position(in: market) }

    /// What became of an order.
    public func lookUp(_ id: ClientOrderID) -> OrderSnapshot {
        guard let record = records[id] else { return OrderSnapshot(status: .unknown, filled: .zero) }
        return OrderSnapshot(status: record.status, filled: record.filled)
    }

    // MARK: Markets

    /// Takes in a market, or its changed facts.
    public mutating func list(_ market: Market) {
        let index = Int(market.id.index)
        while lanes.count <= index { lanes.append(nil) }
        if lanes[index] == nil { lanes[index] = Lane(market: market) } else { lanes[index]?.market = market }
    }

    /// Closes a market: what rests there dies.
    public mutating func close(_ market: MarketID, at time: Timestamp, into output: inout [TimedVenueEvent]) {
        let index = Int(market.index)
        guard index < lanes.count, lanes[index] != nil else { return }
        lanes[index]?.market.status = .closed
        for waiting in lanes[index]?.waiting ?? [] { end(waiting, .marketClosed, at: time, into: &output) }
        lanes[index]?.waiting = []
    }

    /// Pays a decided market out.
    public mutating func settle(
        _ market: MarketID,
        _ settlement: Settlement,
        at time: Timestamp,
        into output: inout [TimedVenueEvent]
    ) {
        close(market, at: time, into: &output)
        account.settle(market, at: settlement.value)
    }

    // MARK: A bar

    /// Begins a bar; the one before it in the same market must be over.
    public mutating func begin(_ bar: Candle, in market: MarketID) {
        let index = Int(market.index)
        precondition(index < lanes.count && lanes[index] != nil, "Condition failed: the market is listed")
        let last = lanes[index]?.last
        lanes[index]?.path = BarPath(bar, after: last)
    }

    /// Whether a whole bar reaches nothing that rests at the exchange, on its way from the last price; what the bot watches
    /// for is for the bot to say. None may have begun in the market.
    public mutating func isUntouched(by bar: Candle, in market: MarketID) -> Bool {
        guard let last = lanes[Int(market.index)]?.last else { return false }
        return reach(in: market, watching: []).prints(of: bar, after: last) != nil
    }

    /// Lets a bar go by at once that reaches nothing of ours: its path of prints would tell nobody anything.
    ///
    /// - Returns: how many prints its path has.
    public mutating func pass(_ bar: Candle, in market: MarketID, watching: [BarWatch]) -> Int {
        lanes[Int(market.index)]?.last = bar.close
        weigh(market, watching)
        return BarPath.prints(of: bar, stake)
    }

    /// What of ours bars could reach in a market, as things stand.
    public mutating func reach(in market: MarketID, watching: [BarWatch]) -> BarReach {
        weigh(market, watching)
        var reach = BarReach(stake)
        let index = Int(market.index)
        for one in lanes[index]?.waiting ?? [] { reach.add(one, at: passPrice(of: one.order, index)) }
        return reach
    }

    /// Notes the last price of bars that were taken elsewhere, and reached nothing of ours.
    public mutating func skip(to last: Price, in market: MarketID) { lanes[Int(market.index)]?.last = last }

    /// When the bar's next print comes; nil when it is over.
    public mutating func nextTime(in market: MarketID, watching: [BarWatch]) -> Timestamp? {
        weigh(market, watching)
        return lanes[Int(market.index)]?.path?.nextTime(stake)
    }

    /// The next print of a bar; nil when it is over.
    ///
    /// The path goes from the open to one end of the bar, then to the other, then to the close, the end that is worse for
    /// us first, and stops on its way at each of our prices. Let the exchange ``hear(_:in:into:)`` the print, then the bot,
    /// then hand in what the bot wants, before asking again.
    public mutating func next(in market: MarketID, watching: [BarWatch]) -> BarPrint? {
        let index = Int(market.index)
        weigh(market, watching)
        if let print = lanes[index]?.path?.next(stake) { return print }
        let last = lanes[index]?.path?.at
        lanes[index]?.last = last
        lanes[index]?.path = nil
        return nil
    }

    /// Finds out what decides where the path goes.
    private mutating func weigh(_ market: MarketID, _ watching: [BarWatch]) {
        stake.reset()
        let index = Int(market.index)
        guard let waiting = lanes[index]?.waiting else { return }
        let position = waiting.isEmpty && records.isEmpty ? .zero : account.position(in: market)
        if position != .zero { stake.held = position > .zero ? .long : .short }
        for one in waiting {
            stake.levels.append(passPrice(of: one.order, index))
            let opens = one.order.side == .bid ? position >= .zero : position <= .zero
            if opens { stake.resting = one.order.side == .bid ? .long : .short }
        }
        for watch in watching {
            stake.levels.append(watch.price)
            if case .entry(let direction) = watch.kind { stake.waiting = direction }
        }
    }

    /// The price that fills a resting order of the market of a number.
    func passPrice(of order: NewOrder, _ lane: Int) -> Price {
        guard rules.passSteps > 0, let grid = lanes[lane]?.market.grid else { return order.price }
        let steps = order.side == .bid ? -rules.passSteps : rules.passSteps
        return grid.moved(order.price, steps: steps)
    }
}
