import KBotModel

/// Lets through the events of the markets a run was asked for.
struct MarketFilter {
    private let markets: [String]
    private let series: [String]
    private var passes: [Bool] = []
    private var seen: (count: Int, samples: [Ticker]) = (0, [])
    private var found: Set<String> = []
    /// How long the first market that passed trades.
    private(set) var firstLife: TimeSpan?

    /// Market names kept for the message about an unknown one.
    private static let samples = 3

    init(markets: [String], series: [String]) {
        self.markets = markets
        self.series = series
    }

    /// The event, or nil when its market was not asked for.
    mutating func pass(_ event: MarketEvent) -> MarketEvent? {
        if case .listed(let market) = event.kind { list(market) }
        if markets.isEmpty, series.isEmpty { return event }
        guard let market = event.market else { return event }
        let index = Int(market.index)
        return index < passes.count && passes[index] ? event : nil
    }

    /// A market that was asked for and never came.
    var unknown: String? { markets.first { !found.contains($0) } }

    /// The first few markets of the data.
    var seenText: String {
        let names = seen.samples.map(\.text).joined(separator: ", ")
        return seen.count == 0 ? "none" : seen.count > Self.samples ? "\(seen.count), such as \(names)" : names
    }

    private mutating func list(_ market: Market) {
        let index = Int(market.id.index)
        if index >= passes.count {
            seen.count += 1
            if seen.samples.count < Self.samples { seen.samples.append(market.ticker) }
        }
        while passes.count <= index { passes.append(false) }
        passes[index] =
            (markets.isEmpty || markets.contains(market.ticker.text))
            && (series.isEmpty || series.contains(market.series.text))
        if passes[index] {
            if !markets.isEmpty { found.insert(market.ticker.text) }
            if firstLife == nil { firstLife = market.life }
        }
    }
}

extension MarketEvent {
    /// The market the event concerns; nil when it is of an underlying.
    var market: MarketID? {
        switch kind {
        case .listed(let market): market.id
        case .snapshot(let id, _), .delta(let id, _, _, _), .status(let id, _), .settled(let id, _), .gap(let id): id
        case .trade(let trade): trade.market
        case .history(let id, _): id
        case .spot, .spotCandle: nil
        }
    }
}
