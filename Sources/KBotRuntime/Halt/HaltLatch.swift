import Foundation
import KBotEngine
package import KBotModel

/// That an account is halted, kept across runs in `STATE_DIR/accounts/NAME.halt`: a small JSON file of its owner alone.
///
/// The journal holds the engine's state too. The file is what `kbot halt`, `kbot resume` and `kbot status` work on when no
/// run of the account is going, and what tells its next run. A file that is there but cannot be read counts as a halt.
package struct HaltLatch: Codable, Hashable, Sendable {
    /// Why, as a word: `OPERATOR_HALT`, or the code a rule gave.
    package var code: String
    /// Why, in words.
    package var reason: String
    /// Since when, by the clock on the wall.
    package var since: Timestamp
    /// Who halted it.
    package var who: HaltSource
    /// When an operator ended the halt while no run was there to hear it: the next run resumes and takes the file away.
    package var resumed: Timestamp?

    /// Makes a latch.
    package init(code: String, reason: String, since: Timestamp, who: HaltSource, resumed: Timestamp? = nil) {
        self.code = code
        self.reason = reason
        self.since = since
        self.who = who
        self.resumed = resumed
    }

    /// Whether the account may open nothing.
    package var isHalted: Bool { resumed == nil }
}

/// The accounts of a state directory as files: which there are, and which are halted.
package struct AccountFolder: Sendable {
    /// The folder, `STATE_DIR/accounts`.
    package let path: String

    /// Names the folder; nothing is made.
    package init(stateDirectory: String) { path = stateDirectory + "/accounts" }

    /// Whether a text may be an account's name: it becomes a file's name.
    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
    }

    /// The accounts there are, by the files of their locks and halts, in the order of their names.
    package var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let names = files.compactMap { file -> String? in
            guard let dot = file.lastIndex(of: "."), [".lock", ".halt"].contains(file[dot...]) else { return nil }
            let name = String(file[..<dot])
            return Self.isName(name) ? name : nil
        }
        return Set(names).sorted()
    }

    /// The halt of an account; nil when there is none.
    ///
    /// A file that cannot be read is a halt of its own, because nobody can say that it was none.
    package func latch(_ name: String) -> HaltLatch? {
        let file = file(name)
        // Runs look several times a second, and nearly always there is none.
        var status = stat()
        if unsafe lstat(file, &status) != 0, errno == ENOENT || errno == ENOTDIR { return nil }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
            return unreadable(file, "it cannot be read")
        }
        guard data.count <= 64 << 10, let latch = try? JSONDecoder().decode(HaltLatch.self, from: data) else {
            return unreadable(file, "it is damaged")
        }
        return latch
    }

    /// Halts an account, or says that it was resumed; whole or not at all, and on the disk before this returns.
    ///
    /// - Throws: ``ControlError`` when the file cannot be written.
    package func write(_ latch: HaltLatch, for name: String) throws(ControlError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard Self.isName(name), let data = try? encoder.encode(latch) else {
            throw ControlError("'\(name.singleLine(atMost: 64))' cannot be an account's name")
        }
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw ControlError("\(path): \(unsafe String(cString: strerror(errno)))")
        }
        try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: file(name), synchronously: true)
    }

    /// Takes the halt of an account away; nothing happens when there is none.
    package func remove(_ name: String) { _ = unsafe unlink(file(name)) }

    private func file(_ name: String) -> String { "\(path)/\(name).halt" }

    private func unreadable(_ file: String, _ why: String) -> HaltLatch {
        HaltLatch(
            code: HaltRequest.code.text,
            reason: "\(file) says that the account is halted, but \(why)",
            since: Timestamp(microseconds: 0),
            who: .run
        )
    }
}
