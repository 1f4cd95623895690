import CZlib
import Foundation

/// A file that grows, compressed with gzip. What was flushed can be read although the file was never closed.
///
/// Safe to use: the handle is private, and zlib reads no more than the count it is given.
@safe
final class GzipFile {
    /// The file's path.
    let path: String
    private let file: gzFile

    /// Makes a new file; nil when that cannot be done, or there is one already.
    init?(path: String) {
        // "x": a file cut off by a kill must not be written on, for nothing after the cut could be read.
        guard let file = unsafe gzopen(path, "wbx6") else { return nil }
        self.path = path
        unsafe self.file = unsafe file
    }

    deinit { _ = unsafe gzclose(file) }

    /// Adds bytes; false when the disk takes no more.
    func write(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        let written = unsafe bytes.withUnsafeBytes { unsafe gzwrite(file, $0.baseAddress, UInt32($0.count)) }
        return Int(written) == bytes.count
    }

    /// Hands all that was added to the system, so that it outlives this process; false when the disk takes no more.
    func flush() -> Bool { unsafe gzflush(file, Z_SYNC_FLUSH) == Z_OK }
}
