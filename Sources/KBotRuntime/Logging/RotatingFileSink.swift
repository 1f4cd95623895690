import Foundation
import Synchronization

/// A log file that never grows beyond its size: when it is full it becomes `FILE.1`, that one `FILE.2`, and so on.
///
/// No line is lost: what cannot be written there goes to the standard error stream, which first says why, and the file is
/// tried again with every line. No line is split between two files or written by halves. A file that somebody else moves
/// or removes is made anew, so that other programs may rotate it too.
package final class RotatingFileSink: LogSink {
    private struct State: ~Copyable {
        var file: LogFile?
        var isFailing = false
        /// Size from which on it is rotated; more than ``most`` after a rotation that failed.
        var limit: Int
    }

    /// The file.
    package let path: String
    private let most: Int
    private let keep: Int
    private let fallback: any LogSink
    private let state: Mutex<State>

    /// Opens or makes the file, for its owner alone.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - most: Bytes from which on it is rotated.
    ///   - keep: How many older files stay.
    /// - Throws: ``ControlError`` when it cannot be opened.
    package convenience init(path: String, most: Int, keep: Int) throws(ControlError) {
        try self.init(path: path, most: most, keep: keep, fallback: StandardErrorSink())
    }

    /// Opens a file with another place for what cannot be written.
    init(path: String, most: Int, keep: Int, fallback: any LogSink) throws(ControlError) {
        self.path = path
        self.most = most
        self.keep = keep
        self.fallback = fallback
        let file = try LogFile(path)
        state = Mutex(State(file: file, limit: most))
    }

    /// Writes a line.
    package func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        let complaint: String? = state.withLock { state in
            do throws(ControlError) {
                try write(bytes, &state)
                state.isFailing = false
                return nil
            } catch {
                defer { state.isFailing = true }
                return state.isFailing
                    ? "" : "kbot: the log file cannot be written, its lines go to standard error: \(error)"
            }
        }
        guard let complaint else { return }
        if !complaint.isEmpty { fallback.write(complaint) }
        fallback.write(line)
    }

    private func write(_ bytes: [UInt8], _ state: inout State) throws(ControlError) {
        if state.file?.isStill(path) != true { state.file = try LogFile(path) }
        if let file = state.file, file.size > 0, file.size + bytes.count > state.limit {
            if rotate() {
                state.file = nil
                state.file = try LogFile(path)
                state.limit = most
            } else {
                // It grows rather than lose a line, and is tried again after a while.
                state.limit = file.size + most / 4 + bytes.count
            }
        }
        try state.file?.append(bytes)
    }

    /// Moves every file one number on; false when the file is still in its place.
    private func rotate() -> Bool {
        guard keep > 0 else { return unsafe unlink(path) == 0 }
        for number in stride(from: keep - 1, to: 0, by: -1) {
            _ = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        return unsafe rename(path, "\(path).1") == 0
    }
}

/// A log file that is open.
private final class LogFile {
    private let path: String
    private let descriptor: Descriptor
    private let identity: UInt64

    /// Opens or makes a file, for its owner alone.
    init(_ path: String) throws(ControlError) {
        self.path = path
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw ControlError("\(path): \(unsafe String(cString: strerror(errno)))") }
        descriptor = Descriptor(number)
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else {
            throw ControlError("\(path): \(unsafe String(cString: strerror(errno)))")
        }
        identity = UInt64(status.st_ino)
    }

    /// Bytes in it.
    var size: Int {
        var status = stat()
        return unsafe fstat(descriptor.number, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Whether the path still leads to it.
    func isStill(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && UInt64(status.st_ino) == identity
    }

    /// Appends bytes, all or none.
    func append(_ bytes: [UInt8]) throws(ControlError) {
        let before = size
        guard !writeAll(bytes, to: descriptor.number) else { return }
        let failure = errno
        // Half a line would hide the next one, too; somebody else's lines behind it are not touched.
        if size > before, size - before < bytes.count { _ = ftruncate(descriptor.number, off_t(before)) }
        throw ControlError("\(path): \(unsafe String(cString: strerror(failure)))")
    }
}
