/// What the engine asks the venue, real or on paper, to do.
public enum OrderRequest: Hashable, Codable, Sendable {
    /// Place an order.
    case place(NewOrder)
    /// Take what is left of an order off the book.
    case cancel(ClientOrderID)
    /// Change the price or the total count of a resting order.
    case amend(ClientOrderID, price: Price, total: Quantity)
}

/// An order as it is sent: price in YES terms, whole side and life given.
public struct NewOrder: Hashable, Codable, Sendable {
    /// How long the order lives.
    public enum TimeInForce: Hashable, Codable, Sendable {
        /// Rests until filled, cancelled or expired at the venue.
        case goodTillCancelled(expires: Timestamp?)
        /// Fills at once what it can; the rest dies.
        case immediateOrCancel
        /// Fills at once and whole, or not at all.
        case fillOrKill
    }

    /// The engine's number, unique in the run.
    public let id: ClientOrderID
    /// Market.
    public let market: MarketID
    /// `.bid` buys YES, `.ask` sells YES (buys NO).
    public let side: BookSide
    /// Limit, a YES price on the market's grid.
    public let price: Price
    /// Contracts.
    public let count: Quantity
    /// Life of the order.
    public let timeInForce: TimeInForce
    /// The order may only reduce the position; the venue knows this with immediate-or-cancel alone.
    public let reduceOnly: Bool

    /// Makes an order.
    public init(
        id: ClientOrderID,
        market: MarketID,
        side: BookSide,
        price: Price,
        count: Quantity,
        timeInForce: TimeInForce,
        reduceOnly: Bool = false
    ) {
        self.id = id
        self.market = market
        self.side = side
        self.price = price
        self.count = count
        self.timeInForce = timeInForce
        self.reduceOnly = reduceOnly
    }
}
