import KBotKalshi

/// One API key of an account.
struct APIKey {
    /// Its id, a UUID.
    let id: String
    /// Its name.
    let name: String
    /// Whose it is.
    let account: Int
    /// What it may do.
    let scopes: [String]
    /// The only subaccount it may use; nil for all.
    let subaccount: Int32?
    /// What checks its signatures.
    let verifier: VerifyingKey

    /// Every scope the venue knows.
    static let knownScopes = [
        "read", "write", "read::block_trade_accept", "read::portfolio_balance", "write::trade", "write::transfer",
        "write::fcm_risk", "write::block_trade_accept",
    ]

    /// Whether it may do what needs a scope; a parent scope grants all of its children.
    func grants(_ scope: String) -> Bool {
        scopes.contains(scope) || scopes.contains(String(scope.prefix { $0 != ":" }))
    }

    /// The key as a list shows it.
    var row: JSON {
        .members([
            "api_key_id": .string(id), "name": .string(name), "scopes": .array(scopes.map { .string($0) }),
            "subaccount": subaccount.map { .integer($0) },
        ])
    }
}

extension JSON {
    /// An object; members without a value are left away.
    static func members(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        var object = JSONObject()
        for (key, value) in members where value != nil { object[key] = value }
        return .object(object)
    }
}
