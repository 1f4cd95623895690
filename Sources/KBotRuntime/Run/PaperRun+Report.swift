import KBotEngine
package import KBotModel
package import KBotReports
import KBotSimulation

/// What a run leaves behind: its report.
extension PaperRun {
    /// Whether entries were halted when the run ended.
    package var isHalted: Bool { session?.read { $0.isHalted } ?? false }

    /// The report of the run; nil when nothing ran.
    package func report(id: RunID, version: String) -> RunReport? {
        guard let session, let recorder, let started else { return nil }
        let open = session.read { $0.openTrades }
        var funnel = recorder.funnel(stillOpen: open.count)
        if let warmUp = warmUp { funnel.warmUp = warmUp }
        return RunReport(
            facts: facts(id: id, version: version, from: started, to: max(session.now, started), recorder),
            tracker: recorder.tracker,
            openPositions: open.map(OpenPosition.init),
            endEquity: session.read { $0.equity },
            funnel: funnel,
            limits: settings.limits.map { LimitFact(name: $0.name.rawValue, value: $0.value, source: $0.source) },
            blocked: recorder.blocked(until: session.now)
        )
    }

    private var warmUp: Funnel.WarmUp? {
        guard let needs = strategies.first?.strategy.needs, let life = filter.firstLife else { return nil }
        return Funnel.WarmUp(
            candles: needs.warmUp,
            interval: needs.interval.resolved(life: life),
            marketLife: life
        )
    }

    private func facts(
        id: RunID,
        version: String,
        from: Timestamp,
        to: Timestamp,
        _ recorder: RunRecorder
    ) -> RunFacts {
        let summary = feed.summary
        let isSimulated = plan.feed == .simulated
        var facts = RunFacts(
            id: id,
            version: version,
            mode: "paper",
            feed: isSimulated ? "sim" : "replay",
            isSimulated: isSimulated,
            from: from,
            to: to,
            speed: plan.speed.description,
            seed: plan.seed,
            account: "fresh",
            fillModel: FillModelFacts(
                name: settings.fills.rawValue,
                constants: (friction.facts.filter { $0.name != "fills" } + (session?.statistics.facts ?? []))
                    .map { Fact($0.name, $0.value) }
            )
        )
        facts.data = summary.sources
        if summary.syntheticTrades > 0 {
            facts.data.append(
                "\(summary.syntheticTrades) of \(summary.trades) trades stand for steps in the ticker's volume: "
                    + "the recording has no trade frames"
            )
        }
        if summary.gaps > 0 { facts.data.append("\(summary.gaps) gaps in the messages") }
        facts.data += summary.skippedSamples.map { "skipped: \($0)" }
        facts.skippedLines = summary.skipped
        facts.strategies = strategies.map(\.facts)
        facts.riskRules = rules.map(\.facts)
        facts.notes = summary.warnings + recorder.warnings + settings.warnings
        if results.inferred > 0 {
            facts.notes.append("\(counted(results.inferred, "result")) inferred from the last price")
        }
        if results.unknown > 0 {
            facts.notes.append("\(counted(results.unknown, "market")) ended without a known result")
        }
        return facts
    }
}

extension OpenPosition {
    /// A trade that was open at the end, as the report lists it.
    init(_ trade: OpenTrade) {
        self.init(
            strategy: trade.strategy,
            market: trade.market,
            direction: trade.direction,
            count: trade.count,
            entryValue: trade.entryValue,
            mark: trade.mark,
            fees: trade.fees,
            realized: trade.realisedGross,
            opened: trade.opened,
            state: trade.isAwaitingSettlement ? .awaitingSettlement : .open
        )
    }
}
