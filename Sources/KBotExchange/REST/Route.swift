import KBotKalshi
import KBotModel

/// One request with all that its handler wants to know.
struct RequestContext {
    let request: HTTPRequest
    /// What stood in the variable parts of the path.
    let variables: [String]
    let query: QueryReader
    /// Who asks; nil when a public endpoint is asked without a signature.
    let caller: Caller?

    /// The caller of an endpoint that needs one.
    func signed() throws(Refusal) -> Caller {
        guard let caller else { throw Refusal(401, "token_authentication_failure") }
        return caller
    }

    /// The subaccount in the query, the key's, or nil for all.
    func subaccount() throws(Refusal) -> Int32? {
        let named = try query.small("subaccount")
        if let bound = try signed().key?.subaccount {
            guard named == nil || named == bound else { throw .forbidden("the key is bound to subaccount \(bound)") }
            return bound
        }
        return named
    }

    /// The body, as the venue calls it.
    func body(_ name: String) throws(Refusal) -> BodyReader { try BodyReader(request.body, as: name) }
}

/// An endpoint.
struct Route: Sendable {
    /// Who may ask.
    enum Access: Hashable, Sendable {
        /// Anybody.
        case open
        /// A key with this scope.
        case scope(String)
    }

    /// From which buckets a call takes its tokens.
    enum Billing: Hashable, Sendable {
        /// The one for reads.
        case read
        /// The unscoped one for writes.
        case write
        /// That of the shard named in the body, else all.
        case shardInBody
        /// That of the shard named in the query, else all.
        case shardInQuery
        /// The unscoped one, for each item of the body's `orders`.
        case batch
    }

    typealias Handler = @Sendable (Exchange, RequestContext) throws(Refusal) -> ExchangeReply

    let method: HTTPMethod
    /// Parts of the path below the API's root; nil stands for any one.
    let parts: [String?]
    let access: Access
    let billing: Billing
    let handler: Handler

    /// Makes an endpoint; `*` in the path stands for any one part.
    init(
        _ method: HTTPMethod,
        _ path: String,
        _ access: Access,
        _ billing: Billing,
        _ handler: @escaping Handler
    ) {
        self.method = method
        parts = path.split(separator: "/").map { $0 == "*" ? nil : String($0) }
        self.access = access
        self.billing = billing
        self.handler = handler
    }

    /// A read that anybody may make.
    static func open(
        _ path: String,
        _ answer: @escaping @Sendable (Exchange, RequestContext) throws(Refusal) -> JSON
    ) -> Route {
        Route(.get, path, .open, .read) { exchange, context throws(Refusal) in
            .now(.json(200, try answer(exchange, context)))
        }
    }

    /// A read of one's own.
    static func own(
        _ path: String,
        scope: String = "read",
        _ answer: @escaping @Sendable (Exchange, RequestContext) throws(Refusal) -> JSON
    ) -> Route {
        Route(.get, path, .scope(scope), .read) { exchange, context throws(Refusal) in
            .now(.json(200, try answer(exchange, context)))
        }
    }

    /// A write that is decided at once.
    static func write(
        _ method: HTTPMethod,
        _ path: String,
        scope: String,
        status: Int = 200,
        _ billing: Billing = .write,
        _ answer: @escaping @Sendable (Exchange, RequestContext) throws(Refusal) -> JSON
    ) -> Route {
        Route(method, path, .scope(scope), billing) { exchange, context throws(Refusal) in
            .now(.json(status, try answer(exchange, context)))
        }
    }

    /// What stands in the variable parts of a path; nil when it is not this endpoint's.
    func variables(_ path: [String]) -> [String]? {
        guard path.count == parts.count else { return nil }
        var variables: [String] = []
        for (part, given) in zip(parts, path) {
            if let part { guard part == given else { return nil } } else { variables.append(given) }
        }
        return variables
    }

    /// Every endpoint; of two that match, the first counts.
    static let all: [Route] = exchangeRoutes + marketRoutes + orderRoutes + portfolioRoutes + accountRoutes
}

/// Reads the query of a request.
struct QueryReader {
    private let fields: [HTTPField]
    /// What the venue calls the operation, for its complaints.
    private let operation: String

    /// Takes a query.
    init(_ fields: [HTTPField], operation: String) {
        self.fields = fields
        self.operation = operation
    }

    /// A text; nil when it is absent or empty.
    func text(_ name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// A list whose elements are parted by commas, or come each in a parameter of its own.
    func list(_ name: String) -> [String] {
        fields.filter { $0.name == name }.flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    /// The values of a parameter that may be repeated, commas and all.
    func repeated(_ name: String) -> [String] { fields.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    /// A whole number; nil when there is none.
    func integer(_ name: String) throws(Refusal) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text), number.magnitude < 1 << 50 else {
            throw .parameter(operation, "\(name) must be a whole number")
        }
        return number
    }

    /// A small whole number; nil when there is none.
    func small(_ name: String) throws(Refusal) -> Int32? {
        guard let number = try integer(name) else { return nil }
        guard let small = Int32(exactly: number) else { throw .parameter(operation, "\(name) is out of range") }
        return small
    }

    /// An instant in whole seconds; nil when there is none.
    func time(_ name: String) throws(Refusal) -> Timestamp? {
        guard let seconds = try integer(name) else { return nil }
        guard seconds.magnitude < 1 << 40 else { throw .parameter(operation, "\(name) is in seconds") }
        return Timestamp(seconds: seconds)
    }

    /// `true`; anything else is false.
    func flag(_ name: String) -> Bool { text(name) == "true" || text(name) == "1" }

    /// How many rows a page may have.
    func limit(usual: Int = 100, most: Int = 1_000) throws(Refusal) -> Int {
        guard let limit = try integer("limit") else { return usual }
        guard limit <= most else { throw .parameter(operation, "limit must be at most \(most)") }
        guard limit >= 0 else { throw .parameter(operation, "limit must be at least 1") }
        return limit == 0 ? usual : Int(limit)
    }

    /// Refuses with the venue's words for parameters that do not go together.
    func refuse(_ details: String) -> Refusal { .parameter(operation, details) }

    /// A page of rows that stand from the oldest to the newest, newest first.
    ///
    /// The cursor names the last row given, by its number: rows that come meanwhile move nothing. One that makes no sense
    /// gives the first page.
    func page<Row>(
        _ rows: [Row],
        key: String,
        number: (Row) -> Int,
        limit: Int,
        where isWanted: (Row) -> Bool,
        json: (Row) -> JSON
    ) -> JSON {
        let before = text("cursor").flatMap(Self.number) ?? .max
        var page: [JSON] = []
        var cursor = ""
        var last = 0
        for row in rows.reversed() where number(row) < before && isWanted(row) {
            guard page.count < limit else {
                cursor = Self.cursor(last)
                break
            }
            page.append(json(row))
            last = number(row)
        }
        var object = JSONObject()
        object[key] = .array(page)
        object["cursor"] = .string(cursor)
        return .object(object)
    }

    /// A cursor that stands for a row.
    static func cursor(_ number: Int) -> String { "Cg" + String(number, radix: 36) + "EA" }

    /// The row that a cursor stands for; nil for one that makes no sense.
    static func number(_ cursor: String) -> Int? {
        guard cursor.hasPrefix("Cg"), cursor.hasSuffix("EA"), cursor.count > 4 else { return nil }
        return Int(cursor.dropFirst(2).dropLast(2), radix: 36)
    }
}
