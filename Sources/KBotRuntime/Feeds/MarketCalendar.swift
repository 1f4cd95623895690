import KBotKalshi
import KBotModel

/// The markets of a replay and what the clock does to them: openings, closes, and results some seconds later.
struct MarketCalendar {
    /// How long after its close a market's result from a file is told; the venue takes 6 to 17 seconds.
    static let settlementDelay = TimeSpan.seconds(10)
    /// How far beyond the end of the data a close still counts as recorded.
    static let tail = TimeSpan.minutes(15)

    /// What the clock does to a market.
    private enum Step: Int {
        case open
        case close
        case result
    }

    private struct Entry {
        let time: Timestamp
        let market: MarketID
        let step: Step

        /// Earlier first; then by step, then by number.
        static func precedes(_ lhs: Entry, _ rhs: Entry) -> Bool {
            if lhs.time != rhs.time { return lhs.time < rhs.time }
            if lhs.step != rhs.step { return lhs.step.rawValue < rhs.step.rawValue }
            return lhs.market < rhs.market
        }
    }

    /// The markets.
    var board: MarketBoard
    /// Descending: the next one is last.
    private var entries: [Entry] = []
    private(set) var nextDue = Timestamp.distantFuture
    /// Markets whose recording ended long before their close.
    private(set) var neverClosed = 0

    /// Makes a calendar of markets with these facts.
    init(facts: [MarketFacts]) { board = MarketBoard(facts: facts) }

    /// Tells of what is due before a time; what is due at that very time comes after the data of that time.
    @inline(__always) mutating func reach(_ time: Timestamp, into events: inout [MarketEvent]) {
        if board.hasChanges { plan() }
        if nextDue < time { tell(before: time, into: &events) }
    }

    /// Tells of what is due up to the end of the data, and a little beyond.
    ///
    /// - Parameters:
    ///   - events: where it goes.
    ///   - end: how long the recordings went on that tell of these markets; nil for the last event of all.
    mutating func finish(into events: inout [MarketEvent], end: Timestamp? = nil) {
        if board.hasChanges { plan() }
        guard board.latest > .distantPast else { return }
        let end = (end ?? board.latest) + Self.tail
        neverClosed = entries.count { $0.step == .close && $0.time > end }
        entries.removeAll { $0.step != .result && $0.time > end }
        nextDue = entries.last?.time ?? .distantFuture
        tell(before: .distantFuture, into: &events)
    }

    private mutating func tell(before time: Timestamp, into events: inout [MarketEvent]) {
        while let entry = entries.last, entry.time < time {
            entries.removeLast()
            let now = max(entry.time, board.latest)
            board.reach(now)
            guard !board.isSettled(entry.market) else { continue }
            let settlement = board.facts(of: entry.market)?.settlement
            switch entry.step {
            case .open:
                // The venue does not tell of openings.
                if board.market(entry.market).status == .initialized {
                    board.set(.active, of: entry.market, at: now, into: &events)
                }
            case .close:
                board.set(.closed, of: entry.market, at: now, into: &events)
                guard settlement != nil else { continue }
                add(Entry(time: entry.time + Self.settlementDelay, market: entry.market, step: .result))
            case .result:
                if let settlement { board.settle(entry.market, settlement, at: now, into: &events) }
            }
        }
        nextDue = entries.last?.time ?? .distantFuture
    }

    /// Enters the openings and closes of new markets and of those whose times were moved.
    private mutating func plan() {
        for id in board.takeChanges() {
            let market = board.market(id)
            entries.removeAll { $0.market == id }
            guard market.closeTime < .distantFuture, market.status != .settled else { continue }
            if market.status == .initialized { add(Entry(time: market.openTime, market: id, step: .open)) }
            add(Entry(time: market.closeTime, market: id, step: .close))
        }
        nextDue = entries.last?.time ?? .distantFuture
    }

    private mutating func add(_ entry: Entry) {
        let index = entries.firstIndex { Entry.precedes($0, entry) } ?? entries.count
        entries.insert(entry, at: index)
    }

    /// Adds what a reader of the report should know of the markets.
    func warn(_ summary: inout FeedSummary) {
        let inferred = board.markets.count { board.facts(of: $0.id)?.settlement?.isInferred == true }
        if inferred > 0 { summary.warnings.append("\(counted(inferred, "result")) inferred, not the venue's own") }
        let undecided = board.markets.count { !board.isSettled($0.id) && board.facts(of: $0.id)?.settlement == nil }
        if undecided > 0 { summary.warnings.append("\(counted(undecided, "market")) without a result in the data") }
        if neverClosed > 0 {
            summary.warnings.append("\(neverClosed) markets were still far from their close at the end")
        }
        if board.afterSettlement > 0 {
            summary.warnings.append("\(board.afterSettlement) messages on markets already decided were left out")
        }
        for ticker in board.ambiguousTickers {
            summary.warnings.append("\(ticker): its close falls in the hour repeated in November; the first was taken")
        }
    }
}
