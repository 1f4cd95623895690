import Foundation
import GRDB
import KBotEngine
import KBotModel
import Testing

@testable import KBotJournal

@Suite struct RunJournalTests {
    private func id(_ number: Int32, epoch: Int32 = 0) -> ClientOrderID { ClientOrderID(epoch: epoch, number: number) }

    private func count(_ table: String, _ journal: Journal) throws -> Int {
        try journal.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test(arguments: JournalSync.allCases)
    func `an intent can be read by others as soon as it is written, though nothing was closed`(sync: JournalSync) throws
    {
        let stage = try JournalStage()
        let journal = try stage.open(sync: sync)
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        let intents = [Told.intent(id(1)), Told.intent(id(2))]
        try run.write(intents: intents)
        #expect(try stage.open(.readOnly).intents(of: account, after: nil) == intents)
        // As a process that is killed leaves it: the files copied while everything is open.
        let copy = try JournalStage()
        try FileManager.default.copyItem(atPath: stage.state, toPath: copy.state)
        #expect(try copy.open().intents(of: account, after: nil) == intents)
        try run.end()
    }

    @Test func `an order is written down once`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1", JournalStage.paperAccount(journal)))
        try run.write(intents: [Told.intent(id(1))])
        #expect(throws: JournalError.self) { try run.write(intents: [Told.intent(id(2)), Told.intent(id(1))]) }
        #expect(try count("orders", journal) == 1)
        try run.write(intents: [Told.intent(id(2))])
        #expect(try count("orders", journal) == 2)
        try run.end()
    }

    @Test func `a checkpoint carries the rows of the books told before it, and they come with it alone`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        try run.write(intents: [Told.intent(id(1))])
        run.tell(Told.market())
        run.tell(Told.order(id(1)) + [Told.note(.closed(Told.closed())), Told.note(.blocked("DAILY_LOSS_LIMIT"))])
        try run.flush()
        #expect(try count("fills", journal) == 0)
        #expect(try count("markets", journal) == 1)
        try run.save(JournalStage.checkpoint(5))
        #expect(try count("fills", journal) == 2)
        #expect(try count("order_events", journal) == 4)
        #expect(try count("trades", journal) == 1)
        #expect(try count("blocks", journal) == 1)
        let order = try journal.read { db in try Row.fetchOne(db, sql: "SELECT * FROM v_orders") }
        #expect(order?["state"] == "filled")
        #expect(order?["filled"] == "5.00")
        #expect(order?["strategy"] == "fade")
        #expect(order?["expires"] == "2026-04-27T18:35:00.000000Z")
        try run.end()
    }

    @Test func `of a run's checkpoints the first and the last are kept`() throws {
        let stage = try JournalStage()
        let journal = try stage.open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        for number in 1...5 { try run.save(JournalStage.checkpoint(number, engine: "\(number)")) }
        let last = try #require(try journal.lastCheckpoint(of: account))
        #expect(last.checkpoint == JournalStage.checkpoint(5, engine: "5"))
        #expect(last.run == "r1")
        #expect(try journal.firstCheckpoint(of: journal.run("r1"))?.checkpoint.afterEvents == 1)
        #expect(try count("checkpoints", journal) == 2)
        try run.end()

        let next = try journal.begin(JournalStage.facts("r2", account, resumedFrom: last.id))
        #expect(try journal.lastCheckpoint(of: account) == last)
        try next.save(JournalStage.checkpoint(1, engine: "later"))
        #expect(try journal.lastCheckpoint(of: account)?.run == "r2")
        let resumed = try #require(try journal.run("r2").resumedFrom)
        #expect(try journal.checkpoint(resumed) == last)
        try next.end()
    }

    @Test func `intents after a checkpoint are those it does not know, also of the runs before`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        try run.write(intents: [Told.intent(id(1))])
        run.tell(Told.order(id(1)))
        try run.save(JournalStage.checkpoint(1))
        try run.write(intents: [Told.intent(id(2))])
        let saved = try journal.lastCheckpoint(of: account)
        #expect(try journal.intents(of: account, after: saved) == [Told.intent(id(2))])
        // Killed here; the next run is killed before it saves anything.
        let next = try journal.begin(JournalStage.facts("r2", account, resumedFrom: saved?.id))
        try next.write(intents: [Told.intent(id(1, epoch: 1))])
        #expect(
            try journal.intents(of: account, after: saved) == [Told.intent(id(2)), Told.intent(id(1, epoch: 1))]
        )
        try next.save(JournalStage.checkpoint(2))
        #expect(try journal.intents(of: account, after: journal.lastCheckpoint(of: account)) == [])
    }

    @Test func `an order that was told and never written down is known to the checkpoint`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        run.tell(Told.order(id(1)))
        try run.save(JournalStage.checkpoint(1))
        #expect(try journal.intents(of: account, after: journal.lastCheckpoint(of: account)) == [])
        try run.end()
    }

    @Test func `a fill told again by the next run stands once, and its order keeps its home`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        run.tell(Told.market())
        run.tell(Told.order(id(1)))
        try run.save(JournalStage.checkpoint(1))
        guard case .market(let market) = Told.market().kind else { return }
        let next = try journal.begin(JournalStage.facts("r2", account, markets: [market]))
        next.tell(Told.order(id(1)) + Told.order(id(1, epoch: 1), .ask, trades: 10))
        try next.save(JournalStage.checkpoint(2))
        try next.end()
        #expect(try count("fills", journal) == 4)
        #expect(try count("orders", journal) == 2)
        #expect(try count("positions", journal) == 0)
        let homes = try journal.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT r.name FROM orders o JOIN runs r ON r.id = o.run_id ORDER BY o.sequence"
            )
        }
        #expect(homes == ["r1", "r2"])
        #expect(
            try journal.read { db in try String.fetchAll(db, sql: "SELECT DISTINCT ticker FROM fills") } == [
                "\(Told.ticker)"
            ]
        )
    }

    @Test func `a correction changes the trade of the run before`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        run.tell(Told.note(.closed(Told.closed())))
        try run.save(JournalStage.checkpoint(1))
        let next = try journal.begin(JournalStage.facts("r2", account))
        next.tell(Told.note(.corrected(old: Told.closed(), new: Told.closed(exit: 0))))
        try next.save(JournalStage.checkpoint(2))
        try next.end()
        let trades = try journal.read { db in try Row.fetchAll(db, sql: "SELECT * FROM v_trades") }
        #expect(trades.count == 1)
        #expect(trades.first?["run"] == "r1")
        #expect(trades.first?["net_pnl"] == "-2.374690")
        #expect(trades.first?["corrections"] == 1)
    }

    @Test func `scripts, their texts and reloads are kept by version`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1"))
        try run.keep(JournalStage.script(2, text: "return {2}"))
        let swap = ScriptSwap(script: "fade", oldHash: "version1", newHash: "version2", generation: 2, afterEvents: 77)
        run.tell(Note(time: JournalStage.start, market: nil, .swapped(swap)))
        try run.end()
        let row = try journal.run("r1")
        #expect(try journal.scripts(of: row) == [JournalStage.script(), JournalStage.script(2, text: "return {2}")])
        #expect(try journal.reloads(of: row) == [swap])
        #expect(try count("script_texts", journal) == 3)
    }

    @Test func `a run's row holds how it ended`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1"))
        try run.finish(ending: "halted", report: Data(#"{"trades":0}"#.utf8), at: JournalStage.start + .minutes(3))
        let row = try journal.run("r1")
        #expect(row.ending == "halted")
        #expect(row.ended == JournalStage.start + .minutes(3))
        #expect(row.report == Data(#"{"trades":0}"#.utf8))
        #expect(row.plan == Data(#"{"mode":"paper"}"#.utf8))
        #expect(row.inputs == Data(#"{"seed":"1"}"#.utf8))
        #expect(row.account == nil)
    }
}
