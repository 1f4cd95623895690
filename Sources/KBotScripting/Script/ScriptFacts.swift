import KBotLua

/// A parameter's value as it is told outside of Lua.
package enum ParameterValue: Hashable, Sendable, Encodable, CustomStringConvertible {
    /// A whole number.
    case integer(Int64)
    /// Any number.
    case number(Double)
    /// True or false.
    case boolean(Bool)
    /// A text, or a span such as `5s`.
    case text(String)

    init(_ value: LuaValue) {
        switch value {
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .bool(let bool): self = .boolean(bool)
        default: self = .text(KBotScripting.text(of: value))
        }
    }

    /// Writes the bare value.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .boolean(let bool): try container.encode(bool)
        case .text(let string): try container.encode(string)
        }
    }

    /// The value as scripts write it, texts without quotation marks.
    package var description: String {
        let value: LuaValue =
            switch self {
            case .integer(let integer): .integer(integer)
            case .number(let number): .number(number)
            case .boolean(let bool): .bool(bool)
            case .text(let string): .string(string)
            }
        return KBotScripting.text(of: value)
    }
}

extension ScriptParameter {
    /// The value when nothing is given.
    package var fallback: ParameterValue { ParameterValue(defaultValue) }
}

extension LuaScript {
    /// What the script does, in the author's words; may be empty.
    package var summary: String { machine.manifest.description }
    /// Every parameter with the value in force, in the order of their names.
    package var parametersInForce: [(parameter: ScriptParameter, value: ParameterValue)] {
        zip(machine.manifest.parameters, machine.parameters).map { ($0, ParameterValue($1.value)) }
    }
}

extension ScriptManifest.Kind {
    /// Asks a script what it is.
    ///
    /// - Throws: ``ScriptFailure`` when it cannot be loaded, or does not say it properly.
    package init(of file: ScriptFile, modules: @escaping ModuleFinder) throws(ScriptFailure) {
        let machine = try ScriptMachine(
            file,
            kind: nil,
            parameters: [:],
            seed: 0,
            limits: LuaLimits(),
            modules: modules
        )
        self = machine.manifest.kind
    }
}
