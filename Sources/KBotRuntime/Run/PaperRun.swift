import Foundation
import KBotEngine
import KBotModel
import KBotReports
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

    let plan: RunPlan
    let settings: RunSettings
    var feed: any MarketFeed
    let strategies: [(strategy: any Strategy, facts: StrategyFacts)]
    let rules: [(rule: LuaRiskRule, facts: RiskRuleFacts)]
    var filter: MarketFilter
    var results: ResultKeeper
    var terminal: Terminal
    var log: NoteLog?
    var recorder: RunRecorder?
    var stream: EventStream?
    var session: TradingSession?
    var events = 0
    var started: Timestamp?

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

    var friction: Friction {
        switch settings.fills {
        case .realistic: .realistic
        case .optimistic: .optimistic
        case .pessimistic: .pessimistic
        }
    }
}
