package import KBotModel

/// What an account that goes on has, by its journal and by the venue: told once, when the fate of every order of
/// earlier runs is known and the two were compared.
package struct RecoveryPicture: Sendable {
    /// One market in which the account had, or has, something.
    package struct Line: Hashable, Sendable {
        /// Market.
        package let ticker: Ticker
        /// Our position: that of the journal, and the fills found since.
        package let ours: Quantity
        /// The venue's position; nil when the market was paid meanwhile, so that the venue lists it no more.
        package let venue: Quantity?
        /// What fills of orders that the journal does not know have added, among the venue's.
        package let unaccounted: Quantity
        /// Whether kbot's own orders or positions are there; otherwise only somebody else's are.
        package let isOurs: Bool

        /// How much more the venue has than we, YES positive; zero for a market that was paid.
        package var difference: Quantity { venue.map { $0 - ours } ?? .zero }
    }

    /// The markets, by name.
    package let lines: [Line]
    /// Orders of earlier runs that still rest.
    package let openOrders: [OpenOrder]
    /// Fills told since the start that the journal did not have.
    package let fills: [Fill]
    /// Orders that the journal does not know; see ``DeskNews/unaccounted(_:)``.
    package let unaccounted: [UnaccountedOrder]
    /// The account as it was read last: cash by shard among it.
    package let account: AccountPicture

    /// Lines of ours on which journal and venue do not agree.
    package var differences: [Line] { lines.filter { $0.isOurs && $0.difference != .zero } }

    /// Lines of markets in which only others hold something.
    package var foreign: [Line] { lines.filter { !$0.isOurs } }
}

extension RecoveryPicture.Line: CustomStringConvertible {
    /// In words: `KXBTC15M-…: ours 10.00, venue 12.00`.
    package var description: String {
        let theirs = venue.map { "venue \($0)" } ?? "paid by the venue"
        let lost = unaccounted == .zero ? "" : ", of which \(unaccounted) by orders the journal does not know"
        return "\(ticker): ours \(ours), \(theirs)\(lost)"
    }
}
