import KBotIndicators
public import KBotModel

/// Whole bars: what a path of prices does that reaches nothing of ours, in one step.
extension Engine {
    /// Prices at which the engine waits to act by itself in a market.
    public struct Watched: Hashable, Sendable {
        /// Makes an empty list.
        public init() {}

        /// Stops of what has been entered, whether or not it is being left already.
        public fileprivate(set) var stops: [Price] = []
        /// Stop entries that wait for the market to come.
        public fileprivate(set) var entries: [Entry] = []

        /// A stop entry.
        public struct Entry: Hashable, Sendable {
            /// Direction of the trade.
            public let direction: Direction
            /// Where it fires.
            public let price: Price
        }
    }

    /// Puts the prices at which the engine waits to act by itself in a market into a list, in the place of what it held; no
    /// request of these is at the venue yet.
    public func watched(in id: MarketID, into watched: inout Watched) {
        watched.stops.removeAll(keepingCapacity: true)
        watched.entries.removeAll(keepingCapacity: true)
        guard let market = known(id) else { return }
        for bracket in market.brackets {
            if bracket.entered.units > 0 { watched.stops.append(bracket.plan.stop) }
            if bracket.phase == .armed {
                watched.entries.append(Watched.Entry(direction: bracket.direction, price: bracket.plan.entry))
            }
        }
    }

    /// Price of the last trade in a market; nil before the first.
    public func lastPrice(in id: MarketID) -> Price? { known(id)?.last.price }

    /// Whether nothing of ours is in a market, or on its way there.
    public func isCalm(in id: MarketID) -> Bool {
        guard let market = known(id) else { return false }
        return market.brackets.isEmpty
    }

    /// Whether the prices of a bar would change nothing but candles, the touch and the last price, so that ``pass(_:in:)``
    /// may take them all at once. Its trades are told as one at each price of its path, the last two at its close, one of
    /// each side.
    public func isUntouched(by bar: Candle, in id: MarketID) -> Bool {
        known(id).map { isUntouched(by: bar, in: $0) } ?? false
    }

    /// Takes in the trades of a bar as one step: the engine stands as it would after each of them, and nothing follows.
    ///
    /// ``isUntouched(by:in:)`` must have been true of the bar when its time began; bars of several markets that share their
    /// time are all asked about before the first is taken.
    ///
    /// - Parameters:
    ///   - bar: the bar; its `trades` say how many there are.
    ///   - id: its market.
    public mutating func pass(_ bar: Candle, in id: MarketID) {
        guard let market = known(id) else { return }
        now = bar.end - TimeSpan(microseconds: 1)
        marketTime = now
        market.last.hear(bar)
        for index in market.series.indices {
            market.series[index].aggregator.add(bar)
            if let due = market.series[index].aggregator.nextDue, due < candleDue { candleDue = due }
        }
        if !market.brackets.isEmpty { market.remember(market.touch(at: now)) }
        planDeadline()
    }

    private func isUntouched(by bar: Candle, in market: MarketState) -> Bool {
        guard let last = market.last.price, market.settlement == nil, !market.hasBook, !hearsTrades,
            !configuration.keepsTrades, nextDeadline >= bar.end, bar.start >= marketTime
        else { return false }
        for index in market.series.indices where !market.series[index].aggregator.holds(bar) { return false }
        return areUntouched(market.brackets, by: bar, after: last)
    }

    /// Whether the prices of a bar, on their way from the last one before it, make no bracket do anything by itself.
    func areUntouched(_ brackets: [Bracket], by bar: Candle, after last: Price) -> Bool {
        if brackets.isEmpty { return true }
        // A move may use up the daily loss.
        if configuration.limits.dailyLoss != nil { return false }
        let low = min(bar.low, last)
        let high = max(bar.high, last)
        return brackets.allSatisfy { $0.isUntouched(between: low, and: high) }
    }
}

extension Bracket {
    /// Whether prices between two, both included, make the bracket do nothing by itself.
    fileprivate func isUntouched(between low: Price, and high: Price) -> Bool {
        let worst = direction == .long ? low : high
        let best = direction == .long ? high : low
        switch phase {
        case .armed:
            return !direction.isAtOrBeyondStop(worst, plan.stop)
                && !direction.opposite.isAtOrBeyondStop(best, plan.entry)
        case .working: return !direction.isAtOrBeyondStop(worst, plan.stop)
        case .exiting: return false
        case .awaitingSettlement, .done: return true
        }
    }
}
