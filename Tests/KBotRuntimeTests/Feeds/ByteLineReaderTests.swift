import Testing

@testable import KBotRuntime

struct ByteLineReaderTests {
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    private func lines(_ reader: inout ByteLineReader) throws -> [String] {
        var lines: [String] = []
        while try reader.advance() { lines.append(String(decoding: reader.slice, as: UTF8.self)) }
        return lines
    }

    @Test(arguments: [("a\nb\n", ["a", "b"]), ("a\r\n\r\nb", ["a", "", "b"]), ("", []), ("\n", [""])])
    func `lines end at a line break or at the end`(text: String, expected: [String]) throws {
        var reader = try ByteLineReader(path: folder.write("x", text))
        #expect(try lines(&reader) == expected)
        #expect(reader.lineNumber == expected.count && reader.failure == nil)
    }

    @Test func `the first bytes decide whether a file is compressed`() throws {
        var packed = try ByteLineReader(path: folder.write("x.csv", gzipped("a\nb\n")))
        #expect(try lines(&packed) == ["a", "b"])
        var plain = try ByteLineReader(path: folder.write("y.gz", "a\nb\n"))
        #expect(try lines(&plain) == ["a", "b"])
    }

    @Test func `members of a compressed file follow one another, even inside a line`() throws {
        var reader = try ByteLineReader(path: folder.write("x.gz", gzipped("a\nb") + gzipped("c\nd\n") + gzipped("e")))
        #expect(try lines(&reader) == ["a", "bc", "d", "e"])
        #expect(reader.failure == nil)
    }

    @Test func `a cut compressed file gives its whole lines, then says where it was cut`() throws {
        let whole = gzipped((1...1_000).map { "line \($0)" }.joined(separator: "\n"))
        let path = try folder.write("x.gz", Array(whole.prefix(whole.count / 2)))
        var reader = try ByteLineReader(path: path)
        let lines = try lines(&reader)
        #expect(lines.count > 100 && lines == (1...lines.count).map { "line \($0)" })
        #expect(reader.failure == .truncated(path: path, line: lines.count))
    }

    @Test func `a damaged compressed file is told from a cut one`() throws {
        var bytes = gzipped("a\nb\n")
        bytes[bytes.count - 6] ^= 0xFF
        var reader = try ByteLineReader(path: folder.write("x.gz", bytes))
        _ = try lines(&reader)
        guard case .damaged(_, _, let reason)? = reader.failure else { return #expect(Bool(false)) }
        #expect(reason.contains("check"))
    }

    @Test func `lines longer than the buffer are read whole, up to a limit`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        var reader = try ByteLineReader(path: folder.write("x", "a\n\(long)\nb\n"))
        #expect(try lines(&reader) == ["a", long, "b"])
        let path = try folder.write("y", [UInt8](repeating: 0x78, count: ByteLineReader.longestLine + 1))
        var endless = try ByteLineReader(path: path)
        #expect(throws: FeedError.lineTooLong(path: path, line: 1)) { try endless.advance() }
    }

    @Test(arguments: [false, true])
    func `a file that waits for its turn, or has had it, holds next to no memory`(isPacked: Bool) throws {
        let expected = (1...40_000).map { "line \($0)" }
        let lines = expected.map { $0 + "\n" }
        let parts = stride(from: 0, to: lines.count, by: 5_000).map { lines[$0..<$0 + 5_000].joined() }
        let bytes = parts.flatMap { isPacked ? gzipped($0) : Array($0.utf8) }
        var reader = try ByteLineReader(path: folder.write("x", bytes))
        #expect(try reader.advance() && String(decoding: reader.slice, as: UTF8.self) == "line 1")
        #expect(reader.buffer.count <= 4_096)
        #expect(try self.lines(&reader) == Array(expected.dropFirst()))
        #expect(reader.buffer.isEmpty && reader.failure == nil && reader.offset == reader.fileSize)
        #expect(try !reader.advance() && reader.lineNumber == 40_000)
    }

    @Test func `a file that is replaced by another between its first lines and the rest is refused`() throws {
        let lines = (1...2_000).map { "line \($0)\n" }.joined()
        let path = try folder.write("x", lines)
        var reader = try ByteLineReader(path: path)
        #expect(try reader.advance())
        _ = try folder.write("x", "another" + lines)
        let error = #expect(throws: FeedError.self) { while try reader.advance() {} }
        #expect(error?.description == "\(path): the file changed while it was read: give the command again")
    }

    @Test(arguments: [false, true])
    func `a pipe is read to its end, though it can be read but once`(isPacked: Bool) throws {
        let expected = (1...60_000).map { "line \($0)" }
        let parts = stride(from: 0, to: 60_000, by: 5_000).map { first in
            expected[first..<first + 5_000].map { $0 + "\n" }.joined()
        }
        let path = try folder.pipe("x", parts.flatMap { isPacked ? gzipped($0) : Array($0.utf8) })
        var reader = try ByteLineReader(path: path)
        #expect(try lines(&reader) == expected)
        #expect(reader.failure == nil && reader.buffer.isEmpty)
    }

    @Test(arguments: [1, 3, 500, 9_000], [false, true])
    func `a look ahead changes nothing`(count: Int, isPipe: Bool) throws {
        let expected = (1...5_000).map { "line \($0)" }
        let bytes = Array((expected.joined(separator: "\r\n")).utf8)
        var reader = try ByteLineReader(path: isPipe ? folder.pipe("x", bytes) : folder.write("x", bytes))
        #expect(try reader.advance())
        for _ in 0..<2 {
            let ahead = try reader.ahead(count).map { String(decoding: reader.buffer[$0], as: UTF8.self) }
            #expect(ahead == Array(expected.dropFirst().prefix(count)))
        }
        #expect(try lines(&reader) == Array(expected.dropFirst()))
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: FeedError.unreadable(path: "/nowhere/x.csv", reason: "no such file")) {
            try ByteLineReader(path: "/nowhere/x.csv")
        }
    }
}
