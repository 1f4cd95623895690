import Testing

@testable import KBotSimulation

struct SeededRandomTests {
    @Test func `The same seed gives the same bits`() {
        var (one, other) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
        for _ in 0..<1_000 { #expect(one.next() == other.next()) }
    }

    @Test func `Neighbouring seeds share no bits`() {
        var (one, other) = (SeededRandom(seed: 0), SeededRandom(seed: 1))
        for _ in 0..<1_000 { #expect(one.next() != other.next()) }
    }

    @Test func `The bits are those of xoshiro256** seeded by SplitMix64`() {
        var random = SeededRandom(seed: 0)
        // By hand: SplitMix64 of 0 begins E220A8397B1DCDAF, 6E789E6AA1B965F4; the first output is rotl(b·5, 7)·9.
        let second: UInt64 = 0x6E78_9E6A_A1B9_65F4
        let product = second &* 5
        #expect(random.next() == ((product << 7) | (product >> 57)) &* 9)
    }

    @Test func `Bounded draws stay in bounds and reach all values evenly`() {
        var random = SeededRandom(seed: 3)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<20_000 { counts[random.below(10)] += 1 }
        for count in counts { #expect((1_800...2_200).contains(count)) }
    }

    @Test func `Unit draws lie in 0 to 1 with mean a half`() {
        var random = SeededRandom(seed: 4)
        var sum = 0.0
        for _ in 0..<20_000 {
            let draw = random.unit()
            #expect(draw >= 0 && draw < 1)
            sum += draw
        }
        #expect(abs(sum / 20_000 - 0.5) < 0.01)
    }

    @Test func `Normal draws have mean 0, variance 1 and no skew`() {
        var random = SeededRandom(seed: 5)
        var (first, second, third) = (0.0, 0.0, 0.0)
        let count = 50_000.0
        for _ in 0..<Int(count) {
            let draw = random.normal()
            first += draw
            second += draw * draw
            third += draw * draw * draw
        }
        #expect(abs(first / count) < 0.02)
        #expect(abs(second / count - 1) < 0.03)
        #expect(abs(third / count) < 0.06)
    }
}
