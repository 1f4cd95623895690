import Foundation
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// Killing the engine on the bench, and taking up another one from what was kept of it.
extension Bench {
    /// Takes up a new engine from the state of this one, through JSON, after a span in which nobody ran.
    ///
    /// The strategies are those of the old run unless others are given. When the last event is lost, the process died after
    /// that event's orders were sent and before its state was kept.
    ///
    /// - Throws: when a state does not come back from JSON as it was, or a sent order is nobody's.
    func restart(
        _ strategies: [any Strategy]? = nil,
        onHold: Bool = false,
        losingLastEvent: Bool = false,
        after span: TimeSpan = .seconds(10),
        _ change: (inout EngineState) throws -> Void = { _ in }
    ) throws {
        for managed in engine.orders.values {
            try hold(ManagedOrderState(managed).order == managed.order, "\(managed.order) is kept otherwise")
        }
        var state: EngineState
        if losingLastEvent, let kept {
            state = try copied(kept.before)
            let orphans = state.take(try copied(kept.intents))
            try hold(orphans.isEmpty, "nobody looks after \(orphans.map(\.order.id))")
        } else {
            state = try copied(engine.state)
        }
        try change(&state)
        let next = Engine(
            configuration,
            strategies: strategies ?? self.strategies,
            rules: rules,
            restoring: state,
            onHold: onHold
        )
        take(next, after: span)
    }

    /// The market comes again as a feed tells it after a start: its facts, then its book.
    func relist(_ index: Int32 = 0, bid: Int32 = 48, ask: Int32 = 50) throws {
        see(.listed(try #require(markets[MarketID(index)])))
        quote(bid, ask, in: index)
    }
}

/// A value as it comes back from JSON; it must be the same.
func copied<Value: Codable & Equatable>(_ value: Value) throws -> Value {
    let copy = try JSONDecoder().decode(Value.self, from: try JSONEncoder().encode(value))
    try hold(copy == value, "\(copy) came back, not \(value)")
    return copy
}
