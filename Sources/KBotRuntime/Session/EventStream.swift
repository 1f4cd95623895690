import Foundation
package import KBotEngine

/// Writes what the engine tells as JSON lines, one object a line, in the order told.
///
/// The same input and seed give the same bytes in any process: nothing of the machine, the clock or the run's id is in them.
/// The lines themselves are made by ``EffectLines``.
package struct EventStream: ~Copyable {
    /// Bytes gathered before they are written.
    private static let chunk = 1 << 16

    private let file: FileHandle
    private var lines = EffectLines()

    /// Opens a stream on a file that is created or emptied.
    ///
    /// - Throws: ``RunFailure`` when the file cannot be written.
    package init(path: String) throws(RunFailure) {
        // Opened in place: a pipe or a device stays what it is.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else {
            throw RunFailure(.usage, "--events: cannot write \(path): \(unsafe String(cString: strerror(errno)))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Appends one note; those without a place in the stream are passed over.
    package mutating func write(_ note: Note) throws(RunFailure) {
        if case .equity = note.kind { return }
        lines.write(note)
        if lines.bytes.count >= Self.chunk { try flush() }
    }

    /// Writes out what is still gathered.
    package mutating func flush() throws(RunFailure) {
        guard !lines.bytes.isEmpty else { return }
        do {
            try file.write(contentsOf: Data(lines.bytes))
        } catch {
            throw RunFailure(.other, "--events: writing failed: \(error)")
        }
        lines.removeAll()
    }
}
