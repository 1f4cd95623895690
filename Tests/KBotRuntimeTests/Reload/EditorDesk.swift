import Foundation

@testable import KBotRuntime

/// A folder whose files are edited, and a watcher with its time.
///
/// Tests run through seconds of the watcher's time within one tick of the system's clock, so each write here also sets a
/// time of its own: two edits of one size would look the same otherwise.
final class EditorDesk {
    var watcher = ScriptWatcher()
    private let folder: FeedFolder
    private var now = ContinuousClock().now
    private var tick = 1_800_000_000

    init() throws { folder = try FeedFolder() }

    func path(_ name: String) -> String { folder.path + "/" + name }

    func watch(_ names: [String]) { watcher.watch(names.map(path)) }

    /// Polls once, so many milliseconds later.
    func poll(after milliseconds: Int) -> [ScriptWatcher.Change] {
        now += .milliseconds(milliseconds)
        return watcher.poll(now: now)
    }

    /// Polls every 50 ms for so long.
    func wait(_ milliseconds: Int) -> [ScriptWatcher.Change] {
        (0..<milliseconds / 50).flatMap { _ in poll(after: 50) }
    }

    /// The text of a file; nil when there is none.
    func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

    /// Writes a file in place.
    func save(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try touch(name)
    }

    /// Writes on at the end of a file.
    func append(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
        try touch(name)
    }

    /// Gives a file a new time.
    func touch(_ name: String) throws {
        tick += 1
        try setTime(of: name)
    }

    private func setTime(of name: String) throws {
        let date = Date(timeIntervalSince1970: Double(tick))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path(name))
    }

    /// Writes a text of the same length and sets the time back, until the system's clock has left the tick of before.
    func saveUnseen(_ name: String, _ text: String) throws {
        let before = changeTime(name)
        repeat {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
            try setTime(of: name)
        } while changeTime(name) == before
    }

    private func changeTime(_ name: String) -> [Int] {
        var status = stat()
        guard unsafe stat(path(name), &status) == 0 else { return [] }
        #if canImport(Darwin)
            return [status.st_ctimespec.tv_sec, status.st_ctimespec.tv_nsec]
        #else
            return [status.st_ctim.tv_sec, Int(status.st_ctim.tv_nsec)]
        #endif
    }

    /// Moves a file over another.
    func move(_ name: String, over other: String) throws {
        guard unsafe rename(path(name), path(other)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Removes a file.
    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    /// Makes a link, in place of what was there, in one step.
    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path(name + ".link"), withDestinationPath: target)
        try move(name + ".link", over: name)
    }
}
