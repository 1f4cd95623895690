package import KBotModel

/// Turns the frames of one connection, or one recording of it, into market events.
///
/// It alone decides whether a book can be trusted: after lost messages, or a change that takes a level below zero, it
/// tells of a gap once and holds back the market's changes until the next snapshot. A consumer's own book, fed with
/// these events, never fails.
///
/// The time of an event is the venue's `ts_ms`; frames without any time happen at the latest time seen.
package struct FrameMapper: Sendable {
    /// What was seen, for the report.
    package struct Counts: Hashable, Sendable {
        /// Times that messages were lost, or a book lost sync.
        package var gaps = 0
        /// Messages lost, by their numbers.
        package var missingMessages: Int64 = 0
        /// Repeated messages, ignored.
        package var duplicates = 0
        /// Changes held back because the book was not known.
        package var changesWithoutBook = 0
        /// Changes that would have taken a level below zero.
        package var negativeLevels = 0
        /// Trades made of steps in `ticker` volume.
        package var syntheticTrades = 0
        /// Trade frames.
        package var trades = 0
        /// Book prices that no order may carry.
        package var offGrid = 0
        /// Frames of types that feeds do not read.
        package var unread = 0
        /// What the venue refused, the first few.
        package var errors: [String] = []
        /// How many errors the venue sent.
        package var errorCount = 0

        /// Nothing seen.
        package init() {}
    }

    /// What was seen so far.
    package internal(set) var counts = Counts()
    /// The latest of the venue's times; nil before the first.
    package internal(set) var latest: Timestamp?

    var sequences = SequenceTracker()
    var subscriptions: [Subscription] = []
    var states: [MarketState] = []
    /// Whether trades come as frames, so that steps in volume are no news.
    var hasTrades: Bool

    /// One subscription and its markets.
    struct Subscription: Sendable {
        let sid: Int32
        var markets: [MarketID] = []
    }

    /// What the mapper keeps of a market.
    struct MarketState: Sendable {
        var book: OrderBook?
        var isTrusted = false
        var sid: Int32 = -1
        var hasTrades = false
        var steps = TickerSteps()
    }

    /// Makes a mapper for one connection.
    ///
    /// - Parameters:
    ///   - start: the time of a first frame that has none.
    ///   - hasTrades: whether trade frames are known to come; otherwise the first one, or the reply to their
    ///     subscription, tells.
    package init(start: Timestamp? = nil, hasTrades: Bool = false) {
        latest = start
        self.hasTrades = hasTrades
    }

    /// The time a frame happens at: its own, else the latest seen, else when it was received.
    package func time(of frame: Frame) -> Timestamp {
        frame.time ?? latest ?? frame.receivedAt ?? frame.sentAt ?? Timestamp(microseconds: 0)
    }

    /// Appends what a frame means.
    ///
    /// - Parameters:
    ///   - frame: what came.
    ///   - bytes: what it was decoded from.
    ///   - board: the markets of the run.
    ///   - events: takes what it means.
    /// - Returns: false when the frame's ticker is none.
    package mutating func map(
        _ frame: Frame,
        bytes: Span<UInt8>,
        board: inout MarketBoard,
        into events: inout [MarketEvent]
    ) -> Bool {
        let time = time(of: frame)
        let before = latest ?? time
        if let own = frame.time, own > latest ?? .distantPast { latest = own }
        if case .subscribed(let channel, let sid) = frame.body {
            subscribe(channel, sid, at: time, into: &events)
            return true
        }
        if let sid = frame.sid, let seq = frame.seq, !isNews(frame, sid, seq, at: time, into: &events) { return true }
        guard let range = frame.market else {
            note(frame)
            return true
        }
        if range.isEscaped {
            let text = (range.start..<range.end).map { bytes[$0] }
            return map(frame, ticker: unescapedJSON(text).span, at: time, after: before, board: &board, into: &events)
        }
        let ticker = bytes.extracting(range.start..<range.end)
        return map(frame, ticker: ticker, at: time, after: before, board: &board, into: &events)
    }

    @inline(__always)
    private mutating func map(
        _ frame: Frame,
        ticker: Span<UInt8>,
        at time: Timestamp,
        after before: Timestamp,
        board: inout MarketBoard,
        into events: inout [MarketEvent]
    ) -> Bool {
        switch frame.body {
        case .delta, .snapshot, .trade, .ticker: break
        case .lifecycle(let life):
            board.apply(life, ticker: ticker, at: max(time, before), into: &events)
            return true
        default:
            note(frame)
            return true
        }
        let settled = board.afterSettlement
        guard let id = board.market(ticker, at: time, into: &events) else {
            return board.afterSettlement != settled
        }
        let index = Int(id.index)
        while states.count <= index { states.append(MarketState()) }
        switch frame.body {
        case .delta(let outcome, let price, let change):
            apply(change, outcome, price, of: id, at: time, board: board, into: &events)
        case .snapshot(let snapshot):
            bind(id, to: frame.sid)
            states[index].isTrusted = true
            if states[index].book == nil { states[index].book = OrderBook() }
            states[index].book?.replace(with: snapshot)
            events.append(MarketEvent(time: time, .snapshot(id, snapshot)))
        case .trade(let price, let count, let taker):
            counts.trades += 1
            states[index].hasTrades = true
            events.append(
                MarketEvent(time: time, .trade(Trade(market: id, price: price, count: count, taker: taker)))
            )
        case .ticker(let state):
            let step = states[index].steps.step(state)
            guard let step, !hasTrades, !states[index].hasTrades else { break }
            counts.syntheticTrades += 1
            let trade = Trade(market: id, price: step.price, count: step.count, taker: step.taker)
            // A ticker comes up to a second after what it sums up: the trades happen when they become known.
            events.append(MarketEvent(time: max(time, before), .trade(trade)))
        default: break
        }
        return true
    }

    @inline(__always)
    private mutating func apply(
        _ change: Quantity,
        _ outcome: Outcome,
        _ price: Price,
        of id: MarketID,
        at time: Timestamp,
        board: borrowing MarketBoard,
        into events: inout [MarketEvent]
    ) {
        let index = Int(id.index)
        guard states[index].isTrusted else {
            counts.changesWithoutBook += 1
            return
        }
        // Whole cents lie on every grid.
        if price.units % 100 != 0, !board.markets[index].grid.contains(price) { counts.offGrid += 1 }
        guard states[index].book?.add(change, at: price, outcome: outcome) == true else {
            counts.negativeLevels += 1
            counts.gaps += 1
            distrust(id, at: time, into: &events)
            return
        }
        events.append(MarketEvent(time: time, .delta(id, outcome, price, change)))
    }

    /// The book of a market as the frames so far make it; nil while it is not known.
    package func book(of id: MarketID) -> OrderBook? {
        guard Int(id.index) < states.count, states[Int(id.index)].isTrusted else { return nil }
        return states[Int(id.index)].book
    }
}
