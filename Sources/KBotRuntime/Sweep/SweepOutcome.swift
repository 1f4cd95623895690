import KBotModel
package import KBotReports

/// What came of a sweep: trials in order, windows, and the verdict. A pure function of the plan and the trials.
package struct SweepOutcome: Encodable, Sendable {
    /// A trial, in-sample and out of sample.
    package struct Row: Encodable, Sendable {
        /// Its number.
        package let number: Int
        /// What was tried.
        package let parameters: [TrialSample.Parameter]
        /// Why it could not run; nil when it did.
        package let failure: String?
        /// Whether it meets what is required.
        package let qualifies: Bool
        /// The objective in-sample; nil when it has no value.
        package let score: Double?
        /// Figures of what it was compared by.
        package let inSample: SweepFigures
        /// Figures after the last choice; what nobody looked at when choosing.
        package let outOfSample: SweepFigures
        /// What the report of the whole run says.
        package let report: TrialRecord.Report?
        /// The same with the limits on that the sweep switches off; nil when it was not run.
        package internal(set) var limited: TrialRecord.Report?

        private enum CodingKeys: String, CodingKey {
            case number, parameters, failure, qualifies, score, report, limited
            case inSample = "in_sample"
            case outOfSample = "out_of_sample"
        }
    }

    /// A window: the choice made on its first part, and what it then made.
    package struct Window: Encodable, Sendable {
        /// Its times.
        package let fold: SweepFold
        /// The trial chosen; nil when none qualified: then nothing is traded.
        package let chosen: Int?
        /// Its figures in the part it was chosen on.
        package let inSample: SweepFigures?
        /// Its figures in the part after.
        package let outOfSample: SweepFigures?

        private enum CodingKeys: String, CodingKey {
            case fold, chosen
            case inSample = "in_sample"
            case outOfSample = "out_of_sample"
        }
    }

    /// What the sweep was.
    package let plan: SweepDescription
    /// Trials that ran on all data.
    package let ran: Int
    /// Trials that could not run.
    package let failed: Int
    /// Trials that successive halving dropped before.
    package let dropped: Int
    /// Trials in whose scripts calls failed.
    package let withScriptErrors: Int
    /// Trials, the best first.
    package let rows: [Row]
    /// The number of the best that qualifies; nil when none does.
    package let chosen: Int?
    /// Windows in the order of time; one without a walk-forward.
    package let windows: [Window]
    /// What the choices of all windows made after them.
    package let outOfSample: SweepFigures
    /// What can be said; nil when nothing was chosen.
    package let verdict: ResearchVerdict?
    /// Whether fills cost anything; ``verdict`` says it too when not.
    package let feesCharged: FeesCharged
    /// What the report of the chosen trial's backtest says beside its figures, of the first trial when none was chosen: how
    /// results were known, what was left out of the data, by which rules fees and bars went.
    package let caveats: [String]

    private enum CodingKeys: String, CodingKey {
        case plan, ran, failed, dropped, rows, chosen, windows, verdict, caveats
        case feesCharged = "fees_charged"
        case withScriptErrors = "with_script_errors"
        case outOfSample = "out_of_sample"
    }

    /// Makes the outcome.
    ///
    /// - Parameters:
    ///   - plan: what the sweep is.
    ///   - records: its trials, in any order.
    /// - Throws: ``RunFailure`` when no trial could run.
    package init(_ plan: SweepDescription, _ records: [TrialRecord]) throws(RunFailure) {
        let folds = try Self.folds(of: plan)
        let trials = Self.trials(records, .whole)
        let ran = trials.filter { $0.failure == nil }
        guard let first = trials.first else { throw RunFailure(.data, "no trial was run") }
        guard !ran.isEmpty else {
            throw RunFailure(.script, "no trial could run; trial \(first.number): \(first.failure ?? "")")
        }
        self.plan = plan
        self.ran = ran.count
        failed = trials.count - ran.count
        withScriptErrors = ran.count { $0.report.map { $0.scriptErrors > 0 } ?? false }
        let data = plan.data

        // All there was before the last choice, and what came after it.
        let whole = Self.wholeFold(folds)
        let ranking = Self.rank(trials, whole, plan)
        let judged = data.units.filter(whole.isOutOfSample)
        let limited = Dictionary(Self.trials(records, .limited).map { ($0.number, $0.report) }) { first, _ in first }
        rows = ranking.places.map { place in
            let trial = trials[place]
            return Row(
                number: trial.number,
                parameters: plan.parameters(trial.values),
                failure: trial.failure,
                qualifies: ranking.standings[place].qualifies,
                score: ranking.standings[place].score,
                inSample: ranking.standings[place].figures,
                outOfSample: data.figures(of: trial.trades.filter(whole.isOutOfSample), judged),
                report: trial.report,
                limited: limited[trial.number] ?? nil
            )
        }
        chosen = ranking.best.map { trials[$0].number }

        var windows: [Window] = []
        var traded: [SweepTrade] = []
        for fold in folds {
            let ranking = folds.count == 1 ? ranking : Self.rank(trials, fold, plan)
            let best = ranking.best
            let after = best.map { trials[$0].trades.filter(fold.isOutOfSample) }
            traded += after ?? []
            let units = data.units.filter(fold.isOutOfSample)
            windows.append(
                Window(
                    fold: fold,
                    chosen: best.map { trials[$0].number },
                    inSample: best.map { ranking.standings[$0].figures },
                    outOfSample: after.map { data.figures(of: $0, units) }
                )
            )
        }
        self.windows = windows
        let all = data.units.filter { $0.closes > folds[0].split }
        outOfSample = data.figures(of: traded, all)

        let told = (ranking.best.map { trials[$0] } ?? ran[0]).report
        feesCharged = told?.feesCharged ?? .all
        caveats = told?.caveats ?? []
        let partial = Self.dropped(records, trials)
        dropped = partial.count
        verdict = ranking.best.map { best in
            var samples = trials.filter { $0.failure == nil }.map { trial in
                plan.sample(trial, in: whole, after: trial.number == trials[best].number ? (traded, all) : ([], []))
            }
            let place = samples.firstIndex { $0.number == trials[best].number } ?? 0
            samples += partial.map { plan.sample($0, in: whole, after: ([], [])) }
            return ResearchVerdict(
                of: samples,
                chosen: place,
                feesCharged: told?.feesCharged ?? .all,
                seed: plan.seed
            )
        }
    }

    /// The best trials, without a verdict.
    static func best(
        _ count: Int,
        of plan: SweepDescription,
        _ records: [TrialRecord]
    ) throws(RunFailure) -> [TrialRecord] {
        let trials = trials(records, .whole)
        let ranking = rank(trials, wholeFold(try folds(of: plan)), plan)
        return ranking.places.map { trials[$0] }.filter { $0.failure == nil }.prefix(count).map(\.self)
    }

    private static func rank(_ trials: [TrialRecord], _ fold: SweepFold, _ plan: SweepDescription) -> SweepRanking {
        SweepRanking(trials, in: fold, of: plan.data, by: plan.objective, requiring: plan.constraints)
    }

    private static func folds(of plan: SweepDescription) throws(RunFailure) -> [SweepFold] {
        guard let split = SweepSplit(text: plan.split) else {
            throw RunFailure(.data, "the plan has no split of time: '\(plan.split)'")
        }
        return try split.folds(of: plan.data)
    }

    /// From the beginning to the last choice.
    private static func wholeFold(_ folds: [SweepFold]) -> SweepFold {
        SweepFold(from: folds[0].from, split: folds[folds.count - 1].split, to: .distantFuture)
    }

    /// Trials of a kind, each once, in their order.
    private static func trials(_ records: [TrialRecord], _ variant: TrialRecord.Variant) -> [TrialRecord] {
        var known: [Int: TrialRecord] = [:]
        for record in records where record.variant == variant.text { known[record.number] = record }
        return known.values.sorted { $0.number < $1.number }
    }

    /// The furthest rung of each trial that was not run on all data.
    private static func dropped(_ records: [TrialRecord], _ trials: [TrialRecord]) -> [TrialRecord] {
        let whole = Set(trials.map(\.number))
        var furthest: [Int: TrialRecord] = [:]
        for record in records where record.variant.hasPrefix("rung") && !whole.contains(record.number) {
            guard let known = furthest[record.number] else {
                furthest[record.number] = record
                continue
            }
            if known.variant.utf8.count < record.variant.utf8.count || known.variant < record.variant {
                furthest[record.number] = record
            }
        }
        return furthest.values.filter { $0.failure == nil }.sorted { $0.number < $1.number }
    }
}

extension SweepDescription {
    /// The values of a trial with their names.
    func parameters(_ values: [String]) -> [TrialSample.Parameter] {
        zip(axes, values).map { TrialSample.Parameter(name: $0.name, value: $1) }
    }

    /// A trial as the verdict takes it: each market of the time before the choice, traded or not.
    func sample(
        _ trial: TrialRecord,
        in fold: SweepFold,
        after: (trades: [SweepTrade], units: [SweepMarkets.Unit])
    ) -> TrialSample {
        TrialSample(
            number: trial.number,
            parameters: parameters(trial.values),
            inSample: results(trial.trades.filter(fold.isInSample), data.units.filter(fold.isInSample)),
            outOfSample: results(after.trades, after.units)
        )
    }

    private func results(_ trades: [SweepTrade], _ units: [SweepMarkets.Unit]) -> [MarketResult] {
        data.results(of: trades, units).map { result in
            MarketResult(
                market: Ticker(data.name(of: result.unit)),
                close: result.unit.closes,
                net: result.net,
                trades: result.trades.count,
                stake: result.trades.largestStake
            )
        }
    }
}

extension [SweepTrade] {
    /// The most that settlement could have taken at one time, each trade counted whole from its opening to its end.
    var largestStake: Money {
        var changes: [(time: Timestamp, amount: Money)] = []
        for trade in self {
            changes.append((trade.opened, trade.stake))
            changes.append((trade.ended, -trade.stake))
        }
        changes.sort { $0.time != $1.time ? $0.time < $1.time : $0.amount < $1.amount }
        var held = Money.zero
        return changes.reduce(Money.zero) { peak, change in
            held += change.amount
            return Swift.max(peak, held)
        }
    }
}
