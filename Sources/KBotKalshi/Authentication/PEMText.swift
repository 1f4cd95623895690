/// Finds the private key in the text of a PEM file and decodes it.
///
/// Done here and not by OpenSSL's own reader for three reasons: that one may ask for a passphrase on the terminal, its
/// buffers are out of our hands, and its errors do not tell what is wrong. Line ends may be of any kind, and text may
/// stand around the block.
enum PEMText {
    /// The content (DER) of the one private key in a text.
    ///
    /// What kind of key it is the content decides, not the label: PKCS#8 has one label for all kinds.
    static func privateKey(in text: borrowing SensitiveBytes) throws(SigningKeyError) -> SensitiveBytes {
        let blocks = blocks(in: text)
        let keys = blocks.filter { $0.label.hasSuffix("PRIVATE KEY") }
        guard let key = keys.first else { throw absence(in: text, blocks: blocks) }
        guard keys.count == 1 else { throw .severalKeys(count: keys.count) }
        guard key.label != "OPENSSH PRIVATE KEY" else { throw .openSSH }
        let isEncrypted =
            key.label.hasPrefix("ENCRYPTED") || text.firstIndex(of: "Proc-Type:", in: key.body) != nil
        guard !isEncrypted else { throw .encrypted }
        guard text.firstIndex(of: #"\n"#, in: key.body) == nil else { throw .escapedLineEnds }
        guard key.isComplete else { throw .truncated }
        guard let content = base64Decoded(text, key.body) else { throw .damaged }
        return content
    }

    /// One block of a PEM file.
    private struct Block {
        /// What stands after `BEGIN`: letters, digits and spaces only.
        let label: String
        /// Where the lines between the first and the last are.
        let body: Range<Int>
        /// Whether the last line is there, with the same label.
        let isComplete: Bool
    }

    private static func blocks(in text: borrowing SensitiveBytes) -> [Block] {
        var blocks: [Block] = []
        var from = 0
        while let begin = text.firstIndex(of: "-----BEGIN ", in: from..<text.count) {
            from = begin + 11
            guard let label = label(in: text, at: from) else { continue }
            from += label.utf8.count + 5
            let next = text.firstIndex(of: "-----BEGIN ", in: from..<text.count) ?? text.count
            let end = text.firstIndex(of: "-----END ", in: from..<next)
            let isComplete = end.map { self.label(in: text, at: $0 + 9) == label } ?? false
            blocks.append(Block(label: label, body: from..<(end ?? next), isComplete: isComplete))
            from = end ?? next
        }
        return blocks
    }

    /// The label from an index to the next five dashes; nil when no label stands there.
    private static func label(in text: borrowing SensitiveBytes, at start: Int) -> String? {
        var label = ""
        for index in start..<min(start + 40, text.count) {
            let byte = text[index]
            if text.starts(with: "-----", at: index) { return label.isEmpty ? nil : label }
            guard (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x20 else { return nil }
            label.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return nil
    }

    /// What to say of a text without a private key.
    private static func absence(in text: borrowing SensitiveBytes, blocks: [Block]) -> SigningKeyError {
        guard blocks.isEmpty else {
            if blocks.contains(where: { $0.label.hasSuffix("PUBLIC KEY") }) { return .publicKey }
            return blocks.contains { $0.label.hasSuffix("CERTIFICATE") } ? .certificate : .noPrivateKey
        }
        guard text.count > 0, !(0..<text.count).allSatisfy({ isSpace(text[$0]) }) else { return .empty }
        if text.starts(with: "ssh-", at: 0) || text.starts(with: "ecdsa-", at: 0) { return .publicKey }
        guard text.count >= 2 else { return .notPEM }
        switch (text[0], text[1]) {
        case (0xFF, 0xFE), (0xFE, 0xFF), (0x2D, 0x00), (0x00, 0x2D): return .utf16
        // A sequence of more than 127 bytes, or of exactly the size an Ed25519 key has.
        case (0x30, 0x81...0x83): return .binary
        case (0x30, let length) where Int(length) + 2 == text.count: return .binary
        default: return .notPEM
        }
    }

    /// Decodes base64 with white space anywhere in it; nil when it is none, or does not end where it should.
    private static func base64Decoded(_ text: borrowing SensitiveBytes, _ range: Range<Int>) -> SensitiveBytes? {
        var content = SensitiveBytes(capacity: range.count / 4 * 3 + 3)
        var symbols = 0
        var padding = 0
        var pending: UInt32 = 0
        for index in range {
            let byte = text[index]
            if isSpace(byte) { continue }
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(ofBase64: byte) else { return nil }
            pending = pending << 6 | UInt32(value)
            symbols += 1
            // Bits that the second, third and fourth symbol of a group leave over for the next byte.
            let left = UInt32((4 - symbols % 4) % 4 * 2)
            if symbols % 4 != 1 { content.append(UInt8(truncatingIfNeeded: pending >> left)) }
        }
        guard padding <= 2, (symbols + padding).isMultiple(of: 4), content.count > 0 else { return nil }
        return content
    }

    private static func value(ofBase64 byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
