import KBotEngine
import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@Suite struct `A set of indicators` {
    private static let specs: [IndicatorSpec] = [
        .bollinger(period: 7, deviations: 20_000), .sma(period: 7), .ema(period: 7), .wma(period: 7), .vwap(period: 7),
        .atr(period: 7), .stddev(period: 7), .highest(period: 7), .lowest(period: 7), .rsi(period: 7),
        .zscore(period: 7), .roc(period: 7),
    ]

    private func needs(_ specs: [IndicatorSpec]) -> StrategyNeeds {
        StrategyNeeds(interval: .auto, indicators: specs.enumerated().map { ("i\($0)", $1) })
    }

    /// A walk of an underlying.
    private func candles(_ count: Int, _ random: inout SeededGenerator) -> [SpotCandle] {
        var price: Int64 = 973_124_187
        return (0..<count).map { index in
            let open = price
            price += .random(in: -900_000...900_000, using: &random)
            return SpotCandle(
                start: Timestamp(seconds: Int64(index) * 60),
                interval: .minutes(1),
                open: SpotPrice(units: open),
                high: SpotPrice(units: max(open, price) + .random(in: 0...90_000, using: &random)),
                low: SpotPrice(units: min(open, price) - .random(in: 0...90_000, using: &random)),
                close: SpotPrice(units: price),
                volume: .random(in: 1...9_000_000, using: &random),
                ticks: Int32(index)
            )
        }
    }

    @Test func `shows every indicator what it is about, in the order asked for`() throws {
        try forSeeds(0..<50) { random in
            let set = IndicatorSet(needs(Self.specs))
            var bands = BollingerBands(period: 7, deviations: 20_000)
            var sma = SimpleMovingAverage(period: 7)
            var ema = ExponentialMovingAverage(period: 7)
            var wma = WeightedMovingAverage(period: 7)
            var vwap = VolumeWeightedAverage(period: 7)
            var atr = AverageTrueRange(period: 7)
            var stddev = StandardDeviation(period: 7)
            var highest = Highest(period: 7)
            var lowest = Lowest(period: 7)
            var rsi = RelativeStrengthIndex(period: 7)
            var zscore = ZScore(period: 7)
            var roc = RateOfChange(period: 7)
            for candle in candles(30, &random) {
                set.add(candle)
                let bar = Bar(candle)
                bands.add(bar.close)
                sma.add(bar.close)
                ema.add(bar.close)
                wma.add(bar.close)
                vwap.add(bar)
                atr.add(bar)
                stddev.add(bar.close)
                highest.add(bar.high)
                lowest.add(bar.low)
                rsi.add(bar.close)
                zscore.add(bar.close)
                roc.add(bar.close)
                let values = [
                    nil, sma.value, ema.value, wma.value, vwap.value, atr.value, stddev.value, highest.value,
                    lowest.value, rsi.value, zscore.value, roc.value,
                ]
                try hold(Self.specs.indices.map(set.value(at:)) == values, "values of \(values)")
                try hold(set.bands(at: 0) == bands.values && set.bollinger(at: 0) == bands, "bands")
                try hold(set.bands(at: 1) == nil && set.bollinger(at: 1) == nil, "bands of an average")
            }
        }
    }

    @Test func `takes candles of contracts, of underlyings and bare bars alike`() throws {
        let candle = Candle(
            start: Timestamp(seconds: 0),
            interval: .seconds(5),
            open: Price(cents: 50),
            high: Price(cents: 55),
            low: Price(cents: 48),
            close: Price(cents: 51),
            volume: Quantity(contracts: 3),
            trades: 3
        )
        let sets = (0..<3).map { _ in IndicatorSet(needs([.sma(period: 2), .vwap(period: 2), .highest(period: 2)])) }
        for _ in 0..<2 {
            sets[0].add(candle)
            sets[1].add(ClosedBar(candle))
            sets[2].add(Bar(candle))
        }
        for set in sets {
            #expect(set.isReady)
            // (55 + 48 + 51) / 3 = 51⅓ cents.
            let values = (0..<3).map(set.value(at:))
            #expect(values == [5_100_000_000, 5_133_333_333, 5_500_000_000])
        }
    }

    @Test func `is ready after the longest warm-up and stays so`() {
        let set = IndicatorSet(needs([.sma(period: 3), .roc(period: 7), .vwap(period: 2)]))
        for index in 0..<30 {
            #expect(set.isReady == (index >= 8))
            set.add(Candle(flatAt: Price(cents: 50), start: Timestamp(seconds: Int64(index)), interval: .seconds(1)))
        }
        // Flat candles have no volume: no price to weigh with it, however ready.
        #expect(set.value(at: 2) == nil)
        #expect(set.value(at: 1) == 0)
    }

    @Test func `has a value for everything exactly from its warm-up on`() throws {
        try forSeeds(0..<10) { random in
            let candles = candles(20, &random)
            for spec in Self.specs {
                let set = IndicatorSet(needs([spec]))
                for candle in candles {
                    set.add(candle)
                    let hasValue = set.value(at: 0) != nil || set.bands(at: 0) != nil
                    try hold(set.isReady == hasValue, "\(spec) at \(candle.start)")
                }
            }
        }
    }

    @Test(
        arguments: [
            (.sma(period: 2), 60), (.ema(period: 2), 55), (.wma(period: 2), 60), (.vwap(period: 2), 60),
            (.highest(period: 2), 60), (.lowest(period: 2), 60), (.atr(period: 1), 30), (.stddev(period: 2), 0),
            (.rsi(period: 2), 100), (.zscore(period: 2), 0), (.roc(period: 2), 100),
        ] as [(IndicatorSpec, Double)]
    )
    func `gives what people read once divided by its scale`(spec: IndicatorSpec, expected: Double) {
        let set = IndicatorSet(needs([spec]))
        for cents in [30, 60, 60] as [Int32] {
            var candle = Candle(flatAt: Price(cents: cents), start: Timestamp(seconds: 0), interval: .seconds(5))
            candle.add(price: Price(cents: cents), count: Quantity(contracts: 1))
            if case .atr = spec, set.isReady { break }
            set.add(candle)
        }
        #expect(set.value(at: 0).map { Double($0) / Double(spec.scale) } == expected)
    }

    @Test func `gives bands in cents once divided by their scale`() {
        let spec = IndicatorSpec.bollinger(period: 2, deviations: 10_000)
        let set = IndicatorSet(needs([spec]))
        for cents in [40, 60] as [Int64] {
            set.add(Bar(open: cents * 100, high: cents * 100, low: cents * 100, close: cents * 100, volume: 0))
        }
        let bands = set.bands(at: 0).map { [$0.lower, $0.middle, $0.upper].map { Double($0) / Double(spec.scale) } }
        #expect(bands == [40, 50, 60])
    }

    @Test(arguments: [0, 1, 3, 50])
    func `keeps the last candles, as many as asked for, oldest first`(count: Int) throws {
        try forSeeds(0..<5) { random in
            var needs = needs([.sma(period: 2)])
            needs.history = count
            let set = IndicatorSet(needs)
            let candles = candles(20, &random)
            for (index, candle) in candles.enumerated() {
                set.add(candle)
                try hold(Array(set.history) == candles[...index].suffix(count).map { ClosedBar($0) }, "after \(index)")
            }
            let before = Array(set.history)
            set.add(Bar(open: 1, high: 1, low: 1, close: 1, volume: 1))
            try hold(Array(set.history) == before, "a bar without a time is no part of the history")
        }
    }

    @Test func `waits for nothing without indicators`() {
        #expect(IndicatorSet(needs([])).isReady)
    }

    @Test func `tells prices from plain numbers`() {
        let plain = Self.specs.filter { !$0.isPrice }
        #expect(plain == [.rsi(period: 7), .zscore(period: 7), .roc(period: 7)])
    }
}
