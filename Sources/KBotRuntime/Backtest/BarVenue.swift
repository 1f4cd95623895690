import KBotEngine
import KBotModel
import KBotSimulation

/// The exchange on bars as a session sees a venue: requests go in, answers wait to be handed on.
final class BarVenue: OrderCarrier {
    var exchange: BarExchange
    /// What the exchange said and the engine has not heard yet.
    private var answers: [TimedVenueEvent] = []
    /// Stop entries that wait in the engine, by market: the exchange does not know them, and the path must stop there.
    private var armed: [MarketID: BarWatch] = [:]

    init(_ exchange: BarExchange) { self.exchange = exchange }

    func submit(_ request: OrderRequest, at time: Timestamp) {
        exchange.submit(request, at: time, into: &answers)
    }

    func lookUp(_ id: ClientOrderID, at time: Timestamp) {
        answers.append(TimedVenueEvent(time: time, event: .found(id, exchange.lookUp(id))))
    }

    /// Listens for stop entries that begin or end to wait.
    func listen(_ note: Note) {
        switch note.kind {
        case .signal(_, let signal, let plan) where signal.entryType == .stop:
            // Denied in the same breath when another trade has the market, whose own watch then stays.
            if let market = note.market, armed[market] == nil {
                armed[market] = BarWatch(.entry(signal.direction), at: plan.entry)
            }
        case .denied(_, let code, _) where code == .positionOpen || code == .entryPending: break
        case .denied, .closed, .settled:
            if !armed.isEmpty, let market = note.market { armed[market] = nil }
        case .order(let update):
            if !armed.isEmpty, update.role == .entry { armed[update.request.market] = nil }
        default: break
        }
    }

    /// Prices at which the engine wants to act by itself in a market.
    func watches(in market: MarketID, _ session: TradingSession) -> [BarWatch] {
        guard exchange.isAtStake(market) || !armed.isEmpty else { return [] }
        var watches: [BarWatch] = []
        if exchange.position(in: market) != .zero, let ticker = exchange.ticker(of: market) {
            session.read { engine in
                for trade in engine.openTrades where trade.market == ticker {
                    watches.append(BarWatch(.stop, at: trade.plan.stop))
                }
            }
        }
        if let entry = armed[market] { watches.append(entry) }
        return watches
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
