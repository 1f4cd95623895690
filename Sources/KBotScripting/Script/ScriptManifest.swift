import KBotLua
import KBotModel

/// What a script says of itself: the table it returns, checked.
package struct ScriptManifest {
    /// What a script can be.
    package enum Kind: String, Sendable, CaseIterable {
        /// Entry rules.
        case strategy
        /// A rule that judges orders.
        case riskRule = "risk-rule"
    }

    /// The version of the contract this kbot speaks.
    package static let api: Int64 = 1

    /// What the script is.
    package let kind: Kind
    /// Its name.
    package let name: String
    /// The author's version.
    package let version: String
    /// One sentence.
    package let description: String
    /// Parameters in the order of their names.
    package let parameters: [ScriptParameter]
    /// The callbacks it defines.
    let callbacks: [String: LuaReference]

    /// The callbacks of each kind of script.
    package static func callbackNames(_ kind: Kind) -> [String] {
        HostFunction.callbacks(kind).map(\.name)
    }

    /// Reads the table a script returned; `expecting` nothing, a script of either kind will do.
    init(_ value: LuaValue, script: String, expecting: Kind?) throws(ScriptFailure) {
        guard let fields = value.namedFields else {
            throw ScriptFailure(
                "\(script): a script must end by returning one table of named fields, not \(value.typeName)"
            )
        }
        func string(_ key: String) throws(ScriptFailure) -> String {
            guard let field = value[key] else { throw ScriptFailure("\(script): the script's table has no '\(key)'") }
            guard let text = field.asString, !text.isEmpty else {
                throw ScriptFailure("\(script): '\(key)' must be a text, not \(field.typeName)")
            }
            return text
        }
        guard let kind = Kind(rawValue: try string("kind")) else {
            throw ScriptFailure("\(script): 'kind' must be \"strategy\" or \"risk-rule\"")
        }
        if let expecting, kind != expecting {
            throw ScriptFailure(
                "\(script) is a \(kind.rawValue), not a \(expecting.rawValue): "
                    + "use it with --\(kind == .strategy ? "strategy" : "risk-rule")"
            )
        }
        let known = HostRecord.script(kind).names + Self.callbackNames(kind)
        for (key, _) in fields where !known.contains(key) {
            throw ScriptFailure("\(script): unknown field '\(key)'\(hint(key, known))")
        }
        guard let api = value["api"]?.asInteger else {
            throw ScriptFailure(
                "\(script): 'api' must be \(Self.api), the version of the contract the script is written for"
            )
        }
        guard api == Self.api else {
            throw ScriptFailure("\(script): written for api \(api); this kbot speaks api \(Self.api)")
        }
        self.kind = kind
        name = try string("name")
        guard name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || isAlphanumeric($0) }) else {
            throw ScriptFailure("\(script): 'name' may have letters, digits, _ and - only, not '\(name)'")
        }
        version = try string("version")
        description = value["description"]?.asString ?? ""

        var parameters: [ScriptParameter] = []
        if let declared = value["params"] {
            guard let list = declared.elements?.isEmpty == true ? [] : declared.namedFields else {
                throw ScriptFailure("\(script): 'params' must be a table of named parameters")
            }
            for (name, spec) in list { parameters.append(try ScriptParameter(name: name, spec, script: script)) }
        }
        self.parameters = parameters

        var callbacks: [String: LuaReference] = [:]
        for callback in Self.callbackNames(kind) {
            guard let field = value[callback] else { continue }
            guard let function = field.asFunction else {
                throw ScriptFailure("\(script): '\(callback)' must be a function, not \(field.typeName)")
            }
            callbacks[callback] = function
        }
        self.callbacks = callbacks
        let required = kind == .strategy ? ["needs", "on_candle"] : ["check"]
        for callback in required where callbacks[callback] == nil {
            throw ScriptFailure("\(script): a \(kind.rawValue) needs a function '\(callback)'")
        }
    }

    /// The value of every parameter, after those given from outside.
    ///
    /// - Throws: a failure that lists the script's parameters with their types and ranges.
    func values(_ given: [String: String]) throws(ScriptFailure) -> [(name: String, value: LuaValue)] {
        for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            throw ScriptFailure(
                .parameter,
                "--param \(name): \(self.name) has no parameter '\(name)'\(hint(name, parameters.map(\.name)))"
                    + (parameters.isEmpty ? "; it has none" : parameterList)
            )
        }
        var values: [(name: String, value: LuaValue)] = []
        for parameter in parameters {
            var value = parameter.defaultValue
            if let text = given[parameter.name] {
                do throws(ScriptFailure) {
                    value = try parameter.parse(text)
                } catch {
                    throw ScriptFailure(error.kind, "--param \(parameter.name)=\(text): \(error)\(parameterList)")
                }
            }
            values.append((parameter.name, value))
        }
        return values
    }

    /// Every parameter with its type, range and default, a line each.
    private var parameterList: String {
        let lines = parameters.map { "\n  \($0.name): \($0.range), default \(text(of: $0.defaultValue))" }
        return "\nthe parameters of \(name):" + lines.joined()
    }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: false
    }
}
