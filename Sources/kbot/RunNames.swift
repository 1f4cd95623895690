import Foundation
import KBotJournal

/// Names for runs that are in no journal yet.
enum RunNames {
    /// The present second, or the next that no run of the state directory is named by: `20261122-231500`.
    ///
    /// Programs that start at the same moment take turns, so that each gets a second of its own. Nothing is made where no
    /// state directory is.
    static func claim(in stateDirectory: String) -> String {
        let lock = unsafe open("\(stateDirectory)/names.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { return RunClock.stamp() }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { return RunClock.stamp() }
        let last = read(lock)
        var name = RunClock.stamp()
        while name == last || isKnown(name, in: stateDirectory) {
            usleep(20_000)
            name = RunClock.stamp()
        }
        write(name, to: lock)
        return name
    }

    private static func isKnown(_ name: String, in stateDirectory: String) -> Bool {
        guard let journal = try? Journal(stateDirectory: stateDirectory, access: .readOnly) else { return false }
        return (try? journal.run(name)) != nil
    }

    /// The name that was given last, perhaps to a run that has no row yet.
    private static func read(_ lock: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe pread(lock, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    private static func write(_ name: String, to lock: Int32) {
        let bytes = Array(name.utf8)
        // All names are equally long. Should the disk be full, the journal says so.
        _ = unsafe pwrite(lock, bytes, bytes.count, 0)
    }
}
