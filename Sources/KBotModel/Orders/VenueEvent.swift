/// What the venue, real or on paper, says of our own orders.
public enum VenueEvent: Hashable, Codable, Sendable {
    /// The order arrived and now rests with this many contracts left (0 for one that never rests).
    case accepted(ClientOrderID, resting: Quantity)
    /// The order was refused, proven: it never existed at the venue.
    case rejected(ClientOrderID, RejectReason)
    /// A part of the order was filled.
    case filled(Fill)
    /// The order is off the book; `unfilled` contracts died.
    case cancelled(ClientOrderID, unfilled: Quantity, CancelReason)
    /// A cancel found no resting order: it is filled, cancelled or expired already. Look it up; assume nothing.
    case cancelRefused(ClientOrderID)
    /// The order now has this price and this many contracts left.
    case amended(ClientOrderID, price: Price, resting: Quantity)
    /// A change was refused; the order stands as it was.
    case amendRefused(ClientOrderID, RejectReason)
    /// The answer to a request was lost: the order may or may not be there.
    case outcomeUnknown(ClientOrderID)
    /// What a look-up of an order found.
    case found(ClientOrderID, OrderSnapshot)
}

/// One fill of one of our orders.
public struct Fill: Hashable, Codable, Sendable {
    /// The venue's id of the trade; a fill seen twice carries the same one.
    public let trade: Int64
    /// The order filled.
    public let order: ClientOrderID
    /// Market.
    public let market: MarketID
    /// Side of the order.
    public let side: BookSide
    /// YES price.
    public let price: Price
    /// Contracts.
    public let count: Quantity
    /// Whether the order took or made liquidity.
    public let liquidity: FeeSchedule.Liquidity
    /// The venue's fee.
    public let fee: Money

    /// Makes a fill.
    public init(
        trade: Int64,
        order: ClientOrderID,
        market: MarketID,
        side: BookSide,
        price: Price,
        count: Quantity,
        liquidity: FeeSchedule.Liquidity,
        fee: Money
    ) {
        self.trade = trade
        self.order = order
        self.market = market
        self.side = side
        self.price = price
        self.count = count
        self.liquidity = liquidity
        self.fee = fee
    }
}

/// What the venue knows of one order when asked.
public struct OrderSnapshot: Hashable, Codable, Sendable {
    /// Where the order stands.
    public enum Status: String, Hashable, Codable, Sendable {
        /// On the book.
        case resting
        /// Cancelled or expired, perhaps partly filled before.
        case cancelled
        /// Filled whole.
        case executed
        /// The venue never saw it.
        case unknown
    }

    /// Where the order stands.
    public let status: Status
    /// Contracts filled so far.
    public let filled: Quantity

    /// Makes a look-up's answer.
    public init(status: Status, filled: Quantity) {
        self.status = status
        self.filled = filled
    }
}

/// Why the venue refused an order.
public enum RejectReason: String, Hashable, Codable, Sendable, CaseIterable {
    /// Not enough cash on the market's shard.
    case insufficientBalance = "insufficient_balance"
    /// The price is off the grid or outside 0…1 dollar.
    case invalidPrice = "invalid_price"
    /// The count is zero, negative or too fine.
    case invalidCount = "invalid_count"
    /// The market does not trade now.
    case marketInactive = "market_inactive"
    /// The id was used before.
    case orderAlreadyExists = "order_already_exists"
    /// A reduce-only order found nothing to reduce, or was not immediate-or-cancel.
    case reduceOnly = "reduce_only"
    /// A fill-or-kill order could not be filled whole.
    case fillOrKill = "fill_or_kill"
    /// The expiration lies in the past.
    case expired = "expired"
    /// Anything else the venue said.
    case other = "rejected"
}

/// Why an order left the book.
public enum CancelReason: String, Hashable, Codable, Sendable, CaseIterable {
    /// We asked.
    case requested
    /// Its time at the venue ran out.
    case expired
    /// What an immediate-or-cancel order did not fill.
    case immediateOrCancel = "immediate_or_cancel"
    /// The market closed or was paused.
    case marketClosed = "market_closed"
    /// It would have traded with another order of ours.
    case selfTrade = "self_trade"
    /// Nothing was left to reduce.
    case reduceOnly = "reduce_only"
}
