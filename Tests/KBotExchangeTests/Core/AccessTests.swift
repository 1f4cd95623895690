import Foundation
import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

/// Keys and signatures made by the `openssl` command, independently of the code under test.
private enum CommandLineKeys {
    static let isAvailable = (try? run(["version"], in: FileManager.default.temporaryDirectory)) != nil

    @discardableResult
    static func run(_ arguments: [String], in folder: URL) throws -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw StageProblem(text: "openssl \(arguments)") }
        return [UInt8](data)
    }
}

@Suite("Who may ask the exchange")
struct ExchangeAccessTests {
    @Test(
        "Signatures of openssl's command line are accepted, and others refused",
        .enabled(if: CommandLineKeys.isAvailable, "needs the openssl command"),
        arguments: [true, false]
    )
    func outsideSignatures(isRSA: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-exchange-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kind = isRSA ? ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] : ["-algorithm", "ED25519"]
        try CommandLineKeys.run(["genpkey"] + kind + ["-out", "key.pem"], in: folder)
        let pem = try CommandLineKeys.run(["pkey", "-in", "key.pem", "-pubout"], in: folder)
        let stage = try ExchangeStage()
        _ = try stage.exchange.addAccount(
            name: "carol",
            apiKeyID: "carol",
            publicKeyPEM: String(decoding: pem, as: UTF8.self)
        )
        func status(salt: Int, signing path: String) throws -> Int {
            let stamp = String(stage.now.microseconds / 1_000)
            try Data("\(stamp)GET\(path)".utf8).write(to: folder.appendingPathComponent("message"))
            let sign =
                isRSA
                ? [
                    "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:\(salt)", "-sign",
                    "key.pem", "message",
                ] : ["pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-in", "message"]
            var request = HTTPRequest(
                method: .get,
                path: "/trade-api/v2/portfolio/balance",
                query: [HTTPField("subaccount", "0")]
            )
            request.headers = [
                HTTPField("KALSHI-ACCESS-KEY", "carol"), HTTPField("KALSHI-ACCESS-TIMESTAMP", stamp),
                HTTPField("KALSHI-ACCESS-SIGNATURE", base64Text(try CommandLineKeys.run(sign, in: folder))),
            ]
            guard case .now(let response) = stage.exchange.respond(to: request, at: stage.now, wall: stage.now) else {
                return 0
            }
            return response.status
        }
        #expect(try status(salt: 32, signing: "/trade-api/v2/portfolio/balance") == 200)
        #expect(try status(salt: 32, signing: "/trade-api/v2/portfolio/balance?subaccount=0") == 401)
        #expect(try status(salt: 32, signing: "/portfolio/balance") == 401)
        if isRSA { #expect(try status(salt: 222, signing: "/trade-api/v2/portfolio/balance") == 401) }
    }

    @Test("Each fault of the headers has the venue's own words")
    func refusals() throws {
        let stage = try ExchangeStage()
        try stage.open("bob")
        func error(_ change: (inout HTTPRequest) -> Void) throws -> String {
            var request = try stage.request(.get, "/portfolio/balance")
            change(&request)
            guard case .now(let response) = stage.exchange.respond(to: request, at: stage.now, wall: stage.now) else {
                return ""
            }
            #expect(response.status == 401)
            return String(decoding: response.body, as: UTF8.self)
        }
        #expect(
            try error { $0.headers[0] = HTTPField("KALSHI-ACCESS-KEY", "nobody") }
                == #"{"error":{"code":"authentication_error","message":"authentication_error","details":"NOT_FOUND"}}"#
        )
        #expect(
            try error { $0.headers[0] = HTTPField("KALSHI-ACCESS-KEY", "bob") }
                == #"{"error":{"code":"authentication_error","message":"authentication_error","details":"INCORRECT_API_KEY_SIGNATURE"}}"#
        )
        #expect(
            try error { $0.headers.removeLast() }
                == #"{"error":{"code":"signature_is_missing_from_headers","message":"signature is missing from headers"}}"#
        )
        #expect(try error { $0.headers = [] }.contains("token_authentication_failure"))
        #expect(try error { $0.headers[2] = HTTPField("KALSHI-ACCESS-SIGNATURE", "%%%") }.contains("INCORRECT"))
        stage.exchange.removeKey("alice")
        #expect(try error { _ in }.contains("NOT_FOUND"))
    }

    @Test(
        "A stamp within 15 seconds of the exchange's time or the wall's is accepted",
        arguments: [
            (-16, 0, false), (-15, 0, true), (-5, 0, true), (15, 0, true), (16, 0, false), (3_600, 3_600, true),
            (3_600, 3_590, true), (3_600, 3_500, false),
        ]
    )
    func skew(stamp: Int64, wall: Int64, isAccepted: Bool) throws {
        let stage = try ExchangeStage()
        let request = try stage.request(.get, "/portfolio/balance", stamp: stage.now + .seconds(stamp))
        let reply = stage.exchange.respond(to: request, at: stage.now, wall: stage.now + .seconds(wall))
        guard case .now(let response) = reply else { return }
        #expect(response.status == (isAccepted ? 200 : 401))
        if !isAccepted {
            #expect(
                String(decoding: response.body, as: UTF8.self)
                    == #"{"error":{"code":"header_timestamp_expired","message":"header timestamp expired"}}"#
            )
        }
    }

    @Test("A faster exchange takes stamps from as many times further away")
    func speed() throws {
        let stage = try ExchangeStage { $0.speed = 10 }
        for (seconds, status) in [(Int64(-150), 200), (-151, 401)] {
            let request = try stage.request(.get, "/portfolio/balance", stamp: stage.now + .seconds(seconds))
            let reply = stage.exchange.respond(to: request, at: stage.now, wall: stage.now + .hours(5))
            if case .now(let response) = reply { #expect(response.status == status) }
        }
    }

    @Test("The socket's handshake is signed as any request, and refused with the same bodies")
    func handshake() throws {
        let stage = try ExchangeStage()
        var request = try stage.request(.get, "")
        request.path = "/trade-api/ws/v2"
        let stamp = stage.now.microseconds / 1_000
        let key = try #require(stage.keys["alice"])
        request.headers[2] = HTTPField(
            "KALSHI-ACCESS-SIGNATURE",
            base64Text(try key.signature(of: Array("\(stamp)GET/trade-api/ws/v2".utf8)))
        )
        #expect(try stage.exchange.authenticateSocket(request, at: stage.now, wall: stage.now).get() == AccountKey(0))
        request.headers = []
        guard case .failure(let refusal) = stage.exchange.authenticateSocket(request, at: stage.now, wall: stage.now)
        else {
            Issue.record("accepted without headers")
            return
        }
        #expect(refusal.response.status == 401)
    }

    @Test("Keys may be listed, made, registered and deleted; scopes and subaccounts bind them")
    func keys() throws {
        let stage = try ExchangeStage()
        for type in ["ed25519", "rsa"] {
            let (status, made) = try stage.send(
                .post,
                "/api_keys/generate",
                body: .members([
                    "name": .string("reader"), "key_type": .string(type), "scopes": .array([.string("read")]),
                ])
            )
            #expect(status == 201)
            let id = try #require(made["api_key_id"]?.text)
            let pem = try #require(made["private_key"]?.text)
            stage.add(try SigningKey(pem: SensitiveBytes(copying: Array(pem.utf8))), as: id)
            #expect(try stage.send(.get, "/portfolio/balance", by: id).status == 200)
            let refused = try stage.place("bid", "1.00", "0.5000", by: id)
            #expect(refused.status == 403 && refused.body["error", "code"] == .string("forbidden"))
            #expect(try stage.send(.delete, "/api_keys/\(id)").status == 204)
            #expect(try stage.send(.get, "/portfolio/balance", by: id).status == 401)
        }
        let list = try stage.read("/api_keys")
        #expect(list["api_keys"]?.count == 1 && list["api_keys", "0", "api_key_id"] == .string("alice"))
        let private_ = JSON.members([
            "name": .string("x"), "public_key": .string("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"),
        ])
        #expect(try stage.send(.post, "/api_keys", body: private_).status == 400)
    }

    @Test("When the bucket is empty a request gets 429; a batch is taken or refused as one; cancels are cheap")
    func rates() throws {
        let stage = try ExchangeStage {
            $0.limitsRates = true
            $0.tier = .basic
        }
        // 100 tokens for writes: ten orders of 10 each.
        for index in 0..<10 {
            #expect(
                try stage.place("bid", "1.00", "0.1000", id: "r\(index)", more: ["exchange_index": .integer(2)]).status
                    == 201
            )
        }
        let refused = try stage.place("bid", "1.00", "0.1000", id: "r10", more: ["exchange_index": .integer(2)])
        #expect(refused.status == 429 && refused.body["error", "code"] == .string("too_many_requests"))
        // The unscoped bucket is another one; 11 orders do not fit in it.
        let orders = (0..<11).map { stage.order("bid", "1.00", "0.1000", id: "q\($0)") }
        let batch = JSON.members(["orders": .array(orders)])
        #expect(try stage.send(.post, "/portfolio/events/orders/batched", body: batch).status == 429)
        // A write that names no shard draws on all of them.
        #expect(try stage.place("bid", "1.00", "0.1000", id: "r11").status == 429)
        stage.now = stage.now + .milliseconds(20)
        let id = try stage.read("/portfolio/orders")["orders", "0", "order_id"]?.text ?? ""
        let cancel = try stage.send(
            .delete,
            "/portfolio/events/orders/\(id)",
            query: [HTTPField("exchange_index", "2")]
        )
        #expect(cancel.status == 200)
        // Nobody's reads are not counted.
        for _ in 0..<100 { _ = try stage.read("/exchange/status", by: nil) }
    }

    @Test("Endpoints of a customer's own are closed to nobody, public ones open, unknown ones 404")
    func openness() throws {
        let stage = try ExchangeStage()
        for path in [
            "/exchange/status", "/exchange/schedule", "/exchange/user_data_timestamp", "/series", "/series/KXBTC15M",
            "/series/fee_changes", "/events", "/events/KXBTC15M-26NOV221445", "/events/KXBTC15M-26NOV221445/metadata",
            "/events/fee_changes", "/markets", "/markets/\(QuarterHour.ticker)",
            "/markets/\(QuarterHour.ticker)/orderbook", "/markets/orderbooks", "/markets/trades", "/historical/cutoff",
            "/historical/markets", "/historical/trades", "/account/endpoint_costs",
            "/live_data/events/KXBTC15M-26NOV221445",
        ] {
            #expect(try stage.send(.get, path, by: nil).status == 200, "\(path)")
        }
        for path in [
            "/portfolio/balance", "/portfolio/positions", "/portfolio/fills", "/portfolio/settlements",
            "/portfolio/orders", "/portfolio/order_groups", "/portfolio/subaccounts/balances", "/account/limits",
            "/api_keys", "/historical/fills", "/historical/orders", "/historical/positions",
            "/portfolio/intra_exchange_instance_transfers", "/portfolio/subaccounts/netting",
            "/portfolio/subaccounts/transfers", "/portfolio/target_balance_allocation",
        ] {
            #expect(try stage.send(.get, path, by: nil).status == 401, "\(path)")
            #expect(try stage.send(.get, path).status == 200, "\(path)")
        }
        #expect(try stage.send(.get, "/no/such").status == 404)
        #expect(try stage.send(.post, "/markets").status == 405)
        #expect(try stage.send(.get, "/markets/KXNO-1").body["error", "code"] == .string("market_not_found"))
    }
}
