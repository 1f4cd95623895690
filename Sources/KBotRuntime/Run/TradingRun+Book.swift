import Foundation
import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import KBotReports
import KBotScripting
import KBotSimulation

/// What a run writes down, and what it takes up of an earlier one.
extension TradingRun {
    /// Writes down that the run begins.
    func beginBook() throws(RunFailure) {
        guard let book else { return }
        do throws(RunFailure) {
            try keepScripts()
            try book.begin(plan, settings, strategies: strategies, rules: rules, started: wallStart) { [unowned self] in
                keptMemory(at: $0)
            }
            // Now with the epoch in which this run numbers its orders.
            left = book.account?.left
            epoch = book.epoch
        } catch {
            // A run that leaves nothing behind can do without; an account cannot.
            if book.account != nil { throw error }
            terminal.say("no journal is kept: \(error.message)")
        }
    }

    private func keepScripts() throws(RunFailure) {
        do {
            for script in scripts { try store.save(script.version) }
        } catch {
            throw RunFailure(.other, "the scripts of the run cannot be kept in \(settings.stateDirectory): \(error)")
        }
    }

    /// The engine, with what an earlier run left.
    func makeEngine() -> Engine {
        var configuration = settings.engine
        configuration.budgets = budgets
        configuration.keepsTrades = reloads || !plan.recordedReloads.isEmpty
        let strategies = strategies.map(\.strategy)
        let rules = rules.map(\.rule)
        guard let state = left?.engine else {
            var engine = Engine(configuration, strategies: strategies, rules: rules)
            engine.begin(epoch: epoch)
            return engine
        }
        return Engine(
            configuration,
            strategies: strategies,
            rules: rules,
            restoring: state,
            onHold: plan.onRecovery == .hold
        )
    }

    /// The paper exchange, with what an earlier run left.
    func makeExchange() -> PaperExchange {
        guard let state = left?.paper else {
            return PaperExchange(cash: settings.engine.initialCapital, friction: friction, seed: plan.seed)
        }
        return PaperExchange(restoring: state, friction: friction, seed: plan.seed)
    }

    var friction: Friction {
        switch settings.fills {
        case .realistic: .realistic
        case .optimistic: .optimistic
        case .pessimistic: .pessimistic
        }
    }

    // MARK: What scripts keep

    /// What scripts want to keep, as JSON; nil when none keeps anything.
    private func keptMemory(at time: Timestamp) -> Data? {
        var memories: [String: ScriptMemory] = [:]
        for script in scripts {
            guard let memory = try? script.current.memory(at: time), !memory.isEmpty else { continue }
            memories[script.name] = memory
        }
        guard !memories.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try? encoder.encode(memories)
    }

    /// Gives scripts what they saved, once they have been started.
    func scheduledMemories() -> [TradingSession.ScheduledChange] {
        guard let memories = left?.scripts, !memories.isEmpty else { return [] }
        return [
            TradingSession.ScheduledChange(afterEvents: 1) { [unowned self] engine, _ in
                for script in scripts {
                    guard let memory = memories[script.name] else { continue }
                    do throws(ScriptFailure) {
                        try script.current.load(memory, at: engine.now)
                    } catch {
                        throw RunFailure(error)
                    }
                }
            }
        ]
    }

    // MARK: What the venue says of it

    /// Tells what an account was left with, before anything is traded.
    package var recoveryLines: [String] {
        guard let account = book?.account else { return [] }
        let name = "account \(account.account.name)"
        guard let left else {
            let beginning = account.isNew ? "begun anew" : "goes on, without anything in its journal"
            return ["\(name): \(beginning), orders are named \(account.account.orderPrefix)-…"]
        }
        let isBusy = !left.engine.positions.isEmpty || !left.engine.openOrders.isEmpty
        let onHold = plan.onRecovery == .hold && isBusy
        return ["\(name): taken up again, \(left.lines.joined(separator: "\n"))"]
            + (onHold ? ["trades on their way wait for kbot resume (--on-recovery hold): NO STOP IS WATCHED"] : [])
    }

    /// How long the venue may take to say what became of every order, before the operator is told what is missing.
    private static let recoveryPatience = TimeSpan.seconds(30)
    /// And before a run that manages nothing gives up.
    private static let recoveryLimit = TimeSpan.minutes(2)

    /// Looks whether the venue has said what became of every order of earlier runs; until then nothing new is opened.
    ///
    /// - Throws: ``RunFailure`` with exit code 5 when it does not, and there is nothing open to look after.
    func watchRecovery(_ runner: VenueRunner) throws(RunFailure) {
        guard plan.mode != .paper, book?.account?.isNew == false, recovery == nil, let desk = runner.desk else {
            return
        }
        let now = runner.access.time.uptime
        let began = recoveryBegan ?? now
        recoveryBegan = began
        guard now - began >= Self.recoveryPatience else { return }
        let missing = desk.missingForRecovery.joined(separator: "; ")
        if !hasWarnedOfRecovery {
            hasWarnedOfRecovery = true
            let text = "not known yet, so nothing new is opened: \(missing)"
            terminal.say("warning: \(text)")
            notify(.recovery, text)
        }
        guard now - began >= Self.recoveryLimit, session?.read({ $0.hasOpenTrades }) == false else { return }
        throw RunFailure(.venue, "the account cannot be taken up: \(missing)")
    }

    /// Orders of this account that the journal does not know: those of the start are told with all the rest, later ones halt.
    func hearUnaccounted(_ orders: [UnaccountedOrder]) throws {
        guard recovery != nil else { return }
        let names = orders.map { "\($0.clientID) in \($0.ticker)" }.joined(separator: ", ")
        let text = "orders of this account that the journal does not know: \(names)"
        terminal.say("warning: \(text)")
        try session?.command(.halt(until: nil, code: "UNACCOUNTED_ORDER", reason: text))
    }

    /// Refuses to trade on a picture that is not whole.
    ///
    /// - Throws: ``RunFailure`` with exit code 5 and what is missing.
    func judge(_ picture: RecoveryPicture) throws(RunFailure) {
        recovery = picture
        var missing = picture.unaccounted.map { order in
            "order \(order.clientID) (\(order.side.rawValue) \(order.filled + order.remaining) \(order.ticker) at \(order.price), "
                + "\(order.filled) filled) is of this account, and the journal does not know it"
        }
        missing += picture.differences.map { "\($0)" }
        missing += (left?.orphans ?? []).map {
            "order \($0.order.id) in \($0.ticker) belongs to no trade that is known"
        }
        if !picture.fills.isEmpty {
            notify(.recovery, "\(counted(picture.fills.count, "fill")) found that came while kbot was away")
        }
        for fill in picture.fills {
            terminal.say("found: \(fill.count) at \(fill.price) filled while kbot was away (order \(fill.order))")
        }
        guard missing.isEmpty else {
            notify(
                .recovery,
                "the account and the journal do not agree; nothing is traded: \(missing.joined(separator: "; "))"
            )
            throw RunFailure(
                .venue,
                "the account and the journal do not agree, so nothing is traded:\n  "
                    + missing.joined(separator: "\n  ")
                    + "\nput it right at Kalshi (or with kbot flatten), then begin a new account with --fresh"
            )
        }
        let open = picture.openOrders.count
        terminal.say(
            "recovered: journal and venue agree; \(counted(picture.fills.count, "fill")) found, "
                + "\(counted(open, "order")) still resting"
        )
    }
}

extension OrderDesk {
    /// Takes up what earlier runs of an account left; nothing of one that begins now.
    ///
    /// - Parameters:
    ///   - account: The account as its journal knows it.
    ///   - now: The venue's time.
    func adopt(_ account: AccountBook, at now: Timestamp) {
        if let left = account.left {
            adopt(left)
        } else if !account.isNew {
            // Nothing of its state is kept. Whether its runs have traded nevertheless, the venue knows: after a power cut.
            // The account was created by this machine's clock, which may have been wrong, and its orders bear the venue's.
            let from = min(account.account.created, now) - .hours(1)
            adopt([], positions: [:], lastOrders: [], fillsFrom: from)
        }
    }

    /// Takes up the orders that an earlier run left.
    func adopt(_ left: AccountState) {
        let markets = Dictionary(left.engine.markets.map { ($0.id, $0) }) { first, _ in first }
        let written = Set(left.intents.map(\.order.id))
        let orders = left.engine.allOrders.compactMap { open -> AdoptedOrder? in
            guard let market = markets[open.order.request.market] else { return nil }
            return AdoptedOrder(
                request: open.order.request,
                market: market,
                opensRisk: open.role == .entry,
                sentAt: market.openTime,
                filled: open.order.filled,
                trades: Set(open.order.trades),
                wasSent: !written.contains(open.order.id),
                isOver: !open.isInDoubt
            )
        }
        adopt(
            orders,
            positions: left.engine.unpaidPositions,
            lastOrders: left.engine.lastOrderIDs,
            fillsFrom: left.time
        )
    }
}
