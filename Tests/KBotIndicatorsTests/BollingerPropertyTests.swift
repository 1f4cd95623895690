import KBotIndicators
import KBotTestSupport
import Testing

@Suite struct `Incremental Bollinger bands` {
    /// The definition, from scratch: Σ − N·x > 0 and (Σ − N·x)² > k²·V.
    private struct Window {
        let closes: [Int64]
        let deviations: Int64

        private let sum: Int128
        private let spread: Int128
        private var count: Int128 { Int128(closes.count) }

        init(closes: [Int64], deviations: Int64) {
            self.closes = closes
            self.deviations = deviations
            sum = closes.reduce(0) { $0 + Int128($1) }
            spread = Int128(closes.count) * closes.reduce(0) { $0 + Int128($1) * Int128($1) } - sum * sum
        }

        func isBelowLower(_ x: Int64) -> Bool { isOutside(sum - count * Int128(x)) }
        func isAboveUpper(_ x: Int64) -> Bool { isOutside(count * Int128(x) - sum) }

        private func isOutside(_ distance: Int128) -> Bool {
            distance > 0
                && distance * distance * 100_000_000 > Int128(deviations) * Int128(deviations) * spread
        }
    }

    private enum Shape: CaseIterable {
        case noise, walk, constant, twoLevels, edges, trend

        func series(_ length: Int, _ random: inout SeededGenerator) -> [Int64] {
            var price = Int64.random(in: 0...10_000, using: &random)
            let other = Int64.random(in: 0...10_000, using: &random)
            return (0..<length).map { index in
                switch self {
                case .noise: return .random(in: 0...10_000, using: &random)
                case .walk:
                    price = min(max(price + .random(in: -2...2, using: &random) * 100, 0), 10_000)
                    return price
                case .constant: return price
                case .twoLevels: return Bool.random(using: &random) ? price : other
                case .edges: return [0, 10, 9_990, 10_000].randomElement(using: &random) ?? 0
                case .trend: return min(Int64(index) * 50, 10_000)
                }
            }
        }
    }

    private static let widths: [Int64] = [20_000, 20_000, 10_000, 25_000, 17_321, 0, 15_000]

    @Test func `decide as the exact definition does, over thousands of series`() throws {
        try forSeeds(0..<2_400) { random in
            let period = Int.random(in: 2...40, using: &random)
            guard let deviations = Self.widths.randomElement(using: &random),
                let shape = Shape.allCases.randomElement(using: &random)
            else { return }
            let series = shape.series(period + 30, &random)
            var bands = BollingerBands(period: period, deviations: deviations)
            for (index, close) in series.enumerated() {
                bands.add(close)
                try hold(bands.isFull == (index >= period - 1), "full at \(index)")
                guard bands.isFull else { continue }
                let window = Window(closes: Array(series[(index - period + 1)...index]), deviations: deviations)
                let probes = [close, close - 1, close + 1, .random(in: -20...10_020, using: &random), 0, 10_000]
                for x in probes {
                    let what = "\(shape), \(deviations), \(x) against \(window.closes)"
                    try hold(bands.isBelowLower(x) == window.isBelowLower(x), "below: " + what)
                    try hold(bands.isAboveUpper(x) == window.isAboveUpper(x), "above: " + what)
                }
            }
        }
    }

    @Test func `tie exactly where the definition ties`() throws {
        // 4 zeros and one price: mean p/5,
        // deviation 2p/5, so p lies exactly 2 deviations above the mean and is no signal, for every price.
        for price in Int64(1)...10_000 {
            var bands = BollingerBands(period: 5, deviations: 20_000)
            for close in [0, 0, 0, 0, price] { bands.add(close) }
            try hold(!bands.isAboveUpper(price), "tie at \(price)")
            try hold(bands.isAboveUpper(price + 1), "above \(price)")
            try hold(bands.values?.upper == price * 10_000, "band at \(price)")
        }
    }

    @Test func `of spot prices decide as the definition does`() throws {
        try forSeeds(0..<400) { random in
            let period = Int.random(in: 2...30, using: &random)
            let start = Int64.random(in: 1_000_000...900_000_000_000, using: &random)
            let step = Int64.random(in: 1...50_000_000, using: &random)
            var price = start
            let series = (0..<period + 20).map { _ in
                price += .random(in: -step...step, using: &random)
                return price
            }
            var bands = BollingerBands(period: period, deviations: 20_000)
            for (index, close) in series.enumerated() {
                bands.add(close)
                guard bands.isFull, let values = bands.values else { continue }
                let window = Window(closes: Array(series[(index - period + 1)...index]), deviations: 20_000)
                for x in [close, values.lower / 10_000, values.upper / 10_000, values.upper / 10_000 + 1] {
                    try hold(bands.isBelowLower(x) == window.isBelowLower(x), "\(x) below \(window.closes)")
                    try hold(bands.isAboveUpper(x) == window.isAboveUpper(x), "\(x) above \(window.closes)")
                    try hold((x * 10_000 < values.lower) == window.isBelowLower(x), "\(x) under \(values)")
                    try hold((x * 10_000 > values.upper) == window.isAboveUpper(x), "\(x) over \(values)")
                }
            }
        }
    }

    @Test(arguments: [2, 3, 20, 25, 200, 500])
    func `have values that decide as the exact test, for every price there is`(period: Int) throws {
        try forSeeds(0..<6) { random in
            for shape in Shape.allCases {
                var bands = BollingerBands(period: period, deviations: 20_000)
                for close in shape.series(period + 3, &random) { bands.add(close) }
                guard let values = bands.values else { return }
                for x in Int64(0)...10_000 {
                    try hold((x * 10_000 < values.lower) == bands.isBelowLower(x), "\(shape): \(x) under \(values)")
                    try hold((x * 10_000 > values.upper) == bands.isAboveUpper(x), "\(shape): \(x) over \(values)")
                }
            }
        }
    }

    @Test func `compare in cents as floating point as they do as integers`() throws {
        try forSeeds(0..<300) { random in
            var bands = BollingerBands(period: 25, deviations: 20_000)
            for close in Shape.walk.series(25, &random) { bands.add(close) }
            guard let values = bands.values else { return }
            let lower = Double(values.lower) / 1_000_000
            let upper = Double(values.upper) / 1_000_000
            for x in stride(from: Int64(0), through: 10_000, by: 10) {
                try hold((Double(x) / 100 < lower) == bands.isBelowLower(x), "\(x) under \(lower)")
                try hold((Double(x) / 100 > upper) == bands.isAboveUpper(x), "\(x) over \(upper)")
            }
        }
    }

    @Test func `are mirrored when the prices are seen from NO`() throws {
        try forSeeds(0..<300) { random in
            let series = Shape.noise.series(25, &random)
            var yes = BollingerBands(period: 25, deviations: 20_000)
            var no = yes
            for close in series {
                yes.add(close)
                no.add(10_000 - close)
            }
            for _ in 0..<50 {
                let x = Int64.random(in: 0...10_000, using: &random)
                try hold(yes.isBelowLower(x) == no.isAboveUpper(10_000 - x), "\(x) of \(series)")
            }
            if let a = yes.values, let b = no.values {
                try hold(a.lower == 100_000_000 - b.upper && a.upper == 100_000_000 - b.lower, "\(a) \(b)")
            }
        }
    }
}
