import KBotData
import KBotModel

/// Prices of an underlying from the catalogue: its ticks where there are any in the time wanted, else its shortest candles.
final class CatalogueSpot: SpotPrices {
    let symbol: SpotSymbol
    private(set) var next: MarketEvent?
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?

    private let key: StreamKey
    private let reader: BarReader
    private var bars: ArraySlice<DataBar> = []
    private var count = 0
    private var gaps = 0
    private var failure: CatalogueError?

    /// Begins to read; nil when the catalogue has no price of the underlying in that time.
    init?(_ catalogue: Catalogue, _ symbol: SpotSymbol, _ selection: DataSelection) throws(CatalogueError) {
        self.symbol = symbol
        // Strategies warm up on what was before.
        let from = selection.from.map { $0 - SpotMerge.history }
        var wanted = DataSelection()
        wanted.from = from
        wanted.to = selection.to
        let streams = try catalogue.streams(wanted, kinds: [.ticks, .spotCandles]).filter { $0.key.name == symbol.text }
        guard let best = streams.map(\.key).min(by: { $0.interval < $1.interval }),
            let reader = try BarReader(catalogue, best, from: from, to: selection.to)
        else { return nil }
        key = best
        self.reader = reader
        try advance()
    }

    private func advance() throws(CatalogueError) {
        if bars.isEmpty { bars = try reader.next() ?? [] }
        guard let bar = bars.popFirst() else {
            next = nil
            return
        }
        if key.kind == .ticks {
            next = MarketEvent(time: bar.start, .spot(symbol, SpotPrice(units: bar.open)))
        } else {
            let candle = bar.spotCandle(key.interval)
            next = MarketEvent(time: candle.end, .spotCandle(symbol, candle))
        }
    }

    private func step() throws(FeedError) {
        do throws(CatalogueError) {
            try advance()
        } catch {
            next = nil
            throw .unreadable(path: "prices of \(symbol)", reason: "\(error)")
        }
    }

    func skip(to time: Timestamp) throws(FeedError) {
        while let next, next.time < time { try step() }
    }

    func take(into events: inout [MarketEvent]) throws(FeedError) {
        guard let next else { return }
        let begin = next.time - key.interval
        if let last, begin - last > SpotFile.longestSilence { gaps += 1 }
        if first == nil { first = begin }
        last = next.time
        count += 1
        events.append(next)
        try step()
    }

    func report(to summary: inout FeedSummary, markets: (first: Timestamp, last: Timestamp)?) {
        let what = key.kind == .ticks ? counted(count, "tick") : counted(count, "candle") + " of \(key.interval)"
        var line = "catalogue: \(what) of \(symbol)"
        if let first, let last { line += ", from \(first) to \(last)" }
        summary.sources.append(line)
        if gaps > 0 {
            summary.warnings.append("\(symbol): \(counted(gaps, "gap")) of more than 10 minutes without a price")
        }
        guard let markets else { return }
        if let first, first - markets.first > SpotFile.longestSilence {
            summary.warnings.append("\(symbol): no price before \(first), though markets begin at \(markets.first)")
        }
        if let last, markets.last - last > SpotFile.longestSilence {
            summary.warnings.append("\(symbol): no price after \(last), though markets go on to \(markets.last)")
        }
    }
}
