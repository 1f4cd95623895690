import Foundation
import GRDB
import KBotKalshi
import KBotModel
import Testing

/// Runs of the real program on an exchange, killed and started again.
@Suite struct RecoveryRunTests {
    /// Kills a run without a chance to say goodbye.
    private func kill(_ running: Kbot.Running) {
        running.signal(SIGKILL)
        #expect(running.wait().status == SIGKILL)
    }

    /// Waits until the exchange has taken so many orders more.
    private func waits(_ stage: VenueStage, moreOrders count: Int, _ running: Kbot.Running) throws {
        let before = try stage.orders().count
        let came = try eventually { try stage.orders().count >= before + count }
        try #require(came, "\(running.errors)")
    }

    // MARK: Orders at the exchange

    @Test func `after kills the books are those of the exchange, and no order is there twice`() throws {
        let stage = try VenueStage()
        for life in 0..<4 {
            let running = try stage.run()
            try waits(stage, moreOrders: 2 + life % 2, running)
            kill(running)
        }
        let last = try stage.run(.busy, ["--on-exit", "flatten"])
        #expect(last.waits(for: "recovered: journal and venue agree", seconds: 60), "\(last.errors)")
        try waits(stage, moreOrders: 3, last)
        last.interrupt()
        let result = last.wait()
        #expect(result.status == 130, "\(result.errors)")

        let ledger = try Ledger(stage.state)
        #expect(try stage.differences() == [])
        #expect(try stage.positions().isEmpty)
        #expect(try ledger.texts("SELECT CAST(epoch AS TEXT) FROM runs ORDER BY id") == ["0", "1", "2", "3", "4"])
        let endings = try ledger.texts("SELECT ending FROM runs ORDER BY id")
        #expect(endings == Array(repeating: "crashed", count: 4) + ["interrupted"])
        try expectIdsOfTheirEpochs(stage, ledger)
        let check = try stage.kbot("journal", "check")
        #expect(check.status == 0, "\(check.output)")
        for name in try ledger.texts("SELECT name FROM runs") {
            let replay = try stage.kbot("replay", name)
            #expect(replay.status == 0 && replay.output.contains(": identical: "), "\(replay.output)\(replay.errors)")
        }
        #expect(try stage.leaks() == [])
    }

    /// Every order carries the account's tag and the epoch of its run; none is there twice.
    private func expectIdsOfTheirEpochs(_ stage: VenueStage, _ ledger: Ledger) throws {
        let tag = try #require(try ledger.texts("SELECT tag FROM accounts").first)
        #expect(tag.count == 8 && tag.allSatisfy(\.isHexDigit))
        let names = try stage.orders().map { $0.word("client_order_id") }
        #expect(Set(names).count == names.count)
        var epochs: Set<Int64> = []
        for name in names {
            let parts = name.split(separator: "-")
            #expect(parts.count == 3 && parts[0] == "kbot" && parts[1] == tag, "\(name)")
            epochs.insert(try #require(Int64(parts[2])) >> 32)
        }
        #expect(epochs == [0, 1, 2, 3, 4])
        let homes = try ledger.number(
            "SELECT count(*) FROM orders o JOIN runs r ON r.id = o.run_id WHERE o.sequence >> 32 <> r.epoch"
        )
        #expect(homes == 0)
    }

    @Test func `trades on hold are left alone until kbot resume, and the exit that is due is then made`() throws {
        let stage = try VenueStage(speed: 30)
        // Positions are left twelve minutes before the close: three after the opening.
        let options = ["--exit-before-close", "12m", "--min-time-to-expiry", "13m", "--min-reward-risk", "0.1"]
        let first = try stage.run(.patient, options)
        #expect(eventually { !stage.lines("fill").isEmpty }, "\(first.errors)")
        kill(first)
        let held = try stage.positions()
        let orders = try stage.orders().count

        let second = try stage.run(.patient, options + ["--on-recovery", "hold"])
        #expect(second.waits(for: "recovered: journal and venue agree", seconds: 60), "\(second.errors)")
        #expect(second.errors.contains("NO STOP IS WATCHED"))
        // Until the time at which the position would have been left has long passed.
        let due = try #require(try exitTime(stage)) + .seconds(20)
        #expect(eventually { (candleTime(stage) ?? .distantPast) > due }, "\(second.errors)")
        #expect(try stage.positions() == held && stage.orders().count == orders)
        let status = try stage.kbot("status")
        #expect(status.status == 10 && status.output.contains("ON_HOLD"), "\(status.output)")

        #expect(try stage.kbot("resume", "--yes").status == 0)
        #expect(try eventually { try stage.positions().isEmpty }, "\(second.errors)")
        #expect(try stage.orders().count > orders)
        second.interrupt()
        #expect(second.wait().status == 130)
        #expect(try stage.differences() == [])
    }

    private func exitTime(_ stage: VenueStage) throws -> Timestamp? {
        let closes = try Ledger(stage.state).number(
            "SELECT min(closes) FROM markets m JOIN fills f ON f.ticker = m.ticker"
        )
        return Timestamp(microseconds: closes) - .minutes(12)
    }

    private func candleTime(_ stage: VenueStage) -> Timestamp? {
        (stage.lines("candle").last?["ts"] as? String).flatMap { Timestamp(rfc3339: $0) }
    }

    @Test func `a position that changed behind its back is told, and nothing is traded`() throws {
        let stage = try VenueStage(speed: 20)
        let first = try stage.run(.patient, ["--min-reward-risk", "0.1"])
        #expect(eventually { !stage.lines("fill").isEmpty }, "\(first.errors)")
        kill(first)
        let (ticker, count) = try #require(try stage.positions().first)
        let (side, price) = count > .zero ? ("ask", "0.0100") : ("bid", "0.9900")
        let status = try stage.order(
            #"{"ticker":"\#(ticker)","client_order_id":"by-hand","side":"\#(side)","count":"1.00","price":"\#(price)","#
                + #""time_in_force":"immediate_or_cancel","self_trade_prevention_type":"taker_at_cross","#
                + #""exchange_index":2}"#
        )
        #expect(status == 201)
        let changed = try #require(try stage.positions()[ticker])
        #expect(changed != count)
        let orders = try stage.orders().count

        let second = try stage.run(.busy).wait()
        #expect(second.status == 5, "\(second.errors)")
        #expect(second.errors.contains("the account and the journal do not agree, so nothing is traded"))
        #expect(second.errors.contains("\(ticker)"))
        #expect(try stage.orders().count == orders && stage.positions()[ticker] == changed)
    }

    @Test(arguments: [(VenueScript.busy, true), (.idle, true), (.idle, false)])
    func `orders that a lost end of the journal does not know are named, and nothing is traded`(
        first: VenueScript,
        keepsState: Bool
    ) throws {
        let stage = try VenueStage()
        let before = try stage.run(first)
        if first == .busy { try waits(stage, moreOrders: 2, before) }
        #expect(stage.passes(candles: 3), "\(before.errors)")
        kill(before)
        let copy = try stage.copyJournal(to: "copy")
        let ledger = try Ledger(copy)
        // The run's row was on the disk before it traded; all that followed it may be lost with the power.
        if !keepsState { try ledger.database.write { try $0.execute(sql: "DELETE FROM checkpoints") } }
        let known = try Set(ledger.texts("SELECT 'kbot-' || tag || '-' || sequence FROM orders, accounts"))
        let lost = try stage.run(.busy)
        #expect(eventually { stage.lines("fill").count >= 2 }, "\(lost.errors)")
        kill(lost)
        let names = try stage.orders().map { $0.word("client_order_id") }
        let filled = try stage.orders().filter { Quantity($0.word("fill_count_fp")) != .zero }
        let unknown = filled.map { $0.word("client_order_id") }.filter { !known.contains($0) }
        #expect(unknown.count >= 1)

        stage.state = copy
        let after = try stage.run(.busy).wait()
        #expect(after.status == 5, "\(after.errors)")
        #expect(unknown.allSatisfy { after.errors.contains("order \($0) (") }, "\(unknown)\n\(after.errors)")
        #expect(try stage.orders().map { $0.word("client_order_id") } == names)
    }

    // MARK: Paper on the exchange's feed

    @Test func `a paper account goes on, its cash adds up, and a halt outlives a kill`() throws {
        let stage = try VenueStage()
        func fills() throws -> Int64 { try Ledger(stage.state).number("SELECT count(*) FROM fills") }
        let first = try stage.run(mode: "paper")
        #expect(stage.passes(candles: 2) && first.errors.contains("account paper: begun anew"), "\(first.errors)")
        #expect(try eventually { try fills() >= 3 }, "\(first.errors)")
        kill(first)

        let second = try stage.run(mode: "paper")
        let taken = try fills()
        #expect(try eventually { try fills() >= taken + 3 }, "\(second.errors)")
        #expect(second.errors.contains("account paper: taken up again, left at "))
        #expect(try stage.kbot("halt", "--reason", "away").status == 0)
        #expect(try eventually { try stage.kbot("status").status == 6 })
        kill(second)
        #expect(try stage.kbot("status").output.contains("account paper\n  HALTED since "))

        let third = try stage.run(.busy, mode: "paper", ["--json", "--on-exit", "flatten"])
        #expect(try eventually { try stage.kbot("status").status == 6 }, "\(third.errors)")
        let entries = stage.lines("signal").count - stage.lines("denied").count
        #expect(stage.passes(candles: 24), "\(third.errors)")
        #expect(stage.lines("signal").count - stage.lines("denied").count == entries)
        #expect(try stage.kbot("resume", "--yes").status == 0)
        let halted = try fills()
        #expect(try eventually { try fills() >= halted + 2 }, "\(third.errors)")
        third.interrupt()
        let result = third.wait()
        #expect(result.status == 130, "\(result.errors)")

        let (change, held) = try Ledger(stage.state).cash()
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let run = try #require(report["run"] as? [String: Any])
        let equity = try #require((run["end_equity"] as? String).flatMap { Money($0) })
        #expect(held.isEmpty && equity == Money(dollars: 1_000) + change, "\(held) \(equity) \(change)")
        #expect(try stage.orders().isEmpty)
        #expect(try stage.kbot("journal", "check").status == 0)
        for name in try Ledger(stage.state).texts("SELECT name FROM runs") {
            let replay = try stage.kbot("replay", name)
            #expect(replay.status == 0 && replay.output.contains(": identical: "), "\(replay.output)\(replay.errors)")
        }
    }

    @Test func `what scripts and rules keep goes on in the next run, to the last bit`() throws {
        let stage = try VenueStage()
        try stage.folder.write(
            "counter.lua",
            """
            local rule = {
              api = 1, kind = "risk-rule", name = "counter", version = "1.0.0", description = "Counts fills.",
            }
            function rule.on_fill(ctx, fill) ctx.state.fills = (ctx.state.fills or 0) + 1 end
            function rule.check(ctx, order)
              ctx.log(("knows %d fills"):format(ctx.state.fills or 0))
              return "allow"
            end
            return rule

            """
        )
        func messages(_ run: Int, _ source: String) throws -> [String] {
            try Ledger(stage.state).texts(
                """
                SELECT text FROM messages m JOIN runs r ON r.id = m.run_id
                WHERE r.epoch = \(run) AND source = '\(source)' ORDER BY number
                """
            )
        }
        let first = try stage.run(.keeper, mode: "paper", ["--risk-rule", "counter.lua"])
        #expect(eventually { stage.lines("fill").count >= 4 }, "\(first.errors)")
        kill(first)
        let fills = try Ledger(stage.state).number("SELECT count(*) FROM fills")
        let second = try stage.run(.keeper, mode: "paper", ["--risk-rule", "counter.lua"])
        #expect(try eventually { try !messages(1, "counter").isEmpty }, "\(second.errors)")
        second.interrupt()
        _ = second.wait()
        let loaded = try #require(try messages(1, "keeper").first)
        let words = loaded.split(separator: " ").map(String.init)
        #expect(words.dropFirst(3) == ["0.30000000000000004", "4.9406564584124654e-324", "-0.0", "9007199254740993"])
        #expect(words[0] == "loaded" && words[1] == words[2] && Int(words[1]) ?? 0 > 0, "\(loaded)")
        let known = try #require(try messages(1, "counter").first)
        let counted = Int64(known.split(separator: " ")[1]) ?? -1
        #expect(counted >= fills, "\(known), \(fills) before")
    }
}
