import KBotKalshi
import KBotModel
import KBotSimulation

@testable import KBotExchange

/// The simulated exchange, asked as the desk's REST client asks it, without a network: requests in, answers out, at once or
/// when the order has travelled.
final class FaultVenue {
    let exchange: Exchange
    let tape: FaultTape
    private let routes = Route.all
    private var waiting: [Int: (HTTPResponse) -> Void] = [:]
    private let decoder = FrameDecoder()

    init(seed: UInt64, start: Timestamp, lastOpening: Timestamp, cash: Money, isSlow: Bool) throws {
        tape = FaultTape(seed: seed, start: start, lastOpening: lastOpening)
        var options = ExchangeOptions(cash: [2: cash], seed: seed)
        options.limitsRates = false
        options.friction = isSlow ? .realistic : .optimistic
        options.settlementDelay = .milliseconds(800)
        exchange = Exchange(options, feed: TapeFeed(tape: tape), start: start)
        exchange.setAudience([.fill, .userOrders, .marketPositions, .orderGroups])
        let key = try GeneratedKey(.ed25519)
        _ = try exchange.addAccount(name: "account", apiKeyID: "key", publicKeyPEM: try key.publicPEM())
    }

    var customer: Customer { exchange.customers[0] }

    // MARK: Time

    /// Lets the exchange go on; what it says of our own orders meanwhile, in order.
    func advance(to now: Timestamp) throws -> [Frame.Body] {
        exchange.advance(to: now)
        for (ticket, response) in exchange.takeReplies() { waiting.removeValue(forKey: ticket)?(response) }
        return try exchange.takeMessages().map { message in
            var bytes = Array(#"{"type":"\#(message.type)","sid":1,"seq":1,"msg":"#.utf8)
            bytes += message.bytes
            bytes.append(UInt8(ascii: "}"))
            return try decoder.decode(bytes).body
        }
    }

    // MARK: Requests

    /// Carries out a call; `then` hears the answer, now or later.
    func perform<Response: Sendable>(_ call: Call<Response>, _ then: @escaping (Result<Response, VenueError>) -> Void) {
        let request = HTTPRequest(
            method: call.method,
            path: "/trade-api/v2" + call.path,
            query: call.query,
            body: call.body?.bytes ?? []
        )
        let hear = { (response: HTTPResponse) in then(Self.judge(response, call)) }
        switch reply(to: request, path: call.path) {
        case .now(let response): hear(response)
        case .later(let ticket): waiting[ticket] = hear
        }
    }

    private static func judge<Response>(_ response: HTTPResponse, _ call: Call<Response>) -> Result<
        Response, VenueError
    > {
        guard (200..<300).contains(response.status) else {
            return .failure(VenueError(response, effect: call.effect))
        }
        do {
            return .success(try call.decode(response.body.isEmpty ? .null : try JSON(parsing: response.body)))
        } catch {
            return .failure(VenueError(.unreadableAnswer, .notRetryable, message: "\(error)"))
        }
    }

    private func reply(to request: HTTPRequest, path: String) -> ExchangeReply {
        let parts = path.split(separator: "/").map(String.init)
        do throws(Refusal) {
            for route in routes where route.method == request.method {
                guard let variables = route.variables(parts) else { continue }
                let context = RequestContext(
                    request: request,
                    variables: variables,
                    query: QueryReader(request.query, operation: path),
                    caller: Caller(customer: customer, key: nil)
                )
                return try route.handler(exchange, context)
            }
            throw Refusal.notFound
        } catch {
            return .now(error.response)
        }
    }

    // MARK: The exchange's own books

    /// What the account holds of each market that is not paid, and whether the market still trades.
    var positions: [Ticker: Quantity] {
        var positions: [Ticker: Quantity] = [:]
        for wallet in customer.wallets {
            for (id, holding) in wallet.holdings where holding.position != .zero {
                guard let ticker = exchange.market(id)?.facts.ticker else { continue }
                positions[ticker, default: .zero] += holding.position
            }
        }
        return positions
    }

    /// Cash won or lost since the account was opened; exact when nothing is held or rests.
    var profit: Money { customer.wallets.reduce(.zero) { $0 + $1.paper.cash + $1.paper.reserved - $1.deposits } }

    /// Contracts filled of each order, by our id.
    var filled: [String: Quantity] {
        var filled: [String: Quantity] = [:]
        for number in customer.orders where exchange.orders[number].status != nil {
            filled[exchange.orders[number].clientID] = exchange.orders[number].filled
        }
        return filled
    }

    /// Orders on the book, by our id.
    var resting: [String] {
        customer.orders.filter { exchange.orders[$0].status == .resting }.map { exchange.orders[$0].clientID }
    }

    /// A market as it stands: its facts, its book, its result.
    func market(_ ticker: Ticker) -> (facts: Market, book: OrderBook, phase: MarketPhase, result: Settlement?)? {
        exchange.market(ticker).map { ($0.facts, $0.book, $0.phase(at: exchange.clock), $0.settlement) }
    }

    /// The name of a market.
    func ticker(of id: MarketID) -> Ticker? { exchange.market(id)?.facts.ticker }

    /// The markets that are not over, oldest first.
    var live: [Ticker] { exchange.live.compactMap { exchange.market($0)?.facts.ticker } }
}
