package import KBotModel

/// An object of the venue: fields by name, unknown ones passed over.
package protocol WireRow: WireValue {
    /// Reads the fields; throws ``WireError`` for one that is needed and missing, and for one that cannot be read.
    init(_ row: RowReader) throws(WireError)
    /// Writes every field that is there.
    func write(to row: inout RowWriter)
}

extension WireRow {
    /// Reads an object.
    package init(wire: JSON) throws(WireError) { try self.init(try RowReader(wire)) }

    /// A JSON object.
    package var wire: JSON {
        var writer = RowWriter()
        write(to: &writer)
        return .object(writer.object)
    }
}

/// Reads the fields of one object.
package struct RowReader: Sendable {
    private let object: JSONObject

    /// Takes an object; throws ``WireError`` for anything else.
    package init(_ json: JSON) throws(WireError) {
        guard let object = json.object else { throw .unreadable(json, as: "an object") }
        self.object = object
    }

    /// A field that must be there.
    package func required<Value: WireValue>(_ key: String) throws(WireError) -> Value {
        guard let value: Value = try optional(key) else { throw WireError(.missing).under(key) }
        return value
    }

    /// A field that may be absent, null, or, where that is no value, empty.
    package func optional<Value: WireValue>(_ key: String) throws(WireError) -> Value? {
        guard let json = object[key], json != .null else { return nil }
        if json == .string(""), !Value.readsEmptyText { return nil }
        do { return try Value(wire: json) } catch { throw error.under(key) }
    }

    /// A field that some answers have under another name.
    package func optional<Value: WireValue>(_ key: String, or other: String) throws(WireError) -> Value? {
        if let value: Value = try optional(key) { return value }
        return try optional(other)
    }

    /// A list that may be absent or null, which is to say empty.
    package func list<Value: WireValue>(_ key: String) throws(WireError) -> [Value] {
        let list: [Value]? = try optional(key)
        return list ?? []
    }

    /// A time that may be absent.
    ///
    /// A text is RFC 3339 in UTC; a number is seconds since the epoch, or, when as seconds it would lie beyond the year
    /// 5138, milliseconds: the venue's field names do not tell reliably.
    package func time(_ key: String) throws(WireError) -> Timestamp? {
        guard let json = object[key], json != .null, json != .string("") else { return nil }
        if let text = json.text, let time = Timestamp(rfc3339: text) { return time }
        if let number = ExactNumber.reading(json)?.scaled(digits: 0), number.magnitude < 100_000_000_000_000 {
            return number.magnitude < 100_000_000_000 ? Timestamp(seconds: number) : Timestamp(milliseconds: number)
        }
        throw WireError.unreadable(json, as: "a time").under(key)
    }

    /// A time that must be there; see ``time(_:)``.
    package func requiredTime(_ key: String) throws(WireError) -> Timestamp {
        guard let time = try time(key) else { throw WireError(.missing).under(key) }
        return time
    }

    /// The rows of a list of which one bad row must not hide the others, and what was wrong with those left out.
    package func tolerantList<Row: WireValue>(
        _ key: String
    ) throws(WireError) -> (rows: [Row], unreadable: [WireError]) {
        guard let json = object[key], json != .null else { return ([], []) }
        guard case .array(let elements) = json else { throw WireError.unreadable(json, as: "an array").under(key) }
        var rows: [Row] = []
        var unreadable: [WireError] = []
        rows.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(WireError) {
                rows.append(try Row(wire: element))
            } catch {
                unreadable.append(error.under("\(index)").under(key))
            }
        }
        return (rows, unreadable)
    }
}

/// How a time is written.
package enum TimeForm: Hashable, Sendable {
    /// RFC 3339 in UTC.
    case text
    /// Whole seconds since the epoch.
    case seconds
    /// Whole milliseconds since the epoch.
    case milliseconds
}

/// Writes the fields of one object.
package struct RowWriter: Sendable {
    /// What was written so far.
    package private(set) var object = JSONObject()

    /// Makes a writer of an empty object.
    package init() {}

    /// Writes a field; one without a value is left away.
    package mutating func set(_ key: String, _ value: (some WireValue)?) {
        if let value { object[key] = value.wire }
    }

    /// Writes a time; one without a value is left away.
    package mutating func set(_ key: String, _ time: Timestamp?, as form: TimeForm) {
        guard let time else { return }
        object[key] =
            switch form {
            case .text: .string(time.description)
            case .seconds: .integer(floorDivide(time.microseconds, by: 1_000_000))
            case .milliseconds: .integer(floorDivide(time.microseconds, by: 1_000))
            }
    }
}
