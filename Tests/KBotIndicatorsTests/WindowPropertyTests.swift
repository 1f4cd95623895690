import KBotIndicators
import KBotTestSupport
import Testing

@Suite struct `Incremental indicators of a window` {
    /// Series of every size and shape; squares of their sums stay within 128 bits.
    private enum Shape: CaseIterable {
        case noise, anySize, walk, twoLevels, constant, rise, fall

        func series(_ length: Int, _ random: inout SeededGenerator) -> [Int64] {
            let level = Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)
            var price = level
            return (0..<length).map { index in
                switch self {
                case .noise: return .random(in: 0...10_000, using: &random)
                case .anySize:
                    let size = Int64.random(in: 0...36, using: &random)
                    return .random(in: -(1 << size)...(1 << size), using: &random)
                case .walk:
                    price += .random(in: -2...2, using: &random) * 100
                    return price
                case .twoLevels: return Bool.random(using: &random) ? level : -level
                case .constant: return level
                case .rise: return level + Int64(index) / 2
                case .fall: return level - Int64(index) * 3
                }
            }
        }
    }

    /// Runs `check` on every full window of several series: the window, oldest first, and the indicator after it.
    private func forWindows<I: Indicator>(
        _ make: (Int) -> I,
        from shortest: Int = 1,
        extra: Int = 0,
        _ check: (_ window: ArraySlice<Int64>, _ indicator: I) throws -> Void
    ) throws where I.Input == Int64 {
        try forSeeds(0..<400) { random in
            let period = Int.random(in: shortest...40, using: &random)
            guard let shape = Shape.allCases.randomElement(using: &random) else { return }
            let series = shape.series(period + 60, &random)
            var indicator = make(period)
            for (index, input) in series.enumerated() {
                indicator.add(input)
                try hold(indicator.isReady == (index + 1 >= period + extra), "ready at \(index)")
                guard indicator.isReady else { continue }
                try check(series[(index + 1 - period - extra)...index], indicator)
            }
        }
    }

    /// Whether `value` is `numerator / divisor` rounded to nearest, halves up.
    private func isNearest(_ value: Int64?, _ numerator: Int128, _ divisor: Int128) -> Bool {
        guard let value else { return false }
        let off = 2 * (Int128(value) * divisor - numerator)
        return off > -divisor && off <= divisor
    }

    private func spread(_ window: ArraySlice<Int64>) -> Int128 {
        let sum = window.reduce(Int128(0)) { $0 + Int128($1) }
        return Int128(window.count) * window.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) } - sum * sum
    }

    @Test func `weigh linearly`() throws {
        try forWindows(WeightedMovingAverage.init) { window, average in
            let sum = zip(window, 1...).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
            let weights = Int128((1...window.count).reduce(0, +))
            try hold(isNearest(average.value, sum * 1_000_000, weights), "\(average.value ?? -1) of \(window)")
        }
    }

    @Test func `deviate as the definition does`() throws {
        try forWindows(StandardDeviation.init, from: 2) { window, deviation in
            // v is √V / N in millionths, rounded, when (2v − 1)·N ≤ 2·10⁶·√V < (2v + 1)·N.
            let value = Int128(deviation.value ?? -1)
            let count = Int128(window.count)
            let exact = 4 * spread(window) * 1_000_000_000_000
            let low = max((2 * value - 1) * count, 0)
            let high = (2 * value + 1) * count
            try hold(value >= 0 && low * low <= exact && exact < high * high, "\(value) of \(window)")
        }
    }

    @Test func `score as the definition does`() throws {
        try forWindows(ZScore.init, from: 2) { window, score in
            let value = Int128(score.value ?? .min)
            let sum = window.reduce(Int128(0)) { $0 + Int128($1) }
            let distance = Int128(window.count) * Int128(window.last ?? 0) - sum
            let spread = spread(window)
            guard spread > 0 else { return try hold(value == 0, "\(value) of a flat window") }
            // m is |D| / √V in 1/10,000, rounded, when (2m − 1)²·V ≤ 4·10⁸·D² < (2m + 1)²·V.
            let size = abs(value)
            let exact = 400_000_000 * distance * distance
            let low = max(2 * size - 1, 0)
            let high = 2 * size + 1
            try hold(low * low * spread <= exact && exact < high * high * spread, "\(value) of \(window)")
            try hold(value.signum() * distance.signum() >= 0, "the sign of \(value) of \(window)")
        }
    }

    @Test func `score a mirrored series the other way`() throws {
        try forSeeds(0..<200) { random in
            let period = Int.random(in: 2...30, using: &random)
            var score = ZScore(period: period)
            var mirrored = score
            for input in Shape.walk.series(period + 30, &random) {
                score.add(input)
                mirrored.add(-input)
                try hold(score.value == mirrored.value.map { -$0 }, "\(score.value ?? 0)")
            }
        }
    }

    @Test func `know the extremes of every window`() throws {
        try forWindows(Highest.init) { window, highest in
            try hold(highest.value == window.max().map { $0 * 1_000_000 }, "\(highest.value ?? 0) of \(window)")
        }
        try forWindows(Lowest.init) { window, lowest in
            try hold(lowest.value == window.min().map { $0 * 1_000_000 }, "\(lowest.value ?? 0) of \(window)")
        }
    }

    @Test func `compare with the input N before`() throws {
        try forWindows(RateOfChange.init, extra: 1) { window, rate in
            guard let base = window.first, let newest = window.last else { return }
            guard base != 0 else { return try hold(rate.value == nil, "a change against nothing") }
            let change = (Int128(newest) - Int128(base)) * 100_000_000 * Int128(base.signum())
            guard abs(change) < Int128(Int64.max) * Int128(base.magnitude) else { return }
            try hold(isNearest(rate.value, change, Int128(base.magnitude)), "\(rate.value ?? 0) of \(window)")
        }
    }

    @Test func `weigh with volume`() throws {
        try forSeeds(0..<400) { random in
            let period = Int.random(in: 1...40, using: &random)
            guard let shape = Shape.allCases.randomElement(using: &random) else { return }
            let bars = shape.series(period + 60, &random).map { close in
                Bar(
                    open: 0,
                    high: close + .random(in: 0...1_000, using: &random),
                    low: close - .random(in: 0...1_000, using: &random),
                    close: close,
                    volume: Bool.random(using: &random) ? 0 : .random(in: 0...1 << 40, using: &random)
                )
            }
            var average = VolumeWeightedAverage(period: period)
            for (index, bar) in bars.enumerated() {
                average.add(bar)
                try hold(average.isReady == (index + 1 >= period), "ready at \(index)")
                let window = bars[max(0, index + 1 - period)...index]
                let volume = window.reduce(Int128(0)) { $0 + Int128($1.volume) }
                guard average.isReady, volume > 0 else {
                    try hold(average.value == nil, "a value at \(index)")
                    continue
                }
                let sum = window.reduce(Int128(0)) { $0 + Int128($1.high + $1.low + $1.close) * Int128($1.volume) }
                try hold(
                    isNearest(average.value, sum * 1_000_000, 3 * volume),
                    "\(shape), period \(period), \(average.value ?? 0) at \(index)"
                )
            }
        }
    }
}
