package import Foundation
package import KBotData
package import KBotKalshi
package import KBotModel

/// Replays recordings, several at once in time order, as the events the venue would have sent.
///
/// A market is listed at its opening or just before its first event, closed at its close, and, when a file of facts has
/// its result, decided ``MarketCalendar/settlementDelay`` later. Nothing of a result is visible before.
///
/// Of a selection only these markets and this time are told; see ``RecordingPart``. Prices of underlyings are put between
/// what is left; see ``SpotMerge`` for where.
package final class ReplayFeed: MarketFeed {
    /// Pieces of data per call of ``next(into:)``.
    private static let batch = 256

    private let sources: [any ReplaySource]
    /// Names of their files.
    private let recordings: [String]
    private var calendar: MarketCalendar
    private var pending: FeedError?
    private var isFinished = false
    private var notes: [String] = []
    private var markets: [MarketsFile] = []
    private var spot: SpotMerge
    private var first: Timestamp?
    private(set) var trades = TradeOverlap()
    private var books = BookOverlap()
    /// What is told of the events; nil for all.
    private var part: RecordingPart?
    private let to: Timestamp?
    private var raw: [MarketEvent] = []

    /// Opens recordings.
    ///
    /// - Parameters:
    ///   - paths: files, or folders of files.
    ///   - markets: a file of market facts to use instead of those that lie beside the recordings.
    ///   - spot: files with prices of underlyings.
    ///   - selection: the markets and the time that are told.
    ///   - strict: whether a line that cannot be read stops the replay; otherwise it is counted, left out and reported.
    /// - Throws: ``FeedError`` when there is nothing to replay, or a file is of no known kind.
    package init(
        paths: [String],
        markets: String? = nil,
        spot: [SpotSource] = [],
        selection: DataSelection = DataSelection(),
        strict: Bool = false
    ) throws(FeedError) {
        part = RecordingPart(selection)
        to = selection.to
        let files = try RecordingFiles(paths: paths)
        guard !files.recordings.isEmpty else { throw .emptyDirectory(path: paths.joined(separator: ", ")) }
        for path in markets.map({ [$0] }) ?? files.markets {
            self.markets.append(try MarketsFile(path: path, strict: strict))
        }
        let facts = MergedFacts(self.markets.map { (name: $0.name, facts: $0.facts) })
        calendar = MarketCalendar(facts: facts.facts)
        if let warning = facts.warning { notes.append(warning) }
        try FramesFile.checkCopies(files.recordings.filter { $0.kind == .frames }.map { $0.path })
        var sources: [any ReplaySource] = []
        for (index, recording) in files.recordings.enumerated() {
            switch recording.kind {
            case .frames: sources.append(try FramesFile(path: recording.path, file: index, strict: strict))
            case .trades, .markets, .candles, .spot:
                sources.append(try TradesFile(path: recording.path, file: index, strict: strict))
            }
        }
        self.sources = sources
        recordings = files.recordings.map { ($0.path as NSString).lastPathComponent }
        self.spot = try SpotMerge(spot, strict: strict)
        let unused = files.spot.filter { path in !spot.contains { $0.path == path } }
        let candles = files.candles.filter { path in !spot.contains { $0.path == path } }
        if !candles.isEmpty {
            let names = candles.map { ($0 as NSString).lastPathComponent }
            notes.append("candles, not read beside recordings: \(names.joined(separator: ", "))")
        }
        if !unused.isEmpty {
            let names = unused.map { ($0 as NSString).lastPathComponent }
            notes.append("prices of an underlying, not read without --spot: \(names.joined(separator: ", "))")
        }
        if !files.passedOver.isEmpty { notes.append("not read: \(files.passedOver.joined(separator: ", "))") }
    }

    /// Opens the recordings of a plan, from its beginning to its end.
    ///
    /// - Throws: ``RunFailure``: what cannot be read, or that no time is left between the two.
    static func open(_ paths: [String], _ plan: RunPlan) throws(RunFailure) -> any MarketFeed {
        try plan.checkTime()
        do throws(FeedError) {
            let spot = try SpotSource.read(plan.spot)
            return try ReplayFeed(
                paths: paths,
                markets: plan.marketsFile,
                spot: spot,
                selection: plan.selection,
                strict: plan.strict
            )
        } catch {
            throw RunFailure(.data, error.description)
        }
    }

    /// Opens recordings by URL; see ``init(paths:markets:spot:selection:strict:)``.
    package convenience init(paths: [URL], markets: URL? = nil, strict: Bool = false) throws(FeedError) {
        try self.init(paths: paths.map(\.path), markets: markets?.path, strict: strict)
    }

    package func next(into events: inout [MarketEvent]) throws -> Bool {
        try spot.next(into: &events) { try readMarkets(into: &$0) }
    }

    /// Appends the next events of markets; false at the end.
    private func readMarkets(into events: inout [MarketEvent]) throws -> Bool {
        let count = events.count
        while events.count == count {
            if let pending {
                self.pending = nil
                isFinished = true
                throw pending
            }
            guard !isFinished else { return false }
            step(&events)
        }
        if first == nil { first = events[count].time }
        return true
    }

    /// Hands out data of the file that is next, as long as it stays next.
    private func step(_ events: inout [MarketEvent]) {
        guard let turn else { return finish(&events) }
        guard part != nil else { return read(turn.file, before: turn.limit, &events) }
        raw.removeAll(keepingCapacity: true)
        read(turn.file, before: turn.limit, &raw)
        part?.tell(raw, of: Int64(turn.file), into: &events)
    }

    /// The file that is next, and the first piece of data that it is not; nil at the end.
    private var turn: (file: Int, limit: ReplayKey?)? {
        let end = to.map { ReplayKey(time: $0, rank: -1, file: 0) }
        var best: (file: Int, key: ReplayKey)?
        var limit = end
        for (file, source) in sources.enumerated() {
            guard let key = source.key else { continue }
            let other: ReplayKey?
            if let held = best, held.key < key {
                other = key
            } else {
                other = best?.key
                best = (file, key)
            }
            if let other { limit = limit.map { min($0, other) } ?? other }
        }
        guard let best else { return nil }
        if let end, end < best.key { return nil }
        return (best.file, limit)
    }

    /// Hands out data of a file; a fault is kept for later, as what came before it is handed out first.
    private func read(_ file: Int, before limit: ReplayKey?, _ events: inout [MarketEvent]) {
        let source = sources[file]
        let (start, made) = (events.count, source.syntheticTrades)
        let first = source.key?.time ?? .distantPast
        do throws(FeedError) {
            try source.emit(before: limit, rows: Self.batch, calendar: &calendar, into: &events)
        } catch {
            isFinished = true
            pending = error
        }
        guard sources.count > 1 else { return }
        single(&events, from: start, file, isAlone: isAlone(file, since: first), source.syntheticTrades != made)
    }

    /// Hands out what the clock does at the end, and says what was not there.
    private func finish(_ events: inout [MarketEvent]) {
        isFinished = true
        guard let part else { return calendar.finish(into: &events) }
        let tellers = sources.indices.filter { part.isTold(by: Int64($0)) }.map { sources[$0] }
        let end = tellers.compactMap(\.last).max() ?? .distantPast
        // Nothing is read from the end of the time on, so that what is left lies behind it.
        self.part?.finish(&calendar, end: end, goesOn: tellers.contains { $0.key != nil }, into: &events)
        pending = self.part?.missing.map { .missing($0) }
    }

    /// Whether no other recording has a row near those of one that were handed out just now.
    private func isAlone(_ file: Int, since first: Timestamp) -> Bool {
        let last = sources[file].last ?? first
        return !sources.enumerated().contains { other, source in
            guard other != file else { return false }
            if let before = source.last, first - before <= TradeOverlap.memory { return true }
            return source.key.map { $0.time - last <= TradeOverlap.memory } ?? false
        }
    }

    /// Leaves out trades that another recording told, and looks whose books are told twice.
    ///
    /// - Parameters:
    ///   - events: those of one recording, from `start` on.
    ///   - start: where they begin.
    ///   - file: of which recording.
    ///   - isAlone: whether no other recording can have told these trades, or will.
    ///   - areMade: whether trades among them are made of volume: such have no time by which they could be known.
    private func single(
        _ events: inout [MarketEvent],
        from start: Int,
        _ file: Int,
        isAlone: Bool,
        _ areMade: Bool
    ) {
        var kept = start
        for index in start..<events.count {
            switch events[index].kind {
            case .trade(let trade) where areMade: books.hear(Int(trade.market.index), in: Int64(file))
            case .trade(let trade):
                guard isAlone || trades.isNews(trade, at: events[index].time, in: file) else { continue }
            case .snapshot(let id, _), .delta(let id, _, _, _): books.hear(Int(id.index), in: Int64(file))
            default: break
            }
            if kept < index { events[kept] = events[index] }
            kept += 1
        }
        events.removeSubrange(kept...)
    }

    /// The markets of the replay so far.
    package var board: MarketBoard { calendar.board }

    package var progress: Double? {
        let bytes = sources.map(\.bytes)
        let total = bytes.reduce(0) { $0 + $1.total }
        guard total > 0 else { return nil }
        return min(1, Double(bytes.reduce(0) { $0 + $1.read }) / Double(total))
    }

    package var summary: FeedSummary {
        var summary = FeedSummary()
        for source in sources { source.report(to: &summary) }
        for (file, count) in trades.repeated.sorted(by: { $0.key < $1.key }) {
            summary.trades -= count
            summary.warnings.append(
                "\(recordings[file]): \(counted(count, "trade")) that another file told too, and that count once"
            )
        }
        if let warning = books.warning({ calendar.board.market(MarketID(Int32($0))).ticker.text }) {
            summary.warnings.append(warning)
        }
        spot.report(to: &summary)
        for file in markets {
            summary.sources.append("\(file.name): facts of \(counted(file.facts.count, "market"))")
            var log = DefectLog()
            for defect in file.defects { log.add(defect) }
            log.report(to: &summary)
            if file.fineStrikes > 0 {
                summary.warnings.append(
                    "\(file.name): \(file.fineStrikes) strikes are finer than 0.0001 dollar and stay unknown"
                )
            }
        }
        summary.markets = board.markets.count
        summary.first = first
        summary.last = first == nil ? nil : board.latest
        warn(&summary)
        return summary
    }

    private func warn(_ summary: inout FeedSummary) {
        summary.warnings += notes
        if summary.skipped > 0 {
            summary.warnings.append("\(counted(summary.skipped, "line")) could not be read, and left out")
        }
        calendar.warn(&summary)
    }
}
