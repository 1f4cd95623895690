/// Samples drawn from clusters, such as markets or days, each drawn as a whole.
struct ClusterDraws {
    /// Σ of what was drawn, in the order of the draws.
    let totals: [Int64]
    /// How many members the drawn clusters have.
    let sizes: [Int]
    /// Σ of the squares of the clusters' sums.
    private let squares: [Double]
    private let clusters: Int

    /// Draws as many clusters as there are, given the sum of each and how many members it has.
    init(sums: [Int64], counts: [Int], blockLength: Double = 1, resamples: Int, seed: UInt64) {
        var bootstrap = StationaryBootstrap(count: sums.count, blockLength: blockLength, seed: seed)
        var weights = Array(repeating: 0, count: sums.count)
        var totals: [Int64] = []
        var sizes: [Int] = []
        var squares: [Double] = []
        for _ in 0..<resamples {
            bootstrap.draw(into: &weights)
            var total: Int64 = 0
            var size = 0
            var square = 0.0
            for (cluster, weight) in weights.enumerated() where weight > 0 {
                total += Int64(weight) * sums[cluster]
                size += weight * counts[cluster]
                square += Double(weight) * Double(sums[cluster]) * Double(sums[cluster])
            }
            totals.append(total)
            sizes.append(size)
            squares.append(square)
        }
        self.totals = totals
        self.sizes = sizes
        self.squares = squares
        clusters = sums.count
    }

    /// The means per member, from the least; a draw without a member counts as zero.
    var means: [Int64] {
        zip(totals, sizes).map { $1 == 0 ? 0 : Int64(roundedDivide(Int128($0), by: Int128($1))) }.sorted()
    }

    /// Mean over deviation (n − 1) of the drawn clusters' sums, from the least; infinite where all drawn are the same.
    var sharpeRatios: [Double] {
        let count = Double(clusters)
        return zip(totals, squares).map { total, square in
            let mean = Double(total) / count
            let variance = (square - mean * Double(total)) / (count - 1)
            // Squares of microdollars are rounded: what is left of equal ones is no deviation.
            guard variance > square * 1e-12 else { return mean == 0 ? 0 : mean > 0 ? .infinity : -.infinity }
            return mean / squareRoot(of: variance)
        }.sorted()
    }
}
