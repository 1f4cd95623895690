package import KBotModel

/// A source of bars, in the order of their starts; what a backtest on bars pulls from.
package protocol BarFeed: AnyObject {
    /// Appends the next bars; a feed may append many at a time. Starts never fall back, and those of one market rise.
    ///
    /// - Returns: false at the end, with nothing appended.
    func next(into bars: inout [MarketBar]) throws(FeedError) -> Bool

    /// A market by its number; known before its first bar is handed out.
    func market(_ id: MarketID) -> Market

    /// How a market was decided; nil when the data do not say, or it has no end. Only the settlement may look at it.
    func settlement(of id: MarketID) -> Settlement?

    /// What was read so far, for the report.
    var summary: FeedSummary { get }

    /// The share read, from 0 to 1; nil when there is no telling.
    var progress: Double? { get }
}

extension BarFeed {
    /// The bars that start at one time or later and end at another or sooner; all of them when neither is given.
    func cut(from: Timestamp?, to: Timestamp?) -> any BarFeed {
        from == nil && to == nil ? self : WindowBars(self, from: from, to: to)
    }
}

/// A part of a feed's time. What a market is, and how it was decided, is as in all of it.
private final class WindowBars: BarFeed {
    private let feed: any BarFeed
    private let from: Timestamp
    private let to: Timestamp
    private var isOver = false

    init(_ feed: any BarFeed, from: Timestamp?, to: Timestamp?) {
        self.feed = feed
        self.from = from ?? .distantPast
        self.to = to ?? .distantFuture
    }

    func next(into bars: inout [MarketBar]) throws(FeedError) -> Bool {
        let before = bars.count
        while bars.count == before {
            guard !isOver, try feed.next(into: &bars) else { return false }
            if let last = bars.last, last.bar.start >= to { isOver = true }
            var kept = before
            for index in before..<bars.count where bars[index].bar.start >= from && bars[index].bar.end <= to {
                if kept < index { bars[kept] = bars[index] }
                kept += 1
            }
            bars.removeSubrange(kept...)
        }
        return true
    }

    func market(_ id: MarketID) -> Market { feed.market(id) }

    func settlement(of id: MarketID) -> Settlement? { feed.settlement(of: id) }

    var summary: FeedSummary { feed.summary }

    var progress: Double? { feed.progress }
}

/// What the numbers of a bar file mean.
package enum PriceUnit: String, Hashable, Sendable, CaseIterable {
    /// `45` or `45.5`.
    case cents
    /// `0.45`.
    case dollars

    /// Digits after the point down to 1/10,000 dollar.
    var digits: Int { self == .cents ? 2 : 4 }
}

/// What fills on bars cost: a bar file does not say of which market it is.
package enum BarFees: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// What Kalshi charges for crypto markets: takers pay, makers are free.
    case kalshi

    /// The schedule of the markets.
    package var schedule: FeeSchedule {
        switch self {
        case .none: FeeSchedule(kind: .quadratic, multiplier: 0)
        case .kalshi: .quadratic
        }
    }
}
