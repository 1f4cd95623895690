package import KBotEngine
package import KBotModel

/// Says in words what an engine heard, for people who look for the event that made a difference.
package struct EventDescription: Sendable {
    private var names: [MarketID: Ticker] = [:]

    /// Makes a describer; a market is told by its number until its name was heard.
    package init() {}

    /// Tells a market's name.
    package mutating func know(_ market: Market) { names[market.id] = market.ticker }

    /// Learns the name of a market that an event lists.
    package mutating func hear(_ event: Event) {
        if case .market(let event) = event, case .listed(let market) = event.kind { know(market) }
    }

    /// One line: the time, then what happened.
    package func words(_ event: Event) -> String {
        let what =
            switch event {
            case .market(let event): words(event.kind)
            case .venue(_, let event): "the venue: \(words(event))"
            case .timer: "timer"
            case .feed(_, .live): "market data are live"
            case .feed(_, .stale): "market data are stale"
            case .command(_, let command): "command: \(command)"
            }
        return "\(event.time) \(what)"
    }

    private func words(_ kind: MarketEvent.Kind) -> String {
        switch kind {
        case .listed(let market):
            "\(market.ticker) is listed as \(market.status.rawValue), open \(market.openTime) to \(market.closeTime)"
        case .snapshot(let id, let book):
            "book of \(name(id)): \(book.yes.count) YES levels, \(book.no.count) NO levels"
        case .delta(let id, let outcome, let price, let count):
            "change of the book of \(name(id)): \(count) for \(outcome.rawValue.uppercased()) at \(price)"
        case .trade(let trade): "trade in \(name(trade.market)): \(words(trade))"
        case .status(let id, let status): "\(name(id)) is \(status.rawValue)"
        case .settled(let id, let settlement):
            "result of \(name(id)): \(settlement.result), \(settlement.value)\(settlement.isInferred ? ", inferred" : "")"
        case .gap(let id): "messages of \(name(id)) were lost"
        case .history(let id, let trades): "\(trades.count) past trades of \(name(id))"
        case .spot(let symbol, let price): "\(symbol) at \(price)"
        case .spotCandle(let symbol, let candle): "candle of \(symbol) to \(candle.end), closing at \(candle.close)"
        }
    }

    private func words(_ trade: Trade) -> String {
        let taker = trade.taker.map { ", taker \($0.rawValue)" } ?? ""
        return "\(trade.count) at \(trade.price)\(taker)"
    }

    private func words(_ event: VenueEvent) -> String {
        switch event {
        case .accepted(let id, let resting): "\(id) accepted, \(resting) resting"
        case .rejected(let id, let reason): "\(id) refused, \(reason.rawValue)"
        case .filled(let fill):
            "\(fill.order) filled in \(name(fill.market)): \(fill.side.rawValue) \(fill.count) at \(fill.price), "
                + "\(fill.liquidity.rawValue), fee \(fill.fee), trade \(fill.trade)"
        case .cancelled(let id, let unfilled, let reason):
            "\(id) off the book, \(unfilled) unfilled, \(reason.rawValue)"
        case .cancelRefused(let id): "\(id) could not be cancelled"
        case .amended(let id, let price, let resting): "\(id) amended to \(price), \(resting) resting"
        case .amendRefused(let id, let reason): "\(id) not amended, \(reason.rawValue)"
        case .outcomeUnknown(let id): "what became of \(id) is unknown"
        case .found(let id, let snapshot): "\(id) found: \(snapshot.status.rawValue), \(snapshot.filled) filled"
        }
    }

    private func name(_ id: MarketID) -> String { names[id]?.text ?? id.description }
}
