import KBotLua
import KBotModel

/// One parameter a script declares: its type, default and bounds.
package struct ScriptParameter: Hashable, Sendable {
    /// What values it takes.
    package enum Kind: Hashable, Sendable {
        /// A whole number.
        case integer(min: Int64?, max: Int64?)
        /// Any number.
        case number(min: Double?, max: Double?)
        /// True or false.
        case boolean
        /// A text, perhaps one of a few.
        case string(choices: [String])
        /// `auto` or a span such as `5s`.
        case duration
    }

    /// Name.
    package let name: String
    /// What values it takes.
    package let kind: Kind
    /// Value when nothing is said.
    let defaultValue: LuaValue
    /// Step of a search.
    package let step: Double?
    /// One sentence.
    package let help: String
    /// Whether a search may vary it.
    package let optimize: Bool
    /// Whether a new value of a running script wants a new run: `reload = "restart"`.
    package let needsRestart: Bool

    /// Reads a declaration.
    init(name: String, _ value: LuaValue, script: String) throws(ScriptFailure) {
        self.name = name
        let place = "\(script): params.\(name)"
        guard let fields = value.namedFields else {
            throw ScriptFailure("\(place) must be a table such as { type = \"integer\", default = 25 }")
        }
        for (key, _) in fields where !HostRecord.parameter.names.contains(key) {
            throw ScriptFailure("\(place) has an unknown key '\(key)'\(hint(key, HostRecord.parameter.names))")
        }
        func number(_ key: String) throws(ScriptFailure) -> Double? {
            guard let field = value[key] else { return nil }
            guard let number = field.asDouble, number.isFinite else {
                throw ScriptFailure("\(place).\(key) must be a number, not \(field.typeName)")
            }
            return number
        }
        let minimum = try number("min")
        let maximum = try number("max")
        step = try number("step")
        help = value["help"]?.asString ?? ""
        optimize = value["optimize"]?.asBool ?? false
        switch value["reload"] {
        case nil, .string("live"): needsRestart = false
        case .string("restart"): needsRestart = true
        default: throw ScriptFailure("\(place).reload must be \"live\" (the default) or \"restart\"")
        }
        switch value["type"]?.asString {
        case "integer":
            kind = .integer(
                min: minimum.flatMap { Int64(exactly: $0.rounded(.up)) },
                max: maximum.flatMap { Int64(exactly: $0.rounded(.down)) }
            )
        case "number": kind = .number(min: minimum, max: maximum)
        case "boolean": kind = .boolean
        case "string":
            let choices = value["choices"].map { $0.elements?.map(\.asString) ?? [nil] } ?? []
            guard !choices.contains(nil) else {
                throw ScriptFailure("\(place).choices must be a list of texts such as { \"fast\", \"slow\" }")
            }
            kind = .string(choices: choices.compactMap(\.self))
        case "duration": kind = .duration
        case let other:
            throw ScriptFailure(
                "\(place).type must be integer, number, boolean, string or duration, not \(other ?? "missing")"
            )
        }
        guard let given = value["default"] else { throw ScriptFailure("\(place) has no default") }
        defaultValue = given
        if let problem = problem(with: given) {
            throw ScriptFailure("\(place).default \(problem)")
        }
    }

    /// Reads a value given as text, as in `--param period=30`.
    func parse(_ text: String) throws(ScriptFailure) -> LuaValue {
        let value: LuaValue?
        switch kind {
        case .integer: value = Int64(text).map { .integer($0) }
        case .number: value = Double(text).map { .number($0) }
        case .boolean: value = ["true": .bool(true), "false": .bool(false)][text]
        case .string, .duration: value = .string(text)
        }
        let problem = value.map { self.problem(with: $0) } ?? "must be \(range), not '\(text)'"
        if let problem { throw ScriptFailure(.parameter, "\(name) \(problem)") }
        return value ?? defaultValue
    }

    /// What is wrong with a value; nil when nothing is.
    private func problem(with value: LuaValue) -> String? {
        let fits: Bool
        switch kind {
        case .integer(let min, let max):
            fits = value.asInteger.map { $0 >= min ?? .min && $0 <= max ?? .max } ?? false
        case .number(let min, let max):
            fits = value.asDouble.map { $0.isFinite && $0 >= min ?? -.infinity && $0 <= max ?? .infinity } ?? false
        case .boolean: fits = value.asBool != nil
        case .string(let choices): fits = value.asString.map { choices.isEmpty || choices.contains($0) } ?? false
        case .duration:
            fits = value.asString.map { $0 == "auto" || TimeSpan($0).map { $0 > .zero } ?? false } ?? false
        }
        return fits ? nil : "must be \(range), not \(text(of: value))"
    }

    /// The type and its bounds in words.
    package var range: String {
        func bounds(_ min: String?, _ max: String?) -> String {
            switch (min, max) {
            case (let min?, let max?): " from \(min) to \(max)"
            case (let min?, nil): " of at least \(min)"
            case (nil, let max?): " of at most \(max)"
            case (nil, nil): ""
            }
        }
        switch kind {
        case .integer(let min, let max): return "an integer" + bounds(min.map { "\($0)" }, max.map { "\($0)" })
        case .number(let min, let max): return "a number" + bounds(min.map { "\($0)" }, max.map { "\($0)" })
        case .boolean: return "true or false"
        case .string(let choices): return choices.isEmpty ? "a text" : "one of " + choices.joined(separator: ", ")
        case .duration: return "auto or a time such as 5s or 15m"
        }
    }
}

/// A value as it is shown to people.
func text(of value: LuaValue) -> String {
    switch value {
    case .integer(let integer): "\(integer)"
    case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number)).0" : "\(number)"
    case .bool(let bool): "\(bool)"
    case .string(let string): string
    default: value.typeName
    }
}

/// ` (did you mean 'x'?)`, or nothing.
func hint(_ name: String, _ candidates: [String]) -> String {
    nearestName(to: name, in: candidates).map { "; did you mean '\($0)'?" } ?? ""
}
