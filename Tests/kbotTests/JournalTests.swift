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
        #expect([0, 10].contains(status.status) && status.output.contains(#""account":"main""#), "\(status.output)")
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
        #expect(try ledger.texts("SELECT name || ' ' || kind FROM accounts ORDER BY id") == ["demo1 demo", "paper1 paper"])
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
            ["run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "10m", "--state-dir", "state"]
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
        #expect(simulated.status == 0 && simulated.errors.contains("no journal is kept: the journal was written by a newer kbot"))
        for command in [["replay", "last"], ["journal", "runs"], ["journal", "check"]] {
            let result = try Kbot.start(command + ["--state-dir", "state"], in: folder.url).wait()
            #expect(result.status != 0 && result.errors.contains("a newer kbot"), "\(command): \(result.errors)")
        }
        // An account cannot do without.
        let stage = try VenueStage()
        stage.state = folder.path("state")
        let refused = try stage.run(.busy).wait()
        #expect(refused.status == 2 && refused.errors.contains("the journal was written by a newer kbot (its schema is 99"))
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
            bytes.replaceSubrange(page..<min(page + 2_048, bytes.count), with: Data(repeating: 0xA5, count: min(2_048, bytes.count - page)))
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

/// A file system of its own of a few megabytes; only root can have one.
private final class TinyDisk {
    static let isPossible = (try? TinyDisk(megabytes: 1)) != nil
    static let absence = "needs the right to mount a small file system (root)"

    private let folder = TestFolder()
    var path: String { folder.url.path }
    private var ballast: String { folder.path("ballast") }

    init(megabytes: Int) throws {
        guard try Self.mount("-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700", "tmpfs", folder.url.path) else {
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit { _ = try? Self.tell("umount", ["-l", path]) }

    private static func mount(_ arguments: String...) throws -> Bool { try tell("mount", arguments) }

    private static func tell(_ program: String, _ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Lets nobody write any more.
    func forbidWriting() throws { #expect(try Self.mount("-o", "remount,ro", path)) }

    /// Takes all the space that is left.
    func fill() {
        let descriptor = unsafe open(ballast, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0xA5, count: 4_096)
        while unsafe block.withUnsafeBytes({ unsafe write(descriptor, $0.baseAddress, $0.count) }) > 0 {}
    }

    /// Gives it back.
    func free() throws { try FileManager.default.removeItem(atPath: ballast) }
}

/// A disk that refuses while the real program trades.
@Suite struct RefusingDiskTests {
    @Test(.enabled(if: TinyDisk.isPossible, Comment(rawValue: TinyDisk.absence)))
    func `a full disk stops entries, what is open is managed on, and nothing is lost`() throws {
        let disk = try TinyDisk(megabytes: 24)
        let stage = try VenueStage()
        stage.state = disk.path + "/state"
        let running = try stage.run(.busy, ["--on-exit", "flatten"])
        #expect(try eventually { try !stage.positions().isEmpty }, "\(running.errors)")
        let orders = try Ledger(stage.state).number("SELECT count(*) FROM orders")
        disk.fill()
        try expectNoEntries(stage, running, "the disk is full")
        // What had been written before is there.
        #expect(try Ledger(stage.state).number("SELECT count(*) FROM orders") >= orders)
        try disk.free()
        try expectGoingOn(stage, running)
        try expectNothingLost(stage, running)
    }

    @Test func `a journal that another program holds stops entries until it lets go`() throws {
        let stage = try VenueStage()
        let running = try stage.run(.busy, ["--on-exit", "flatten"])
        #expect(try eventually { try !stage.positions().isEmpty }, "\(running.errors)")
        let other = try Ledger(stage.state).database
        try other.writeWithoutTransaction { db in
            try db.beginTransaction(.immediate)
            try expectNoEntries(stage, running, "another process holds the database")
            try db.rollback()
        }
        try expectGoingOn(stage, running)
        try expectNothingLost(stage, running)
    }

    @Test(.enabled(if: TinyDisk.isPossible, Comment(rawValue: TinyDisk.absence)))
    func `on a disk that cannot be written no account trades, and a simulation goes on without a journal`() throws {
        let disk = try TinyDisk(megabytes: 8)
        let stage = try VenueStage()
        stage.state = disk.path + "/state"
        try disk.forbidWriting()
        let refused = try stage.run(.busy).wait()
        #expect(refused.status == 1 && refused.errors.contains("read-only"), "\(refused.errors)")
        #expect(try stage.orders().isEmpty)
        let simulated = try stage.kbot(
            "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "10m"
        )
        #expect(simulated.status == 0 && simulated.errors.contains("no journal is kept: "), "\(simulated.errors)")
    }

    /// Entries stop within a second, positions are left as usual, and the run goes on.
    private func expectNoEntries(_ stage: VenueStage, _ running: Kbot.Running, _ reason: String) throws {
        let isTold = eventually { stage.lines("blocked").contains { $0["code"] as? String == "JOURNAL_FAILED" } }
        try #require(isTold, "\(running.errors)")
        let status = try stage.kbot("status")
        #expect(status.status == 10 && status.output.contains(reason), "\(status.output)\(running.errors)")
        let entries = stage.lines("order").filter { $0["role"] as? String == "entry" && $0["state"] as? String == "sent" }
        // Three more entries would be due.
        #expect(stage.passes(candles: 12), "\(running.errors)")
        let later = stage.lines("order").filter { $0["role"] as? String == "entry" && $0["state"] as? String == "sent" }
        #expect(later.count == entries.count)
        #expect(try eventually { try stage.positions().isEmpty }, "\(running.errors)")
    }

    private func expectGoingOn(_ stage: VenueStage, _ running: Kbot.Running) throws {
        let fills = stage.lines("fill").count
        #expect(eventually { stage.lines("unblocked").contains { $0["code"] as? String == "JOURNAL_FAILED" } })
        #expect(eventually { stage.lines("fill").count >= fills + 2 }, "\(running.errors)")
    }

    private func expectNothingLost(_ stage: VenueStage, _ running: Kbot.Running) throws {
        running.interrupt()
        let result = running.wait()
        #expect(result.status == 130, "\(result.errors)")
        #expect(try stage.differences() == [])
        let check = try stage.kbot("journal", "check")
        #expect(check.status == 0, "\(check.output)")
        let replay = try stage.kbot("replay", "last")
        #expect(replay.status == 0, "\(replay.output)\(replay.errors)")
    }
}
