public import KBotModel

/// What of ours the bars of a market could reach, as it stood at one moment: whole bars are held against it, until anything
/// of ours changes.
public struct BarReach: Sendable {
    /// Prices at or below it fill a bid.
    private var bid: Price?
    /// Prices at or above it fill an ask.
    private var ask: Price?
    /// When the first order expires.
    private var expires = Timestamp.distantFuture
    /// Whether an order waits for the next open.
    private var hasNew = false
    private let stake: BarPath.Stake

    init(_ stake: BarPath.Stake) { self.stake = stake }

    /// Takes in an order that fills when the market comes to a price.
    mutating func add(_ waiting: BarExchange.Waiting, at price: Price) {
        hasNew = hasNew || waiting.isNew
        if case .goodTillCancelled(let end?) = waiting.order.timeInForce { expires = min(expires, end) }
        switch waiting.order.side {
        case .bid: bid = max(bid ?? price, price)
        case .ask: ask = min(ask ?? price, price)
        }
    }

    /// How many prints the path of a whole bar has; nil when it reaches an order on its way from the last price of the bar
    /// before it.
    public func prints(of bar: Candle, after last: Price) -> Int? {
        if hasNew || expires <= bar.end { return nil }
        if let bid, min(bar.low, last) <= bid { return nil }
        if let ask, max(bar.high, last) >= ask { return nil }
        return BarPath.prints(of: bar, stake)
    }
}
