import Foundation
import KBotKalshi
import KBotTestSupport

extension FuzzTarget {
    /// The loader of private keys.
    static func keys() -> FuzzTarget {
        FuzzTarget("keys", seeds: inputs(keyTexts), words: keyWords) { input in
            let key: SigningKey
            do throws(SigningKeyError) {
                key = try SigningKey(pem: SensitiveBytes(copying: input))
            } catch {
                return try holdSecrecy(error.description, of: input)
            }
            try holdSecrecy("\(key) \(String(reflecting: key))", of: input)
            let message = Array("1777228216000GET/trade-api/v2/portfolio/balance".utf8)
            guard let signature = try? key.signature(of: message) else { return }
            try hold(key.isValid(signature, of: message), "a signature that its own key refuses")
            try hold(!key.isValid(signature, of: message + [0]), "a signature that fits another message")
        }
    }

    /// Nothing that is said of a key holds ten bytes of its file in a row that look like its content.
    private static func holdSecrecy(_ text: String, of input: [UInt8]) throws {
        let said = Array(text.utf8)
        let length = 10
        guard input.count >= length, said.count >= length else { return }
        for start in 0...input.count - length {
            let piece = input[start..<start + length]
            // Words of the format itself ("BEGIN PRIVATE KEY") may be told.
            guard piece.contains(where: { (0x30...0x39).contains($0) }),
                piece.contains(where: { (0x61...0x7A).contains($0) }),
                !piece.contains(UInt8(ascii: " "))
            else { continue }
            let isSaid = (0...said.count - length).contains { said[$0..<$0 + length].elementsEqual(piece) }
            try hold(!isSaid, "part of the key is told: \(text)")
        }
    }

    /// Keys of no account: an Ed25519 one whose secret is counted up, others with the right shape only.
    private static var keyTexts: [String] {
        let counted: [UInt8] = Array(1...32)
        var ed25519: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        ed25519 += counted
        var rsa: [UInt8] = [0x30, 0x82, 0x02, 0x52]
        for index in UInt8(0)..<9 {
            rsa += [0x02, 0x40, 0x31 + index]
            for place in UInt8(0)..<63 { rsa.append(place &* 37 &+ index &* 11) }
        }
        var curve: [UInt8] = [0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20]
        curve += counted
        curve += [0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        func pem(_ label: String, _ bytes: [UInt8], lineEnd: String = "\n") -> String {
            let text = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
                .replacingOccurrences(of: "\n", with: lineEnd)
        }
        let good = pem("PRIVATE KEY", ed25519)
        return [
            good, pem("PRIVATE KEY", ed25519, lineEnd: "\r\n"), "a note\n" + good + "another\n", good + good,
            pem("RSA PRIVATE KEY", rsa), pem("EC PRIVATE KEY", curve), pem("PRIVATE KEY", ed25519, lineEnd: #"\n"#),
            pem("ENCRYPTED PRIVATE KEY", rsa), pem("OPENSSH PRIVATE KEY", rsa), pem("PUBLIC KEY", ed25519),
            pem("CERTIFICATE", rsa), String(good.prefix(60)),
        ]
    }

    private static let keyWords = [
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----",
        "BEGIN ",
        "Proc-Type: 4,ENCRYPTED", "=", "==", "\n", "\r\n", #"\n"#, "MC4CAQAwBQYDK2VwBCIEIA", "PUBLIC KEY", "+/+/",
    ]
}
