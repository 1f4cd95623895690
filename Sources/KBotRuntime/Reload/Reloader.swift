import Foundation
import KBotEngine
import KBotModel
import KBotScripting

/// Takes new versions of scripts over into a run that goes on, or keeps the old ones and says why.
///
/// A reload is a transaction: read → load in a new machine → check → parameters applied again → state handed on → the
/// script's own tests → a shadow run beside the old version → swap between two events. Whatever fails on the way leaves the
/// old version trading.
final class Reloader {
    /// Puts an instance of the version that is now in force into the engine: with the hash of the version before, and whether
    /// an operator asked for it.
    typealias Swap = (any LuaScript, RunningScript, _ old: String, _ asked: Bool) -> Void

    private let scripts: [RunningScript]
    private let store: VersionStore
    private let grace: TimeSpan
    private var watcher = ScriptWatcher()
    /// What the watcher looks at.
    private var watched: [String] = []
    private var marketTime = Timestamp(seconds: 0)
    /// Why versions could not be kept; told once.
    private var storeFailure: String?
    private var keepsVersions = true

    init(_ scripts: [RunningScript], store: VersionStore, grace: TimeSpan) {
        self.scripts = scripts
        self.store = store
        self.grace = grace
        for script in scripts {
            keep(script.version)
            (script.current as? LuaRiskRule)?.keepsChecks = true
        }
        watch()
    }

    // MARK: What is seen of the run

    /// Remembers the candles strategies could judge.
    func see(_ note: Note, _ engine: borrowing Engine) {
        switch note.kind {
        case .candle(let candle):
            guard let id = note.market, let view = engine.view(of: id) else { return }
            for script in scripts {
                guard let strategy = script.current as? LuaStrategy, strategy.needs.source == .market,
                    strategy.needs.interval.resolved(life: view.facts.life) == candle.interval
                else { continue }
                script.tape.append(moment(.market(candle), view, of: strategy, engine))
            }
        case .spotCandle(let symbol, let candle):
            for script in scripts {
                guard let strategy = script.current as? LuaStrategy, strategy.needs.source == .spot(symbol),
                    strategy.needs.interval == .fixed(candle.interval)
                else { continue }
                for view in engine.openMarkets(on: symbol) {
                    script.tape.append(moment(.spot(candle), view, of: strategy, engine))
                }
            }
        default: break
        }
    }

    private func moment(
        _ candle: CandleTape.Moment.Closed,
        _ view: MarketView,
        of strategy: LuaStrategy,
        _ engine: borrowing Engine
    ) -> CandleTape.Moment {
        CandleTape.Moment(
            candle: candle,
            now: engine.now,
            view: view,
            position: engine.position(of: strategy.name, in: view.facts.id),
            account: engine.accountView
        )
    }

    // MARK: Reloading

    /// Takes over what was edited since the last call; `now` is by the clock on the wall, `marketTime` the engine's.
    func poll(now: ContinuousClock.Instant, marketTime: Timestamp, swap: Swap) -> [ReloadResult] {
        self.marketTime = marketTime
        // A script may ask for another module at any time.
        if scripts.flatMap(\.watchedPaths) != watched { watch() }
        let changes = watcher.poll(now: now)
        guard !changes.isEmpty else { return [] }
        var results: [ReloadResult] = []
        for script in scripts {
            let own = changes.filter { script.watchedPaths.contains($0.path) }
            guard !own.isEmpty else { continue }
            let isGone = own.contains { $0.kind == .removed && $0.path == script.version.file.path }
            results.append(
                isGone
                    ? finish(
                        script,
                        .refused,
                        ["\(script.version.file.path) was removed: the version in force goes on"]
                    )
                    : reload(script, asked: false, swap: swap)
            )
        }
        return results
    }

    /// Reloads the script of a name, or all; nil when there is none of that name.
    func reload(_ name: String?, swap: Swap) -> [ReloadResult]? {
        let chosen = scripts.filter { name == nil || $0.name == name || $0.version.file.name == name }
        guard !chosen.isEmpty else { return nil }
        return chosen.map { reload($0, asked: true, swap: swap) }
    }

    /// Names of the scripts that can be reloaded.
    var names: [String] { scripts.map(\.name) }

    /// One transaction; `asked` when an operator wants it, which also ends a quarantine.
    private func reload(_ script: RunningScript, asked: Bool, swap: Swap) -> ReloadResult {
        defer { watch() }
        var story: [String] = []
        let outcome: ReloadResult.Outcome
        var read: Candidate.Text?
        do throws(ScriptFailure) {
            if script.noteModules() { keep(script.version) }
            let old = script.version.hash
            let text = try Candidate.Text(of: script)
            read = text
            let candidate = try Candidate(text, for: script)
            if candidate.version.hash == old, !(asked && script.current.isQuarantined) {
                script.forgetRefusal()
                return finish(script, .unchanged, ["\(script.version.file.path) is the version in force"])
            }
            try check(candidate, against: script, grace: grace, story: &story)
            let new = try Candidate.successor(
                of: script,
                candidate.version,
                modules: candidate.version.finder(candidate.search.finder),
                at: marketTime,
                asked: asked
            )
            script.advance(to: new, candidate.version, search: candidate.search)
            keep(candidate.version)
            swap(new, script, old, asked)
            story.insert(
                "generation \(script.generation), sha256 \(old.prefix(12)) → \(candidate.version.hash.prefix(12))",
                at: 0
            )
            if script.current.isQuarantined {
                story.append("still in quarantine; kbot reload \(script.name) gives it another chance")
            }
            outcome = .reloaded
        } catch {
            story += error.description.split(separator: "\n").map(String.init)
            story.append("the version in force goes on")
            outcome = .refused
            // What was read counts as known: it is told once, not at every look.
            if let read { script.refuse(read.hashes, read.paths) }
        }
        return finish(script, outcome, story)
    }

    /// Everything that can speak against a candidate.
    private func check(
        _ candidate: borrowing Candidate,
        against script: RunningScript,
        grace: TimeSpan,
        story: inout [String]
    ) throws(ScriptFailure) {
        guard candidate.probe.machine.name == script.name else {
            throw ScriptFailure(
                "the script is now called '\(candidate.probe.machine.name)', not '\(script.name)': that wants a new run"
            )
        }
        try compareParameters(candidate.probe, script.current, story: &story)
        if let strategy = candidate.probe as? LuaStrategy {
            if let problem = graceProblem(grace, strategy.needs, of: strategy.name.text) {
                throw ScriptFailure(problem)
            }
            if let old = script.current as? LuaStrategy, old.fallback != nil,
                !strategy.needs.prepareTheSame(as: old.needs)
            {
                throw ScriptFailure("needs differ from those of the native strategy that --fallback native names")
            }
        }
        if let line = try candidate.runOwnTests() { story.append(line) }
        let shadow = try candidate.shadowRun()
        if let failure = shadow.failure { throw ScriptFailure("failed in the shadow run: \(failure)") }
        story.append(shadow.text)
    }

    private func compareParameters(
        _ new: any LuaScript,
        _ old: any LuaScript,
        story: inout [String]
    ) throws(ScriptFailure) {
        let before = Dictionary(old.parameterTexts.map { ($0.name, $0.value) }) { first, _ in first }
        var changes: [String] = []
        for (name, value) in new.parameterTexts where before[name] != value {
            let change = "\(name) \(before[name] ?? "(new)") → \(value)"
            if before[name] != nil,
                (old.parameters + new.parameters).contains(where: { $0.name == name && $0.needsRestart })
            {
                throw ScriptFailure("\(change): this parameter is declared reload = \"restart\"")
            }
            changes.append(change)
        }
        if !changes.isEmpty { story.append("parameters: " + changes.joined(separator: ", ")) }
    }

    private func finish(_ script: RunningScript, _ outcome: ReloadResult.Outcome, _ story: [String]) -> ReloadResult {
        script.lastReload = ScriptStatus.Reload(time: .wallClock, outcome: outcome, message: story)
        return ReloadResult(script: script.name, outcome: outcome, message: story)
    }

    private func keep(_ version: ScriptVersion) {
        do {
            try store.save(version)
        } catch {
            if keepsVersions { storeFailure = "versions of scripts are not kept: \(error.localizedDescription)" }
            keepsVersions = false
        }
    }

    /// Hands over, once, why versions could not be kept.
    func takeStoreFailure() -> String? {
        defer { storeFailure = nil }
        return storeFailure
    }

    private func watch() {
        watched = scripts.flatMap(\.watchedPaths)
        let known = scripts.reduce(into: [String: String]()) { $0.merge($1.knownHashes) { first, _ in first } }
        watcher.watch(watched, loaded: known)
    }
}

extension Timestamp {
    /// The time by the clock on the wall.
    static var wallClock: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
