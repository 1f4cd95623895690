import Foundation
import Synchronization
import Testing

@testable import KBotRuntime

/// Keeps the lines it is given.
private final class KeptLines: LogSink {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func write(_ line: String) { kept.withLock { $0.append(line) } }
}

@Suite struct RotatingFileSinkTests {
    private let home: FeedFolder
    private let fallback = KeptLines()
    private var path: String { home.path + "/kbot.log" }

    init() throws { home = try FeedFolder() }

    private func sink(most: Int = 100, keep: Int = 2) throws -> RotatingFileSink {
        try RotatingFileSink(path: path, most: most, keep: keep, fallback: fallback)
    }

    private func lines(_ suffix: String = "") -> [String] {
        let text = (try? String(contentsOfFile: path + suffix, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? []).sorted() }

    @Test func `a full file becomes number one, the youngest stay, and no line is lost or split`() throws {
        let sink = try sink()
        // 50 bytes a line: two in each file.
        let all = (0..<7).map { "\($0)" + String(repeating: "x", count: 48) }
        for line in all { sink.write(line) }
        #expect(lines(".2") == Array(all[2...3]) && lines(".1") == Array(all[4...5]) && lines() == [all[6]])
        #expect(files == ["kbot.log", "kbot.log.1", "kbot.log.2"] && fallback.lines.isEmpty)
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: home.path + "/" + file)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test func `a line that is longer than a file gets one of its own`() throws {
        let sink = try sink()
        let long = String(repeating: "y", count: 500)
        for line in ["a", long, "b"] { sink.write(line) }
        #expect(lines(".2") == ["a"] && lines(".1") == [long] && lines() == ["b"])
    }

    @Test func `without older files the log begins anew`() throws {
        let sink = try sink(most: 10, keep: 0)
        for line in ["12345678", "abc"] { sink.write(line) }
        #expect(lines() == ["abc"] && files == ["kbot.log"])
    }

    @Test func `a file from before is gone on with`() throws {
        try home.write("kbot.log", "before\n")
        try sink().write("after")
        #expect(lines() == ["before", "after"])
    }

    @Test func `a file that somebody else moved is made anew`() throws {
        let sink = try sink()
        sink.write("one")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        sink.write("two")
        #expect(lines(".old") == ["one"] && lines() == ["two"])
    }

    @Test func `two runs may share a file`() throws {
        let (first, second) = (try sink(most: 64), try sink(most: 64))
        for number in 0..<8 {
            (number.isMultiple(of: 2) ? first : second).write("\(number)" + String(repeating: "z", count: 20))
        }
        let kept = lines(".2") + lines(".1") + lines()
        #expect(kept.compactMap(\.first) == Array("234567") && fallback.lines.isEmpty)
    }

    @Test func `what cannot be written goes to the other place, which first says why, and the file is tried again`()
        throws
    {
        let sink = try sink()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        for line in ["one", "two"] { sink.write(line) }
        #expect(fallback.lines.count == 3 && fallback.lines[1...] == ["one", "two"])
        #expect(
            fallback.lines.first?.hasPrefix("kbot: the log file cannot be written, its lines go to standard error: ")
                == true
        )
        try FileManager.default.removeItem(atPath: path)
        sink.write("three")
        #expect(lines() == ["three"] && fallback.lines.count == 3)
    }

    #if os(Linux)
        @Test func `a full disk loses no line and stops nobody`() throws {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
            let sink = try sink()
            for line in ["one", "two"] { sink.write(line) }
            #expect(fallback.lines.first?.contains("No space left on device") == true)
            #expect(fallback.lines.dropFirst() == ["one", "two"])
        }
    #endif

    @Test func `a rotation that is not possible lets the file grow`() throws {
        let sink = try sink(most: 20, keep: 1)
        sink.write("0123456789")
        try FileManager.default.createDirectory(atPath: path + ".1/inside", withIntermediateDirectories: true)
        for line in ["abcdefghij", "klmnopqrst"] { sink.write(line) }
        #expect(lines() == ["0123456789", "abcdefghij", "klmnopqrst"] && fallback.lines.isEmpty)
    }

    @Test func `a place that is none is an error at the start`() {
        #expect(throws: ControlError.self) { try RotatingFileSink(path: home.path + "/no/such", most: 10, keep: 1) }
    }
}
