import KBotModel
import KBotScripting
import Testing

@Suite struct CandleTapeTests {
    /// The numbers of the moments, by their candles.
    private func numbers(_ tape: CandleTape) -> [Int64] {
        tape.moments.map {
            guard case .market(let candle) = $0.candle else { return -1 }
            return candle.start.microseconds / 10_000_000
        }
    }

    private func tape(_ count: Int64) -> CandleTape {
        var tape = CandleTape()
        for number in 0..<count { tape.append(.flat(at: 50, number)) }
        return tape
    }

    @Test func `an empty tape has no moments`() {
        #expect(CandleTape().moments.isEmpty)
    }

    @Test(arguments: [Int64(1), 2, 499, 500])
    func `moments come oldest first`(count: Int64) {
        #expect(numbers(tape(count)) == Array(0..<count))
    }

    @Test(arguments: [Int64(501), 750, 999, 1_000, 1_001, 1_500])
    func `a full tape keeps the last five hundred`(count: Int64) {
        #expect(numbers(tape(count)) == Array(count - 500..<count))
    }

    @Test func `an emptied tape begins anew`() {
        var tape = tape(777)
        tape.removeAll()
        #expect(tape.moments.isEmpty)
        for number in Int64(0)..<3 { tape.append(.flat(at: 50, number)) }
        #expect(numbers(tape) == [0, 1, 2])
    }
}
