import KBotModel

/// Which markets there are: series, windows, strikes and fees.
extension VenueFeed {
    /// Plans what a run begins with.
    func planStart() {
        for ticker in configuration.series { want(series: ticker, isWanted: true) }
        for market in configuration.held { ask(.market(market.ticker)) }
        for ticker in configuration.markets { ask(.market(ticker)) }
        ask(.status)
        ask(.schedule)
        agenda.set(.status, at: uptime + configuration.statusPoll)
        agenda.set(.schedule, at: uptime + .hours(1))
        agenda.set(.books, at: uptime + configuration.bookPoll)
        agenda.set(.idle, at: uptime + wait(.seconds(10)))
        agenda.set(.silence, at: uptime + configuration.silence)
        machine.want(.lifecycle, at: uptime)
        if configuration.privateChannels {
            for channel in [Channel.fill, .userOrders, .positions, .orderGroups] { machine.want(channel, at: uptime) }
        }
        let indices = configuration.spot.map(\.indexName)
        if !indices.isEmpty { machine.want(.index, indices: indices, at: uptime) }
    }

    func want(series ticker: SeriesTicker, isWanted: Bool) {
        guard series[ticker] == nil else { return }
        series[ticker] = FeedSeries(ticker: ticker, isWanted: isWanted)
        perform(series: ticker)
        if isWanted { readMarkets(of: ticker) }
    }

    /// Reads a series' fees, and plans to do so again.
    func perform(series ticker: SeriesTicker) {
        ask(.series(ticker))
        ask(.feeChanges(ticker))
        let isKnown = series[ticker]?.row != nil
        agenda.set(.series(ticker), at: uptime + (isKnown ? .minutes(10) : .seconds(5)))
    }

    /// Reads the markets of a series, and plans to do so again: soon when none is open.
    func readMarkets(of ticker: SeriesTicker) {
        ask(.markets(ticker, .open))
        ask(.markets(ticker, .unopened))
        let isOpen = markets.values.contains { $0.series == ticker && $0.isOpen(at: now) }
        let pause = isOpen ? configuration.refresh : min(configuration.refresh, .seconds(5))
        agenda.set(.markets(ticker), at: uptime + max(wait(pause), .seconds(1)))
    }

    /// Whether a market is wanted, by its series or its own name, or because something is held there.
    func isWanted(_ ticker: Ticker, _ series: SeriesTicker) -> Bool {
        self.series[series]?.isWanted == true || configuration.markets.contains(ticker) || held[ticker] != nil
    }

    /// Takes in a market as REST tells it.
    func adopt(_ row: MarketRow, into outputs: inout [VenueFeedOutput]) {
        let ticker = row.ticker
        guard isWanted(ticker, row.series) else { return }
        if markets[ticker] == nil {
            guard !finished.contains(ticker) else { return }
            guard row.closes > now && row.settlement == nil || held[ticker] != nil else {
                if configuration.markets.contains(ticker), finished.insert(ticker).inserted {
                    note(.warning, "market \(ticker) closed at \(row.closes): nothing to trade", into: &outputs)
                }
                return
            }
            guard let market = FeedMarket(row) ?? held[ticker].map({ FeedMarket($0) }) else {
                if finished.insert(ticker).inserted {
                    note(.warning, "market \(ticker) has no usable price grid or times: left out", into: &outputs)
                }
                return
            }
            markets[ticker] = market
            want(series: market.series, isWanted: false)
        }
        guard var market = markets[ticker] else { return }
        market.update(row)
        // REST is up to 15 s behind what the socket tells.
        if now - market.pauseTold > .seconds(20), row.phase.known == .active || row.phase.known == .inactive {
            market.isPaused = row.phase.known == .inactive
        }
        if row.phase.known == .finalized { market.isFinal = true }
        markets[ticker] = market
        if let event = market.event, overrides[event] == nil {
            overrides[event] = .some(nil)
            ask(.event(event))
        }
        if let settlement = row.settlement {
            if market.id == nil {
                markets[ticker]?.earlyResult = settlement
            } else {
                decide(ticker, settlement, into: &outputs)
            }
        }
        relist(ticker, into: &outputs)
        advance(ticker, into: &outputs)
    }

    /// Tells of a listed market anew, when anything about it changed.
    func relist(_ ticker: Ticker, into outputs: inout [VenueFeedOutput]) {
        guard let market = markets[ticker], let id = market.id else { return }
        let status = board.market(id).status
        list(market, status, at: now, into: &outputs)
    }

    /// Tells of a market, at a time.
    @discardableResult
    func list(
        _ market: FeedMarket,
        _ status: MarketStatus,
        at time: Timestamp,
        into outputs: inout [VenueFeedOutput]
    ) -> MarketID? {
        let fees = fees(of: market)
        var events: [MarketEvent] = []
        let id = board.list(market.ticker, at: time, into: &events) { id in
            Market(
                id: id,
                ticker: market.ticker,
                series: market.series,
                openTime: market.opens,
                closeTime: market.closes,
                grid: market.grid,
                fees: fees,
                strike: market.strike,
                shard: market.shard,
                status: status
            )
        }
        for event in events { emit(event, into: &outputs) }
        return id
    }

    /// The fees of a market.
    func fees(of market: FeedMarket) -> FeeSchedule {
        let override = market.event.flatMap { overrides[$0] ?? nil }
        return (series[market.series] ?? FeedSeries(ticker: market.series, isWanted: false)).fees(override)
    }

    /// Takes in a series and tells of its markets anew when their fees changed.
    func adopt(_ row: SeriesRow, into outputs: inout [VenueFeedOutput]) {
        guard let known = series[row.ticker] else { return }
        var row = row
        if let before = known.row, now - known.changed < .minutes(1) {
            // What is read is up to 15 s old: a change just made is believed.
            row.feeType = before.feeType
            row.feeMultiplier = before.feeMultiplier
        }
        series[row.ticker]?.row = row
        applyFeeChanges(row.ticker, into: &outputs)
    }

    /// Applies the changes of fees whose time has come, and plans the next.
    func applyFeeChanges(_ ticker: SeriesTicker, into outputs: inout [VenueFeedOutput]) {
        guard var known = series[ticker] else { return }
        while let change = known.changes.first, let time = change.scheduled, time <= now {
            known.changes.removeFirst()
            known.changed = now
            if let type = change.feeType { known.row?.feeType = type }
            if let multiplier = change.feeMultiplier { known.row?.feeMultiplier = multiplier }
            note(.info, "the fees of \(ticker) changed at \(time)", into: &outputs)
        }
        series[ticker] = known
        if let next = known.changes.first?.scheduled { agenda.set(.fees(ticker), at: uptime(of: next)) }
        for market in marketsInOrder where market.series == ticker { relist(market.ticker, into: &outputs) }
    }

    /// Takes in changes of fees to come.
    func adopt(_ changes: [FeeChange], of ticker: SeriesTicker, into outputs: inout [VenueFeedOutput]) {
        let coming = changes.filter { ($0.series ?? ticker) == ticker && ($0.scheduled ?? .distantPast) > now }
        series[ticker]?.changes = coming.sorted { ($0.scheduled ?? .distantPast) < ($1.scheduled ?? .distantPast) }
        applyFeeChanges(ticker, into: &outputs)
    }

    /// Takes in the fees of an event.
    func adopt(_ override: FeeOverride?, of event: EventTicker, into outputs: inout [VenueFeedOutput]) {
        overrides[event] = .some(override)
        for market in marketsInOrder where market.event == event { relist(market.ticker, into: &outputs) }
    }

    /// The markets in the order of their names, so that equal input gives equal output.
    var marketsInOrder: [FeedMarket] { markets.values.sorted { $0.ticker < $1.ticker } }
}

extension SpotSymbol {
    /// The venue's name of the index: `BRTI` for BTC-USD, `ETHUSD_RTI` for ETH-USD.
    package var indexName: String { asset == "BTC" ? "BRTI" : "\(asset)USD_RTI" }
}
