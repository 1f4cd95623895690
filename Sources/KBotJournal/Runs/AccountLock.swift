import Foundation

/// Holds an account for one running kbot: a lock on `STATE_DIR/accounts/NAME.lock` that ends with the process, however it
/// ends.
package final class AccountLock: Sendable {
    /// Why an account cannot be held.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        /// Another process holds it; its process identifier, when it can be read.
        case held(account: String, pid: Int32?)
        /// The name cannot be the name of a file.
        case name(String)
        /// The lock's file cannot be made.
        case file(JournalError)

        /// The sentence.
        package var description: String {
            switch self {
            case .held(let account, let pid):
                "account \(account) is held by another kbot" + (pid.map { " (process \($0))" } ?? "")
                    + ": one account trades in one run at a time"
            case .name(let name):
                "'\(name)' is no account name: letters, digits, '_', '-' and '.', at most 64, not beginning with '.'"
            case .file(let error): error.description
            }
        }
    }

    private let descriptor: Int32

    /// Whether a text can be an account's name.
    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Takes the lock, without waiting for it.
    package init(account: String, stateDirectory: String) throws(Failure) {
        guard Self.isName(account) else { throw .name(account) }
        let directory = stateDirectory + "/accounts"
        do throws(JournalError) {
            try JournalFile.makeDirectory(directory)
        } catch {
            throw .file(error)
        }
        let path = "\(directory)/\(account).lock"
        // Not inherited: a program that kbot starts must not hold the account after kbot has gone.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(JournalFile.failure(path)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = JournalFile.failure(path)
            let pid = Self.pid(in: descriptor)
            close(descriptor)
            throw isHeld ? .held(account: account, pid: pid) : .file(failure)
        }
        self.descriptor = descriptor
        // The file stays when the lock ends: removing it would let two processes lock two files of one name.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func pid(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return Int32(
            String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        )
    }

    deinit { _ = close(descriptor) }
}
