import KBotEngine
import KBotModel
import KBotTestSupport

/// A venue that answers orders in its own random way, always true to one book of its own.
///
/// Requests arrive after a while, answers come after another; fills, acknowledgements and answers to cancels of one order
/// overtake one another. What it says is consistent in the end: every fill is told, each order's fate is told or can be looked up.
struct RandomVenue {
    private struct Resting {
        let order: NewOrder
        var left: Quantity
        var filled = Quantity.zero
        var isOpen = true
        var fills: [Fill] = []
    }

    private struct Pending {
        let due: Timestamp
        let sequence: Int
        let event: VenueEvent
    }

    private var orders: [ClientOrderID: Resting] = [:]
    private var open: [ClientOrderID] = []
    private var pending: [Pending] = []
    private var sequence = 0
    private var trades: Int64 = 0
    private var seen = 0
    /// YES contracts held at the venue.
    private(set) var positions: [MarketID: Quantity] = [:]
    /// How often an order sold more than was held: must stay 0 with reduce-only kept.
    private(set) var oversold = 0
    /// Percent of requests whose answer is lost.
    var losses = 8
    /// Percent of new orders that are refused.
    var refusals = 8
    /// Whether fills and answers of one order may overtake one another.
    var isUnordered = true

    /// Whether a look-up is answered with every fill of the order first.
    var retells = false

    /// Whoever listened is gone: what was to be said is said to nobody.
    mutating func loseListener() { pending = [] }

    /// What was asked for since the last call never arrives.
    mutating func loseRequests(of bench: Bench) { seen = bench.log.count }

    /// Whether everything was said.
    var isSilent: Bool { pending.isEmpty }

    /// When the next answer is due.
    var nextDue: Timestamp? { pending.map(\.due).min() }

    /// Takes in what the engine has asked for since the last call.
    mutating func read(_ bench: Bench, _ random: inout SeededGenerator) {
        while seen < bench.log.count {
            defer { seen += 1 }
            switch bench.log[seen] {
            case .send(let approved):
                switch approved.request {
                case .place(let order): place(order, bench, &random)
                case .cancel(let id): cancel(id, bench, &random)
                case .amend: break
                }
            case .lookUp(let id): lookUp(id, bench, &random)
            case .note: break
            }
        }
    }

    /// Gives the answers that are due; false when none was.
    mutating func speak(to bench: Bench, _ random: inout SeededGenerator) -> Bool {
        guard
            let index = pending.indices.filter({ pending[$0].due <= bench.now })
                .min(by: { (pending[$0].due, pending[$0].sequence) < (pending[$1].due, pending[$1].sequence) })
        else { return false }
        let next = pending.remove(at: index)
        bench.answer(next.event)
        // Now and then a thing is told twice.
        if Int.random(in: 0..<15, using: &random) == 0 { bench.answer(next.event) }
        return true
    }

    /// Resting orders fill now and then, in parts.
    mutating func trade(_ bench: Bench, _ random: inout SeededGenerator) {
        for id in open {
            guard Int.random(in: 0..<3, using: &random) == 0, let resting = orders[id], resting.isOpen else { continue }
            let whole = resting.left.units / 100
            let part = Quantity(contracts: Int64.random(in: 1...max(1, whole), using: &random))
            fill(id, min(part, resting.left), at: resting.order.price, .maker, bench, &random)
        }
    }

    /// A market's orders die with it.
    mutating func end(_ market: MarketID, _ bench: Bench, _ random: inout SeededGenerator) {
        for id in open where orders[id]?.order.market == market { close(id, .marketClosed, bench, &random) }
    }

    private mutating func place(_ order: NewOrder, _ bench: Bench, _ random: inout SeededGenerator) {
        if Int.random(in: 0..<100, using: &random) < refusals {
            return say(.rejected(order.id, .other), bench, &random)
        }
        let isLost = Int.random(in: 0..<100, using: &random) < losses
        // A lost answer may be of an order that never arrived.
        if isLost, Bool.random(using: &random) { return say(.outcomeUnknown(order.id), bench, &random) }
        orders[order.id] = Resting(order: order, left: order.count)
        say(isLost ? .outcomeUnknown(order.id) : .accepted(order.id, resting: order.count), bench, &random)
        switch order.timeInForce {
        case .goodTillCancelled: open.append(order.id)
        case .immediateOrCancel, .fillOrKill:
            let held = (positions[order.market] ?? .zero).magnitude
            let most = order.reduceOnly ? min(held, order.count) : order.count
            let part = Quantity(contracts: Int64.random(in: 0...most.units / 100, using: &random))
            if part.units > 0 { fill(order.id, part, at: order.price, .taker, bench, &random) }
            close(order.id, .immediateOrCancel, bench, &random)
        }
    }

    private mutating func cancel(_ id: ClientOrderID, _ bench: Bench, _ random: inout SeededGenerator) {
        // What trades before the cancel arrives.
        if Int.random(in: 0..<4, using: &random) == 0 { trade(bench, &random) }
        if Int.random(in: 0..<100, using: &random) < losses {
            if Bool.random(using: &random), orders[id]?.isOpen == true {
                orders[id]?.isOpen = false
                open.removeAll { $0 == id }
            }
            return say(.outcomeUnknown(id), bench, &random)
        }
        guard let resting = orders[id], resting.isOpen else { return say(.cancelRefused(id), bench, &random) }
        if Int.random(in: 0..<12, using: &random) == 0 { return say(.cancelRefused(id), bench, &random) }
        close(id, .requested, bench, &random)
    }

    private mutating func lookUp(_ id: ClientOrderID, _ bench: Bench, _ random: inout SeededGenerator) {
        guard let resting = orders[id] else {
            return say(.found(id, OrderSnapshot(status: .unknown, filled: .zero)), bench, &random)
        }
        if retells { for fill in resting.fills { say(.filled(fill), bench, &random) } }
        let status: OrderSnapshot.Status =
            resting.isOpen ? .resting : resting.left == .zero ? .executed : .cancelled
        say(.found(id, OrderSnapshot(status: status, filled: resting.filled)), bench, &random)
    }

    private mutating func fill(
        _ id: ClientOrderID,
        _ count: Quantity,
        at price: Price,
        _ liquidity: FeeSchedule.Liquidity,
        _ bench: Bench,
        _ random: inout SeededGenerator
    ) {
        guard var resting = orders[id], count.units > 0 else { return }
        resting.left = resting.left - count
        resting.filled += count
        if resting.left == .zero {
            resting.isOpen = false
            open.removeAll { $0 == id }
        }
        orders[id] = resting
        let order = resting.order
        let before = positions[order.market] ?? .zero
        positions[order.market] = before + Quantity(units: order.side.sign * count.units)
        let role = bench.orders.first { $0.order.id == id }?.role
        if role != .entry, count > before.magnitude { oversold += 1 }
        trades += 1
        let fees = bench.markets[order.market]?.fees ?? .quadratic
        let fill = Fill(
            trade: trades,
            order: id,
            market: order.market,
            side: order.side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fees.fee(count: count, price: price, liquidity: liquidity)
        )
        orders[id]?.fills.append(fill)
        say(.filled(fill), bench, &random)
    }

    private mutating func close(
        _ id: ClientOrderID,
        _ reason: CancelReason,
        _ bench: Bench,
        _ random: inout SeededGenerator
    ) {
        guard let resting = orders[id], resting.isOpen else { return }
        orders[id]?.isOpen = false
        open.removeAll { $0 == id }
        say(.cancelled(id, unfilled: resting.left, reason), bench, &random)
    }

    private mutating func say(_ event: VenueEvent, _ bench: Bench, _ random: inout SeededGenerator) {
        sequence += 1
        let earliest = isUnordered ? bench.now : max(bench.now, pending.last?.due ?? bench.now)
        let delay = TimeSpan.milliseconds(Int64.random(in: 0...800, using: &random))
        pending.append(Pending(due: earliest + delay, sequence: sequence, event: event))
    }
}
