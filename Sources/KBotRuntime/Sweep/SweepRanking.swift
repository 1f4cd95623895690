import KBotModel

/// Trials put in order by what they did in-sample.
struct SweepRanking {
    /// A trial's part in it.
    struct Standing {
        /// Figures in-sample.
        let figures: SweepFigures
        /// The objective; nil when it has no value.
        let score: Double?
        /// Whether the trial ran and meets what is required.
        let qualifies: Bool
    }

    /// By place among the records.
    let standings: [Standing]
    /// Places of the records, the best first: those that qualify, then the others; at equal scores the lower trial.
    let places: [Int]

    init(
        _ records: [TrialRecord],
        in fold: SweepFold,
        of data: SweepMarkets,
        by objective: SweepMeasure,
        requiring constraints: [SweepConstraint] = []
    ) {
        let units = data.units.filter(fold.isInSample)
        let standings = records.map { record in
            let figures = data.figures(of: record.trades.filter(fold.isInSample), units)
            let score = record.failure == nil ? objective.value(of: figures) : nil
            return Standing(
                figures: figures,
                score: score,
                qualifies: score != nil && constraints.allSatisfy { $0.holds(for: figures) }
            )
        }
        self.standings = standings
        places = records.indices.sorted { one, other in
            let (left, right) = (standings[one], standings[other])
            guard left.qualifies == right.qualifies else { return left.qualifies }
            switch (left.score, right.score) {
            case (let a?, let b?) where a != b: return objective.isBetterLow ? a < b : a > b
            case (_?, nil): return true
            case (nil, _?): return false
            default: return records[one].number < records[other].number
            }
        }
    }

    /// The best that qualifies; nil when none does.
    var best: Int? { places.first.flatMap { standings[$0].qualifies ? $0 : nil } }
}

extension SweepMarkets {
    /// Figures of trades in a time with these units.
    func figures(of trades: [SweepTrade], _ units: [Unit]) -> SweepFigures {
        let results = results(of: trades, units)
        var figures = SweepFigures(of: trades, units: results.map(\.net))
        figures.markets = results.count { !$0.trades.isEmpty }
        return figures
    }

    /// What trades made of each unit of a time, and of any other they were made in.
    func results(of trades: [SweepTrade], _ units: [Unit]) -> [(unit: Unit, net: Money, trades: [SweepTrade])] {
        var sums: [Unit: (net: Money, trades: [SweepTrade])] = [:]
        for trade in trades {
            let unit = unit(of: trade)
            sums[unit, default: (.zero, [])].net += trade.net
            sums[unit, default: (.zero, [])].trades.append(trade)
        }
        var results: [(unit: Unit, net: Money, trades: [SweepTrade])] = []
        for unit in units {
            let sum = sums.removeValue(forKey: unit)
            results.append((unit, sum?.net ?? .zero, sum?.trades ?? []))
        }
        for (unit, sum) in sums.sorted(by: { $0.key < $1.key }) { results.append((unit, sum.net, sum.trades)) }
        return results
    }
}
