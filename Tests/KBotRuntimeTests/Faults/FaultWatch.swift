import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import KBotSimulation

@testable import KBotRuntime

/// Stands between session and journal: the process may die before and after each write, and what the engine wants is
/// looked at.
final class FaultWatch: SessionJournal {
    private unowned let process: FaultProcess
    let keepsState = true

    init(_ process: FaultProcess) { self.process = process }

    func hear(_ event: Event) {
        if !process.isDead { process.journal.hear(event) }
    }

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        process.isHalted = engine.tradingState == .halted
        guard process.lives() else { return [] }
        let refused = process.journal.hear(effects, engine)
        for effect in effects {
            guard case .send(let approved) = effect, case .place(let order) = approved.request else { continue }
            let role = engine.intent(of: order.id)?.role ?? .exit
            process.world.meant(order, role, by: process, isRefused: refused.contains(order.id))
            guard role == .entry else { continue }
            let view = engine.accountView
            let most = engine.configuration.limits.maxExposure?.money(of: view.capital) ?? view.exposure
            process.world.require(view.exposure <= most, "exposure \(view.exposure) above \(most)")
            let isHalted = process.isHalted
            process.world.require(!isHalted, "\(order.id) is an entry of a halted engine")
        }
        _ = process.lives()
        return refused
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool {
        guard process.lives() else { return false }
        guard process.journal.settle(engine, exchange, afterEvents: afterEvents) else { return false }
        process.world.ledger = process.ledger
        process.world.isHaltKept = engine.tradingState == .halted
        _ = process.lives()
        return true
    }
}

/// What the engine booked, over all runs of the account.
struct FaultLedger {
    private(set) var filled: [ClientOrderID: Quantity] = [:]
    private(set) var trades: [ClientOrderID: Set<Int64>] = [:]
    /// Fills that were booked twice.
    private(set) var doubled: [Fill] = []

    mutating func hear(_ note: Note) {
        guard case .fill(let fill, _) = note.kind else { return }
        if !trades[fill.order, default: []].insert(fill.trade).inserted { doubled.append(fill) }
        filled[fill.order, default: .zero] += fill.count
    }
}
