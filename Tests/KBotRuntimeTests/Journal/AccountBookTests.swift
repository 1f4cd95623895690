import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import Testing

@testable import KBotRuntime

/// Taking hold of an account, and what it was left with.
@Suite struct AccountBookTests {
    private let folder: FeedFolder
    private let journal: Journal

    init() throws {
        folder = try FeedFolder()
        journal = try Journal(stateDirectory: folder.path, access: .readWrite)
    }

    private func book(
        _ name: String? = nil,
        mode: RunPlan.Mode = .demo,
        identity: String = "a",
        isFresh: Bool = false
    ) throws(RunFailure) -> AccountBook {
        try AccountBook(
            journal,
            named: name,
            mode: mode,
            identity: identity,
            stateDirectory: folder.path,
            isFresh: isFresh
        )
    }

    private func begin(_ account: JournalAccount, _ name: RunID) throws -> RunJournal {
        try journal.begin(
            RunFacts(
                name: name,
                kind: .demo,
                account: account,
                version: "0",
                seed: 1,
                started: Timestamp(seconds: 1),
                plan: Data("{}".utf8),
                configuration: Data("[]".utf8),
                recordsInputs: true
            )
        ) { EffectLines() }
    }

    private func failure(_ body: () throws(RunFailure) -> AccountBook) -> RunFailure? {
        do throws(RunFailure) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: RunPlan.Mode.allCases)
    func `an account without a name has that of its mode`(mode: RunPlan.Mode) throws {
        let book = try book(mode: mode)
        #expect(book.account.name == mode.rawValue && book.account.kind.rawValue == mode.rawValue && book.left == nil)
    }

    @Test func `it is held once, by its name, until it is let go`() throws {
        var held: AccountBook? = try book("main")
        let second = failure { () throws(RunFailure) in try book("main") }
        #expect(second?.code == .usage)
        #expect(second?.message.contains("account main is held by another kbot (process \(getpid()))") == true)
        #expect(try book("other").account.name == "other")
        held = nil
        #expect(held == nil)
        #expect(try book("main").account.name == "main")
    }

    @Test func `the same name of another mode or key is refused`() throws {
        let tag = try book("main").account.tag
        for refused in [
            failure { () throws(RunFailure) in try book("main", mode: .paper) },
            failure { () throws(RunFailure) in try book("main", identity: "b") },
            failure { () throws(RunFailure) in try book("main", mode: .live, isFresh: true) },
        ] {
            #expect(refused?.code == .usage && refused?.message.contains("main") == true)
        }
        #expect(try book("main").account.tag == tag)
        let fresh = try book("main", isFresh: true).account
        #expect(fresh.tag != tag && fresh.orderPrefix == "kbot-\(fresh.tag)")
    }

    @Test func `orders that were sent before any state was kept make the picture incomplete`() throws {
        let account = try book("main").account
        let run = try begin(account, "run-1")
        let order = NewOrder(
            id: ClientOrderID(1),
            market: MarketID(0),
            side: .bid,
            price: Price(cents: 40),
            count: Quantity(contracts: 1),
            timeInForce: .immediateOrCancel,
            reduceOnly: false
        )
        try run.write(intents: [
            Intent(
                order: order,
                ticker: "KXBTC15M-A",
                role: .entry,
                strategy: "s",
                time: Timestamp(seconds: 2),
                detail: nil
            )
        ])
        let refused = failure { () throws(RunFailure) in try book("main") }
        #expect(refused?.code == .venue)
        #expect(
            refused?.message.contains("the account main sent 1 order before anything of its state was kept") == true
        )
        #expect(try book("main", isFresh: true).left == nil)
    }

    @Test func `a state that cannot be read makes the picture incomplete`() throws {
        let account = try book("main").account
        let run = try begin(account, "run-1")
        try run.save(Checkpoint(afterEvents: 1, time: Timestamp(seconds: 2), engine: Data("{}".utf8)))
        let refused = failure { () throws(RunFailure) in try book("main") }
        #expect(refused?.code == .venue)
        #expect(refused?.message.contains("what is kept of the account main cannot be read") == true)
    }

    @Test func `what was left is taken up in the epoch of the run that goes on`() throws {
        let account = try book("main").account
        let engine = Engine(EngineConfiguration(), strategies: [])
        let run = try begin(account, "run-1")
        try run.save(
            Checkpoint(afterEvents: 1, time: Timestamp(seconds: 2), engine: try JSONEncoder().encode(engine.state))
        )
        try run.finish(ending: "done", report: nil, at: Timestamp(seconds: 3))
        let again = try book("main")
        let left = try #require(again.left)
        #expect(
            left.run == "run-1" && left.time == Timestamp(seconds: 2) && left.intents.isEmpty && left.markets.isEmpty
        )
        #expect(left.lines.first?.hasPrefix("left at 1970-01-01T00:00:02.000000Z by run run-1: equity ") == true)
        let epoch = try begin(account, "run-2").epoch
        #expect(epoch == 1)
        let taken = try #require(again.takeUp(epoch: epoch))
        let restored = Engine(EngineConfiguration(), strategies: [], rules: [], restoring: taken.engine, onHold: false)
        #expect(restored.state.lastOrderID.sequence >> 32 == 1)
    }
}
