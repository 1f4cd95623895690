package import KBotModel

/// An account whose orders, positions and money go on from run to run.
package struct JournalAccount: Hashable, Sendable {
    /// Whose money it is.
    package enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
        /// The paper exchange's, on the venue's feed.
        case paper
        /// The venue's demo environment.
        case demo
        /// Real money.
        case live
    }

    /// The row's number.
    package let id: Int64
    /// What the trader calls it.
    package let name: String
    /// Whose money it is.
    package let kind: Kind
    /// Eight random hexadecimal digits, given once: they begin every order id the account ever sends.
    package let tag: String
    /// A short hash of key id, host and subaccount; nothing secret.
    package let identity: String
    /// When it was begun, wall clock.
    package let created: Timestamp
    /// When `--fresh` put another in its place; nil while it is the current one.
    package let ended: Timestamp?

    /// The text before the sequence in the venue's order ids: `kbot-1a2b3c4d`.
    package var orderPrefix: String { "kbot-\(tag)" }
}
