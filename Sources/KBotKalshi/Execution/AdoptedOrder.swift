package import KBotModel

/// An order of an earlier run of the account, as the journal knows it: it may rest at the venue, may have filled or
/// ended since, or may never have been sent. One that is over may have filled all the same, unheard: given up as absent
/// and late, or sold before a result that came first.
package struct AdoptedOrder: Hashable, Sendable {
    /// What was sent, or was about to be.
    package var request: NewOrder
    /// Its market, with the number that it has in this run.
    package var market: Market
    /// Whether it could make the position larger, as was found when it was placed.
    package var opensRisk: Bool
    /// When it was handed over for sending, or its intent written, in the venue's time; no later than it truly was.
    package var sentAt: Timestamp
    /// Contracts of its fills that are booked already.
    package var filled: Quantity
    /// The fills that are booked already, by ``tradeNumber(_:)``: none of them is told again.
    package var trades: Set<Int64>
    /// Whether the venue was heard of it; false when only the intent is known.
    package var wasSent: Bool
    /// Whether it is over by the journal: nothing is asked about it, but what the venue lists of it is compared.
    package var isOver: Bool

    /// Describes an order.
    package init(
        request: NewOrder,
        market: Market,
        opensRisk: Bool,
        sentAt: Timestamp,
        filled: Quantity = .zero,
        trades: Set<Int64> = [],
        wasSent: Bool,
        isOver: Bool = false
    ) {
        self.request = request
        self.market = market
        self.opensRisk = opensRisk
        self.sentAt = sentAt
        self.filled = filled
        self.trades = trades
        self.wasSent = wasSent
        self.isOver = isOver
    }
}

/// An order on the venue's account that carries an id of this account, but of which the journal knows nothing: what a
/// power cut leaves when it takes the journal's last lines.
package struct UnaccountedOrder: Hashable, Sendable {
    /// Our id.
    package let clientID: String
    /// The venue's id.
    package let venueID: String
    /// Market.
    package let ticker: Ticker
    /// Side of the YES book.
    package let side: BookSide
    /// Limit, a YES price.
    package let price: Price
    /// Contracts that still rest.
    package let remaining: Quantity
    /// Contracts filled.
    package let filled: Quantity

    /// The position its fills have made, YES positive.
    package var position: Quantity { side == .bid ? filled : -filled }

    init(_ row: OrderRow) {
        clientID = row.clientID ?? ""
        venueID = row.id
        ticker = row.ticker
        side = row.side
        price = row.yesPrice
        remaining = row.remaining
        filled = row.filled
    }
}
