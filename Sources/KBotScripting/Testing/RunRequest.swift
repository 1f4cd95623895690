import KBotLua
package import KBotModel

/// A whole run that a test asks for: `test.run{…}`.
package struct RunRequest: Hashable, Sendable {
    /// Where market data comes from.
    package enum Feed: Hashable, Sendable {
        /// The built-in market simulator.
        case simulated
        /// A recording; a path that is not absolute begins in the test file's folder.
        case replay(path: String)
    }

    /// The strategy, as the test names it.
    package let strategy: String
    /// Values of parameters by name, `script.name` for those of a rule.
    package let parameters: [String: String]
    /// The risk rules, as the test names them.
    package let rules: [String]
    /// Where market data comes from.
    package let feed: Feed
    /// How much market time; nil for all there is.
    package let duration: TimeSpan?
    /// What all randomness comes from.
    package let seed: UInt64
    /// Values of settings by the names of their variables.
    package let settings: [String: String]

    private static let names = ["strategy", "params", "rules", "feed", "duration", "seed", "settings"]

    /// Reads the table of `test.run`.
    init(_ value: LuaValue) throws(LuaHostError) {
        let table = try TestTable(value, "test.run", Self.names)
        strategy = try table.required("strategy", try table.text("strategy"))
        parameters = try TestTable.texts(table["params"] ?? .nil, "the params of test.run")
        settings = try TestTable.texts(table["settings"] ?? .nil, "the settings of test.run")
        let rules = table["rules"]?.elements ?? []
        self.rules = rules.compactMap(\.asString)
        guard table["rules"] == nil || table["rules"]?.elements != nil, self.rules.count == rules.count else {
            throw table.wrong("rules", "names such as { \"max_spread.lua\" }")
        }
        switch try table.text("feed") {
        case nil, "sim": feed = .simulated
        case let text? where text.hasPrefix("replay:") && text.count > "replay:".count:
            feed = .replay(path: String(text.dropFirst("replay:".count)))
        default: throw table.wrong("feed", "\"sim\" or \"replay:PATH\"")
        }
        duration = try table.text("duration").map { text throws(LuaHostError) in
            guard let span = TimeSpan(text), span > .zero else {
                throw table.wrong("duration", "a time such as \"2h\"")
            }
            return span
        }
        guard let seed = UInt64(exactly: table["seed"]?.asInteger ?? (table["seed"] == nil ? 1 : -1)) else {
            throw table.wrong("seed", "a whole number from 0 on")
        }
        self.seed = seed
    }
}

/// Plain data that the maker of a run gives back to a test.
package indirect enum TestValue: Hashable, Sendable {
    /// A text.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// A number of parts, so many to the whole: whole values become integers.
    case decimal(Int64, per: Int64)
    /// An array.
    case list([TestValue])
    /// A table of named fields.
    case table([String: TestValue])

    /// As scripts get it.
    var luaValue: LuaValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let integer): .integer(integer)
        case .decimal(let units, let scale): Border.value(units, per: scale)
        case .list(let elements): elements.isEmpty ? .table([]) : .array(elements.map(\.luaValue))
        case .table(let fields): .record(fields.mapValues(\.luaValue))
        }
    }
}
