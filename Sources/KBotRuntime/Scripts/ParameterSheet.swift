package import KBotScripting

/// What a script lets be set from outside, with the values in force.
package struct ParameterSheet: Encodable, Sendable {
    /// One parameter.
    package struct Row: Encodable, Sendable {
        /// Name.
        package let name: String
        /// `integer`, `number`, `boolean`, `string` or `duration`.
        package let type: String
        /// Least value; nil without one.
        package let min: ParameterValue?
        /// Largest value; nil without one.
        package let max: ParameterValue?
        /// The only values of a string; empty for any.
        package let choices: [String]
        /// Value when nothing is given.
        package let fallback: ParameterValue
        /// Value in force.
        package let value: ParameterValue
        /// Step of a search.
        package let step: ParameterValue?
        /// Whether a search may vary it.
        package let optimize: Bool
        /// `live`, or `restart` when a running script cannot take a new value.
        package let reload: String
        /// One sentence; may be empty.
        package let help: String

        /// The bounds in words: `2 to 500`, `at least 1`, `mirror, reversal`; empty without any.
        package var range: String {
            switch (min, max) {
            case (let min?, let max?): "\(min) to \(max)"
            case (let min?, nil): "at least \(min)"
            case (nil, let max?): "at most \(max)"
            case (nil, nil): choices.joined(separator: ", ")
            }
        }

        /// Default, value in force and step in words.
        package var texts: (fallback: String, value: String, step: String) {
            (fallback.description, value.description, step?.description ?? "")
        }

        private enum CodingKeys: String, CodingKey {
            case name, type, min, max, choices, value, step, optimize, reload, help
            case fallback = "default"
        }
    }

    /// The script's file, as found.
    package let path: String
    /// The script's name.
    package let name: String
    /// The author's version.
    package let version: String
    /// `strategy` or `risk-rule`.
    package let kind: String
    /// What it does, in the author's words; may be empty.
    package let description: String
    /// The parameters, in the order of their names.
    package let parameters: [Row]

    /// Loads scripts as a run does and reads their parameters.
    ///
    /// `names` are files or names, found among the strategies, then among the risk rules. `arguments` are
    /// `name=value` for the strategies among them, or `script.name=value`, as `--param` takes them.
    ///
    /// - Throws: a failure of code `script` for a script that is missing or broken, of code `usage` for an argument that
    ///   does not fit.
    package static func load(
        _ names: [String],
        arguments: [String],
        library: ScriptLibrary
    ) throws(RunFailure) -> [ParameterSheet] {
        let arguments = try ParameterArguments(arguments)
        try arguments.checkOwners(among: names)
        var scripts: [any LuaScript] = []
        for name in names { scripts.append(try script(name, arguments, library)) }
        if let rule = scripts.first, !scripts.contains(where: { $0.kind == .strategy }) {
            try arguments.checkRule(rule.file)
        }
        return scripts.map(ParameterSheet.init)
    }

    private static func script(
        _ name: String,
        _ arguments: ParameterArguments,
        _ library: ScriptLibrary
    ) throws(RunFailure) -> any LuaScript {
        guard !name.hasPrefix("native:") else {
            throw RunFailure(
                .usage,
                "\(name): a compiled strategy is no script; it has the parameters of the script of its name"
            )
        }
        let file = try library.script(name)
        let modules = ScriptLibrary.modules(beside: file)
        do throws(ScriptFailure) {
            let kind = try ScriptManifest.Kind(of: file, modules: modules)
            let values = arguments.values(for: file, kind)
            switch kind {
            case .strategy: return try LuaStrategy(file, parameters: values, modules: modules)
            case .riskRule: return try LuaRiskRule(file, parameters: values, modules: modules)
            }
        } catch {
            throw RunFailure(error)
        }
    }

    private init(_ script: any LuaScript) {
        path = script.file.path
        name = script.machine.name
        version = script.version
        kind = script.kind.rawValue
        description = script.summary
        parameters = script.parametersInForce.map { Row($0.parameter, $0.value) }
    }
}

extension ParameterSheet.Row {
    fileprivate init(_ parameter: ScriptParameter, _ value: ParameterValue) {
        var bounds: (min: ParameterValue?, max: ParameterValue?) = (nil, nil)
        var choices: [String] = []
        switch parameter.kind {
        case .integer(let min, let max):
            type = "integer"
            bounds = (min.map { .integer($0) }, max.map { .integer($0) })
        case .number(let min, let max):
            type = "number"
            bounds = (min.map { ParameterValue(whole: $0) }, max.map { ParameterValue(whole: $0) })
        case .boolean: type = "boolean"
        case .string(let allowed):
            type = "string"
            choices = allowed
        case .duration: type = "duration"
        }
        name = parameter.name
        (min, max) = bounds
        self.choices = choices
        fallback = parameter.fallback
        self.value = value
        step = parameter.step.map { ParameterValue(whole: $0) }
        optimize = parameter.optimize
        reload = parameter.needsRestart ? "restart" : "live"
        help = parameter.help
    }
}

extension ParameterValue {
    /// A number that is shown without a fraction where it has none.
    fileprivate init(whole number: Double) {
        self = Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }
}
