package import KBotModel

/// A fill of ours as the `fill` channel tells it.
package struct OwnFill: Hashable, Sendable {
    /// The venue's id of the trade: the same as in `/portfolio/fills`.
    package var tradeID: String
    /// The venue's id of the order.
    package var orderID: String
    /// Our id of the order, when the frame has it.
    package var clientID: String?
    /// Market.
    package var ticker: Ticker
    /// Side of the order in the YES book.
    package var side: BookSide
    /// YES price.
    package var price: Price
    /// Contracts.
    package var count: Quantity
    /// Whether the order took.
    package var isTaker: Bool
    /// Fee; nil when the frame does not tell it.
    package var fee: Money?
    /// Position in the market after this fill, YES positive; nil when the frame does not tell it.
    package var positionAfter: Quantity?
    /// The venue's time.
    package var time: Timestamp?
    /// Its subaccount.
    package var subaccount: Int32?
    /// Its shard.
    package var shard: Int32?

    /// Takes what is told; what is not given is not told.
    package init(
        tradeID: String,
        orderID: String,
        clientID: String? = nil,
        ticker: Ticker,
        side: BookSide,
        price: Price,
        count: Quantity,
        isTaker: Bool,
        fee: Money? = nil,
        positionAfter: Quantity? = nil,
        time: Timestamp? = nil,
        subaccount: Int32? = nil,
        shard: Int32? = nil
    ) {
        self.tradeID = tradeID
        self.orderID = orderID
        self.clientID = clientID
        self.ticker = ticker
        self.side = side
        self.price = price
        self.count = count
        self.isTaker = isTaker
        self.fee = fee
        self.positionAfter = positionAfter
        self.time = time
        self.subaccount = subaccount
        self.shard = shard
    }
}

/// An order of ours as the `user_orders` channel tells it.
package struct OwnOrder: Hashable, Sendable {
    /// The venue's id.
    package var orderID: String
    /// Our id.
    package var clientID: String?
    /// Market.
    package var ticker: Ticker
    /// Side of the YES book; nil when the frame names none.
    package var side: BookSide?
    /// Where it stands.
    package var status: Open<OrderStatus>
    /// Limit, a YES price; nil when the frame does not tell it.
    package var price: Price?
    /// Contracts asked for.
    package var initial: Quantity?
    /// Contracts filled.
    package var filled: Quantity
    /// Contracts resting.
    package var remaining: Quantity
    /// Why it last changed, such as `ExpiryCancel`.
    package var updateReason: String?
    /// The venue's time of the last change.
    package var time: Timestamp?
    /// Its subaccount.
    package var subaccount: Int32?
    /// Its shard.
    package var shard: Int32?
    /// Its order group.
    package var group: String?

    /// Takes what is told; what is not given is not told.
    package init(
        orderID: String,
        clientID: String? = nil,
        ticker: Ticker,
        side: BookSide? = nil,
        status: Open<OrderStatus>,
        price: Price? = nil,
        initial: Quantity? = nil,
        filled: Quantity,
        remaining: Quantity,
        updateReason: String? = nil,
        time: Timestamp? = nil,
        subaccount: Int32? = nil,
        shard: Int32? = nil,
        group: String? = nil
    ) {
        self.orderID = orderID
        self.clientID = clientID
        self.ticker = ticker
        self.side = side
        self.status = status
        self.price = price
        self.initial = initial
        self.filled = filled
        self.remaining = remaining
        self.updateReason = updateReason
        self.time = time
        self.subaccount = subaccount
        self.shard = shard
        self.group = group
    }
}

/// A position of ours as the `market_positions` channel tells it.
package struct OwnPosition: Hashable, Sendable {
    /// Market.
    package var ticker: Ticker
    /// Contracts: positive are YES, negative NO.
    package var position: Quantity
    /// Its subaccount.
    package var subaccount: Int32?

    /// Takes what is told; what is not given is not told.
    package init(
        ticker: Ticker,
        position: Quantity,
        subaccount: Int32? = nil
    ) {
        self.ticker = ticker
        self.position = position
        self.subaccount = subaccount
    }
}

/// A value of an index of `cfbenchmarks_value`, such as `BRTI`.
package struct IndexValue: Hashable, Sendable {
    /// The index.
    package var index: String
    /// Dollars; rounded to nearest when the venue is finer than 1/10,000 dollar.
    package var value: SpotPrice
    /// When it was struck, as well as the frame tells.
    package var time: Timestamp?

    /// Takes what is told; what is not given is not told.
    package init(
        index: String,
        value: SpotPrice,
        time: Timestamp? = nil
    ) {
        self.index = index
        self.value = value
        self.time = time
    }
}
