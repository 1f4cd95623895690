import KBotModel

extension BacktestData {
    /// The same data in memory, read once and shared by all runs over them.
    ///
    /// - Parameters:
    ///   - from: nothing before it is kept.
    ///   - to: nothing from it on is kept, nor a bar that ends after it.
    ///   - spot: underlyings whose prices are wanted; a run can then ask for no others.
    ///   - limit: most events or bars that are kept, some 100 bytes each; of more none are, and each run reads them anew.
    /// - Returns: data for any number of runs.
    /// - Throws: ``RunFailure`` when they cannot be read.
    func loaded(
        from: Timestamp?,
        to: Timestamp?,
        spot: [SpotSymbol],
        limit: Int
    ) throws(RunFailure) -> BacktestData {
        do {
            switch try open(from: from, to: to, spot: spot) {
            case .events(var feed):
                var events: [MarketEvent] = []
                while try feed.next(into: &events) { if events.count > limit { return self } }
                let memory = MemoryFeed(events, feed.summary)
                return .recordings(named: name, tellSpot: !spot.isEmpty) { memory }
            case .bars(let feed):
                var bars: [MarketBar] = []
                while try feed.next(into: &bars) { if bars.count > limit { return self } }
                let count = bars.reduce(-1) { max($0, Int($1.market.index)) } + 1
                let ids = (0..<count).map { MarketID(Int32($0)) }
                let markets = ids.map { (market: feed.market($0), settlement: feed.settlement(of: $0)) }
                let (kept, summary) = (bars, feed.summary)
                return .bars(named: name) { MemoryBars(kept, markets, summary) }
            }
        } catch let error as FeedError {
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(catalogueError: error)
        }
    }
}

/// Events in memory as a feed.
struct MemoryFeed: MarketFeed {
    /// Events per call of ``next(into:)``.
    private static let batch = 4_096

    private let events: [MarketEvent]
    private var place = 0
    let summary: FeedSummary

    init(_ events: [MarketEvent], _ summary: FeedSummary) {
        self.events = events
        self.summary = summary
    }

    mutating func next(into events: inout [MarketEvent]) -> Bool {
        guard place < self.events.count else { return false }
        let end = min(place + Self.batch, self.events.count)
        events.append(contentsOf: self.events[place..<end])
        place = end
        return true
    }

    var progress: Double? { events.isEmpty ? nil : Double(place) / Double(events.count) }
}

/// Bars in memory as a feed.
final class MemoryBars: BarFeed {
    /// Bars per call of ``next(into:)``.
    private static let batch = 4_096

    private let bars: [MarketBar]
    private let markets: [(market: Market, settlement: Settlement?)]
    private var place = 0
    let summary: FeedSummary

    init(_ bars: [MarketBar], _ markets: [(market: Market, settlement: Settlement?)], _ summary: FeedSummary) {
        self.bars = bars
        self.markets = markets
        self.summary = summary
    }

    func next(into bars: inout [MarketBar]) -> Bool {
        guard place < self.bars.count else { return false }
        let end = min(place + Self.batch, self.bars.count)
        bars.append(contentsOf: self.bars[place..<end])
        place = end
        return true
    }

    func market(_ id: MarketID) -> Market { markets[Int(id.index)].market }

    func settlement(of id: MarketID) -> Settlement? { markets[Int(id.index)].settlement }

    var progress: Double? { bars.isEmpty ? nil : Double(place) / Double(bars.count) }
}
