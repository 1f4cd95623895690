package import KBotKalshi
package import KBotModel
import KBotSimulation

/// Who asks, and what they may do.
struct Caller {
    let customer: Customer
    /// The key that signed.
    let key: APIKey?

    /// The subaccount a request means: the one it names, else the key's, else the primary one.
    func subaccount(_ named: Int32?) throws(Refusal) -> Int32 {
        let number = named ?? key?.subaccount ?? 0
        if let bound = key?.subaccount, bound != number { throw .forbidden("the key is bound to subaccount \(bound)") }
        guard customer.subaccounts.contains(number) else {
            throw .invalidParameters("subaccount \(number) does not exist")
        }
        return number
    }
}

extension Refusal {
    /// The caller may not do that.
    static func forbidden(_ details: String) -> Refusal { Refusal(403, "forbidden", details) }
}

/// Accounts and their keys.
extension Exchange {
    /// Opens the account of a name, or adds a key to it; RSA and Ed25519 public keys in PEM (SPKI).
    ///
    /// - Throws: ``KeyProblem``.
    package func addAccount(
        name: String,
        apiKeyID: String,
        publicKeyPEM: String
    ) throws(KeyProblem) -> AccountKey {
        let verifier = try VerifyingKey(pem: publicKeyPEM)
        guard keys[apiKeyID] == nil else { throw .idTaken }
        let customer = customers.first { $0.name == name } ?? open(name)
        add(
            APIKey(
                id: apiKeyID,
                name: name,
                account: customer.key.index,
                scopes: ["read", "write"],
                subaccount: nil,
                verifier: verifier
            )
        )
        return customer.key
    }

    func add(_ key: APIKey) {
        keys[key.id] = key
        keyIDs.append(key.id)
    }

    /// Takes a key away: its requests are refused from now on. False when there is none.
    @discardableResult
    package func removeKey(_ id: String) -> Bool {
        keyIDs.removeAll { $0 == id }
        return keys.removeValue(forKey: id) != nil
    }

    /// The name of an account.
    package func name(of account: AccountKey) -> String { customers[account.index].name }

    private func open(_ name: String) -> Customer {
        let index = customers.count
        let customer = Customer(index, name: name, userID: uuids.id(.user, Int64(index)), tier: options.tier)
        customers.append(customer)
        for (shard, cash) in options.cash.sorted(by: { $0.key < $1.key }) {
            openWallet(of: customer, subaccount: 0, shard: shard, cash: cash)
        }
        for id in live { if let market = market(id) { openWallets(of: customer, shard: market.facts.shard) } }
        return customer
    }

    /// Makes sure that every subaccount has a wallet on a shard.
    func openWallets(of customer: Customer, shard: Int32) {
        for subaccount in customer.subaccounts where customer.wallet(subaccount, shard) == nil {
            openWallet(of: customer, subaccount: subaccount, shard: shard, cash: .zero)
        }
    }

    private func openWallet(of customer: Customer, subaccount: Int32, shard: Int32, cash: Money) {
        let wallet = Wallet(
            account: customer.key.index,
            subaccount: subaccount,
            shard: shard,
            cash: cash,
            friction: options.friction,
            seed: options.seed
        )
        customer.wallets.append(wallet)
        walletsByShard[shard, default: []].append(wallet)
        // What happened so far, in short.
        for id in live {
            guard let market = market(id), market.facts.shard == shard else { continue }
            wallet.paper.handle(MarketEvent(time: clock, .listed(market.facts)), into: &venueEvents)
            guard market.facts.status == .active else { continue }
            let snapshot = BookSnapshot(yes: market.book.yes.levels, no: market.book.no.levels)
            if !snapshot.yes.isEmpty || !snapshot.no.isEmpty {
                wallet.paper.handle(MarketEvent(time: clock, .snapshot(id, snapshot)), into: &venueEvents)
            }
        }
    }

    // MARK: Authentication

    /// Checks the handshake of a WebSocket.
    package func authenticateSocket(
        _ request: HTTPRequest,
        at now: Timestamp,
        wall: Timestamp
    ) -> Result<AccountKey, HandshakeRefusal> {
        do throws(Refusal) {
            let caller = try authenticate(request, at: now, wall: wall)
            guard caller.key?.grants("read") ?? true else { throw .forbidden("the key has no scope read") }
            return .success(caller.customer.key)
        } catch {
            return .failure(HandshakeRefusal(response: error.response))
        }
    }

    /// Finds out who signed a request.
    ///
    /// A stamp may be near the exchange's time or near the wall clock's: clients that do not follow a faster exchange
    /// clock can still sign.
    func authenticate(_ request: HTTPRequest, at now: Timestamp, wall: Timestamp) throws(Refusal) -> Caller {
        let id = request.header("KALSHI-ACCESS-KEY") ?? ""
        let stamp = request.header("KALSHI-ACCESS-TIMESTAMP") ?? ""
        let signature = request.header("KALSHI-ACCESS-SIGNATURE") ?? ""
        if id.isEmpty, stamp.isEmpty, signature.isEmpty { throw Refusal(401, "token_authentication_failure") }
        guard !signature.isEmpty else {
            throw Refusal(401, "signature_is_missing_from_headers", message: "signature is missing from headers")
        }
        guard !id.isEmpty else { throw Refusal(401, "api_key_is_missing_from_headers") }
        guard let milliseconds = Int64(stamp), milliseconds.magnitude < 1 << 50 else {
            throw Refusal(401, stamp.isEmpty ? "timestamp_is_missing_from_headers" : "header_timestamp_expired")
        }
        guard let key = keys[id] else { throw .authentication("NOT_FOUND") }
        let time = Timestamp(milliseconds: milliseconds)
        let window = options.skew * max(1, options.speed)
        func isNear(_ clock: Timestamp, _ window: TimeSpan) -> Bool {
            time - clock <= window && clock - time <= window
        }
        guard isNear(now, window) || isNear(wall, options.skew) else { throw Refusal(401, "header_timestamp_expired") }
        let message = Array("\(stamp)\(request.method.rawValue)\(request.path)".utf8)
        guard let bytes = base64Decoded(signature), key.verifier.verifies(bytes, of: message) else {
            throw .authentication("INCORRECT_API_KEY_SIGNATURE")
        }
        return Caller(customer: customers[key.account], key: key)
    }
}

extension Refusal {
    fileprivate static func authentication(_ details: String) -> Refusal {
        Refusal(401, "authentication_error", details, message: "authentication_error")
    }
}

extension HTTPRequest {
    /// The first header of a name, in whatever case.
    func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
