import KBotModel

/// Lets through the events of the markets a run was asked for.
///
/// What a run sees of its markets does not hang on what else its data hold: a feed dates a listing after the last event it
/// told, of whichever market, and the filter after the last one that passed.
struct MarketFilter {
    private let markets: [String]
    private let series: [String]
    private let from: Timestamp
    /// Whether others, or an earlier time, are left out.
    private let isPart: Bool
    private var latest = Timestamp.distantPast
    private var passes: [Bool] = []
    private var seen: (count: Int, samples: [Ticker]) = (0, [])
    private var found: Set<String> = []
    /// How long the first market that passed trades.
    private(set) var firstLife: TimeSpan?
    /// Fees of the markets that passed, each schedule once.
    private(set) var schedules: Set<FeeSchedule> = []

    /// Market names kept for the message about an unknown one.
    private static let samples = 3

    init(markets: [String], series: [String], from: Timestamp? = nil) {
        self.markets = markets
        self.series = series
        self.from = from ?? .distantPast
        isPart = !markets.isEmpty || !series.isEmpty || from != nil
    }

    /// Lets through what a plan asks for.
    init(_ plan: RunPlan) { self.init(markets: plan.markets, series: plan.series, from: plan.from) }

    /// The event, or nil when its market was not asked for.
    mutating func pass(_ event: MarketEvent) -> MarketEvent? {
        var opens: Timestamp?
        if case .listed(let market) = event.kind, list(market) { opens = market.openTime }
        guard isPart, let market = event.market else { return event }
        let index = Int(market.index)
        guard index < passes.count ? passes[index] : markets.isEmpty && series.isEmpty else { return nil }
        let time = opens.map { min(event.time, max(latest, $0, from)) } ?? event.time
        latest = max(latest, time)
        return time == event.time ? event : MarketEvent(time: time, event.kind)
    }

    /// A market that was asked for and never came.
    var unknown: String? { markets.first { !found.contains($0) } }

    /// Whether the data told of no market at all.
    var isEmpty: Bool { seen.count == 0 }

    /// The first few markets of the data.
    var seenText: String {
        let names = seen.samples.map(\.text).joined(separator: ", ")
        return seen.count == 0 ? "none" : seen.count > Self.samples ? "\(seen.count), such as \(names)" : names
    }

    /// Takes a market in; false when it was listed before.
    private mutating func list(_ market: Market) -> Bool {
        let index = Int(market.id.index)
        let isNew = index >= passes.count
        if isNew {
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
            schedules.insert(market.fees)
        }
        return isNew
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
