package import KBotModel

/// The answer to a new order. It tells no status: what was neither filled nor rests was cancelled.
package struct CreatedOrder: WireRow {
    /// The venue's id.
    package var id: String
    /// Our id.
    package var clientID: String?
    /// Contracts filled at once.
    package var filled: Quantity
    /// Contracts resting now.
    package var remaining: Quantity
    /// Average YES price of what was filled.
    package var averagePrice: ExactNumber?
    /// Average fee per contract, not in all.
    package var averageFee: ExactNumber?
    /// When.
    package var time: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        clientID = try row.optional("client_order_id")
        filled = try row.required("fill_count")
        remaining = try row.required("remaining_count")
        averagePrice = try row.optional("average_fill_price")
        averageFee = try row.optional("average_fee_paid")
        time = try row.time("ts_ms")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("client_order_id", clientID)
        row.set("fill_count", filled)
        row.set("remaining_count", remaining)
        row.set("average_fill_price", averagePrice)
        row.set("average_fee_paid", averageFee)
        row.set("ts_ms", time, as: .milliseconds)
    }
}

/// The answer to a cancel.
package struct CancelledOrder: WireRow {
    /// The venue's id.
    package var id: String
    /// Our id.
    package var clientID: String?
    /// Contracts taken off the book.
    package var reducedBy: Quantity
    /// When.
    package var time: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        clientID = try row.optional("client_order_id")
        reducedBy = try row.required("reduced_by")
        time = try row.time("ts_ms")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("client_order_id", clientID)
        row.set("reduced_by", reducedBy)
        row.set("ts_ms", time, as: .milliseconds)
    }
}

/// The answer to an amendment.
package struct AmendedOrder: WireRow {
    /// The venue's id.
    package var id: String
    /// Our id, the new one if there is one.
    package var clientID: String?
    /// Contracts resting now.
    package var remaining: Quantity?
    /// Contracts filled so far.
    package var filled: Quantity?
    /// Average YES price of what was filled at once.
    package var averagePrice: ExactNumber?
    /// Average fee per contract of that.
    package var averageFee: ExactNumber?
    /// When.
    package var time: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        clientID = try row.optional("client_order_id")
        remaining = try row.optional("remaining_count")
        filled = try row.optional("fill_count")
        averagePrice = try row.optional("average_fill_price")
        averageFee = try row.optional("average_fee_paid")
        time = try row.time("ts_ms")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("client_order_id", clientID)
        row.set("remaining_count", remaining)
        row.set("fill_count", filled)
        row.set("average_fill_price", averagePrice)
        row.set("average_fee_paid", averageFee)
        row.set("ts_ms", time, as: .milliseconds)
    }
}

/// The answer to a decrease.
package struct DecreasedOrder: WireRow {
    /// The venue's id.
    package var id: String
    /// Our id.
    package var clientID: String?
    /// Contracts resting now; 0 when that cancelled the order.
    package var remaining: Quantity
    /// When.
    package var time: Timestamp?

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        id = try row.required("order_id")
        clientID = try row.optional("client_order_id")
        remaining = try row.required("remaining_count")
        time = try row.time("ts_ms")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", id)
        row.set("client_order_id", clientID)
        row.set("remaining_count", remaining)
        row.set("ts_ms", time, as: .milliseconds)
    }
}

/// How many contracts come before an order.
package struct QueuePosition: WireRow {
    /// The venue's id of the order.
    package var order: String
    /// Market.
    package var ticker: Ticker?
    /// Contracts ahead; 0 is next.
    package var position: Quantity

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        order = try row.required("order_id")
        ticker = try row.optional("market_ticker")
        position = try row.required("queue_position_fp")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("order_id", order)
        row.set("market_ticker", ticker)
        row.set("queue_position_fp", position)
    }
}
