import KBotKalshi
import KBotModel

/// A part of a feed's time, as a run sees it that began then and ended there.
///
/// What happened before the start shows only in what is public at the start: the markets that trade, and their books.
/// Prices of underlyings are let through from a week before, for candles of theirs to warm up on.
final class WindowFeed: MarketFeed {
    private var feed: any MarketFeed
    private let from: Timestamp?
    private let to: Timestamp?
    private var hasBegun: Bool
    private var isOver = false
    private var early: [Early?] = []
    /// Whether a market was over at the start, by its number: nothing more is told of it.
    private var over: [Bool] = []

    /// A market from before the start.
    private struct Early {
        var market: Market
        var book = OrderBook()
        var hasBook = false
        var lostSync = false
        var settlement: Settlement?
    }

    init(_ feed: any MarketFeed, from: Timestamp?, to: Timestamp?) {
        self.feed = feed
        self.from = from
        self.to = to
        hasBegun = from == nil
    }

    var summary: FeedSummary { feed.summary }

    var progress: Double? { feed.progress }

    func next(into events: inout [MarketEvent]) throws -> Bool {
        let before = events.count
        var batch: [MarketEvent] = []
        while events.count == before {
            guard !isOver, try feed.next(into: &batch) else { return false }
            for event in batch {
                if let to, event.time >= to {
                    isOver = true
                    break
                }
                if hasBegun {
                    if !isOver(event) { events.append(event) }
                } else if let from, event.time >= from {
                    begin(at: from, into: &events)
                    if !isOver(event) { events.append(event) }
                } else if event.isSpot {
                    if let from, event.time >= from - SpotMerge.history { events.append(event) }
                } else {
                    remember(event)
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// Whether a market was over at the start.
    private func isOver(_ event: MarketEvent) -> Bool {
        guard !over.isEmpty, let id = event.market else { return false }
        return Int(id.index) < over.count && over[Int(id.index)]
    }

    private func remember(_ event: MarketEvent) {
        guard let id = event.market else { return }
        let index = Int(id.index)
        while early.count <= index { early.append(nil) }
        switch event.kind {
        case .listed(let market):
            if early[index] == nil { early[index] = Early(market: market) } else { early[index]?.market = market }
        case .snapshot(_, let snapshot):
            early[index]?.book.replace(with: snapshot)
            early[index]?.hasBook = true
            early[index]?.lostSync = false
        case .delta(_, let outcome, let price, let count):
            early[index]?.hasBook = true
            if early[index]?.book.add(count, at: price, outcome: outcome) == false { early[index]?.lostSync = true }
        case .status(_, let status): early[index]?.market.status = status
        case .gap: early[index]?.lostSync = true
        case .settled(_, let settlement): early[index]?.settlement = settlement
        case .trade, .history, .spot, .spotCandle: break
        }
    }

    /// Tells what is public at the start: markets that are not over, and their books.
    private func begin(at time: Timestamp, into events: inout [MarketEvent]) {
        hasBegun = true
        for case let one? in early where one.settlement == nil && one.market.status != .closed {
            events.append(MarketEvent(time: time, .listed(one.market)))
            guard one.hasBook else { continue }
            if one.lostSync {
                events.append(MarketEvent(time: time, .gap(one.market.id)))
            } else {
                let book = BookSnapshot(yes: Array(one.book.yes.levels), no: Array(one.book.no.levels))
                events.append(MarketEvent(time: time, .snapshot(one.market.id, book)))
            }
        }
        over = early.map { $0.map { $0.settlement != nil || $0.market.status == .closed } ?? false }
        early = []
    }
}

extension MarketFeed {
    /// The part of the feed from one time to another; all of it when neither is given.
    func cut(from: Timestamp?, to: Timestamp?) -> any MarketFeed {
        from == nil && to == nil ? self : WindowFeed(self, from: from, to: to)
    }
}
