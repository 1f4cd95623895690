import Foundation
import GRDB
import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotJournal

extension JournalTrouble {
    static let disks: [JournalTrouble] = [.full, .readOnly, .inputOutput, .busy, .corrupt]
}

@Suite struct JournalFaultTests {
    private func count(_ table: String, _ journal: Journal) throws -> Int {
        try journal.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test(arguments: JournalTrouble.disks)
    func `a disk that refuses is told at once, nothing of the intent is written, and its end is noticed`(
        trouble: JournalTrouble
    ) throws {
        let faults = JournalFaults()
        let journal = try JournalStage().open(faults: faults)
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        faults.begin(trouble)
        #expect(throws: JournalError.self) { try run.write(intents: [Told.intent(ClientOrderID(1))]) }
        #expect(run.health.trouble == trouble)
        #expect(throws: JournalError.self) { try run.save(JournalStage.checkpoint(1)) }
        #expect(throws: JournalError.self) { try run.flush() }
        #expect(try count("orders", journal) == 0)
        faults.end()
        try run.flush()
        #expect(run.health.trouble == nil)
        try run.write(intents: [Told.intent(ClientOrderID(1))])
        #expect(try count("orders", journal) == 1)
        try run.end()
    }

    @Test(arguments: JournalTrouble.disks)
    func `what was handed over while the disk refused is written when it no longer does`(trouble: JournalTrouble) throws
    {
        let faults = JournalFaults()
        let journal = try JournalStage().open(faults: faults)
        let run = try journal.begin(JournalStage.facts("r1"))
        faults.begin(trouble)
        run.tell(Told.market())
        run.tell(Told.order(ClientOrderID(1)))
        for number in 0..<200 { run.tell(Told.candle(Int64(number))) }
        #expect(throws: JournalError.self) { try run.flush() }
        #expect(throws: JournalError.self) { try run.end() }
        #expect(run.health.keptBytes > 0)
        #expect(run.health.dropped == 0)
        #expect(try count("fills", journal) == 0)
        faults.end()
        try run.end()
        #expect(try count("fills", journal) == 2)
        #expect(try count("candles", journal) == 200)
        #expect(try journal.effectLines(of: journal.run("r1")).all().count == 207)
    }

    @Test func `books that could not be saved come with the next checkpoint`() throws {
        let faults = JournalFaults()
        let journal = try JournalStage().open(faults: faults)
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        run.tell(Told.order(ClientOrderID(1)))
        faults.begin(.full, commits: 1)
        #expect(throws: JournalError.self) { try run.save(JournalStage.checkpoint(1)) }
        #expect(try count("fills", journal) == 0)
        run.tell(Told.order(ClientOrderID(2), trades: 10))
        try run.save(JournalStage.checkpoint(2))
        #expect(try count("fills", journal) == 4)
        try run.end()
    }

    @Test func `when memory is used up, candles and lines are left out and counted, and the books are whole`() throws {
        let faults = JournalFaults()
        let stage = try JournalStage()
        let journal = try stage.open(faults: faults)
        let run = try journal.begin(JournalStage.facts("r1", recordsInputs: true), keptLimit: 50_000)
        run.tell(Told.market())
        try run.flush()
        faults.begin(.full)
        var orders = 0
        for number in 0..<400 {
            let notes = (0..<20).map { Told.candle(Int64(number * 20 + $0)) }
            let events = [Event.timer(JournalStage.start + .seconds(Int64(number)))]
            run.tell(notes, events, number)
            if number % 10 == 0 {
                orders += 1
                run.tell(Told.order(ClientOrderID(Int64(orders)), trades: Int64(orders * 10)), [], number + 1)
            }
        }
        #expect(throws: JournalError.self) { try run.flush() }
        #expect(run.health.dropped > 1_000)
        faults.end()
        try run.flush()
        run.tell([Told.candle(9_999)], [.timer(JournalStage.start + .hours(1))], 400)
        try run.end()
        #expect(try count("fills", journal) == orders * 2)
        #expect(try count("order_events", journal) == orders * 4)
        #expect(try count("orders", journal) == orders)
        let all = 1 + 400 * 20 + orders * 6 + 1
        let covered = try journal.read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT sum(count) FROM effect_chunks)
                      + (SELECT sum(count) FROM gaps WHERE what = 'effects')
                    """
            )
        }
        #expect(covered == all)
        #expect(try count("gaps WHERE what = 'inputs'", journal) >= 1)
        // What was left out is known: the check finds nothing that is missing without a word.
        #expect(try JournalCheck(stateDirectory: stage.state).problems == [])
        var inputs = journal.inputs(of: try journal.run("r1"))
        #expect(throws: JournalError.self) { while try inputs.next() != nil {} }
    }

    @Test func `a database that may not grow any more is a full disk, truly`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        try run.save(JournalStage.checkpoint(1))
        try journal.write(.normal) { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages + 1)")
        }
        let large = JournalStage.checkpoint(2, engine: String(repeating: "x", count: 100_000))
        let error = #expect(throws: JournalError.self) { try run.save(large) }
        guard case .failed(.full, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(try journal.lastCheckpoint(of: journal.accounts()[0])?.checkpoint.afterEvents == 1)
        try journal.write(.normal) { db in _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = 1000000") }
        try run.save(large)
        try run.end()
        #expect(run.health.trouble == nil)
    }

    @Test func `a database that has become read-only is told as that`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        try journal.write(.normal) { db in try db.execute(sql: "PRAGMA query_only = 1") }
        let error = #expect(throws: JournalError.self) { try run.write(intents: [Told.intent(ClientOrderID(1))]) }
        guard case .failed(.readOnly, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `a database that another process holds is busy, and free afterwards`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        let other = try DatabaseQueue(path: journal.path)
        try other.inDatabase { db in
            try db.execute(sql: "PRAGMA locking_mode = NORMAL")
            try db.inTransaction(.immediate) {
                let error = #expect(throws: JournalError.self) {
                    try run.write(intents: [Told.intent(ClientOrderID(1))])
                }
                if case .failed(.busy, _) = error {} else { #expect(Bool(false), "\(String(describing: error))") }
                return .rollback
            }
        }
        try run.write(intents: [Told.intent(ClientOrderID(1))])
        try run.end()
    }

    @Test func `the values of a row that failed are not in the error`() throws {
        let journal = try JournalStage().open()
        let error = #expect(throws: JournalError.self) {
            try journal.write(.normal) { db in
                try db.execute(
                    sql: "INSERT INTO equity (run_id, time, equity) VALUES (?, ?, ?)",
                    arguments: [77, "SECRET", 1]
                )
            }
        }
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test func `over random troubles, every order, fill and line that was handed over is written once and in order`()
        throws
    {
        try forSeeds(0..<25) { random in
            let faults = JournalFaults()
            let stage = try JournalStage()
            let journal = try stage.open(faults: faults)
            let hasAccount = Bool.random(using: &random)
            let account = hasAccount ? try JournalStage.paperAccount(journal) : nil
            let run = try journal.begin(JournalStage.facts("r1", account))
            var lines = 0
            var orders: Int64 = 0
            for step in 0..<60 {
                switch Int.random(in: 0...5, using: &random) {
                case 0:
                    if let trouble = JournalTrouble.disks.randomElement(using: &random) {
                        faults.begin(trouble, commits: Int.random(in: 1...4, using: &random))
                    }
                case 1: faults.end()
                case 2, 3:
                    orders += 1
                    run.tell(Told.order(ClientOrderID(orders), trades: orders * 10))
                    lines += 6
                case 4: if hasAccount { _ = try? run.save(JournalStage.checkpoint(step)) }
                default: try? run.flush()
                }
            }
            faults.end()
            try run.end()
            try hold(try count("fills", journal) == Int(orders) * 2, "fills")
            try hold(try count("order_events", journal) == Int(orders) * 4, "order events")
            let read = try journal.effectLines(of: journal.run("r1")).all()
            try hold(read.count == lines, "\(read.count) lines of \(lines)")
            try hold(read.enumerated().allSatisfy { $1 == "{\"n\":\($0)}" }, "lines in order")
            let problems = try JournalCheck(stateDirectory: stage.state).problems
            try hold(problems.isEmpty, "\(problems)")
        }
    }
}
