package import KBotModel

/// A book: bids for both outcomes, each list from the lowest price up.
package struct BookRow: WireRow {
    /// Bids for YES in YES prices.
    package var yes: [BookLevelRow]
    /// Bids for NO in NO prices.
    package var no: [BookLevelRow]

    /// Reads the fields; a side that is absent is empty.
    package init(_ row: RowReader) throws(WireError) {
        yes = try row.list("yes_dollars")
        no = try row.list("no_dollars")
    }

    /// Writes both sides, empty or not.
    package func write(to row: inout RowWriter) {
        row.set("yes_dollars", yes)
        row.set("no_dollars", no)
    }

    /// The book in the form that the engine reads.
    package var snapshot: BookSnapshot { BookSnapshot(yes: yes.map(\.level), no: no.map(\.level)) }
}

/// A level of a book: `["0.5600", "120.00"]`.
package struct BookLevelRow: WireValue {
    /// Price and contracts.
    package var level: BookLevel

    /// Reads a pair of a price and a count.
    package init(wire: JSON) throws(WireError) {
        guard case .array(let pair) = wire, pair.count == 2 else {
            throw .unreadable(wire, as: "a pair of price and count")
        }
        level = BookLevel(price: try Price(wire: pair[0]), count: try Quantity(wire: pair[1]))
    }

    /// A pair of texts.
    package var wire: JSON { .array([level.price.wire, level.count.wire]) }
}

/// The book of one of several markets.
package struct MarketBookRow: WireRow {
    /// Market.
    package var ticker: Ticker
    /// Its book.
    package var book: BookRow

    /// Reads the fields.
    package init(_ row: RowReader) throws(WireError) {
        ticker = try row.required("ticker")
        book = try row.required("orderbook_fp")
    }

    /// Writes the fields.
    package func write(to row: inout RowWriter) {
        row.set("ticker", ticker)
        row.set("orderbook_fp", book)
    }
}
