public import KBotModel

/// What the engine hears: the only way anything gets in.
public enum Event: Hashable, Codable, Sendable {
    /// Something public happened in a market.
    case market(MarketEvent)
    /// The venue said something of our own orders.
    case venue(Timestamp, VenueEvent)
    /// The clock reached a time the engine asked for with ``Engine/nextDeadline``.
    case timer(Timestamp)
    /// The connection to the feed was lost or came back.
    case feed(Timestamp, FeedHealth)
    /// The operator wants something.
    case command(Timestamp, Command)

    /// When it happened, in the venue's time.
    @inlinable public var time: Timestamp {
        switch self {
        case .market(let event): event.time
        case .venue(let time, _), .timer(let time), .feed(let time, _), .command(let time, _): time
        }
    }
}

/// Whether market data can be trusted to be current.
public enum FeedHealth: String, Hashable, Codable, Sendable {
    /// Data flows.
    case live
    /// Nothing was heard for too long, or the connection is down: no entries, resting ones are cancelled.
    case stale
}

/// What an operator can ask for.
public enum Command: Hashable, Codable, Sendable {
    /// No new entries from now on, resting ones are cancelled; what is open stays managed.
    case stopEntries
    /// Leave every position now.
    case flatten
    /// No entries; open brackets stay managed. Without an end it lasts until ``resume``, across restarts too.
    ///
    /// With `cancelsTargets` resting targets leave the book as well, and come back when the halt ends; stops are watched on.
    case halt(until: Timestamp?, code: ReasonCode, reason: String, cancelsTargets: Bool = false)
    /// Ends a halt, the pause of a circuit breaker, and the wait of trades taken up on hold.
    case resume
    /// Whether the journal can be written, and else why not: while it cannot, nothing new is opened.
    case journal(isWritable: Bool, String)
    /// The account holds something in this market that is not kbot's (or no longer does): no entries there.
    case foreignPosition(MarketID, Bool)
}
