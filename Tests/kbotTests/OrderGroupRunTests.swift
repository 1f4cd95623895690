import Foundation
import KBotKalshi
import KBotModel
import Testing

/// Runs of the real program on an exchange that holds the limit of their order groups.
@Suite struct OrderGroupRunTests {
    private func kill(_ running: Kbot.Running) {
        running.signal(SIGKILL)
        #expect(running.wait().status == SIGKILL)
    }

    private func groups(_ stage: VenueStage) throws -> [JSON] { try stage.books().rows("order_groups") }

    /// The group of each order that has one.
    private func used(_ stage: VenueStage) throws -> Set<String> {
        Set(try stage.orders().map { $0.word("order_group_id") }.filter { !$0.isEmpty })
    }

    /// Waits for entries that the exchange takes into a group.
    private func waits(_ stage: VenueStage, moreEntries count: Int, _ running: Kbot.Running) throws {
        func entries() throws -> Int { try stage.orders().count { !$0.word("order_group_id").isEmpty } }
        let before = try entries()
        let came = try eventually { try entries() >= before + count }
        try #require(came, "\(running.errors)")
    }

    private func isLocked(_ stage: VenueStage) throws -> Bool {
        try groups(stage).first?.object?["is_locked"] == .bool(true)
    }

    @Test func `runs that are killed leave one order group, and the next goes on with it under its own limit`() throws {
        let stage = try VenueStage()
        for fuse in [700, 800, 900] {
            let running = try stage.run(.busy, ["--fuse", "\(fuse)"])
            try waits(stage, moreEntries: 1, running)
            kill(running)
            #expect(try groups(stage).map { $0.word("contracts_limit_fp") } == ["\(fuse).00"])
        }
        let last = try stage.run(.busy, ["--on-exit", "flatten"])
        try waits(stage, moreEntries: 2, last)
        #expect(try groups(stage).map { $0.word("contracts_limit_fp") } == ["1000.00"])
        #expect(try used(stage) == Set(groups(stage).map { $0.word("id") }))
        last.interrupt()
        #expect(last.wait().status == 130)
        // A run that ends takes its group away, and remembers that.
        #expect(try groups(stage).isEmpty)
        #expect(try String(contentsOfFile: stage.state + "/accounts/demo.groups", encoding: .utf8) == "[]\n")
        #expect(try stage.differences() == [])
    }

    @Test(arguments: [false, true])
    func `a limit that was reached halts the run and the next, until kbot resume unlocks the group`(
        isResumedWhileAway: Bool
    ) throws {
        let stage = try VenueStage()
        let first = try stage.run(.busy, ["--fuse", "1"])
        #expect(try eventually { try stage.kbot("status").status == 6 }, "\(first.errors)")
        #expect(try stage.kbot("status").output.contains("ORDER_GROUP_LIMIT"))
        #expect(try isLocked(stage))
        let latch = stage.state + "/accounts/demo.halt"
        #expect(eventually { FileManager.default.fileExists(atPath: latch) })
        kill(first)
        if isResumedWhileAway { #expect(try stage.kbot("resume", "--yes").status == 0) }

        let second = try stage.run(.busy, ["--on-exit", "flatten"])
        if !isResumedWhileAway {
            #expect(second.waits(for: "recovered: journal and venue agree", seconds: 60), "\(second.errors)")
            #expect(stage.passes(candles: 12), "\(second.errors)")
            #expect(try stage.kbot("status").status == 6 && isLocked(stage))
            #expect(try stage.kbot("resume", "--yes").status == 0)
        }
        try waits(stage, moreEntries: 2, second)
        #expect(try !isLocked(stage) && groups(stage).count == 1, "\(second.errors)")
        #expect(try stage.kbot("status").status == 0)
        second.interrupt()
        #expect(second.wait().status == 130)
        #expect(try groups(stage).isEmpty)
    }
}
