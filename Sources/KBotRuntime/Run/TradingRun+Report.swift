import KBotEngine
import KBotKalshi
package import KBotModel
package import KBotReports
import KBotSimulation

/// What a run leaves behind: its report.
extension TradingRun {
    /// Whether entries were halted when the run ended.
    package var isHalted: Bool { session?.read { $0.isHalted } ?? false }

    /// The report of the run; nil when nothing ran.
    package func report(id: RunID, version: String) -> RunReport? {
        guard let session, let recorder, let started else { return nil }
        let open = session.read { $0.openTrades }
        var funnel = recorder.funnel(stillOpen: open.count)
        funnel.warmUp = strategies.first.flatMap(warmUp(of:))
        return RunReport(
            facts: facts(id: id, version: version, from: started, to: max(session.now, started), recorder),
            tracker: recorder.tracker,
            openPositions: open.map(OpenPosition.init),
            endEquity: session.read { $0.equity },
            funnel: funnel,
            strategyFunnels: funnels(recorder, open),
            limits: settings.limits.map { LimitFact(name: $0.name.rawValue, value: $0.value, source: $0.source) },
            rules: recorder.tallies(of: rules.map(\.facts.name)),
            blocked: recorder.blocked(until: session.now),
            charts: recorder.charts(for: strategies.map(\.strategy.needs))
        )
    }

    /// The funnel of each strategy.
    private func funnels(_ recorder: RunRecorder, _ open: [OpenTrade]) -> [StrategyName: Funnel] {
        var funnels: [StrategyName: Funnel] = [:]
        for loaded in strategies {
            let name = loaded.strategy.name
            var funnel = recorder.funnel(of: name, stillOpen: open.count { $0.strategy == name })
            funnel.warmUp = warmUp(of: loaded)
            funnels[name] = funnel
        }
        return funnels
    }

    private func warmUp(of loaded: LoadedStrategy) -> Funnel.WarmUp? {
        guard let life = filter.firstLife else { return nil }
        let needs = loaded.strategy.needs
        // Candles of an underlying go on from one contract to the next: no market has to last as long as they.
        guard needs.source == .market else { return nil }
        return Funnel.WarmUp(
            candles: needs.warmUp,
            interval: needs.interval.resolved(life: life),
            // One that lasts for years, or for ever, is never too short.
            marketLife: life < .hours(24 * 3_650) ? life : nil
        )
    }

    private func facts(
        id: RunID,
        version: String,
        from: Timestamp,
        to: Timestamp,
        _ recorder: RunRecorder
    ) -> RunFacts {
        let summary = feed?.summary ?? venueSummary
        var facts = RunFacts(
            id: id,
            version: version,
            mode: plan.mode.rawValue,
            feed: feedName,
            isSimulated: isSimulated,
            from: from,
            to: to,
            speed: plan.speed.description,
            seed: plan.seed,
            account: "fresh",
            fillModel: plan.mode == .paper ? paperFills : venueFills
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
        facts.strategies = strategies.map { loaded in
            var facts = loaded.facts
            facts.budget = plan.budgets.first { $0.name == facts.name.text }?.amount.description
            return facts
        }
        facts.riskRules = rules.map(\.facts)
        facts.reloads = recorder.swaps.map { time, swap in
            ReloadFact(
                time: time,
                script: swap.script,
                generation: swap.generation,
                old: swap.oldHash,
                new: swap.newHash
            )
        }
        facts.notes = summary.warnings + recorder.warnings + settings.warnings
        facts.feesCharged = filter.feesCharged
        facts.isInterrupted = wasInterrupted
        if plan.feed.isRecorded { facts.notes += filter.feeNotes }
        if let from = plan.from { facts.notes.append("nothing before --from \(from) was known to the run") }
        if let to = plan.to { facts.notes.append("the run ended before --to \(to)") }
        if results.inferred > 0 {
            facts.notes.append("\(counted(results.inferred, "result")) inferred from the last price")
        }
        if results.unknown > 0 {
            facts.notes.append("\(counted(results.unknown, "market")) ended without a known result")
        }
        return facts
    }
}

extension TradingRun {
    /// Whether the market is made up: the built-in one, recordings of it, or that of a venue that says so.
    var isSimulated: Bool {
        plan.feed.isMarkedSimulated || plan.isVenueSimulated || feed?.summary.isMarkedSimulated == true
    }

    private var feedName: String {
        switch plan.feed {
        case .simulated: "sim"
        case .replay: "replay"
        case .catalogue: "catalogue"
        case .venue: "kalshi"
        }
    }

    private var paperFills: FillModelFacts {
        FillModelFacts(
            name: settings.fills.rawValue,
            constants: (friction.facts.filter { $0.name != "fills" } + (session?.statistics?.facts ?? []))
                .map { Fact($0.name, $0.value) }
        )
    }

    /// Fills by the venue, and what it took to get them.
    private var venueFills: FillModelFacts {
        guard let desk = venue?.desk else { return FillModelFacts(name: "venue") }
        let counts = desk.statistics
        var facts = [
            Fact("orders sent", "\(counts.ordersSent)"), Fact("cancels sent", "\(counts.cancelsSent)"),
            Fact("answers lost", "\(counts.ordersUnknown)"), Fact("orders given up", "\(counts.ordersDropped)"),
            Fact("reconciliations", "\(counts.reconciliations), \(counts.differences) differences"),
            Fact("signatures", "\(counts.signedAhead) made ahead, \(counts.signedOnTheSpot) on the spot"),
        ]
        if counts.ordersAnswered > 0 {
            let mean = TimeSpan(microseconds: counts.placeLatency.microseconds / Int64(counts.ordersAnswered))
            facts.append(Fact("order to answer", "\(mean) on average, \(counts.longestPlace) at most"))
        }
        return FillModelFacts(name: "venue", constants: facts)
    }

    /// What came from the venue, as a feed tells it.
    private var venueSummary: FeedSummary {
        var summary = FeedSummary()
        guard let venue else { return summary }
        let counts = venue.feed.summary
        summary.sources = [
            "\(venue.access.settings.place): \(counts.frames) frames, \(counted(counts.connections, "connection"))"
        ]
        summary.lines = counts.frames
        summary.gaps = counts.gaps
        summary.trades = counts.trades
        summary.markets = counts.markets
        summary.skippedSamples = counts.unreadableSamples
        summary.skipped = counts.unreadable
        return summary
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
