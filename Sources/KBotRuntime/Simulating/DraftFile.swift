import Foundation

/// A file that is written aside, under a hidden name, until it is whole.
final class DraftFile {
    /// The name it gets.
    let name: String
    private let draft: String
    private let isCompressed: Bool
    private var compressed: GzipFile?
    private var plain: FileHandle?
    private var buffer: [UInt8] = []
    private(set) var bytes = 0

    /// Bytes gathered before they are handed on.
    private static let chunk = 1 << 16

    /// Begins a file in a folder; one whose name ends in `.gz` is compressed.
    init(_ name: String, in folder: String) throws(RunFailure) {
        self.name = name
        draft = (folder as NSString).appendingPathComponent(name)
        isCompressed = name.hasSuffix(".gz")
        if isCompressed {
            compressed = GzipFile(path: draft)
        } else if FileManager.default.createFile(atPath: draft, contents: nil) {
            plain = FileHandle(forWritingAtPath: draft)
        }
        guard compressed != nil || plain != nil else { throw RunFailure(.other, "\(draft) cannot be made") }
    }

    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(RunFailure) {
        buffer += bytes
        if buffer.count >= Self.chunk { try flush() }
    }

    /// Adds a line of text.
    func write(line: String) throws(RunFailure) { try write(Array((line + "\n").utf8)) }

    private func flush() throws(RunFailure) {
        var isWritten = true
        if let compressed {
            isWritten = compressed.write(buffer)
        } else {
            do { try plain?.write(contentsOf: Data(buffer)) } catch { isWritten = false }
        }
        guard isWritten else { throw full }
        bytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Ends the file. What the disk did not take is noticed here: a compressed file ends with the length of what it holds.
    func finish() throws(RunFailure) {
        try flush()
        guard isCompressed else {
            do {
                try plain?.close()
                plain = nil
            } catch { throw full }
            return
        }
        guard compressed?.flush() == true else { throw full }
        compressed = nil
        guard let file = FileHandle(forReadingAtPath: draft), let end = try? file.seekToEnd(), end >= 4,
            (try? file.seek(toOffset: end - 4)) != nil, let tail = try? file.readToEnd(), tail.count == 4
        else { throw full }
        let length = tail.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
        guard length == UInt32(truncatingIfNeeded: bytes) else { throw full }
    }

    private var full: RunFailure { RunFailure(.other, "\(draft) cannot be written: is the disk full?") }
}
