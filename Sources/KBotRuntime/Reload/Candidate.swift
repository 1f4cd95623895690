import KBotEngine
import KBotModel
import KBotScripting

/// A new version of a script on its way into a run.
struct Candidate {
    /// An instance to try the version with; it never trades, and the version in force hears nothing of it.
    let probe: any LuaScript
    /// Its texts.
    let version: ScriptVersion
    /// What found its modules.
    let search: ModuleSearch
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

        /// Every file that could make it good: itself, its modules, found or not, and its tests.
        var paths: [String] {
            [file.path] + modules.paths + (file.path.hasSuffix(".lua") ? ["\(file.path.dropLast(4))_test.lua"] : [])
        }
    }

    /// Loads a new text of a running script.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be used.
    init(_ text: Text, for running: RunningScript) throws(ScriptFailure) {
        self.running = running
        try text.file.requireSound()
        probe = try running.make(text.file, memory: .none, modules: text.modules.finder)
        for module in probe.modules { try module.requireSound() }
        version = ScriptVersion(text.file, modules: probe.modules)
        search = text.modules
    }

    /// Makes the instance that is to trade: with the state of the version in force, after `on_start` and after `load` with
    /// what that one saved.
    ///
    /// Only here the version in force is asked to save, when nothing else speaks against the new one any more.
    static func successor(
        of running: RunningScript,
        _ version: ScriptVersion,
        modules: @escaping ModuleFinder,
        at time: Timestamp,
        asked: Bool
    ) throws(ScriptFailure) -> any LuaScript {
        let memory = try running.current.memory(at: time)
        let script = try running.make(version.file, memory: memory, modules: modules)
        if let strategy = script as? LuaStrategy {
            strategy.onStart(at: time)
            if let failure = strategy.firstFailure { throw ScriptFailure(failure) }
        }
        try script.load(memory, at: time)
        if running.current.isQuarantined, !asked { script.inheritQuarantine() }
        return script
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

    /// Tries the new version and a fresh instance of the old one on what was seen lately.
    func shadowRun() throws(ScriptFailure) -> ShadowRun.Result {
        let old = try running.make(running.version.file, memory: .none, modules: running.version.finder)
        if let old = old as? LuaStrategy, let new = probe as? LuaStrategy {
            return ShadowRun.compare(old, new, on: running.tape)
        }
        if let old = old as? LuaRiskRule, let new = probe as? LuaRiskRule, let rule = running.current as? LuaRiskRule {
            return ShadowRun.compare(old, new, on: rule.checks)
        }
        return ShadowRun.Result(text: "nothing to compare on", failure: nil)
    }
}
