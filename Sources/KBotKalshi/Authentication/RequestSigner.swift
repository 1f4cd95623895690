import FoundationEssentials
package import KBotModel

/// Signs requests with the key of one account.
///
/// Neither the key nor its id shows in a description or a dump.
package struct RequestSigner: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomLeafReflectable {
    private let keyID: String
    private let key: SigningKey
    private let clock: VenueClock

    /// Makes a signer; `keyID` is the id of the API key (a UUID), whose private key `key` is.
    ///
    /// Throws ``SigningError/badKeyID`` for an id that could not stand in a header.
    package init(keyID: String, key: SigningKey, clock: VenueClock) throws(SigningError) {
        guard (1...128).contains(keyID.utf8.count), keyID.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badKeyID
        }
        self.keyID = keyID
        self.key = key
        self.clock = clock
    }

    /// The headers for a request that is sent at once; without a time it is stamped with the venue's clock.
    package func headers(
        method: String,
        path: String,
        at time: Timestamp? = nil
    ) throws(SigningError) -> AuthenticationHeaders {
        try headers(for: RequestTarget(method: method, path: path), at: time)
    }

    /// The headers for a request that is sent at once; without a time it is stamped with the venue's clock.
    package func headers(
        for target: RequestTarget,
        at time: Timestamp? = nil
    ) throws(SigningError) -> AuthenticationHeaders {
        let stamp = (time ?? clock.now()).floored(to: .milliseconds(1))
        let signature = try key.signature(of: target.message(milliseconds: stamp.microseconds / 1_000))
        return AuthenticationHeaders(
            keyID: keyID,
            time: stamp,
            signature: Data(signature).base64EncodedString()
        )
    }

    /// The kind of key.
    package var description: String { "signer with an \(key)" }

    /// The kind of key.
    package var debugDescription: String { description }

    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}

/// The three headers that make a request ours.
///
/// They show only their time: with all three anybody could send the request again for some seconds.
package struct AuthenticationHeaders: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomLeafReflectable
{
    /// Id of the API key.
    package let keyID: String
    /// The time that was signed, whole milliseconds, by the venue's clock.
    package let time: Timestamp
    /// The signature in base64.
    package let signature: String

    /// Puts headers together.
    package init(keyID: String, time: Timestamp, signature: String) {
        self.keyID = keyID
        self.time = time
        self.signature = signature
    }

    /// The time as the venue wants it: milliseconds since the epoch in decimal.
    package var milliseconds: String { String(time.microseconds / 1_000) }

    /// The headers, in the order of the venue's documentation.
    package var fields: [HTTPField] {
        [
            HTTPField("KALSHI-ACCESS-KEY", keyID), HTTPField("KALSHI-ACCESS-TIMESTAMP", milliseconds),
            HTTPField("KALSHI-ACCESS-SIGNATURE", signature),
        ]
    }

    /// When they were signed.
    package var description: String { "headers signed at \(time)" }

    /// When they were signed.
    package var debugDescription: String { description }

    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}
