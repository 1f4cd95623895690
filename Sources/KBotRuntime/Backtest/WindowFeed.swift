import KBotModel

/// A part of a feed's time; see ``TimeWindow``. Prices of underlyings end with the last event of a market, as in a feed that
/// ends there by itself.
final class WindowFeed: MarketFeed {
    private var feed: any MarketFeed
    private var window: TimeWindow
    private var batch: [MarketEvent] = []
    private var heard: [MarketEvent] = []
    /// Prices since the last event of a market.
    private var prices: [MarketEvent] = []
    private var hasMarkets = false

    init(_ feed: any MarketFeed, from: Timestamp?, to: Timestamp?) {
        self.feed = feed
        window = TimeWindow(from: from, to: to)
    }

    var summary: FeedSummary { feed.summary }

    var progress: Double? { feed.progress }

    func next(into events: inout [MarketEvent]) throws -> Bool {
        let before = events.count
        while events.count == before {
            batch.removeAll(keepingCapacity: true)
            guard !window.isOver, try feed.next(into: &batch) else { return false }
            heard.removeAll(keepingCapacity: true)
            for event in batch where !window.isOver { window.hear(event, into: &heard) }
            for event in heard { tell(event, into: &events) }
        }
        return true
    }

    private func tell(_ event: MarketEvent, into events: inout [MarketEvent]) {
        guard !event.isSpot else {
            if hasMarkets { prices.append(event) } else { events.append(event) }
            return
        }
        hasMarkets = true
        if !prices.isEmpty {
            events += prices
            prices.removeAll(keepingCapacity: true)
        }
        events.append(event)
    }
}

extension MarketFeed {
    /// The part of the feed from one time to another; all of it when neither is given.
    func cut(from: Timestamp?, to: Timestamp?) -> any MarketFeed {
        from == nil && to == nil ? self : WindowFeed(self, from: from, to: to)
    }
}
