import Foundation
import Synchronization

/// Where log lines go.
package protocol LogSink: Sendable {
    /// Takes one line, without its line end; lines of several threads never mix.
    func write(_ line: String)
}

/// The standard error stream, one line at a time.
package final class StandardErrorSink: LogSink {
    private let lock = Mutex(())

    /// Whether the stream is a terminal.
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Makes a sink.
    package init() {}

    /// Writes a line; when the stream is gone the line is dropped, because there is nowhere left to say so.
    package func write(_ line: String) {
        let data = Data((line + "\n").utf8)
        lock.withLock { _ in try? FileHandle.standardError.write(contentsOf: data) }
    }
}
