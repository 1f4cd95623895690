import KBotEngine
import KBotModel
import KBotScripting

/// A new version of a script on its way into a run: loaded from disk, with what the old version handed on.
struct Candidate {
    /// The new version, ready to trade.
    let script: any LuaScript
    /// Its texts.
    let version: ScriptVersion
    /// Modules it asked for, found or not.
    let modulePaths: [String]
    private let memory: ScriptMemory
    private let running: RunningScript

    /// A new text of a running script, read and not yet loaded.
    struct Text {
        let file: ScriptFile
        let modules: ModuleSearch

        /// Reads what the disk holds now.
        ///
        /// - Throws: ``ScriptFailure`` when it cannot be read.
        init(of running: RunningScript) throws(ScriptFailure) {
            do throws(RunFailure) {
                file = try ScriptLibrary.read(running.version.file.path)
            } catch {
                throw ScriptFailure(error.message)
            }
            modules = ModuleSearch(beside: file)
        }

        /// Hashes of its files as they were read.
        var hashes: [String: String] { modules.hashes.merging([file.path: file.hash]) { $1 } }
    }

    /// Loads a new text of a running script.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be used.
    init(_ text: Text, for running: RunningScript) throws(ScriptFailure) {
        self.running = running
        try text.file.requireSound()
        memory = try running.current.memory()
        script = try running.make(text.file, memory: memory, modules: text.modules.finder)
        for module in script.modules { try module.requireSound() }
        version = ScriptVersion(text.file, modules: script.modules)
        modulePaths = text.modules.paths
    }

    /// Loads a version that was kept.
    init(for running: RunningScript, version: ScriptVersion) throws(ScriptFailure) {
        self.running = running
        self.version = version
        modulePaths = []
        memory = try running.current.memory()
        script = try running.make(version.file, memory: memory, modules: version.finder)
    }

    /// Begins the new version's life: `on_start`, then `load` with what the old one saved.
    func hear(_ running: RunningScript, at time: Timestamp, asked: Bool) throws(ScriptFailure) {
        if let strategy = script as? LuaStrategy {
            strategy.onStart(at: time)
            if let failure = strategy.firstFailure { throw ScriptFailure(failure) }
        }
        try script.load(memory)
        if running.current.isQuarantined, !asked { script.inheritQuarantine() }
    }

    /// Runs the tests that lie beside the script; the line to tell, nil when there are none.
    ///
    /// - Throws: ``ScriptFailure`` with the first failing test.
    func runOwnTests() throws(ScriptFailure) -> String? {
        let verdict = ScriptTests.run(
            beside: version.file,
            script: { name in ScriptLibrary.read(name, beside: version.file) },
            modules: { $0 == version.file ? version.finder : ScriptLibrary.modules(beside: $0) }
        )
        guard let verdict else { return nil }
        if verdict.failed > 0 {
            throw ScriptFailure(
                "\(verdict.failed) of its own tests fail: \(verdict.firstFailure ?? verdict.file.name)"
            )
        }
        return "its own tests: \(verdict.passed) passed" + (verdict.skipped > 0 ? ", \(verdict.skipped) skipped" : "")
    }

    /// Tries fresh instances of both versions on what was seen lately.
    func shadowRun(of running: RunningScript) throws(ScriptFailure) -> ShadowRun.Result {
        let old = try running.make(running.version.file, memory: .none, modules: running.version.finder)
        let new = try running.make(version.file, memory: .none, modules: version.finder)
        if let old = old as? LuaStrategy, let new = new as? LuaStrategy {
            return ShadowRun.compare(old, new, on: running.tape)
        }
        if let old = old as? LuaRiskRule, let new = new as? LuaRiskRule, let rule = running.current as? LuaRiskRule {
            return ShadowRun.compare(old, new, on: rule.checks)
        }
        return ShadowRun.Result(text: "nothing to compare on", failure: nil)
    }
}
