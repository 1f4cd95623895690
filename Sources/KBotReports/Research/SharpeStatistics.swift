/// What the Sharpe ratio of a sample is worth, from its first four moments.
///
/// The ratio is the mean over the deviation (n − 1) of one observation, not annualised. Skewness and kurtosis are those
/// of the sample (divided by n), the kurtosis of a normal distribution being 3.
struct SharpeStatistics {
    /// Observations.
    let count: Int
    /// Mean over deviation.
    let ratio: Double
    /// Third standardised moment.
    let skewness: Double
    /// Fourth standardised moment.
    let kurtosis: Double

    /// Measures values; nil with fewer than two, or when all are the same.
    init?(of values: some Collection<Double>) {
        guard values.count >= 2 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        var second = 0.0
        var third = 0.0
        var fourth = 0.0
        var size = 0.0
        for value in values {
            let distance = value - mean
            let square = distance * distance
            second += square
            third += square * distance
            fourth += square * square
            size += value * value
        }
        // Equal values can differ from their rounded mean in the last digit.
        guard second > size * 1e-24 else { return nil }
        let deviation = squareRoot(of: second / count)
        self.count = values.count
        ratio = mean / squareRoot(of: second / (count - 1))
        skewness = third / count / (deviation * deviation * deviation)
        kurtosis = fourth / count / (deviation * deviation * deviation * deviation)
    }

    /// Makes statistics of known moments.
    init(count: Int, ratio: Double, skewness: Double, kurtosis: Double) {
        self.count = count
        self.ratio = ratio
        self.skewness = skewness
        self.kurtosis = kurtosis
    }

    /// Variance of the ratio times (n − 1): 1 − γ₃ SR + (γ₄ − 1)/4 SR².
    ///
    /// As γ₄ ≥ 1 + γ₃², it is never below (1 − γ₃ SR / 2)²; zero with two values alone and one certain ratio.
    private var spread: Double { 1 - skewness * ratio + (kurtosis - 1) / 4 * ratio * ratio }

    /// Probability that the true ratio is above a benchmark; nil when the moments leave no doubt to measure.
    ///
    /// PSR(SR*) = Φ((SR − SR*) √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 SR²)): Bailey and López de Prado, "The Sharpe Ratio
    /// Efficient Frontier", Journal of Risk 15 (2012). Against ``expectedMaximum(of:variance:)`` it is their deflated
    /// Sharpe ratio ("The Deflated Sharpe Ratio", Journal of Portfolio Management 40, 2014).
    func probability(above benchmark: Double) -> Double? {
        guard spread > 1e-12 else { return nil }
        let distance = (ratio - benchmark) * squareRoot(of: Double(count - 1)) / squareRoot(of: spread)
        return NormalDistribution.cumulative(distance)
    }

    /// Observations after which a ratio like this one would lie above a benchmark with so much confidence; nil when it
    /// does not lie above it at all.
    ///
    /// MinTRL = 1 + (1 − γ₃ SR + (γ₄ − 1)/4 SR²) (z / (SR − SR*))²: Bailey and López de Prado (2012).
    func minimumTrackRecord(above benchmark: Double, confidence: Double) -> Double? {
        guard ratio - benchmark > 1e-9 else { return nil }
        let steps = NormalDistribution.quantile(confidence) / (ratio - benchmark)
        return 1 + max(spread, 0) * steps * steps
    }

    /// The largest ratio that so many trials without an edge are expected to show, when their ratios have this variance.
    ///
    /// SR₀ = √V ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))), γ being the Euler-Mascheroni constant: Bailey and López de
    /// Prado (2014). All trials are counted as if they were independent, which asks more of the best one.
    static func expectedMaximum(of trials: Int, variance: Double) -> Double {
        guard trials >= 2, variance > 0 else { return 0 }
        let gamma = 0.577_215_664_901_532_9
        let share = 1 / Double(trials)
        let first = NormalDistribution.quantile(1 - share)
        let second = NormalDistribution.quantile(1 - share * 0.367_879_441_171_442_3)
        return squareRoot(of: variance) * ((1 - gamma) * first + gamma * second)
    }
}
