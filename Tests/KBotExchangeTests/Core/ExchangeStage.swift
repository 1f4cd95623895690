import KBotKalshi
import KBotModel
import KBotSimulation
import Testing

@testable import KBotExchange

/// A feed that plays a list of events.
struct ListFeed: ExchangeFeed {
    var events: [MarketEvent]
    private var next = 0

    init(_ events: [MarketEvent]) { self.events = events }

    mutating func next(into output: inout [MarketEvent]) throws -> Bool {
        guard next < events.count else { return false }
        output.append(events[next])
        next += 1
        return true
    }
}

/// The market simulator as a feed.
struct SimulatorFeed: ExchangeFeed {
    var simulator: MarketSimulator

    mutating func next(into output: inout [MarketEvent]) throws -> Bool { simulator.next(into: &output) }
}

/// The market that most tests trade: a quarter of an hour of Bitcoin with a book at 0.56 / 0.58.
enum QuarterHour {
    static let open = Timestamp(rfc3339: "2026-11-22T19:30:00Z") ?? .distantPast
    static let close = open + .minutes(15)
    static let ticker: Ticker = "KXBTC15M-26NOV221445-45"
    static let id = MarketID(0)
    static let facts = market(MarketID(0), ticker, opens: open, strike: SpotPrice(units: 861_203_700))

    static func market(_ id: MarketID, _ ticker: Ticker, opens: Timestamp, strike: SpotPrice?) -> Market {
        Market(
            id: id,
            ticker: ticker,
            series: "KXBTC15M",
            openTime: opens,
            closeTime: opens + .minutes(15),
            strike: strike
        )
    }

    static func levels(_ pairs: [(Int32, Int64)]) -> [BookLevel] {
        pairs.map { BookLevel(price: Price(cents: $0.0), count: Quantity(units: $0.1)) }
    }

    static let book = BookSnapshot(
        yes: levels([(54, 30_000), (55, 8_000), (56, 12_000)]),
        no: levels([(40, 50_000), (41, 4_000), (42, 7_550)])
    )

    static let opening = [
        MarketEvent(time: open, .listed(facts)), MarketEvent(time: open, .snapshot(id, book)),
    ]

    static func trade(_ cents: Int32, _ contracts: Int64, _ taker: BookSide, at time: Timestamp) -> MarketEvent {
        let count = Quantity(contracts: contracts)
        return MarketEvent(
            time: time,
            .trade(Trade(market: id, price: Price(cents: cents), count: count, taker: taker))
        )
    }
}

/// An exchange with signed customers, and a clock that the test turns.
final class ExchangeStage {
    let exchange: Exchange
    var now: Timestamp
    private(set) var keys: [String: SigningKey] = [:]

    init(
        _ events: [MarketEvent] = QuarterHour.opening,
        start: Timestamp = QuarterHour.open,
        _ change: (inout ExchangeOptions) -> Void = { _ in }
    ) throws {
        var options = ExchangeOptions(cash: [0: Money(dollars: 50), 2: Money(dollars: 1_000)])
        options.limitsRates = false
        change(&options)
        exchange = Exchange(options, feed: ListFeed(events), start: start)
        now = start
        exchange.setAudience(Set(ExchangeChannel.allCases))
        try open("alice")
    }

    /// Opens an account with a key of its own; both are called by its name.
    @discardableResult
    func open(_ name: String, kind: GeneratedKey.Kind = .ed25519) throws -> AccountKey {
        let key = try GeneratedKey(kind)
        keys[name] = try SigningKey(pem: SensitiveBytes(copying: Array(try key.privatePEM().utf8)))
        return try exchange.addAccount(name: name, apiKeyID: name, publicKeyPEM: try key.publicPEM())
    }

    func add(_ key: SigningKey, as id: String) { keys[id] = key }

    /// A signed request.
    func request(
        _ method: HTTPMethod,
        _ path: String,
        query: [HTTPField] = [],
        body: JSON? = nil,
        by name: String? = "alice",
        stamp: Timestamp? = nil
    ) throws -> HTTPRequest {
        var request = HTTPRequest(method: method, path: "/trade-api/v2" + path, query: query)
        request.body = body?.bytes ?? []
        if let name, let key = keys[name] {
            let milliseconds = (stamp ?? now).microseconds / 1_000
            let text = "\(milliseconds)\(method.rawValue)\(request.path)"
            request.headers = [
                HTTPField("KALSHI-ACCESS-KEY", name), HTTPField("KALSHI-ACCESS-TIMESTAMP", "\(milliseconds)"),
                HTTPField("kalshi-access-signature", base64Text(try key.signature(of: Array(text.utf8)))),
            ]
        }
        return request
    }

    /// What a signed request gets; fails the test when the answer has to wait.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        query: [HTTPField] = [],
        body: JSON? = nil,
        by name: String? = "alice"
    ) throws -> (status: Int, body: JSON) {
        let request = try request(method, path, query: query, body: body, by: name)
        guard case .now(let response) = exchange.respond(to: request, at: now, wall: now) else {
            throw StageProblem(text: "\(method.rawValue) \(path) has no answer yet")
        }
        return (response.status, response.body.isEmpty ? .null : try JSON(parsing: response.body))
    }

    /// Reads and parses what must succeed.
    func read(_ path: String, _ query: [HTTPField] = [], by name: String? = "alice") throws -> JSON {
        let (status, body) = try send(.get, path, query: query, by: name)
        guard status == 200 else { throw StageProblem(text: "\(path): \(status) \(text(body))") }
        return body
    }

    func place(
        _ side: String,
        _ count: String,
        _ price: String,
        _ timeInForce: String = "good_till_canceled",
        id: String? = nil,
        by name: String? = "alice",
        more: KeyValuePairs<String, JSON?> = [:]
    ) throws -> (status: Int, body: JSON) {
        try send(
            .post,
            "/portfolio/events/orders",
            body: order(side, count, price, timeInForce, id: id, more: more),
            by: name
        )
    }

    func order(
        _ side: String,
        _ count: String,
        _ price: String,
        _ timeInForce: String = "good_till_canceled",
        id: String? = nil,
        more: KeyValuePairs<String, JSON?> = [:]
    ) -> JSON {
        var object =
            JSON.members([
                "ticker": QuarterHour.ticker.wire, "client_order_id": id.map { .string($0) }, "side": .string(side),
                "count": .string(count), "price": .string(price), "time_in_force": .string(timeInForce),
                "self_trade_prevention_type": .string("taker_at_cross"),
            ]).object ?? JSONObject()
        for (key, value) in more { object[key] = value }
        return .object(object)
    }

    /// Lets time pass.
    func wait(_ span: TimeSpan) {
        now = now + span
        exchange.advance(to: now)
    }

    /// Messages of a channel since the last look at any.
    func messages(_ channel: ExchangeChannel? = nil) -> [ExchangeMessage] {
        exchange.takeMessages().filter { $0.channel == channel ?? $0.channel }
    }

    /// Free cash on a shard.
    func cash(_ shard: Int32 = 2, by name: String = "alice") throws -> Money? {
        let balance = try BalanceRow(wire: try read("/portfolio/balance", by: name))
        return balance.cash(onShard: shard)
    }
}

/// What went wrong on the stage.
struct StageProblem: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

func text(_ json: JSON) -> String { String(decoding: json.bytes, as: UTF8.self) }

/// Padded base64 of the standard alphabet.
func base64Text(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = Array(bytes[start..<min(start + 3, bytes.count)]) + [0, 0]
        let word = Int(group[0]) << 16 | Int(group[1]) << 8 | Int(group[2])
        let symbols = min(bytes.count - start, 3) + 1
        for place in 0..<4 { text.append(place < symbols ? alphabet[word >> (18 - place * 6) & 63] : "=") }
    }
    return text
}

extension JSON {
    /// A member along a path of names and numbers.
    subscript(path: String...) -> JSON? {
        var value: JSON? = self
        for step in path {
            if case .array(let elements)? = value, let index = Int(step) {
                value = elements.indices.contains(index) ? elements[index] : nil
            } else {
                value = value?.object?[step]
            }
        }
        return value
    }

    /// How many elements an array has.
    var count: Int { if case .array(let elements) = self { elements.count } else { -1 } }
}
