package import KBotModel

/// A new order as the venue takes it: price and count are texts, the price is always the YES price.
package struct CreateOrder: WireRow {
    /// Market.
    package var ticker: Ticker
    /// Our id: at most 64 of `A–Z a–z 0–9 _ - : + = /`, never used before. A repeated one is refused: what makes a
    /// repeated request harmless.
    package var clientID: String
    /// `.bid` buys YES, `.ask` sells it.
    package var side: BookSide
    /// Contracts.
    package var count: Quantity
    /// Limit, a YES price on the market's grid.
    package var price: Price
    /// How long it lives.
    package var timeInForce: TimeInForce
    /// What happens at a cross with our own.
    package var selfTrade: SelfTradePrevention
    /// When it expires, cut to whole seconds; only for orders that rest.
    package var expires: Timestamp?
    /// Whether it must not take.
    package var isPostOnly: Bool?
    /// Whether it may only reduce the position; the venue takes this with immediate-or-cancel alone.
    package var isReduceOnly: Bool?
    /// Whether a pause cancels it.
    package var cancelsOnPause: Bool?
    /// Its order group.
    package var group: String?
    /// Its subaccount; 0 is the primary one.
    package var subaccount: Int32?
    /// The market's shard; without one the venue finds it, for more tokens.
    package var shard: Int32?

    /// Makes an order; what is not given is left away.
    package init(
        ticker: Ticker,
        clientID: String,
        side: BookSide,
        count: Quantity,
        price: Price,
        timeInForce: TimeInForce,
        selfTrade: SelfTradePrevention = .takerAtCross
    ) {
        self.ticker = ticker
        self.clientID = clientID
        self.side = side
        self.count = count
        self.price = price
        self.timeInForce = timeInForce
        self.selfTrade = selfTrade
    }

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        clientID = try row.required("client_order_id")
        side = try row.requiredWord("side")
        count = try row.required("count")
        price = try row.required("price")
        timeInForce = try row.requiredWord("time_in_force")
        selfTrade = try row.requiredWord("self_trade_prevention_type")
        expires = try row.time("expiration_time")
        isPostOnly = try row.optional("post_only")
        isReduceOnly = try row.optional("reduce_only")
        cancelsOnPause = try row.optional("cancel_order_on_pause")
        group = try row.optional("order_group_id")
        subaccount = try row.optional("subaccount")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("client_order_id", clientID)
        row.set("side", side.rawValue)
        row.set("count", count)
        row.set("price", price)
        row.set("time_in_force", timeInForce.rawValue)
        row.set("self_trade_prevention_type", selfTrade.rawValue)
        row.set("expiration_time", expires, as: .seconds)
        row.set("post_only", isPostOnly)
        row.set("reduce_only", isReduceOnly)
        row.set("cancel_order_on_pause", cancelsOnPause)
        row.set("order_group_id", group)
        row.set("subaccount", subaccount)
        row.set("exchange_index", shard)
    }
}

extension RowReader {
    /// A word that must be one of those known.
    func requiredWord<Word: RawRepresentable<String> & Hashable & Sendable>(
        _ key: String
    ) throws(WireError) -> Word {
        let word: Open<Word> = try required(key)
        guard let known = word.known else { throw WireError.unreadable(word.wire, as: "a known word").under(key) }
        return known
    }
}

/// A change of a resting order's price or total count.
package struct AmendOrder: WireRow {
    /// Market, the order's.
    package var ticker: Ticker
    /// Side, the order's.
    package var side: BookSide
    /// New limit, a YES price.
    package var price: Price
    /// New total: what is filled already and what shall rest.
    package var total: Quantity
    /// Our id of the order.
    package var clientID: String?
    /// A new id of ours for it.
    package var newClientID: String?
    /// Seconds since the epoch at which it expires; 0 takes the expiration away, nil keeps it.
    package var expiration: Int64?
    /// The market's shard.
    package var shard: Int32?

    /// Makes a change.
    package init(ticker: Ticker, side: BookSide, price: Price, total: Quantity, shard: Int32?) {
        self.ticker = ticker
        self.side = side
        self.price = price
        self.total = total
        self.shard = shard
    }

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        side = try row.requiredWord("side")
        price = try row.required("price")
        total = try row.required("count")
        clientID = try row.optional("client_order_id")
        newClientID = try row.optional("updated_client_order_id")
        expiration = try row.optional("expiration_time")
        shard = try row.optional("exchange_index")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("side", side.rawValue)
        row.set("price", price)
        row.set("count", total)
        row.set("client_order_id", clientID)
        row.set("updated_client_order_id", newClientID)
        row.set("expiration_time", expiration)
        row.set("exchange_index", shard)
    }
}

/// A decrease of a resting order, which keeps its place in the queue.
package struct DecreaseOrder: WireRow {
    /// How much of it goes.
    package enum Change: Hashable, Sendable {
        /// So many contracts less.
        case by(Quantity)
        /// So many contracts stay; 0 cancels the order.
        case to(Quantity)
    }

    /// How much of it goes.
    package var change: Change
    /// The market's shard.
    package var shard: Int32?
    /// Market: with it the venue finds the shard itself.
    package var ticker: Ticker?

    /// Makes a decrease.
    package init(_ change: Change, shard: Int32?, ticker: Ticker?) {
        self.change = change
        self.shard = shard
        self.ticker = ticker
    }

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        if let less: Quantity = try row.optional("reduce_by") {
            change = .by(less)
        } else {
            change = .to(try row.required("reduce_to"))
        }
        shard = try row.optional("exchange_index")
        ticker = try row.optional("market_ticker")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        switch change {
        case .by(let count): row.set("reduce_by", count)
        case .to(let count): row.set("reduce_to", count)
        }
        row.set("exchange_index", shard)
        row.set("market_ticker", ticker)
    }
}

/// One order of a batch of cancels.
package struct CancelItem: WireRow {
    /// The venue's id.
    package var id: String
    /// Its subaccount.
    package var subaccount: Int32?
    /// Its shard: without it or the market the venue looks on shard 0 alone.
    package var shard: Int32?
    /// Its market.
    package var ticker: Ticker?

    /// Makes an item.
    package init(id: String, shard: Int32?, ticker: Ticker? = nil, subaccount: Int32? = nil) {
        self.id = id
        self.shard = shard
        self.ticker = ticker
        self.subaccount = subaccount
    }

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        subaccount = try row.optional("subaccount")
        shard = try row.optional("exchange_index")
        ticker = try row.optional("market_ticker")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("subaccount", subaccount)
        row.set("exchange_index", shard)
        row.set("market_ticker", ticker)
    }
}
