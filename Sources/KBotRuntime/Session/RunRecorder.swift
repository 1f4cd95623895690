package import KBotEngine
package import KBotModel
package import KBotReports

/// The recorder of a run, once the run has begun, for those who listen to it without going through the run.
final class SharedRecorder {
    var recorder: RunRecorder?
}

/// Listens to a run and keeps what its report needs: trades, equity, the funnel, and when entries were blocked.
package struct RunRecorder {
    /// Trades and equity.
    package private(set) var tracker: PerformanceTracker
    /// From markets seen to trades closed, all strategies together; what is counted by ``Part`` alone comes to it at the end.
    private var funnel = Funnel()
    /// Scripts replaced while the run went on, and when.
    package private(set) var swaps: [(time: Timestamp, swap: ScriptSwap)] = []
    /// Warnings told, for the report.
    package private(set) var warnings: [String] = []
    /// What is known of each market, by number.
    private var progress: [Progress] = []
    /// The result just told: when, and when its market closed. What it changes is marked in the same moment.
    private var result: (told: Timestamp, close: Timestamp)?
    /// What each strategy did, in the order in which they were heard: few, so looking through them beats hashing names.
    private var parts: [Part] = []
    private var tallies: [RuleTally] = []
    /// Entry orders without a fill, and whose they are; nil for one that followed no signal.
    private var openEntries: [ClientOrderID: StrategyName?] = [:]
    private var blocked = BlockedTally()
    /// Candles and fills of the markets.
    private var tape = MarketTape()

    private struct Progress {
        var isSeen = false
        var isWarmedUp = false
        var close = Timestamp.distantFuture
        /// Strategies whose signals have been neither denied nor sent yet: notes of orders do not tell whose they are, but
        /// the order a signal leads to is sent at once or, of a stop entry, while every later signal is denied.
        var signallers: [StrategyName] = []
    }

    /// One strategy's part in the run.
    private struct Part {
        let name: StrategyName
        var funnel = Funnel()
        /// By market number.
        var warmedUp: [Bool] = []
        /// Judged candles that met no entry rule: nearly every candle is one, so they are counted here and not by hash.
        var quiet: [(code: ReasonCode, count: Int)] = []

        mutating func pass(_ code: ReasonCode) {
            for index in quiet.indices where quiet[index].code == code {
                quiet[index].count += 1
                return
            }
            quiet.append((code, 1))
        }

        /// The strategy's funnel so far.
        var whole: Funnel {
            var funnel = funnel
            for (code, count) in quiet { funnel.quiet[code.text, default: 0] += count }
            return funnel
        }
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
        tape.record(note)
        switch note.kind {
        case .market(let market): see(market)
        case .candle:
            funnel.candlesClosed += 1
            tracker.reach(note.time)
        case .trigger(let strategy, _): count(for: strategy) { $0.triggers += 1 }
        case .noSignal(let strategy, let code, let filtered):
            guard filtered else { return record(code, of: strategy, in: note.market) }
            let part = part(of: strategy)
            parts[part].funnel.candlesClosed += 1
            judge(note.market, by: part)
            count(for: strategy) { $0.filter(code.text) }
        case .signal(let strategy, _, _):
            let part = part(of: strategy)
            parts[part].funnel.candlesClosed += 1
            judge(note.market, by: part)
            count(for: strategy) { $0.signals += 1 }
            if let market = note.market { progress[Int(market.index)].signallers.append(strategy) }
        case .denied(let strategy, let code, _):
            count(for: strategy) { $0.deny(code.text) }
            forgetSignal(of: strategy, in: note.market)
        case .verdict(let rule, let verdict, let reducing): record(verdict, of: rule, reducing: reducing)
        case .order(let update): record(update)
        case .fill(let fill, let role):
            guard role == .entry, let strategy = openEntries.removeValue(forKey: fill.order) else { return }
            count(for: strategy) { $0.filled += 1 }
        case .closed(let trade):
            tracker.record(trade)
            count(for: trade.strategy) { if trade.exit == .settlement { $0.settled += 1 } else { $0.closed += 1 } }
        case .corrected(let old, let new): tracker.replace(old, with: new, at: note.time)
        case .equity(let equity): mark(equity, at: note.time)
        case .blocked(.entriesStopped): break  // the end of the run is no limit
        case .blocked(let code): blocked.block(code.text, at: note.time)
        case .unblocked(let code): blocked.unblock(code.text, at: note.time)
        case .warning(_, let text):
            if warnings.count < Self.mostWarnings, !warnings.contains(text) { warnings.append(text) }
        case .swapped(let swap): swaps.append((note.time, swap))
        case .settled:
            if let market = note.market { result = (note.time, progress[Int(market.index)].close) }
        case .exit, .script, .spotCandle: break
        }
    }

    /// Takes in a candle that led to nothing, as its notes would be.
    package mutating func record(_ quiet: borrowing QuietCandle) {
        tape.add(quiet.candle, Int(quiet.market.index))
        funnel.candlesClosed += 1
        tracker.reach(quiet.time)
        record(quiet.code, of: quiet.strategy, in: quiet.market)
        if let equity = quiet.equity { mark(equity, at: quiet.time) }
    }

    /// When entries were blocked, up to the end of the run.
    package func blocked(until end: Timestamp) -> BlockedTime { blocked.time(until: end) }

    /// Charts of the markets that were traded in, with the bands that strategies of these needs saw.
    package func charts(for needs: [StrategyNeeds]) -> MarketCharts { tape.charts(for: needs) }

    /// Marks the account once more when the run ends.
    package mutating func mark(equity: Money, at time: Timestamp) { tracker.mark(equity: equity, at: time) }

    /// The funnel with what is still open at the end.
    package func funnel(stillOpen: Int) -> Funnel {
        var funnel = funnel
        for part in parts {
            funnel.candlesJudged += part.funnel.candlesJudged
            for (reason, count) in part.whole.quiet { funnel.quiet[reason, default: 0] += count }
        }
        funnel.stillOpen = stillOpen
        return funnel
    }

    /// One strategy's funnel; candles count as its own when it was shown them, markets count for every strategy.
    package func funnel(of strategy: StrategyName, stillOpen: Int) -> Funnel {
        let part = parts.first { $0.name == strategy }
        var funnel = part?.whole ?? Funnel()
        funnel.marketsSeen = self.funnel.marketsSeen
        funnel.marketsWarmedUp = part?.warmedUp.count { $0 } ?? 0
        funnel.entryCutoff = self.funnel.entryCutoff
        funnel.stillOpen = stillOpen
        return funnel
    }

    /// What these rules said, in the order asked for; a rule that was never asked is there with zeros.
    package func tallies(of rules: [String]) -> [RuleTally] {
        rules.map { name in tallies.first { $0.name == name } ?? RuleTally(name: name) }
    }

    /// Counts for the run, and for the strategy whose doing it was.
    private mutating func count(for strategy: StrategyName?, _ change: (inout Funnel) -> Void) {
        change(&funnel)
        if let strategy { change(&parts[part(of: strategy)].funnel) }
    }

    /// The place of a strategy's part.
    private mutating func part(of strategy: StrategyName) -> Int {
        for index in parts.indices where parts[index].name == strategy { return index }
        parts.append(Part(name: strategy))
        return parts.count - 1
    }

    /// What a result changes counts to the day on which its market closed, though it is told some seconds later.
    private mutating func mark(_ equity: Money, at time: Timestamp) {
        guard let result, result.told == time else { return tracker.mark(equity: equity, at: time) }
        self.result = nil
        tracker.settle(equity: equity, at: time, closed: result.close)
    }

    private mutating func see(_ market: Market) {
        let index = Int(market.id.index)
        while progress.count <= index { progress.append(Progress()) }
        progress[index].close = market.closeTime
        guard !progress[index].isSeen else { return }
        progress[index].isSeen = true
        funnel.marketsSeen += 1
    }

    /// Counts a candle whose strategy's rule was not met.
    private mutating func record(_ code: ReasonCode, of strategy: StrategyName, in market: MarketID?) {
        let part = part(of: strategy)
        parts[part].funnel.candlesClosed += 1
        guard code != .warmingUp else { return }
        judge(market, by: part)
        parts[part].pass(code)
    }

    private mutating func judge(_ market: MarketID?, by part: Int) {
        parts[part].funnel.candlesJudged += 1
        guard let market else { return }
        let index = Int(market.index)
        while parts[part].warmedUp.count <= index { parts[part].warmedUp.append(false) }
        parts[part].warmedUp[index] = true
        guard !progress[index].isWarmedUp else { return }
        progress[index].isWarmedUp = true
        funnel.marketsWarmedUp += 1
    }

    private mutating func forgetSignal(of strategy: StrategyName, in market: MarketID?) {
        guard let market, let last = progress[Int(market.index)].signallers.lastIndex(of: strategy) else { return }
        progress[Int(market.index)].signallers.remove(at: last)
    }

    private mutating func record(_ verdict: Verdict, of rule: String, reducing: Bool) {
        let index: Int
        if let known = tallies.firstIndex(where: { $0.name == rule }) {
            index = known
        } else {
            index = tallies.count
            tallies.append(RuleTally(name: rule))
        }
        tallies[index].count(RuleTally.Answer(verdict), reducing: reducing)
    }

    private mutating func record(_ update: OrderUpdate) {
        guard update.role == .entry else { return }
        let id = update.request.id
        switch update.state {
        case .inFlight:
            let strategy = progress[Int(update.request.market.index)].signallers.popLast()
            openEntries.updateValue(strategy, forKey: id)
            count(for: strategy) { $0.orders += 1 }
        case .cancelled(let reason): endUnfilled(id, reason.rawValue)
        case .rejected(let reason): endUnfilled(id, reason.rawValue)
        default: break
        }
    }

    private mutating func endUnfilled(_ id: ClientOrderID, _ reason: String) {
        guard let strategy = openEntries.removeValue(forKey: id) else { return }
        count(for: strategy) { $0.endUnfilled(reason) }
    }
}

extension RuleTally.Answer {
    /// What a rule said, as a report counts it.
    fileprivate init(_ verdict: Verdict) {
        switch verdict {
        case .allow: self = .allow
        case .reduce(_, let code, _): self = .reduce(code: code.text)
        case .deny(let code, _): self = .deny(code: code.text)
        case .halt(_, let code, _): self = .halt(code: code.text)
        }
    }
}
