import Foundation

/// Notices edits of files, from the run's own loop: no thread, no notification of the system's.
///
/// An edit is a change of what the file holds. Saving the same text again is none, and neither is what an editor does on
/// the way: emptying the file before it is written, writing it twice, moving another file over it, taking it away and
/// making it anew. Links are followed, so an exchanged link is an edit when what it leads to holds something else.
package struct ScriptWatcher {
    /// What happened to a file.
    package struct Change: Hashable, Sendable {
        /// What can happen.
        package enum Kind: Hashable, Sendable {
            /// It holds something new.
            case changed
            /// It is missing, or cannot be read.
            case removed
        }

        /// The file's path as it was given.
        package let path: String
        /// What happened to it.
        package let kind: Kind
    }

    /// Least time between two looks at the files.
    static let interval = Duration.milliseconds(50)
    /// How long an empty file must stay so: what writes it may still be starting.
    static let patienceForEmpty = Duration.seconds(1)
    /// How much of a file is read: no script is half as large.
    static let longestRead = 1 << 20

    private let debounce: Duration
    private var files: [WatchedFile] = []
    private var lastLook: ContinuousClock.Instant?

    /// Makes a watcher without files; a file must lie still for `debounce` before an edit counts as done.
    package init(debounce: Duration = .milliseconds(150)) { self.debounce = debounce }

    /// Replaces the files that are watched.
    ///
    /// A path that was watched before goes on as before. For a new one, what it holds now is what edits are measured
    /// against; it may also be missing still.
    ///
    /// - Parameters:
    ///   - paths: The files.
    ///   - loaded: SHA-256, in hexadecimal, of what the run last read of a file, whether it could use it or not. With it no
    ///     edit is lost between the reading and this call.
    package mutating func watch(_ paths: [String], loaded: [String: String] = [:]) {
        let before = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        var seen: Set<String> = []
        files = paths.filter { seen.insert($0).inserted }.map { path in
            var file = before[path] ?? WatchedFile(path, hash: loaded[path])
            if let hash = loaded[path] { file.measure(against: hash) }
            return file
        }
    }

    /// The changes since the last call that are done with, in the order of the files.
    ///
    /// `now` is when the call happens; it never goes back. A call less than 50 ms after the last look does nothing.
    package mutating func poll(now: ContinuousClock.Instant) -> [Change] {
        if let lastLook, now - lastLook < Self.interval { return [] }
        lastLook = now
        var changes: [Change] = []
        for index in files.indices {
            guard let kind = files[index].look(now: now, debounce: debounce) else { continue }
            changes.append(Change(path: files[index].path, kind: kind))
        }
        return changes
    }
}

/// A file that is watched.
private struct WatchedFile {
    let path: String
    /// What was seen of it last; nil when it was missing.
    private var stamp: FileStamp?
    /// Since when what was seen has not changed; nil when its content is known.
    private var since: ContinuousClock.Instant?
    /// SHA-256 of the content that counts as known; nil when there was none yet.
    private var hash: String?
    private var isThere: Bool

    /// Watches a file from now on; what it holds is read unless `hash` tells what is known of it.
    ///
    /// It is read again when it has lain still: a second edit in the same tick of the system's clock leaves no trace in
    /// times and size.
    init(_ path: String, hash known: String?) {
        self.path = path
        stamp = .never
        hash = known ?? FileStamp.hash(of: path)
        isThere = hash != nil
    }

    /// Takes other content for known; the file is read again when that is news.
    mutating func measure(against known: String) {
        // Of a file that went away since, what it held is no news.
        guard known != hash else { return }
        hash = known
        isThere = true
        stamp = .never
    }

    /// Looks at the file; tells a change once it has lain still.
    mutating func look(now: ContinuousClock.Instant, debounce: Duration) -> ScriptWatcher.Change.Kind? {
        let seen = FileStamp(path)
        guard seen == stamp else {
            stamp = seen
            since = now
            return nil
        }
        let patience = seen?.size == 0 ? max(debounce, ScriptWatcher.patienceForEmpty) : debounce
        guard let since, now - since >= patience else { return nil }
        let content = FileStamp.hash(of: path)
        guard FileStamp(path) == seen else {
            // Written while it was read: what was read may be half of it.
            self.since = now
            return nil
        }
        self.since = nil
        guard let content else {
            defer { isThere = false }
            return isThere ? .removed : nil
        }
        isThere = true
        guard content != hash else { return nil }
        hash = content
        return .changed
    }
}

/// What the system tells of a file without opening it; any writing changes it.
private struct FileStamp: Hashable {
    /// Like no file's.
    static let never = FileStamp(size: -1, identity: [])

    let size: Int
    /// Device, inode, and the times of the last change of content and of status: tools can set back the first of these.
    let identity: [Int]

    private init(size: Int, identity: [Int]) {
        self.size = size
        self.identity = identity
    }

    /// Looks at a file, through links; nil when there is none, or it is a folder, a pipe or a device.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        size = Int(status.st_size)
        identity = [
            Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino),
            modified.tv_sec, Int(modified.tv_nsec), changed.tv_sec, Int(changed.tv_nsec),
        ]
    }

    /// SHA-256 of what a file holds; nil when it cannot be read.
    ///
    /// Of one far too large for a script only the beginning counts, with its size: the loop must not wait for a disk.
    static func hash(of path: String) -> String? {
        guard FileStamp(path) != nil else { return nil }
        // Not to wait matters when a pipe has just taken the file's place.
        let number = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        guard let data = try? file.read(upToCount: ScriptWatcher.longestRead) ?? Data() else { return nil }
        guard data.count == ScriptWatcher.longestRead else { return sha256(data) }
        return sha256(data + Data("\(FileStamp(path)?.size ?? 0)".utf8))
    }
}
