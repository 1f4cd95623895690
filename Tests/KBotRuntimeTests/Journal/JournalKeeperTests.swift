import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import Testing

@testable import KBotRuntime

/// What goes from the engine's thread to the journal, and when.
@Suite struct JournalKeeperTests {
    /// A journal in a folder of its own, with a run of a paper account.
    private struct Desk {
        let folder: FeedFolder
        let faults = JournalFaults()
        let journal: Journal
        let run: RunJournal
        let account: JournalAccount

        init(account isKept: Bool = true) throws {
            folder = try FeedFolder()
            journal = try Journal(stateDirectory: folder.path, access: .readWrite, faults: faults)
            account = try journal.account(named: "main", kind: .paper, identity: "x", now: Timestamp(seconds: 1))
            let facts = RunFacts(
                name: "run-1",
                kind: isKept ? .paper : .sim,
                account: isKept ? account : nil,
                version: "0",
                seed: 1,
                started: Timestamp(seconds: 2),
                plan: Data("{}".utf8),
                configuration: Data("[]".utf8),
                recordsInputs: isKept
            )
            run = try journal.begin(facts) { EffectLines() }
        }

        func inputs() throws -> [(first: Int, events: [Event])] {
            var chunks = journal.inputs(of: try journal.run("last"))
            var found: [(first: Int, events: [Event])] = []
            while let (first, events) = try chunks.next() { found.append((first, events)) }
            return found
        }
    }

    /// Lets the keeper keep the state of an engine that has nothing.
    private func settle(_ keeper: JournalKeeper, _ afterEvents: Int) -> Bool {
        let engine = Engine(EngineConfiguration(), strategies: [])
        return keeper.settle(engine, nil, afterEvents: afterEvents)
    }

    @Test func `a state that could not be kept is tried again, but not at every event`() throws {
        let desk = try Desk()
        let keeper = JournalKeeper(desk.run, .init(keepsState: true), patience: .seconds(3_600)) { _ in nil }
        #expect(settle(keeper, 1) && keeper.lastSaved != nil)
        desk.faults.begin(.full)
        #expect(!settle(keeper, 2))
        desk.faults.end()
        // Its patience is not over.
        #expect(!settle(keeper, 3))
        #expect(try desk.journal.lastCheckpoint(of: desk.account)?.checkpoint.afterEvents == 1)

        let eager = JournalKeeper(desk.run, .init(keepsState: true), patience: .zero) { _ in Data("{}".utf8) }
        desk.faults.begin(.full, commits: 1)
        #expect(!settle(eager, 4))
        #expect(settle(eager, 5))
        let saved = try desk.journal.lastCheckpoint(of: desk.account)
        #expect(saved?.checkpoint.afterEvents == 5 && saved?.checkpoint.scripts == Data("{}".utf8))
    }

    @Test(arguments: [JournalTrouble.full, .readOnly, .inputOutput, .busy])
    func `the engine is told of a trouble once, and once of its end`(trouble: JournalTrouble) throws {
        let desk = try Desk()
        let keeper = JournalKeeper(desk.run, .init(keepsState: true), patience: .zero) { _ in nil }
        #expect(keeper.takeNews() == nil)
        desk.faults.begin(trouble)
        #expect(!settle(keeper, 1))
        #expect(keeper.takeNews() == .journal(isWritable: false, trouble.text))
        #expect(keeper.takeNews() == nil)
        desk.faults.end()
        #expect(settle(keeper, 2))
        // The journal's own thread finds that it can write again.
        try desk.run.flush()
        #expect(keeper.takeNews() == .journal(isWritable: true, ""))
        #expect(keeper.takeNews() == nil)
    }

    @Test func `of data that can be had again, only an operator's commands are kept, each at its place`() throws {
        let desk = try Desk(account: false)
        let keeper = JournalKeeper(desk.run, .init()) { _ in nil }
        let halt = Event.command(Timestamp(seconds: 3), .halt(until: nil, code: "OPERATOR_HALT", reason: "lunch"))
        let resume = Event.command(Timestamp(seconds: 4), .resume)
        for event in [.timer(Timestamp(seconds: 2)), halt, .timer(Timestamp(seconds: 3)), resume] as [Event] {
            keeper.hear(event)
        }
        keeper.handOver()
        try desk.run.flush()
        let kept = try desk.inputs()
        #expect(kept.map(\.first) == [1, 3] && kept.map(\.events) == [[halt], [resume]])
    }

    @Test func `data that come once are kept whole and in order`() throws {
        let desk = try Desk()
        let keeper = JournalKeeper(desk.run, .init(recordsInputs: true, keepsState: true)) { _ in nil }
        // More than are handed over at once.
        let events = (0..<5_000).map { Event.timer(Timestamp(seconds: Int64($0))) }
        for event in events { keeper.hear(event) }
        keeper.handOver()
        try desk.run.finish(ending: "done", report: nil, at: Timestamp(seconds: 9))
        let kept = try desk.inputs()
        #expect(kept.flatMap(\.events) == events)
        #expect(
            kept.first?.first == 0 && zip(kept, kept.dropFirst()).allSatisfy { $0.first + $0.events.count == $1.first }
        )
    }
}
