import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@Suite struct `Averages and oscillators` {
    let bars = Reference.candles.map { Bar($0) }
    let closes = Reference.candles.map { Int64($0.close.units) }

    @Test func `a simple average agrees with figures computed elsewhere`() {
        expect(
            figures(of: SimpleMovingAverage(period: 10), closes) { $0.value },
            equal: Reference.averages,
            within: 1e-6
        )
    }

    @Test func `an exponential average agrees with figures computed elsewhere`() {
        let figures = figures(of: ExponentialMovingAverage(period: 10), closes) { $0.value }
        expect(figures, equal: Reference.exponential, within: 3e-6)
    }

    @Test func `an average true range agrees with figures computed elsewhere`() {
        let figures = figures(of: AverageTrueRange(period: 14), bars) { $0.value }
        expect(figures, equal: Reference.trueRanges, within: 8e-6)
    }

    @Test func `a relative strength index agrees with figures computed elsewhere`() {
        let figures = figures(of: RelativeStrengthIndex(period: 14), closes) { $0.value }
        expect(figures.map { $0 * 100 }, equal: Reference.strength, within: 0.6e-4)
    }

    @Test func `a simple average equals the mean of its window`() throws {
        try forSeeds(0..<500) { random in
            let period = Int.random(in: 1...30, using: &random)
            let series = (0..<80).map { _ in Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random) }
            var average = SimpleMovingAverage(period: period)
            for (index, input) in series.enumerated() {
                average.add(input)
                let window = series[max(0, index - period + 1)...index]
                let sum = window.reduce(Int128(0)) { $0 + Int128($1) } * 1_000_000
                guard let value = average.value else {
                    try hold(index < period - 1, "no value at \(index)")
                    continue
                }
                // Nearest: at most half a unit away.
                let off = 2 * (Int128(value) * Int128(period) - sum)
                try hold(off > -Int128(period) && off <= Int128(period), "\(value) at \(index)")
            }
        }
    }

    @Test(arguments: [1, 2, 10, 500])
    func `an exponential average stays within its documented error`(period: Int) throws {
        try forSeeds(0..<20) { random in
            var average = ExponentialMovingAverage(period: period)
            var exact = 0.0
            var sum: Int64 = 0
            for index in 0..<2_000 {
                let input = Int64.random(in: 0...10_000, using: &random)
                average.add(input)
                sum += input
                if index < period {
                    exact = Double(sum) / Double(period)
                } else {
                    exact += 2 / Double(period + 1) * (Double(input) - exact)
                }
                guard let value = average.value else { continue }
                let error = abs(Double(value) - exact * 1_000_000)
                try hold(error <= Double(period + 1) / 4 + 0.01, "off by \(error) millionths at \(index)")
            }
        }
    }

    @Test func `an exponential average takes small and large inputs by the same rule`() throws {
        try forSeeds(0..<300) { random in
            // Inputs of every size: the products of the large ones leave 64 bits.
            let period = Int.random(in: 2...500, using: &random)
            var exact: Int128 = 0
            var average = ExponentialMovingAverage(period: period)
            var sum: Int128 = 0
            for index in 0..<period + 60 {
                let size = Int64.random(in: 0...39, using: &random)
                let input = Int64.random(in: -(1 << size)...(1 << size), using: &random)
                average.add(input)
                sum += Int128(input)
                let n = Int128(period)
                if index < period {
                    exact = floorDivide(2 * sum * 1_000_000 + n, by: 2 * n)
                } else {
                    exact = floorDivide(2 * (2_000_000 * Int128(input) + (n - 1) * exact) + n + 1, by: 2 * (n + 1))
                }
                if let value = average.value { try hold(Int128(value) == exact, "\(value) for \(exact) at \(index)") }
            }
        }
    }

    @Test(arguments: [1, 2, 25, 500, 100_000], [0, 7, 10_000, 137_000_000_000, -1_000_000_000_000] as [Int64])
    func `an average of a constant is the constant, however large`(period: Int, constant: Int64) {
        var exponential = ExponentialMovingAverage(period: period)
        var simple = SimpleMovingAverage(period: period)
        for _ in 0..<period + 10 {
            exponential.add(constant)
            simple.add(constant)
        }
        #expect(exponential.value == constant * IndicatorScale.micro)
        #expect(simple.value == constant * IndicatorScale.micro)
    }

    @Test func `a true range reaches over a gap from the previous close`() {
        var range = AverageTrueRange(period: 1)
        range.add(bar(high: 52, low: 50, close: 50))
        #expect(range.value == nil)
        range.add(bar(high: 61, low: 60, close: 60))
        #expect(range.value == 1_100_000_000)
        range.add(bar(high: 45, low: 44, close: 44))
        #expect(range.value == 1_600_000_000)
        range.add(bar(high: 46, low: 43, close: 44))
        #expect(range.value == 300_000_000)
    }

    @Test func `a true range of the largest prices fits`() {
        let far = IndicatorScale.largestInput
        var range = AverageTrueRange(period: 2)
        for sign: Int64 in [1, -1, 1, -1] {
            range.add(Bar(open: 0, high: sign * far, low: sign * far, close: sign * far, volume: 0))
        }
        #expect(range.value == 2 * far * IndicatorScale.micro)
    }

    @Test(arguments: [(1, 1_000_000), (-1, 0), (0, 500_000)] as [(Int64, Int64)])
    func `a relative strength index is 100 in a rise, 0 in a fall and 50 at rest`(step: Int64, value: Int64) {
        var index = RelativeStrengthIndex(period: 14)
        for count in 0..<40 { index.add(5_000 + Int64(count) * step) }
        #expect(index.value == value)
    }

    @Test func `a relative strength index stays between 0 and 100`() throws {
        try forSeeds(0..<300) { random in
            var index = RelativeStrengthIndex(period: .random(in: 1...30, using: &random))
            for _ in 0..<100 {
                index.add(.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
                if let value = index.value { try hold((0...1_000_000).contains(value), "\(value)") }
            }
        }
    }

    @Test func `every indicator is ready after its own number of inputs and as new after a reset`() {
        expectLife(SimpleMovingAverage(period: 5), of: closes, readyAfter: 5)
        expectLife(ExponentialMovingAverage(period: 5), of: closes, readyAfter: 5)
        expectLife(RelativeStrengthIndex(period: 5), of: closes, readyAfter: 6)
        expectLife(AverageTrueRange(period: 5), of: bars, readyAfter: 6)
        expectLife(BollingerBands(period: 5, deviations: 20_000), of: closes, readyAfter: 5)
    }

    private func bar(high: Int64, low: Int64, close: Int64) -> Bar {
        Bar(open: close * 100, high: high * 100, low: low * 100, close: close * 100, volume: 0)
    }
}
