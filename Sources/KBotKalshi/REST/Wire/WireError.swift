/// Why a body of the venue could not be read as what it should be, and where in it.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// The text is no JSON.
        case notJSON(FrameError)
        /// A field that is needed is not there, or null.
        case missing
        /// The value is of another kind, or out of range.
        case unreadable(expected: String, found: String)
    }

    /// What is wrong.
    package let reason: Reason
    /// Names of fields and numbers of elements, from the outermost in.
    package private(set) var path: [String] = []

    /// Makes an error at the value itself.
    package init(_ reason: Reason) { self.reason = reason }

    /// An error for a value of the wrong kind.
    static func unreadable(_ json: JSON, as expected: String) -> WireError {
        WireError(.unreadable(expected: expected, found: json.kind))
    }

    /// The same error, seen from the value that holds this one.
    func under(_ key: String) -> WireError {
        var error = self
        error.path.insert(key, at: 0)
        return error
    }

    /// What is wrong and where, in words.
    package var description: String {
        let place = path.joined(separator: ".")
        switch reason {
        case .notJSON(let error): return "the body is no JSON: \(error)"
        case .missing: return "\(place) is missing"
        case .unreadable(let expected, let found):
            return "\(place.isEmpty ? "the body" : place) should be \(expected), not \(found)"
        }
    }
}
