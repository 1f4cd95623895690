import KBotEngine
import KBotModel
import Testing

/// What the venue answers, said by the test.
extension Bench {
    /// The last order placed with a role.
    func last(_ role: OrderRole) throws -> NewOrder {
        try #require(orders.last { $0.role == role }?.order, "no \(role.rawValue) order was placed")
    }

    /// All orders placed with a role.
    func all(_ role: OrderRole) -> [NewOrder] { orders.filter { $0.role == role }.map(\.order) }

    @discardableResult
    func answer(_ event: VenueEvent) -> [Effect] { process(.venue(now, event)) }

    func accept(_ order: NewOrder) { answer(.accepted(order.id, resting: open[order.id] ?? .zero)) }

    func reject(_ order: NewOrder, _ reason: RejectReason = .other) { answer(.rejected(order.id, reason)) }

    /// Fills contracts at the order's price, or at another.
    @discardableResult
    func fill(
        _ order: NewOrder,
        _ contracts: Int64? = nil,
        at cents: Int32? = nil,
        _ liquidity: FeeSchedule.Liquidity = .maker
    ) -> Fill {
        let count = contracts.map { Quantity(contracts: $0) } ?? (open[order.id] ?? .zero)
        return fill(order, count, price: cents.map { Price(cents: $0) } ?? order.price, liquidity)
    }

    @discardableResult
    func fill(_ order: NewOrder, _ count: Quantity, price: Price, _ liquidity: FeeSchedule.Liquidity) -> Fill {
        lastTrade += 1
        let fees = markets[order.market]?.fees ?? .quadratic
        let fill = Fill(
            trade: lastTrade,
            order: order.id,
            market: order.market,
            side: order.side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fees.fee(count: count, price: price, liquidity: liquidity)
        )
        answer(.filled(fill))
        return fill
    }

    func cancelled(_ order: NewOrder, _ reason: CancelReason = .requested) {
        answer(.cancelled(order.id, unfilled: open[order.id] ?? .zero, reason))
    }

    func refuseCancel(_ order: NewOrder) { answer(.cancelRefused(order.id)) }

    func lose(_ order: NewOrder) { answer(.outcomeUnknown(order.id)) }

    func found(_ order: NewOrder, _ status: OrderSnapshot.Status, filled contracts: Int64 = 0) {
        answer(.found(order.id, OrderSnapshot(status: status, filled: Quantity(contracts: contracts))))
    }

    // MARK: Positions in few words

    /// A signal followed, accepted and filled whole; the target is accepted.
    @discardableResult
    func enter(_ signal: Signal = Bench.long(), in index: Int32 = 0, fee: FeeSchedule.Liquidity = .maker) throws
        -> NewOrder
    {
        self.signal(signal, in: index)
        let entry = try last(.entry)
        accept(entry)
        fill(entry, nil, at: nil, fee)
        accept(try last(.target))
        return entry
    }

    /// The market falls below a long's stop, touch and trade.
    func fall(to cents: Int32, in index: Int32 = 0) {
        quote(cents, cents + 2, in: index)
        trade(cents, taker: .ask, in: index)
    }

    /// Leaves what is held by the stop at these prices: cancels answered, exit filled.
    func stopOut(at cents: Int32, in index: Int32 = 0) throws {
        fall(to: cents, in: index)
        cancelled(try last(.target))
        fill(try last(.exit), nil, at: cents, .taker)
    }

    /// One round trip that ends at the stop with a loss.
    func lose(_ times: Int = 1, in index: Int32 = 0) throws {
        for _ in 0..<times {
            quote(48, 50, in: index)
            trade(48, taker: .ask, in: index)
            try enter(Bench.long(count: 1), in: index)
            try stopOut(at: 43, in: index)
        }
    }

    /// One round trip that ends at the target with a profit.
    func win(in index: Int32 = 0) throws {
        quote(48, 50, in: index)
        trade(48, taker: .ask, in: index)
        try enter(Bench.long(count: 1), in: index)
        fill(try last(.target))
    }
}

/// What the engine told.
extension Bench {
    var notes: [Note] {
        log.compactMap { if case .note(let note) = $0 { note } else { nil } }
    }
    var denials: [ReasonCode] {
        notes.compactMap { if case .denied(_, let code, _) = $0.kind { code } else { nil } }
    }
    var closedTrades: [ClosedTrade] {
        notes.compactMap { if case .closed(let trade) = $0.kind { trade } else { nil } }
    }
    var corrections: [ClosedTrade] {
        notes.compactMap { if case .corrected(_, let new) = $0.kind { new } else { nil } }
    }
    var warnings: [ReasonCode] {
        notes.compactMap { if case .warning(let code, _) = $0.kind { code } else { nil } }
    }
    var blockedBy: [ReasonCode] {
        notes.compactMap { if case .blocked(let code) = $0.kind { code } else { nil } }
    }
    var unblockedFrom: [ReasonCode] {
        notes.compactMap { if case .unblocked(let code) = $0.kind { code } else { nil } }
    }
    var exits: [ClosedTrade.Exit] {
        notes.compactMap { if case .exit(_, let exit) = $0.kind { exit } else { nil } }
    }
    var candles: [Candle] {
        notes.compactMap { if case .candle(let candle) = $0.kind { candle } else { nil } }
    }
    var verdicts: [(rule: String, verdict: Verdict, reducing: Bool)] {
        notes.compactMap { note in
            guard case .verdict(let rule, let verdict, let reducing) = note.kind else { return nil }
            return (rule, verdict, reducing)
        }
    }
    var noSignals: [ReasonCode] {
        notes.compactMap { if case .noSignal(_, let code, _) = $0.kind { code } else { nil } }
    }
    var view: AccountView { engine.accountView }
    var hasOpenTrades: Bool { engine.hasOpenTrades }
    var isFlat: Bool { engine.openTrades.isEmpty }
}
