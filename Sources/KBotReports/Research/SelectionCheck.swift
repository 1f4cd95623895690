/// What trying much does to the best result.
package struct SelectionCheck: Hashable, Sendable, Codable {
    /// p-value of White's reality check: how often the best of all trials would look as good in sample if none had an
    /// edge; nil without observations.
    ///
    /// Of trials that were made and not given it is taken that they would have been as good: the p-value is multiplied
    /// by all trials over those given.
    package var realityCheck: Double?
    /// Standard deviation of the Sharpe ratios of the trials.
    package var sharpeDeviation: Double
    /// The Sharpe ratio that the best of as many trials without an edge is expected to show.
    package var expectedMaximumSharpe: Double
    /// The deflated Sharpe ratio: probability that the chosen trial's true Sharpe ratio is above that.
    package var deflatedSharpe: Double?
    /// Observations after which a Sharpe ratio like the chosen one's would differ from that at the verdict's confidence;
    /// nil when it is not above it.
    package var minimumTrackRecord: Double?

    private enum CodingKeys: String, CodingKey {
        case realityCheck = "reality_check"
        case sharpeDeviation = "sharpe_deviation"
        case expectedMaximumSharpe = "expected_maximum_sharpe"
        case deflatedSharpe = "deflated_sharpe"
        case minimumTrackRecord = "minimum_track_record"
    }

    /// Checks the choice of one trial of those observed, and of others that were made: `trials` in all.
    init(
        of observations: Observations,
        chosen: Int,
        trials: Int,
        blockLength: Double,
        confidence: Double,
        resamples: Int,
        seed: UInt64
    ) {
        let given = RealityCheck.pValue(
            of: observations,
            blockLength: blockLength,
            resamples: resamples,
            seed: seed
        )
        realityCheck = given.flatMap { sixDigits(min($0 * Double(trials) / Double(observations.trials), 1)) }
        // A trial without a trade, or with the same result everywhere, has no ratio, and counts as zero.
        let ratios = (0..<observations.trials).map { SharpeStatistics(of: observations.column($0))?.ratio ?? 0 }
        let mean = ratios.reduce(0, +) / Double(max(ratios.count, 1))
        let squares = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = ratios.count > 1 ? squares / Double(ratios.count - 1) : 0
        let expected = SharpeStatistics.expectedMaximum(of: trials, variance: variance)
        sharpeDeviation = sixDigits(squareRoot(of: variance)) ?? 0
        expectedMaximumSharpe = sixDigits(expected) ?? 0
        let statistics = SharpeStatistics(of: observations.column(chosen))
        deflatedSharpe = statistics?.probability(above: expected).flatMap(sixDigits)
        let record = statistics?.minimumTrackRecord(above: expected, confidence: confidence)
        minimumTrackRecord = record.flatMap(sixDigits)
    }
}
