import KBotModel
import KBotSimulation
import Testing

/// What must be true of a paper account, kept by hand from nothing but requests and events.
struct PaperLedger {
    private struct Lot {
        let price: Price
        var count: Quantity
    }

    private struct Known {
        var order: NewOrder
        var limit: Price
        var total: Quantity
        var sent: Timestamp
        var filled = Quantity.zero
        var accepted = false
        var ended = false
    }

    private var orders: [ClientOrderID: Known] = [:]
    private var lots: [MarketID: (isLong: Bool, lots: [Lot])] = [:]
    private var settled: [MarketID: (lots: [Lot], isLong: Bool, value: Price)] = [:]
    private(set) var total: Money
    private(set) var positions: [MarketID: Quantity] = [:]
    private(set) var realised = Money.zero
    private(set) var fees = Money.zero
    private(set) var fills = 0
    private var trades: Set<Int64> = []
    private let start: Money
    private let minimumDelay: TimeSpan

    init(cash: Money, friction: Friction) {
        total = cash
        start = cash
        minimumDelay = friction.delay.lowerBound
    }

    /// Start plus realised profit minus fees: what cash must be when nothing is open.
    var equity: Money { start + realised - fees }

    var unfinished: [ClientOrderID] { orders.filter { $0.value.accepted && !$0.value.ended }.keys.sorted() }

    mutating func sent(_ request: OrderRequest, at time: Timestamp) {
        guard case .place(let order) = request else { return }
        orders[order.id] = Known(order: order, limit: order.price, total: order.count, sent: time)
    }

    mutating func heard(_ event: TimedVenueEvent) {
        switch event.event {
        case .accepted(let id, _):
            #expect(orders[id]?.accepted == false)
            orders[id]?.accepted = true
        case .rejected(let id, _):
            #expect(orders[id]?.accepted == false)
        case .filled(let fill): book(fill, at: event.time)
        case .cancelled(let id, let unfilled, _):
            guard let order = orders[id] else {
                Issue.record("a cancel of \(id), which was never sent")
                return
            }
            #expect(order.accepted && !order.ended, "\(id) ended twice")
            #expect(unfilled == order.total - order.filled)
            orders[id]?.ended = true
        case .amended(let id, let price, _): orders[id]?.limit = price
        case .amendRefused, .cancelRefused: break
        case .outcomeUnknown, .found: Issue.record("the paper exchange never says this")
        }
    }

    /// Orders whose end was not told.
    var unanswered: [ClientOrderID] { orders.filter { !$0.value.ended }.keys.sorted() }

    /// What the exchange tells again of an order: every fill counts once.
    mutating func heardAgain(_ events: [VenueEvent], at time: Timestamp) {
        for event in events {
            switch event {
            case .filled(let fill):
                orders[fill.order]?.accepted = true
                if !trades.contains(fill.trade) { book(fill, at: time) }
            case .found(let id, let snapshot):
                #expect(snapshot.status == .unknown || snapshot.filled == orders[id]?.filled)
                orders[id]?.accepted = snapshot.status != .unknown
                orders[id]?.ended = snapshot.status != .resting
            default: Issue.record("\(event) is no answer to a look-up")
            }
        }
    }

    /// An accepted amend also changes the total; the event does not carry it.
    mutating func amended(_ id: ClientOrderID, total: Quantity) { orders[id]?.total = total }

    mutating func settle(_ market: MarketID, at value: Price) {
        if let old = settled[market] {
            change(old.lots, old.isLong, from: old.value, to: value)
            settled[market]?.value = value
        } else {
            let open = lots[market] ?? (true, [])
            for lot in open.lots {
                total += (open.isLong ? value : value.complement) * lot.count
                realise(lot, at: value, isLong: open.isLong, count: lot.count)
            }
            settled[market] = (open.lots, open.isLong, value)
            lots[market] = nil
            positions[market] = .zero
        }
    }

    private mutating func change(_ lots: [Lot], _ isLong: Bool, from old: Price, to new: Price) {
        for lot in lots {
            let delta = Money.value(of: lot.count, over: new - old)
            total += isLong ? delta : -delta
            realised += isLong ? delta : -delta
        }
    }

    private mutating func book(_ fill: Fill, at time: Timestamp) {
        guard var order = orders[fill.order] else {
            Issue.record("a fill of an order never sent")
            return
        }
        fills += 1
        trades.insert(fill.trade)
        #expect(order.accepted && !order.ended)
        #expect(time >= order.sent + minimumDelay, "\(fill.order) filled before it could arrive")
        #expect(fill.side == .bid ? fill.price <= order.limit : fill.price >= order.limit)
        #expect(fill.count > .zero && fill.price.isTradable)
        order.filled += fill.count
        #expect(order.filled <= order.total)
        order.ended = order.filled == order.total
        orders[fill.order] = order

        fees += fill.fee
        total -= fill.fee
        var open = lots[fill.market] ?? (true, [])
        var left = fill.count
        let isLong = fill.side == .bid
        // The oldest lots of the other direction close first; which ones does not change the sum.
        while left > .zero, open.isLong != isLong, var lot = open.lots.first {
            let count = min(left, lot.count)
            realise(lot, at: fill.price, isLong: open.isLong, count: count)
            total += (open.isLong ? fill.price : fill.price.complement) * count
            left -= count
            lot.count -= count
            if lot.count == .zero { open.lots.removeFirst() } else { open.lots[0] = lot }
        }
        #expect(!order.order.reduceOnly || left == .zero, "a reduce-only order opened a position")
        if left > .zero {
            open.isLong = isLong
            open.lots.append(Lot(price: fill.price, count: left))
            total -= (isLong ? fill.price : fill.price.complement) * left
        }
        lots[fill.market] = open
        positions[fill.market, default: .zero] += Quantity(units: fill.side.sign * fill.count.units)
    }

    private mutating func realise(_ lot: Lot, at price: Price, isLong: Bool, count: Quantity) {
        realised += Money.value(of: count, over: isLong ? price - lot.price : lot.price - price)
    }
}
