import DequeModule
import KBotIndicators
import KBotModel

/// What is public: books, trades, candles, and the end of markets.
extension Engine {
    func known(_ id: MarketID) -> MarketState? {
        let index = Int(id.index)
        return index < markets.count ? markets[index] : nil
    }

    mutating func handle(_ event: MarketEvent) {
        switch event.kind {
        case .delta(let id, let outcome, let price, let count):
            guard let market = known(id), market.settlement == nil else { return }
            guard !market.isResyncing else { return }  // deltas on a book that lost sync mean nothing
            market.hasBook = true
            market.last.heard = now
            if !market.book.add(count, at: price, outcome: outcome) { loseSync(market) }
            if !market.brackets.isEmpty { watch(market) }
            if hearsBooks { showBook(of: market) }
        case .trade(let trade):
            guard let market = known(trade.market), market.settlement == nil else { return }
            market.last.hear(trade, at: event.time, heard: now)
            // A trade at or after a candle's end closes that candle before it is counted.
            if now >= candleDue { closeCandles() }
            add(trade, at: event.time, to: market)
            if !market.brackets.isEmpty { watch(market) }
        case .snapshot(let id, let snapshot):
            guard let market = known(id), market.settlement == nil else { return }
            market.hasBook = true
            market.isResyncing = false
            market.book.replace(with: snapshot)
            market.last.heard = now
            if !market.brackets.isEmpty { watch(market) }
            if hearsBooks { showBook(of: market) }
        case .gap(let id):
            guard let market = known(id) else { return }
            loseSync(market)
        case .listed(let facts): list(facts)
        case .status(let id, let status):
            guard let market = known(id) else { return }
            market.facts.status = status
            if status == .closed { close(market) }
        case .settled(let id, let settlement):
            guard let market = known(id) else { return }
            settle(market, settlement)
        case .history(let id, let trades):
            guard let market = known(id) else { return }
            hear(trades, of: market)
        case .spot(let symbol, let price): handle(symbol, .tick(event.time, price))
        case .spotCandle(let symbol, let candle): handle(symbol, .candle(candle))
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
        market.last.heard = now
        for index in strategies.indices { prepare(index, in: market) }
    }

    /// Makes the candles and indicators of one strategy in one market.
    mutating func prepare(_ index: Int, in market: MarketState) {
        let strategy = strategies[index]
        let needs = strategy.needs
        if let shared = spotIndicators(of: index) {
            market.slots.append(StrategySlot(series: nil, indicators: shared))
            return
        }
        let interval = needs.interval.resolved(life: market.facts.life)
        market.slots.append(StrategySlot(series: series(of: interval, in: market), indicators: IndicatorSet(needs)))
        warnOfWarmUp(strategy, interval, in: market)
    }

    /// The place of the series of this length, made when there is none.
    private func series(of interval: TimeSpan, in market: MarketState) -> Int {
        if let shared = market.series.firstIndex(where: { $0.aggregator.interval == interval }) { return shared }
        market.series.append(freshSeries(of: interval, in: market))
        return market.series.count - 1
    }

    /// A series of a market that has seen no trade.
    func freshSeries(of interval: TimeSpan, in market: MarketState) -> CandleSeries {
        CandleSeries(
            aggregator: CandleAggregator(
                interval: interval,
                grace: configuration.candleGrace,
                openTime: market.facts.openTime,
                closeTime: market.facts.closeTime
            )
        )
    }

    /// Says so when no signal can come before entries end.
    mutating func warnOfWarmUp(_ strategy: any Strategy, _ interval: TimeSpan, in market: MarketState) {
        let needs = strategy.needs
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

    /// Says that a market has not traded for so long that no more candles are made of it.
    private mutating func warnOfSilence(_ candle: Candle, in market: MarketState) {
        let text =
            "\(market.facts.ticker): \(CandleAggregator.longestSilence) candles of \(candle.interval) without a trade: the next "
            + "one comes with the next trade"
        note(market, .warning(.marketSilent, text))
    }

    private mutating func add(_ trade: Trade, at time: Timestamp, to market: MarketState) {
        for index in market.series.indices {
            market.series[index].aggregator.add(price: trade.price, count: trade.count, at: time)
        }
        if configuration.keepsTrades {
            market.keep(KeptTrade(time: time, heard: now, price: trade.price, count: trade.count))
        }
        if let due = market.candleDue, due < candleDue { candleDue = due }
        guard hearsTrades else { return }
        for (index, strategy) in strategies.enumerated() where strategy.callbacks.contains(.trade) {
            guard isAsked(index, in: market) else { continue }
            let decision = strategy.onTrade(trade, context(of: index, in: market))
            tellMessages(of: strategy, in: market)
            followSignal(decision, of: index, in: market, at: time)
        }
    }

    /// Shows a changed book to the strategies that hear books.
    private mutating func showBook(of market: MarketState) {
        guard market.isOpen(at: now), market.facts.status == .active, !market.isResyncing else { return }
        for (index, strategy) in strategies.enumerated() where strategy.callbacks.contains(.book) {
            guard isAsked(index, in: market) else { continue }
            let decision = strategy.onBook(context(of: index, in: market))
            tellMessages(of: strategy, in: market)
            followSignal(decision, of: index, in: market, at: now)
        }
    }

    /// Closes every candle whose time has come, earliest first; underlyings before markets, markets in the order of their
    /// numbers.
    mutating func closeCandles() {
        while candleDue <= now {
            let due = candleDue
            closeSpotCandles(due: due)
            for market in active {
                for index in market.series.indices where market.series[index].aggregator.nextDue == due {
                    if let candle = market.series[index].aggregator.closeNext(asOf: now) {
                        judge(candle, series: index, in: market)
                        if candle.trades == 0, market.series[index].aggregator.isSilent {
                            warnOfSilence(candle, in: market)
                        }
                    }
                }
            }
            candleDue = earliestCandle
        }
        markEquity()
        active.removeAll(where: \.isFinished)
    }

    /// When the next candle of any market or underlying may close.
    var earliestCandle: Timestamp {
        var earliest = Timestamp.distantFuture
        for market in active {
            if let due = market.candleDue, due < earliest { earliest = due }
        }
        for spot in spots {
            if let due = spot.candleDue, due < earliest { earliest = due }
        }
        return earliest
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
        var results: [(strategy: Int?, netPnL: Money)] = []
        for bracket in market.brackets {
            if let netPnL = settle(bracket, settlement) { results.append((bracket.strategyIndex, netPnL)) }
        }
        tellSettlement(settlement, results, in: market)
        markEquity()
        release(market)
    }

    private mutating func tellSettlement(
        _ settlement: Settlement,
        _ results: [(strategy: Int?, netPnL: Money)],
        in market: MarketState
    ) {
        func sum(_ results: [(strategy: Int?, netPnL: Money)]) -> Money? {
            results.isEmpty ? nil : results.reduce(.zero) { $0 + $1.netPnL }
        }
        for (index, strategy) in strategies.enumerated() where strategy.callbacks.contains(.settle) {
            let own = sum(results.filter { $0.strategy == index })
            strategy.onSettle(
                SettlementNews(settlement: settlement, netPnL: own),
                context(of: index, in: market)
            )
            tellMessages(of: strategy, in: market)
        }
        for rule in rules {
            rule.onSettle(SettlementNews(settlement: settlement, netPnL: sum(results)), ruleContext(in: market))
            tell(rule.takeMessages(), of: StrategyName(rule.name), in: market)
        }
    }

    /// How long orders of a decided market are remembered, for fills that are told late.
    private static var memory: TimeSpan { .hours(1) }

    /// Lets go of a decided market's book and candles, and after a while of its orders; trades that a correction of the
    /// result would change stay.
    private mutating func release(_ market: MarketState) {
        market.book = OrderBook()
        market.series = []
        market.slots = []
        market.forgetTrades()
        active.removeAll { $0 === market }
        released.append((now, market))
        while let (time, old) = released.first, now - time > Self.memory {
            released.removeFirst()
            for id in old.orderIDs { orders.removeValue(forKey: id)?.bracket.forgetOrders() }
            old.orderIDs = []
            if old.settledTrades.isEmpty { markets[Int(old.facts.id.index)] = nil }
        }
        candleDue = earliestCandle
    }
}
