/// Why bytes are no frame of the venue, and where in them.
package struct FrameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// Another byte should stand here.
        case expected(String)
        /// Values are nested deeper than ``JSONScanner/deepest``.
        case tooDeep
        /// More follows the frame.
        case trailingBytes
        /// A field that this type of frame needs is not there.
        case missing(String)
        /// A field's value cannot be read as what it should be.
        case badValue(String)
    }

    /// What is wrong.
    package let reason: Reason
    /// Index of the byte where it was found.
    package let offset: Int

    /// Makes an error.
    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// What is wrong and where, in words.
    package var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON ends too early, at byte \(offset)"
        case .expected(let what): "expected \(what) at byte \(offset)"
        case .tooDeep: "nested too deeply at byte \(offset)"
        case .trailingBytes: "something follows the frame at byte \(offset)"
        case .missing(let field): "the frame has no \"\(field)\""
        case .badValue(let field): "the value of \"\(field)\" at byte \(offset) cannot be read"
        }
    }
}
