package import KBotModel

/// What a file tells of a market: public facts, and the result that must stay hidden until the market is decided.
package struct MarketFacts: Hashable, Sendable {
    /// The market.
    package let ticker: Ticker
    /// Start of trading.
    package var openTime: Timestamp?
    /// End of trading.
    package var closeTime: Timestamp?
    /// The price of the underlying that decides the market.
    package var strike: SpotPrice?
    /// How it was decided. Only a `.settled` event may carry this further.
    package var settlement: Settlement?

    /// Makes facts of a market of which only the name is known.
    package init(ticker: Ticker) { self.ticker = ticker }
}

extension Market {
    /// A market from what is known: facts first, then the grammar of its ticker, then the most careful guess.
    ///
    /// An unknown close is ``Timestamp/distantFuture``: nothing is then ever too close to it, and no close happens. Fees
    /// are those in force at the close, or, when that is not known, at the time the market was first seen.
    package static func known(
        id: MarketID,
        ticker: Ticker,
        facts: MarketFacts?,
        life: Lifecycle? = nil,
        firstSeen: Timestamp
    ) -> Market {
        let grammar = TickerGrammar(ticker)
        let isFifteenMinutes = grammar.series.text.hasSuffix("15M")
        let closeTime = facts?.closeTime ?? life?.closeTime ?? grammar.closeTime ?? .distantFuture
        let openTime = min(facts?.openTime ?? life?.openTime ?? grammar.openTime ?? firstSeen, closeTime)
        return Market(
            id: id,
            ticker: ticker,
            series: grammar.series,
            openTime: openTime,
            closeTime: closeTime,
            grid: life?.grid ?? (isFifteenMinutes ? .taperedDeciCent : .linearCent),
            fees: .quadratic.inForce(at: closeTime < .distantFuture ? closeTime : firstSeen),
            strike: facts?.strike ?? life?.strike,
            shard: life?.shard ?? (grammar.closeTime == nil ? 0 : 2),
            status: life?.event == .created && firstSeen < openTime ? .initialized : .active
        )
    }
}
