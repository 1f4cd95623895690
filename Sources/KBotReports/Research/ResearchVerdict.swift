import KBotModel

/// What a sweep lets one say of the parameters it chose, in plain words.
///
/// An edge is claimed only if two things agree: in sample, White's reality check says that the best of all trials is
/// better than the best of as many without an edge; out of sample, the interval of the chosen trial lies above zero, and
/// would even if one market more had lost its whole stake. Of a hundred sweeps whose choice has no edge on the
/// out-of-sample markets, no more than ``errorRate`` are claimed to have one.
package struct ResearchVerdict: Hashable, Sendable, Codable {
    /// Trials, those that were given and those that were made before.
    package let trials: Int
    /// Number of the chosen trial.
    package let chosen: Int
    /// Its parameters.
    package let parameters: [TrialSample.Parameter]
    /// Confidence of all intervals: 0.95.
    package let confidence: Double
    /// Draws of each bootstrap.
    package let resamples: Int
    /// Seed of the draws.
    package let seed: UInt64

    /// The chosen trial in the markets it was chosen by: better than it is.
    package let inSample: PeriodEstimate
    /// The chosen trial in the markets that had no part in the choice.
    package let outOfSample: PeriodEstimate
    /// How many trials were made, against what chance gives to the best of so many.
    package let selection: SelectionCheck

    /// Whether an edge is claimed.
    package let claimsEdge: Bool
    /// Share of sweeps without an edge in which one is claimed all the same, at most: 1 − ``confidence``.
    package let errorRate: Double
    /// The verdict in a sentence or two.
    package let sentence: String
    /// What makes the verdict weaker than it reads.
    package let warnings: [String]

    /// Judges the chosen one of several trials; the same samples and seed give the same verdict on every machine.
    ///
    /// - Parameters:
    ///   - samples: All trials that were made, at least one.
    ///   - chosen: Place of the chosen one in `samples`.
    ///   - earlierTrials: Trials that are not among the samples: those that successive halving dropped early, those of
    ///     earlier sweeps over the same data.
    ///   - feesCharged: Whether fills of the trials cost anything; the sentence says so when not.
    ///   - seed: Seed of the draws.
    ///   - confidence: Confidence of the intervals, between 0.5 and 0.999.
    ///   - resamples: Draws of each bootstrap, at least 100.
    package init(
        of samples: [TrialSample],
        chosen: Int,
        earlierTrials: Int = 0,
        feesCharged: FeesCharged = .all,
        seed: UInt64 = 1,
        confidence: Double = 0.95,
        resamples: Int = 2_000
    ) {
        precondition(samples.indices.contains(chosen), "the chosen trial is one of the samples")
        let confidence = min(max(confidence, 0.5), 0.999)
        let resamples = max(resamples, 100)
        let sample = samples[chosen]
        let first = Observations(of: samples.map(\.inSample))
        let later = Observations(of: samples.map(\.outOfSample))
        inSample = PeriodEstimate(
            of: sample.inSample,
            trial: chosen,
            in: first,
            wasChosenBy: true,
            confidence: confidence,
            resamples: resamples,
            seed: seed
        )
        outOfSample = PeriodEstimate(
            of: sample.outOfSample,
            trial: chosen,
            in: later,
            wasChosenBy: false,
            confidence: confidence,
            resamples: resamples,
            seed: seed ^ 0xAAAA
        )
        trials = samples.count + max(earlierTrials, 0)
        selection = SelectionCheck(
            of: first,
            chosen: chosen,
            trials: trials,
            blockLength: inSample.blockLength,
            confidence: confidence,
            resamples: resamples,
            seed: seed
        )
        self.chosen = sample.number
        parameters = sample.parameters
        self.confidence = confidence
        self.resamples = resamples
        self.seed = seed
        errorRate = sixDigits(1 - confidence) ?? 0
        let doubts = Self.doubts(trials, inSample, outOfSample, selection, errorRate)
        claimsEdge = doubts.isEmpty
        sentence =
            feesCharged.warning
            + (doubts.isEmpty
                ? Self.claim(trials, outOfSample, selection, confidence, errorRate)
                : "No edge is claimed: " + doubts.joined(separator: "; ") + ".")
        let known = Set(sample.inSample.lazy.map(\.market))
        warnings = Self.warnings(
            trials: trials,
            earlierTrials: max(earlierTrials, 0),
            inSample: inSample,
            outOfSample: outOfSample,
            selection: selection,
            confidence: confidence,
            shared: Set(sample.outOfSample.lazy.map(\.market)).intersection(known).count
        )
    }

    private enum CodingKeys: String, CodingKey {
        case trials, chosen, parameters, confidence, resamples, seed, selection, sentence, warnings
        case inSample = "in_sample"
        case outOfSample = "out_of_sample"
        case claimsEdge = "claims_edge"
        case errorRate = "error_rate"
    }
}
