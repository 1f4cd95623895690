import KBotModel

/// A part of a feed's time, told as to a run that begins then and ends there.
///
/// What happened before the start shows only in what is public at the start: the markets that trade, and their books.
/// Prices of underlyings are let through from a week before, for candles of theirs to warm up on.
struct TimeWindow {
    private let from: Timestamp?
    private let to: Timestamp?
    private var hasBegun: Bool
    /// Whether the end was reached: there is nothing more to tell.
    private(set) var isOver = false
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

    init(from: Timestamp?, to: Timestamp?) {
        self.from = from
        self.to = to
        hasBegun = from == nil
    }

    /// Appends what is to be told when an event comes.
    mutating func hear(_ event: MarketEvent, into events: inout [MarketEvent]) {
        if let to, event.time >= to { isOver = true }
        guard !isOver else { return }
        if !hasBegun {
            guard let from, event.time >= from else { return remember(event, into: &events) }
            begin(at: from, into: &events)
        }
        if !isOver(event) { events.append(event) }
    }

    /// Whether a market was over at the start.
    private func isOver(_ event: MarketEvent) -> Bool {
        guard !over.isEmpty, let id = event.market else { return false }
        return Int(id.index) < over.count && over[Int(id.index)]
    }

    private mutating func remember(_ event: MarketEvent, into events: inout [MarketEvent]) {
        guard let id = event.market else {
            if let from, event.time >= from - SpotMerge.history { events.append(event) }
            return
        }
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
    private mutating func begin(at time: Timestamp, into events: inout [MarketEvent]) {
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
