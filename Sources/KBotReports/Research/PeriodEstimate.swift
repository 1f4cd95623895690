package import KBotModel

/// What the chosen trial made of one period, how sure that is, and what can be said of it.
///
/// All intervals are percentile bootstraps over whole observations, see ``Observations/Unit``. Sharpe ratios are of one
/// observation, not annualised, and an observation without a trade counts as nothing gained.
package struct PeriodEstimate: Hashable, Sendable, Codable {
    /// A range of money.
    package struct MoneyRange: Hashable, Sendable, Codable {
        /// Its lower end.
        package var low: Money
        /// Its upper end.
        package var high: Money
    }

    /// A range of numbers.
    package struct Range: Hashable, Sendable, Codable {
        /// Its lower end.
        package var low: Double
        /// Its upper end.
        package var high: Double
    }

    /// What a period shows at the verdict's confidence.
    package enum Finding: String, Hashable, Sendable, Codable {
        /// Too few markets or trades for a statement.
        case tooFew = "too_few"
        /// The interval contains zero, or would if one market more had lost its stake.
        case nothing = "not_distinguishable_from_zero"
        /// The interval lies above zero.
        case gain
        /// The interval lies below zero.
        case loss
    }

    /// Markets of the period.
    package var markets: Int
    /// UTC days on which they closed.
    package var days: Int
    /// Markets the trial traded in.
    package var tradedMarkets: Int
    /// Closed trades.
    package var trades: Int
    /// What is drawn as a whole, so that what happens together stays together.
    package var unit: Observations.Unit
    /// How many of these there are.
    package var observations: Int
    /// How many of them are drawn in a row, on average.
    package var blockLength: Double

    /// Net P&L.
    package var net: Money
    /// Where it may lie in another period of the same length.
    package var netInterval: MoneyRange?
    /// Net P&L per market traded in; nil without trades.
    package var perMarket: Money?
    /// Where it may lie.
    package var perMarketInterval: MoneyRange?
    /// The lower end if there had been one market more that lost its whole stake, the average one.
    ///
    /// Whoever buys at 99¢ wins in every market of a short sample. Resampling cannot draw the loss that was not seen, so
    /// a gain is only called one if a single such loss would not undo it.
    package var cautiousLow: Money?
    /// The gain per market traded in that a sample like this one would show four times in five; what is smaller may be
    /// there and not be seen.
    package var detectable: Money?

    /// Mean over deviation (n − 1) of the net P&L of an observation.
    package var sharpe: Double?
    /// Where it may lie.
    package var sharpeInterval: Range?
    /// Skewness of the observations; 0 is symmetric, negative has the longer tail on the side of losses.
    package var skewness: Double?
    /// Kurtosis of the observations; 3 is normal, more has fatter tails.
    package var kurtosis: Double?
    /// Probability that the true Sharpe ratio is above zero.
    package var probabilisticSharpe: Double?
    /// Observations after which a Sharpe ratio like this one would differ from zero at the verdict's confidence; nil
    /// when it is not above zero.
    package var minimumTrackRecord: Double?

    /// What the period shows.
    package var finding: Finding
    /// The same in words.
    package var sentence: String

    private enum CodingKeys: String, CodingKey {
        case markets, days, trades, unit, observations, net, sharpe, skewness, kurtosis, finding, sentence, detectable
        case tradedMarkets = "traded_markets"
        case blockLength = "block_length"
        case netInterval = "net_interval"
        case perMarket = "per_market"
        case perMarketInterval = "per_market_interval"
        case cautiousLow = "cautious_low"
        case sharpeInterval = "sharpe_interval"
        case probabilisticSharpe = "probabilistic_sharpe"
        case minimumTrackRecord = "minimum_track_record"
    }
}
