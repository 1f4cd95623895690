import Testing

@testable import KBotSimulation

struct SeededRandomTests {
    @Test func `The same seed gives the same bits`() {
        var (one, other) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
        for _ in 0..<1_000 { #expect(one.next() == other.next()) }
    }
}
