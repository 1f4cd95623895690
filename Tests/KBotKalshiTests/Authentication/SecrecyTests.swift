import Foundation
import KBotKalshi
import KBotModel
import Testing

struct SensitiveBytesTests {
    @Test func `wiping leaves zeros`() {
        var bytes = SensitiveBytes(copying: Array("secret".utf8))
        #expect(bytes.count == 6 && bytes[0] == UInt8(ascii: "s"))
        let wasBlank = bytes.isBlank()
        #expect(!wasBlank)
        bytes.wipe()
        let isBlank = bytes.isBlank()
        #expect(bytes.count == 0 && isBlank)
        bytes.append(1)
        #expect(bytes.count == 1 && bytes[0] == 1)
    }
}

@Suite(.enabled(if: OpenSSL.isAvailable, Comment(rawValue: OpenSSL.absence)))
struct SecrecyTests {
    private let keys: SampleKeys
    private let id = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"

    init() throws { keys = try SampleKeys.made.get() }

    @Test func `nothing that holds a key or its id shows them`() throws {
        let folder = ScratchFolder()
        let pieces = keys.secretPieces
        for text in [keys.rsaPKCS1, keys.rsaPKCS8, keys.ed25519] {
            let file = try KeyFile(folder.write("key.pem", Array(text.utf8), mode: 0o644), home: nil)
            let clock = VenueClock { Timestamp(seconds: 0) }
            let signer = try RequestSigner(keyID: id, key: file.key, clock: clock)
            let bank = SignatureBank(signer: signer)
            let target = try RequestTarget(method: "POST", path: "/x")
            bank.register(target)
            let headers = try bank.headers(for: target, now: Timestamp(seconds: 1))
            var shown = shownTexts(file) + shownTexts(file.key) + shownTexts(signer) + shownTexts(bank)
            shown += shownTexts(headers) + shownTexts([signer]) + shownTexts(file.warningLines)
            #expect(!shows(shown, any: pieces))
            #expect(!shown.contains { $0.contains(id) || $0.contains(headers.signature) })
            #expect(Mirror(reflecting: file.key).children.isEmpty && Mirror(reflecting: signer).children.isEmpty)
        }
    }

    @Test func `no error of a key file shows what stands in it`() throws {
        let folder = ScratchFolder()
        let pieces = keys.secretPieces
        var count = 0
        for text in keys.secretTexts {
            let cut = String(text.dropLast(30))
            for bad in [text + text, cut, text.replacingOccurrences(of: "-----BEGIN", with: "----BEGIN")] {
                let path = try folder.write("key.pem", Array(bad.utf8))
                let error = #expect(throws: KeyFileError.self) { try KeyFile(path, home: nil) }
                let shown = error.map(shownTexts) ?? []
                #expect(!shows(shown, any: pieces))
                count += 1
            }
        }
        #expect(count == 33)
    }

    @Test func `the pieces looked for would be found`() {
        let pieces = keys.secretPieces
        #expect(pieces.count > 200 && pieces.allSatisfy { $0.utf8.count == 16 })
        for text in keys.secretTexts {
            #expect(shows(["x" + text.replacingOccurrences(of: "\n", with: "")], any: pieces))
        }
    }
}
