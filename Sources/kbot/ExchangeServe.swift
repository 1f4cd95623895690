import ArgumentParser
import Foundation
import KBotExchange
import KBotKalshi
import KBotModel
import KBotRuntime

/// `kbot exchange`: serves until it is interrupted.
struct ExchangeServe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the exchange (what kbot exchange does by itself)."
    )

    @Option(help: "Port for REST and WebSocket; 0 takes any that is free.")
    var port = 8080

    @Option(help: "Address to listen at; without --public only one of this machine.")
    var host = "127.0.0.1"

    @Flag(name: .customLong("public"), help: "Let other machines connect.")
    var isPublic = false

    @Flag(help: "Serve with TLS: makes a throw-away certificate authority for this start.")
    var tls = false

    @Option(help: "File for the authority's certificate; exchange/exchange-ca.pem in the state directory otherwise.")
    var tlsCA: String?

    @Option(help: "Series that the simulated market makes.")
    var series = "KXBTC15M"

    @Option(help: "Where markets come from: sim, or replay:PATH (repeatable).")
    var feed: [String] = []

    @Option(help: "Market facts and results for recordings: a CSV file.")
    var markets: String?

    @Option(help: "Seed of the market, of ids, of luck and of faults.")
    var seed: UInt64 = 1

    @Option(help: "How many times faster than a clock on the wall time passes: a whole number.")
    var speed: Int64 = 1

    @Option(
        help: "The exchange's time at the start, such as 2026-06-01T00:00:00Z; now otherwise, or a recording's start."
    )
    var start: String?

    @Option(help: ArgumentHelp("Account and its cash in dollars (repeatable).", valueName: "name:cash"))
    var account: [String] = []

    @Option(help: ArgumentHelp("Folder with keys; exchange/keys in the state directory otherwise.", valueName: "dir"))
    var keyDir: String?

    @Option(help: "How orders fill: realistic, optimistic (at once, the default) or pessimistic.")
    var fills = "optimistic"

    @Flag(help: "Look for orders on shard 0 when a request names neither shard nor market, as the venue does.")
    var strictShards = false

    @Option(help: "Rate limits: basic, advanced, prestige or off.")
    var tier = "advanced"

    @Option(help: ArgumentHelp("What goes wrong, NAME or NAME=RATE (repeatable).", valueName: "fault"))
    var fault: [String] = []

    @Option(help: "all: every fault at its usual rate.")
    var faults: String?

    @Option(help: "Write the exchange's own books to this file at the end (JSON).")
    var books: String?

    @Option(help: "How long to serve, by a clock on the wall, such as 10m; until interrupted otherwise.")
    var duration: String?

    @OptionGroup var place: ExchangePlace

    func run() throws {
        try leave { () throws(RunFailure) in
            try serve()
            return nil
        }
    }

    private func serve() throws(RunFailure) {
        let wall = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let accounts = try readAccounts()
        let span = try readDuration()
        let plan = try readFaults()
        let source = try makeFeed(wall)
        let exchange = Exchange(try makeOptions(), feed: source.feed, start: source.opens)
        let keys = try readKeys(accounts)
        for key in keys { try add(key, accounts, to: exchange) }

        var options = ExchangeServer.Options()
        options.host = host
        options.port = port
        options.speed = speed
        options.faults = plan
        options.log = { line in try? FileHandle.standardError.write(contentsOf: Data("kbot exchange: \(line)\n".utf8)) }
        let authority = try tls ? makeCertificates(&options) : nil
        let server = ExchangeServer(exchange, start: source.clock, options: options)
        Interrupts.listen()
        let port = try start(server)
        try show(greeting(port, keys, authority: authority))
        wait(span)
        try finish(server)
    }

    // MARK: Keys

    /// The keys in the folder; a first one is made for each account that has none.
    private func readKeys(_ accounts: [String: Money]) throws(RunFailure) -> [KeyDirectory.Entry] {
        let folder: String
        if let keyDir { folder = keyDir } else { folder = try place.keys() }
        let directory = KeyDirectory(folder)
        do throws(KeyDirectory.Problem) {
            var keys = try directory.entries()
            var missing = accounts.keys.filter { name in !keys.contains { $0.account == name } }.sorted()
            if keys.isEmpty, missing.isEmpty { missing = ["default"] }
            for name in missing {
                let key = try directory.make(.rsa, account: name)
                tell("account \(name) had no key: made \(absolute(key.privatePath))")
                keys.append(key)
            }
            return keys
        } catch {
            throw RunFailure(.other, error.description)
        }
    }

    private func add(
        _ key: KeyDirectory.Entry,
        _ accounts: [String: Money],
        to exchange: Exchange
    ) throws(RunFailure) {
        do {
            let text = try String(contentsOfFile: key.publicPath, encoding: .utf8)
            let account = try exchange.addAccount(name: key.account, apiKeyID: key.id, publicKeyPEM: text)
            // Crypto lives on shard 2.
            if let cash = accounts[key.account] { exchange.setCash(cash, shard: 2, of: account) }
        } catch {
            throw RunFailure(.other, "\(key.publicPath): \(error)")
        }
    }

    // MARK: Serving

    /// Makes certificates for this start and writes the authority's; gives the file.
    private func makeCertificates(_ options: inout ExchangeServer.Options) throws(RunFailure) -> String {
        let path: String
        if let tlsCA { path = absolute(tlsCA) } else { path = absolute(try place.folder() + "/exchange-ca.pem") }
        do {
            let certificates = try ThrowawayCertificates()
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(certificates.authorityPEM.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            options.certificates = certificates
        } catch {
            throw RunFailure(.other, "--tls: \(path): \(error)")
        }
        return path
    }

    private func start(_ server: ExchangeServer) throws(RunFailure) -> Int {
        do {
            return try server.startAndWait()
        } catch {
            throw RunFailure(.other, "cannot listen at \(host):\(port): \(error)")
        }
    }

    private func wait(_ span: TimeSpan?) {
        let began = ContinuousClock.now
        while Interrupts.received == 0 {
            if let span, ContinuousClock.now - began >= .microseconds(span.microseconds) { break }
            usleep(20_000)
        }
    }

    /// Takes the books, closes everything, and says what happened.
    private func finish(_ server: ExchangeServer) throws(RunFailure) {
        let end: ExchangeServer.Ending
        do {
            end = try server.endAndWait()
        } catch {
            throw RunFailure(.other, "\(error)")
        }
        if let books {
            do {
                try Data(end.books.bytes).write(to: URL(fileURLWithPath: books), options: .atomic)
            } catch {
                throw RunFailure(.other, "--books \(books): \(error.localizedDescription)")
            }
        }
        let struck = FaultKind.allCases.compactMap { kind in end.faults[kind].map { "\(kind.rawValue) \($0)" } }
        try show(
            """
            SIMULATED exchange ended at \(end.time): \(end.requests) requests, \(end.sockets) sockets
            faults: \(struck.isEmpty ? "none" : struck.joined(separator: ", "))
            \(books.map { "books: \(absolute($0))\n" } ?? "")
            """
        )
    }

    private func greeting(_ port: Int, _ keys: [KeyDirectory.Entry], authority: String?) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        let base = "\(tls ? "https" : "http")://\(name):\(port)"
        let key = keys[0]
        let trust = authority.map { "KALSHI_CA_FILE=\($0)\n" } ?? ""
        let curl = authority.map { "curl --cacert \($0)" } ?? "curl"
        let python = authority.map { "\n  configuration.ssl_ca_cert = \"\($0)\"" } ?? ""
        return """
            SIMULATED exchange, series \(series), listening on \(base)
              REST       \(base)/trade-api/v2
              WebSocket  \(tls ? "wss" : "ws")://\(name):\(port)/trade-api/ws/v2
              accounts   \(keys.map { "\($0.account) (key \($0.id))" }.joined(separator: ", "))

            kbot: put into .env, then kbot run --mode demo
            KALSHI_API_KEY_ID=\(key.id)
            KALSHI_PRIVATE_KEY_PATH=\(absolute(key.privatePath))
            KALSHI_REST_URL=\(base)
            \(trust)
            curl:
              \(curl) '\(base)/trade-api/v2/markets?series_ticker=\(series)&status=open'

            Python (kalshi-python-sync):
              configuration = Configuration(host="\(base)/trade-api/v2")\(python)
              configuration.api_key_id = "\(key.id)"
              configuration.private_key_pem = open("\(absolute(key.privatePath))").read()


            """
    }
}
