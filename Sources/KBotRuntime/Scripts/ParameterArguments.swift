import KBotScripting

/// What was given with `--param`: `name=value` for every strategy, `script.name=value` for one script.
struct ParameterArguments {
    private struct Argument {
        /// The script it is for, as its file is called without `.lua`; nil for the strategies.
        let script: String?
        let name: String
        let value: String
    }

    private let arguments: [Argument]

    init(_ texts: [String]) throws(RunFailure) {
        var arguments: [Argument] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw RunFailure(.usage, "--param \(text): write --param name=value, or script.name=value")
            }
            let key = text[..<equals]
            let dot = key.lastIndex(of: ".")
            arguments.append(
                Argument(
                    script: dot.map { String(key[..<$0]) },
                    name: String(dot.map { key[key.index(after: $0)...] } ?? key),
                    value: String(text[text.index(after: equals)...])
                )
            )
        }
        self.arguments = arguments
    }

    /// The values meant for a script, by name; a later one wins.
    func values(for file: ScriptFile, _ kind: ScriptManifest.Kind) -> [String: String] {
        switch kind {
        case .strategy: values(forStrategy: base(file.name))
        case .riskRule: values { $0.script == base(file.name) }
        }
    }

    /// The values meant for a strategy, by name, as its file is called without `.lua`.
    func values(forStrategy name: String) -> [String: String] {
        values { $0.script == nil || $0.script == name }
    }

    private func values(_ isMeant: (Argument) -> Bool) -> [String: String] {
        var values: [String: String] = [:]
        for argument in arguments where isMeant(argument) { values[argument.name] = argument.value }
        return values
    }

    /// Refuses arguments for a script that is not among `names`: nobody would ever read them.
    func checkOwners(among names: [String]) throws(RunFailure) {
        let known = names.map { name in
            base(String((name.split(separator: "/").last ?? "").trimmingPrefix("native:")))
        }
        for argument in arguments {
            guard let script = argument.script, !known.contains(script) else { continue }
            let hint = nearest(to: script, in: known).map { "did you mean \($0).\(argument.name)?" }
            throw RunFailure(
                .usage,
                "--param \(script).\(argument.name): no script '\(script)' runs; "
                    + (hint ?? "there is \(known.joined(separator: ", "))")
            )
        }
    }

    /// Refuses arguments for the strategies when there is only this risk rule: it would never read them.
    func checkRule(_ file: ScriptFile) throws(RunFailure) {
        guard let argument = arguments.first(where: { $0.script == nil }) else { return }
        let text = "\(argument.name)=\(argument.value)"
        throw RunFailure(
            .usage,
            "--param \(text): a risk rule takes parameters by its name alone; write --param \(base(file.name)).\(text)"
        )
    }

    private func base(_ name: String) -> String { name.hasSuffix(".lua") ? String(name.dropLast(4)) : name }
}
