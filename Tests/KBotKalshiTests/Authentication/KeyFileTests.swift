import Foundation
import KBotKalshi
import Testing

@Suite(.enabled(if: OpenSSL.isAvailable, Comment(rawValue: OpenSSL.absence)))
struct KeyFileTests {
    private let keys: SampleKeys
    private let folder = ScratchFolder()

    init() throws { keys = try SampleKeys.made.get() }

    private func reason(_ path: String) -> KeyFileError.Reason? {
        do throws(KeyFileError) {
            _ = try KeyFile(path, home: nil)
            return nil
        } catch {
            #expect(error.path == path && error.description.hasPrefix(path + ": "))
            return error.reason
        }
    }

    @Test func `a file that only its owner can read gives no warning`() throws {
        let path = try folder.write("key.pem", Array(keys.rsaPKCS1.utf8))
        let file = try KeyFile(path, home: nil)
        #expect(file.path == path && file.warnings.isEmpty && file.warningLines.isEmpty)
        #expect(file.key.algorithm == .rsaPSS(bits: 2_048))
    }

    @Test func `a leading tilde stands for the home folder`() throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8))
        #expect(try KeyFile("~/key.pem", home: folder.url.path).path == path)
        #expect(reason("~/key.pem") == .missing)
    }

    @Test(arguments: [0o400, 0o600, 0o700]) func `the owner's own rights are no matter`(mode: Int) throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8), mode: mode)
        #expect(try KeyFile(path, home: nil).warnings.isEmpty)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o777]) func `a file open to others is told`(mode: Int) throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8), mode: mode)
        let file = try KeyFile(path, home: nil)
        #expect(file.warnings == [.openToOthers(mode: UInt32(mode))])
        #expect(file.warningLines.first?.contains("(mode 0\(String(mode, radix: 8))); run: chmod 600 \(path)") == true)
    }

    @Test func `a file of another user is told`() throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8))
        let owner = geteuid()
        let file = try KeyFile(path, home: nil, user: owner &+ 1)
        #expect(file.warnings == [.foreignOwner(user: owner)])
        #expect(file.warningLines.first?.contains("another user (number \(owner))") == true)
    }

    @Test func `what is no readable file is told, and nothing waits`() throws {
        #expect(reason(folder.url.path + "/none.pem") == .missing)
        #expect(reason(folder.url.path) == .notAFile)
        let file = try folder.write("empty", [])
        #expect(reason(file + "/below") == .missing)
        #expect(reason(file) == .key(.empty))
        let pipe = folder.url.appendingPathComponent("pipe").path
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(reason(pipe) == .notAFile)
        #expect(reason("/dev/zero") == .notAFile)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func `a file that may not be read is told`() throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8), mode: 0o200)
        #expect(reason(path) == .forbidden)
    }

    @Test func `a file may have 64 KiB and no more`() throws {
        let blank = [UInt8](repeating: UInt8(ascii: "\n"), count: KeyFile.largest - keys.ed25519.utf8.count)
        let path = try folder.write("key.pem", blank + Array(keys.ed25519.utf8))
        #expect(reason(path) == nil)
        try folder.write("key.pem", blank + [0x0A] + Array(keys.ed25519.utf8))
        #expect(reason(path) == .tooLarge)
    }

    @Test func `a link is followed`() throws {
        let path = try folder.write("key.pem", Array(keys.ed25519.utf8))
        let link = folder.url.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(reason(link) == nil)
    }

    @Test func `an error of the key comes with the file`() throws {
        let path = try folder.write("key.pem", Array(keys.rsaPKCS8Locked.utf8))
        let error = #expect(throws: KeyFileError.self) { try KeyFile(path, home: nil) }
        #expect(error?.reason == .key(.encrypted))
        #expect(error?.description == "\(path): \(SigningKeyError.encrypted)")
    }
}
