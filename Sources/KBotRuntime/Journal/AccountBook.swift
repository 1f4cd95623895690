import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import KBotReports
import KBotScripting
import KBotSimulation

/// An account that goes on from run to run: held by this one, with what the last left behind.
package final class AccountBook {
    /// The account.
    let account: JournalAccount
    /// What the last run left; nil for a new account.
    private(set) var left: AccountState?
    /// Whether it begins now: no earlier run can have traded on it.
    let isNew: Bool
    private let lock: AccountLock

    /// Takes hold of an account, and reads what is kept of it.
    ///
    /// - Parameters:
    ///   - journal: The journal of the state directory.
    ///   - name: The account's name; nil for the mode's usual one.
    ///   - mode: Where its orders go.
    ///   - identity: A short hash of what the account is at the venue: key, host and subaccount.
    ///   - stateDirectory: The folder with the account's lock.
    ///   - isFresh: Whether to begin a new account of this name.
    /// - Throws: ``RunFailure``: usage when another kbot holds it or it is of another kind, venue (exit code 5) when what is
    ///   kept cannot be read whole.
    init(
        _ journal: Journal,
        named name: String?,
        mode: RunPlan.Mode,
        identity: String,
        stateDirectory: String,
        isFresh: Bool
    ) throws(RunFailure) {
        let kind: JournalAccount.Kind =
            switch mode {
            case .paper: .paper
            case .demo: .demo
            case .live: .live
            }
        let name = name ?? mode.rawValue
        do throws(AccountLock.Failure) {
            lock = try AccountLock(account: name, stateDirectory: stateDirectory)
        } catch {
            throw RunFailure(.usage, error.description)
        }
        let now = Timestamp.wallClock
        do throws(JournalError) {
            account =
                isFresh
                ? try journal.freshAccount(named: name, kind: kind, identity: identity, now: now)
                : try journal.account(named: name, kind: kind, identity: identity, now: now)
        } catch {
            throw RunFailure(error)
        }
        isNew = account.created == now
        left = isFresh ? nil : try AccountState(of: account, journal)
    }

    /// Begins the run that goes on from what was left; its orders are numbered in its own epoch.
    func takeUp(epoch: Int32) -> AccountState? {
        left?.engine.begin(epoch: epoch)
        return left
    }
}

/// What an account was left with: taken up by the next run.
struct AccountState {
    /// The engine, with orders that were sent after its state was kept.
    var engine: EngineState
    /// The paper exchange; nil where a venue keeps the books.
    var paper: PaperState?
    /// What scripts keep, by their names.
    let scripts: [String: ScriptMemory]
    /// The checkpoint's number.
    let checkpoint: Int64
    /// The run that left it, and the time it had reached.
    let run: RunID
    let time: Timestamp
    /// Orders that were written down, of which it is not known whether they were sent.
    private(set) var intents: [OrderIntent]
    /// Orders whose trade is not known: nothing can look after them.
    private(set) var orphans: [OrderIntent]

    /// Reads a state as it was kept.
    init(_ saved: SavedCheckpoint) throws {
        let decoder = JSONDecoder()
        engine = try decoder.decode(EngineState.self, from: saved.checkpoint.engine)
        paper = try saved.checkpoint.venue.map { try decoder.decode(PaperState.self, from: $0) }
        scripts = try saved.checkpoint.scripts.map { try decoder.decode([String: ScriptMemory].self, from: $0) } ?? [:]
        checkpoint = saved.id
        run = saved.run
        time = saved.checkpoint.time
        intents = []
        orphans = []
    }

    /// Reads a state for the run that goes on from it, with the orders that were written down after it.
    init(_ saved: SavedCheckpoint, after written: [Intent]) throws {
        try self.init(saved)
        let decoder = JSONDecoder()
        intents = try written.map { intent in
            guard let detail = intent.detail else {
                throw RunFailure(
                    .venue,
                    "order \(intent.order.id) in \(intent.ticker) was written down without what it was for"
                )
            }
            return try decoder.decode(OrderIntent.self, from: Data(detail.utf8))
        }
        orphans = engine.take(intents)
        // The feed numbers these markets first, in this order.
        var numbers: [MarketID: MarketID] = [:]
        for (index, market) in markets.enumerated() { numbers[market.id] = MarketID(Int32(index)) }
        if let unknown = paper?.marketIDs.first(where: { numbers[$0] == nil }) {
            throw RunFailure(.venue, "the paper exchange holds something in market \(unknown), whose name is not kept")
        }
        engine.renumber(numbers)
        paper?.renumber(numbers)
    }

    /// Markets in which engine or paper exchange still have something, in the order of their numbers.
    var markets: [Market] {
        var markets = engine.markets
        for market in paper?.markets ?? [] where !markets.contains(where: { $0.id == market.id }) {
            markets.append(market)
        }
        return markets.sorted { $0.id < $1.id }
    }

    /// The state as it is kept.
    func checkpoint(_ encoder: JSONEncoder) throws -> Checkpoint {
        Checkpoint(
            afterEvents: 0,
            time: time,
            engine: try encoder.encode(engine),
            venue: try paper.map { try encoder.encode($0) },
            scripts: scripts.isEmpty ? nil : try encoder.encode(scripts)
        )
    }

    /// Reads what the last run left; nil when the account has nothing yet.
    init?(of account: JournalAccount, _ journal: Journal) throws(RunFailure) {
        do {
            let saved = try journal.lastCheckpoint(of: account)
            let written = try journal.intents(of: account, after: saved)
            guard let saved else {
                guard written.isEmpty else {
                    throw RunFailure(
                        .venue,
                        "the account \(account.name) sent \(counted(written.count, "order")) before anything of its state "
                            + "was kept: look at the venue, then begin anew with --fresh"
                    )
                }
                return nil
            }
            try self.init(saved, after: written)
        } catch let failure as RunFailure {
            throw failure
        } catch let error as JournalError {
            throw RunFailure(error)
        } catch {
            throw RunFailure(
                .venue,
                "what is kept of the account \(account.name) cannot be read (\(error)): kbot journal check says more; "
                    + "--fresh begins a new account"
            )
        }
    }

    /// What was left, one fact a line.
    var lines: [String] {
        var lines = [
            "left at \(time) by run \(run): equity without open trades \(engine.equityWithoutOpenTrades.dollarText)"
        ]
        for (ticker, count) in engine.positions.sorted(by: { $0.key < $1.key }) {
            lines.append("  holds \(count) \(ticker)")
        }
        for order in engine.openOrders {
            lines.append(
                "  \(order.role.rawValue) \(order.order.request.side.rawValue) \(order.order.remaining) \(order.ticker) "
                    + "at \(order.order.request.price): to be looked up"
            )
        }
        for reason in engine.haltReasons { lines.append("  \(reason.code): \(reason.text)") }
        return lines
    }
}

extension RunFailure {
    /// The journal's trouble, with the exit code it stands for.
    init(_ error: JournalError) {
        switch error {
        case .accountMismatch: self.init(.usage, error.description)
        case .corrupt, .chunk: self.init(.venue, error.description)
        case .newer, .older, .missing, .run: self.init(.usage, error.description)
        case .failed: self.init(.other, error.description)
        }
    }
}
