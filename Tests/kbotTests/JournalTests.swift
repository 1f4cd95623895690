import Foundation
import GRDB
import KBotModel
import Testing

/// Accounts of the real program: who may have them, and what is left of them.
@Suite struct AccountTests {
    private let folder = TestFolder()

    @Test(arguments: [
        ["--account", "main", "--feed", "sim"], ["--fresh", "--feed", "sim"],
        ["--account", "main", "--feed", "replay:x.csv"], ["--fresh", "--feed", "replay:x.csv"], ["--account", "main"],
    ])
    func `simulations and recordings have no account`(options: [String]) throws {
        let result = try Kbot.start(
            ["run", "--strategy", "bollinger_scalper.lua", "--state-dir", "state"] + options,
            in: folder.url
        ).wait()
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains("accounts go on from run to run on Kalshi's feed alone"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("state")))
    }

    @Test(arguments: ["", ".hidden", "..", "../main", "a/b", "a b", "ä", String(repeating: "x", count: 65)])
    func `a name that is none is refused, and nothing lies elsewhere`(name: String) throws {
        let stage = try VenueStage()
        let result = try stage.run(.idle, mode: "paper", ["--account", name]).wait()
        #expect(result.status == 2 && result.errors.contains("is no account name"), "\(result.errors)")
        #expect((try? FileManager.default.contentsOfDirectory(atPath: stage.state + "/accounts"))?.isEmpty ?? true)
        #expect(try Ledger(stage.state).number("SELECT count(*) FROM runs") == 0)
    }

    @Test func `an account is held by one run, which readers do not disturb, and a kill lets go of it`() throws {
        let stage = try VenueStage()
        let holder = try stage.run(.busy, mode: "paper", ["--account", "main"])
        #expect(stage.passes(candles: 2), "\(holder.errors)")
        let pid = try String(contentsOfFile: stage.state + "/accounts/main.lock", encoding: .utf8)
        let second = try stage.run(.idle, mode: "paper", ["--account", "main"]).wait()
        #expect(second.status == 2 && second.output.isEmpty)
        #expect(
            second.errors.contains("account main is held by another kbot (process \(pid.dropLast())): one account"),
            "\(second.errors)"
        )
        // Another account of the same directory is free.
        let other = try stage.run(.busy, mode: "paper", ["--account", "other"])
        #expect(stage.passes(candles: 1), "\(other.errors)")
        let status = try stage.kbot("status", "--json")
        #expect([0, 10].contains(status.status) && status.output.contains(#""account" : "main""#), "\(status.output)")
        #expect(try stage.kbot("journal", "runs").output.contains("main"))
        #expect(try stage.kbot("journal", "check").status == 0)
        let replay = try stage.kbot("replay", "last")
        #expect(replay.status == 0 && replay.output.contains("identical"), "\(replay.output)\(replay.errors)")
        other.interrupt()
        #expect(other.wait().status == 130)

        holder.signal(SIGKILL)
        _ = holder.wait()
        let third = try stage.run(.busy, mode: "paper", ["--account", "main"])
        #expect(third.waits(for: "account main: taken up again", seconds: 60), "\(third.errors)")
        #expect(stage.passes(candles: 1), "\(third.errors)")
        third.interrupt()
        #expect(third.wait().status == 130)
        #expect(try Ledger(stage.state).number("SELECT max(epoch) FROM runs") == 1)
    }

    @Test func `an account of another key or another mode is refused and stays as it is`() throws {
        let stage = try VenueStage(keys: ["default", "another"])
        func endsAtOnce(_ mode: String, _ key: Int, _ name: String) throws {
            let result = try stage.run(.idle, mode: mode, key: key, ["--account", name]).wait()
            #expect(result.status == 2 && result.errors.contains("account \(name)"), "\(result.errors)")
        }
        for mode in ["demo", "paper"] {
            let running = try stage.run(.idle, mode: mode, ["--account", mode + "1"])
            #expect(stage.passes(candles: 1), "\(running.errors)")
            running.interrupt()
            #expect(running.wait().status == 130)
        }
        try endsAtOnce("demo", 1, "demo1")
        try endsAtOnce("paper", 0, "demo1")
        try endsAtOnce("demo", 0, "paper1")
        let ledger = try Ledger(stage.state)
        #expect(
            try ledger.texts("SELECT name || ' ' || kind FROM accounts ORDER BY id") == ["demo1 demo", "paper1 paper"]
        )
        #expect(try ledger.number("SELECT count(*) FROM runs") == 2)
        // On paper the books are kbot's own: any key will do.
        let running = try stage.run(.idle, mode: "paper", key: 1, ["--account", "paper1"])
        #expect(running.waits(for: "account paper1: ", seconds: 60) && stage.passes(candles: 1), "\(running.errors)")
        running.interrupt()
        #expect(running.wait().status == 130)
    }

    @Test func `an account begun anew is another one, and the old one stays in the journal`() throws {
        let stage = try VenueStage()
        for options in [[], ["--fresh"]] {
            let running = try stage.run(.busy, mode: "paper", options + ["--on-exit", "hold"])
            #expect(running.waits(for: "account paper: begun anew", seconds: 60), "\(running.errors)")
            #expect(eventually { stage.lines("fill").count >= 2 }, "\(running.errors)")
            running.interrupt()
            #expect(running.wait().status == 130)
        }
        let ledger = try Ledger(stage.state)
        #expect(try ledger.number("SELECT count(DISTINCT tag) FROM accounts WHERE name = 'paper'") == 2)
        #expect(try ledger.number("SELECT count(*) FROM accounts WHERE ended IS NULL") == 1)
        #expect(try ledger.number("SELECT count(DISTINCT account_id) FROM runs") == 2)
        #expect(try ledger.number("SELECT max(epoch) FROM runs") == 0)
    }
}

/// Journals that cannot be used.
@Suite struct UnusableJournalTests {
    private let folder = TestFolder()

    private func run(_ options: String...) throws -> Kbot.Result {
        try Kbot.start(
            [
                "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "10m", "--state-dir",
                "state",
            ]
                + options,
            in: folder.url
        ).wait()
    }

    private func kbot(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments + ["--state-dir", "state"], in: folder.url).wait()
    }

    private var journal: URL { folder.url.appendingPathComponent("state/journal.sqlite") }

    @Test func `a newer kbot's journal is refused and left as it is`() throws {
        #expect(try run().status == 0)
        try Ledger(folder.path("state")).database.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        let before = try Data(contentsOf: journal)
        // A simulation leaves nothing behind: it goes on without.
        let simulated = try run()
        #expect(
            simulated.status == 0
                && simulated.errors.contains("no journal is kept: the journal was written by a newer kbot")
        )
        for command in [["replay", "last"], ["journal", "runs"], ["journal", "check"]] {
            let result = try Kbot.start(command + ["--state-dir", "state"], in: folder.url).wait()
            #expect(result.status != 0 && result.errors.contains("a newer kbot"), "\(command): \(result.errors)")
        }
        // An account cannot do without.
        let stage = try VenueStage()
        stage.state = folder.path("state")
        let refused = try stage.run(.busy).wait()
        #expect(
            refused.status == 2 && refused.errors.contains("the journal was written by a newer kbot (its schema is 99")
        )
        #expect(try stage.orders().isEmpty)
        #expect(try Data(contentsOf: journal) == before)
    }

    @Test func `a damaged journal is reported, with what can still be read`() throws {
        #expect(try run("--events", "ev.jsonl").status == 0)
        #expect(try kbot("journal", "check").status == 0)
        var bytes = try Data(contentsOf: journal)
        #expect(bytes.count > 40_000)
        // Every page from the tenth on loses its first half.
        for page in stride(from: 10 * 4_096, to: bytes.count, by: 4_096) {
            bytes.replaceSubrange(
                page..<min(page + 2_048, bytes.count),
                with: Data(repeating: 0xA5, count: min(2_048, bytes.count - page))
            )
        }
        try bytes.write(to: journal)
        let check = try kbot("journal", "check")
        #expect(check.status == 4 && check.output.contains("The journal is damaged:"), "\(check.output)\(check.errors)")
        let replay = try kbot("replay", "last")
        #expect(replay.status != 0 && !replay.errors.isEmpty)
        let simulated = try run()
        #expect(simulated.status == 0, "\(simulated.errors)")
    }

    @Test func `what is no database is reported and left as it is`() throws {
        try folder.write("state/journal.sqlite", String(repeating: "nothing of a database\n", count: 400))
        let before = try Data(contentsOf: journal)
        let simulated = try run()
        #expect(simulated.status == 0 && simulated.errors.contains("no journal is kept: the journal is damaged"))
        let stage = try VenueStage()
        stage.state = folder.path("state")
        let refused = try stage.run(.busy).wait()
        #expect(refused.status == 5 && refused.errors.contains("the journal is damaged"), "\(refused.errors)")
        #expect(try kbot("journal", "check").status == 4)
        #expect(try Data(contentsOf: journal) == before)
    }
}
