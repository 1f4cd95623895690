import KBotEngine
import KBotModel
import KBotReports
import KBotScripting

/// Turns the names given on the command line into strategies and rules, with the facts a report wants of them.
struct StrategyLoader {
    let library: ScriptLibrary
    let seed: UInt64
    private let parameters: [Parameter]

    /// One `--param`.
    struct Parameter {
        /// The script it is for; nil for the strategies.
        let script: String?
        let name: String
        let value: String
    }

    init(library: ScriptLibrary, seed: UInt64, parameters: [String]) throws(RunFailure) {
        self.library = library
        self.seed = seed
        var parsed: [Parameter] = []
        for text in parameters {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw RunFailure(.usage, "--param \(text): write --param name=value, or script.name=value")
            }
            let key = text[..<equals]
            let dot = key.lastIndex(of: ".")
            parsed.append(
                Parameter(
                    script: dot.map { String(key[..<$0]) },
                    name: String(dot.map { key[key.index(after: $0)...] } ?? key),
                    value: String(text[text.index(after: equals)...])
                )
            )
        }
        self.parameters = parsed
    }

    /// Loads strategies.
    func strategies(_ names: [String]) throws(RunFailure) -> [(strategy: any Strategy, facts: StrategyFacts)] {
        guard !names.isEmpty else {
            throw RunFailure(.usage, "no strategy: give one with --strategy bollinger_scalper.lua")
        }
        var loaded: [(strategy: any Strategy, facts: StrategyFacts)] = []
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

    private func strategy(_ name: String) throws(RunFailure) -> (strategy: any Strategy, facts: StrategyFacts) {
        if name.hasPrefix("native:") { return try native(String(name.dropFirst("native:".count)), asked: name) }
        if let file = try library.find(name, on: .strategies) {
            let script: LuaStrategy
            do throws(ScriptFailure) {
                script = try LuaStrategy(
                    file,
                    parameters: values(for: file),
                    seed: seed,
                    modules: ScriptLibrary.modules(beside: file)
                )
            } catch {
                throw RunFailure(error)
            }
            let facts = StrategyFacts(
                name: script.name,
                version: script.version,
                kind: .lua,
                path: file.path,
                hash: file.hash,
                parameters: script.parameterTexts.map { Fact($0.name, $0.value) }
            )
            return (script, facts)
        }
        if !name.hasSuffix(".lua"), NativeStrategies.names.contains(name) { return try native(name, asked: name) }
        throw notFound(name, on: .strategies, option: "--strategy")
    }

    private func native(_ name: String, asked: String) throws(RunFailure) -> (
        strategy: any Strategy, facts: StrategyFacts
    ) {
        guard NativeStrategies.names.contains(name) else {
            throw RunFailure(
                .script,
                "--strategy \(asked): there is no native strategy '\(name)'; there is "
                    + NativeStrategies.names.joined(separator: ", ")
            )
        }
        var given: [String: String] = [:]
        for parameter in parameters where parameter.script == nil || parameter.script == name {
            given[parameter.name] = parameter.value
        }
        let (strategy, texts) = try NativeStrategies.make(name, given)
        let facts = StrategyFacts(
            name: strategy.name,
            version: strategy.version,
            kind: .native,
            path: nil,
            hash: nil,
            parameters: texts.map { Fact($0.name, $0.value) }
        )
        return (strategy, facts)
    }

    /// Loads risk rules.
    func rules(_ names: [String]) throws(RunFailure) -> [(rule: LuaRiskRule, facts: RiskRuleFacts)] {
        var loaded: [(rule: LuaRiskRule, facts: RiskRuleFacts)] = []
        for name in names {
            guard let file = try library.find(name, on: .riskRules) else {
                throw notFound(name, on: .riskRules, option: "--risk-rule")
            }
            let rule: LuaRiskRule
            do throws(ScriptFailure) {
                rule = try LuaRiskRule(
                    file,
                    parameters: values(forRule: file),
                    seed: seed,
                    modules: ScriptLibrary.modules(beside: file)
                )
            } catch {
                throw RunFailure(error)
            }
            guard !loaded.contains(where: { $0.rule.name == rule.name }) else {
                throw RunFailure(.script, "two risk rules are called \(rule.name); give one of them another name")
            }
            loaded.append((rule, RiskRuleFacts(name: rule.name, hash: file.hash)))
        }
        return loaded
    }

    /// Refuses parameters for a script that is not among those asked for: nobody would ever read them.
    func checkOwners(among names: [String]) throws(RunFailure) {
        let known = names.map { name in
            base(String((name.split(separator: "/").last ?? "").trimmingPrefix("native:")))
        }
        for parameter in parameters {
            guard let script = parameter.script, !known.contains(script) else { continue }
            let hint = nearest(to: script, in: known).map { "did you mean \($0).\(parameter.name)?" }
            throw RunFailure(
                .usage,
                "--param \(script).\(parameter.name): no script '\(script)' runs; "
                    + (hint ?? "there is \(known.joined(separator: ", "))")
            )
        }
    }

    private func base(_ name: String) -> String { name.hasSuffix(".lua") ? String(name.dropLast(4)) : name }

    private func values(for file: ScriptFile) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in parameters where parameter.script == nil || parameter.script == base(file.name) {
            values[parameter.name] = parameter.value
        }
        return values
    }

    private func values(forRule file: ScriptFile) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in parameters where parameter.script == base(file.name) {
            values[parameter.name] = parameter.value
        }
        return values
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

extension RunFailure {
    /// A script's failure, with the exit code it stands for.
    init(_ failure: ScriptFailure) {
        self.init(failure.kind == .parameter ? .usage : .script, failure.description)
    }
}
