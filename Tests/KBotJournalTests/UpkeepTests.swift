import Foundation
import GRDB
import KBotEngine
import KBotModel
import Testing

@testable import KBotJournal

@Suite struct JournalUpkeepTests {
    private let day = TimeSpan.hours(24)

    private func count(_ table: String, _ journal: Journal) throws -> Int {
        try journal.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    /// A run of its own that started on a day and ended within the hour.
    private func run(_ journal: Journal, _ name: String, day number: Int64, _ account: JournalAccount? = nil) throws
        -> RunJournal
    {
        let start = JournalStage.start + .hours(24 * number)
        let run = try journal.begin(JournalStage.facts(name, account, at: start))
        run.tell(Told.market())
        for part in 0..<4 { run.tell((0..<100).map { Told.candle(Int64(part * 100 + $0)) }) }
        return run
    }

    private func end(_ run: RunJournal, day number: Int64) throws {
        try run.finish(ending: "done", report: nil, at: JournalStage.start + .hours(24 * number + 1))
    }

    @Test func `old runs go with all their rows, and the file shrinks`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        for number in 0..<6 { try end(run(journal, "r\(number)", day: Int64(number)), day: Int64(number)) }
        let cutoff = JournalStage.start + .hours(24 * 4)
        let dry = try journal.prune(before: cutoff, isDryRun: true, now: cutoff)
        #expect(dry == PruneResult(runs: ["r0", "r1", "r2", "r3"]))
        #expect(try count("candles", journal) == 2_400)
        let result = try journal.prune(before: cutoff, isDryRun: false, now: cutoff)
        #expect(result.runs == dry.runs)
        #expect(result.bytes > 0)
        #expect(try journal.runs(limit: 10).map(\.name) == ["r5", "r4"])
        #expect(try count("candles", journal) == 800)
        for (table, _) in Schema.tablesOfRuns {
            #expect(try count("\(table) WHERE run_id NOT IN (SELECT id FROM runs)", journal) == 0)
        }
        #expect(try JournalCheck(stateDirectory: stage.state).problems == [])
        #expect(try journal.prune(before: cutoff, isDryRun: false, now: cutoff).runs.isEmpty)
    }

    @Test func `texts of scripts go with the last run that used them`() throws {
        let journal = try JournalStage().open()
        try end(run(journal, "r0", day: 0), day: 0)
        let later = try run(journal, "r1", day: 5)
        try later.keep(JournalStage.script(2, text: "return {2}"))
        try end(later, day: 5)
        let cutoff = JournalStage.start + .hours(24)
        _ = try journal.prune(before: cutoff, isDryRun: false, now: cutoff)
        #expect(try count("script_texts", journal) == 3)
        _ = try journal.prune(before: cutoff + .hours(240), isDryRun: false, now: cutoff)
        #expect(try count("script_texts", journal) == 0)
    }

    @Test func `what an account needs to go on stays, however old`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        let account = try JournalStage.paperAccount(journal)
        // r0: an open position; r1: nothing of interest; r2: left what r3 goes on from; r3: the newest.
        let first = try run(journal, "r0", day: 0, account)
        first.tell(Told.order(ClientOrderID(1)))
        try first.save(JournalStage.checkpoint(1))
        try end(first, day: 0)
        try end(run(journal, "r1", day: 1, account), day: 1)
        let third = try run(journal, "r2", day: 2, account)
        let left = try third.save(JournalStage.checkpoint(2))
        try end(third, day: 2)
        var facts = JournalStage.facts("r3", account, at: JournalStage.start + .hours(72))
        facts.resumedFrom = left
        let last = try journal.begin(facts)
        try last.save(JournalStage.checkpoint(3))
        try end(last, day: 3)
        let later = JournalStage.start + .hours(24 * 365)
        #expect(try journal.prune(before: later, isDryRun: false, now: later).runs == ["r1"])
        #expect(try journal.lastCheckpoint(of: account)?.run == "r3")
        #expect(try count("positions", journal) == 1)

        // The market is decided: the fills are history.
        let next = try journal.begin(JournalStage.facts("r4", account, at: JournalStage.start + .hours(96)))
        next.tell(Told.market(), Told.note(.settled(.yes)))
        try next.save(JournalStage.checkpoint(4))
        try end(next, day: 4)
        #expect(try journal.prune(before: later, isDryRun: false, now: later).runs == ["r0", "r2", "r3"])

        // A fresh account takes the name: nothing of the old one is needed.
        _ = try journal.freshAccount(named: "main", kind: .paper, identity: "abc", now: later)
        #expect(try journal.prune(before: later, isDryRun: false, now: later).runs == ["r4"])
        #expect(try JournalCheck(stateDirectory: stage.state).problems == [])
    }

    @Test func `a run that goes on is not pruned`() throws {
        let journal = try JournalStage().open()
        let going = try run(journal, "r0", day: 0)
        try going.flush()
        let now = JournalStage.start + .hours(2)
        #expect(try journal.prune(before: now + .hours(1), isDryRun: false, now: now).runs.isEmpty)
        try end(going, day: 0)
        #expect(try journal.prune(before: now + .hours(1), isDryRun: false, now: now).runs == ["r0"])
    }

    // MARK: Check and salvage

    @Test func `a sound journal is sound, and its rows are counted`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        try end(run(journal, "r0", day: 0), day: 0)
        let check = try JournalCheck(stateDirectory: stage.state)
        #expect(check.isSound)
        #expect(
            check.tables.first { $0.name == "candles" } == JournalCheck.Table(name: "candles", rows: 400, isWhole: true)
        )
        #expect(check.tables.map(\.name).sorted() == Schema.tables.sorted())
    }

    @Test func `a flipped bit in a chunk, a missing chunk and books that do not add up are found`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        let run = try journal.begin(JournalStage.facts("r0", recordsInputs: true))
        for part in 0..<3 {
            run.tell([Told.candle(Int64(part))], [.timer(JournalStage.start)], part)
            try run.flush()
        }
        run.tell([Told.market()] + Told.order(ClientOrderID(1)), [.timer(JournalStage.start)], 3)
        try end(run, day: 0)
        func problems(_ sql: String) throws -> [String] {
            try journal.write(.normal) { db in try db.execute(sql: sql) }
            return try JournalCheck(stateDirectory: stage.state).problems
        }
        #expect(
            try problems("UPDATE effect_chunks SET bytes = x'00' WHERE first = 1")
                == ["run r0: the checksum of the effects from 1 on differs"]
        )
        #expect(try problems("DELETE FROM effect_chunks WHERE first = 1") == ["run r0: the effects 1 to 1 are missing"])
        #expect(try problems("INSERT INTO gaps VALUES (1, 1, 'effects', 1, 1)") == [])
        #expect(
            try problems("UPDATE input_chunks SET crc = crc + 1 WHERE first = 2")
                == ["run r0: the checksum of the inputs from event 2 on differs"]
        )
        #expect(try problems("DELETE FROM input_chunks WHERE first = 2") == ["run r0: the inputs 2 to 2 are missing"])
        #expect(try problems("INSERT INTO gaps VALUES (1, 2, 'inputs', 2, 1)") == [])
        #expect(
            try problems("DELETE FROM fills WHERE trade = 2")
                == ["books: order 1 of run r0 is filled by 500, its fills sum up to 200 (1/100 contracts)"]
        )
        #expect(try problems("DELETE FROM orders") == ["books: a fill in run r0 belongs to no order (1)"])
    }

    @Test func `damaged pages are reported with what can be read, and the rest can be copied out`() throws {
        let stage = try JournalStage()
        var journal: Journal? = try stage.open()
        let path = stage.state + "/journal.sqlite"
        for number in 0..<8 {
            let journal = try #require(journal)
            try end(run(journal, "r\(number)", day: Int64(number)), day: Int64(number))
        }
        // The pages of candles, which are most of the file: one in the middle is overwritten.
        let pages = try #require(journal).read { db in
            try Int.fetchAll(
                db,
                sql: "SELECT pageno FROM dbstat WHERE name = 'candles' AND pagetype = 'leaf' ORDER BY path"
            )
        }
        try journal?.besides { db in _ = try db.checkpoint(.truncate) }
        journal = nil
        try #require(pages.count > 4)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(pages[pages.count / 2] - 1) * 4_096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        try file.close()

        let check = try JournalCheck(stateDirectory: stage.state)
        #expect(!check.isSound)
        let candles = try #require(check.tables.first { $0.name == "candles" })
        #expect(!candles.isWhole)
        #expect((1..<3_200).contains(candles.rows))
        #expect(check.tables.first { $0.name == "runs" } == JournalCheck.Table(name: "runs", rows: 8, isWhole: true))

        let target = stage.directory + "/saved.sqlite"
        let copied = try Salvage.copy(stateDirectory: stage.state, to: target)
        #expect(copied.first { $0.table == "candles" }?.rows == candles.rows)
        #expect(copied.first { $0.table == "runs" }?.rows == 8)
        let saved = try Journal(path: target, access: .readOnly, sync: .normal)
        #expect(try saved.run("last").name == "r7")
        #expect(throws: JournalError.self) { try Salvage.copy(stateDirectory: stage.state, to: target) }
    }

    // MARK: Export

    @Test func `rows are exported as CSV and as JSON lines, of one run or of all`() throws {
        let journal = try JournalStage().open()
        for name in ["r0", "r1"] {
            let run = try journal.begin(JournalStage.facts(name))
            run.tell(Told.note(.script("fade", "say \"hi\",\nthen\t\u{1} ü")))
            try end(run, day: 0)
        }
        func export(_ table: JournalTable, _ run: String?, _ format: ExportFormat) throws -> String {
            var text = ""
            let run = try run.map { name in try journal.run(name) }
            _ = try journal.export(table, of: run, as: format) {
                text += $0; return true
            }
            return text
        }
        #expect(
            try export(.messages, "r1", .csv)
                == "run,time,ticker,kind,source,text\nr1,2026-04-27T18:30:01.000000Z,#0,script,fade,"
                + "\"say \"\"hi\"\",\nthen\t\u{1} ü\"\n"
        )
        let line = try export(.messages, "r1", .jsonl)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["text"] as? String == "say \"hi\",\nthen\t\u{1} ü")
        #expect(try export(.messages, nil, .jsonl).split(separator: "\n").count == 2)
        #expect(try export(.effects, "r0", .jsonl) == "{\"n\":0}\n")
        #expect(try export(.effects, nil, .jsonl) == "{\"n\":0}\n{\"n\":0}\n")
        #expect(try export(.fills, nil, .csv).split(separator: "\n").count == 1)
    }

    @Test(arguments: JournalTable.allCases, ExportFormat.allCases)
    func `every table can be exported`(table: JournalTable, format: ExportFormat) throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r0", JournalStage.paperAccount(journal)))
        run.tell([Told.market()] + Told.order(ClientOrderID(1)))
        try run.save(JournalStage.checkpoint(1))
        try end(run, day: 0)
        let known: Set<JournalTable> = [.runs, .markets, .orders, .orderEvents, .fills, .positions, .effects]
        for run in [nil, try journal.run("r0")] {
            let count = try journal.export(table, of: run, as: format) { _ in true }
            #expect((count > 0) == known.contains(table))
        }
    }

    @Test func `an export ends when nobody listens any more`() throws {
        let journal = try JournalStage().open()
        try end(run(journal, "r0", day: 0), day: 0)
        var lines = 0
        let count = try journal.export(.candles, of: nil, as: .jsonl) { _ in
            lines += 1
            return lines < 10
        }
        #expect(count == 9)
    }
}
