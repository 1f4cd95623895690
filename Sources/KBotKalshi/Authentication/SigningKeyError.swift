/// Why a text is no private key that requests can be signed with.
///
/// No case carries anything of the text itself, so an error can be shown and logged.
package enum SigningKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing, or only white space.
    case empty
    /// There is no PEM block.
    case notPEM
    /// The bytes are DER, the binary form.
    case binary
    /// The text is UTF-16, as some editors save it.
    case utf16
    /// The line ends are written as a backslash and an n, as in a JSON string.
    case escapedLineEnds
    /// The key is locked with a passphrase, in either of PEM's two ways.
    case encrypted
    /// The key is in the format of OpenSSH.
    case openSSH
    /// There is a public key instead of a private one.
    case publicKey
    /// There is a certificate instead of a private key.
    case certificate
    /// There are PEM blocks, but no key among them.
    case noPrivateKey
    /// There is more than one private key.
    case severalKeys(count: Int)
    /// The line that ends the key is missing, or is another block's.
    case truncated
    /// The content cannot be read, or does not fit together.
    case damaged
    /// The key is of a kind that the venue does not take: the name OpenSSL has for it.
    case unsupportedAlgorithm(String)
    /// The RSA key has too few bits.
    case tooSmall(bits: Int)

    /// What is wrong, and what to do about it.
    package var description: String {
        switch self {
        case .empty:
            "empty; save the private key there again, as Kalshi showed it when it was created"
        case .notPEM:
            "no PEM text; it should hold a block that starts with -----BEGIN … PRIVATE KEY-----"
        case .binary:
            "binary (DER), not PEM; turn it into PEM: openssl pkey -inform DER -in KEY -out NEWKEY"
        case .utf16:
            "saved as UTF-16; save it again as plain text (ASCII or UTF-8)"
        case .escapedLineEnds:
            #"has \n in place of its line ends; write real line ends instead"#
        case .encrypted:
            "locked with a passphrase; kbot needs it without one: openssl pkey -in KEY -out NEWKEY"
        case .openSSH:
            "in the format of OpenSSH; turn a copy of it into PEM (ssh-keygen -p -m PEM -N '' -f COPY, RSA only), "
                + "or create a new API key on Kalshi's site"
        case .publicKey:
            "holds a public key; the private one is needed, which Kalshi shows once, when the API key is created: "
                + "find that file or create a new API key"
        case .certificate:
            "holds a certificate; the private key is needed, which Kalshi shows once, when the API key is created"
        case .noPrivateKey:
            "holds no private key; it should hold a block that starts with -----BEGIN … PRIVATE KEY-----"
        case .severalKeys(let count):
            "holds \(count) private keys; leave only the one that belongs to the API key's id"
        case .truncated:
            "cut short: the line -----END … PRIVATE KEY----- is missing or does not fit; "
                + "save the key again, all lines of it"
        case .damaged:
            "cannot be read as a key: damaged, cut short, or of a kind unknown here; save the key again, "
                + "or create a new API key"
        case .unsupportedAlgorithm(let name):
            "\(article(name)) \(name) key; Kalshi takes RSA (2048 bits or more) and Ed25519: "
                + "create an API key of one of these kinds"
        case .tooSmall(let bits):
            "an RSA key of \(bits) bits; \(SigningKey.fewestBits) is the least: create a new API key"
        }
    }

    /// `a` or `an`, as the name is said: an EC key, a DSA key.
    private func article(_ name: String) -> String { "AEFHILMNORSX".contains(name.prefix(1)) ? "an" : "a" }
}
