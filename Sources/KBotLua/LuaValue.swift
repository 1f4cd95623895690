internal import CLuaBridge

/// A Lua value as plain data.
package indirect enum LuaValue: Sendable, Hashable {
    case `nil`
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    /// A table whose keys are 1…n, n ≥ 1.
    case array([LuaValue])
    /// Any other table, the empty one included; fields in the order of `pairs`.
    case table([LuaField])
    /// A function of the script, or a value kept by reference when it goes to the script.
    case function(LuaReference)

    /// A field of a table by name; nil when absent or when this is no table.
    package subscript(_ name: String) -> LuaValue? {
        guard case .table(let fields) = self else { return nil }
        return fields.first { $0.key == .string(name) }?.value
    }

    /// The elements of an array or of an empty table; nil for anything else.
    package var elements: [LuaValue]? {
        switch self {
        case .array(let elements): elements
        case .table(let fields) where fields.isEmpty: []
        default: nil
        }
    }

    /// The named fields of a table in bytewise order; nil when this is no table or has other keys.
    package var namedFields: [(name: String, value: LuaValue)]? {
        guard case .table(let fields) = self else { return nil }
        var result: [(name: String, value: LuaValue)] = []
        for field in fields {
            guard case .string(let name) = field.key else { return nil }
            result.append((name, field.value))
        }
        return result
    }

    /// A number, be it an integer or a float.
    package var asDouble: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// An integer, or a float without a fraction.
    package var asInteger: Int64? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): exactInteger(number)
        default: nil
        }
    }

    /// A string.
    package var asString: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// A boolean.
    package var asBool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// A function of the script.
    package var asFunction: LuaReference? {
        if case .function(let function) = self { function } else { nil }
    }

    /// The name of the type as Lua has it.
    package var typeName: String {
        switch self {
        case .nil: "nil"
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array, .table: "table"
        case .function: "function"
        }
    }

    /// Makes a table of named fields, put in order.
    package static func record(_ fields: [String: LuaValue]) -> LuaValue {
        .table(fields.map { LuaField(key: .string($0.key), value: $0.value) }.sorted { $0.key < $1.key })
    }
}

/// A key and its value.
package struct LuaField: Sendable, Hashable {
    package var key: LuaKey
    package var value: LuaValue

    package init(key: LuaKey, value: LuaValue) {
        self.key = key
        self.value = value
    }
}

/// A key of a table; its order is that of `pairs`: numbers ascending, strings bytewise, false, true.
package enum LuaKey: Sendable, Hashable, Comparable {
    case integer(Int64)
    case number(Double)
    case string(String)
    case bool(Bool)

    package static func < (left: LuaKey, right: LuaKey) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): a < b
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.bool(let a), .bool(let b)): !a && b
        default:
            if let a = left.magnitude, let b = right.magnitude { a < b } else { left.rank < right.rank }
        }
    }

    private var rank: Int {
        switch self {
        case .integer, .number: 0
        case .string: 1
        case .bool: 2
        }
    }

    private var magnitude: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }
}

/// Bounds of a deep conversion.
package struct LuaConversionLimits: Sendable, Hashable {
    /// The deepest nesting of tables.
    package var depth: Int
    /// The most values in all.
    package var values: Int
    /// The most bytes of text in all.
    package var bytes: Int
    /// Whether functions become references; else they are refused, as data to be saved needs it.
    package var allowsFunctions: Bool

    package init(depth: Int = 32, values: Int = 100_000, bytes: Int = 4 << 20, allowsFunctions: Bool = true) {
        self.depth = depth
        self.values = values
        self.bytes = bytes
        self.allowsFunctions = allowsFunctions
    }
}

/// The integer equal to a float, if there is one.
func exactInteger(_ number: Double) -> Int64? {
    guard number >= -0x1p63, number < 0x1p63 else { return nil }
    let integer = Int64(number)
    return Double(integer) == number ? integer : nil
}

/// The candidate closest to a name, at most two edits away; ties go to the first in bytewise order.
package func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
    var best: (distance: Int32, name: String)?
    for candidate in candidates.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
        let distance = unsafe kb_edit_distance(name, name.utf8.count, candidate, candidate.utf8.count, 2)
        if distance <= 2, Int(distance) < candidate.utf8.count, distance < best?.distance ?? 3 {
            best = (distance, candidate)
        }
    }
    return best?.name
}
