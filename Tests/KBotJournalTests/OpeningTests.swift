import Foundation
import GRDB
import KBotModel
import Testing

@testable import KBotJournal

@Suite struct JournalOpeningTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// A database made by hand.
    private func plain(_ stage: JournalStage, _ sql: String) throws {
        try FileManager.default.createDirectory(atPath: stage.state, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: stage.state + "/journal.sqlite")
        try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
        try queue.close()
    }

    @Test func `directory and files are the owner's alone`() throws {
        let stage = try JournalStage()
        let journal = try Journal(stateDirectory: stage.state + "/deep", access: .readWrite)
        let run = try journal.begin(JournalStage.facts("r1"))
        #expect(try mode(stage.state) == 0o700)
        #expect(try mode(stage.state + "/deep") == 0o700)
        for file in ["", "-wal", "-shm"] { #expect(try mode(journal.path + file) == 0o600) }
        try run.end()
    }

    @Test func `rights that others had in the file are taken away`() throws {
        let stage = try JournalStage()
        _ = try stage.open()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: stage.state + "/journal.sqlite")
        _ = try stage.open()
        #expect(try mode(stage.state + "/journal.sqlite") == 0o600)
    }

    @Test func `a new database says what it is, keeps a write-ahead log and checks references`() throws {
        let journal = try JournalStage().open()
        try journal.besides { db in
            #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == Schema.version)
            #expect(try Int32.fetchOne(db, sql: "PRAGMA application_id") == Schema.application)
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            #expect(try Int.fetchOne(db, sql: "PRAGMA foreign_keys") == 1)
            #expect(try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2)
            let loose = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND schema = 'main'
                      AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                    """
            )
            #expect(loose.isEmpty)
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                      AND name NOT LIKE 'grdb_%' ORDER BY name
                    """
            )
            #expect(tables == Schema.tables.sorted())
        }
    }

    @Test func `commits wait for the disk when asked, each time`() throws {
        let journal = try JournalStage().open()
        for (sync, level) in [(JournalSync.full, 2), (.normal, 1), (.full, 2), (.full, 2), (.normal, 1)] {
            #expect(try journal.write(sync) { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") } == level)
        }
    }

    @Test func `the first version's database is upgraded, and nothing of it is lost`() throws {
        let stage = try JournalStage()
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/journal-v1.sql")
        try plain(stage, try String(contentsOf: fixture, encoding: .utf8))
        #expect(throws: JournalError.older(found: 1, known: Schema.version)) { try stage.open(.readOnly) }
        let journal = try stage.open()
        let run = try journal.run("last")
        #expect(run.name == "20260401-090000-aaaa")
        #expect(run.account == "main")
        #expect(run.ending == "done")
        #expect(try journal.scripts(of: run).map(\.name) == ["fade"])
        let account = try #require(try journal.accounts().first)
        let saved = try #require(try journal.lastCheckpoint(of: account))
        #expect(saved.checkpoint.afterEvents == 1_000)
        #expect(try journal.intents(of: account, after: saved).map(\.order.id.sequence) == [3])
        var lines: [String] = []
        _ = try journal.export(.positions, of: nil, as: .csv) {
            lines.append($0); return true
        }
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("main,,KXBTC15M-26APR010915-15,5.00,0.012345,") == true)
        #expect(try JournalCheck(stateDirectory: stage.state).problems == [])
    }

    @Test func `a newer kbot's database is refused and left as it is`() throws {
        let stage = try JournalStage()
        _ = try stage.open()
        try plain(stage, "PRAGMA user_version = 99")
        for access in [JournalAccess.readWrite, .readOnly] {
            #expect(throws: JournalError.newer(found: 99, known: Schema.version)) { try stage.open(access) }
        }
        #expect(throws: JournalError.newer(found: 99, known: Schema.version)) {
            try JournalCheck(stateDirectory: stage.state)
        }
    }

    @Test func `another program's database is refused`() throws {
        let stage = try JournalStage()
        try plain(stage, "CREATE TABLE songs (title TEXT)")
        #expect(throws: JournalError.corrupt("it is the database of another program")) { try stage.open() }
    }

    @Test func `a file that is no database is reported, not overwritten`() throws {
        let stage = try JournalStage()
        try FileManager.default.createDirectory(atPath: stage.state, withIntermediateDirectories: true)
        let text = String(repeating: "not a database at all. ", count: 400)
        try text.write(toFile: stage.state + "/journal.sqlite", atomically: true, encoding: .utf8)
        let error = #expect(throws: JournalError.self) { try stage.open() }
        guard case .corrupt = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.description.contains("kbot journal check") == true)
        #expect(try String(contentsOfFile: stage.state + "/journal.sqlite", encoding: .utf8) == text)
        #expect(try JournalCheck(stateDirectory: stage.state).isSound == false)
    }

    @Test func `reading needs a journal, and makes none`() throws {
        let stage = try JournalStage()
        #expect(throws: JournalError.missing(stage.state + "/journal.sqlite")) { try stage.open(.readOnly) }
        #expect(!FileManager.default.fileExists(atPath: stage.state))
    }

    @Test func `a reader sees a run that goes on, and cannot write`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        let run = try journal.begin(JournalStage.facts("r1"))
        let reader = try stage.open(.readOnly)
        #expect(try reader.runs(limit: 10).map(\.name) == ["r1"])
        run.tell(Told.market())
        run.tell(Told.order(ClientOrderID(1)))
        try run.flush()
        #expect(try reader.effectLines(of: reader.run("r1")).all().count == 7)
        #expect(throws: JournalError.self) { try reader.begin(JournalStage.facts("r2")) }
        try run.end()
    }

    @Test func `a run is found by its name, by the beginning of it, and as the last`() throws {
        let journal = try JournalStage().open()
        for name in ["20260401-aa", "20260401-ab", "20260402-aa"] { try journal.begin(JournalStage.facts(name)).end() }
        #expect(try journal.run("last").name == "20260402-aa")
        #expect(try journal.run("20260402").name == "20260402-aa")
        #expect(try journal.run("20260401-ab").name == "20260401-ab")
        #expect(try journal.run("last").seed == .max)
        let several = #expect(throws: JournalError.self) { try journal.run("20260401") }
        #expect(several?.description == "several runs begin with 20260401: 20260401-ab, 20260401-aa")
        #expect(throws: JournalError.self) { try journal.run("%") }
        #expect(throws: JournalError.self) { try journal.begin(JournalStage.facts("20260401-aa")) }
    }
}

extension EffectChunks {
    /// All lines, read to the end.
    func all() throws -> [Substring] {
        var chunks = self
        var text = ""
        while let chunk = try chunks.next() { text += String(decoding: chunk.bytes, as: UTF8.self) }
        return text.split(separator: "\n")
    }
}
