import KBotLua

/// How what a script keeps stands in the journal: as JSON that gives back every value exactly.
///
/// Texts, booleans and nil are JSON's own. Numbers say whether they are integers or floats, for Lua tells them apart; lists
/// and tables say which they are. A function cannot outlive its machine and becomes nil.
extension ScriptMemory: Codable {
    private enum CodingKeys: String, CodingKey {
        case state, saved
    }

    /// Reads what was kept.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            state: try fields.decode(StoredValue.self, forKey: .state).value,
            saved: try fields.decodeIfPresent(StoredValue.self, forKey: .saved)?.value
        )
    }

    /// Writes it.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(StoredValue(value: state), forKey: .state)
        try fields.encodeIfPresent(saved.map { StoredValue(value: $0) }, forKey: .saved)
    }

    /// Whether there is nothing in it.
    package var isEmpty: Bool { saved == nil && state == .table([]) }
}

/// One value with its JSON form.
private struct StoredValue: Codable {
    let value: LuaValue

    private enum CodingKeys: String, CodingKey {
        case int, float, list, table
    }

    init(value: LuaValue) { self.value = value }

    init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: CodingKeys.self) {
            if let integer = try fields.decodeIfPresent(Int64.self, forKey: .int) {
                value = .integer(integer)
            } else if let bits = try fields.decodeIfPresent(UInt64.self, forKey: .float) {
                value = .number(Double(bitPattern: bits))
            } else if let list = try fields.decodeIfPresent([StoredValue].self, forKey: .list) {
                value = .array(list.map(\.value))
            } else {
                let pairs = try fields.decode([[StoredValue]].self, forKey: .table)
                value = .table(
                    try pairs.map { pair in
                        guard pair.count == 2 else {
                            throw DecodingError.dataCorruptedError(
                                forKey: .table,
                                in: fields,
                                debugDescription: "a field has a key and a value"
                            )
                        }
                        guard let key = LuaKey(pair[0].value) else {
                            throw DecodingError.dataCorruptedError(
                                forKey: .table,
                                in: fields,
                                debugDescription: "this cannot be a key"
                            )
                        }
                        return LuaField(key: key, value: pair[1].value)
                    }
                )
            }
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            value = .nil
        } else if let truth = try? single.decode(Bool.self) {
            value = .bool(truth)
        } else {
            value = .string(try single.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch value {
        case .nil, .function:
            var single = encoder.singleValueContainer()
            try single.encodeNil()
        case .bool(let truth):
            var single = encoder.singleValueContainer()
            try single.encode(truth)
        case .string(let text):
            var single = encoder.singleValueContainer()
            try single.encode(text)
        case .integer(let integer):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(integer, forKey: .int)
        case .number(let number):
            // The bits: JSON has no word for infinity, and decimals would have to be trusted to come back the same.
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(number.bitPattern, forKey: .float)
        case .array(let elements):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(elements.map { StoredValue(value: $0) }, forKey: .list)
        case .table(let pairs):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(
                pairs.map { [StoredValue(value: $0.key.asValue), StoredValue(value: $0.value)] },
                forKey: .table
            )
        }
    }
}

extension LuaKey {
    /// A value as a key; nil for what cannot be one.
    fileprivate init?(_ value: LuaValue) {
        switch value {
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .string(let text): self = .string(text)
        case .bool(let truth): self = .bool(truth)
        case .nil, .array, .table, .function: return nil
        }
    }

    fileprivate var asValue: LuaValue {
        switch self {
        case .integer(let integer): .integer(integer)
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        case .bool(let truth): .bool(truth)
        }
    }
}
