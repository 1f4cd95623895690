import CZlib
import Foundation

/// Reads a file line by line, plain or compressed with gzip (in one member or several), without memory per line.
///
/// The first bytes decide whether a file is compressed, not its name.
struct ByteLineReader {
    /// Longest line, in bytes.
    static let longestLine = 16 << 20

    /// The file's path.
    let path: String
    /// Size of the file on disk, in bytes.
    let fileSize: Int
    /// Bytes in memory; ``line`` says which of them are the current line.
    private(set) var buffer: [UInt8]
    /// The current line in ``buffer``, without its line break.
    private(set) var line: Range<Int> = 0..<0
    /// Number of the current line, from 1 on.
    private(set) var lineNumber = 0
    /// Whether the current line is the file's last and lacks its line break: somebody may still be writing it.
    private(set) var isOpenEnded = false
    /// Why the file ended early; nil when it did not.
    private(set) var failure: FeedError?

    private let stream: GzipStream
    private var next = 0
    private var filled = 0
    private var isAtEnd = false

    /// Opens a file.
    init(path: String) throws(FeedError) {
        guard let isFolder = RecordingFiles.isFolder(path) else {
            throw .unreadable(path: path, reason: "no such file")
        }
        guard !isFolder else { throw .unreadable(path: path, reason: "is a folder") }
        guard FileManager.default.isReadableFile(atPath: path), let stream = GzipStream(path: path) else {
            throw .unreadable(path: path, reason: "cannot be opened; check its permissions")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        self.path = path
        fileSize = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        self.stream = stream
        buffer = Array(repeating: 0, count: 1 << 18)
    }

    /// The file's name.
    var name: String { (path as NSString).lastPathComponent }

    /// Bytes of the file consumed, compressed.
    var offset: Int { stream.offset }

    /// The current line as a slice, for parsers that take sequences.
    var slice: ArraySlice<UInt8> { buffer[line] }

    /// Steps to the next line; a carriage return before the line break is no part of it.
    ///
    /// - Returns: false at the end, also when the file ends early: ``failure`` then says why. The cut line is dropped.
    @inline(__always)
    mutating func advance() throws(FeedError) -> Bool {
        while true {
            if let end = lineBreak() {
                take(next..<end)
                next = end &+ 1
                return true
            }
            if isAtEnd {
                guard next < filled, failure == nil else { return false }
                take(next..<filled)
                next = filled
                isOpenEnded = true
                return true
            }
            try fill()
        }
    }

    @inline(__always) private mutating func take(_ range: Range<Int>) {
        lineNumber &+= 1
        let hasReturn = !range.isEmpty && buffer[range.upperBound &- 1] == UInt8(ascii: "\r")
        line = hasReturn ? range.lowerBound..<range.upperBound &- 1 : range
    }

    /// The index of the next line break in memory.
    @inline(__always) private func lineBreak() -> Int? {
        guard next < filled else { return nil }
        return unsafe buffer.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + next, Int32(UInt8(ascii: "\n")), filled &- next)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Moves what is left to the front and reads on behind it.
    private mutating func fill() throws(FeedError) {
        if next > 0 {
            buffer.replaceSubrange(0..<filled - next, with: buffer[next..<filled])
            filled -= next
            next = 0
        }
        if filled == buffer.count {
            guard buffer.count < Self.longestLine else { throw .lineTooLong(path: path, line: lineNumber + 1) }
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
        let read = stream.read(into: &buffer, from: filled)
        filled += read
        guard read == 0 else { return }
        isAtEnd = true
        switch stream.failure {
        case nil: break
        case .truncated?: failure = .truncated(path: path, line: lineNumber)
        case .damaged(let reason)?: failure = .damaged(path: path, line: lineNumber, reason: reason)
        }
    }
}

/// A file opened by zlib, which passes plain files through.
///
/// Safe to use: the handle is private, and zlib never writes beyond the count it is given.
@safe
private final class GzipStream {
    /// Why the data ended before its time.
    enum Failure {
        case truncated
        case damaged(String)
    }

    private let file: gzFile

    init?(path: String) {
        guard let file = unsafe gzopen(path, "rb") else { return nil }
        unsafe self.file = unsafe file
        _ = unsafe gzbuffer(file, 1 << 17)
    }

    deinit { _ = unsafe gzclose(file) }

    /// Reads into the rest of a buffer; 0 at the end, or when nothing more can be read.
    func read(into buffer: inout [UInt8], from start: Int) -> Int {
        let count = buffer.count - start
        let read = unsafe buffer.withUnsafeMutableBufferPointer { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe gzread(file, base + start, UInt32(count))
        }
        return max(0, Int(read))
    }

    /// Why the end is none; nil at a true end.
    var failure: Failure? {
        var code: Int32 = 0
        let message = unsafe gzerror(file, &code)
        switch code {
        case Z_OK, Z_STREAM_END: return nil
        case Z_BUF_ERROR: return .truncated
        default: return .damaged(unsafe message.map { unsafe String(cString: $0) } ?? "error \(code)")
        }
    }

    var offset: Int { max(0, Int(unsafe gzoffset(file))) }
}
