/// What the body of a refusal says, whichever of its shapes it has.
///
/// The venue sends `{"code", "message", "details"}`, the same within `{"error": {…}}`, `{"error": "text"}`, and
/// `{"msg": "text"}`; a proxy before it sends HTML or nothing. Fields that are missing, or are no strings, are nil; so is
/// what follows the first byte that is no JSON.
package struct VenueErrorBody: Hashable, Sendable {
    /// The code: `authentication_error`.
    package private(set) var code: String?
    /// The text for people.
    package private(set) var message: String?
    /// What goes beyond the code: `NOT_FOUND`.
    package private(set) var details: String?

    /// Bytes of a body that are looked at.
    private static let longest = 16 << 10

    /// Reads a body.
    package init(_ body: [UInt8]) {
        unsafe body.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var scanner = unsafe JSONScanner(base: base, count: min(bytes.count, Self.longest))
            try? read(&scanner, depth: 0)
        }
    }

    /// The texts there are, in order, made harmless to print and at most 200 characters long; nil when there is none.
    package var summary: String? {
        var texts: [String] = []
        for text in [code, message, details] {
            if let text, !text.isEmpty, !texts.contains(text) { texts.append(text) }
        }
        guard !texts.isEmpty else { return nil }
        // A terminal obeys control characters, and a log has one line for each entry.
        return String(
            texts.joined(separator: ": ").unicodeScalars.prefix(200)
                .map { (" "..."~").contains($0) ? Character($0) : "?" }
        )
    }

    private mutating func read(_ scanner: inout JSONScanner, depth: Int) throws(FrameError) {
        try scanner.expect(UInt8(ascii: "{"))
        guard scanner.peek() != UInt8(ascii: "}") else { return scanner.at += 1 }
        repeat {
            let key = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            let next = scanner.peek()
            if depth == 0, next == UInt8(ascii: "{"), scanner.matches(key, "error") {
                try read(&scanner, depth: 1)
            } else if next == UInt8(ascii: "\"") {
                let value = scanner.string(try scanner.string())
                switch scanner.string(key) {
                case "code": code = value
                case "message", "msg", "error": message = value
                case "details": details = value
                default: break
                }
            } else {
                try scanner.skipValue()
            }
        } while try scanner.another(until: UInt8(ascii: "}"))
    }
}
