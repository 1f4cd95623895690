import KBotIndicators
public import KBotModel

/// Quiet bars: bars that each make a candle of their own and reach nothing of ours.
///
/// Most candles of a backtest on bars lead to nothing. They are taken here one after the other without an event for each of
/// their trades and timers; the engine stands and tells as it would after those. Whatever is not as simple as that is left to
/// the events.
extension Engine {
    /// How far ``pass(quiet:until:counting:telling:into:)`` came.
    public struct QuietBars: Hashable, Sendable {
        /// How many bars were taken.
        public fileprivate(set) var bars = 0
        /// How many events they stand for.
        public fileprivate(set) var events = 0
    }

    /// Takes in bars of one market, each with the close of its candle, for as long as they reach nothing of ours.
    ///
    /// It ends with the first candle that leads to something; what follows from that one is in `effects`.
    ///
    /// - Parameters:
    ///   - bars: the bars. The last only tells when it begins and is never taken, nor is one that ends after the next begins.
    ///   - end: none is taken that ends at it or after it.
    ///   - prints: how many trades a bar's path has, given the last price before it; nil when it reaches something of ours
    ///     at the venue.
    ///   - quiet: hears each candle that leads to nothing.
    ///   - effects: where the effects of the last candle go.
    /// - Returns: how many were taken; 0 when what comes next needs the events.
    public mutating func pass(
        quiet bars: ArraySlice<MarketBar>,
        until end: Timestamp,
        counting prints: (Candle, Price) -> Int?,
        telling quiet: (borrowing QuietCandle) -> Void,
        into effects: inout [Effect]
    ) -> QuietBars {
        var passed = QuietBars()
        guard let first = bars.first, let market = known(first.market), isQuiet(market, for: first.bar),
            var price = market.last.price
        else { return passed }
        let strategy = strategies[0]
        let name = strategy.name
        let indicators = market.slots[0].indicators
        let end = min(end, bracketDue, dayStart, timerDue, blocks.nextEnd ?? .distantFuture)
        // Kept here while the bars go by: reaching into a market for each of them would cost more than the bars do.
        var context = context(of: 0, in: market)
        var aggregator = market.series[0].aggregator
        var last = market.last
        let brackets = market.brackets
        func settle(_ engine: inout Engine) {
            market.series[0].aggregator = aggregator
            market.last = last
            engine.candleDue = engine.earliestCandle
            engine.planDeadline()
        }
        var place = bars.startIndex
        while place < bars.endIndex - 1 {
            var bar = bars[place].bar
            place += 1
            guard bar.end < end, bar.end <= bars[place].bar.start, areUntouched(brackets, by: bar, after: price),
                let count = prints(bar, price)
            else { break }
            bar.trades = Int32(count)
            guard aggregator.awaits(bar) else { break }
            aggregator.close(with: bar)
            price = bar.close
            last.hear(bar)
            now = bar.end
            marketTime = now
            passed.bars += 1
            passed.events += Int(bar.trades) + 1
            context.move(to: now, last)
            if !brackets.isEmpty {
                market.last = last
                market.remember(market.touch(at: bar.end - TimeSpan(microseconds: 1)))
                context.account = accountView
            }
            indicators.add(bar)
            let decision = indicators.isReady ? strategy.onCandle(bar, context) : .none(.warmingUp)
            let messages = strategy.takeMessages()
            if case .none(let code, trigger: nil) = decision, messages.isEmpty {
                let equity = brackets.isEmpty ? nil : takeEquity()
                quiet(
                    QuietCandle(
                        time: now,
                        market: first.market,
                        candle: bar,
                        strategy: name,
                        code: code,
                        equity: equity
                    )
                )
                continue
            }
            settle(&self)
            swap(&out, &effects)
            note(market, .candle(bar))
            tell(messages, of: name, in: market)
            follow(decision, of: 0, in: market, interval: bar.interval, at: bar.end)
            markEquity()
            planDeadline()
            swap(&out, &effects)
            return passed
        }
        settle(&self)
        return passed
    }

    /// Whether candles of a market are all that happens, one strategy is all that hears them, and a bar makes the next one.
    private func isQuiet(_ market: MarketState, for bar: Candle) -> Bool {
        guard strategies.count == 1, active.count == 1, active[0] === market, spots.isEmpty, market.series.count == 1,
            market.slots[0].series == 0, market.settlement == nil, !market.hasBook, !hearsTrades,
            !configuration.keepsTrades
        else { return false }
        let aggregator = market.series[0].aggregator
        return aggregator.interval == bar.interval && aggregator.nextEnd == bar.end && isMarked
    }
}

extension StrategyContext {
    /// Goes on to the close of a bar's candle.
    fileprivate mutating func move(to time: Timestamp, _ last: LastTrades) {
        now = time
        view.touch = last.prints.touch(at: time)
        view.lastPrice = last.price
        view.lastHeard = last.heard
    }
}
