import Foundation
import KBotExchange
import KBotKalshi
import KBotModel
import KBotSimulation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Waits until something holds; false when that takes longer than so many seconds.
func eventually(_ seconds: Double = 60, _ holds: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !holds() {
        guard ContinuousClock.now < end else { return false }
        usleep(20_000)
    }
    return true
}

/// An exchange in this process with one customer of a thousand dollars, and a folder for runs of the real program on it.
///
/// Its clock begins twenty seconds after a market has opened, so that every test meets the same quarter of an hour.
final class VenueStage {
    /// The simulator as the market.
    private struct Market: ExchangeFeed {
        var simulator: MarketSimulator

        mutating func next(into events: inout [MarketEvent]) throws -> Bool { simulator.next(into: &events) }
    }

    /// A key of the customer.
    struct Key {
        let id: String
        let path: String
        let pem: String
    }

    let folder = TestFolder()
    /// Where runs keep their state.
    var state: String
    let keys: [Key]
    private let server: ExchangeServer
    private let port: Int
    private let speed: Int64
    private var runs = 0

    init(speed: Int64 = 60, seed: UInt64 = 1, keys names: [String] = ["default"]) throws {
        self.speed = speed
        state = folder.path("state")
        let start = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)).floored(to: .minutes(15))
        var options = ExchangeOptions(series: "KXBTC15M", seed: seed)
        options.speed = speed
        options.limitsRates = false
        let market = Market(
            simulator: MarketSimulator(.init(series: "KXBTC15M", start: start, duration: .hours(24), seed: seed))
        )
        let exchange = Exchange(options, feed: market, start: start)
        var made: [Key] = []
        for (number, name) in names.enumerated() {
            let key = try GeneratedKey(.ed25519)
            let id = "\(number)1111111-2222-4333-8444-555555555555"
            let account = try exchange.addAccount(name: name, apiKeyID: id, publicKeyPEM: try key.publicPEM())
            exchange.setCash(Money(dollars: 1_000), shard: 2, of: account)
            let file = try folder.write("keys/\(number).pem", try key.privatePEM())
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            made.append(Key(id: id, path: file.path, pem: try key.privatePEM()))
        }
        keys = made
        var serving = ExchangeServer.Options()
        serving.speed = speed
        server = ExchangeServer(exchange, start: start + .seconds(20), options: serving)
        port = try server.startAndWait()
        for script in VenueScript.allCases { try folder.write("\(script.rawValue).lua", script.text) }
    }

    deinit { server.stopAndWait() }

    // MARK: The program

    /// What a run needs to reach the exchange.
    func environment(_ key: Int = 0) -> [String: String] {
        [
            "KALSHI_ENV": "demo", "KALSHI_API_KEY_ID": keys[key].id, "KALSHI_PRIVATE_KEY_PATH": keys[key].path,
            "KALSHI_REST_URL": "http://127.0.0.1:\(port)",
        ]
    }

    /// Starts the next run; its events go to `events-N.jsonl`.
    func run(
        _ script: VenueScript = .busy,
        mode: String = "demo",
        key: Int = 0,
        _ options: [String] = []
    ) throws -> Kbot.Running {
        let events = folder.path("events-\(runs).jsonl")
        runs += 1
        let arguments = [
            "run", "--strategy", "\(script.rawValue).lua", "--mode", mode, "--feed", "kalshi", "--speed", "\(speed)",
            "--state-dir", state, "--events", events, "--daily-loss-limit", "100%", "--circuit-breaker-losses", "100",
            "--risk-per-trade", "0.5%", "--min-time-to-expiry", "2m",
        ]
        return try Kbot.start(arguments + options, in: folder.url, environment: environment(key))
    }

    /// Copies the journal as it is now: what a power cut could leave of a later one.
    func copyJournal(to name: String) throws -> String {
        let copy = folder.path(name)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(atPath: state) where file.hasPrefix("journal.sqlite") {
            try FileManager.default.copyItem(atPath: "\(state)/\(file)", toPath: "\(copy)/\(file)")
        }
        return copy
    }

    /// Runs another command on the state directory to its end.
    func kbot(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments + ["--state-dir", state], in: folder.url).wait()
    }

    /// The lines of a type that the latest run has written so far.
    func lines(_ type: String) -> [[String: Any]] {
        folder.read("events-\(runs - 1).jsonl").split(separator: "\n").compactMap { line in
            guard line.hasPrefix(#"{"type":"\#(type)""#) else { return nil }
            // The last one may be half written.
            return (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
        }
    }

    /// Lets the latest run see so many more candles.
    func passes(candles count: Int) -> Bool {
        let before = lines("candle").count
        return eventually { lines("candle").count >= before + count }
    }

    // MARK: The exchange's books

    /// Everything it has on its first customer.
    func books() throws -> JSON {
        try #require(try server.waitingWith(\.books).rows("accounts").first)
    }

    /// Orders it has taken, oldest first.
    func orders() throws -> [JSON] { try books().rows("orders") }

    /// What is held, in markets that are not decided.
    func positions() throws -> [Ticker: Quantity] {
        var positions: [Ticker: Quantity] = [:]
        for position in try books().rows("wallets").flatMap({ $0.rows("positions") }) {
            let count = try #require(Quantity(position.word("position")))
            if count != .zero { positions[Ticker(position.word("ticker"))] = count }
        }
        return positions
    }

    /// Sends an order by hand, as somebody with the same key does; the status of the answer.
    func order(_ body: String, key: Int = 0) throws -> Int {
        let path = "/trade-api/v2/portfolio/events/orders"
        let stamp = "\(Int64(Date().timeIntervalSince1970 * 1_000))"
        let signer = try SigningKey(pem: SensitiveBytes(copying: keys[key].pem.utf8))
        let signature = try signer.signature(of: Array((stamp + "POST" + path).utf8))
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(keys[key].id, forHTTPHeaderField: "KALSHI-ACCESS-KEY")
        request.setValue(stamp, forHTTPHeaderField: "KALSHI-ACCESS-TIMESTAMP")
        request.setValue(Data(signature).base64EncodedString(), forHTTPHeaderField: "KALSHI-ACCESS-SIGNATURE")
        let answered = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var status = 0
        URLSession.shared.dataTask(with: request) { _, response, _ in
            unsafe status = (response as? HTTPURLResponse)?.statusCode ?? 0
            answered.signal()
        }.resume()
        answered.wait()
        return unsafe status
    }
}

extension JSON {
    /// The members of a list.
    func rows(_ name: String) -> [JSON] {
        if case .array(let rows)? = object?[name] { rows } else { [] }
    }

    /// A text.
    func word(_ name: String) -> String { object?[name]?.text ?? "" }
}
