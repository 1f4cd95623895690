import Foundation
import GRDB
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

/// Strategies that trade often or hardly at all: what is tested with them is not the market.
enum VenueScript: String, CaseIterable {
    /// Enters every twenty seconds and leaves soon after.
    case busy
    /// Enters once, with stop and target out of reach.
    case patient
    /// Never trades.
    case idle
    /// Trades as the busy one, and keeps numbers that are hard to write down.
    case keeper

    var text: String {
        switch self {
        case .busy: Self.trading("busy", entries: 8, width: 4, keep: "")
        case .patient: Self.trading("patient", entries: .max, width: 0, keep: "")
        case .idle: Self.trading("idle", entries: 0, width: 0, keep: "")
        case .keeper: Self.trading("keeper", entries: 8, width: 4, keep: Self.keeping)
        }
    }

    private static let keeping = """
        function s.save(ctx)
          return { candles = ctx.state.candles, third = 0.1 + 0.2, tiny = 5e-324, zero = -0.0, big = 9007199254740993 }
        end
        function s.load(ctx, saved)
          ctx.log(("loaded %d %d %.17g %.17g %s %d"):format(
            saved.candles, ctx.state.candles, saved.third, saved.tiny, tostring(saved.zero), saved.big))
        end
        """

    /// Entries at the touch every fourth candle; `width` 0 goes through it until something was filled, with stop and target
    /// at the ends.
    private static func trading(_ name: String, entries: Int, width: Int, keep: String) -> String {
        let through = width == 0 ? 3 : 0
        let isDue = entries == 0 ? "false" : entries == .max ? "count % 2 == 0 and not ctx.state.filled" : "count % 4 == 0"
        return """
            local s = {
              api = 1, kind = "strategy", name = "\(name)", version = "1.0.0", description = "Enters by the clock.",
              needs = function() return { candles = { source = "market", interval = "5s" } } end,
            }
            function s.on_candle(ctx, candle)
              local market = ctx.market
              local count = (ctx.state.candles or 0) + 1
              ctx.state.candles = count
              if not (\(isDue)) or not market.bid or not market.ask then return nil, "WAITING" end
              local long = count % 8 == 0
              local entry = long and market.ask + \(through) or market.bid - \(through)
              if entry < 15 or entry > 85 then return nil, "WAITING" end
              local away = long and \(width) or -\(width)
              return {
                side = long and "long" or "short", entry = entry, entry_type = "limit", reason = "it is time",
                stop = \(width) == 0 and (long and 1 or 99) or entry - away,
                target = \(width) == 0 and (long and 99 or 1) or entry + 2.5 * away,
              }
            end
            function s.on_fill(ctx, fill) ctx.state.filled = true end
            \(keep)
            return s

            """
    }
}

/// The journal of a state directory, as `sqlite3` reads it.
struct Ledger {
    let database: DatabaseQueue

    init(_ state: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        database = try DatabaseQueue(path: state + "/journal.sqlite", configuration: configuration)
    }

    func rows(_ sql: String) throws -> [Row] { try database.read { try Row.fetchAll($0, sql: sql) } }

    func number(_ sql: String) throws -> Int64 { try database.read { try Int64.fetchOne($0, sql: sql) } ?? 0 }

    func texts(_ sql: String) throws -> [String] { try database.read { try String.fetchAll($0, sql: sql) } }

    /// What fills and results did to the cash, and what is held in markets without a result.
    func cash() throws -> (change: Money, held: [String: Int64]) {
        var values: [String: Int64] = [:]
        for row in try rows("SELECT ticker, value FROM settlements") { values[row["ticker"]] = row["value"] }
        var (cash, held): (Int64, [String: Int64]) = (0, [:])
        for fill in try rows("SELECT * FROM fills ORDER BY run_id, number") {
            let (ticker, price, count): (String, Int64, Int64) = (fill["ticker"], fill["price"], fill["count"])
            let isBid = fill["side"] as String == "bid"
            let before = held[ticker] ?? 0
            let signed = isBid ? count : -count
            // A pair of YES and NO pays a dollar as soon as it is held.
            let pairs = before.signum() * signed.signum() < 0 ? min(abs(before), count) : 0
            cash += pairs * 10_000 - (isBid ? price : 10_000 - price) * count - (fill["fee"] as Int64)
            held[ticker] = before + signed
        }
        for (ticker, value) in values {
            guard let count = held.removeValue(forKey: ticker) else { continue }
            cash += count > 0 ? count * value : -count * (10_000 - value)
        }
        return (Money(units: cash), held.filter { $0.value != 0 })
    }
}

extension VenueStage {
    /// What differs between the journal and the exchange's books, one line each.
    func differences() throws -> [String] {
        let ledger = try Ledger(state)
        let books = try books()
        var problems: [String] = []
        var theirs: [String: JSON] = [:]
        var names: [String: String] = [:]
        for order in books.rows("orders") {
            let name = order.word("client_order_id")
            if theirs.updateValue(order, forKey: name) != nil { problems.append("\(name): twice at the exchange") }
            names[order.word("order_id")] = name
        }
        var theirFills: [String: [String]] = [:]
        var fees = Money.zero
        for fill in books.rows("fills") {
            let fee = try #require(Money(fill.word("fee_cost")))
            let price = try #require(Price(fill.word("yes_price_dollars")))
            let count = try #require(Quantity(fill.word("count_fp")))
            theirFills[names[fill.word("order_id")] ?? "?", default: []].append("\(price.units) \(count.units) \(fee.units)")
            fees += fee
        }
        var ourFills: [Int64: [String]] = [:]
        for fill in try ledger.rows("SELECT * FROM fills") {
            let line = "\(fill["price"] as Int64) \(fill["count"] as Int64) \(fill["fee"] as Int64)"
            ourFills[fill["sequence"], default: []].append(line)
            fees -= Money(units: fill["fee"])
        }
        if fees != .zero { problems.append("fees differ by \(fees)") }
        let decided = Set(try ledger.texts("SELECT ticker FROM settlements"))
        let tag = try #require(try ledger.texts("SELECT tag FROM accounts WHERE ended IS NULL").first)
        for order in try ledger.rows("SELECT * FROM orders") {
            let (sequence, state, ticker): (Int64, String, String) = (order["sequence"], order["state"], order["ticker"])
            let name = "kbot-\(tag)-\(sequence)"
            let isOver = ["filled", "cancelled", "rejected", "expired"].contains(state) || decided.contains(ticker)
            let fills = (ourFills[sequence] ?? []).sorted()
            guard let its = theirs.removeValue(forKey: name) else {
                if !isOver || !fills.isEmpty { problems.append("\(name): \(state), unknown to the exchange") }
                continue
            }
            let filled = try #require(Quantity(its.word("fill_count_fp")))
            if filled.units != order["filled"] { problems.append("\(name): filled \(filled) at the exchange") }
            if fills != (theirFills[name] ?? []).sorted() { problems.append("\(name): fills \(fills)") }
            if !isOver, its.word("status") != "resting" {
                problems.append("\(name): \(state), \(its.word("status")) at the exchange")
            }
        }
        problems += theirs.keys.sorted().map { "\($0): unknown to the journal" }
        let (change, held) = try ledger.cash()
        var cash = Money.zero
        for wallet in books.rows("wallets") {
            for part in ["cash", "locked"] { cash += try #require(Money(wallet.word(part))) }
            cash -= try #require(Money(wallet.word("deposits")))
        }
        let late = Set(books.rows("settlements").map { $0.word("ticker") }).subtracting(decided)
        if late.isDisjoint(with: held.keys), cash != change { problems.append("cash \(change), at the exchange \(cash)") }
        return problems
    }

    /// Files of the state directory that others may read, and those that hold something of a key.
    func leaks() throws -> [String] {
        let lines = keys.flatMap { $0.pem.split(separator: "\n") }.map(String.init)
        let secrets = lines.filter { $0.count > 20 && !$0.contains("-----") }
        try #require(secrets.count >= keys.count)
        let words = secrets + keys.map(\.id) + ["KALSHI-ACCESS-SIGNATURE"]
        var problems: [String] = []
        let files = try #require(FileManager.default.enumerator(atPath: state)).compactMap { $0 as? String }
        for name in ["."] + files {
            let path = "\(state)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = (attributes[.posixPermissions] as? Int) ?? 0o777
            if mode & 0o077 != 0 { problems.append("\(name) has mode \(String(mode, radix: 8))") }
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            for word in words where data.range(of: Data(word.utf8)) != nil { problems.append("\(name) holds a secret") }
        }
        return problems
    }
}
