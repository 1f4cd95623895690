import KBotModel

/// The stream of events, each trade in it once, and what fills it up where trades were missed.
extension VenueFeed {
    /// Hands out an event.
    func emit(_ event: MarketEvent, mark: UInt64? = nil, into outputs: inout [VenueFeedOutput]) {
        switch event.kind {
        case .trade(let trade): return emit(trade, event, mark: mark, into: &outputs)
        case .gap(let id):
            summary.gaps += 1
            let ticker = tickers[Int(id.index)]
            if markets[ticker]?.doubt == nil { markets[ticker]?.doubt = uptime }
            machine.resync([ticker], at: uptime)
        case .snapshot(let id, _) where mapper.isTrusted(id): markets[tickers[Int(id.index)]]?.doubt = nil
        default: break
        }
        outputs.append(.event(event))
    }

    /// Hands out a trade that was not handed out before; one of a market that is being filled up waits.
    private func emit(
        _ trade: Trade,
        _ event: MarketEvent,
        mark: UInt64?,
        into outputs: inout [VenueFeedOutput]
    ) {
        let ticker = tickers[Int(trade.market.index)]
        guard let index = markets.index(forKey: ticker) else { return }
        if markets.values[index].isWaiting(at: now) {
            markets.values[index].held.append((event, mark))
            if markets.values[index].held.count > configuration.mostHeld { endFilling(ticker, into: &outputs) }
            return
        }
        guard markets.values[index].memory.admit(mark, at: event.time) else {
            summary.repeatedTrades += 1
            return
        }
        markets.values[index].lastTrade = max(markets.values[index].lastTrade ?? event.time, event.time)
        summary.trades += 1
        outputs.append(.event(event))
    }

    /// Trades of all markets were lost on the way.
    func missTrades() {
        for market in marketsInOrder where market.isSubscribed && !market.isClosed && market.missing == nil {
            // Of trades in one millisecond some may have come: those known are told apart by their ids.
            let from = market.lastTrade ?? market.opens
            markets[market.ticker]?.missing = max(from, now - configuration.warmUp)
        }
        for ticker in markets.keys { markets[ticker]?.confirmed = nil }
        mayMissTrades = true
    }

    /// Asks for trades that may be missing, of markets whose subscriptions the venue confirmed.
    func fillUp() {
        mayMissTrades = false
        for market in marketsInOrder {
            guard let missing = market.missing else { continue }
            guard market.isSubscribed else {
                markets[market.ticker]?.missing = nil
                continue
            }
            guard !market.isFilling, machine.holds(market.ticker.text, on: .trade) else {
                mayMissTrades = true
                continue
            }
            // REST is a little behind: what it does not show yet must be what is heard live already.
            let confirmed = market.confirmed ?? uptime
            guard now <= market.opens || uptime - confirmed >= configuration.fillDelay else {
                markets[market.ticker]?.confirmed = confirmed
                agenda.set(.fill, noLaterThan: confirmed + configuration.fillDelay)
                mayMissTrades = true
                continue
            }
            markets[market.ticker]?.confirmed = nil
            markets[market.ticker]?.missing = nil
            guard now > market.opens else { continue }
            markets[market.ticker]?.isFilling = true
            ask(.trades(market.ticker, from: missing.floored(to: .seconds(1)), atMost: configuration.mostTrades))
        }
    }

    /// Takes in trades that were asked for, newest first.
    func adopt(
        _ rows: [TradeRow],
        isWhole: Bool,
        of ticker: Ticker,
        into outputs: inout [VenueFeedOutput]
    ) {
        guard let market = markets[ticker], let id = market.id, market.isFilling else { return }
        if !isWhole {
            note(.warning, "\(ticker): more trades than are read, the earliest are left out", into: &outputs)
        }
        let trades = rows.reversed().filter { row in
            row.ticker == ticker && row.created >= market.opens && row.yesPrice.isTradable && row.count > .zero
        }.map {
            (past: PastTrade(time: $0.created, trade: $0.trade(in: id)), mark: UInt64?(TradeMemory.mark($0.id.utf8)))
        }
        fill(ticker, with: trades, into: &outputs)
    }

    /// Takes in candles for want of trades: each becomes trades at its four prices.
    func adopt(_ rows: [CandleRow], of ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let id = market.id, market.isFilling else { return }
        note(.warning, "trades of \(ticker) cannot be read: its past is taken from candles of a minute", into: &outputs)
        let ended = rows.compactMap { $0.candle(.minute) }.filter { $0.end <= now && $0.start >= market.opens }
        // A market that was heard before has candles of its own.
        let trades = market.hasTraded ? [] : ended.flatMap { $0.trades(in: id) }
        fill(ticker, with: trades.map { ($0, nil) }, into: &outputs)
    }

    /// Tells of earlier trades, then of those that waited.
    ///
    /// Before the first trade of a market they are history. Later ones fill a hole: each is told at its own time, and
    /// candles that are closed by then stay as they are.
    private func fill(
        _ ticker: Ticker,
        with trades: [(past: PastTrade, mark: UInt64?)],
        into outputs: inout [VenueFeedOutput]
    ) {
        guard var market = markets[ticker], let id = market.id else { return }
        let isHistory = !market.hasTraded
        var history: [PastTrade] = []
        for (past, mark) in trades.sorted(by: { $0.past.time < $1.past.time }) {
            guard market.memory.admit(mark, at: past.time) else {
                summary.repeatedTrades += 1
                continue
            }
            market.lastTrade = max(market.lastTrade ?? past.time, past.time)
            if isHistory {
                history.append(past)
            } else {
                outputs.append(.event(MarketEvent(time: past.time, .trade(past.trade))))
            }
            summary.earlierTrades += 1
            summary.trades += 1
        }
        markets[ticker] = market
        if let last = history.last {
            outputs.append(.event(MarketEvent(time: max(now, last.time), .history(id, history))))
        }
        releaseHeld(ticker, into: &outputs)
    }

    /// Does without what is still missing.
    func endFilling(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        markets[ticker]?.missing = nil
        releaseHeld(ticker, into: &outputs)
    }

    /// Lets the trades go that waited for earlier ones; they wait on when more were lost meanwhile.
    private func releaseHeld(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker] else { return }
        markets[ticker]?.isFilling = false
        markets[ticker]?.held = []
        for (event, mark) in market.held { emit(event, mark: mark, into: &outputs) }
    }
}

extension Candle {
    /// Trades that make this candle: its open, its two extremes, and its close, which has nearly all the volume.
    func trades(in market: MarketID) -> [PastTrade] {
        func trade(_ price: Price, _ count: Quantity, at time: Timestamp) -> PastTrade {
            PastTrade(time: time, trade: Trade(market: market, price: price, count: count, taker: nil))
        }
        let one = Quantity(units: 1)
        let last = start + TimeSpan(microseconds: interval.microseconds - 1)
        let rest = volume.units - 3
        guard rest > 0 else { return volume.units > 0 ? [trade(close, volume, at: last)] : [] }
        let step = TimeSpan(microseconds: interval.microseconds / 4)
        return [
            trade(open, one, at: start), trade(low, one, at: start + step), trade(high, one, at: start + step * 2),
            trade(close, Quantity(units: rest), at: last),
        ]
    }
}
