import KBotModel
import Testing

@testable import KBotSimulation

struct IndexPathTests {
    private static func opened(seed: UInt64) -> (IndexPath, SeededRandom) {
        var random = SeededRandom(seed: seed)
        var path = IndexPath(value: 80_000, basisPoints: 22)
        path.openWindow(&random)
        return (path, random)
    }

    @Test func `The fair value starts near a half and ends at the outcome`() {
        for seed in UInt64(0)..<8 {
            var (path, random) = Self.opened(seed: seed)
            #expect(abs(path.fairValue - 0.5) < 0.01)
            for step in 0..<9_000 { path.advance(step: step, &random) }
            #expect(path.fairValue == (path.paysYes ? 1 : 0))
        }
    }

    @Test func `The fair value always is a probability`() {
        var (path, random) = Self.opened(seed: 11)
        for step in 0..<9_000 {
            path.advance(step: step, &random)
            #expect((0...1).contains(path.fairValue))
        }
    }

    @Test func `The next strike is the average that decided`() {
        var (path, random) = Self.opened(seed: 12)
        for step in 0..<9_000 { path.advance(step: step, &random) }
        let average = path.averageCents
        path.openWindow(&random)
        #expect(path.strike == SpotPrice(units: average * 100))
    }

    @Test func `The deciding average is the mean of the last sixty whole seconds`() {
        var (path, random) = Self.opened(seed: 13)
        var sum = 0.0
        for step in 0..<9_000 {
            path.advance(step: step, &random)
            if step >= 8_400, step % 10 == 9 { sum += path.value }
        }
        #expect(path.averageCents == Int64((sum / 60 * 100).rounded()))
    }

    @Test func `The fair value half way is right as often as it says`() {
        // Bands of 3.5 binomial standard deviations: one wrong alarm in two thousand seeds, and the seeds are fixed.
        var expected = [Double](repeating: 0, count: 5)
        var paid = expected
        var variance = expected
        var random = SeededRandom(seed: 99)
        var path = IndexPath(value: 80_000, basisPoints: 22)
        for _ in 0..<300 {
            path.openWindow(&random)
            for step in 0..<4_500 { path.advance(step: step, &random) }
            let fair = path.fairValue
            for step in 4_500..<9_000 { path.advance(step: step, &random) }
            let bucket = min(4, Int(fair * 5))
            expected[bucket] += fair
            variance[bucket] += fair * (1 - fair)
            paid[bucket] += path.paysYes ? 1 : 0
        }
        for bucket in 0..<5 {
            #expect(abs(paid[bucket] - expected[bucket]) < 3.5 * (variance[bucket] + 0.2).squareRoot())
        }
        let surplus: Double = paid.reduce(0, +) - expected.reduce(0, +)
        let total: Double = variance.reduce(0, +)
        #expect(abs(surplus) < 3.5 * total.squareRoot())
    }
}
