import KBotIndicators
import Testing

@Suite struct `Bollinger bands` {
    @Test func `of a small window are those computed by hand`() throws {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, population deviation 2.
        var bands = BollingerBands(period: 8, deviations: 20_000)
        for close: Int64 in [2, 4, 4, 4, 5, 5, 7, 9] { bands.add(close) }
        #expect(bands.values == BandValues(lower: 10_000, middle: 50_000, upper: 90_000))
        #expect(!bands.isBelowLower(1) && !bands.isAboveUpper(9))
        #expect(bands.isBelowLower(0) && bands.isAboveUpper(10))
    }

    @Test func `with an irrational width are rounded towards the mean`() throws {
        // 0, 0, 3: mean 1, deviation √2; 1 ± 2√2 = −1.82842712…, 3.82842712…
        var bands = BollingerBands(period: 3, deviations: 20_000)
        for close: Int64 in [0, 0, 3] { bands.add(close) }
        #expect(bands.values == BandValues(lower: -18_284, middle: 10_000, upper: 38_284))
    }

    @Test func `say nothing until the window is full`() {
        var bands = BollingerBands(period: 3, deviations: 0)
        for close: Int64 in [10, 20] {
            bands.add(close)
            #expect(!bands.isFull && !bands.isReady)
            #expect(bands.values == nil)
            #expect(!bands.isBelowLower(-1_000) && !bands.isAboveUpper(1_000))
        }
        bands.add(30)
        #expect(bands.isFull && bands.count == 3)
        #expect(bands.isBelowLower(19) && bands.isAboveUpper(21))
    }

    @Test(arguments: [0, 1, 4_700, 10_000, 1_000_000_000_000, -1_000_000_000_000] as [Int64])
    func `of a constant series leave out everything but the constant`(close: Int64) {
        var bands = BollingerBands(period: 25, deviations: 20_000)
        for _ in 0..<60 { bands.add(close) }
        #expect(bands.values == BandValues(lower: close * 10_000, middle: close * 10_000, upper: close * 10_000))
        #expect(!bands.isBelowLower(close) && !bands.isAboveUpper(close))
        if close > -1_000_000_000_000 { #expect(bands.isBelowLower(close - 1)) }
        if close < 1_000_000_000_000 { #expect(bands.isAboveUpper(close + 1)) }
    }

    @Test func `forget what left the window`() {
        var bands = BollingerBands(period: 4, deviations: 15_000)
        var fresh = bands
        for close: Int64 in [1_000_000_000_000, -5, 9_999, 0, 77, 4_700, 4_800, 4_650, 4_701] { bands.add(close) }
        for close: Int64 in [4_700, 4_800, 4_650, 4_701] { fresh.add(close) }
        #expect(bands.values == fresh.values)
    }

    @Test func `are as new after a reset`() {
        var bands = BollingerBands(period: 4, deviations: 15_000)
        for close: Int64 in [1, 2, 3, 4, 5, 6] { bands.add(close) }
        bands.reset()
        #expect(bands == BollingerBands(period: 4, deviations: 15_000))
    }

    @Test(arguments: [20_000, 20_001, 12_345, 1, 0, 1_000_000] as [Int64])
    func `hold k to 1 in 10,000`(deviations: Int64) {
        // 0 and 2·10^6 in turns: mean 10^6, deviation 10^6, so the band lies k·10^6 away, a whole number of units.
        var bands = BollingerBands(period: 2, deviations: deviations)
        bands.add(0)
        bands.add(2_000_000)
        let edge = 1_000_000 - deviations * 100
        #expect(!bands.isBelowLower(edge), "a tie")
        #expect(bands.isBelowLower(edge - 1))
        #expect(!bands.isAboveUpper(2_000_000 - edge), "a tie")
        #expect(bands.isAboveUpper(2_000_001 - edge))
        #expect(bands.values?.lower == edge * 10_000)
    }

    @Test func `stay exact at the largest inputs, the longest way from the mean`() {
        let far: Int64 = 1_000_000_000_000
        var bands = BollingerBands(period: 500, deviations: 10_000)
        for index in 0..<500 { bands.add(index % 2 == 0 ? far : -far) }
        #expect(bands.values == BandValues(lower: -far * 10_000, middle: 0, upper: far * 10_000))
        #expect(!bands.isBelowLower(-far) && !bands.isAboveUpper(far))
        var wide = BollingerBands(period: 500, deviations: 1_000_000)
        for index in 0..<500 { wide.add(index % 2 == 0 ? far : -far) }
        #expect(wide.values == BandValues(lower: -far * 1_000_000, middle: 0, upper: far * 1_000_000))
    }

    @Test(arguments: zip(Reference.bands.indices, Reference.bands.indices.map { $0 + 25 }))
    func `agree with figures computed elsewhere`(row: Int, length: Int) throws {
        var bands = BollingerBands(period: 25, deviations: 20_000)
        for close in Reference.closes.prefix(length) { bands.add(close) }
        let values = try #require(bands.values)
        let expected = Reference.bands[row]
        // 1/10,000 unit of 1/10,000 dollar is 10^-6 cent.
        for (value, cents) in [
            (values.lower, expected.lower), (values.middle, expected.middle), (values.upper, expected.upper),
        ] {
            #expect(abs(Double(value) / 1_000_000 - cents) <= 1.1e-6)
        }
    }

    @Test func `insist on a period of two and a sane width`() async {
        await #expect(processExitsWith: .failure) { _ = BollingerBands(period: 1, deviations: 20_000) }
        await #expect(processExitsWith: .failure) { _ = BollingerBands(period: 25, deviations: -1) }
        await #expect(processExitsWith: .failure) {
            var bands = BollingerBands(period: 25, deviations: 20_000)
            bands.add(1_000_000_000_001)
        }
    }
}
