import Foundation
import KBotEngine
package import KBotModel
package import KBotReports
import KBotScripting
import KBotSimulation
package import Logging

/// `kbot run` on paper: makes the parts a plan asks for, runs them to the end, and makes the report.
package final class PaperRun {
    /// How the run ended.
    package enum Ending: Sendable {
        /// The data ended, or the time asked for.
        case finished
        /// The operator interrupted it.
        case interrupted
    }

    private let plan: RunPlan
    private let settings: RunSettings
    private var feed: any MarketFeed
    private let strategies: [(strategy: any Strategy, facts: StrategyFacts)]
    private let rules: [(rule: LuaRiskRule, facts: RiskRuleFacts)]
    private var filter: MarketFilter
    private var results: ResultKeeper
    private var terminal: Terminal
    private var log: NoteLog?
    private var recorder: RunRecorder?
    private var stream: EventStream?
    private var session: TradingSession?
    private var events = 0
    private var started: Timestamp?

    /// Prepares a run; nothing is written yet.
    ///
    /// - Throws: ``RunFailure`` with the documented exit code.
    package init(_ plan: RunPlan, settings: RunSettings, library: ScriptLibrary, logger: Logger) throws(RunFailure) {
        self.plan = plan
        self.settings = settings
        let loader = try StrategyLoader(library: library, seed: plan.seed, parameters: plan.parameters)
        strategies = try loader.strategies(plan.strategies)
        rules = try loader.rules(plan.rules)
        try loader.checkOwners(among: plan.strategies + plan.rules)
        try Self.checkGrace(settings.engine.candleGrace, strategies.map(\.strategy))
        feed = try Self.makeFeed(plan)
        filter = MarketFilter(markets: plan.markets, series: plan.series)
        results = ResultKeeper()
        // For people the terminal tells; the log tells machines, and people who ask for debugging.
        let logs = settings.logFormat == .json || settings.logLevel < .info
        log = logs ? NoteLog(logger) : nil
        terminal = Terminal(narrates: plan.speed != .max && !logs)
    }

    /// A candle must close before the one after it ends.
    private static func checkGrace(_ grace: TimeSpan, _ strategies: [any Strategy]) throws(RunFailure) {
        for strategy in strategies {
            let shortest: TimeSpan
            switch strategy.needs.interval {
            case .fixed(let span): shortest = span
            case .auto: shortest = CandleInterval.usual.min() ?? .seconds(5)
            }
            guard grace < shortest else {
                throw RunFailure(
                    .usage,
                    "--candle-grace \(grace): must be shorter than the candles of \(strategy.name), \(shortest)"
                )
            }
        }
    }

    private static func makeFeed(_ plan: RunPlan) throws(RunFailure) -> any MarketFeed {
        switch plan.feed {
        case .simulated:
            guard plan.series.count <= 1 else {
                throw RunFailure(.usage, "--series: the simulator makes one series at a time")
            }
            return try SimulatedFeed(
                series: SeriesTicker(plan.series.first ?? "KXBTC15M"),
                duration: plan.duration ?? SimulatedFeed.usualDuration,
                seed: plan.seed
            )
        case .replay(let paths):
            do throws(FeedError) {
                return try ReplayFeed(paths: paths, markets: plan.marketsFile, strict: plan.strict)
            } catch {
                throw RunFailure(.data, error.description)
            }
        }
    }

    /// What runs, one fact a line, for the start of the run.
    package var announcement: [String] {
        var lines: [String] = []
        for (_, facts) in strategies {
            let origin = facts.path.map { "\($0), sha256 \(facts.hash?.prefix(12) ?? "")" } ?? "native"
            lines.append("strategy \(facts.name) \(facts.version) (\(origin))")
        }
        for (rule, facts) in rules {
            lines.append("risk rule \(facts.name) (\(rule.file.path), sha256 \(facts.hash?.prefix(12) ?? ""))")
        }
        lines.append(
            "fills \(settings.fills.rawValue), seed \(plan.seed), capital \(settings.engine.initialCapital.dollarText)"
        )
        lines.append("limits in force:")
        lines += settings.limits.map { "  \($0)" }
        return lines
    }

    /// Runs to the end of the data, of the time asked for, or to an interrupt.
    package func run() throws(RunFailure) -> Ending {
        do {
            if let path = plan.eventsPath { stream = try EventStream(path: path) }
            defer { terminal.clear() }
            let ending = try loop()
            try close()
            return ending
        } catch let failure as RunFailure {
            throw failure
        } catch let error as FeedError {
            try? close()
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(.other, "\(error)")
        }
    }

    private func loop() throws -> Ending {
        var batch: [MarketEvent] = []
        batch.reserveCapacity(4_096)
        while try feed.next(into: &batch) {
            for (index, event) in batch.enumerated() {
                guard let event = filter.pass(event) else { continue }
                let session = self.session ?? begin(at: event.time)
                if let end = endTime, event.time >= end {
                    try session.advance(to: end)
                    return .finished
                }
                while let result = results.due(before: event.time) { try session.process(result) }
                results.see(event)
                try session.process(event)
                events += 1
                // While time passes at a finite speed, an event can be seconds of market time away from the next.
                if events % 1_024 == 0 || plan.speed != .max, Interrupts.received > 0 {
                    return try interrupted(session, batch[(index + 1)...])
                }
            }
            batch.removeAll(keepingCapacity: true)
            terminal.progress(feed.progress, now: session?.now ?? .distantPast, events: events)
            if Interrupts.received > 0, let session { return try interrupted(session, []) }
        }
        if let unknown = filter.unknown {
            throw RunFailure(.data, "--market \(unknown): not in the data; it has \(filter.seenText)")
        }
        guard let session else {
            throw RunFailure(.data, "no event of a market that was asked for; the data has \(filter.seenText)")
        }
        // What is still due: the last candles, the exchange's last answers, results nobody sent.
        while let result = results.due(before: .distantFuture) { try session.process(result) }
        try session.advance(to: session.now + .seconds(2))
        return .finished
    }

    private var endTime: Timestamp? {
        guard case .replay = plan.feed, let started, let duration = plan.duration else { return nil }
        return started + duration
    }

    private func begin(at time: Timestamp) -> TradingSession {
        started = time
        recorder = RunRecorder(
            startEquity: settings.engine.initialCapital,
            started: time,
            entryCutoff: settings.engine.limits.minTimeToClose ?? .zero
        )
        let engine = Engine(settings.engine, strategies: strategies.map(\.strategy), rules: rules.map(\.rule))
        let exchange = PaperExchange(
            cash: settings.engine.initialCapital,
            friction: friction,
            seed: plan.seed
        )
        let session = TradingSession(
            engine: engine,
            exchange: exchange,
            speed: plan.speed,
            idle: { [unowned self] engine in
                try? stream?.flush()  // who watches the file sees what has happened; a failure shows at the end
                terminal.status(now: engine.now, account: engine.accountView, open: engine.openTrades)
                return Interrupts.received == 0
            },
            listen: { [unowned self] note, _ in
                recorder?.record(note)
                try stream?.write(note)
                log?.write(note)
                terminal.tell(note)
            }
        )
        self.session = session
        return session
    }

    private var friction: Friction {
        switch settings.fills {
        case .realistic: .realistic
        case .optimistic: .optimistic
        case .pessimistic: .pessimistic
        }
    }

    // MARK: Ending

    /// Ctrl-C: no more entries, resting ones are cancelled, then what `--on-exit` says; a second one ends it at once.
    ///
    /// `rest` is what was read from the feed and not looked at yet.
    private func interrupted(_ session: TradingSession, _ rest: ArraySlice<MarketEvent>) throws -> Ending {
        terminal.say("interrupted: no new entries, resting entries are cancelled (Ctrl-C again: stop now)")
        try session.command(.stopEntries)
        // The exchange's answers arrive within its longest delay.
        try session.advance(to: session.now + .seconds(1))
        guard session.read({ !$0.openTrades.isEmpty }) else { return .interrupted }
        switch askOnExit() {
        case .flatten: try flatten(session, rest)
        case .hold, .ask:
            terminal.say("positions are held: their targets stay, but NO STOP IS WATCHED from now on")
        }
        return .interrupted
    }

    private func askOnExit() -> ExitPolicy {
        guard settings.onExit == .ask, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            return settings.onExit
        }
        terminal.say("a position is open: hold it (no stop is watched any more) or flatten it now? [hold/flatten]")
        return readLine()?.lowercased().hasPrefix("f") == true ? .flatten : .hold
    }

    /// Leaves every position on the data that comes next, for at most a minute of market time.
    private func flatten(_ session: TradingSession, _ rest: ArraySlice<MarketEvent>) throws {
        try session.command(.flatten)
        let end = session.now + .minutes(1)
        func goesOn() -> Bool { session.now < end && session.read { $0.hasOpenTrades } && Interrupts.received < 2 }
        var batch = Array(rest)
        repeat {
            for event in batch {
                guard goesOn() else { break }
                if let event = filter.pass(event) { try session.process(event) }
            }
            batch.removeAll(keepingCapacity: true)
        } while try goesOn() && feed.next(into: &batch)
        if session.read({ $0.hasOpenTrades }) {
            terminal.say("not everything could be sold; what is left is in the report")
        }
    }

    private func close() throws {
        try session?.finish()
        try stream?.flush()
        if var recorder, let session {
            recorder.mark(equity: session.read { $0.equity }, at: session.now)
            self.recorder = recorder
        }
    }

    // MARK: The report

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
                constants: (friction.facts + (session?.statistics.facts ?? [])).map { Fact($0.name, $0.value) }
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
