import Foundation
import KBotKalshi
import KBotTestSupport
import Testing

@Suite(.enabled(if: OpenSSL.isAvailable, Comment(rawValue: OpenSSL.absence)))
struct SigningKeyErrorTests {
    private let keys: SampleKeys

    init() throws { keys = try SampleKeys.made.get() }

    private func error(_ bytes: some Collection<UInt8>) -> SigningKeyError? {
        do throws(SigningKeyError) {
            _ = try SigningKey(pem: SensitiveBytes(copying: bytes))
            return nil
        } catch {
            return error
        }
    }

    private func error(_ text: String) -> SigningKeyError? { error(text.utf8) }

    @Test func `a locked key is told in both its forms, without asking anybody`() {
        #expect(error(keys.rsaLocked) == .encrypted)
        #expect(error(keys.rsaPKCS8Locked) == .encrypted)
        let relabelled = keys.rsaPKCS8Locked.replacingOccurrences(of: "ENCRYPTED ", with: "")
        #expect(error(relabelled) == .damaged)
    }

    @Test func `other forms of a key are told`() {
        #expect(error(pem("OPENSSH PRIVATE KEY", Array("openssh-key-v1\0none".utf8))) == .openSSH)
        #expect(error(keys.rsaDER) == .binary)
        #expect(error(keys.ed25519DER) == .binary)
        let wide = keys.ed25519.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(error([0xFF, 0xFE] + wide) == .utf16)
        #expect(error(wide) == .utf16)
        #expect(error(keys.rsaPKCS1.replacingOccurrences(of: "\n", with: "\\n")) == .escapedLineEnds)
    }

    @Test func `what is no private key is told`() {
        #expect(error(keys.rsaPublic) == .publicKey)
        #expect(error(keys.rsaPKCS1Public) == .publicKey)
        #expect(error(keys.ed25519Public) == .publicKey)
        #expect(error("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@here\n") == .publicKey)
        #expect(error(keys.certificate) == .certificate)
        #expect(error(pem("DH PARAMETERS", [0x30, 0])) == .noPrivateKey)
    }

    @Test func `keys that the venue does not take are told`() {
        #expect(error(keys.elliptic) == .unsupportedAlgorithm("EC"))
        #expect(error(keys.ellipticPKCS8) == .unsupportedAlgorithm("EC"))
        #expect(error(keys.x25519) == .unsupportedAlgorithm("X25519"))
        #expect(error(keys.rsaPSS) == .unsupportedAlgorithm("RSA-PSS"))
        #expect(error(keys.small) == .tooSmall(bits: 1_024))
        #expect(error(keys.rsaPKCS1 + keys.ed25519) == .severalKeys(count: 2))
        #expect(error(keys.ed25519 + keys.rsaPKCS8Locked + keys.ed25519) == .severalKeys(count: 3))
    }

    @Test(arguments: ["", " ", "\r\n\t \n"]) func `nothing is nothing`(text: String) {
        #expect(error(text) == .empty)
    }

    @Test(arguments: [
        "hello", "-", "0", "-----BEGIN", "-----BEGIN RSA PRIVATE KEY", "-----BEGIN -----", "{\"key\": 1}",
        "----BEGIN PRIVATE KEY----\nAAAA\n----END PRIVATE KEY----",
    ])
    func `other text is no PEM`(text: String) { #expect(error(text) == .notPEM) }

    @Test func `a key cut anywhere is told`() {
        for text in [keys.rsaPKCS1, keys.ed25519] {
            let trimmed = text.trimmingCharacters(in: .newlines)
            for length in 0..<trimmed.utf8.count {
                let error = error(trimmed.utf8.prefix(length))
                let header = trimmed.utf8.firstIndex(of: UInt8(ascii: "\n"))
                let headerLength = header.map { trimmed.utf8.distance(from: trimmed.startIndex, to: $0) } ?? 0
                #expect(error == (length == 0 ? .empty : length < headerLength ? .notPEM : .truncated), "\(length)")
            }
        }
    }

    @Test func `content that is cut, mixed up or followed by more is damaged`() throws {
        var lines = keys.rsaPKCS1.split(separator: "\n")
        lines.remove(at: lines.count / 2)
        #expect(error(lines.joined(separator: "\n")) == .damaged)
        #expect(error(pem("PRIVATE KEY", keys.ed25519DER + [0])) == .damaged)
        #expect(error(pem("PRIVATE KEY", keys.ed25519DER.dropLast())) == .damaged)
        #expect(error(pem("PRIVATE KEY", [])) == .damaged)
        #expect(error(keys.ed25519.replacingOccurrences(of: "MC4", with: "M*4")) == .damaged)
        #expect(error(keys.ed25519.replacingOccurrences(of: "MC4", with: "MC=4")) == .damaged)
        #expect(
            error(keys.ed25519.replacingOccurrences(of: "END PRIVATE", with: "END RSA PRIVATE")) == .truncated
        )
    }

    @Test func `an RSA key whose numbers do not fit together is damaged`() throws {
        // The modulus of a PKCS#1 key starts at byte 12 and has 256 bytes: from there on every part is spoilt once.
        for offset in stride(from: 100, to: keys.rsaDER.count, by: 97) {
            var content = keys.rsaDER
            content[offset] ^= 0x55
            guard let key = try? SigningKey(pem("RSA PRIVATE KEY", content)) else { continue }
            // What still reads must still sign.
            #expect(key.isValid(try key.signature(of: [1]), of: [1]))
        }
        var content = keys.rsaDER
        content[100] ^= 0x55
        #expect(error(pem("RSA PRIVATE KEY", content)) == .damaged)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `mutated keys give a key or an error, never a trap, and no error shows them`(seed: UInt64) throws {
        let pieces = keys.secretPieces
        var kinds: Set<SigningKeyError> = []
        try forSeeds(seed * 250..<(seed + 1) * 250) { random in
            let texts = keys.secretTexts
            var bytes = Array(texts[Int(random.next() % UInt64(texts.count))].utf8)
            for _ in 0...Int(random.next() % 4) {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 5 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 20))
                case 2: bytes.insert(contentsOf: texts[Int(random.next() % UInt64(texts.count))].utf8, at: at)
                case 3: bytes.insert(contentsOf: "-----END PRIVATE KEY-----=\n:".utf8, at: at)
                default: bytes[at] ^= 1
                }
                if bytes.isEmpty { bytes = [0x30] }
            }
            guard let error = error(bytes) else { return }
            kinds.insert(error)
            try hold(!shows(shownTexts(error), any: pieces), "\(error)")
        }
        #expect(kinds.count > 3)
    }

    @Test func `each error says in other words what to do`() {
        let all: [SigningKeyError] = [
            .empty, .notPEM, .binary, .utf16, .escapedLineEnds, .encrypted, .openSSH, .publicKey, .certificate,
            .noPrivateKey, .severalKeys(count: 2), .truncated, .damaged, .unsupportedAlgorithm("EC"),
            .tooSmall(bits: 1_024),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
        #expect(SigningKeyError.encrypted.description.contains("openssl pkey -in KEY -out NEWKEY"))
        #expect(SigningKeyError.unsupportedAlgorithm("EC").description.hasPrefix("an EC key; Kalshi takes RSA"))
        #expect(SigningKeyError.unsupportedAlgorithm("DSA").description.hasPrefix("a DSA key"))
        #expect(SigningKeyError.tooSmall(bits: 1_024).description.contains("1024 bits; 2048 is the least"))
    }
}

/// Whether one of the texts holds one of the pieces, all of which have sixteen characters.
func shows(_ texts: [String], any pieces: Set<String>) -> Bool {
    texts.contains { text in
        let bytes = Array(text.utf8)
        return (0..<max(bytes.count - 15, 0)).contains {
            pieces.contains(String(decoding: bytes[$0..<$0 + 16], as: UTF8.self))
        }
    }
}

/// Everything by which a value shows itself: description, debug description, dump, and its mirror's children.
func shownTexts<Value>(_ value: Value) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    let children = Mirror(reflecting: value).children.map { "\($0.label ?? ""): \($0.value)" }
    return [String(describing: value), String(reflecting: value), dumped] + children
}
