import KBotKalshi
import KBotModel

/// Turns fresh answers into those of a moment ago.
enum StaleReads {
    /// An answer as it would have been read before `since`: orders and fills made after it are not there, and orders
    /// cancelled after it still rest.
    static func aged(_ response: HTTPResponse, to path: String, since: Timestamp) -> HTTPResponse {
        guard response.status == 200, let list = list(of: path),
            var object = (try? JSON(parsing: response.body))?.object
        else { return response }
        switch object[list] {
        case .array(let rows)?:
            object[list] = .array(rows.compactMap { aged($0, since: since) })
        case let row?:
            guard let aged = aged(row, since: since) else {
                return .venueError(404, code: "not_found", message: "not found")
            }
            object[list] = aged
        case nil: return response
        }
        var response = response
        response.body = JSON.object(object).bytes
        return response
    }

    /// The field of an answer that lags.
    private static func list(of path: String) -> String? {
        switch path {
        case "/trade-api/v2/portfolio/orders": "orders"
        case "/trade-api/v2/portfolio/fills": "fills"
        case let path where path.hasPrefix("/trade-api/v2/portfolio/orders/") && path.count { $0 == "/" } == 5: "order"
        default: nil
        }
    }

    /// A row of a moment ago; nil when it was not there yet.
    private static func aged(_ row: JSON, since: Timestamp) -> JSON? {
        guard var object = row.object else { return row }
        if let made = object["created_time"]?.text.flatMap({ Timestamp(rfc3339: $0) }), made > since { return nil }
        if let changed = object["last_update_time"]?.text.flatMap({ Timestamp(rfc3339: $0) }), changed > since,
            object["status"] == .string("canceled"),
            let initial = object["initial_count_fp"].flatMap({ try? Quantity(wire: $0) }),
            let filled = object["fill_count_fp"].flatMap({ try? Quantity(wire: $0) })
        {
            object["status"] = .string("resting")
            object["remaining_count_fp"] = (initial - filled).wire
        }
        return .object(object)
    }

    /// Whether an answer shows a market that was made, or has opened, after a time.
    static func showsMarket(_ response: HTTPResponse, youngerThan since: Timestamp) -> Bool {
        guard response.status == 200, let market = (try? JSON(parsing: response.body))?.object?["market"]?.object
        else { return false }
        return ["created_time", "open_time"].contains { key in
            market[key]?.text.flatMap { Timestamp(rfc3339: $0) }.map { $0 > since } ?? false
        }
    }
}

extension HTTPResponse {
    /// An error in the venue's nested shape.
    static func venueError(_ status: Int, code: String, message: String, details: String? = nil) -> HTTPResponse {
        var inner = JSONObject()
        inner["code"] = .string(code)
        inner["message"] = .string(message)
        if let details { inner["details"] = .string(details) }
        var outer = JSONObject()
        outer["error"] = .object(inner)
        return HTTPResponse(status: status, body: JSON.object(outer).bytes)
    }
}
