import KBotModel

extension PeriodEstimate {
    /// Observations with a trade below which nothing is said.
    static let fewestObservations = 10

    /// Estimates what one trial, the one at this place among the observations, made of a period; `wasChosenBy` says
    /// whether it was chosen by these very markets.
    init(
        of results: [MarketResult],
        trial: Int,
        in all: Observations,
        wasChosenBy: Bool,
        confidence: Double,
        resamples: Int,
        seed: UInt64
    ) {
        let nets = all.column(trial)
        let traded = all.tradedMarkets(results)
        markets = all.markets
        days = all.days
        unit = all.unit
        observations = all.count
        blockLength = sixDigits(optimalBlockLength(of: nets)) ?? 1
        trades = results.reduce(0) { $0 + $1.trades }
        tradedMarkets = traded.reduce(0, +)
        net = results.reduce(.zero) { $0 + $1.net }
        perMarket = net.divided(by: tradedMarkets)
        finding = .tooFew
        sentence = ""
        if tradedMarkets > 0 {
            draw(nets.map { Int64($0) }, traded, stake: Self.stake(results, tradedMarkets), confidence, resamples, seed)
        }
        if let statistics = SharpeStatistics(of: nets) {
            sharpe = sixDigits(statistics.ratio)
            skewness = sixDigits(statistics.skewness)
            kurtosis = sixDigits(statistics.kurtosis)
            probabilisticSharpe = statistics.probability(above: 0).flatMap(sixDigits)
            let record = statistics.minimumTrackRecord(above: 0, confidence: confidence)
            minimumTrackRecord = record.flatMap(sixDigits)
        }
        let withTrades = traded.count { $0 > 0 }
        finding = found(withTrades)
        sentence = words(withTrades, confidence, wasChosenBy)
    }

    /// What one market more may lose: the mean stake, and where stakes are not known at least the mean size of a result.
    private static func stake(_ results: [MarketResult], _ markets: Int) -> Money {
        let stakes = results.reduce(.zero) { $0 + $1.stake }.divided(by: markets) ?? .zero
        let sizes = results.reduce(.zero) { $0 + $1.net.magnitude }.divided(by: markets) ?? .zero
        return max(stakes, sizes)
    }

    private mutating func draw(
        _ sums: [Int64],
        _ counts: [Int],
        stake: Money,
        _ confidence: Double,
        _ resamples: Int,
        _ seed: UInt64
    ) {
        guard sums.count >= 2 else { return }
        let ranks = percentileRanks(of: resamples, confidence: confidence)
        let draws = ClusterDraws(
            sums: sums,
            counts: counts,
            blockLength: blockLength,
            resamples: resamples,
            seed: seed
        )
        func range(_ values: [Int64]) -> MoneyRange {
            MoneyRange(low: Money(units: values[ranks.low]), high: Money(units: values[ranks.high]))
        }
        let means = draws.means
        netInterval = range(draws.totals.sorted())
        perMarketInterval = range(means)
        detectable = Self.detectable(means, confidence)
        let ratios = draws.sharpeRatios
        if let low = sixDigits(ratios[ranks.low]), let high = sixDigits(ratios[ranks.high]) {
            sharpeInterval = Range(low: low, high: high)
        }
        let cautious = ClusterDraws(
            sums: sums + [-stake.units],
            counts: counts + [1],
            blockLength: blockLength,
            resamples: resamples,
            seed: seed ^ 0x5555
        )
        cautiousLow = Money(units: cautious.means[ranks.low])
    }

    /// (z of the confidence, two-sided, + z of four in five) standard errors, the bootstrap's.
    private static func detectable(_ means: [Int64], _ confidence: Double) -> Money? {
        let count = Double(means.count)
        let mean = means.reduce(0) { $0 + Double($1) } / count
        let variance = means.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        let errors = NormalDistribution.quantile(0.5 + confidence / 2) + NormalDistribution.quantile(0.8)
        return Money(units: Int64(errors * squareRoot(of: variance) + 0.5))
    }

    private func found(_ withTrades: Int) -> Finding {
        guard tradedMarkets >= PlainVerdict.fewestMarkets, trades >= PlainVerdict.fewestTrades,
            withTrades >= Self.fewestObservations, let perMarketInterval, let cautiousLow
        else { return .tooFew }
        if perMarketInterval.high < .zero { return .loss }
        return perMarketInterval.low > .zero && cautiousLow > .zero ? .gain : .nothing
    }

    private func words(_ withTrades: Int, _ confidence: Double, _ wasChosenBy: Bool) -> String {
        guard finding != .tooFew, let perMarketInterval else {
            if trades == 0 { return "no trades: nothing to say" }
            if tradedMarkets < PlainVerdict.fewestMarkets { return "too few markets (\(tradedMarkets)) to say" }
            if trades < PlainVerdict.fewestTrades { return "too few trades (\(trades)) to say" }
            return "markets at too few different times (\(withTrades)) to say"
        }
        let where_ = "between " + perMarketInterval.signedText(joinedBy: " and ") + " a market"
        switch finding {
        case .gain:
            return "edge distinguishable from zero at \(percentage(confidence)): \(where_)"
                + (wasChosenBy ? "; but these are the markets it was chosen by" : "")
        case .loss: return "loss distinguishable from zero at \(percentage(confidence)): \(where_)"
        case .nothing where perMarketInterval.low > .zero:
            return "edge not distinguishable from zero: \(where_), but one market more that lost its whole stake could "
                + "undo it"
        case .nothing, .tooFew: return "edge not distinguishable from zero: \(where_)"
        }
    }
}

extension PeriodEstimate.MoneyRange {
    /// Both ends with their signs: in cents when both are below a dollar, else in dollars.
    func signedText(joinedBy word: String) -> String {
        let isSmall = max(low.magnitude, high.magnitude) < Money(dollars: 1)
        return [low, high].map { isSmall ? $0.signedCentText : $0.signedDollarText }.joined(separator: word)
    }
}

extension Money {
    /// An amount below a dollar in cents, others in dollars, with its sign in front even when it is a gain.
    var signedText: String { magnitude < Money(dollars: 1) ? signedCentText : signedDollarText }

    /// The amount in cents, with its sign in front even when it is a gain: `+3.10¢`.
    var signedCentText: String { units >= 50 ? "+" + centText : centText }
}

/// A share as a percentage without needless digits: 0.95 gives `95%`.
func percentage(_ share: Double) -> String {
    let text = Ratio(rounding: share * 100)?.description ?? "?"
    var digits = Substring(text)
    while digits.last == "0" { digits = digits.dropLast() }
    if digits.last == "." { digits = digits.dropLast() }
    return digits + "%"
}

/// The number with six digits after the point, half away from zero; nil when it is not finite, or too large.
func sixDigits(_ value: Double) -> Double? { Ratio(rounding: value).map { Double($0.units) / 1_000_000 } }
