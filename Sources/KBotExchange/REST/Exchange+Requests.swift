package import KBotKalshi
package import KBotModel

/// From requests to the endpoints.
extension Exchange {
    /// Where the API begins.
    static let root = "/trade-api/v2"

    /// Answers a request; `now` is the exchange's time, `wall` that of the machine's clock.
    package func respond(to request: HTTPRequest, at now: Timestamp, wall: Timestamp) -> ExchangeReply {
        advance(to: now)
        do throws(Refusal) {
            return try route(request, now: now, wall: wall)
        } catch {
            return .now(error.response)
        }
    }

    private func route(_ request: HTTPRequest, now: Timestamp, wall: Timestamp) throws(Refusal) -> ExchangeReply {
        guard request.path.hasPrefix(Self.root) else { throw .notFound }
        let path = request.path.dropFirst(Self.root.count).split(separator: "/").map { decoded(String($0)) }
        var isKnownPath = false
        for route in routes {
            guard let variables = route.variables(path) else { continue }
            isKnownPath = true
            guard route.method == request.method else { continue }
            let caller = try admit(request, route, now: now, wall: wall)
            let name = Self.operationName(request.method, path)
            let context = RequestContext(
                request: request,
                variables: variables,
                query: QueryReader(request.query, operation: name),
                caller: caller
            )
            return try route.handler(self, context)
        }
        throw isKnownPath ? Refusal(405, "method_not_allowed") : .notFound
    }

    /// Who asks, after scope and tokens were checked; nil for anybody.
    private func admit(
        _ request: HTTPRequest,
        _ route: Route,
        now: Timestamp,
        wall: Timestamp
    ) throws(Refusal) -> Caller? {
        var caller: Caller?
        // Signed headers do no harm where none are needed, and count against the signer's own budget.
        if route.access != .open || request.header("KALSHI-ACCESS-KEY") != nil {
            caller = try authenticate(request, at: now, wall: wall)
        }
        if case .scope(let scope) = route.access, let key = caller?.key, !key.grants(scope) {
            throw .forbidden("the key has no scope \(scope)")
        }
        if options.limitsRates, let caller { try spend(request, route, caller, at: wall) }
        return caller
    }

    private func spend(
        _ request: HTTPRequest,
        _ route: Route,
        _ caller: Caller,
        at time: Timestamp
    ) throws(Refusal) {
        let cost = costs.cost(request.method, path: request.path)
        var isPaid: Bool
        switch route.billing {
        case .read: isPaid = caller.customer.spendRead(cost, at: time)
        case .write: isPaid = caller.customer.spendWrite(cost, shards: [0], at: time)
        case .shardInBody, .shardInQuery:
            let named: Int32?
            if route.billing == .shardInBody {
                let field = (try? JSON(parsing: request.body))?.object?["exchange_index"]
                named = field.flatMap { try? Int32(wire: $0) }
            } else {
                named = request.query.first { $0.name == "exchange_index" }.flatMap { Int32($0.value) }
            }
            let isNamed = (named ?? -1) >= 0
            isPaid = caller.customer.spendWrite(cost, shards: isNamed ? [named ?? 0] : shards, at: time)
        case .batch:
            var items = 1
            if case .array(let orders)? = (try? JSON(parsing: request.body))?.object?["orders"] {
                items = max(1, orders.count)
            }
            isPaid = caller.customer.spendWrite(cost * Int64(items), shards: [0], at: time)
        }
        guard isPaid else { throw Refusal(429, "too_many_requests") }
    }

    /// What the venue would call an operation: `GetMarkets`.
    private static func operationName(_ method: HTTPMethod, _ path: [String]) -> String {
        let words = (path.first == "portfolio" ? path.dropFirst() : path[...]).prefix(1)
        let verb =
            switch method {
            case .get: "Get"
            case .post: "Create"
            case .put: "Update"
            case .delete: "Delete"
            }
        return verb
            + words.flatMap { $0.split(separator: "_") }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private func decoded(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
