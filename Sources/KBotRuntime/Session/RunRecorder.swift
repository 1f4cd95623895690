package import KBotEngine
package import KBotModel
package import KBotReports

/// Listens to a run and keeps what its report needs: trades, equity, the funnel, and when entries were blocked.
package struct RunRecorder {
    /// Trades and equity.
    package private(set) var tracker: PerformanceTracker
    /// From markets seen to trades closed.
    package private(set) var funnel = Funnel()
    /// Scripts replaced while the run went on, and when.
    package private(set) var swaps: [(time: Timestamp, swap: ScriptSwap)] = []
    /// Warnings told, for the report.
    package private(set) var warnings: [String] = []
    /// How far each market came, by number.
    private var progress: [Progress] = []
    private var openEntries: Set<ClientOrderID> = []
    private var blocked = BlockedTally()

    private enum Progress {
        case unseen
        case seen
        case warmedUp
    }

    /// Warnings kept for the report; the event stream has them all.
    private static let mostWarnings = 20

    /// Makes a recorder.
    package init(startEquity: Money, started: Timestamp, entryCutoff: TimeSpan) {
        tracker = PerformanceTracker(startEquity: startEquity, started: started)
        funnel.entryCutoff = entryCutoff
    }

    /// Takes in one note.
    package mutating func record(_ note: Note) {
        switch note.kind {
        case .market(let market): see(market)
        case .candle: funnel.candlesClosed += 1
        case .trigger: funnel.triggers += 1
        case .noSignal(_, let code, let filtered):
            guard code != .warmingUp else { return }
            judge(note)
            if filtered { funnel.filter(code.text) } else { funnel.pass(code.text) }
        case .signal:
            judge(note)
            funnel.signals += 1
        case .denied(_, let code, _): funnel.deny(code.text)
        case .order(let update): record(update)
        case .fill(let fill, let role):
            if role == .entry, openEntries.remove(fill.order) != nil { funnel.filled += 1 }
        case .closed(let trade):
            tracker.record(trade)
            if trade.exit == .settlement { funnel.settled += 1 } else { funnel.closed += 1 }
        case .corrected(let old, let new): tracker.replace(old, with: new, at: note.time)
        case .equity(let equity): tracker.mark(equity: equity, at: note.time)
        case .blocked(.entriesStopped): break  // the end of the run is no limit
        case .blocked(let code): blocked.block(code.text, at: note.time)
        case .unblocked(let code): blocked.unblock(code.text, at: note.time)
        case .warning(_, let text):
            if warnings.count < Self.mostWarnings, !warnings.contains(text) { warnings.append(text) }
        case .swapped(let swap): swaps.append((note.time, swap))
        case .settled, .exit, .verdict, .script, .spotCandle: break
        }
    }

    /// When entries were blocked, up to the end of the run.
    package func blocked(until end: Timestamp) -> BlockedTime { blocked.time(until: end) }

    /// Marks the account once more when the run ends.
    package mutating func mark(equity: Money, at time: Timestamp) { tracker.mark(equity: equity, at: time) }

    /// The funnel with what is still open at the end.
    package func funnel(stillOpen: Int) -> Funnel {
        var funnel = funnel
        funnel.stillOpen = stillOpen
        return funnel
    }

    private mutating func see(_ market: Market) {
        let index = Int(market.id.index)
        while progress.count <= index { progress.append(.unseen) }
        guard progress[index] == .unseen else { return }
        progress[index] = .seen
        funnel.marketsSeen += 1
    }

    private mutating func judge(_ note: Note) {
        funnel.candlesJudged += 1
        guard let market = note.market, progress[Int(market.index)] != .warmedUp else { return }
        progress[Int(market.index)] = .warmedUp
        funnel.marketsWarmedUp += 1
    }

    private mutating func record(_ update: OrderUpdate) {
        guard update.role == .entry else { return }
        switch update.state {
        case .inFlight:
            funnel.orders += 1
            openEntries.insert(update.request.id)
        case .cancelled(let reason):
            if openEntries.remove(update.request.id) != nil { funnel.endUnfilled(reason.rawValue) }
        case .rejected(let reason):
            if openEntries.remove(update.request.id) != nil { funnel.endUnfilled(reason.rawValue) }
        default: break
        }
    }
}
