import GRDB
import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotJournal

@Suite struct JournalWritingTests {
    private func count(_ table: String, _ journal: Journal) throws -> Int {
        try journal.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test func `every kind of note finds its table, readable as text`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1"))
        let signal = Signal(
            direction: .long,
            entry: Price(units: 4_700),
            stop: Price(units: 4_000),
            target: Price(units: 6_500)
        )
        let plan = TradePlan(entry: Price(units: 4_700), stop: Price(units: 4_000), target: Price(units: 6_500))
        let spot = SpotCandle(flatAt: SpotPrice(units: 950_000_000), start: JournalStage.start, interval: .seconds(60))
        run.tell([Told.market(), Told.note(.signal("fade", signal, plan))] + Told.order(ClientOrderID(1)))
        run.tell(
            Told.candle(1),
            Told.note(.spotCandle("BTC-USD", spot)),
            Told.note(.denied("fade", "MAX_EXPOSURE", "too much")),
            Told.note(.exit("fade", .stop)),
            Told.note(.verdict(rule: "max_spread", .deny("SPREAD", "12 cents"), reducing: false)),
            Told.note(.verdict(rule: "max_spread", .allow, reducing: false)),
            Told.note(.closed(Told.closed())),
            Told.note(.settled(.yes), 900),
            Told.note(.equity(Money(units: -1_500_000))),
            Told.note(.blocked("DAILY_LOSS_LIMIT")),
            Told.note(.unblocked("DAILY_LOSS_LIMIT")),
            Told.note(.script("fade", "hello")),
            Told.note(.warning("LATE_FILL", "a \"late\" fill")),
            Told.note(.trigger("fade", .long)),
            Told.note(.noSignal("fade", .insideBands, filtered: false))
        )
        try run.end()
        let counts = [
            "markets": 1, "orders": 1, "order_events": 4, "fills": 2, "trades": 1, "settlements": 1, "candles": 1,
            "spot_candles": 1, "equity": 1, "signals": 3, "blocks": 2, "messages": 3, "effect_chunks": 1, "gaps": 0,
            "positions": 0,
        ]
        for (table, rows) in counts { #expect(try count(table, journal) == rows, "\(table)") }
        func first(_ table: String) throws -> String? {
            var lines: [String] = []
            let table = try #require(JournalTable(rawValue: table))
            _ = try journal.export(table, of: journal.run("r1"), as: .csv) {
                lines.append($0); return true
            }
            return lines.dropFirst().first.map { String($0.dropLast()) }
        }
        #expect(
            try first("orders")
                == "r1,o1,KXBTC15M-26APR271445-45,fade,entry,bid,0.4700,5.00,gtc,2026-04-27T18:35:00.000000Z,0,filled,5.00,"
                + "0.00,2026-04-27T18:30:01.000000Z,2026-04-27T18:30:01.000000Z,"
        )
        #expect(
            try first("fills")
                == "r1,2026-04-27T18:30:01.000000Z,o1,1,KXBTC15M-26APR271445-45,entry,bid,0.4700,2.00,maker,0.012345"
        )
        #expect(
            try first("candles")
                == "r1,KXBTC15M-26APR271445-45,5,2026-04-27T18:30:05.000000Z,0.5000,0.5000,0.5000,0.5000,0.00,0"
        )
        #expect(try first("equity") == "r1,2026-04-27T18:30:01.000000Z,-1.500000")
        #expect(
            try first("trades")
                == "r1,fade,KXBTC15M-26APR271445-45,long,5.00,2.350000,2.500000,0.150000,0.024690,0.125310,"
                + "2026-04-27T18:30:00.000000Z,2026-04-27T18:31:00.000000Z,settlement,0.4700,0.4000,0.6500,0"
        )
        #expect(
            try first("spot_candles")
                == "r1,BTC-USD,60,2026-04-27T18:30:00.000000Z,95000.0000,95000.0000,95000.0000,95000.0000,0"
        )
    }

    @Test func `effect lines and inputs come back as they were handed over, over chunks`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1", recordsInputs: true))
        var all: [Event] = []
        var lines = 0
        for part in 0..<40 {
            let events = (0..<100).map { number in
                Event.market(
                    MarketEvent(
                        time: JournalStage.start + .milliseconds(Int64(part * 100 + number)),
                        .delta(MarketID(0), .yes, Price(units: 4_700), Quantity(units: Int64(number)))
                    )
                )
            }
            run.tell((0..<500).map { Told.candle(Int64(part * 500 + $0)) }, events, all.count)
            all += events
            lines += 500
            if part % 7 == 0 { try run.flush() }
        }
        try run.end()
        let row = try journal.run("r1")
        var inputs = journal.inputs(of: row)
        var read: [Event] = []
        while let chunk = try inputs.next() {
            #expect(chunk.firstEvent == read.count)
            read += chunk.events
        }
        #expect(read == all)
        let told = try journal.effectLines(of: row).all()
        #expect(told.count == lines)
        #expect(told.enumerated().allSatisfy { $1 == "{\"n\":\($0)}" })
        #expect(try count("effect_chunks", journal) >= 6)
        #expect(try count("candles", journal) == lines)
    }

    @Test func `the batch comes back empty and can be filled again`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1"))
        var batch = JournalBatch(firstEvent: 7)
        for _ in 0..<20 {
            batch.effects.append(.note(Told.candle(1)))
            run.append(&batch)
            #expect(batch.effects.isEmpty && batch.inputs.isEmpty)
            #expect(batch.firstEvent == 7)
        }
        try run.end()
        #expect(try journal.effectLines(of: journal.run("r1")).all().count == 20)
    }

    @Test func `what no table takes holds up nothing else`() throws {
        let journal = try JournalStage().open()
        let run = try journal.begin(JournalStage.facts("r1"))
        // A number that is taken, which kbot itself never gives twice.
        try journal.write(.normal) { db in
            try db.execute(sql: "INSERT INTO blocks VALUES ((SELECT id FROM runs), 1, 0, 'TAKEN', 1)")
        }
        run.tell(Told.note(.blocked("FIRST")), Told.candle(1))
        try run.flush()
        run.tell(Told.note(.blocked("SECOND")))
        try run.end()
        #expect(try count("candles", journal) == 1)
        #expect(
            try journal.read { db in try String.fetchAll(db, sql: "SELECT code FROM blocks ORDER BY number") } == [
                "TAKEN", "SECOND",
            ]
        )
        #expect(run.health.dropped == 1)
        #expect(try journal.read { db in try Int.fetchOne(db, sql: "SELECT count FROM gaps WHERE what = 'rows'") } == 1)
    }

    @Test func `the write-ahead log stays bounded`() throws {
        let journal = try JournalStage().open()
        let account = try JournalStage.paperAccount(journal)
        let run = try journal.begin(JournalStage.facts("r1", account))
        let state = String(repeating: "x", count: 1 << 20)
        for number in 0..<64 {
            try run.save(JournalStage.checkpoint(number, engine: state))
            run.tell((0..<256).map { Told.candle(Int64(number * 256 + $0)) })
            try run.flush()
        }
        try run.end()
        #expect(journal.walBytes <= JournalLimits.walBytes + 8 << 20)
    }
}
