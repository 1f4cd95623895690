import Foundation
import GRDB
import KBotKalshi
import KBotModel
import Testing

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
            theirFills[names[fill.word("order_id")] ?? "?", default: []].append(
                "\(price.units) \(count.units) \(fee.units)"
            )
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
            let (sequence, state, ticker): (Int64, String, String) = (
                order["sequence"], order["state"], order["ticker"]
            )
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
        if late.isDisjoint(with: held.keys), cash != change {
            problems.append("cash \(change), at the exchange \(cash)")
        }
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
