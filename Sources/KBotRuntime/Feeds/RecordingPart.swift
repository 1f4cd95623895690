import KBotData
import KBotModel

/// The part of recordings that a run was asked for: markets, and a time.
///
/// A feed takes it out before it puts prices of underlyings between, so that nothing of what is told hangs on the other
/// markets: neither when a listing is dated (a feed dates it after the last event of all), nor where prices begin and end,
/// nor, in ``finish(_:end:goesOn:into:)``, which closes count as recorded.
struct RecordingPart {
    private var filter: MarketFilter
    private var window: TimeWindow
    private let from: Timestamp
    /// Whether listings are dated anew: others, or an earlier time, are left out.
    private let isDated: Bool
    private let to: Timestamp?
    private let isCut: Bool
    private let mayMiss: Bool
    private var latest = Timestamp.distantPast
    /// Whether a market was told of, by its number.
    private var isListed: [Bool] = []
    /// Names of the markets told of, and of their series.
    private var told: Set<String> = []
    /// Files that tell of the markets, by number.
    private var files: Set<Int64> = []
    /// What the clock did to the markets while other files went on: whether that counts, shows later.
    private var waiting: [MarketEvent] = []

    /// Nil when nothing is left out.
    init?(_ selection: DataSelection) {
        guard selection.choosesMarkets || selection.from != nil || selection.to != nil else { return nil }
        filter = MarketFilter(markets: selection.markets.sorted(), series: selection.series.sorted())
        mayMiss = selection.mayMiss
        window = TimeWindow(from: selection.from, to: selection.to)
        from = selection.from ?? .distantPast
        isDated = selection.choosesMarkets || selection.from != nil
        to = selection.to
        isCut = selection.from != nil || selection.to != nil
        if isCut { filter.place = "the data in this time" }
    }

    /// Whether a file, by its number, tells of the markets.
    func isTold(by file: Int64) -> Bool { !filter.isChoice || files.contains(file) }

    /// Appends what a run is told of events.
    ///
    /// - Parameters:
    ///   - raw: events of markets.
    ///   - file: which file was read.
    ///   - events: where they go.
    mutating func tell(_ raw: [MarketEvent], of file: Int64, into events: inout [MarketEvent]) {
        for event in raw where filter.takes(event) {
            if !isTold(by: file) {
                switch event.kind {
                case .status, .settled:
                    waiting.append(event)
                    continue
                default: files.insert(file)
                }
            }
            if !waiting.isEmpty { tellWaiting(into: &events) }
            hear(event, into: &events)
        }
    }

    /// Appends what the clock did while other files went on: those that tell of the markets go on as well.
    private mutating func tellWaiting(into events: inout [MarketEvent]) {
        for event in waiting { hear(event, into: &events) }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Appends what the clock does at the end, up to when closes count as recorded; later ones, and the results of those
    /// markets, do not count.
    ///
    /// - Parameters:
    ///   - calendar: the clock.
    ///   - end: the last row of the files that tell of the markets.
    ///   - goesOn: whether one of them has rows at the end of the time asked for or after it.
    ///   - events: where they go.
    mutating func finish(
        _ calendar: inout MarketCalendar,
        end: Timestamp,
        goesOn: Bool,
        into events: inout [MarketEvent]
    ) {
        var raw: [MarketEvent] = []
        if let to, goesOn {
            calendar.reach(to, into: &raw)
        } else {
            calendar.finish(into: &raw, end: end)
        }
        waiting += raw.filter { filter.takes($0) }
        let end = to != nil && goesOn ? .distantFuture : end + MarketCalendar.tail
        var open: Set<MarketID> = []
        waiting.removeAll { event in
            switch event.kind {
            case .status(let id, _) where event.time > end:
                open.insert(id)
                return true
            case .settled(let id, _): return open.contains(id)
            default: return false
            }
        }
        tellWaiting(into: &events)
    }

    /// Of what was asked for and is not there, as a sentence; nil when all is.
    var missing: String? {
        guard filter.isChoice, !mayMiss else { return nil }
        if let missing = filter.missing { return missing }
        guard isCut else { return nil }
        if let name = filter.series.first(where: { !told.contains($0) }) {
            return "--series \(name): nothing in this time"
        }
        return filter.markets.first { !told.contains($0) }.map { "--market \($0): nothing in this time" }
    }

    private mutating func hear(_ event: MarketEvent, into events: inout [MarketEvent]) {
        let start = events.count
        window.hear(event, into: &events)
        for index in start..<events.count {
            let event = events[index]
            if case .listed(let market) = event.kind, isNew(market), isDated {
                let time = min(event.time, max(latest, market.openTime, from))
                events[index] = MarketEvent(time: time, event.kind)
            }
            latest = max(latest, events[index].time)
        }
    }

    /// Whether a market is told of for the first time; notes that it is.
    private mutating func isNew(_ market: Market) -> Bool {
        let index = Int(market.id.index)
        while isListed.count <= index { isListed.append(false) }
        guard !isListed[index] else { return false }
        isListed[index] = true
        told.insert(market.ticker.text)
        told.insert(market.series.text)
        return true
    }
}
