import Foundation

/// Small files that others read while they are rewritten: there is the old one or the new one, never half of either.
enum AtomicFile {
    /// Writes a file for its owner alone, beside its place, and moves it there.
    ///
    /// - Parameters:
    ///   - bytes: What it holds.
    ///   - path: Its place; the folder must be there.
    ///   - synchronously: Whether it is on the disk before this returns.
    /// - Throws: ``ControlError`` with the path and the reason; what stood there before stays.
    static func write(_ bytes: [UInt8], to path: String, synchronously: Bool) throws(ControlError) {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let draft = "\(folder)/.\(url.lastPathComponent).\(getpid()).new"
        _ = unsafe unlink(draft)
        let number = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw ControlError("\(path): \(unsafe String(cString: strerror(errno)))") }
        var failure: Int32 = 0
        do {
            let file = Descriptor(number)
            if !writeAll(bytes, to: file.number) { failure = errno }
            if failure == 0, synchronously, fsync(file.number) != 0 { failure = errno }
        }
        if failure == 0, unsafe rename(draft, path) != 0 { failure = errno }
        guard failure == 0 else {
            _ = unsafe unlink(draft)
            throw ControlError("\(path): \(unsafe String(cString: strerror(failure)))")
        }
        if synchronously {
            let number = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if number >= 0 {
                _ = fsync(number)
                close(number)
            }
        }
    }
}

/// Writes bytes to a file; false when that failed, with the reason in `errno`.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
        }
        if count > 0 {
            done += count
        } else if errno != EINTR {
            return false
        }
    }
    return true
}
