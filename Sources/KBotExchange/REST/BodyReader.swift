import KBotKalshi
import KBotModel

/// Reads the fields of a request's body as strictly as the venue does, and complains in its words.
struct BodyReader {
    private let object: JSONObject
    /// What the venue calls the body: `CreateOrderV2Request`.
    private let name: String

    /// Takes an object.
    init(_ json: JSON, as name: String) throws(Refusal) {
        guard let object = json.object else {
            throw .undecodable("json: cannot unmarshal \(json.goKind) into Go value of type \(name)")
        }
        self.object = object
        self.name = name
    }

    /// Reads the body of a request; an empty one is an object without members.
    init(_ bytes: [UInt8], as name: String) throws(Refusal) {
        guard !bytes.isEmpty else {
            try self.init(.object(JSONObject()), as: name)
            return
        }
        let json: JSON
        do throws(WireError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw .undecodable("invalid character in the body: \(error)")
        }
        try self.init(json, as: name)
    }

    private func mismatch(_ key: String, _ type: String) -> Refusal {
        let kind = object[key]?.goKind ?? "null"
        return .undecodable("json: cannot unmarshal \(kind) into Go struct field \(name).\(key) of type \(type)")
    }

    /// A text; nil when there is none.
    func text(_ key: String) throws(Refusal) -> String? {
        switch object[key] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw mismatch(key, "string")
        }
    }

    /// A text that must be there.
    func requiredText(_ key: String) throws(Refusal) -> String {
        guard let text = try text(key), !text.isEmpty else { throw .invalidParameters("\(key) is required") }
        return text
    }

    /// A whole number; nil when there is none.
    func integer(_ key: String) throws(Refusal) -> Int64? {
        switch object[key] {
        case nil, .null?: return nil
        case .number(let text)?:
            guard let number = Int64(text) else { throw mismatch(key, "int64") }
            return number
        default: throw mismatch(key, "int64")
        }
    }

    /// A small whole number; nil when there is none.
    func small(_ key: String) throws(Refusal) -> Int32? {
        guard let number = try integer(key) else { return nil }
        guard let small = Int32(exactly: number) else { throw mismatch(key, "int32") }
        return small
    }

    /// `true` or `false`; nil when there is neither.
    func flag(_ key: String) throws(Refusal) -> Bool? {
        switch object[key] {
        case nil, .null?: return nil
        case .bool(let flag)?: return flag
        default: throw mismatch(key, "bool")
        }
    }

    /// An array; empty when there is none.
    func array(_ key: String) throws(Refusal) -> [JSON] {
        switch object[key] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw mismatch(key, "[]interface {}")
        }
    }

    /// A word that must be there, of those known.
    func word<Word: RawRepresentable<String>>(_ key: String) throws(Refusal) -> Word {
        let text = try requiredText(key)
        guard let word = Word(rawValue: text) else {
            throw .invalidParameters("\(key): unknown value \(text.prefix(40))")
        }
        return word
    }

    /// Contracts that must be there, as a text with at most two digits after the point.
    func count(_ key: String) throws(Refusal) -> Quantity {
        let text = try requiredText(key)
        guard let count = Quantity(text), abs(count.units) <= 100_000_000_000 else {
            throw .invalidParameters("\(key) must be a number of contracts with at most 2 decimals")
        }
        return count
    }
}

extension JSON {
    /// What Go calls the kind of value.
    fileprivate var goKind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
