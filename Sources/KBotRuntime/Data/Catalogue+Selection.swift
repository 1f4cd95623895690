import KBotData
import KBotKalshi
import KBotModel

extension Catalogue {
    /// What is known of the markets of a selection.
    func facts(_ selection: DataSelection) throws(CatalogueError) -> [MarketFacts] {
        try records(selection).map(MarketFacts.init)
    }

    /// Files of a selection of which lines could not be read, a sentence each: nobody knows of which market those were. Facts
    /// may be of any market.
    func skipped(_ selection: DataSelection, hasSpot: Bool) throws(CatalogueError) -> [String] {
        let names = Set(try sourceNames(selection))
        let sources = try sources().filter { source in
            switch source.kind {
            case .frames, .trades, .candles: source.skipped > 0 && names.contains(source.name)
            case .spot: source.skipped > 0 && hasSpot
            case .markets: source.skipped > 0
            }
        }
        return sources.map { "\($0.name): \(counted($0.skipped, "line")) could not be read when it was imported" }
    }

    /// The markets of a selection that were over before its time: closed, and without a row since.
    func marketsOver(_ selection: DataSelection, _ facts: [MarketFacts]) throws(CatalogueError) -> Set<String> {
        guard let from = selection.from else { return [] }
        var markets = DataSelection()
        (markets.series, markets.markets) = (selection.series, selection.markets)
        let known = Dictionary(facts.map { ($0.ticker, $0) }) { _, last in last }
        let streams = try streams(markets, kinds: [.trades, .book, .lives])
        let latest = Dictionary(streams.map { ($0.key.name, $0.last) }, uniquingKeysWith: max)
        return Set(
            latest.filter { name, last in
                guard last < from else { return false }
                let ticker = Ticker(name)
                let market = Market.known(id: MarketID(0), ticker: ticker, facts: known[ticker], firstSeen: last)
                return market.closeTime < from
            }.keys
        )
    }
}
