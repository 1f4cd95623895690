import Foundation
import GRDB
import Testing

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
            "run",
            "--strategy",
            "bollinger_scalper.lua",
            "--feed",
            "sim",
            "--duration",
            "10m"
        )
        #expect(simulated.status == 0 && simulated.errors.contains("no journal is kept: "), "\(simulated.errors)")
    }

    /// Entries stop within a second, positions are left as usual, and the run goes on.
    private func expectNoEntries(_ stage: VenueStage, _ running: Kbot.Running, _ reason: String) throws {
        let isTold = eventually { stage.lines("blocked").contains { $0["code"] as? String == "JOURNAL_FAILED" } }
        try #require(isTold, "\(running.errors)")
        let status = try stage.kbot("status")
        #expect(status.status == 10 && status.output.contains(reason), "\(status.output)\(running.errors)")
        let entries = stage.lines("order").filter {
            $0["role"] as? String == "entry" && $0["state"] as? String == "sent"
        }
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
