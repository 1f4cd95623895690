/// Sizes of trades and of book changes as recorded on KXBTC15M: equally likely values of their distributions.
///
/// Whole counts are the middles of 64 equal shares (contracts); fractional ones are drawn between 33 quantiles (1/100
/// contract).
struct RecordedSizes: Hashable, Sendable {
    private let whole: [Int64]
    private let nodes: [Int64]
    /// Of 256 sizes, how many are fractional.
    private let fractional: UInt64

    /// A size in 1/100 contract, from 32 random bits.
    @inline(__always)
    func size(_ bits: UInt64) -> Int64 {
        guard bits & 0xFF < fractional else { return whole[Int(truncatingIfNeeded: (bits >> 8) & 63)] }
        let node = Int(truncatingIfNeeded: (bits >> 8) & 31)
        let share = Int64(truncatingIfNeeded: (bits >> 13) & 0x3FF)
        return nodes[node] + (((nodes[node + 1] - nodes[node]) * share) >> 10)
    }

    /// Sizes of trades: half of them fractional, a median of 10, one in a hundred above 500.
    static let trades = RecordedSizes(
        whole: [
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 6, 8, 9,
            10,
            10, 10, 10, 10, 12, 14, 17, 20, 20, 21, 23, 25, 30, 35, 40, 40, 40, 40, 40, 50, 56, 68, 100, 109, 167, 387,
            600,
        ],
        nodes: [
            1, 39, 81, 125, 173, 223, 284, 358, 443, 531, 629, 737, 850, 960, 1_087, 1_229, 1_399, 1_582, 1_794, 2_021,
            2_268, 2_559, 2_934, 3_349, 3_883, 4_612, 5_584, 7_124, 9_302, 12_593, 19_813, 35_557, 151_963,
        ],
        fractional: 128
    )

    /// Sizes of book changes: one in eight fractional, a median of 80, one in ten from 1,000 on.
    static let changes = RecordedSizes(
        whole: [
            1, 1, 2, 2, 2, 2, 2, 2, 5, 8, 8, 10, 10, 10, 11, 12, 15, 18, 20, 22, 25, 32, 40, 40, 40, 40, 50, 50, 50, 67,
            75,
            75, 75, 80, 81, 81, 100, 100, 100, 125, 150, 166, 213, 250, 300, 400, 400, 400, 400, 400, 400, 400, 400,
            500,
            500, 754, 800, 1_000, 1_000, 1_000, 1_000, 1_100, 3_749, 6_249,
        ],
        nodes: [
            1, 148, 217, 373, 473, 678, 987, 1_404, 1_571, 1_757, 1_951, 2_252, 2_823, 3_432, 4_203, 5_124, 6_481,
            8_447,
            10_759, 16_235, 22_359, 30_261, 46_955, 64_378, 80_072, 83_811, 100_042, 110_001, 110_052, 110_084, 118_243,
            160_087, 407_841,
        ],
        fractional: 33
    )

    private init(whole: [Int64], nodes: [Int64], fractional: UInt64) {
        self.whole = whole.map { $0 * 100 }
        self.nodes = nodes
        self.fractional = fractional
    }
}
