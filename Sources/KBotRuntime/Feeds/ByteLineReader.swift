import CZlib
import Foundation

/// Reads a file line by line, plain or compressed with gzip (in one member or several), without memory per line.
///
/// The first bytes decide whether a file is compressed, not its name. Many files are opened together, to learn where each
/// begins, and read one after the other: one that waits for its turn, or has had it, holds next to no memory. It is closed
/// after its first bytes and opened again for the rest; what can be read but once, such as a pipe, stays open.
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

    /// Bytes read when a file is opened, enough for a header and a first row.
    private static let glance = 1 << 12
    /// Bytes read at a time from then on.
    private static let chunk = 1 << 18

    /// The open file; nil between the first bytes and the next, and after the end.
    private var stream: GzipStream?
    /// The first bytes, by which the file is known again when it is opened for the rest; empty once that is done.
    private var beginning: [UInt8]?
    /// ``offset`` while no file is open.
    private var lastOffset = 0
    private var next = 0
    private var filled = 0
    private var isAtEnd = false

    /// Opens a file.
    init(path: String) throws(FeedError) {
        guard let isFolder = RecordingFiles.isFolder(path) else {
            throw .unreadable(path: path, reason: "no such file")
        }
        guard !isFolder else { throw .unreadable(path: path, reason: "is a folder") }
        let isPipe = !RecordingFiles.isRegular(path)
        let buffer = isPipe ? Self.chunk : Self.glance
        guard FileManager.default.isReadableFile(atPath: path),
            let stream = GzipStream(path: path, buffer: isPipe ? buffer / 2 : buffer)
        else {
            throw .unreadable(path: path, reason: "cannot be opened; check its permissions")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        self.path = path
        fileSize = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        self.stream = stream
        self.buffer = Array(repeating: 0, count: buffer)
        if isPipe { beginning = [] }
    }

    /// The file's name.
    var name: String { (path as NSString).lastPathComponent }

    /// Bytes of the file consumed, compressed.
    var offset: Int { stream?.offset ?? lastOffset }

    /// The current line as a slice, for parsers that take sequences.
    var slice: ArraySlice<UInt8> { buffer[line] }

    /// Steps to the next line; a carriage return before the line break is no part of it.
    ///
    /// - Returns: false at the end, also when the file ends early: ``failure`` then says why. The cut line is dropped.
    @inline(__always)
    mutating func advance() throws(FeedError) -> Bool {
        while true {
            if let end = lineBreak(from: next) {
                take(next..<end)
                next = end &+ 1
                return true
            }
            if isAtEnd {
                guard next < filled, failure == nil else {
                    letGo()
                    return false
                }
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
        line = withoutReturn(range)
    }

    @inline(__always) private func withoutReturn(_ range: Range<Int>) -> Range<Int> {
        let hasReturn = !range.isEmpty && buffer[range.upperBound &- 1] == UInt8(ascii: "\r")
        return hasReturn ? range.lowerBound..<range.upperBound &- 1 : range
    }

    /// The index of the next line break in memory.
    @inline(__always) private func lineBreak(from next: Int) -> Int? {
        guard next < filled else { return nil }
        return unsafe buffer.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + next, Int32(UInt8(ascii: "\n")), filled &- next)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Looks at the next lines without a step: where they are in ``buffer``, at most so many of them.
    ///
    /// The current line is gone; the ranges hold until the next step.
    ///
    /// - Throws: ``FeedError`` when a line is too long, or the file cannot be read on.
    mutating func ahead(_ count: Int) throws(FeedError) -> [Range<Int>] {
        line = 0..<0
        while true {
            var lines: [Range<Int>] = []
            var place = next
            while lines.count < count, let end = lineBreak(from: place) {
                lines.append(withoutReturn(place..<end))
                place = end + 1
            }
            if lines.count == count { return lines }
            if isAtEnd {
                if place < filled, failure == nil { lines.append(withoutReturn(place..<filled)) }
                return lines
            }
            try fill()
        }
    }

    /// Moves what is left to the front and reads on behind it.
    private mutating func fill() throws(FeedError) {
        if next > 0 {
            buffer.replaceSubrange(0..<filled - next, with: buffer[next..<filled])
            filled -= next
            next = 0
        }
        if stream == nil { try reopen() }
        guard !isAtEnd else { return }
        if filled == buffer.count {
            guard buffer.count < Self.longestLine else { throw .lineTooLong(path: path, line: lineNumber + 1) }
            buffer += Array(repeating: 0, count: buffer.count)
        }
        let read = stream?.read(into: &buffer, from: filled) ?? 0
        filled += read
        if read == 0 {
            end()
        } else if beginning == nil {
            beginning = Array(buffer[..<filled])
            close()
        }
    }

    /// Opens the file again for what follows the first bytes.
    private mutating func reopen() throws(FeedError) {
        guard let beginning, let stream = GzipStream(path: path, buffer: Self.chunk / 2) else {
            throw .unreadable(path: path, reason: "cannot be opened again; was it moved while it was read?")
        }
        self.beginning = []
        self.stream = stream
        buffer += Array(repeating: 0, count: Self.chunk - buffer.count)
        var again = Array(repeating: UInt8(0), count: beginning.count)
        let read = stream.read(into: &again, from: 0)
        if read < again.count, stream.failure != nil { return end() }
        guard read == again.count, again == beginning else {
            throw .unreadable(path: path, reason: "the file changed while it was read: give the command again")
        }
    }

    /// Notes how the file ended.
    private mutating func end() {
        isAtEnd = true
        switch stream?.failure {
        case nil: break
        case .truncated?: failure = .truncated(path: path, line: lineNumber)
        case .damaged(let reason)?: failure = .damaged(path: path, line: lineNumber, reason: reason)
        }
        close()
    }

    private mutating func close() {
        lastOffset = offset
        stream = nil
    }

    /// Gives the memory back: there is no further line.
    private mutating func letGo() {
        buffer = []
        (line, next, filled) = (0..<0, 0, 0)
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

    /// Opens a file; zlib takes three times as much memory as `buffer` says.
    init?(path: String, buffer: Int) {
        guard let file = unsafe gzopen(path, "rb") else { return nil }
        unsafe self.file = unsafe file
        _ = unsafe gzbuffer(file, UInt32(buffer))
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
