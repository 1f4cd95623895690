package import KBotModel

/// A request of one kind with what its answer is read as: `client.send(.balance())`.
package struct Call<Response: Sendable>: Sendable {
    /// The method.
    package let method: HTTPMethod
    /// The path below the API's root, percent-encoded: `/portfolio/balance`.
    package let path: String
    /// The query, in order.
    package var query: [HTTPField]
    /// The body.
    package let body: JSON?
    /// How often it may be carried out.
    package let effect: RequestEffect
    /// Which bucket it draws on.
    package let scope: RateLimiter.Scope
    /// Who goes first when tokens are short.
    package var urgency: RateLimiter.Urgency
    /// Items, each of which costs as much as a call; 1 unless it is a batch.
    package let items: Int
    /// Whether the answer may be whole though its status says otherwise, as that on the venue's own state.
    package var answersAtAnyStatus = false
    /// Reads the answer; an empty body is ``JSON/null``.
    package let decode: @Sendable (JSON) throws(WireError) -> Response

    /// Makes a request.
    init(
        _ method: HTTPMethod,
        _ path: String,
        query: Query = Query(),
        body: JSON? = nil,
        effect: RequestEffect = .read,
        scope: RateLimiter.Scope = .read,
        urgency: RateLimiter.Urgency = .reading,
        items: Int = 1,
        decode: @escaping @Sendable (JSON) throws(WireError) -> Response
    ) {
        self.method = method
        self.path = path
        self.query = query.fields
        self.body = body
        self.effect = effect
        self.scope = scope
        self.urgency = urgency
        self.items = items
        self.decode = decode
    }

    /// The same request, to go before or after others.
    package func urgent(_ urgency: RateLimiter.Urgency) -> Call {
        var call = self
        call.urgency = urgency
        return call
    }
}

extension Call where Response: WireValue {
    /// A read whose answer is one value.
    static func read(_ path: String, _ query: Query = Query()) -> Call {
        Call(.get, path, query: query) { json throws(WireError) in try Response(wire: json) }
    }

    /// A read whose answer holds one value under a name.
    static func read(_ path: String, _ query: Query = Query(), in key: String) -> Call {
        Call(.get, path, query: query) { json throws(WireError) in try RowReader(json).required(key) }
    }
}

/// An answer without a body, or one of which nothing is needed.
package struct NoContent: Hashable, Sendable {
    /// Takes any answer.
    init(_: JSON) {}
}

/// Collects query items; those without a value are left away.
struct Query {
    private(set) var fields: [HTTPField] = []

    init() {}

    init(_ items: (String, (any CustomStringConvertible)?)...) {
        for (name, value) in items { add(name, value) }
    }

    /// Adds an item.
    mutating func add(_ name: String, _ value: (any CustomStringConvertible)?) {
        if let value { fields.append(HTTPField(name, value.description)) }
    }

    /// Adds a list in one item, its elements parted by commas; an empty list is left away.
    mutating func add(_ name: String, list: [some CustomStringConvertible]) {
        if !list.isEmpty { add(name, list.map(\.description).joined(separator: ",")) }
    }

    /// Adds a time in whole seconds since the epoch.
    mutating func add(_ name: String, seconds time: Timestamp?) {
        add(name, time.map { floorDivide($0.microseconds, by: 1_000_000) })
    }
}

/// Which rows of a list are wanted.
package struct ListBounds: Hashable, Sendable {
    /// Rows a page at most; the venue's default when nil.
    package var limit: Int?
    /// Where to start; nil from the first page on.
    package var cursor: String?
    /// Only rows from this time on, in whole seconds.
    package var from: Timestamp?
    /// Only rows up to this time, in whole seconds.
    package var to: Timestamp?

    /// Makes bounds; those not given do not bound.
    package init(limit: Int? = nil, cursor: String? = nil, from: Timestamp? = nil, to: Timestamp? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.from = from
        self.to = to
    }

    /// Adds the bounds to a query.
    func add(to query: inout Query) {
        query.add("limit", limit)
        query.add("cursor", cursor)
        query.add("min_ts", seconds: from)
        query.add("max_ts", seconds: to)
    }
}
