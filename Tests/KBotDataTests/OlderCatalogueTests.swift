import Foundation
import GRDB
import KBotModel
import Testing

@testable import KBotData

/// Catalogues that an older kbot made.
@Suite struct OlderCatalogueTests {
    private static let market = "KXBTC15M-26APR271445-45"

    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "kbot-data-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func opened(_ access: Catalogue.Access = .readWrite) throws -> Catalogue {
        try Catalogue(directory: folder, access: access)
    }

    private static func source(_ name: String, lines: Int = 1, _ kind: DataSource.Kind) -> DataSource {
        DataSource(sha256: name, lines: lines, kind: kind, name: name, path: "/" + name)
    }

    private static func bar(_ minute: Int64, _ volume: Int64) -> DataBar {
        let start = Timestamp(seconds: 1_777_000_020 + minute * 60)
        return DataBar(start: start, open: 5_000, high: 5_100, low: 4_900, close: 5_000, volume: volume, count: 0)
    }

    private func add(_ catalogue: Catalogue, _ name: String, _ bars: [DataBar]) throws -> DataSource {
        try catalogue.importing { transaction in
            try transaction.add(Self.source(name, .candles), now: Timestamp(seconds: 1)) { writer, _ in
                let slot = try writer.slot(StreamKey(.candles, "M", interval: .minutes(1)))
                for bar in bars { try writer.append(bar, to: slot) }
            }
        }
    }

    private func volumes(_ catalogue: Catalogue) throws -> [Int64] {
        let reader = try #require(try BarReader(catalogue, StreamKey(.candles, "M", interval: .minutes(1))))
        var volumes: [Int64] = []
        while let bars = try reader.next() { volumes += bars.map(\.volume) }
        return volumes
    }

    @Test func `one of the second version reads as it is, and candles of its files do not give way`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let queue = try DatabaseQueue(path: Catalogue.path(in: folder))
        try queue.write { db in try CatalogueSchema.migrate(db, to: 2) }
        let chunk = try SealedChunk(sealing: BarColumns.encoded([Self.bar(0, 10), Self.bar(1, 10)]))
        try queue.write { db in
            try db.execute(sql: "INSERT INTO streams VALUES (1, 'candles', 'M', 'M', 60000000)")
            try db.execute(sql: "INSERT INTO sources VALUES (1, 'a', 'candles', 'a.csv', '/a.csv', 3, 2, 0, 0, '', 1)")
            try db.execute(
                sql: "INSERT INTO chunks VALUES (1, 1, 1, 20567, ?, ?, 0, 2, 0, ?, ?, ?)",
                arguments: [
                    Self.bar(0, 0).start.microseconds, Self.bar(1, 0).start.microseconds, chunk.size, chunk.sum,
                    chunk.bytes.databaseBlob,
                ]
            )
        }
        try queue.close()
        #expect(try volumes(opened(.readOnly)) == [10, 10])
        let catalogue = try opened()
        let fuller = try add(catalogue, "b", [Self.bar(0, 10), Self.bar(1, 20)])
        #expect(fuller.known == 1 && fuller.contrary == 1)
        #expect(try volumes(catalogue) == [10, 10])
        // A file imported since does give way where it ends.
        #expect(try add(catalogue, "c", [Self.bar(2, 10)]).rows == 1)
        #expect(try add(catalogue, "d", [Self.bar(2, 30), Self.bar(3, 1)]).rows == 2)
        #expect(try volumes(catalogue) == [10, 10, 30, 1])
    }

    /// Lives as they were kept: of all markets together.
    private func addLives(_ catalogue: Catalogue) throws {
        try catalogue.importing { transaction in
            let marks = [LineMark(lines: 1, sha256: "first")]
            _ = try transaction.add(Self.source("old", lines: 3, .frames), marks: marks, now: .distantPast) {
                writer,
                _ in
                try Self.fill(writer, ["A", "B", "C"], in: ["", "", ""])
            }
        }
    }

    private static func fill(_ writer: SourceWriter, _ frames: [String], in names: [String]) throws {
        for (number, (frame, name)) in zip(frames, names).enumerated() {
            let time = Timestamp(seconds: 1_777_000_000 + Int64(number))
            var row = DataRow(key: time, time: time, number: Int64(number), kind: .frame)
            row.frame = Array(frame.utf8)
            try writer.append(row, to: writer.slot(StreamKey(.lives, name)))
        }
    }

    @Test func `lives that have no market's name are read and counted with any selection`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let catalogue = try opened()
        var selection = DataSelection()
        selection.markets = [Self.market]
        let before = try catalogue.contents(selection)
        try addLives(catalogue)
        let reader = try CatalogueReader(catalogue, selection)
        let run = try #require(try reader.next())
        #expect(run.chunk.kind == .lives && run.chunk.name.isEmpty && run.range.count == 3)
        let now = try catalogue.contents(selection)
        #expect(before.differences(in: now) == ["old: imported since; the run knew nothing of it"])
        #expect(now.markets == 0)
    }

    @Test(arguments: [(["A", "B"], true), (["B"], true), (["A", "D"], false)])
    func `a copy of a recording is known by lives that have no market's name`(frames: [String], isCopy: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let catalogue = try opened()
        try addLives(catalogue)
        let longer = try catalogue.importing { transaction in
            let copy = try transaction.add(Self.source("copy", lines: 2, .frames), now: .distantPast) { writer, _ in
                // Each at the time that it has in the longer one.
                for frame in frames {
                    let number = Int64(frame.utf8.first ?? 0) - Int64(UInt8(ascii: "A"))
                    let time = Timestamp(seconds: 1_777_000_000 + number)
                    var row = DataRow(key: time, time: time, number: number, kind: .frame)
                    row.frame = Array(frame.utf8)
                    try writer.append(row, to: writer.slot(StreamKey(.lives, Self.market)))
                }
            }
            return try transaction.longerCopy(of: copy, LineMark(lines: 1, sha256: "first"))
        }
        #expect((longer == "old") == isCopy)
    }
}
