public import KBotModel

extension MarketSimulator {
    /// How far ``spotHistory`` goes back.
    public static let historyLength = TimeSpan.hours(12)

    private static let minute = TimeSpan.minutes(1)
    /// Sets the randomness of the history apart from that of the markets, which it must not shift.
    private static let historySalt: UInt64 = 0x7370_6F74_7061_7374

    /// The index of the ``historyLength`` before the start, as candles of a minute, oldest first; for strategies that
    /// want prices of the underlying from before the first market.
    ///
    /// Each is what one price a second makes. They are walked from the seed by the index's own process and scaled to
    /// end where the simulation begins. A minute in progress at the start is left out. The minute that makes the first
    /// strike is the one that really made it. Computed anew each time it is asked for.
    public var spotHistory: [SpotCandle] {
        let start = Timestamp(seconds: ceilDivide(options.start.microseconds, by: 1_000_000))
        let end = start.floored(to: Self.minute)
        let begin = end - Self.historyLength
        let walkBegin = begin.floored(to: Self.life)
        let prices = prices(from: walkBegin, to: start)
        let offset = Int((begin - walkBegin).wholeSeconds)
        return (0..<Int(Self.historyLength.wholeSeconds / 60)).map { minute in
            let ticks = prices[(offset + minute * 60)..<(offset + minute * 60 + 60)]
            return SpotCandle(
                start: begin + Self.minute * Int64(minute),
                interval: Self.minute,
                open: ticks.first ?? .zero,
                high: ticks.max() ?? .zero,
                low: ticks.min() ?? .zero,
                close: ticks.last ?? .zero,
                ticks: Int32(ticks.count)
            )
        }
    }

    /// The index at each second before the start, from a quarter hour on.
    private func prices(from walkBegin: Timestamp, to start: Timestamp) -> [SpotPrice] {
        // What the simulator itself walked when it was made.
        var random = SeededRandom(seed: options.seed)
        var index = IndexPath(value: Double(options.spot.units) / 10_000, basisPoints: options.volatility)
        index.openWindow(&random)
        let passed = Int((start - (firstOpen - Self.life)).microseconds / OrderFlow.step)
        var walked: [Double] = []
        index.approach(passed: passed, &random) { walked.append($0) }

        // What was before; it ends where that begins.
        let seconds = Int((start - walkBegin).wholeSeconds) - walked.count
        random = SeededRandom(seed: options.seed ^ Self.historySalt)
        let begin = Double(options.spot.units) / 10_000
        index = IndexPath(value: begin, basisPoints: options.volatility)
        var values: [Double] = []
        values.reserveCapacity(seconds + walked.count)
        for second in 0..<seconds {
            let inWindow = second % IndexPath.seconds
            if inWindow == 0 { index.openWindow(&random) }
            values.append(index.value)
            for step in 0..<IndexPath.stepsPerSecond {
                index.advance(step: inWindow * IndexPath.stepsPerSecond + step, &random)
            }
        }
        // Wild options can bring the walk near zero, where scaling makes no sense.
        let scale = begin / max(index.value, begin / 1_000)
        return values.map { price($0 * scale) } + walked.map(price)
    }

    private func price(_ value: Double) -> SpotPrice { SpotPrice(units: max(1, Int64((value * 10_000).rounded()))) }
}
