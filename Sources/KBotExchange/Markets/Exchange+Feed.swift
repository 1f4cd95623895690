import KBotKalshi
import KBotModel
import KBotSimulation

/// From the feed's events to the state of the markets.
extension Exchange {
    /// How many paid markets stay to be looked at.
    private static let mostArchived = 3_000

    /// Time of the next event of the feed; the distant future when there is none.
    var nextEventTime: Timestamp {
        while nextPending >= pending.count {
            guard !isOver else { return .distantFuture }
            pending.removeAll(keepingCapacity: true)
            nextPending = 0
            do {
                if try !feed.next(into: &pending) { isOver = true }
            } catch {
                isOver = true
                feedFailure = "\(error)"
            }
        }
        return pending[nextPending].time
    }

    /// Takes in one event.
    func take(_ event: MarketEvent) {
        switch event.kind {
        case .delta(let id, let outcome, let price, let change):
            guard let market = market(id), market.isInSync else { return }
            guard market.book.add(change, at: price, outcome: outcome) else {
                market.isInSync = false
                return pass(MarketEvent(time: event.time, .gap(id)), of: market)
            }
            market.bookChanged(at: clock)
            if audience.contains(.orderbook) { tellDelta(market, outcome, price, change) }
            pass(event, of: market)
        case .trade(let trade):
            guard let market = market(trade.market), !isTradingPaused, market.phase(at: clock) == .active else {
                return
            }
            lastTradeNumber += 1
            let record = market.record(trade, number: lastTradeNumber, at: clock)
            if audience.contains(.trade) { tell(record, of: market) }
            pass(event, of: market, trade: record.number)
        case .snapshot(let id, let snapshot):
            guard let market = market(id) else { return }
            market.book.replace(with: snapshot)
            market.isInSync = true
            market.bookChanged(at: clock)
            if audience.contains(.orderbook) { tellBook(market) }
            pass(event, of: market)
        case .gap(let id):
            guard let market = market(id) else { return }
            market.isInSync = false
            pass(event, of: market)
        case .listed(let facts): list(facts)
        case .status(let id, let status): setStatus(status, of: id)
        case .settled(let id, let settlement): determine(id, settlement)
        case .spot(let symbol, let price): tick(symbol, price, at: event.time)
        case .history, .spotCandle: break
        }
    }

    /// Hands an event to every paper exchange on the market's shard.
    private func pass(_ event: MarketEvent, of market: ListedMarket, trade: Int64? = nil) {
        for wallet in walletsByShard[market.facts.shard] ?? [] {
            wallet.paper.handle(event, into: &venueEvents)
            if !venueEvents.isEmpty { settleEvents(of: wallet, trade: trade) }
        }
    }

    private func list(_ facts: Market) {
        var facts = facts
        // It speaks the venue's protocol of today, whatever its clock says, and charges as the venue does today.
        facts.fees = facts.fees.inForce(at: .distantFuture)
        let index = Int(facts.id.index)
        guard index >= 0 else { return }
        while markets.count <= index { markets.append(nil) }
        guard let market = markets[index] else {
            let market = ListedMarket(facts, marketID: uuids.id(.market, Int64(index)), at: clock)
            market.isHalted = facts.status == .inactive
            markets[index] = market
            numbers[facts.ticker] = facts.id
            live.append(facts.id)
            for customer in customers { openWallets(of: customer, shard: facts.shard) }
            if audience.contains(.lifecycle) { tellCreated(market) }
            if facts.strike != nil { tellStrike(market) }
            return pass(MarketEvent(time: clock, .listed(facts)), of: market)
        }
        let old = market.facts
        market.facts = facts
        market.updated = clock
        if facts.strike != old.strike, facts.strike != nil { tellStrike(market) }
        if facts.closeTime != old.closeTime {
            tellLifecycle(market, "close_date_updated") {
                $0.add("close_ts", number: facts.closeTime.epochSeconds)
            }
        }
        if facts.grid != old.grid { tellGrid(market) }
        if facts.status != old.status { setStatus(facts.status, of: facts.id) }
        // The paper exchange would wipe the orders of a pause, which only its end does.
        var told = facts
        if facts.status == .inactive { told.status = .active }
        pass(MarketEvent(time: clock, .listed(told)), of: market)
    }

    private func setStatus(_ status: MarketStatus, of id: MarketID) {
        guard let market = market(id) else { return }
        market.updated = clock
        switch status {
        case .inactive:
            guard !market.isHalted else { return }
            market.isHalted = true
            halt(market, isActive: false)
        case .active:
            if market.isHalted {
                market.isHalted = false
                halt(market, isActive: true)
            }
            market.facts.status = .active
            pass(MarketEvent(time: clock, .status(id, .active)), of: market)
        case .initialized, .closed, .settled:
            market.facts.status = status
            pass(MarketEvent(time: clock, .status(id, status)), of: market)
        }
    }

    /// A market's result is known; it is paid later.
    private func determine(_ id: MarketID, _ settlement: Settlement) {
        guard let market = market(id) else { return }
        // A recording may end a market before its time.
        if market.facts.status == .active { setStatus(.closed, of: id) }
        market.settlement = settlement
        market.determined = clock
        market.updated = clock
        market.expirationValue = expirationValue(of: market)
        if audience.contains(.lifecycle) { tellResult(market, settlement) }
        let payment = (due: clock + settlementDelay, market: id, settlement: settlement)
        payments.insert(payment, at: payments.firstIndex { $0.due > payment.due } ?? payments.count)
    }

    /// The figure that decided: the next window's strike, which is the same average, or the average itself.
    private func expirationValue(of market: ListedMarket) -> String {
        let next = live.compactMap { self.market($0) }.first {
            $0.facts.series == market.facts.series && $0.facts.openTime == market.facts.closeTime
        }
        if let strike = next?.facts.strike { return dollarText(strike) }
        let symbol = SpotSymbol(market.facts.series.underlying + "-USD")
        guard let average = indices[symbol]?.settlementAverage(at: market.facts.closeTime) else { return "" }
        // An average of values that were not all told could contradict the result.
        if let strike = market.facts.strike, (average >= strike) != (market.settlement == .yes) { return "" }
        return dollarText(average)
    }

    /// Pays the first market whose payment is due.
    func pay() {
        let (_, id, settlement) = payments.removeFirst()
        guard let market = market(id) else { return }
        market.finalized = clock
        market.updated = clock
        let value = settlement.value
        for wallet in walletsByShard[market.facts.shard] ?? [] {
            wallet.paper.handle(MarketEvent(time: clock, .settled(id, settlement)), into: &venueEvents)
            if !venueEvents.isEmpty { settleEvents(of: wallet, trade: nil) }
            guard let holding = wallet.holdings[id] else { continue }
            let (position, cost) = holding.paid.map { ($0.position, $0.cost) } ?? (holding.position, holding.exposure)
            guard let payout = wallet.holdings[id]?.settle(at: value, time: clock), position != .zero else { continue }
            let customer = customers[wallet.account]
            // A corrected payment takes the place of the first.
            customer.settlements.removeAll {
                $0.market == id && $0.subaccount == wallet.subaccount && $0.shard == wallet.shard
            }
            customer.settlements.append(
                ExchangeSettlement(
                    sequence: (customer.settlements.last?.sequence ?? 0) + 1,
                    subaccount: wallet.subaccount,
                    shard: wallet.shard,
                    market: id,
                    ticker: market.facts.ticker,
                    event: market.event,
                    result: settlement.result,
                    value: value,
                    position: position,
                    cost: cost,
                    payout: payout,
                    fees: holding.fees,
                    time: clock
                )
            )
        }
        tellLifecycle(market, "settled") {
            $0.add("settled_ts", number: clock.epochSeconds)
        }
        retire(market)
    }

    /// Lets go of what nobody needs of a paid market, and of what is long past.
    private func retire(_ market: ListedMarket) {
        let id = market.facts.id
        market.book = OrderBook()
        guard let place = live.firstIndex(of: id) else { return }
        live.remove(at: place)
        archive.append(id)
        for old in archive {
            guard let old = self.market(old), let paid = old.finalized, clock - paid > options.tradeMemory else {
                break
            }
            old.trades = []
        }
        while archive.count > Self.mostArchived {
            let oldest = archive.removeFirst()
            if let ticker = self.market(oldest)?.facts.ticker { numbers[ticker] = nil }
            markets[Int(oldest.index)] = nil
        }
    }

    private func tick(_ symbol: SpotSymbol, _ price: SpotPrice, at time: Timestamp) {
        if indices[symbol] == nil {
            indices[symbol] = IndexTape(symbol)
            symbols.append(symbol)
        }
        indices[symbol]?.add(price, at: time)
        guard let tape = indices[symbol] else { return }
        if audience.contains(.index) { tellIndex(tape) }
        if audience.contains(.fastIndex) { tellFastIndex(tape) }
    }
}
