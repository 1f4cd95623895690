import KBotData
import KBotKalshi
import KBotModel

/// Looks at the rows of one market for what is wrong with them.
struct MarketCheck {
    /// How far a row may be behind the rows before it in its file.
    static let disorder = TimeSpan.seconds(5)
    /// How long a book may be locked or crossed: changes come one by one, so for moments every book is.
    static let crossing = TimeSpan.seconds(5)
    /// How far beyond its market's life a row may lie.
    static let slack = TimeSpan.minutes(10)
    /// The share of trades that may equal another of the same millisecond, in percent; up to 7 are usual.
    static let repeats = 20

    /// One file's view of the market.
    private struct View {
        var book = OrderBook()
        var isKnown = false
        var crossedSince: Timestamp?
        /// The first and last row that are looked at.
        var times: (first: Timestamp, last: Timestamp)?
        var isBook: Bool
    }

    private struct Trade: Hashable {
        let price: Price
        let count: Quantity
        let kind: DataRow.Kind
    }

    /// The market as far as it is known.
    let market: Market
    private let name: String
    /// The time that is looked at; rows from before it tell what the book was.
    private let from: Timestamp
    private let to: Timestamp
    /// Rows looked at.
    private(set) var rows = 0
    private var views: [Int64: View] = [:]
    private var last: Timestamp?
    private var silence: (longest: TimeSpan, since: Timestamp?) = (.zero, nil)
    private var gaps: (count: Int, first: Timestamp?) = (0, nil)
    private var backwards: (count: Int, first: Timestamp?) = (0, nil)
    private var outside: (count: Int, first: Timestamp?) = (0, nil)
    private var crossed: (count: Int, first: Timestamp?, longest: TimeSpan) = (0, nil, .zero)
    private var trades = 0
    private var synthetic = 0
    private var repeated = 0
    private var moment: (time: Timestamp, trades: Set<Trade>) = (.distantPast, [])

    init(_ name: String, _ record: MarketRecord?, at time: Timestamp, _ selection: DataSelection) {
        self.name = name
        from = selection.from ?? .distantPast
        to = selection.to ?? .distantFuture
        var facts = MarketFacts(ticker: Ticker(name))
        facts.openTime = record?.opens
        facts.closeTime = record?.closes
        market = .known(id: MarketID(0), ticker: Ticker(name), facts: facts, firstSeen: time)
    }

    /// Takes in a row, in the order of time.
    mutating func take(_ row: DataRow, _ chunk: CatalogueReader.OpenChunk) {
        var view = views.removeValue(forKey: chunk.source) ?? View(isBook: chunk.kind == .book)
        switch row.kind {
        case .snapshot:
            view.book.replace(with: row.snapshot ?? BookSnapshot(yes: [], no: []))
            view.isKnown = true
        case .deltaYes: view.isKnown = view.isKnown && view.book.add(row.count, at: row.price, outcome: .yes)
        case .deltaNo: view.isKnown = view.isKnown && view.book.add(row.count, at: row.price, outcome: .no)
        case .gap: view.isKnown = false
        case .tradeBid, .tradeAsk, .trade, .touch, .frame: break
        }
        if row.key >= from {
            view.times = (view.times?.first ?? row.key, row.key)
            look(at: row)
        }
        last = row.key
        cross(&view, row.key)
        views[chunk.source] = view
    }

    private mutating func look(at row: DataRow) {
        rows += 1
        let time = row.time
        // Silence counts while the market is open.
        wait(to: row.key)
        if row.key - time > Self.disorder { Self.note(&backwards, time) }
        if time < market.openTime - Self.slack
            || (market.closeTime < .distantFuture && time > market.closeTime + Self.slack)
        {
            Self.note(&outside, time)
        }
        if row.kind == .gap { Self.note(&gaps, time) }
        if row.kind.isTrade { hear(row) }
    }

    private static func note(_ what: inout (count: Int, first: Timestamp?), _ time: Timestamp) {
        what.count += 1
        what.first = what.first ?? time
    }

    /// Notes how long nothing came before a time, while the market was open.
    private mutating func wait(to time: Timestamp) {
        let since = max(last ?? market.openTime, market.openTime, from)
        let until = min(time, market.closeTime, to)
        guard until - since > silence.longest else { return }
        silence = (until - since, since)
    }

    private mutating func hear(_ row: DataRow) {
        if row.flags.contains(.synthetic) {
            synthetic += 1
            return
        }
        trades += 1
        if row.time != moment.time { moment = (row.time, []) }
        let trade = Trade(price: row.price, count: row.count, kind: row.kind)
        if !moment.trades.insert(trade).inserted { repeated += 1 }
    }

    private mutating func cross(_ view: inout View, _ time: Timestamp) {
        let touch = view.book.touch
        if view.isKnown, let bid = touch.bid, let ask = touch.ask, bid >= ask {
            view.crossedSince = view.crossedSince ?? time
            return
        }
        if let since = view.crossedSince { note(crossedFrom: since, to: time) }
        view.crossedSince = nil
    }

    private mutating func note(crossedFrom since: Timestamp, to time: Timestamp) {
        let since = max(since, from)
        guard time - since > Self.crossing else { return }
        crossed.count += 1
        crossed.first = crossed.first ?? since
        crossed.longest = max(crossed.longest, time - since)
    }

    /// What is wrong, all rows taken in.
    var findings: [DataCheck.Finding] {
        var check = self
        for view in views.values {
            if let since = view.crossedSince, let times = view.times { check.note(crossedFrom: since, to: times.last) }
        }
        if last != nil, market.closeTime < .distantFuture { check.wait(to: market.closeTime) }
        return check.list()
    }

    private func list() -> [DataCheck.Finding] {
        var found: [DataCheck.Finding] = []
        func add(_ kind: DataCheck.Kind, _ count: Int, _ at: Timestamp?, _ text: String) {
            guard count > 0 else { return }
            found.append(DataCheck.Finding(name: name, kind: kind, count: count, at: at, text: text))
        }
        add(.gap, gaps.count, gaps.first, "\(counted(gaps.count, "gap")): messages lost, or a book out of step")
        if market.closeTime < .distantFuture, silence.longest > longestSilence {
            let minutes = silence.longest.wholeSeconds / 60
            add(.silence, 1, silence.since, "nothing for \(minutes) minutes while it was open")
        }
        if repeated > 10, repeated * 100 > trades * Self.repeats {
            add(.duplicates, repeated, nil, "\(repeated) of \(trades) trades equal another of the same millisecond")
        }
        if synthetic > 0, trades > 0 {
            add(.duplicates, synthetic, nil, "\(synthetic) trades made of ticker volume beside \(trades) told ones")
        }
        let books = views.values.filter(\.isBook).compactMap(\.times).sorted { $0 < $1 }
        let overlaps = zip(books, books.dropFirst()).filter { $0.last > $1.first }
        add(.duplicates, overlaps.count, overlaps.first?.1.first, "two recordings of its book at the same time")
        let seconds = crossed.longest.wholeSeconds
        add(
            .crossed,
            crossed.count,
            crossed.first,
            "\(counted(crossed.count, "time")) locked or crossed, up to \(seconds) s"
        )
        add(
            .clock,
            backwards.count,
            backwards.first,
            "\(counted(backwards.count, "row")) far behind those before in the file"
        )
        add(.clock, outside.count, outside.first, "\(counted(outside.count, "row")) outside the market's life")
        return found
    }

    /// A quarter of its life, at least ten minutes.
    private var longestSilence: TimeSpan {
        max(SpotFile.longestSilence, TimeSpan(microseconds: market.life.microseconds / 4))
    }
}
