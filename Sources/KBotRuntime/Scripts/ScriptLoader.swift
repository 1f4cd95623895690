import KBotEngine
import KBotModel
import KBotReports
import KBotScripting

/// Turns the names given on the command line into strategies and rules, with the facts a report wants of them.
struct ScriptLoader {
    let library: ScriptLibrary
    let seed: UInt64
    /// Versions kept from earlier runs.
    let store: VersionStore
    /// Reloads of an earlier run that this one repeats: the scripts begin with the versions that were in force then.
    let recorded: [ScriptSwap]
    /// Versions of scripts to take instead of what the files hold now, by the name they are asked for with.
    var versions: [String: String] = [:]
    /// What scripts kept in an earlier run, by their names.
    var memories: [String: ScriptMemory] = [:]
    /// Whether a native strategy of the same name takes over from a script that fails.
    let fallsBack: Bool
    private let arguments: ParameterArguments

    init(
        library: ScriptLibrary,
        seed: UInt64,
        parameters: [String],
        store: VersionStore,
        recorded: [ScriptSwap] = [],
        fallsBack: Bool = false
    ) throws(RunFailure) {
        self.library = library
        self.seed = seed
        self.store = store
        self.recorded = recorded
        self.fallsBack = fallsBack
        arguments = try ParameterArguments(parameters)
    }

    /// Loads strategies.
    func strategies(_ names: [String]) throws(RunFailure) -> [LoadedStrategy] {
        guard !names.isEmpty else {
            throw RunFailure(.usage, "no strategy: give one with --strategy bollinger_scalper.lua")
        }
        var loaded: [LoadedStrategy] = []
        for name in names {
            let one = try strategy(name)
            if loaded.contains(where: { $0.strategy.name == one.strategy.name }) {
                throw RunFailure(
                    .script,
                    "two strategies are called \(one.strategy.name); give one of them another name"
                )
            }
            loaded.append(one)
        }
        return loaded
    }

    private func strategy(_ name: String) throws(RunFailure) -> LoadedStrategy {
        if name.hasPrefix("native:") { return try native(String(name.dropFirst("native:".count)), asked: name) }
        if let file = try file(name, on: .strategies) {
            let script = try load(file, asked: name, .strategy)
            guard let strategy = script.current as? LuaStrategy else { fatalError("Condition failed: a strategy") }
            if fallsBack { strategy.fallback = try fallback(for: strategy) }
            return LoadedStrategy(
                strategy: strategy,
                script: script,
                facts: StrategyFacts(strategy, hash: script.version.hash)
            )
        }
        if !name.hasSuffix(".lua"), NativeStrategies.names.contains(name) { return try native(name, asked: name) }
        throw notFound(name, on: .strategies, option: "--strategy")
    }

    /// The file a name means: that of the version that is to be taken, else what the disk holds.
    private func file(_ name: String, on shelf: ScriptLibrary.Shelf) throws(RunFailure) -> ScriptFile? {
        guard let hash = versions[name] else { return try library.find(name, on: shelf) }
        return try store.load(hash).file
    }

    private func load(
        _ file: ScriptFile,
        asked: String,
        _ kind: ScriptManifest.Kind
    ) throws(RunFailure) -> RunningScript {
        let values = arguments.values(for: file, kind)
        if let hash = versions[asked] {
            let version = try store.load(hash)
            do throws(ScriptFailure) {
                let script = try RunningScript(version, kind: kind, parameters: values, seed: seed)
                guard let memory = memories[script.name] else { return script }
                return try RunningScript(version, kind: kind, parameters: values, seed: seed, memory: memory)
            } catch {
                throw RunFailure(error)
            }
        }
        do throws(ScriptFailure) {
            if let version = try recordedVersion(of: file) {
                return try RunningScript(version, kind: kind, parameters: values, seed: seed)
            }
            let script = try RunningScript(file, kind: kind, parameters: values, seed: seed)
            // The same script, given by another path.
            guard let version = try firstVersion(of: script.name) else {
                guard let memory = memories[script.name] else { return script }
                return try RunningScript(file, kind: kind, parameters: values, seed: seed, memory: memory)
            }
            return try RunningScript(version, kind: kind, parameters: values, seed: seed)
        } catch {
            throw RunFailure(error)
        }
    }

    /// The version of a file that an earlier run began with; nil when that run did not reload it.
    ///
    /// What the file holds by now does not matter: it may not even load any more.
    private func recordedVersion(of file: ScriptFile) throws(ScriptFailure) -> ScriptVersion? {
        for name in Set(recorded.map(\.script)).sorted() {
            if let version = try firstVersion(of: name), version.file.path == file.path { return version }
        }
        return nil
    }

    /// The version of a script that an earlier run began with; nil when that run did not reload it.
    private func firstVersion(of script: String) throws(ScriptFailure) -> ScriptVersion? {
        guard let first = recorded.first(where: { $0.script == script }) else { return nil }
        do throws(RunFailure) {
            return try store.load(first.oldHash)
        } catch {
            throw ScriptFailure(error.message)
        }
    }

    /// Refuses reloads of scripts that do not run: nobody would ever make them.
    func checkRecorded(among scripts: [RunningScript]) throws(RunFailure) {
        let names = scripts.map(\.name)
        for swap in recorded where !names.contains(swap.script) {
            throw RunFailure(
                .usage,
                "--reloads: the earlier run reloaded '\(swap.script)', which does not run here; there is "
                    + names.joined(separator: ", ")
            )
        }
    }

    /// The native strategy that takes over from a script that fails.
    private func fallback(for script: LuaStrategy) throws(RunFailure) -> any Strategy {
        let name = script.name.text
        guard NativeStrategies.names.contains(name) else {
            throw RunFailure(
                .usage,
                "--fallback native: there is no native strategy '\(name)' to take over from \(script.file.name); there is "
                    + NativeStrategies.names.joined(separator: ", ")
            )
        }
        let values = Dictionary(script.parameterTexts.map { ($0.name, $0.value) }) { first, _ in first }
        let (strategy, _) = try NativeStrategies.make(name, values)
        guard strategy.needs.prepareTheSame(as: script.needs) else {
            throw RunFailure(
                .script,
                "--fallback native: \(script.file.name) needs other candles or indicators than native:\(name), "
                    + "which could not take over"
            )
        }
        return strategy
    }

    private func native(_ name: String, asked: String) throws(RunFailure) -> LoadedStrategy {
        guard NativeStrategies.names.contains(name) else {
            throw RunFailure(
                .script,
                "--strategy \(asked): there is no native strategy '\(name)'; there is "
                    + NativeStrategies.names.joined(separator: ", ")
            )
        }
        let (strategy, texts) = try NativeStrategies.make(name, arguments.values(forStrategy: name))
        let facts = StrategyFacts(
            name: strategy.name,
            version: strategy.version,
            kind: .native,
            path: nil,
            hash: nil,
            parameters: texts.map { Fact($0.name, $0.value) }
        )
        return LoadedStrategy(strategy: strategy, script: nil, facts: facts)
    }

    /// Loads risk rules.
    func rules(_ names: [String]) throws(RunFailure) -> [LoadedRule] {
        var loaded: [LoadedRule] = []
        for name in names {
            guard let file = try file(name, on: .riskRules) else {
                throw notFound(name, on: .riskRules, option: "--risk-rule")
            }
            let script = try load(file, asked: name, .riskRule)
            guard let rule = script.current as? LuaRiskRule else { fatalError("Condition failed: a rule") }
            guard !loaded.contains(where: { $0.rule.name == rule.name }) else {
                throw RunFailure(.script, "two risk rules are called \(rule.name); give one of them another name")
            }
            loaded.append(
                LoadedRule(rule: rule, script: script, facts: RiskRuleFacts(name: rule.name, hash: script.version.hash))
            )
        }
        return loaded
    }

    /// Refuses parameters for a script that is not among those asked for: nobody would ever read them.
    func checkOwners(among names: [String]) throws(RunFailure) {
        try arguments.checkOwners(among: names)
    }

    private func notFound(_ name: String, on shelf: ScriptLibrary.Shelf, option: String) -> RunFailure {
        let known = library.names(on: shelf)
        let near = nearest(to: name.hasSuffix(".lua") ? name : name + ".lua", in: known)
        let hint =
            near.map { "; did you mean \($0)?" } ?? (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))")
        let places = library.candidates(name, on: shelf).map { "\n  \($0)" }.joined()
        return RunFailure(.script, "\(option) \(name): no such script\(hint)\nlooked for:\(places)")
    }
}

/// A strategy of a run, with the script it comes from and what a report says of it.
struct LoadedStrategy {
    let strategy: any Strategy
    /// Nil for a native one.
    let script: RunningScript?
    let facts: StrategyFacts
}

/// A risk rule of a run.
struct LoadedRule {
    let rule: LuaRiskRule
    let script: RunningScript
    let facts: RiskRuleFacts
}

extension StrategyFacts {
    /// What a report says of a script.
    init(_ script: LuaStrategy, hash: String) {
        self.init(
            name: script.name,
            version: script.version,
            kind: .lua,
            path: script.file.path,
            hash: hash,
            parameters: script.parameterTexts.map { Fact($0.name, $0.value) }
        )
    }
}

extension RunFailure {
    /// A script's failure, with the exit code it stands for.
    init(_ failure: ScriptFailure) {
        self.init(failure.kind == .parameter ? .usage : .script, failure.description)
    }
}
