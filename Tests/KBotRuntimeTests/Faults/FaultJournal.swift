import Foundation
import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import KBotSimulation

@testable import KBotJournal
@testable import KBotRuntime

/// What outlives a process: the account's journal, on a real disk or an imagined one.
protocol FaultDisk: AnyObject {
    /// What the account was left with.
    func left() throws -> AccountState?
    /// Begins a run of the account.
    func begin(_ number: Int, left: AccountState?) throws -> any FaultJournal
    /// Lets every write fail from now on, or none any more.
    var trouble: JournalTrouble? { get set }
}

/// The journal of one process.
protocol FaultJournal: SessionJournal {
    /// How many runs the account had before.
    var epoch: Int32 { get }
    /// What the engine is to be told of the journal.
    func takeNews() -> Command?
    /// Ends the run as an operator does.
    func finish(at time: Timestamp) throws
    /// Whether an order that reduces was sent though it could not be written down, and no state was kept since.
    var hasUnwritten: Bool { get }
}

/// A journal in memory that keeps the promises of the real one: orders before they are sent, states between events, each
/// wholly or not at all.
final class MemoryDisk: FaultDisk {
    var trouble: JournalTrouble?
    fileprivate var state: (engine: EngineState, paper: PaperState?, time: Timestamp)?
    /// Orders written down after the state.
    fileprivate var intents: [OrderIntent] = []
    private var runs: Int32 = 0
    private let keepsPaper: Bool

    init(keepsPaper: Bool = false) { self.keepsPaper = keepsPaper }

    func left() throws -> AccountState? {
        guard let state else { return nil }
        let encoder = JSONEncoder()
        let saved = SavedCheckpoint(
            id: Int64(runs),
            run: RunID("run-\(runs)"),
            checkpoint: Checkpoint(
                afterEvents: 0,
                time: state.time,
                engine: try encoder.encode(state.engine),
                venue: try state.paper.map { try encoder.encode($0) }
            ),
            lastOrder: 0
        )
        let written = try intents.map { intent in
            Intent(
                order: intent.order,
                ticker: intent.ticker,
                role: intent.role,
                strategy: intent.strategy,
                time: intent.time,
                detail: String(decoding: try encoder.encode(intent), as: UTF8.self)
            )
        }
        return try AccountState(saved, after: written)
    }

    func begin(_ number: Int, left: AccountState?) throws -> any FaultJournal {
        if let trouble { throw JournalError.failed(trouble, "injected") }
        defer { runs += 1 }
        if let left {
            state = (left.engine, left.paper, left.time)
            state?.engine.begin(epoch: runs)
            intents = []
        }
        return MemoryJournal(self, epoch: runs, writesIntents: !keepsPaper)
    }
}

/// One process' hold on a ``MemoryDisk``.
final class MemoryJournal: FaultJournal {
    let epoch: Int32
    let keepsState = true
    private(set) var hasUnwritten = false
    private let disk: MemoryDisk
    private let writesIntents: Bool
    private var told: JournalTrouble?

    init(_ disk: MemoryDisk, epoch: Int32, writesIntents: Bool) {
        self.disk = disk
        self.epoch = epoch
        self.writesIntents = writesIntents
    }

    func hear(_ event: Event) {}

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        guard writesIntents else { return [] }
        var intents: [OrderIntent] = []
        for effect in effects {
            guard case .send(let approved) = effect, case .place(let order) = approved.request,
                let intent = engine.intent(of: order.id)
            else { continue }
            intents.append(intent)
        }
        guard !intents.isEmpty else { return [] }
        guard disk.trouble == nil else {
            if intents.contains(where: \.order.reduceOnly) { hasUnwritten = true }
            return Set(intents.map(\.order).filter { !$0.reduceOnly }.map(\.id))
        }
        disk.intents += intents
        return []
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
        guard disk.trouble == nil else { return false }
        disk.state = (engine.state, exchange?.state, engine.now)
        disk.intents = []
        hasUnwritten = false
        return true
    }

    func finish(at time: Timestamp) throws {}

    func takeNews() -> Command? {
        guard disk.trouble != told else { return nil }
        told = disk.trouble
        return .journal(isWritable: told == nil, told?.text ?? "")
    }
}

/// The real journal in a directory of its own.
final class RealDisk: FaultDisk {
    let directory: String
    private let faults = JournalFaults()
    private var journal: Journal
    private let account: JournalAccount
    private let isPaper: Bool

    var trouble: JournalTrouble? {
        didSet {
            if let trouble { faults.begin(trouble) } else { faults.end() }
        }
    }

    init(isPaper: Bool = false) throws {
        directory = NSTemporaryDirectory() + "kbot-faults-" + UUID().uuidString
        self.isPaper = isPaper
        let journal = try Journal(stateDirectory: directory, access: .readWrite, faults: faults)
        self.journal = journal
        account = try journal.account(
            named: isPaper ? "paper" : "demo",
            kind: isPaper ? .paper : .demo,
            identity: "here",
            now: Timestamp(seconds: 0)
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// What is read of the journal at the end.
    func read<Value>(_ body: (Journal) throws -> Value) rethrows -> Value { try body(journal) }

    var orderPrefix: String { account.orderPrefix }

    func left() throws -> AccountState? {
        // Another process opens the file anew.
        journal = try Journal(stateDirectory: directory, access: .readWrite, faults: faults)
        return try AccountState(of: account, journal)
    }

    func begin(_ number: Int, left: AccountState?) throws -> any FaultJournal {
        let facts = RunFacts(
            name: RunID("run-\(number)"),
            kind: isPaper ? .paper : .demo,
            account: account,
            version: "test",
            seed: 1,
            started: Timestamp(seconds: Int64(number)),
            plan: Data("{}".utf8),
            configuration: Data("[]".utf8),
            scripts: [],
            inputs: nil,
            recordsInputs: true,
            resumedFrom: left?.checkpoint,
            markets: left?.markets ?? []
        )
        let run = try journal.begin(facts) { EffectLines() }
        if var left {
            left.engine.begin(epoch: run.epoch)
            try run.save(try left.checkpoint(JSONEncoder()))
        }
        return RealJournal(run, isPaper: isPaper)
    }
}

/// One process' hold on a ``RealDisk``: the keeper of a run, as it is.
final class RealJournal: FaultJournal {
    private let keeper: JournalKeeper
    private(set) var hasUnwritten = false
    let keepsState = true

    init(_ run: RunJournal, isPaper: Bool) {
        keeper = JournalKeeper(
            run,
            JournalKeeper.Duties(recordsInputs: true, writesIntents: !isPaper, keepsState: true),
            patience: .zero
        ) { _ in nil }
    }

    var epoch: Int32 { keeper.journal.epoch }

    func hear(_ event: Event) { keeper.hear(event) }

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        let refused = keeper.hear(effects, engine)
        // What reduces is sent though it could not be written down.
        if keeper.journal.health.trouble != nil { hasUnwritten = true }
        return refused
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
        let isKept = keeper.settle(engine, exchange, afterEvents: afterEvents)
        if isKept { hasUnwritten = false }
        return isKept
    }

    func takeNews() -> Command? {
        keeper.handOver()
        return keeper.takeNews()
    }

    func finish(at time: Timestamp) throws {
        keeper.handOver()
        try keeper.journal.finish(ending: "done", report: nil, at: time)
    }
}
