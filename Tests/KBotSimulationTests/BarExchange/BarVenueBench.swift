import KBotModel
import KBotSimulation

/// Bars on one market, with orders and watches set by hand; prices in cents.
struct BarBench {
    static let market = MarketID(0)
    static let start = Timestamp(seconds: 1_704_067_200)
    var exchange: BarExchange
    var now = start
    private var number: Int64 = 0
    var output: [TimedVenueEvent] = []
    /// What a stop cancels before it leaves.
    private var resting: [ClientOrderID] = []

    init(_ rules: BarRules = .realistic, fees: FeeSchedule = FeeSchedule(kind: .quadratic, multiplier: 0)) {
        exchange = BarExchange(cash: Money(dollars: 1_000), rules: rules)
        exchange.list(
            Market(
                id: Self.market,
                ticker: "BARS",
                series: "BARS",
                openTime: Self.start,
                closeTime: Self.start + .hours(1_000),
                grid: .linearCent,
                fees: fees
            )
        )
    }

    /// Sends an order; gives its number.
    @discardableResult
    mutating func place(
        _ side: BookSide,
        _ cents: Int32,
        _ life: NewOrder.TimeInForce = .goodTillCancelled(expires: nil),
        reduceOnly: Bool = false
    ) -> ClientOrderID {
        number += 1
        let order = NewOrder(
            id: ClientOrderID(number),
            market: Self.market,
            side: side,
            price: Price(cents: cents),
            count: Quantity(contracts: 10),
            timeInForce: life,
            reduceOnly: reduceOnly
        )
        if case .goodTillCancelled = life { resting.append(order.id) }
        exchange.submit(.place(order), at: now, into: &output)
        return order.id
    }

    /// Plays a bar of a minute and gives its prints in cents; at a watched stop the position is left at once.
    @discardableResult
    mutating func bar(_ open: Int32, _ high: Int32, _ low: Int32, _ close: Int32, stop: Int32? = nil) -> [Int32] {
        let bar = Candle(
            start: now,
            interval: .minutes(1),
            open: Price(cents: open),
            high: Price(cents: high),
            low: Price(cents: low),
            close: Price(cents: close),
            volume: Quantity(contracts: 100),
            trades: 0
        )
        exchange.begin(bar, in: Self.market)
        var prints: [Int32] = []
        while true {
            let position = exchange.position(in: Self.market)
            let isStopped = stop != nil && position != .zero
            let watches = isStopped ? [BarWatch(.stop, at: Price(cents: stop ?? 0))] : []
            guard let print = exchange.next(in: Self.market, watching: watches) else { break }
            now = print.time
            prints.append(print.price.units / 100)
            exchange.hear(print, in: Self.market, into: &output)
            let held = exchange.position(in: Self.market)
            if let stop, held != .zero {
                let direction: Direction = held > .zero ? .long : .short
                if direction.isAtOrBeyondStop(print.price, Price(cents: stop)) {
                    for id in resting { exchange.submit(.cancel(id), at: now, into: &output) }
                    resting = []
                    place(direction.exitSide, direction == .long ? 1 : 99, .immediateOrCancel, reduceOnly: true)
                }
            }
        }
        now = bar.end
        return prints
    }

    /// Fills so far, such as `bid 45 taker`.
    var fills: [String] {
        output.compactMap { told in
            guard case .filled(let fill) = told.event else { return nil }
            return "\(fill.side.rawValue) \(fill.price.units / 100) \(fill.liquidity.rawValue)"
        }
    }

    /// Orders that ended without a fill, and why.
    var ended: [String] {
        output.compactMap { told in
            switch told.event {
            case .cancelled(_, _, let reason): reason.rawValue
            case .rejected(_, let reason): reason.rawValue
            default: nil
            }
        }
    }
}
