import KBotModel

/// The clock of strategies: `onTimer` at the multiples of what they asked for.
extension Engine {
    /// When the next strategy wants to hear the clock.
    mutating func planTimers() {
        timerDue = strategies.compactMap(\.needs.timer).map { next(multipleOf: $0) }.min() ?? .distantFuture
    }

    /// The first multiple of a span since the epoch that lies after now, or at it, when only underlyings were heard at it.
    private func next(multipleOf span: TimeSpan) -> Timestamp {
        let done = marketTime < now ? now - TimeSpan(microseconds: 1) : now
        return done.floored(to: span) + span
    }

    /// Whether a strategy is asked about a market between candles: its indicators have values, and it is about what the
    /// market is about.
    func isAsked(_ index: Int, in market: MarketState) -> Bool {
        let slot = market.slots[index]
        guard slot.indicators.isReady else { return false }
        guard slot.series == nil, case .spot(let symbol) = strategies[index].needs.source else { return true }
        return market.underlying == symbol.asset
    }

    /// Asks the strategies whose time has come, once for each open market.
    mutating func runTimers() {
        let due = timerDue
        for (index, strategy) in strategies.enumerated() {
            guard let span = strategy.needs.timer, due.floored(to: span) == due else { continue }
            for market in active where market.isOpen(at: now) && market.facts.status == .active {
                guard isAsked(index, in: market) else { continue }
                let decision = strategy.onTimer(context(of: index, in: market))
                tellMessages(of: strategy, in: market)
                followSignal(decision, of: index, in: market, at: now)
            }
        }
        planTimers()
    }
}
