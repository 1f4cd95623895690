import KBotIndicators
import KBotModel

/// What is public: books, trades, candles, and the end of markets.
extension Engine {
    func state(_ id: MarketID) -> MarketState? {
        let index = Int(id.index)
        return index < markets.count ? markets[index] : nil
    }

    mutating func handle(_ event: MarketEvent) {
        switch event.kind {
        case .delta(let id, let outcome, let price, let count):
            guard let market = state(id), market.settlement == nil else { return }
            guard !market.isResyncing else { return }  // deltas on a book that lost sync mean nothing
            market.hasBook = true
            if !market.book.add(count, at: price, outcome: outcome) { loseSync(market) }
            if !market.brackets.isEmpty { watch(market) }
        case .trade(let trade):
            guard let market = state(trade.market), market.settlement == nil else { return }
            market.prints.record(trade, at: event.time)
            market.lastPrice = trade.price
            // A trade at or after a candle's end closes that candle before it is counted.
            if now >= candleDue { closeCandles() }
            add(trade, at: event.time, to: market)
            if !market.brackets.isEmpty { watch(market) }
        case .snapshot(let id, let snapshot):
            guard let market = state(id), market.settlement == nil else { return }
            market.hasBook = true
            market.isResyncing = false
            market.book.replace(with: snapshot)
            if !market.brackets.isEmpty { watch(market) }
        case .gap(let id):
            guard let market = state(id) else { return }
            loseSync(market)
        case .listed(let facts): list(facts)
        case .status(let id, let status):
            guard let market = state(id) else { return }
            market.facts.status = status
            if status == .closed { close(market) }
        case .settled(let id, let settlement):
            guard let market = state(id) else { return }
            settle(market, settlement)
        }
    }

    private mutating func list(_ facts: Market) {
        let index = Int(facts.id.index)
        while markets.count <= index { markets.append(nil) }
        if let market = markets[index] {
            market.facts = facts
            note(market, .market(facts))
            return
        }
        let market = MarketState(facts)
        markets[index] = market
        active.append(market)
        note(market, .market(facts))
        for strategy in strategies { prepare(strategy, in: market) }
    }

    private mutating func prepare(_ strategy: any Strategy, in market: MarketState) {
        let needs = strategy.needs
        let interval = needs.interval.resolved(life: market.facts.life)
        let series: Int
        if let shared = market.series.firstIndex(where: { $0.aggregator.interval == interval }) {
            series = shared
        } else {
            series = market.series.count
            market.series.append(
                CandleSeries(
                    aggregator: CandleAggregator(
                        interval: interval,
                        grace: configuration.candleGrace,
                        openTime: market.facts.openTime,
                        closeTime: market.facts.closeTime
                    )
                )
            )
        }
        market.slots.append(StrategySlot(series: series, indicators: IndicatorSet(needs)))

        let cutoff = configuration.limits.minTimeToClose ?? .zero
        let warmUp = interval * Int64(needs.warmUp)
        if warmUp + cutoff > market.facts.life,
            warnedIntervals.insert("\(strategy.name) \(interval) \(market.facts.life)").inserted
        {
            note(
                market,
                .warning(
                    .cannotWarmUp,
                    "\(strategy.name): \(needs.warmUp) candles of \(interval) last \(warmUp), but this market trades for "
                        + "\(market.facts.life) and takes no entry in the last \(cutoff): no signal can come"
                )
            )
        }
    }

    private mutating func add(_ trade: Trade, at time: Timestamp, to market: MarketState) {
        for index in market.series.indices {
            market.series[index].aggregator.add(price: trade.price, count: trade.count, at: time)
        }
        if let due = market.candleDue, due < candleDue { candleDue = due }
        guard hearsTrades else { return }
        for (index, strategy) in strategies.enumerated() where strategy.callbacks.contains(.trade) {
            guard market.slots[index].indicators.isReady else { continue }
            let decision = strategy.onTrade(trade, context(of: index, in: market))
            tellMessages(of: strategy, in: market)
            if case .signal(let signal) = decision {
                let interval = market.series[market.slots[index].series].aggregator.interval
                follow(signal, of: index, in: market, interval: interval, at: time)
            }
        }
    }

    /// Closes every candle whose time has come, earliest first, markets in the order of their numbers.
    mutating func closeCandles() {
        while candleDue <= now {
            let due = candleDue
            var next = Timestamp.distantFuture
            for market in active {
                for index in market.series.indices {
                    guard let marketDue = market.series[index].aggregator.nextDue else { continue }
                    if marketDue == due, let candle = market.series[index].aggregator.closeNext(asOf: now) {
                        judge(candle, series: index, in: market)
                    }
                    if let following = market.series[index].aggregator.nextDue, following < next { next = following }
                }
            }
            candleDue = next
        }
        markEquity()
        active.removeAll(where: \.isFinished)
    }

    private mutating func loseSync(_ market: MarketState) {
        market.isResyncing = true
        market.book.removeAll()
        for bracket in market.brackets { cancelEntry(of: bracket, why: "the book lost messages") }
    }

    /// The market stopped trading: what is held waits for the result.
    mutating func close(_ market: MarketState) {
        for bracket in market.brackets { awaitSettlement(bracket) }
    }

    private mutating func settle(_ market: MarketState, _ settlement: Settlement) {
        if let earlier = market.settlement {
            guard earlier.value != settlement.value else { return }
            market.settlement = settlement
            note(market, .settled(settlement))
            correct(market, from: earlier, to: settlement)
            return
        }
        if now >= candleDue { closeCandles() }
        market.settlement = settlement
        market.facts.status = .settled
        note(market, .settled(settlement))
        for bracket in market.brackets { settle(bracket, settlement) }
        for (index, strategy) in strategies.enumerated() where strategy.callbacks.contains(.settle) {
            strategy.onSettle(settlement, context(of: index, in: market))
            tellMessages(of: strategy, in: market)
        }
        markEquity()
        release(market)
    }

    /// How long orders of a decided market are remembered, for fills that are told late.
    private static var memory: TimeSpan { .hours(1) }

    /// Lets go of a decided market's book and candles, and after a while of its orders; trades that a correction of the
    /// result would change stay.
    private mutating func release(_ market: MarketState) {
        market.book = OrderBook()
        market.series = []
        market.slots = []
        active.removeAll { $0 === market }
        released.append((now, market))
        while let (time, old) = released.first, now - time > Self.memory {
            released.removeFirst()
            for id in old.orderIDs { orders.removeValue(forKey: id)?.bracket.forgetOrders() }
            old.orderIDs = []
            if old.settledTrades.isEmpty { markets[Int(old.facts.id.index)] = nil }
        }
        candleDue = active.compactMap(\.candleDue).min() ?? .distantFuture
    }
}
