package import KBotModel

/// Why the venue did not let a request in (HTTP 401), or not do what it asks (HTTP 403).
package enum AuthenticationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The signature does not belong to the key id and what was sent.
    case badSignature
    /// The venue does not know the key id, at least not in this environment.
    case unknownKey
    /// The stamp is too far from the venue's time; with the measured offset of its clock, if there is one.
    case expiredTimestamp(offset: TimeSpan?)
    /// One of the three headers is missing.
    case headersMissing
    /// The request was not signed at all.
    case notAuthenticated
    /// The key may not do this; with what the venue says.
    case scopeMissing(String?)
    /// Something else; with what the venue says.
    case other(status: Int, String?)

    /// Judges an answer; nil unless its status is 401 or 403.
    ///
    /// `clock` is what was measured of the venue's clock. The venue's words decide, not their place: it tells some
    /// problems as a code and others as the details of one.
    package init?(status: Int, body: ErrorBody, clock: ClockEstimate? = nil) {
        guard status == 401 || status == 403 else { return nil }
        let words = [body.code, body.details, body.message].compactMap { $0?.lowercased() }
        func says(_ text: String) -> Bool { words.contains { $0.contains(text) } }
        if says("header_timestamp_expired") {
            self = .expiredTimestamp(offset: clock?.offset)
        } else if says("incorrect_api_key_signature") {
            self = .badSignature
        } else if says("missing_from_headers") {
            self = .headersMissing
        } else if says("token_authentication_failure") {
            self = .notAuthenticated
        } else if status == 403 {
            self = .scopeMissing(Self.summary(body))
        } else if words.contains("not_found") {
            self = .unknownKey
        } else {
            self = .other(status: status, Self.summary(body))
        }
    }

    /// Judges an answer by the bytes of its body.
    package init?(status: Int, body: [UInt8], clock: ClockEstimate? = nil) {
        self.init(status: status, body: ErrorBody(body), clock: clock)
    }

    /// What the venue says, made harmless to print and at most 200 characters long; nil when it says nothing.
    private static func summary(_ body: ErrorBody) -> String? {
        var texts: [String] = []
        for case let text? in [body.code, body.message, body.details] where !text.isEmpty && !texts.contains(text) {
            texts.append(text)
        }
        guard !texts.isEmpty else { return nil }
        // A terminal obeys control characters, and a log has one line for each entry.
        return String(
            texts.joined(separator: ": ").unicodeScalars.prefix(200)
                .map { (" "..."~").contains($0) ? Character($0) : "?" }
        )
    }

    /// Whether the same request, signed anew with a fresh stamp, may succeed.
    package var isWorthRetrying: Bool {
        if case .expiredTimestamp = self { true } else { false }
    }

    /// What is wrong, and what to do about it.
    package var description: String {
        switch self {
        case .badSignature:
            "Kalshi refused the signature: the private key does not belong to the API key's id; "
                + "check that both are of the same key"
        case .unknownKey:
            "Kalshi does not know the API key's id: it was deleted, or it is a key of the other environment "
                + "(demo and production have keys of their own)"
        case .expiredTimestamp(let offset):
            if let offset {
                "Kalshi refused the time stamp: this machine's clock is \(ClockEstimate.words(offset)) Kalshi's; "
                    + "set the clock (timedatectl set-ntp true)"
            } else {
                "Kalshi refused the time stamp: this machine's clock is wrong, or the request was long under way; "
                    + "set the clock (timedatectl set-ntp true)"
            }
        case .headersMissing:
            "Kalshi misses an authentication header; is there a proxy in between that removes headers?"
        case .notAuthenticated:
            "Kalshi wants this request signed; give an API key's id and its private key"
        case .scopeMissing(let text):
            "this API key may not do that\(suffix(text)); check its scopes, its subaccount and its region on Kalshi's "
                + "API key page, or create a key with the scopes read and write"
        case .other(let status, let text):
            "Kalshi refused the request (HTTP \(status)\(suffix(text))); check the API key on Kalshi's API key page"
        }
    }

    private func suffix(_ text: String?) -> String { text.map { ": \($0)" } ?? "" }
}
