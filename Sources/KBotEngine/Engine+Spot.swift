import DequeModule
import KBotIndicators
import KBotModel

/// Underlyings: their candles, and the strategies that trade contracts by them.
extension Engine {
    /// The underlying of a symbol; nil when nobody asked for it yet.
    private func spot(_ symbol: SpotSymbol) -> SpotState? { spots.first { $0.symbol == symbol } }

    /// The underlying of a symbol that was heard; nil when no strategy asks for it, and no later version could.
    private mutating func heardSpot(_ symbol: SpotSymbol) -> SpotState? {
        if let spot = spot(symbol) { return spot }
        guard configuration.keepsTrades else { return nil }
        let spot = SpotState(symbol)
        spots.append(spot)
        return spot
    }

    /// Hears a price or a finished candle of an underlying.
    mutating func handle(_ symbol: SpotSymbol, _ input: SpotInput) {
        guard input.isKnown(at: now), let spot = heardSpot(symbol) else { return }
        spot.heard = now
        if configuration.keepsTrades { spot.keep(input, heard: now) }
        guard !spot.series.isEmpty else { return }
        let before = spot.candleDue
        // What lies at or after a candle's end closes that candle before it is counted. Only the underlying's: at equal
        // times the candles of markets wait for the markets' own events.
        while let due = spot.candleDue, due <= now { closeCandles(of: spot, due: due) }
        for index in spot.series.indices where !spot.series[index].add(input) {
            warn(spot.series[index], of: spot, input)
        }
        // A finished candle that ends where a longer one ends closes it at once.
        while let due = spot.candleDue, due <= now { closeCandles(of: spot, due: due) }
        if spot.candleDue != before { candleDue = earliestCandle }
    }

    /// Says once that candles of this length cannot be made of what the data gives.
    private mutating func warn(_ series: SpotSeries, of spot: SpotState, _ input: SpotInput) {
        guard case .candle(let candle) = input else { return }
        let wanted = series.aggregator.interval
        guard warnedIntervals.insert("\(spot.symbol) \(wanted)").inserted else { return }
        note(
            nil,
            .warning(
                .cannotWarmUp,
                "\(spot.symbol): candles of \(wanted) cannot be made of candles of \(candle.interval): no signal can come"
            )
        )
    }

    /// Keeps what is heard before the first event of a market: the clock, the day and the strategies begin with that.
    mutating func hearEarly(_ symbol: SpotSymbol, _ input: SpotInput, at time: Timestamp) {
        guard input.isKnown(at: time), let spot = heardSpot(symbol) else { return }
        spot.heard = max(spot.heard, time)
        spot.keep(input, heard: spot.heard)
    }

    /// Makes the underlyings the strategies ask for.
    mutating func makeSpots() {
        for strategy in strategies {
            guard case .spot(let symbol) = strategy.needs.source, spot(symbol) == nil else { continue }
            spots.append(SpotState(symbol))
        }
    }

    /// Makes the series a strategy asks for, warmed up with what was heard so far.
    mutating func prepareSpot(of index: Int) {
        let needs = strategies[index].needs
        guard case .spot(let symbol) = needs.source, case .fixed(let interval) = needs.interval else { return }
        makeSpots()
        guard let spot = spot(symbol) else { return }
        let indicators = IndicatorSet(needs)
        // A fresh series hears everything again, so that its indicators stand where they would have stood.
        var fresh = SpotSeries(aggregator: SpotAggregator(interval: interval, grace: configuration.candleGrace))
        for (heard, input) in spot.inputs {
            while let candle = fresh.aggregator.closeNext(asOf: heard) { indicators.add(candle) }
            fresh.add(input)
        }
        // At equal times an underlying's candles close with its own events, or with those of markets.
        while let candle = fresh.aggregator.closeNext(asOf: max(spot.heard, marketTime)) { indicators.add(candle) }
        if let shared = spot.series.firstIndex(where: { $0.aggregator.interval == interval }) {
            spot.series[shared].slots.append((index, indicators))
        } else {
            fresh.slots = [(index, indicators)]
            spot.series.append(fresh)
        }
        if let due = spot.candleDue, due < candleDue { candleDue = due }
    }

    /// Takes a strategy off the underlyings it heard.
    mutating func forgetSpot(of index: Int) {
        for spot in spots {
            for place in spot.series.indices { spot.series[place].slots.removeAll { $0.strategy == index } }
            spot.series.removeAll(where: \.slots.isEmpty)
        }
    }

    /// Puts what is heard of underlyings in the order of who hears it, as it would stand had all been asked for from the
    /// start: of candles that close at one time the first strategy's comes first.
    mutating func arrangeSpots() {
        for spot in spots {
            for place in spot.series.indices { spot.series[place].slots.sort { $0.strategy < $1.strategy } }
            spot.series.sort { $0.firstStrategy < $1.firstStrategy }
        }
        spots.sort { $0.firstStrategy < $1.firstStrategy }
    }

    /// The indicators of a strategy that hears an underlying.
    func spotIndicators(of index: Int) -> IndicatorSet? {
        for spot in spots {
            for series in spot.series {
                if let slot = series.slots.first(where: { $0.strategy == index }) { return slot.indicators }
            }
        }
        return nil
    }

    /// Closes the candles of underlyings that are due at exactly this time.
    mutating func closeSpotCandles(due: Timestamp) {
        for spot in spots { closeCandles(of: spot, due: due) }
    }

    private mutating func closeCandles(of spot: SpotState, due: Timestamp) {
        for index in spot.series.indices where spot.series[index].aggregator.nextDue == due {
            guard let candle = spot.series[index].aggregator.closeNext(asOf: now) else { continue }
            judge(candle, of: spot, slots: spot.series[index].slots)
        }
    }

    /// Shows a candle of an underlying to the strategies that hear it, once for each open market on it.
    private mutating func judge(
        _ candle: SpotCandle,
        of spot: SpotState,
        slots: [(strategy: Int, indicators: IndicatorSet)]
    ) {
        note(nil, .spotCandle(spot.symbol, candle))
        for (index, indicators) in slots {
            indicators.add(candle)
            let strategy = strategies[index]
            for market in active where market.isOpen(at: now) && market.underlying == spot.symbol.asset {
                guard indicators.isReady else {
                    note(market, .noSignal(strategy.name, .warmingUp, filtered: false))
                    continue
                }
                let decision = strategy.onSpotCandle(candle, context(of: index, in: market))
                tellMessages(of: strategy, in: market)
                follow(decision, of: index, in: market, interval: candle.interval, at: candle.end)
            }
        }
    }
}
