import Foundation
import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import KBotReports
import KBotScripting
import KBotSimulation
package import Logging

/// `kbot run`: makes the parts a plan asks for, runs them to the end, and makes the report.
package final class TradingRun {
    /// How the run ended.
    package enum Ending: Sendable {
        /// The data ended, or the time asked for.
        case finished
        /// The operator interrupted it.
        case interrupted
    }

    let plan: RunPlan
    let settings: RunSettings
    /// Where data are pulled from; nil when they come from the venue.
    var feed: (any MarketFeed)?
    /// The connection to the venue; nil when data are pulled.
    let venue: VenueRunner?
    /// Where the run is written down; nil for one that leaves nothing behind.
    let book: RunBook?
    /// What an earlier run of the account left; nil for a run that begins with nothing.
    var left: AccountState?
    /// How many runs the account had before.
    var epoch: Int32 = 0
    /// Hears what goes into the engine and comes out of it, in the place of a journal.
    private let listener: (any SessionJournal)?
    let strategies: [LoadedStrategy]
    let rules: [LoadedRule]
    let store: VersionStore
    let logger: Logger
    let wallStart = Timestamp.wallClock
    var filter: MarketFilter
    var results: ResultKeeper
    var terminal: Terminal
    var log: NoteLog?
    let sharedRecorder = SharedRecorder()
    var stream: EventStream?
    var session: TradingSession?
    var events = 0
    var started: Timestamp?
    /// Whether somebody stopped it.
    var wasInterrupted = false
    var reloader: Reloader?
    var control: ControlServer?
    /// What halts and resumes the run from outside; nil for a run that nobody can reach.
    var halts: HaltControl?
    var notifier: Notifier?
    var heartbeat: Heartbeat?
    /// Market events taken in when the last was seen, and when that was.
    var activity: (events: Int, seen: Timestamp)?
    /// Whether the venue's data are current; nil before it was told.
    var feedHealth: FeedHealth?
    /// Numbers of the venue's markets, by name.
    var listed: [Ticker: MarketID] = [:]
    /// Markets in which something is held: their books are wanted even when the feed fails.
    var watched: Set<MarketID> = []
    /// Whether the operator knows that the clocks are apart.
    var hasWarnedOfClock = false
    /// The account as last read from the venue.
    var account: AccountPicture?
    /// What the venue and the journal had to say to each other when an account was taken up; nil before.
    var recovery: RecoveryPicture?
    /// Since when the venue is asked about an account that was taken up, by our clock.
    var recoveryBegan: Timestamp?
    var hasWarnedOfRecovery = false
    let budgets: [StrategyName: RiskLimits.Amount]

    /// What the report is made of; nil before the first event of a market.
    var recorder: RunRecorder? {
        _read { yield sharedRecorder.recorder }
        _modify { yield &sharedRecorder.recorder }
    }

    /// Prepares a run; nothing is written yet.
    ///
    /// - Throws: ``RunFailure`` with the documented exit code.
    package convenience init(
        _ plan: RunPlan,
        settings: RunSettings,
        library: ScriptLibrary,
        logger: Logger,
        access: VenueAccess? = nil,
        book: RunBook? = nil
    ) throws(RunFailure) {
        try self.init(
            plan,
            settings: settings,
            library: library,
            logger: logger,
            access: access,
            book: book,
            left: book?.account?.left
        )
    }

    /// Prepares a run that goes on from a state, or that somebody listens to.
    init(
        _ plan: RunPlan,
        settings: RunSettings,
        library: ScriptLibrary,
        logger: Logger,
        access: VenueAccess? = nil,
        book: RunBook? = nil,
        left: AccountState? = nil,
        listener: (any SessionJournal)? = nil
    ) throws(RunFailure) {
        self.plan = plan
        self.settings = settings
        self.logger = logger
        self.book = book
        self.left = left
        self.listener = listener
        store = VersionStore(stateDirectory: settings.stateDirectory)
        var loader = try ScriptLoader(
            library: library,
            seed: plan.seed,
            parameters: plan.parameters,
            store: store,
            recorded: plan.recordedReloads,
            fallsBack: plan.fallsBack
        )
        loader.versions = plan.versions
        loader.memories = left?.scripts ?? [:]
        strategies = try loader.strategies(plan.strategies)
        rules = try loader.rules(plan.rules)
        try loader.checkOwners(among: plan.strategies + plan.rules)
        try loader.checkRecorded(among: strategies.compactMap(\.script) + rules.map(\.script))
        for loaded in strategies {
            let name = loaded.strategy.name.text
            if let problem = graceProblem(settings.engine.candleGrace, loaded.strategy.needs, of: name) {
                throw RunFailure(.usage, problem)
            }
        }
        budgets = try Self.budgets(plan, strategies)
        try Self.checkSources(plan, strategies)
        feed = try Self.makeFeed(plan, spot: strategies.spotSymbols)
        let loaded = strategies
        venue = try access.map { (access) throws(RunFailure) in
            try Self.runner(access, plan, settings, strategies: loaded, account: book?.account)
        }
        filter = MarketFilter(plan)
        results = ResultKeeper()
        // For people the terminal tells; the log tells machines, and people who ask for debugging.
        let isInFile = settings.logFile != nil
        let logs = settings.logFormat == .json || settings.logLevel < .info || isInFile
        log = logs ? NoteLog(logger) : nil
        terminal = Terminal(narrates: plan.speed != .max && (!logs || isInFile), isSilent: plan.isQuiet)
    }

    /// Budgets by strategy, each of a strategy that runs.
    private static func budgets(
        _ plan: RunPlan,
        _ strategies: [LoadedStrategy]
    ) throws(RunFailure) -> [StrategyName: RiskLimits.Amount] {
        let names = strategies.map(\.strategy.name.text)
        var budgets: [StrategyName: RiskLimits.Amount] = [:]
        var share: Int64 = 0
        for (name, amount) in plan.budgets {
            guard names.contains(name) else {
                let hint = nearest(to: name, in: names).map { "did you mean \($0)?" }
                throw RunFailure(
                    .usage,
                    "--budget \(name): no strategy '\(name)' runs; \(hint ?? "there is \(names.joined(separator: ", "))")"
                )
            }
            guard budgets.updateValue(amount, forKey: StrategyName(name)) == nil else {
                throw RunFailure(.usage, "--budget \(name): given twice")
            }
            if case .share(let basisPoints) = amount { share += basisPoints }
        }
        guard share <= 10_000 else { throw RunFailure(.usage, "--budget: the shares come to more than 100%") }
        return budgets
    }

    /// A strategy that trades by the price of an underlying needs a source of it.
    private static func checkSources(_ plan: RunPlan, _ strategies: [LoadedStrategy]) throws(RunFailure) {
        guard case .replay = plan.feed, plan.spot.isEmpty else { return }
        for loaded in strategies {
            guard case .spot(let symbol) = loaded.strategy.needs.source else { continue }
            throw RunFailure(
                .usage,
                "\(loaded.strategy.name) wants candles of \(symbol): give its prices with --spot FILE"
            )
        }
    }

    /// The connection to the venue that a plan asks for.
    private static func runner(
        _ access: VenueAccess,
        _ plan: RunPlan,
        _ settings: RunSettings,
        strategies: [LoadedStrategy],
        account: AccountBook?
    ) throws(RunFailure) -> VenueRunner {
        var feed = VenueFeedConfiguration(
            series: plan.series.map { SeriesTicker($0) },
            markets: plan.markets.map { Ticker($0) },
            spot: strategies.spotSymbols,
            privateChannels: plan.mode != .paper,
            speed: access.time.speed
        )
        feed.seed = plan.seed
        feed.held = account?.left?.markets ?? []
        guard plan.mode != .paper else { return VenueRunner(access: access, feed: feed, desk: nil) }
        guard var terms = OrderTerms(run: RunID(account?.account.orderPrefix ?? "kbot-\(plan.id)")) else {
            throw RunFailure(.usage, "the run's name cannot stand in order ids: \(plan.id)")
        }
        terms.subaccount = settings.venue.subaccount == 0 ? nil : settings.venue.subaccount
        var desk = DeskConfiguration(terms: terms, entryGroupLimit: plan.fuse)
        desk.speed = access.time.speed
        desk.root = settings.venue.hosts.rest.path
        let runner = VenueRunner(access: access, feed: feed, desk: desk)
        if let account { runner.desk?.adopt(account, at: access.time.now) }
        return runner
    }

    private static func makeFeed(_ plan: RunPlan, spot: [SpotSymbol]) throws(RunFailure) -> (any MarketFeed)? {
        switch plan.feed {
        case .venue: return nil
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
            return try ReplayFeed.open(paths, plan)
        case .catalogue(let directory): return try CatalogueChoice(plan, in: directory).recordings(spot: spot)
        }
    }

    /// What runs, one fact a line, for the start of the run.
    package var announcement: [String] {
        var lines: [String] = []
        for facts in strategies.map(\.facts) {
            let origin = facts.path.map { "\($0), sha256 \(facts.hash?.prefix(12) ?? "")" } ?? "native"
            lines.append("strategy \(facts.name) \(facts.version) (\(origin))")
        }
        for loaded in rules {
            let facts = loaded.facts
            lines.append("risk rule \(facts.name) (\(loaded.rule.file.path), sha256 \(facts.hash?.prefix(12) ?? ""))")
        }
        let fills = plan.mode == .paper ? "\(settings.fills.rawValue), seed \(plan.seed)" : "by the venue"
        lines.append("fills \(fills), capital \(settings.engine.initialCapital.dollarText)")
        for (name, amount) in plan.budgets { lines.append("budget of \(name): \(amount)") }
        lines.append("limits in force:")
        lines += settings.limits.map { "  \($0)" }
        return lines
    }

    /// Runs to the end of the data, of the time asked for, or to an interrupt.
    package func run() throws(RunFailure) -> Ending {
        defer { endWatch() }
        do {
            if let path = plan.eventsPath { stream = try EventStream(path: path) }
            defer { terminal.clear() }
            try beginBook()
            try beginWatch()
            if plan.listens { listen() }
            notify(.run, "the run has begun")
            let ending = if let venue { try venueLoop(venue) } else { try loop() }
            try close()
            notify(.run, ending == .finished ? "the run has ended" : "the run was interrupted")
            return ending
        } catch let failure as RunFailure {
            notify(.run, "the run has failed: \(failure.message)")
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
        while try feed?.next(into: &batch) == true {
            for (index, event) in batch.enumerated() {
                guard let event = filter.pass(event) else { continue }
                guard started != nil || !event.isSpot else {
                    try (session ?? makeSession()).warmUp(event)
                    continue
                }
                if started == nil { begin(at: event.time) }
                let session = session ?? makeSession()
                if let end = endTime, event.time >= end {
                    try session.advance(to: end)
                    return .finished
                }
                while let result = results.due(before: event.time) { try session.process(result) }
                results.see(event)
                try session.process(event)
                events += 1
                // While time passes at a finite speed, an event can be seconds of market time away from the next.
                if events % 1_024 == 0 || plan.speed != .max {
                    if events % 1_024 == 0 { try session.pause() }
                    if Interrupts.received > 0 { return try interrupted(session, batch[(index + 1)...]) }
                }
                if let interruption = plan.interruption, session.eventsTaken >= interruption.afterEvents {
                    return try interrupted(session, batch[(index + 1)...])
                }
            }
            batch.removeAll(keepingCapacity: true)
            terminal.progress(feed?.progress, now: session?.now ?? .distantPast, events: events)
            if Interrupts.received > 0, let session { return try interrupted(session, []) }
        }
        if let missing = filter.missing { throw RunFailure(.data, missing) }
        guard let session, started != nil else { throw nothingRun }
        // What is still due: the last candles, the exchange's last answers, results nobody sent.
        while let result = results.due(before: plan.to ?? .distantFuture) { try session.process(result) }
        try session.advance(to: plan.end(after: session.now))
        return .finished
    }

    /// Why a run on recorded data came to nothing.
    var nothingRun: RunFailure {
        let window = [plan.from.map { "from \($0)" }, plan.to.map { "to \($0)" }].compactMap(\.self).joined(
            separator: " "
        )
        guard filter.isEmpty, !window.isEmpty else {
            return RunFailure(.data, "no event of a market that was asked for; the data has \(filter.seenText)")
        }
        return RunFailure(
            .data,
            "the data have nothing \(window): look at what they cover, kbot data list or the files"
        )
    }

    private var endTime: Timestamp? {
        guard plan.feed.isRecorded, let started, let duration = plan.duration else { return nil }
        return started + duration
    }

    /// Begins the report's clock with the first event of a market.
    func begin(at time: Timestamp) {
        started = time
        recorder = RunRecorder(
            startEquity: left?.engine.equityWithoutOpenTrades ?? settings.engine.initialCapital,
            started: time,
            entryCutoff: settings.engine.limits.minTimeToClose ?? .zero
        )
    }

    func makeSession() -> TradingSession {
        let engine = makeEngine()
        let exchange = makeExchange()
        let venue: OrderVenue = if plan.mode != .paper, let venue { .carrier(venue) } else { .paper(exchange) }
        if reloads { reloader = Reloader(scripts, store: store, grace: settings.engine.candleGrace) }
        let session = TradingSession(
            engine: engine,
            venue: venue,
            // At the venue time passes by itself.
            speed: plan.feed == .venue ? .max : plan.speed,
            schedule: scheduledReloads() + scheduledMemories(),
            commands: plan.recordedCommands,
            journal: listener ?? book?.keeper,
            pause: { [unowned self] engine, events, work in
                try? stream?.flush()  // who watches the file sees what has happened; a failure shows at the end
                terminal.status(now: engine.now, account: engine.accountView, open: engine.openTrades)
                book?.keeper?.handOver()
                if let news = book?.keeper?.takeNews() { work.commands.append(news) }
                return pause(&engine, afterEvents: events, &work)
            },
            listen: { [unowned self] note, engine in
                recorder?.record(note)
                reloader?.see(note, engine)
                notifier?.hear(note, engine)
                try stream?.write(note)
                log?.write(note)
                terminal.tell(note)
            }
        )
        self.session = session
        return session
    }
}

/// A candle must close before the one after it ends; the sentence about a grace that is too long, nil when it is not.
func graceProblem(_ grace: TimeSpan, _ needs: StrategyNeeds, of name: String) -> String? {
    let shortest: TimeSpan
    switch needs.interval {
    case .fixed(let span): shortest = span
    case .auto: shortest = CandleInterval.usual.min() ?? .seconds(5)
    }
    guard grace >= shortest else { return nil }
    return "--candle-grace \(grace): must be shorter than the candles of \(name), \(shortest)"
}

extension [LoadedStrategy] {
    /// The underlyings whose candles the strategies trade by.
    var spotSymbols: [SpotSymbol] {
        var symbols: [SpotSymbol] = []
        for case .spot(let symbol) in map(\.strategy.needs.source) where !symbols.contains(symbol) {
            symbols.append(symbol)
        }
        return symbols
    }
}
