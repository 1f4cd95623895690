import Foundation
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotData

/// What a kill in the middle of an import leaves on the disk.
@Suite struct AtomicImportTests {
    private struct Stopped: Error {}

    private static let source = DataSource(sha256: "a", lines: 1, kind: .frames, name: "a.jsonl", path: "/a.jsonl")

    /// Rows that no compression makes small, each in a chunk of its own.
    private static func fill(_ writer: SourceWriter, _ random: inout SeededGenerator, rows: Int64) throws {
        let slot = try writer.slot(StreamKey(.lives, "A-1"))
        for number in 0..<rows {
            let time = Timestamp(seconds: 1_777_000_000 + number * 86_400)
            var row = DataRow(key: time, time: time, number: number, kind: .frame)
            row.frame = (0..<1 << 20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            try writer.append(row, to: slot)
        }
    }

    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "kbot-data-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test("rows that reached the disk before a kill are not in the catalogue after it")
    func killed() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let catalogue = try Catalogue(directory: folder + "/data", access: .readWrite)
        var random = SeededGenerator(seed: 1)
        _ = try catalogue.importing { transaction in
            try transaction.add(Self.source, now: Timestamp(seconds: 1)) { writer, _ in
                try Self.fill(writer, &random, rows: 12)
                // The files as they lie there now are what a kill would leave.
                try FileManager.default.copyItem(atPath: folder + "/data", toPath: folder + "/crash")
            }
        }
        #expect(try catalogue.streams().map(\.rows) == [12])
        let written =
            try FileManager.default.attributesOfItem(atPath: folder + "/crash/catalogue.sqlite-wal")[.size] as? Int
        #expect(try #require(written) > 1 << 20)
        let crashed = try Catalogue(directory: folder + "/crash", access: .readWrite)
        #expect(try crashed.sources().isEmpty)
        #expect(try crashed.streams().isEmpty)
        #expect(try crashed.damages().isEmpty)
    }

    @Test("an import that fails in the middle leaves what it was to replace")
    func failed() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let catalogue = try Catalogue(directory: folder, access: .readWrite)
        var random = SeededGenerator(seed: 2)
        _ = try catalogue.importing { transaction in
            try transaction.add(Self.source, now: Timestamp(seconds: 1)) { writer, _ in
                try Self.fill(writer, &random, rows: 2)
            }
        }
        let longer = DataSource(sha256: "b", lines: 2, kind: .frames, name: "a.jsonl", path: "/a.jsonl")
        #expect(throws: Stopped.self) {
            try catalogue.importing { transaction in
                _ = try transaction.add(longer, replacing: ["a"], now: Timestamp(seconds: 2)) { writer, _ in
                    try Self.fill(writer, &random, rows: 3)
                    throw Stopped()
                }
            }
        }
        #expect(try catalogue.sources().map(\.sha256) == ["a"])
        #expect(try catalogue.streams().map(\.rows) == [2])
    }
}
