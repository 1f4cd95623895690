import HeapModule
import KBotData
import KBotKalshi
import KBotModel

/// Bars of the catalogue as one feed, in the order of their starts; at one start in the order of the markets' names.
///
/// Of a market that is there with several lengths the shortest are taken: longer candles are made of them.
final class CatalogueBars: BarFeed {
    /// One market's bars.
    private final class Lane {
        let facts: StreamFacts
        var reader: BarReader?
        var bars: ArraySlice<DataBar> = []
        var id: MarketID?
        var isOpen = false

        init(_ facts: StreamFacts) { self.facts = facts }
    }

    /// A lane and the start of its next bar; of one that is not open yet, what the catalogue says of it.
    private struct Turn: Comparable {
        let start: Timestamp
        let lane: Int

        static func < (lhs: Turn, rhs: Turn) -> Bool { (lhs.start, lhs.lane) < (rhs.start, rhs.lane) }
    }

    private let catalogue: Catalogue
    private let selection: DataSelection
    private let fees: BarFees?
    private let lanes: [Lane]
    private var turns: Heap<Turn>
    private var facts: [Ticker: MarketFacts] = [:]
    private var markets: [Market] = []
    private let leftOut: Int
    private let total: Int
    /// Names the files, or those marked as made up; nil without any.
    private let mark: String?
    /// Says that files tell contrary outcomes; nil when they do not.
    private let warning: String?
    private var bars = 0
    private var first: Timestamp?
    private var last: Timestamp?

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - catalogue: where they are.
    ///   - selection: which markets and which time.
    ///   - fees: what fills cost; nil for Kalshi's fees in markets that are known to be Kalshi's, and none in others.
    /// - Throws: ``CatalogueError``.
    init(_ catalogue: Catalogue, _ selection: DataSelection, fees: BarFees?) throws(CatalogueError) {
        self.catalogue = catalogue
        self.selection = selection
        self.fees = fees
        mark = SimulationMark.line(of: try catalogue.sourceNames(selection))
        var shortest: [StreamFacts] = []
        var leftOut = 0
        // They come in the order of names, of one name the shortest first.
        for stream in try catalogue.streams(selection, kinds: [.candles]) {
            if shortest.last?.key.name == stream.key.name { leftOut += 1 } else { shortest.append(stream) }
        }
        self.leftOut = leftOut
        lanes = shortest.map(Lane.init)
        total = shortest.reduce(0) { $0 + $1.rows }
        turns = Heap(lanes.enumerated().map { Turn(start: $0.element.facts.first, lane: $0.offset) })
        for one in try catalogue.facts(selection) { facts[one.ticker] = one }
        warning = try catalogue.contradictions(selection, onlyWithData: true).warning
    }

    func next(into bars: inout [MarketBar]) throws(FeedError) -> Bool {
        let before = bars.count
        while bars.count == before, let turn = turns.popMin() {
            let lane = lanes[turn.lane]
            do throws(CatalogueError) {
                guard lane.isOpen else {
                    lane.isOpen = true
                    let key = lane.facts.key
                    // A bar is over at its end: none ends after the run.
                    let to = selection.to.map { $0 - key.interval + TimeSpan(microseconds: 1) }
                    lane.reader = try BarReader(catalogue, key, from: selection.from, to: to)
                    lane.bars = try lane.reader?.next() ?? []
                    if let bar = lane.bars.first { turns.insert(Turn(start: bar.start, lane: turn.lane)) }
                    continue
                }
                try hand(lane, turn.lane, into: &bars)
                if lane.bars.isEmpty { lane.bars = try lane.reader?.next() ?? [] }
            } catch {
                throw .unreadable(path: catalogue.path, reason: "\(error)")
            }
            if let bar = lane.bars.first {
                turns.insert(Turn(start: bar.start, lane: turn.lane))
            } else {
                lane.reader = nil
            }
        }
        self.bars += bars.count - before
        return bars.count > before
    }

    /// Hands out a lane's bars up to another lane's turn.
    private func hand(_ lane: Lane, _ place: Int, into bars: inout [MarketBar]) throws(CatalogueError) {
        let id: MarketID
        if let known = lane.id { id = known } else { id = try list(lane) }
        let interval = lane.facts.key.interval
        let other = turns.min
        var index = lane.bars.startIndex
        bars.reserveCapacity(bars.count + lane.bars.count)
        while index < lane.bars.endIndex {
            let bar = lane.bars[index]
            if let other, other < Turn(start: bar.start, lane: place) { break }
            bars.append(MarketBar(market: id, bar: bar.candle(interval)))
            last = max(last ?? .distantPast, bar.start + interval)
            index += 1
        }
        lane.bars = lane.bars[index...]
    }

    private func list(_ lane: Lane) throws(CatalogueError) -> MarketID {
        let id = MarketID(Int32(markets.count))
        let ticker = Ticker(lane.facts.key.name)
        let start = lane.bars.first?.start ?? lane.facts.first
        if first == nil { first = start }
        markets.append(
            try .onBars(id, ticker, facts: facts[ticker], from: start, fees: fees) { () throws(CatalogueError) in
                try grid(of: lane.facts.key)
            }
        )
        lane.id = id
        return id
    }

    /// The grid that a market's prices look like.
    private func grid(of key: StreamKey) throws(CatalogueError) -> PriceGrid {
        var guess = GridGuess()
        let reader = try BarReader(catalogue, key, from: selection.from)
        while !guess.isSettled, let bars = try reader?.next() {
            for bar in bars { guess.see(bar.candle(key.interval)) }
        }
        return guess.grid
    }

    func market(_ id: MarketID) -> Market { markets[Int(id.index)] }

    func settlement(of id: MarketID) -> Settlement? { facts[markets[Int(id.index)].ticker]?.settlement }

    var progress: Double? { total > 0 ? min(1, Double(bars) / Double(total)) : nil }

    var summary: FeedSummary {
        var summary = FeedSummary()
        var line = "catalogue: \(counted(bars, "bar")) of \(counted(markets.count, "market"))"
        if let first, let last { line += ", \(first) to \(last)" }
        summary.sources.append(line)
        if let mark { summary.sources.append(mark) }
        summary.markets = markets.count
        summary.first = first
        summary.last = last
        if leftOut > 0 {
            summary.warnings.append(
                "of markets with bars of several lengths the shortest were taken; left out: \(leftOut)"
            )
        }
        if let warning { summary.warnings.append(warning) }
        summary.warnOfBars(in: markets, fees: fees)
        return summary
    }
}
