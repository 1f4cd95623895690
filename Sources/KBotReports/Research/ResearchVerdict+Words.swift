import KBotModel

extension ResearchVerdict {
    /// Days out of sample below which their number is told.
    static let fewDays = 10

    /// What stands against claiming an edge; nothing does when the list is empty.
    static func doubts(
        _ trials: Int,
        _ inSample: PeriodEstimate,
        _ outOfSample: PeriodEstimate,
        _ selection: SelectionCheck,
        _ errorRate: Double
    ) -> [String] {
        var doubts: [String] = []
        if inSample.finding == .tooFew {
            doubts.append("in sample: " + inSample.sentence)
        } else if inSample.net <= .zero {
            doubts.append("in sample the chosen trial gained nothing")
        } else if let chance = selection.realityCheck, chance > errorRate {
            doubts.append(
                trials == 1
                    ? "in sample a trial without an edge would look as good in \(percentage(rounded(chance))) of cases"
                    : "in sample the best of \(plural(trials, "trial")) without an edge would look as good in "
                        + "\(percentage(rounded(chance))) of cases"
            )
        }
        if outOfSample.finding != .gain { doubts.append("out of sample: " + outOfSample.sentence) }
        return doubts
    }

    static func claim(
        _ trials: Int,
        _ outOfSample: PeriodEstimate,
        _ selection: SelectionCheck,
        _ confidence: Double,
        _ errorRate: Double
    ) -> String {
        let range = outOfSample.perMarketInterval?.signedText(joinedBy: " and ") ?? ""
        let chance = selection.realityCheck.flatMap(Ratio.init(rounding:))?.description ?? ""
        return
            "An edge distinguishable from zero at \(percentage(confidence)): out of sample between \(range) a market; "
            + "in sample the best of \(plural(trials, "trial")) is better than luck (reality check, p = \(chance)). Where "
            + "there is no edge, one is claimed in at most \(percentage(errorRate)) of cases."
    }

    static func warnings(
        trials: Int,
        earlierTrials: Int,
        inSample: PeriodEstimate,
        outOfSample: PeriodEstimate,
        selection: SelectionCheck,
        confidence: Double,
        shared: Int
    ) -> [String] {
        var warnings: [String] = []
        if trials > 1 {
            let unit = inSample.unit.noun
            var text =
                "\(grouped(trials)) trials were made. The best of so many without an edge is expected to show a Sharpe "
            text += "ratio of \(number(selection.expectedMaximumSharpe)) a \(unit) in sample"
            if let sharpe = inSample.sharpe {
                text += "; the chosen one shows \(number(sharpe))"
                if (selection.deflatedSharpe ?? 0) < confidence { text += ", which so many trials may explain" }
            }
            warnings.append(text + ".")
        }
        if earlierTrials > 0 {
            warnings.append(
                "\(plural(earlierTrials, "trial")) of these were made without results to check; they are counted as if "
                    + "they had been like the others."
            )
        }
        if outOfSample.finding == .nothing, let detectable = outOfSample.detectable, detectable > .zero {
            warnings.append(
                "An edge below about \(detectable.signedText.dropFirst()) a market would probably not have been seen out of sample."
            )
        }
        if outOfSample.finding != .tooFew, outOfSample.days < fewDays {
            warnings.append(
                "The markets out of sample are those of \(dayCount(outOfSample.days)): what holds there may not hold "
                    + "in other times."
            )
        }
        if shared > 0 {
            warnings.append(
                "\(plural(shared, "market")) out of sample also had a part in the choice: the two periods are not "
                    + "independent of one another."
            )
        }
        if outOfSample.finding == .gain {
            warnings.append(
                "Markets are out of sample once: whoever chooses anew after seeing this has chosen by them."
            )
        }
        return warnings
    }

    private static func number(_ value: Double) -> String {
        let units = Int64(value * 1_000 + (value < 0 ? -0.5 : 0.5))
        return formatDecimal(units, fractionDigits: 3)
    }

    /// A share to a thousandth.
    private static func rounded(_ share: Double) -> Double { Double(Int64(share * 1_000 + 0.5)) / 1_000 }
}

/// `1 day`, `3 days`.
func dayCount(_ days: Int) -> String { days == 1 ? "1 day" : "\(grouped(days)) days" }

extension Observations.Unit {
    /// What several observations are called with their number.
    func counted(_ count: Int) -> String { self == .day ? dayCount(count) : plural(count, noun) }

    /// What an observation is called.
    var noun: String {
        switch self {
        case .market: "market"
        case .closingTime: "closing time"
        case .day: "day"
        }
    }
}
