import KBotEngine
import KBotModel
import KBotSimulation

/// Plays bars to one session: each bar as a path of prints, bars of several markets side by side in the order of time. Bars
/// that reach nothing of ours are taken whole: the same comes of it, much sooner.
///
/// A bar's candle closes by the engine's own timer, at the bar's end and before the next bar's open: what a strategy
/// orders then cannot know that open.
final class BarPlayer {
    /// How long after its close a market's result is told.
    static let settlementDelay = TimeSpan.seconds(10)

    let venue: BarVenue
    let session: TradingSession
    /// Results that the data did not tell.
    private(set) var results = ResultKeeper()
    /// Bars on their way, oldest first.
    private var active: [MarketBar] = []
    /// How many of them, from the first on, are being played print by print.
    private var begun = 0
    /// How many bars were played print by print so far.
    private(set) var played = 0
    /// What became of each market, by number.
    private var lanes: [Lane] = []
    /// Closes and results to come, the next one last.
    private var ends: [MarketEvent] = []
    /// End of the last bar taken in.
    private var reached = Timestamp.distantPast

    private struct Lane {
        var isListed = false
        var isClosed = false
        var last: Price?
    }

    init(_ session: TradingSession, _ venue: BarVenue) {
        self.session = session
        self.venue = venue
    }

    /// Takes in the next bars, all of one market; what comes before the start of each happens first.
    func take(_ bars: ArraySlice<MarketBar>, of market: Market, _ settlement: @autoclosure () -> Settlement?) throws {
        let index = Int(market.id.index)
        while lanes.count <= index { lanes.append(Lane()) }
        var bars = bars
        while let bar = bars.first {
            let start = bar.bar.start
            try play(until: start)
            if !lanes[index].isListed {
                lanes[index].isListed = true
                try venue.advance(to: start, session)
                try venue.tell(MarketEvent(time: start, .listed(market)), to: session)
                if market.closeTime < BarFiles.noEnd { plan(market, settlement()) }
            }
            guard !lanes[index].isClosed, start < market.closeTime else {
                bars.removeFirst()
                continue
            }
            // Bars of other markets on their way would have to come between.
            if active.isEmpty {
                let taken = bars.prefix(
                    try venue.pass(untouched: bars, until: ends.last?.time ?? .distantFuture, session)
                )
                if let last = taken.last {
                    lanes[index].last = last.bar.close
                    reached = max(reached, last.bar.end)
                    bars = bars[taken.endIndex...]
                    continue
                }
            }
            lanes[index].last = bar.bar.close
            active.append(bar)
            reached = max(reached, bar.bar.end)
            bars.removeFirst()
        }
    }

    /// Plays what is left, and lets everything happen that is still due before the run's end.
    ///
    /// - Parameter end: nothing from then on is known, but candles that end then are over; the data's own end by itself.
    /// - Throws: what the listener throws.
    func finish(before end: Timestamp = .distantFuture) throws {
        try play(until: end)
        while let result = results.due(before: end) {
            try venue.advance(to: result.time, session)
            try venue.tell(result, to: session)
        }
        // Time goes on to the end while a market trades, or waits for its result; else the data ended.
        let last = ends.isEmpty ? max(session.now, reached) + .seconds(2) : end + TimeSpan(microseconds: 1)
        try venue.advance(to: min(last, end + TimeSpan(microseconds: 1)), session)
    }

    /// Plays everything that comes before a time, and closes the candles that end there.
    func stand(at time: Timestamp) throws {
        try play(until: time)
        try venue.advance(to: time + TimeSpan(microseconds: 1), session)
    }

    /// Plays everything that comes before a time.
    func play(until time: Timestamp) throws {
        while try passWhole(before: time) || step(before: time) {}
    }

    /// Takes the bars on their way at once, if all of them are of one time that ends before another, none has begun, and
    /// nothing happens to us or to a market while they last.
    private func passWhole(before time: Timestamp) throws -> Bool {
        guard begun == 0, let first = active.first?.bar, first.end <= time else { return false }
        if let end = ends.last, end.time < first.end { return false }
        for bar in active where bar.bar.start != first.start || bar.bar.interval != first.interval { return false }
        // A candle that ends where they start is closed first: what a strategy orders then is at stake.
        try venue.advance(to: first.start + TimeSpan(microseconds: 1), session)
        for bar in active where !venue.isUntouched(by: bar.bar, in: bar.market, session) { return false }
        for bar in active { venue.pass(bar.bar, in: bar.market, session) }
        active.removeAll(keepingCapacity: true)
        return true
    }

    /// Plays the next print or end before a time; false when there is none.
    private func step(before time: Timestamp) throws -> Bool {
        // Bars that have not begun by then may still be taken whole.
        if begun == 0, active.first.map({ $0.bar.start >= time }) ?? true, ends.last.map({ $0.time >= time }) ?? true {
            return false
        }
        while begun < active.count {
            venue.exchange.begin(active[begun].bar, in: active[begun].market)
            begun += 1
            played += 1
        }
        var next: (place: Int, time: Timestamp)?
        var watches: (market: MarketID, prices: [BarWatch])?
        var place = 0
        while place < active.count {
            let market = active[place].market
            watches = nil  // so that the venue can use its list again
            let prices = venue.watches(in: market, session)
            watches = (market, prices)
            guard let due = venue.exchange.nextTime(in: market, watching: prices) else {
                // Over: the exchange forgets it.
                _ = venue.exchange.next(in: market, watching: prices)
                active.remove(at: place)
                begun -= 1
                continue
            }
            if next.map({ due < $0.time }) ?? true { next = (place, due) }
            place += 1
        }
        if let end = ends.last, end.time < time, next.map({ end.time <= $0.time }) ?? true {
            ends.removeLast()
            try tell(end)
            return true
        }
        guard let next, next.time < time else { return false }
        let market = active[next.place].market
        if session.nextDue < next.time {
            // What the clock brings may change where the bar goes: look again after it.
            try venue.advance(to: next.time, session)
            return true
        }
        let prices = watches.flatMap { $0.market == market ? $0.prices : nil } ?? venue.watches(in: market, session)
        if let print = venue.exchange.next(in: market, watching: prices) {
            try venue.tell(print, in: market, to: session)
        }
        return true
    }

    /// Enters a market's close and result.
    private func plan(_ market: Market, _ settlement: Settlement?) {
        ends.append(MarketEvent(time: market.closeTime, .status(market.id, .closed)))
        if let settlement {
            ends.append(
                MarketEvent(time: market.closeTime + Self.settlementDelay, .settled(market.id, settlement))
            )
        }
        ends.sort { $0.time > $1.time }
    }

    private func tell(_ end: MarketEvent) throws {
        while let result = results.due(before: end.time) {
            try venue.advance(to: result.time, session)
            try venue.tell(result, to: session)
        }
        try venue.advance(to: end.time, session)
        if case .status(let id, .closed) = end.kind {
            let index = Int(id.index)
            lanes[index].isClosed = true
            begun -= active[..<begun].count { $0.market == id }
            active.removeAll { $0.market == id }
            if let last = lanes[index].last {
                let trade = Trade(market: id, price: last, count: .zero, taker: nil)
                results.see(MarketEvent(time: end.time, .trade(trade)))
            }
        }
        results.see(end)
        try venue.tell(end, to: session)
    }
}
