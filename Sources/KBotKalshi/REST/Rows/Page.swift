/// An answer of which parts may have been left out.
protocol PartlyReadable {
    /// What was wrong with the parts left out.
    var unreadable: [WireError] { get }
}

/// One page of a list.
package struct Page<Row: Sendable>: Sendable, PartlyReadable {
    /// The rows.
    package var rows: [Row]
    /// Where the next page starts; nil on the last page. It means something to the venue only.
    package var cursor: String?
    /// What was wrong with rows that were left out, in lists where one bad row must not hide the others.
    package var unreadable: [WireError]

    /// Makes a page.
    package init(rows: [Row], cursor: String? = nil, unreadable: [WireError] = []) {
        self.rows = rows
        self.cursor = cursor
        self.unreadable = unreadable
    }
}

extension Page where Row: WireValue {
    /// Reads a page of public rows; unreadable ones are left out and told.
    static func tolerant(_ json: JSON, _ key: String) throws(WireError) -> Page {
        let reader = try RowReader(json)
        let (rows, unreadable) = try reader.tolerantList(key) as (rows: [Row], unreadable: [WireError])
        return Page(rows: rows, cursor: try cursor(of: reader), unreadable: unreadable)
    }

    /// Reads a page of rows about our own money; one that cannot be read fails the page.
    static func strict(_ json: JSON, _ key: String) throws(WireError) -> Page {
        let reader = try RowReader(json)
        return Page(rows: try reader.list(key), cursor: try cursor(of: reader))
    }

    private static func cursor(of reader: RowReader) throws(WireError) -> String? {
        let cursor: String? = try reader.optional("cursor")
        return cursor == "" ? nil : cursor
    }
}

/// Positions, by market and by event.
package struct PositionPage: Sendable {
    /// Positions by market.
    package var markets: Page<PositionRow>
    /// Positions by event.
    package var events: [EventPositionRow]

    /// Reads a page; one position that cannot be read fails it.
    init(_ json: JSON) throws(WireError) {
        markets = try .strict(json, "market_positions")
        events = try RowReader(json).list("event_positions")
    }
}

/// What became of one item of a batch.
package struct BatchItem<Answer: WireRow>: Sendable {
    /// Our id of the order.
    package let clientID: String?
    /// The venue's id of the order.
    package let orderID: String?
    /// The answer, or why there is none.
    package let result: Result<Answer, VenueError>

    /// Reads an item: an answer, or what has an error in it, whatever else it has.
    init(_ json: JSON, effect: RequestEffect) throws(WireError) {
        let row = try RowReader(json)
        clientID = try row.optional("client_order_id")
        orderID = try row.optional("order_id")
        if let error: JSON = try row.optional("error") {
            result = .failure(VenueError(item: ErrorBody(error), effect: effect))
        } else {
            result = .success(try Answer(row))
        }
    }

    /// Reads the items of an answer, in the order of the request.
    static func items(_ json: JSON, effect: RequestEffect) throws(WireError) -> [BatchItem] {
        let elements: [JSON] = try RowReader(json).required("orders")
        var items: [BatchItem] = []
        for (index, element) in elements.enumerated() {
            do throws(WireError) {
                items.append(try BatchItem(element, effect: effect))
            } catch {
                throw error.under("\(index)").under("orders")
            }
        }
        return items
    }
}
