import KBotModel

extension Market {
    /// The same market under another number.
    func numbered(_ id: MarketID) -> Market {
        Market(
            id: id,
            ticker: ticker,
            series: series,
            openTime: openTime,
            closeTime: closeTime,
            grid: grid,
            fees: fees,
            strike: strike,
            shard: shard,
            status: status
        )
    }
}

extension MarketEvent.Kind {
    /// The same under another number of the market.
    func numbered(_ id: MarketID) -> MarketEvent.Kind {
        switch self {
        case .listed(let market): .listed(market.numbered(id))
        case .snapshot(_, let book): .snapshot(id, book)
        case .delta(_, let outcome, let price, let change): .delta(id, outcome, price, change)
        case .status(_, let status): .status(id, status)
        case .settled(_, let settlement): .settled(id, settlement)
        case .gap: .gap(id)
        case .history(_, let trades): .history(id, trades)
        case .trade(let trade):
            .trade(Trade(market: id, price: trade.price, count: trade.count, taker: trade.taker))
        case .spot, .spotCandle: self
        }
    }
}
