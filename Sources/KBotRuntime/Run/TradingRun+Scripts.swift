import Foundation
import KBotEngine
import KBotModel
import KBotScripting
import Logging

/// Scripts that change while the run goes on: edits taken over, requests over the control socket, reloads repeated.
extension TradingRun {
    /// The scripts of the run, strategies first.
    var scripts: [RunningScript] { strategies.compactMap(\.script) + rules.map(\.script) }

    /// Whether edits are taken over: at a finite speed, unless the reloads of an earlier run are repeated.
    var reloads: Bool {
        plan.speed != .max && plan.recordedReloads.isEmpty && (plan.mode == .paper || plan.allowsLiveReload)
    }

    /// What happens between two events, about every 50 ms: whoever asks is answered, edits are taken over.
    ///
    /// Returns false when the run was interrupted.
    func pause(_ engine: inout Engine, afterEvents events: Int, _ work: inout TradingSession.PauseWork) -> Bool {
        let now = ContinuousClock.now
        var swaps: [(script: any LuaScript, record: ScriptSwap)] = []
        let swap: Reloader.Swap = { script, running, old, asked in
            swaps.append((script, Self.record(running, since: old, asked: asked, afterEvents: events)))
        }
        watch(engine, now, &work.commands)
        var results = reloader?.poll(now: now, marketTime: engine.now, swap: swap) ?? []
        if let control {
            control.poll(now: now) { request in
                switch request {
                case .status: return .status(status(engine))
                case .reload(let name):
                    guard let reloader else {
                        return .failure("this run reads its scripts once: \(self.whyNoReload)")
                    }
                    guard let done = reloader.reload(name, swap: swap) else {
                        return .failure(
                            "no script '\(name ?? "")' runs; there is \(reloader.names.joined(separator: ", "))"
                        )
                    }
                    results += done
                    return .reload(done)
                case .halt, .resume:
                    return halts?.answer(request, EngineHalts(engine), &work.commands)
                        ?? .failure("this run cannot be halted")
                }
            }
        }
        for (script, record) in swaps { replace(script, record, in: &engine, &work.effects) }
        for result in results { tell(result) }
        notifier?.hear(results, at: engine.now)
        if let failure = reloader?.takeStoreFailure() { terminal.say(failure) }
        return Interrupts.received == 0
    }

    /// Begins to answer others; a run that cannot goes on without.
    func listen() {
        do throws(ControlError) {
            control = try ControlServer(stateDirectory: settings.stateDirectory)
        } catch {
            terminal.say("kbot status and kbot reload will not find this run: \(error)")
        }
    }

    private var whyNoReload: String {
        plan.speed == .max
            ? "at --speed max"
            : plan.recordedReloads.isEmpty
                ? "demo and live runs do unless started with --allow-live-reload"
                : "it repeats the reloads of an earlier run"
    }

    /// What is told of a version that was just put in force.
    private static func record(
        _ running: RunningScript,
        since old: String,
        asked: Bool,
        afterEvents events: Int
    ) -> ScriptSwap {
        ScriptSwap(
            script: running.name,
            oldHash: old,
            newHash: running.version.hash,
            generation: running.generation,
            afterEvents: events,
            isAsked: asked
        )
    }

    /// Puts a script into the engine in place of the version before it.
    private func replace(
        _ script: any LuaScript,
        _ record: ScriptSwap,
        in engine: inout Engine,
        _ effects: inout [Effect]
    ) {
        if let strategy = script as? LuaStrategy {
            engine.replace(strategy, record, into: &effects)
        } else if let rule = script as? LuaRiskRule {
            engine.replace(rule, record, into: &effects)
        }
    }

    private func tell(_ result: ReloadResult) {
        let first = result.message.first ?? ""
        let lines =
            ["\(result.outcome.rawValue) \(result.script): \(first)"] + result.message.dropFirst().map { "  \($0)" }
        terminal.say(lines.joined(separator: "\n"))
        // The terminal tells people; the log is for machines, or for who asks for it.
        if log != nil {
            logger.notice(
                "script \(result.outcome.rawValue)",
                metadata: ["script": "\(result.script)", "message": "\(result.message.joined(separator: "; "))"]
            )
        }
    }

    // MARK: Reloads of an earlier run

    /// The changes that repeat the reloads of an earlier run.
    func scheduledReloads() -> [TradingSession.ScheduledChange] {
        plan.recordedReloads.compactMap { swap in
            guard let running = scripts.first(where: { $0.name == swap.script }) else { return nil }
            return TradingSession.ScheduledChange(afterEvents: swap.afterEvents) { [unowned self] engine, effects in
                let version = try store.load(swap.newHash)
                do throws(ScriptFailure) {
                    _ = running.noteModules()
                    let script = try Candidate.successor(
                        of: running,
                        version,
                        modules: version.finder,
                        at: engine.now,
                        asked: swap.isAsked
                    )
                    if let strategy = script as? LuaStrategy,
                        let problem = graceProblem(settings.engine.candleGrace, strategy.needs, of: running.name)
                    {
                        throw ScriptFailure(problem)
                    }
                    let old = running.version.hash
                    running.advance(to: script, version, search: nil)
                    let events = swap.afterEvents
                    let record = Self.record(running, since: old, asked: swap.isAsked, afterEvents: events)
                    replace(script, record, in: &engine, &effects)
                    terminal.say("reloaded \(running.name): generation \(running.generation), as in the earlier run")
                } catch {
                    throw RunFailure(error)
                }
            }
        }
    }

    // MARK: Status

    private func status(_ engine: borrowing Engine) -> RunStatus {
        let halts = EngineHalts(engine)
        return RunStatus(
            pid: getpid(),
            run: plan.id.text,
            version: plan.version,
            mode: plan.mode.rawValue,
            feed: plan.feed.text,
            simulated: isSimulated,
            started: wallStart,
            marketTime: started == nil ? nil : engine.now,
            speed: plan.speed.description,
            state: halts.state,
            reasons: halts.reasons,
            equity: engine.equity,
            openPositions: engine.openTrades.count,
            scripts: strategies.map(status) + rules.map { status($0.script) },
            account: accountName,
            resumedFrom: left?.run.text,
            lastEvent: lastEventSeen,
            feedHealth: feedHealth,
            journal: book?.status,
            notifications: notifier?.counts
        )
    }

    private func status(_ loaded: LoadedStrategy) -> ScriptStatus {
        if let script = loaded.script { return status(script) }
        return ScriptStatus(
            name: loaded.strategy.name.text,
            kind: .strategy,
            path: nil,
            version: loaded.strategy.version,
            hash: nil,
            generation: 1,
            calls: 0,
            errors: 0,
            quarantined: false,
            nanosecondsPerCall: nil,
            lastReload: nil
        )
    }

    private func status(_ script: RunningScript) -> ScriptStatus {
        let statistics = script.current.statistics
        return ScriptStatus(
            name: script.name,
            kind: script.kind == .strategy ? .strategy : .riskRule,
            path: script.version.file.path,
            version: script.current.version,
            hash: script.version.hash,
            generation: script.generation,
            calls: script.past.calls + statistics.calls,
            errors: script.past.errors + statistics.errors,
            quarantined: statistics.isQuarantined,
            nanosecondsPerCall: statistics.nanosecondsPerCall,
            lastReload: script.lastReload
        )
    }
}

extension RunPlan.Feed {
    /// As given with `--feed`.
    var text: String {
        switch self {
        case .simulated: "sim"
        case .venue: "kalshi"
        case .replay(let paths): paths.map { "replay:\($0)" }.joined(separator: " ")
        case .catalogue: "data"
        }
    }
}
