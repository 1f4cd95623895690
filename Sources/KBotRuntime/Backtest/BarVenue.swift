import KBotEngine
import KBotModel
import KBotSimulation

/// The exchange on bars as a session sees a venue: requests go in, answers wait to be handed on.
final class BarVenue: OrderCarrier {
    var exchange: BarExchange
    /// What the exchange said and the engine has not heard yet.
    private var answers: [TimedVenueEvent] = []
    /// What ``watches(in:_:)`` gave last; kept for its memory.
    private var watched = Engine.Watched()
    private var watches: [BarWatch] = []

    init(_ exchange: BarExchange) { self.exchange = exchange }

    func submit(_ request: OrderRequest, at time: Timestamp) {
        exchange.submit(request, at: time, into: &answers)
    }

    func lookUp(_ id: ClientOrderID, at time: Timestamp) {
        answers.append(TimedVenueEvent(time: time, event: .found(id, exchange.lookUp(id))))
    }

    /// Prices at which the engine wants to act by itself in a market: the path must stop there.
    func watches(in market: MarketID, _ session: TradingSession) -> [BarWatch] {
        session.read { $0.watched(in: market, into: &watched) }
        watches.removeAll(keepingCapacity: true)
        for entry in watched.entries { watches.append(BarWatch(.entry(entry.direction), at: entry.price)) }
        if !watched.stops.isEmpty, exchange.position(in: market) != .zero {
            for stop in watched.stops { watches.append(BarWatch(.stop, at: stop)) }
        }
        return watches
    }

    /// Whether a bar reaches nothing of ours, so that ``pass(_:in:_:)`` may take it.
    func isUntouched(by bar: Candle, in market: MarketID, _ session: TradingSession) -> Bool {
        session.isUntouched(by: bar, in: market) && exchange.isUntouched(by: bar, in: market)
    }

    /// Lets exchange and engine take a whole bar at once.
    func pass(_ bar: Candle, in market: MarketID, _ session: TradingSession) {
        var bar = bar
        bar.trades = Int32(exchange.pass(bar, in: market, watching: watches(in: market, session)))
        session.pass(bar, in: market)
    }

    /// Lets the engine take bars of one market at once, for as long as they reach nothing of ours.
    ///
    /// - Returns: how many it took.
    func pass(untouched bars: ArraySlice<MarketBar>, until end: Timestamp, _ session: TradingSession) throws -> Int {
        // The last of them only tells when it begins.
        guard bars.count > 1, let market = bars.first?.market else { return 0 }
        let reach = exchange.reach(in: market, watching: watches(in: market, session))
        let taken = try session.pass(untouched: bars, until: end, counting: reach.prints(of:after:))
        if taken > 0 { exchange.skip(to: bars[bars.startIndex + taken - 1].bar.close, in: market) }
        if !answers.isEmpty { try handOn(to: session) }
        return taken
    }

    /// Lets exchange and engine hear a print, and everything that follows from it at once.
    func tell(_ print: BarPrint, in market: MarketID, to session: TradingSession) throws {
        exchange.hear(print, in: market, into: &answers)
        let trade = Trade(market: market, price: print.price, count: print.count, taker: print.taker)
        try session.process(MarketEvent(time: print.time, .trade(trade)))
        if !answers.isEmpty { try handOn(to: session) }
    }

    /// Lets the engine's timers run that come before a time; a bar's end is a timer, and what it orders waits for the open.
    func advance(to time: Timestamp, _ session: TradingSession) throws {
        while session.nextDue < time {
            try session.advance(to: session.nextDue + TimeSpan(microseconds: 1))
            if !answers.isEmpty { try handOn(to: session) }
        }
    }

    /// Tells exchange and engine that a market ended, or how it was decided.
    func tell(_ event: MarketEvent, to session: TradingSession) throws {
        switch event.kind {
        case .listed(let market): exchange.list(market)
        case .status(let market, .closed): exchange.close(market, at: event.time, into: &answers)
        case .settled(let market, let settlement):
            exchange.settle(market, settlement, at: event.time, into: &answers)
        default: break
        }
        try session.process(event)
        try handOn(to: session)
    }

    /// Hands answers to the engine until nothing more follows from them.
    private func handOn(to session: TradingSession) throws {
        var index = 0
        while index < answers.count {
            let answer = answers[index]
            try session.deliver(answer.event, at: answer.time)
            index += 1
        }
        answers.removeAll(keepingCapacity: true)
    }
}
