import KBotModel

/// How an answer of the venue differs from what kbot expects.
package struct SchemaDrift: Hashable, Sendable {
    /// Rows looked at.
    package var rows = 0
    /// Fields the venue sends that kbot does not know, with their place, each once, in order: they are passed over.
    package var unknown: [String] = []
    /// What could not be read, as `place: what is wrong`: kbot would fail on it.
    package var broken: [String] = []

    /// Nothing looked at.
    package init() {}
}

extension Call {
    /// The same read, its answer compared field by field with what a row of this kind knows.
    ///
    /// `key` names the member that holds the row, or the list of rows; nil for the answer itself.
    package func compared<Row: WireRow>(with row: Row.Type, in key: String?) -> Call<SchemaDrift> {
        var call = Call<SchemaDrift>(method, path, effect: effect, scope: scope, urgency: urgency) {
            json throws(WireError) in
            var drift = SchemaDrift()
            let value = key.map { json.object?[$0] ?? .null } ?? json
            if case .array(let elements) = value {
                for element in elements { drift.compare(element, with: row, at: key ?? "") }
            } else {
                drift.compare(value, with: row, at: key ?? "")
            }
            return drift
        }
        call.query = query
        call.answersAtAnyStatus = answersAtAnyStatus
        return call
    }
}

extension SchemaDrift {
    /// Compares one object with what a row makes of it.
    mutating func compare<Row: WireRow>(_ json: JSON, with row: Row.Type, at place: String) {
        rows += 1
        do throws(WireError) {
            let known = try Row(wire: json).wire
            note(json, beyond: known, at: place)
        } catch {
            let text = place.isEmpty ? "\(error)" : "\(place): \(error)"
            if !broken.contains(text) { broken.append(text) }
        }
    }

    /// Notes the members of an object that the known one lacks; what is null or empty says nothing.
    private mutating func note(_ json: JSON, beyond known: JSON?, at place: String) {
        switch (json, known) {
        case (.object(let object), .object(let other)?):
            for key in object.keys {
                let path = place.isEmpty ? key : "\(place).\(key)"
                guard let value = object[key], value != .null, value != .string("") else { continue }
                if let match = other[key] {
                    note(value, beyond: match, at: path)
                } else if !unknown.contains(path) {
                    unknown.append(path)
                }
            }
        case (.array(let elements), .array(let others)?):
            for (element, other) in zip(elements, others) { note(element, beyond: other, at: place) }
        default: break
        }
    }
}
