/// A text that never shows itself: printing, interpolating, dumping and mirroring it all give `<redacted>`.
package struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomLeafReflectable
{
    private let text: String

    /// Hides a text.
    package init(_ text: String) { self.text = text }

    /// The text itself; call it only where the secret is used.
    package func reveal() -> String { text }

    /// `<redacted>`.
    package var description: String { Self.mask }

    /// `<redacted>`.
    package var debugDescription: String { Self.mask }

    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }

    /// What stands in a secret's place.
    package static let mask = "<redacted>"
}

/// Replaces every PEM private key in a text by `<redacted>`, the last guard before text leaves the program.
///
/// A block whose end is missing is cut to the end of the text.
package func redactingPrivateKeys(_ text: String) -> String {
    let begin = "-----BEGIN "
    let name = "PRIVATE KEY-----"
    guard text.contains(name) else { return text }
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: begin) {
        let afterBegin = rest[start.upperBound...]
        guard let header = afterBegin.firstRange(of: name), isKeyKind(afterBegin[..<header.lowerBound]) else {
            // Another kind of block, such as a certificate: keep its first line's start and look on.
            result += rest[..<start.upperBound]
            rest = afterBegin
            continue
        }
        result += rest[..<start.lowerBound] + Secret.mask
        let body = rest[header.upperBound...]
        guard let end = body.firstRange(of: "-----END "), let tail = body[end.upperBound...].firstRange(of: "-----")
        else { return result }
        rest = body[tail.upperBound...]
    }
    return result + rest
}

/// Whether a text may stand between `BEGIN ` and `PRIVATE KEY`: nothing, or words such as `RSA ` or `ENCRYPTED `.
private func isKeyKind(_ text: Substring) -> Bool {
    text.utf8.count <= 32
        && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x20 }
}
