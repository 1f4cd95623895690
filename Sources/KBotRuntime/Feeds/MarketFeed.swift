package import KBotModel

/// A source of market events, pulled by a synchronous loop.
///
/// Events come in the order in which they happened. Times never fall back by more than a feed's own disorder: frames of
/// one connection keep the order they came in, though a `ticker` lags the book by up to a second.
///
/// Prices of underlyings may come long before the first event of a market, for strategies to warm up on: a run begins
/// with the first event of a market.
package protocol MarketFeed {
    /// Appends the next events; a feed may append many at a time.
    ///
    /// - Returns: false at the end, with nothing appended.
    /// - Throws: what stops the feed; events before it were handed out.
    mutating func next(into events: inout [MarketEvent]) throws -> Bool

    /// What was read so far, for the report.
    var summary: FeedSummary { get }

    /// The share read, from 0 to 1; nil when there is no telling. For a progress bar only.
    var progress: Double? { get }
}

/// What a feed delivered and what it could not read.
package struct FeedSummary: Hashable, Sendable {
    /// One line per source, for the report.
    package var sources: [String] = []
    /// Lines read, headers included.
    package var lines = 0
    /// Lines that could not be read, or came out of order, and were left out.
    package var skipped = 0
    /// The first few of them, as `file:line: reason`.
    package var skippedSamples: [String] = []
    /// Times that messages were lost, or a book lost sync.
    package var gaps = 0
    /// Public trades.
    package var trades = 0
    /// Trades among them made of steps in `ticker` volume, for want of trade frames.
    package var syntheticTrades = 0
    /// Markets listed.
    package var markets = 0
    /// Time of the first event of a market; nil before it.
    package var first: Timestamp?
    /// Latest time of an event of a market; nil before the first.
    package var last: Timestamp?
    /// What the reader of the report should know.
    package var warnings: [String] = []

    /// How many lines ``skippedSamples`` keeps.
    package static let samples = 5

    /// Nothing read.
    package init() {}
}

extension Settlement {
    /// The outcome that a last traded price of at least 0.95 or at most 0.05 speaks for; nil between.
    ///
    /// For recordings that come without results. It is the runner's choice to use it, and a report must say so.
    package static func inferred(lastPrice: Price) -> Settlement? {
        if lastPrice >= Price(cents: 95) { return Settlement(value: .one, isInferred: true) }
        if lastPrice <= Price(cents: 5) { return Settlement(value: .zero, isInferred: true) }
        return nil
    }
}
