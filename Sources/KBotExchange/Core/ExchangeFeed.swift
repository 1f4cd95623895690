package import KBotModel

/// Where the exchange has its markets from: the simulator, or a recording.
///
/// Events come in the order in which they happened; their times may fall back by a little, as in recordings.
package protocol ExchangeFeed {
    /// Appends the next events; there may be none yet.
    ///
    /// - Returns: false at the end, with nothing appended.
    /// - Throws: what stops the feed; events before it were handed out.
    mutating func next(into events: inout [MarketEvent]) throws -> Bool
}
