import KBotLua
import KBotModel

/// The named fields of a table a test hands to the host; unknown ones are refused.
struct TestTable {
    /// How the table is called in messages, such as `bench:market`.
    private let place: String
    private let fields: [String: LuaValue]

    /// Reads a table; `names` are the fields it may have.
    init(_ value: LuaValue, _ place: String, _ names: [String]) throws(LuaHostError) {
        guard let fields = value.elements?.isEmpty == true ? [] : value.namedFields else {
            throw LuaHostError("\(place) takes a table such as { \(names[0]) = … }, not \(shown(value))")
        }
        for (name, _) in fields where !names.contains(name) {
            throw LuaHostError("\(place) has no field '\(name)'\(hint(name, names))")
        }
        self.place = place
        self.fields = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    }

    /// The field as it is; nil when it is absent.
    subscript(_ name: String) -> LuaValue? { fields[name] }

    /// Whether the field is `false`: nothing, where the absence of the field means no change.
    func isNothing(_ name: String) -> Bool { fields[name] == .bool(false) }

    /// A number within bounds.
    func number(_ name: String, _ range: ClosedRange<Double>, _ wanted: String) throws(LuaHostError) -> Double? {
        guard let value = fields[name] else { return nil }
        guard let number = value.asDouble, range.contains(number) else { throw wrong(name, wanted) }
        return number
    }

    /// A price in cents.
    func price(_ name: String) throws(LuaHostError) -> Price? {
        try number(name, 0...100, "a price from 0 to 100 cents").map { Price(units: Int32(($0 * 100).rounded())) }
    }

    /// A quantity in contracts.
    func quantity(_ name: String) throws(LuaHostError) -> Quantity? {
        try number(name, 0...1e9, "a number of contracts").map { Quantity(units: Int64(($0 * 100).rounded())) }
    }

    /// An amount in dollars.
    func money(_ name: String) throws(LuaHostError) -> Money? {
        try number(name, -1e9...1e9, "an amount in dollars").map { Money(units: Int64(($0 * 1_000_000).rounded())) }
    }

    /// A time in seconds since the epoch.
    func time(_ name: String) throws(LuaHostError) -> Timestamp? {
        try number(name, 0...1e10, "a time in seconds since the epoch").map {
            Timestamp(microseconds: Int64(($0 * 1_000_000).rounded()))
        }
    }

    /// A whole number from 0 on.
    func count(_ name: String) throws(LuaHostError) -> Int? {
        guard let value = fields[name] else { return nil }
        guard let count = value.asInteger, (0...1_000_000).contains(count) else {
            throw wrong(name, "a whole number from 0 on")
        }
        return Int(count)
    }

    /// A text.
    func text(_ name: String) throws(LuaHostError) -> String? {
        guard let value = fields[name] else { return nil }
        guard let text = value.asString else { throw wrong(name, "a text") }
        return text
    }

    /// The venue's name of something.
    func identifier<Tag>(_ name: String) throws(LuaHostError) -> Identifier<Tag>? {
        guard let text = try text(name) else { return nil }
        guard let identifier = Identifier<Tag>(validating: text) else { throw wrong(name, "a name without spaces") }
        return identifier
    }

    /// One of a few words.
    func choice<Value>(_ name: String, _ words: KeyValuePairs<String, Value>) throws(LuaHostError) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = words.first(where: { $0.key == text })?.value else {
            throw wrong(name, words.map { "\"\($0.key)\"" }.joined(separator: ", "))
        }
        return value
    }

    /// True or false.
    func flag(_ name: String) throws(LuaHostError) -> Bool? {
        guard let value = fields[name] else { return nil }
        guard let flag = value.asBool else { throw wrong(name, "true or false") }
        return flag
    }

    /// A field that must be there.
    func required<Value>(_ name: String, _ value: Value?) throws(LuaHostError) -> Value {
        guard let value else { throw LuaHostError("\(place) needs '\(name)'") }
        return value
    }

    /// The error of a field with another value than is wanted.
    func wrong(_ name: String, _ wanted: String) -> LuaHostError {
        LuaHostError("\(place): '\(name)' must be \(wanted), not \(fields[name].map(shown) ?? "nil")")
    }

    /// A table of parameters or settings as texts by name; empty for nil.
    static func texts(_ value: LuaValue, _ place: String) throws(LuaHostError) -> [String: String] {
        if value == .nil || value.elements?.isEmpty == true { return [:] }
        guard let fields = value.namedFields else {
            throw LuaHostError("\(place) must be a table such as { period = 30 }, not \(shown(value))")
        }
        var texts: [String: String] = [:]
        for (name, value) in fields {
            switch value {
            case .bool(let flag): texts[name] = "\(flag)"
            case .string(let string): texts[name] = string
            case .integer, .number: texts[name] = value.asInteger.map { "\($0)" } ?? shown(value)
            case .nil, .array, .table, .function:
                throw LuaHostError("\(place): '\(name)' must be a number, a text or a boolean, not \(shown(value))")
            }
        }
        return texts
    }
}

/// A value in a message: numbers without a needless fraction, texts in quotation marks.
private func shown(_ value: LuaValue) -> String {
    switch value {
    case .string(let string): "\"\(string.prefix(200))\""
    case .number: value.asInteger.map { "\($0)" } ?? text(of: value)
    case .nil: "nil"
    case .array, .table: "a table"
    case .function: "a function"
    case .bool, .integer: text(of: value)
    }
}
