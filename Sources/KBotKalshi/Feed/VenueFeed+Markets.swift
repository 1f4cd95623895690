import KBotModel

/// A market's life by the clock: listed ahead, opened, closed, decided.
extension VenueFeed {
    /// Does what is due in a market, and plans what is next.
    func advance(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker] else { return }
        if market.id == nil { open(ticker, into: &outputs) }
        if market.id != nil || markets[ticker]?.id != nil {
            follow(ticker, into: &outputs)
            tellStatus(ticker, into: &outputs)
            if let result = markets[ticker]?.earlyResult {
                markets[ticker]?.earlyResult = nil
                decide(ticker, result, into: &outputs)
            }
            pollIfDue(ticker, into: &outputs)
        }
        plan(ticker)
    }

    /// Lists and subscribes a market whose time has come.
    private func open(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard var market = markets[ticker], now >= market.opens - configuration.lookAhead else { return }
        guard market.closes > now || held[ticker] != nil else {
            markets[ticker] = nil
            return
        }
        // Fees must be known; a series that cannot be read is charged as the dearest kind.
        guard series[market.series]?.hasRow == true else { return }
        let isRunning = market.opens <= now
        let reach = max(market.opens, now - configuration.warmUp)
        var status: MarketStatus = !isRunning ? .initialized : isPaused(market) ? .inactive : .active
        let isOver = market.closes <= now
        // What became of one that is held, since it was last heard of, is news of its own.
        if let known = held[ticker]?.status { status = known == .settled ? .closed : known }
        guard let id = list(market, status, at: now, into: &outputs) else { return }
        summary.markets += 1
        market.id = id
        if !isOver {
            market.missing = reach
            market.doubt = uptime
            market.isSubscribed = true
        }
        while tickers.count <= Int(id.index) { tickers.append(ticker) }
        markets[ticker] = market
        mayMissTrades = true
        subscribe()
    }

    /// What the clock does to a listed market.
    private func follow(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker] else { return }
        if !market.isClosed, now >= market.closes + configuration.closeGrace {
            endFilling(ticker, into: &outputs)
            markets[ticker]?.isClosed = true
        } else if market.isClosed, now < market.closes {
            // The close was moved, or the clock was wrong.
            markets[ticker]?.isClosed = false
        }
        if market.isSubscribed, now >= market.closes + configuration.linger || market.settlement != nil {
            markets[ticker]?.isSubscribed = false
            markets[ticker]?.missing = nil
            subscribe()
        }
    }

    /// Tells of a market's status, when it is new.
    func tellStatus(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let id = market.id, market.settlement == nil else { return }
        let status: MarketStatus =
            if market.isClosed { .closed } else if now < market.opens { .initialized } else if isPaused(market) {
                .inactive
            } else { .active }
        var events: [MarketEvent] = []
        board.set(status, of: id, at: now, into: &events)
        for event in events { emit(event, into: &outputs) }
    }

    /// Whether a market, its shard or the venue is paused.
    private func isPaused(_ market: FeedMarket) -> Bool {
        guard let status = exchangeStatus else { return market.isPaused }
        if market.isPaused || !status.isActive || !status.isTrading { return true }
        return status.shards.contains { $0.shard == market.shard && !($0.isActive && $0.isTrading) }
    }

    /// Reads a market whose strike or result is awaited.
    private func pollIfDue(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let due = pollDue(market), due <= uptime else { return }
        markets[ticker]?.polled = uptime
        // The many strikes of one event are read at once.
        if let event = market.event, markets.values.count(where: { $0.event == event }) > 3 {
            ask(.event(event))
        } else {
            ask(.market(ticker))
        }
    }

    /// When a listed market is to be read next; nil when there is nothing to wait for.
    private func pollDue(_ market: FeedMarket) -> Timestamp? {
        if market.settlement != nil {
            return market.isFinal ? nil : market.polled + wait(configuration.reviewPoll)
        }
        if market.isClosed {
            return max(uptime(of: market.closes + configuration.linger), market.polled + wait(configuration.resultPoll))
        }
        guard market.strike == nil, market.awaitsStrike, market.closes > now else { return nil }
        // A few markets never get one.
        let isOverdue = now > market.opens + .minutes(2)
        let pause = isOverdue ? configuration.refresh : configuration.strikePoll
        return max(uptime(of: market.opens + .seconds(1)), market.polled + wait(pause))
    }

    /// Plans when to look at a market again; one that is paid is forgotten.
    private func plan(_ ticker: Ticker) {
        guard let market = markets[ticker] else { return agenda.cancel(.market(ticker)) }
        if market.isFinal, market.settlement != nil, !market.isSubscribed {
            finished.insert(ticker)
            markets[ticker] = nil
            return agenda.cancel(.market(ticker))
        }
        var times = [market.opens, market.closes + configuration.closeGrace, market.closes + configuration.linger]
        if market.id == nil { times = [max(market.opens - configuration.lookAhead, now + .seconds(1))] }
        var due = times.filter { $0 > now }.map { uptime(of: $0) }.min() ?? .distantFuture
        if market.id != nil, let poll = pollDue(market) { due = min(due, max(poll, uptime + .milliseconds(50))) }
        agenda.set(.market(ticker), at: due)
    }

    /// Takes in a result; another value corrects the first.
    func decide(_ ticker: Ticker, _ settlement: Settlement, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let id = market.id, market.settlement?.value != settlement.value else {
            return
        }
        endFilling(ticker, into: &outputs)
        if let earlier = market.settlement {
            note(
                .warning,
                "the result of \(ticker) was corrected from \(earlier.value) to \(settlement.value)",
                into: &outputs
            )
        } else {
            summary.decided += 1
            markets[ticker]?.isClosed = true
            tellStatus(ticker, into: &outputs)
        }
        markets[ticker]?.settlement = settlement
        markets[ticker]?.polled = uptime
        var events: [MarketEvent] = []
        board.settle(id, settlement, at: now, into: &events)
        for event in events { emit(event, into: &outputs) }
    }

    /// Tells the machine which markets are wanted now.
    func subscribe() {
        let wanted = marketsInOrder.filter(\.isSubscribed).map(\.ticker)
        machine.want(.orderbook, markets: wanted, at: uptime)
        machine.want(.trade, markets: wanted, at: uptime)
        if configuration.tickers { machine.want(.ticker, markets: wanted, at: uptime) }
    }
}
