import KBotKalshi
import KBotModel
import KBotTestSupport
import Synchronization

/// A venue so small that it can be trusted: it keeps orders, counts them, and loses answers from a seed.
final class FakeVenue: HTTPTransport {
    /// What goes wrong with a request.
    enum Fault: CaseIterable {
        case notSent, lostBefore, lostAfter, failingBefore, failingAfter, foreignAfter, late, limited, skewed
    }

    struct Rules {
        /// Whether a second order of one id is refused, as the real venue does; without that, a careless client shows.
        var refusesRepeatedIDs = true
        /// Whether requests may arrive after their answers were given up.
        var allowsLate = true
        /// How far reads lag behind.
        var lag = TimeSpan.milliseconds(400)
        /// How many requests may go wrong in all, and each with what chance in percent.
        var faults = 6
        var chance = 50
        /// Rows a page.
        var pageSize = 2
    }

    private struct State {
        var random: SeededGenerator
        var rules: Rules
        var orders: [(order: CreateOrder, id: String, at: Timestamp, isResting: Bool)] = []
        var arriving: [(at: Timestamp, order: CreateOrder)] = []
        var creates = 0
        var cancels = 0
        var lookUps = 0
    }

    let clock: TestClock
    private let state: Mutex<State>

    init(seed: UInt64, clock: TestClock, rules: Rules = Rules()) {
        self.clock = clock
        state = Mutex(State(random: SeededGenerator(seed: seed), rules: rules))
    }

    /// How many orders of an id were made.
    func count(_ clientID: String) -> Int {
        state.withLock { state in
            Self.settle(&state, .distantFuture)
            return state.orders.count { $0.order.clientID == clientID }
        }
    }

    var requests: (creates: Int, lookUps: Int) { state.withLock { ($0.creates, $0.lookUps) } }

    /// Places an order of an earlier run.
    func add(_ order: CreateOrder) {
        state.withLock { _ = Self.make(&$0, order, clock.venue - .hours(1)) }
    }

    func send(_ request: HTTPRequest, deadline: Timestamp) async throws(TransportError) -> HTTPResponse {
        let result = state.withLock { state -> Result<HTTPResponse, TransportError> in
            clock.advance(.milliseconds(Int64(state.random.next() % 80 + 1)))
            Self.settle(&state, clock.venue)
            let isCreate = request.method == .post
            guard let fault = Self.fault(&state, isCreate: isCreate) else {
                return .success(Self.answer(&state, request, clock.venue))
            }
            switch fault {
            case .notSent: return .failure(.notSent("refused"))
            case .lostBefore: return .failure(.outcomeUnknown("timeout"))
            case .lostAfter:
                _ = Self.answer(&state, request, clock.venue)
                return .failure(.outcomeUnknown("timeout"))
            case .failingBefore: return .success(HTTPResponse(status: 500, body: Array("{}".utf8)))
            case .failingAfter:
                _ = Self.answer(&state, request, clock.venue)
                return .success(HTTPResponse(status: 503, body: Array("<html>".utf8)))
            case .foreignAfter:
                _ = Self.answer(&state, request, clock.venue)
                return .success(HTTPResponse(status: 201, body: Array("<html>".utf8)))
            case .late:
                let delay = TimeSpan.milliseconds(Int64(state.random.next() % 12_000))
                if let order = try? CreateOrder(wire: JSON(parsing: request.body)) {
                    state.arriving.append((clock.venue + delay, order))
                }
                return .failure(.outcomeUnknown("timeout"))
            case .limited: return .success(HTTPResponse(status: 429))
            case .skewed: return .success(Self.error(401, "header_timestamp_expired"))
            }
        }
        if case .failure(.outcomeUnknown) = result { clock.advance(.seconds(5)) }
        return try result.get()
    }

    private static func fault(_ state: inout State, isCreate: Bool) -> Fault? {
        guard state.rules.faults > 0, state.random.next() % 100 < UInt64(state.rules.chance) else { return nil }
        let fault = Fault.allCases[Int(state.random.next() % UInt64(Fault.allCases.count))]
        guard fault != .late || (state.rules.allowsLate && isCreate) else { return nil }
        state.rules.faults -= 1
        return fault
    }

    /// Takes in what has arrived by now.
    private static func settle(_ state: inout State, _ now: Timestamp) {
        for late in state.arriving where late.at <= now { _ = create(&state, late.order, late.at) }
        state.arriving.removeAll { $0.at <= now }
    }

    private static func answer(_ state: inout State, _ request: HTTPRequest, _ now: Timestamp) -> HTTPResponse {
        switch (request.method, request.path) {
        case (.post, "/trade-api/v2/portfolio/events/orders"):
            state.creates += 1
            guard let order = try? CreateOrder(wire: JSON(parsing: request.body)) else {
                return HTTPResponse(status: 400)
            }
            return create(&state, order, now)
        case (.get, "/trade-api/v2/exchange/user_data_timestamp"):
            return HTTPResponse(status: 200, body: Array(#"{"as_of_time":"\#(now - state.rules.lag)"}"#.utf8))
        case (.get, "/trade-api/v2/portfolio/orders"): return list(&state, request, now)
        default: return error(404, "not_found")
        }
    }

    private static func create(_ state: inout State, _ order: CreateOrder, _ now: Timestamp) -> HTTPResponse {
        if state.rules.refusesRepeatedIDs, state.orders.contains(where: { $0.order.clientID == order.clientID }) {
            return error(409, "order_already_exists")
        }
        if order.price < Price(cents: 2) { return error(400, "insufficient_balance") }
        let id = make(&state, order, now)
        let body =
            #"{"order_id":"\#(id)","client_order_id":"\#(order.clientID)","fill_count":"0.00","#
            + #""remaining_count":"\#(order.count)","ts_ms":1}"#
        return HTTPResponse(status: 201, body: Array(body.utf8))
    }

    @discardableResult
    private static func make(_ state: inout State, _ order: CreateOrder, _ now: Timestamp) -> String {
        let id = "order-\(state.orders.count)"
        state.orders.append((order, id, now, true))
        return id
    }

    private static func list(_ state: inout State, _ request: HTTPRequest, _ now: Timestamp) -> HTTPResponse {
        state.lookUps += 1
        func item(_ name: String) -> String? { request.query.first { $0.name == name }?.value }
        let from = Timestamp(seconds: item("min_ts").flatMap { Int64($0) } ?? 0)
        let visible = state.orders.filter {
            $0.at <= now - state.rules.lag && $0.at >= from && $0.order.ticker.text == item("ticker")
        }
        let start = item("cursor").flatMap { Int($0) } ?? 0
        let rows = visible.dropFirst(start).prefix(state.rules.pageSize).map { entry in
            #"{"order_id":"\#(entry.id)","client_order_id":"\#(entry.order.clientID)","ticker":"\#(entry.order.ticker)","#
                + #""book_side":"\#(entry.order.side.rawValue)","status":"resting","yes_price_dollars":"\#(entry.order.price)","#
                + #""initial_count_fp":"\#(entry.order.count)","fill_count_fp":"0.00","remaining_count_fp":"\#(entry.order.count)"}"#
        }
        let next = start + rows.count < visible.count ? "\(start + rows.count)" : ""
        let body = #"{"orders":[\#(rows.joined(separator: ","))],"cursor":"\#(next)"}"#
        return HTTPResponse(status: 200, body: Array(body.utf8))
    }

    private static func error(_ status: Int, _ code: String) -> HTTPResponse {
        HTTPResponse(status: status, body: Array(ErrorCase.nested(code).utf8))
    }
}
