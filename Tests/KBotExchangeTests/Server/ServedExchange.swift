import Foundation
import KBotExchange
import KBotKalshi
import KBotModel
import KBotSimulation

/// The simulator as the market of an exchange under test.
struct SimulatorExchangeFeed: ExchangeFeed {
    private var simulator: MarketSimulator

    init(start: Timestamp, seed: UInt64 = 1) {
        simulator = MarketSimulator(.init(series: "KXBTC15M", start: start, duration: .hours(24), seed: seed))
    }

    mutating func next(into events: inout [MarketEvent]) throws -> Bool { simulator.next(into: &events) }
}

/// An exchange on a free port of this machine, with one customer.
final class ServedExchange {
    static let start = UTCDay(year: 2026, month: 11, day: 22).start

    let server: ExchangeServer
    let port: Int
    let keyID = "11111111-2222-4333-8444-555555555555"
    private let key: SigningKey

    init(
        kind: GeneratedKey.Kind = .ed25519,
        speed: Int64 = 1,
        faults: [FaultKind: Double] = [:],
        adjust: (inout ExchangeOptions) -> Void = { _ in }
    ) throws {
        var options = ExchangeOptions()
        options.speed = speed
        options.limitsRates = false
        adjust(&options)
        let exchange = Exchange(options, feed: SimulatorExchangeFeed(start: Self.start), start: Self.start)
        let generated = try GeneratedKey(kind)
        key = try SigningKey(pem: SensitiveBytes(copying: try generated.privatePEM().utf8))
        _ = try exchange.addAccount(name: "default", apiKeyID: keyID, publicKeyPEM: try generated.publicPEM())
        var serving = ExchangeServer.Options()
        serving.speed = speed
        for (kind, rate) in faults { serving.faults.set(kind, to: rate) }
        server = ExchangeServer(exchange, start: Self.start + .minutes(1), options: serving)
        port = try server.startAndWait()
    }

    deinit { server.stopAndWait() }

    func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// The three headers that sign a request now, by the clock of this machine.
    func headers(_ method: String, _ path: String) throws -> [String: String] {
        let stamp = "\(Int64(Date().timeIntervalSince1970 * 1_000))"
        let signature = try key.signature(of: Array((stamp + method + path).utf8))
        return [
            "KALSHI-ACCESS-KEY": keyID, "KALSHI-ACCESS-TIMESTAMP": stamp,
            "KALSHI-ACCESS-SIGNATURE": Data(signature).base64EncodedString(),
        ]
    }

    /// A socket whose handshake was accepted.
    func socket() throws -> RawConnection {
        let connection = try connect()
        let answer = try connection.upgrade(headers: try headers("GET", "/trade-api/ws/v2"))
        guard answer.status == 101 else { throw RawConnection.Gone() }
        return connection
    }

    /// A signed request on a connection.
    func ask(_ connection: RawConnection, _ method: String, _ path: String, body: String = "") throws
        -> RawConnection.Answer
    {
        try connection.ask(method, path, headers: try headers(method, path), body: body)
    }

    /// The ticker of the market that trades.
    func market() throws -> String {
        let answer = try connect().ask("GET", "/trade-api/v2/markets?status=open")
        guard case .array(let rows)? = try JSON(parsing: Array(answer.body.utf8)).object?["markets"],
            let ticker = rows.first?.object?["ticker"]?.text
        else { throw RawConnection.Gone() }
        return ticker
    }

    static let orders = "/trade-api/v2/portfolio/events/orders"

    /// The body of an order that rests far from the market.
    func order(_ ticker: String, id: String, price: String = "0.0100", force: String = "good_till_canceled") -> String {
        #"{"ticker":"\#(ticker)","client_order_id":"\#(id)","side":"bid","count":"1.00","price":"\#(price)","#
            + #""time_in_force":"\#(force)","self_trade_prevention_type":"taker_at_cross","exchange_index":2}"#
    }

    /// How many orders of a client's id the exchange has.
    func orderCount(id: String) throws -> Int {
        let answer = try ask(connect(), "GET", "/trade-api/v2/portfolio/orders")
        return answer.body.components(separatedBy: #""client_order_id":"\#(id)""#).count - 1
    }
}
