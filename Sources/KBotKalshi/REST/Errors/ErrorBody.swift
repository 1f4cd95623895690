/// What the venue says in an answer of a bad status, in whichever of its shapes; reading it never fails.
///
/// The shapes: `{code, message, details}`, the same nested in `error`, a text in `error`, a bare `msg`, and bodies that
/// are no JSON, such as a proxy's HTML.
package struct ErrorBody: Hashable, Sendable {
    /// The venue's code.
    package var code: String?
    /// Its words.
    package var message: String?
    /// Its details.
    package var details: String?
    /// Whether the body is something else than JSON, and not empty.
    package var isForeign = false

    /// Reads the body of an answer.
    package init(_ body: [UInt8]) {
        guard !body.allSatisfy({ $0 <= 0x20 }) else { return }
        guard let json = try? JSON(parsing: body) else {
            isForeign = true
            return
        }
        readAny(json)
    }

    /// Reads an error that stands inside an answer, as in those to batches.
    package init(_ json: JSON) { readAny(json) }

    private mutating func readAny(_ json: JSON) {
        guard let object = json.object else {
            message = json.text
            return
        }
        switch object["error"] {
        case .object(let inner)?: read(inner)
        case .string(let text)?: message = text
        default: read(object)
        }
        if message == nil { message = object["msg"]?.text }
    }

    private mutating func read(_ object: JSONObject) {
        code = object["code"]?.text
        message = object["message"]?.text ?? object["msg"]?.text
        switch object["details"] {
        case .string(let text)?: details = text
        case .null?, nil: break
        case let other?: details = String(decoding: other.bytes, as: UTF8.self)
        }
    }

    /// Words and details in one, without what repeats the code.
    var text: String {
        let words = [message, details].compactMap(\.self).filter { !$0.isEmpty && $0 != code }
        if isForeign { return "the answer is no JSON" }
        return words.joined(separator: ": ")
    }
}
