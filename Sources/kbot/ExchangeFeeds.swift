import KBotExchange
import KBotModel
import KBotRuntime

/// A feed of kbot's own as the market of the local exchange, with its first events looked at beforehand.
struct ServedFeed: ExchangeFeed {
    private var feed: any MarketFeed
    private var held: [MarketEvent] = []
    /// Time of the first event of a market; nil when there is none.
    private(set) var first: Timestamp?

    /// Takes a feed and reads up to its first event of a market.
    init(_ feed: any MarketFeed) throws {
        self.feed = feed
        while first == nil {
            var events: [MarketEvent] = []
            guard try self.feed.next(into: &events) else { break }
            first = events.first { !$0.kind.isSpot }?.time
            held += events
        }
    }

    mutating func next(into events: inout [MarketEvent]) throws -> Bool {
        guard held.isEmpty else {
            events += held
            held = []
            return true
        }
        return try feed.next(into: &events)
    }
}

extension MarketEvent.Kind {
    /// Whether it is about the price of an underlying.
    fileprivate var isSpot: Bool {
        switch self {
        case .spot, .spotCandle: true
        default: false
        }
    }
}
