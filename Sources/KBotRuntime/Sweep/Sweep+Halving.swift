import KBotModel

/// Successive halving: all trials on the beginning of the in-sample markets, the best third of them on three times as many,
/// and so on; what is left runs on everything.
extension Sweep {
    /// One in so many goes on.
    static let eta = 3
    /// Fewest markets of the first rung.
    static let fewestMarkets = 10

    /// The ends of the rungs before the last, for so many trials; empty when there are too few trials or markets.
    static func rungs(_ data: SweepMarkets, _ fold: SweepFold, trials: Int) -> [Timestamp] {
        let closes = data.units.filter(fold.isInSample).map(\.closes)
        var ends: [Timestamp] = []
        var (left, share) = (trials, 1)
        while left > eta, closes.count / (share * eta) >= fewestMarkets {
            left = (left + eta - 1) / eta
            share *= eta
        }
        while share > 1 {
            ends.append(closes[(closes.count + share - 1) / share - 1])
            share /= eta
        }
        return ends
    }

    func runHalving(_ progress: (_ done: Int, _ all: Int, _ ran: Int) -> Void) throws(RunFailure) {
        let fold = try plan.split.folds(of: description.data)[0]
        var left = Array(points.indices)
        for (index, end) in Self.rungs(description.data, fold, trials: points.count).enumerated() {
            // Results are known up to a minute after the close.
            let jobs = left.map { runner.job($0 + 1, points[$0], .rung(index + 1), to: end + .minutes(2)) }
            let records = try run(jobs, progress)
            let rung = SweepFold(from: .distantPast, split: end, to: .distantPast)
            let ranked = SweepRanking(records, in: rung, of: description.data, by: description.objective).places
            left = ranked.prefix((left.count + Self.eta - 1) / Self.eta).map { left[$0] }.sorted()
        }
        _ = try run(left.map { runner.job($0 + 1, points[$0], .whole) }, progress)
    }
}
