import KBotIndicators
import KBotModel
import Testing

@Suite struct `Indicators of a window` {
    let closes = Reference.candles.map { Int64($0.close.units) }
    let highs = Reference.candles.map { Int64($0.high.units) }
    let lows = Reference.candles.map { Int64($0.low.units) }
    let spot = SpotReference.bars
    let far = IndicatorScale.largestInput

    @Test func `of contracts agree with figures computed elsewhere`() {
        let weighted = figures(of: WeightedMovingAverage(period: 10), closes) { $0.value }
        expect(weighted, equal: WindowReference.weighted, within: 1.1e-6)
        let deviations = figures(of: StandardDeviation(period: 10), closes) { $0.value }
        expect(deviations, equal: WindowReference.deviations, within: 1.1e-6)
        expect(figures(of: Highest(period: 10), highs) { $0.value }, equal: WindowReference.highest, within: 0)
        expect(figures(of: Lowest(period: 10), lows) { $0.value }, equal: WindowReference.lowest, within: 0)
        let changes = figures(of: RateOfChange(period: 10), closes) { $0.value }
        expect(changes, equal: WindowReference.changes, within: 0.6e-6)
        #expect(figures(of: ZScore(period: 10), closes) { $0.value } == WindowReference.scores)
    }

    @Test func `of an underlying are those computed elsewhere, to the last digit`() {
        let closes = spot.map(\.close)
        #expect(figures(of: WeightedMovingAverage(period: 10), closes) { $0.value } == SpotReference.weighted)
        #expect(figures(of: StandardDeviation(period: 10), closes) { $0.value } == SpotReference.deviations)
        #expect(figures(of: ZScore(period: 10), closes) { $0.value } == SpotReference.scores)
        #expect(figures(of: RateOfChange(period: 10), closes) { $0.value } == SpotReference.changes)
        #expect(figures(of: VolumeWeightedAverage(period: 10), spot) { $0.value } == SpotReference.volumeWeighted)
        var bands = BollingerBands(period: 10, deviations: 20_000)
        let values = closes.compactMap { close in
            bands.add(close)
            return bands.values
        }
        #expect(values == SpotReference.bands)
    }

    @Test func `are ready after their own number of inputs and as new after a reset`() {
        expectLife(WeightedMovingAverage(period: 5), of: closes, readyAfter: 5)
        expectLife(StandardDeviation(period: 5), of: closes, readyAfter: 5)
        expectLife(ZScore(period: 5), of: closes, readyAfter: 5)
        expectLife(Highest(period: 5), of: highs, readyAfter: 5)
        expectLife(Lowest(period: 5), of: lows, readyAfter: 5)
        expectLife(VolumeWeightedAverage(period: 5), of: spot, readyAfter: 5)
        expectLife(RateOfChange(period: 5), of: closes, readyAfter: 6)
    }

    @Test(arguments: [2, 25, 500, 100_000], [1, 10_000, 137_000_000_000, 1_000_000_000_000] as [Int64])
    func `of a constant are what the constant is`(period: Int, constant: Int64) {
        var weighted = WeightedMovingAverage(period: period)
        var deviation = StandardDeviation(period: period)
        var score = ZScore(period: period)
        var highest = Highest(period: period)
        var lowest = Lowest(period: period)
        var volumeWeighted = VolumeWeightedAverage(period: period)
        var change = RateOfChange(period: period)
        for _ in 0..<period + 10 {
            weighted.add(constant)
            deviation.add(constant)
            score.add(constant)
            highest.add(constant)
            lowest.add(constant)
            volumeWeighted.add(
                Bar(open: constant, high: constant, low: constant, close: constant, volume: .max)
            )
            change.add(constant)
        }
        for value in [weighted.value, highest.value, lowest.value, volumeWeighted.value] {
            #expect(value == constant * IndicatorScale.micro)
        }
        for value in [deviation.value, score.value, change.value] { #expect(value == 0) }
    }

    @Test(arguments: [2, 500, 100_000])
    func `stay exact at the largest inputs, the longest way from the mean`(period: Int) {
        var deviation = StandardDeviation(period: period)
        var score = ZScore(period: period)
        var weighted = WeightedMovingAverage(period: period)
        for index in 0..<period {
            let input = index % 2 == 0 ? -far : far
            deviation.add(input)
            score.add(input)
            weighted.add(input)
        }
        #expect(deviation.value == far * IndicatorScale.micro)
        #expect(score.value == 10_000)
        // Each pair of neighbours leaves the newer one's extra weight: N/2 of N(N + 1)/2.
        let exact = Int128(far) * Int128(IndicatorScale.micro)
        #expect(weighted.value.map { Int128($0) } == roundDivide(exact, by: Int128(period + 1)))
    }

    @Test func `a deviation of a small window is the one computed by hand`() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, population deviation 2; 9 lies two of them above.
        var deviation = StandardDeviation(period: 8)
        var score = ZScore(period: 8)
        for input: Int64 in [2, 4, 4, 4, 5, 5, 7, 9] {
            deviation.add(input)
            score.add(input)
        }
        #expect(deviation.value == 2_000_000)
        #expect(score.value == 20_000)
    }

    @Test(arguments: [2, 10, 101, 100_000])
    func `a score reaches its bound where one input stands out`(period: Int) {
        for sign: Int64 in [1, -1] {
            var score = ZScore(period: period)
            for _ in 1..<period { score.add(sign * -far) }
            score.add(sign * far)
            let bound = (Double(period - 1).squareRoot() * 10_000).rounded()
            #expect(score.value == sign * Int64(bound))
        }
    }

    @Test func `a score forgets a flat window as soon as it moves`() {
        var score = ZScore(period: 3)
        for input: Int64 in [5, 5, 5] { score.add(input) }
        #expect(score.value == 0)
        score.add(6)
        // 5, 5, 6: the mean is 16/3 and the deviation √2/3, so 6 lies √2 of them above.
        #expect(score.value == 14_142)
    }

    @Test func `a weighted average of a small window is the one computed by hand`() {
        var average = WeightedMovingAverage(period: 3)
        for input: Int64 in [90, 1, 2, 6] { average.add(input) }
        // (1·1 + 2·2 + 3·6) / 6
        #expect(average.value == 3_833_333)
    }

    @Test func `extremes leave with their window`() {
        var highest = Highest(period: 3)
        var lowest = Lowest(period: 3)
        var tops: [Int64?] = []
        var bottoms: [Int64?] = []
        for input: Int64 in [5, 9, 1, 4, 4, 3, 2, 8] {
            highest.add(input)
            lowest.add(input)
            tops.append(highest.value.map { $0 / IndicatorScale.micro })
            bottoms.append(lowest.value.map { $0 / IndicatorScale.micro })
        }
        #expect(tops == [nil, nil, 9, 9, 4, 4, 4, 8])
        #expect(bottoms == [nil, nil, 1, 1, 1, 3, 2, 2])
    }

    @Test func `a volume-weighted average weighs typical prices`() {
        var average = VolumeWeightedAverage(period: 2)
        average.add(Bar(open: 1, high: 30, low: 9, close: 21, volume: 100))
        #expect(average.value == nil)
        average.add(Bar(open: 99, high: 60, low: 40, close: 50, volume: 300))
        // 20 with weight 1 and 50 with weight 3.
        #expect(average.value == 42_500_000)
        // 50 with weight 3 and 34/3 with weight 1.
        average.add(Bar(open: 0, high: 12, low: 11, close: 11, volume: 100))
        #expect(average.value == 40_333_333)
    }

    @Test func `a volume-weighted average has no value while there is no volume`() {
        var average = VolumeWeightedAverage(period: 2)
        var values: [Int64?] = []
        for volume: Int64 in [0, 0, 7, 0, 0, 1] {
            average.add(Bar(open: 5, high: 5, low: 5, close: 5, volume: volume))
            values.append(average.value)
        }
        #expect(average.isReady)
        #expect(values == [nil, nil, 5_000_000, 5_000_000, nil, 5_000_000])
    }

    @Test(
        arguments: [
            (10_000, 5_000, -50_000_000), (5_000, 10_000, 100_000_000), (3, 2, -33_333_333), (3, 4, 33_333_333),
            (-2, -3, 50_000_000), (-2, 1, -150_000_000), (7, 7, 0), (5, 0, -100_000_000),
            (800_000_000, 800_000_001, 0), (200_000_000, 200_000_001, 1), (200_000_000, 199_999_999, 0),
            (1, 1_000_000_000_000, .max), (-1, 1_000_000_000_000, .min),
            (1_000_000, 1_000_000_000_000, 99_999_900_000_000),
        ] as [(Int64, Int64, Int64)]
    )
    func `a rate of change is a percentage of what was`(base: Int64, newest: Int64, change: Int64) {
        var rate = RateOfChange(period: 2)
        rate.add(base)
        rate.add(77)
        #expect(rate.value == nil)
        rate.add(newest)
        #expect(rate.value == change)
    }

    @Test func `a rate of change against nothing has no value`() {
        var rate = RateOfChange(period: 1)
        var values: [Int64?] = []
        for input: Int64 in [4, 0, 3, 6] {
            rate.add(input)
            values.append(rate.value)
        }
        #expect(rate.isReady)
        #expect(values == [nil, -100_000_000, nil, 100_000_000])
    }

    @Test func `insist on sane periods, inputs and volumes`() async {
        await #expect(processExitsWith: .failure) { _ = StandardDeviation(period: 1) }
        await #expect(processExitsWith: .failure) { _ = ZScore(period: 1) }
        await #expect(processExitsWith: .failure) { _ = WeightedMovingAverage(period: 0) }
        await #expect(processExitsWith: .failure) { _ = Highest(period: 0) }
        await #expect(processExitsWith: .failure) { _ = RateOfChange(period: 100_001) }
        await #expect(processExitsWith: .failure) {
            var lowest = Lowest(period: 1)
            lowest.add(1_000_000_000_001)
        }
        await #expect(processExitsWith: .failure) {
            var average = VolumeWeightedAverage(period: 1)
            average.add(Bar(open: 1, high: 1, low: 1, close: 1, volume: -1))
        }
    }
}
