import KBotEngine
import KBotModel
import KBotReports
import KBotScripting

/// A script of a run, through all its versions.
final class RunningScript {
    /// Name of the script; it never changes.
    let name: String
    /// What it is.
    let kind: ScriptManifest.Kind
    /// Parameters given from outside, as text.
    let parameters: [String: String]
    /// Seed of its random numbers.
    let seed: UInt64
    /// The version in force.
    private(set) var current: any LuaScript
    /// Its texts.
    private(set) var version: ScriptVersion
    /// 1 as started, counted up by each new version.
    private(set) var generation = 1
    /// Finds its modules and knows which it asked for; nil for a version that was kept, which is not watched.
    private var search: ModuleSearch?
    /// What a new text consisted of that was refused: it is known, and its modules can be waited for.
    private var refused: (hashes: [String: String], paths: [String]) = ([:], [])
    /// Calls and errors of earlier versions.
    private(set) var past = (calls: 0, errors: 0)
    /// What became of the last attempt to reload it.
    var lastReload: ScriptStatus.Reload?
    /// Candles to try a new version of a strategy on.
    var tape = CandleTape()

    /// Loads a script for the first time.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be used.
    init(
        _ file: ScriptFile,
        kind: ScriptManifest.Kind,
        parameters: [String: String],
        seed: UInt64,
        memory: ScriptMemory = .none
    ) throws(ScriptFailure) {
        self.kind = kind
        self.parameters = parameters
        self.seed = seed
        try file.requireSound()
        let search = ModuleSearch(beside: file)
        let script = try Self.make(file, kind, parameters, seed, memory, search.finder)
        for module in script.modules { try module.requireSound() }
        name = script.machine.name
        current = script
        version = ScriptVersion(file, modules: script.modules)
        self.search = search
    }

    /// Takes a version that was kept, as the first of a run that repeats another.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be used.
    init(
        _ version: ScriptVersion,
        kind: ScriptManifest.Kind,
        parameters: [String: String],
        seed: UInt64,
        memory: ScriptMemory = .none
    ) throws(ScriptFailure) {
        self.kind = kind
        self.parameters = parameters
        self.seed = seed
        let script = try Self.make(version.file, kind, parameters, seed, memory, version.finder)
        name = script.machine.name
        current = script
        self.version = version
    }

    /// Makes an instance of a version that is not in force; it shares nothing with the one that is.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be used.
    func make(
        _ file: ScriptFile,
        memory: ScriptMemory,
        modules: @escaping ModuleFinder
    ) throws(ScriptFailure) -> any LuaScript {
        try Self.make(file, kind, parameters, seed, memory, modules)
    }

    private static func make(
        _ file: ScriptFile,
        _ kind: ScriptManifest.Kind,
        _ parameters: [String: String],
        _ seed: UInt64,
        _ memory: ScriptMemory,
        _ modules: @escaping ModuleFinder
    ) throws(ScriptFailure) -> any LuaScript {
        switch kind {
        case .strategy:
            try LuaStrategy(file, parameters: parameters, seed: seed, memory: memory, modules: modules)
        case .riskRule:
            try LuaRiskRule(file, parameters: parameters, seed: seed, memory: memory, modules: modules)
        }
    }

    /// Puts a new version in force; `search` is what found its modules.
    func advance(to script: any LuaScript, _ version: ScriptVersion, search: ModuleSearch?) {
        if let old = current as? LuaStrategy, let new = script as? LuaStrategy {
            new.fallback = old.fallback
            if !new.needs.prepareTheSame(as: old.needs) { tape.removeAll() }
        }
        if let old = current as? LuaRiskRule, let new = script as? LuaRiskRule { new.inheritChecks(of: old) }
        let done = current.statistics
        past = (past.calls + done.calls, past.errors + done.errors)
        current = script
        self.version = version
        self.search = search
        forgetRefusal()
        generation += 1
    }

    /// Remembers what a refused text consisted of: hashes of what was read, paths of all it wanted to read.
    func refuse(_ hashes: [String: String], _ paths: [String]) { refused = (hashes, paths) }

    /// Forgets a refused text: the file holds the version in force again.
    func forgetRefusal() { refused = ([:], []) }

    /// Takes modules into the version that the script asked for only while it ran; whether there were any.
    func noteModules() -> Bool {
        guard current.modules.count != version.modules.count else { return false }
        version = ScriptVersion(version.file, modules: current.modules)
        return true
    }

    /// Every file an edit of which makes a new version.
    var watchedPaths: [String] { [version.file.path] + (search?.paths ?? []) + refused.paths }

    /// Hashes of those files as they were read last.
    var knownHashes: [String: String] {
        let loaded = Dictionary(([version.file] + version.modules).map { ($0.path, $0.hash) }) { first, _ in first }
        return loaded.merging(refused.hashes) { $1 }
    }
}
