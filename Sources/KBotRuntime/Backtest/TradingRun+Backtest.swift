import KBotEngine
import KBotModel
import KBotReports
import KBotSimulation

/// A run whose data somebody else pulls, so that several runs can share them.
extension TradingRun {
    /// Begins to write what was asked for.
    func open() throws(RunFailure) {
        if let path = plan.eventsPath { stream = try EventStream(path: path) }
    }

    /// Takes in the next event of the data, as the run's own loop does.
    func take(_ event: MarketEvent) throws {
        guard let event = filter.pass(event) else { return }
        guard started != nil || !event.isSpot else {
            try (session ?? makeSession()).warmUp(event)
            return
        }
        if started == nil { begin(at: event.time) }
        let session = session ?? makeSession()
        while let result = results.due(before: event.time) { try session.process(result) }
        results.see(event)
        try session.process(event)
        events += 1
        if events % 1_024 == 0 { try session.pause() }
    }

    /// What is still due when the data end: the last candles, the exchange's last answers, results nobody sent.
    func takeEnd() throws {
        if !plan.mayMiss, let missing = filter.missing { throw RunFailure(.data, missing) }
        guard let session, started != nil else { throw nothingRun }
        while let result = results.due(before: plan.to ?? .distantFuture) { try session.process(result) }
        try session.advance(to: plan.end(after: session.now))
    }

    /// A session on bars.
    func makeBarPlayer(_ rules: BarRules, listener: (any SessionJournal)?) -> BarPlayer {
        let isHeard = plan.eventsPath != nil || log != nil || terminal.narrates
        let quiet: (borrowing QuietCandle) -> Void = { [sharedRecorder] candle in
            sharedRecorder.recorder?.record(candle)
        }
        let venue = BarVenue(BarExchange(cash: settings.engine.initialCapital, rules: rules))
        let session = TradingSession(
            engine: makeEngine(),
            venue: .carrier(venue),
            speed: .max,
            journal: listener,
            quiet: isHeard ? nil : quiet,
            listen: { [sharedRecorder, unowned self] note, _ in
                sharedRecorder.recorder?.record(note)
                if isHeard { try hear(note) } else if case .warning = note.kind { terminal.tell(note) }
            }
        )
        self.session = session
        return BarPlayer(session, venue)
    }

    private func hear(_ note: Note) throws {
        if stream != nil { try stream?.write(note) }
        if log != nil { log?.write(note) }
        terminal.tell(note)
    }

    /// The report of a backtest; nil when nothing ran.
    ///
    /// The feed is what the report names the data; bars are nil when these are events; notes are what else the reader should
    /// know.
    func backtestReport(
        id: RunID,
        version: String,
        feed name: String,
        bars: BarPlayer?,
        notes: [String]
    ) -> RunReport? {
        guard let report = report(id: id, version: version), let recorder else { return nil }
        var facts = report.facts
        facts.mode = "backtest"
        facts.feed = name
        facts.notes += notes
        if let bars {
            let exchange = bars.venue.exchange
            let counts = exchange.statistics.facts.filter { ["orders", "rejected", "fills"].contains($0.name) }
            facts.fillModel = FillModelFacts(
                name: exchange.rules.name,
                constants: (exchange.rules.facts + counts).map { Fact($0.name, $0.value) }
            )
            if bars.results.inferred > 0 {
                facts.notes.append("\(counted(bars.results.inferred, "result")) inferred from the last price")
            }
            if bars.results.unknown > 0 {
                facts.notes.append("\(counted(bars.results.unknown, "market")) ended without a known result")
            }
        }
        var funnels: [StrategyName: Funnel] = [:]
        for strategy in report.strategies { funnels[strategy.name] = strategy.funnel }
        return RunReport(
            facts: facts,
            tracker: recorder.tracker,
            openPositions: report.openPositions,
            endEquity: report.endEquity,
            funnel: report.funnel,
            strategyFunnels: funnels,
            limits: report.limits,
            rules: report.rules,
            blocked: report.blocked,
            charts: report.charts
        )
    }
}
