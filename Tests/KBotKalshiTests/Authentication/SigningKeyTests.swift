import Foundation
import KBotKalshi
import KBotTestSupport
import Testing

@Suite(.enabled(if: OpenSSL.isAvailable, Comment(rawValue: OpenSSL.absence)))
struct SigningKeyTests {
    private let keys: SampleKeys
    private let message = Array("1795375920123POST/trade-api/v2/portfolio/events/orders".utf8)

    init() throws { keys = try SampleKeys.made.get() }

    @Test(arguments: [KeyForm.rsaPKCS1, .rsaPKCS8])
    func `openssl accepts what an RSA key signs, and nothing else`(form: KeyForm) throws {
        let key = try SigningKey(keys.text(form))
        #expect(key.algorithm == .rsaPSS(bits: 2_048))
        let signature = try key.signature(of: message)
        #expect(signature.count == 256)
        #expect(try OpenSSL.accepts(signature, of: message, publicKey: keys.rsaPublic, isRSA: true))
        #expect(try !OpenSSL.accepts(signature, of: message + [0], publicKey: keys.rsaPublic, isRSA: true))
        #expect(key.isValid(signature, of: message) && !key.isValid(signature, of: message + [0]))
        #expect(try key.signature(of: message) != signature, "PSS has a salt")
    }

    @Test func `openssl accepts what an Ed25519 key signs, and nothing else`() throws {
        let key = try SigningKey(keys.ed25519)
        #expect(key.algorithm == .ed25519)
        let signature = try key.signature(of: message)
        #expect(signature.count == 64)
        #expect(try OpenSSL.accepts(signature, of: message, publicKey: keys.ed25519Public, isRSA: false))
        #expect(try !OpenSSL.accepts(signature, of: message + [0], publicKey: keys.ed25519Public, isRSA: false))
        #expect(try key.signature(of: message) == signature)
        #expect(try !SigningKey(keys.otherKey).isValid(signature, of: message))
    }

    @Test func `Ed25519 gives the signatures of RFC 8032`() throws {
        // Section 7.1, test 2: the secret key after the sixteen bytes with which PKCS#8 begins.
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
        let content = hexBytes("302e020100300506032b657004220420" + seed)
        let key = try SigningKey(pem("PRIVATE KEY", content))
        #expect(
            try key.signature(of: [0x72])
                == hexBytes(
                    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
                )
        )
    }

    @Test func `any message can be signed`() throws {
        for key in [try SigningKey(keys.rsaPKCS8), try SigningKey(keys.ed25519)] {
            for message in [[], [0], [UInt8](repeating: 7, count: 100_000)] {
                #expect(key.isValid(try key.signature(of: message), of: message))
                #expect(!key.isValid([], of: message) && !key.isValid([UInt8](repeating: 1, count: 64), of: message))
            }
        }
    }

    @Test func `the label does not matter, the algorithm does`() throws {
        let swapped = keys.ed25519.replacingOccurrences(of: "PRIVATE KEY", with: "RSA PRIVATE KEY")
        #expect(try SigningKey(swapped).algorithm == .ed25519)
        let relabelled = keys.rsaPKCS1.replacingOccurrences(of: "RSA PRIVATE KEY", with: "PRIVATE KEY")
        #expect(try SigningKey(relabelled).algorithm == .rsaPSS(bits: 2_048))
    }

    @Test(arguments: KeyForm.allCases)
    func `text around the block and other line ends do no harm`(form: KeyForm) throws {
        let text = keys.text(form)
        let expected = try SigningKey(text).algorithm
        let indented = text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        for variant in [
            text.replacingOccurrences(of: "\n", with: "\r\n"), text.replacingOccurrences(of: "\n", with: "\r"),
            "\u{FEFF}" + text, "My key, ----- made in May:\n\n" + text + "\nthe end\n", text + keys.certificate,
            keys.rsaPublic + text, text.trimmingCharacters(in: .whitespacesAndNewlines), indented,
            text.replacingOccurrences(of: "\n", with: " "), "-----BEGIN nothing-----\n" + text,
        ] {
            #expect(try SigningKey(variant).algorithm == expected)
        }
    }

    @Test func `threads may share a key`() async throws {
        for key in [try SigningKey(keys.rsaPKCS8), try SigningKey(keys.ed25519)] {
            let good = await withTaskGroup(of: Int.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        (0..<20).count { round in
                            let message = Array("\(worker) \(round)".utf8)
                            return (try? key.signature(of: message)).map { key.isValid($0, of: message) } ?? false
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(good == 160)
        }
    }

    @Test func `a key outlives the value it was copied from`() throws {
        var key: SigningKey? = try SigningKey(keys.ed25519)
        let copy = key
        key = nil
        let signature = try #require(try copy?.signature(of: message))
        #expect(try OpenSSL.accepts(signature, of: message, publicKey: keys.ed25519Public, isRSA: false))
    }

    @Test func `it tells its kind`() throws {
        #expect("\(try SigningKey(keys.rsaPKCS1))" == "RSA private key (2048 bits)")
        #expect(String(reflecting: try SigningKey(keys.ed25519)) == "Ed25519 private key")
    }
}

/// Bytes from hexadecimal digits.
func hexBytes(_ digits: String) -> [UInt8] {
    var rest = Substring(digits)
    var bytes: [UInt8] = []
    while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}

/// A PEM block, its content on one line.
func pem(_ label: String, _ content: [UInt8]) -> String {
    "-----BEGIN \(label)-----\n\(Data(content).base64EncodedString())\n-----END \(label)-----\n"
}
