import KBotModel

/// Knows which markets a run was asked for, and what its data have of them.
struct MarketFilter {
    let markets: [String]
    let series: [String]
    private var passes: [Bool] = []
    private var seen: (count: Int, samples: [Ticker]) = (0, [])
    /// Markets asked for that came, and those of them that the series asked for leave out.
    private var found: Set<String> = []
    private var others: Set<String> = []
    /// Series of the data, when some were asked for.
    private var seenSeries: Set<String> = []
    /// How long the first market that passed trades.
    private(set) var firstLife: TimeSpan?
    /// Fees of the markets that passed, each schedule once: of those that close, and of those that have no end.
    private(set) var schedules: (closing: Set<FeeSchedule>, endless: Set<FeeSchedule>) = ([], [])

    /// Where something was looked for, in a message.
    var place = "the data"

    /// Names in a message about an unknown one.
    private static let samples = 3

    init(markets: [String], series: [String]) {
        self.markets = markets
        self.series = series
    }

    /// Lets through what a plan asks for.
    init(_ plan: RunPlan) {
        self.init(markets: plan.markets, series: plan.series)
        if plan.from != nil || plan.to != nil { place = "the data in this time" }
    }

    /// Whether markets are left out.
    var isChoice: Bool { !markets.isEmpty || !series.isEmpty }

    /// The event, or nil when its market was not asked for.
    mutating func pass(_ event: MarketEvent) -> MarketEvent? { takes(event) ? event : nil }

    /// Whether an event is of a market that was asked for, or of none.
    mutating func takes(_ event: MarketEvent) -> Bool {
        if case .listed(let market) = event.kind { list(market) }
        guard isChoice, let market = event.market else { return true }
        let index = Int(market.index)
        return index < passes.count && passes[index]
    }

    /// Of what was asked for and never came, as a sentence; nil when all did.
    var missing: String? {
        if let name = series.first(where: { !seenSeries.contains($0) }) {
            return "--series \(name): not in \(place); it has \(Self.text(seenSeries.count, seenSeries.sorted()))"
        }
        guard let name = markets.first(where: { !found.contains($0) }) else { return nil }
        guard !others.contains(name) else { return "--market \(name): in none of the series that were asked for" }
        return "--market \(name): not in \(place); it has \(seenText)"
    }

    /// Whether the data told of no market at all.
    var isEmpty: Bool { seen.count == 0 }

    /// The first few markets of the data.
    var seenText: String { Self.text(seen.count, seen.samples.map(\.text)) }

    /// So many names, the first few of them.
    private static func text(_ count: Int, _ names: [String]) -> String {
        let some = names.prefix(samples).joined(separator: ", ")
        return count == 0 ? "none" : count > samples ? "\(count), such as \(some)" : some
    }

    private mutating func list(_ market: Market) {
        let index = Int(market.id.index)
        if index >= passes.count {
            seen.count += 1
            if seen.samples.count < Self.samples { seen.samples.append(market.ticker) }
        }
        while passes.count <= index { passes.append(false) }
        let (name, group) = (market.ticker.text, market.series.text)
        let isWanted = markets.isEmpty || markets.contains(name)
        let isOfSeries = series.isEmpty || series.contains(group)
        if !series.isEmpty { seenSeries.insert(group) }
        if !markets.isEmpty, isWanted {
            if isOfSeries { found.insert(name) } else { others.insert(name) }
        }
        passes[index] = isWanted && isOfSeries
        guard passes[index] else { return }
        if firstLife == nil { firstLife = market.life }
        if market.closeTime < BarFiles.noEnd {
            schedules.closing.insert(market.fees)
        } else {
            schedules.endless.insert(market.fees)
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
