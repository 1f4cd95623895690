package import KBotModel
import KBotSimulation

/// The built-in market simulator as a feed: first the minute candles that led the index to the start, then its events.
package struct SimulatedFeed: MarketFeed {
    /// Where simulated time begins when nothing else is said; fixed, so that a seed alone makes a run.
    package static let usualStart = UTCDay(year: 2026, month: 6, day: 1).start
    /// How long it runs when nothing else is said.
    package static let usualDuration = TimeSpan.hours(24)

    private var simulator: MarketSimulator
    private var hasBegun = false
    private let start: Timestamp
    private let line: String
    private var counts = FeedSummary()

    /// Makes a simulated series.
    ///
    /// - Throws: ``RunFailure`` for a series the simulator does not make.
    package init(
        series: SeriesTicker,
        start: Timestamp = usualStart,
        duration: TimeSpan,
        seed: UInt64
    ) throws(RunFailure) {
        guard series.text.hasPrefix("KX"), series.text.hasSuffix("15M"), series.text.count > 5 else {
            throw RunFailure(
                .usage,
                "--series \(series): the simulator makes 15-minute crypto series, such as KXBTC15M"
            )
        }
        self.start = start
        simulator = MarketSimulator(
            MarketSimulator.Options(series: series, start: start, duration: duration, seed: seed)
        )
        line = "SIMULATED market \(series), \(duration) from \(start), seed \(seed)"
    }

    package mutating func next(into events: inout [MarketEvent]) throws -> Bool {
        guard hasBegun else {
            hasBegun = true
            for candle in simulator.spotHistory {
                events.append(MarketEvent(time: candle.end, .spotCandle(simulator.spotSymbol, candle)))
            }
            return true
        }
        let before = events.count
        let more = simulator.next(into: &events)
        for event in events[before...] {
            switch event.kind {
            case .trade: counts.trades += 1
            case .listed(let market): counts.markets = max(counts.markets, Int(market.id.index) + 1)
            case .spot, .spotCandle: continue
            default: break
            }
            if counts.first == nil { counts.first = event.time }
            counts.last = event.time
        }
        return more
    }

    package var summary: FeedSummary {
        var summary = counts
        summary.sources = [line]
        return summary
    }

    package var progress: Double? {
        let span = (simulator.end - start).microseconds
        guard span > 0 else { return 1 }
        return min(1, max(0, Double((simulator.now - start).microseconds) / Double(span)))
    }
}
