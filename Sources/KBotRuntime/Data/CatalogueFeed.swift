package import KBotData
package import KBotKalshi
package import KBotModel

/// Replays what the catalogue holds: the same events in the same order as ``ReplayFeed`` makes of the files that were
/// imported, given in the order of their import.
///
/// Results are told after a market's close, as always: nothing of one is visible before. Of a selection only these markets and
/// this time are told; see ``RecordingPart``. Markets that were over before the time are not even read.
package final class CatalogueFeed: MarketFeed {
    /// Events after which a call of ``next(into:)`` ends.
    private static let batch = 4_096

    /// One market in one file.
    private final class MarketState {
        let ticker: [UInt8]
        var id: MarketID?
        /// Whether the book is known, among the events that were handed out.
        var isTrusted = false

        init(_ name: String) { ticker = Array(name.utf8) }
    }

    private struct StateKey: Hashable {
        let stream: Int64
        let source: Int64
    }

    /// What was read so far.
    private struct Tally {
        var rows = 0
        var trades = 0
        var syntheticTrades = 0
        var gaps = 0
    }

    private let selection: DataSelection
    private let reader: CatalogueReader
    private let decoder = FrameDecoder()
    private var calendar: MarketCalendar
    private var spot: SpotMerge
    private var states: [StateKey: MarketState] = [:]
    /// Number of the last row of each file.
    private var numbers: [Int64: Int64] = [:]
    private var isFinished = false
    private var first: Timestamp?
    private var tally = Tally()
    private var books = BookOverlap()
    /// Streams of books by number, and their markets' names.
    private var bookNumbers: [Int64: Int] = [:]
    private var bookNames: [String] = []
    private var notes: [String] = []
    /// Names the files, or those marked as made up; nil without any.
    private let mark: String?
    /// What is told of the events; nil for all.
    private var part: RecordingPart?
    private var raw: [MarketEvent] = []
    /// Up to when each file goes on, by its number; empty when all is told.
    private let ends: [Int64: Timestamp]

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - catalogue: Where the data is.
    ///   - selection: Which part of it.
    ///   - spot: Underlyings whose prices are put between the events of markets.
    /// - Throws: ``CatalogueError``; ``FeedError`` when nothing of the selection is there, or no price of an underlying.
    package init(
        _ catalogue: Catalogue,
        _ selection: DataSelection = DataSelection(),
        spot: [SpotSymbol] = []
    ) throws {
        self.selection = selection
        mark = SimulationMark.line(of: try catalogue.sourceNames(selection))
        let facts = try catalogue.facts(selection)
        calendar = MarketCalendar(facts: facts)
        part = RecordingPart(selection)
        ends = part == nil ? [:] : try catalogue.ends()
        // What was before the time is read too: the books of then come of it.
        var markets = selection
        markets.from = nil
        reader = try CatalogueReader(catalogue, markets, passingOver: try catalogue.marketsOver(selection, facts))
        var prices: [any SpotPrices] = []
        for symbol in spot {
            guard let price = try CatalogueSpot(catalogue, symbol, selection) else {
                throw FeedError.unreadable(path: catalogue.path, reason: "it holds no price of \(symbol) in this time")
            }
            prices.append(price)
        }
        self.spot = SpotMerge(prices)
        notes = try catalogue.skipped(selection, hasSpot: !spot.isEmpty)
        if let warning = try catalogue.contradictions(selection, onlyWithData: true).warning { notes.append(warning) }
    }

    package func next(into events: inout [MarketEvent]) throws -> Bool {
        try spot.next(into: &events) { try readMarkets(into: &$0) }
    }

    /// Appends the next events of markets; false at the end.
    private func readMarkets(into events: inout [MarketEvent]) throws -> Bool {
        let start = events.count
        while events.count - start < Self.batch, !isFinished {
            guard let run = try reader.next() else {
                finish(&events)
                break
            }
            guard part != nil else {
                try read(run, &events)
                continue
            }
            raw.removeAll(keepingCapacity: true)
            try read(run, &raw)
            part?.tell(raw, of: run.chunk.source, into: &events)
        }
        guard events.count > start else {
            guard let missing = part?.missing else { return false }
            part = nil
            throw FeedError.missing(missing)
        }
        if first == nil { first = events[start].time }
        return true
    }

    private func read(_ run: CatalogueReader.Run, _ events: inout [MarketEvent]) throws {
        guard run.chunk.kind != .lives else { return try tellLives(run, &events) }
        if run.chunk.kind == .book { hear(run.chunk) }
        let state = state(of: run.chunk)
        let number = numbers[run.chunk.source] ?? -1
        numbers[run.chunk.source] = Self.tell(run, state, after: number, &calendar, &tally, &events)
    }

    /// Hands out what the clock does at the end.
    private func finish(_ events: inout [MarketEvent]) {
        isFinished = true
        guard let part else { return calendar.finish(into: &events) }
        let end = ends.filter { part.isTold(by: $0.key) }.values.max() ?? .distantPast
        self.part?.finish(&calendar, end: end, goesOn: selection.to.map { end >= $0 } ?? false, into: &events)
    }

    /// Looks whose books are told twice.
    private func hear(_ chunk: CatalogueReader.OpenChunk) {
        let number = bookNumbers[chunk.stream] ?? bookNames.count
        if number == bookNames.count {
            bookNumbers[chunk.stream] = number
            bookNames.append(chunk.name)
        }
        books.hear(number, in: chunk.source)
    }

    /// Hands out rows of one market.
    ///
    /// What it works on is handed in, not looked up in the object: that would cost a multiple of all else here.
    ///
    /// - Returns: the number of the last row.
    private static func tell(
        _ run: CatalogueReader.Run,
        _ state: MarketState,
        after last: Int64,
        _ calendar: inout MarketCalendar,
        _ tally: inout Tally,
        _ events: inout [MarketEvent]
    ) -> Int64 {
        let data = run.chunk.rows
        var number = last
        for index in run.range {
            let kind = data.kind(index)
            let flags = data.flags(index)
            let key = data.keys[index]
            if !flags.contains(.follows) || data.numbers[index] != number &+ 1 {
                calendar.reach(Timestamp(microseconds: key), into: &events)
            }
            number = data.numbers[index]
            let time = Timestamp(microseconds: key &- data.lags[index])
            let known =
                flags.contains(.aside)
                ? listed(state, kind, calendar.board) : speak(of: state, at: time, &calendar.board, &events)
            guard let id = known else { continue }
            tally.rows &+= 1
            switch kind {
            case .deltaYes, .deltaNo:
                let price = Price(units: data.prices[index])
                let change = Quantity(units: data.counts[index])
                events.append(MarketEvent(time: time, .delta(id, kind == .deltaYes ? .yes : .no, price, change)))
            case .tradeBid, .tradeAsk, .trade:
                tally.trades &+= 1
                if flags.contains(.synthetic) { tally.syntheticTrades &+= 1 }
                let trade = Trade(
                    market: id,
                    price: Price(units: data.prices[index]),
                    count: Quantity(units: data.counts[index]),
                    taker: kind.taker
                )
                events.append(MarketEvent(time: time, .trade(trade)))
            case .snapshot:
                state.isTrusted = true
                events.append(MarketEvent(time: time, .snapshot(id, data.snapshots[Int(data.counts[index])])))
            case .gap:
                guard state.isTrusted else { continue }
                state.isTrusted = false
                tally.gaps &+= 1
                events.append(MarketEvent(time: time, .gap(id)))
            case .touch, .frame: break
            }
        }
        return number
    }

    /// The market's number, listing the market when it is new; nil when it is decided.
    @inline(__always)
    private static func speak(
        of state: MarketState,
        at time: Timestamp,
        _ board: inout MarketBoard,
        _ events: inout [MarketEvent]
    ) -> MarketID? {
        if let id = state.id, !board.isSettled(id) {
            board.reach(time)
            return id
        }
        let ticker = state.ticker
        guard let id = board.market(ticker.span, at: time, into: &events) else { return nil }
        state.id = id
        return id
    }

    /// The number of a market that is listed; of one that is decided only a book in doubt is told, as when frames are
    /// replayed.
    private static func listed(
        _ state: MarketState,
        _ kind: DataRow.Kind,
        _ board: borrowing MarketBoard
    ) -> MarketID? {
        let ticker = state.ticker
        guard let id = state.id ?? board.listed(ticker.span) else { return nil }
        return kind == .gap || !board.isSettled(id) ? id : nil
    }

    private func state(of chunk: CatalogueReader.OpenChunk) -> MarketState {
        let key = StateKey(stream: chunk.stream, source: chunk.source)
        if let state = states[key] { return state }
        let state = MarketState(chunk.name)
        states[key] = state
        return state
    }

    /// Hands out frames on the lives of markets.
    private func tellLives(_ run: CatalogueReader.Run, _ events: inout [MarketEvent]) throws {
        for index in run.range {
            let row = run.chunk.rows[index]
            let number = numbers[run.chunk.source] ?? -1
            if !row.flags.contains(.follows) || row.number != number + 1 { calendar.reach(row.key, into: &events) }
            numbers[run.chunk.source] = row.number
            guard let frame = try? decoder.decode(row.frame), case .lifecycle(let life) = frame.body,
                let range = frame.market
            else { throw CatalogueError.damaged("a frame on a market's life is none") }
            tally.rows += 1
            let ticker = Array(row.frame[range.start..<range.end])
            guard selection.takes(Ticker(String(decoding: ticker, as: UTF8.self))) else { continue }
            calendar.board.apply(life, ticker: ticker.span, at: row.time, into: &events)
        }
    }

    /// The markets so far.
    package var board: MarketBoard { calendar.board }

    package var progress: Double? {
        let (read, total) = reader.progress
        return total > 0 ? min(1, Double(read) / Double(total)) : nil
    }

    package var summary: FeedSummary {
        var summary = FeedSummary()
        var line = "catalogue: \(counted(tally.rows, "row")) of \(counted(board.markets.count, "market"))"
        if let first { line += ", \(first) to \(board.latest)" }
        summary.sources.append(line)
        if let mark { summary.sources.append(mark) }
        spot.report(to: &summary)
        summary.gaps = tally.gaps
        summary.trades = tally.trades
        summary.syntheticTrades = tally.syntheticTrades
        summary.markets = board.markets.count
        summary.first = first
        summary.last = first == nil ? nil : board.latest
        summary.warnings += notes
        if tally.syntheticTrades > 0 {
            summary.warnings.append(
                "\(tally.syntheticTrades) steps in ticker volume stand for trades, for want of trade frames"
            )
        }
        if let warning = books.warning({ bookNames[$0] }) { summary.warnings.append(warning) }
        if tally.gaps > 0 { summary.warnings.append("\(counted(tally.gaps, "gap")) in the books") }
        calendar.warn(&summary)
        return summary
    }
}
