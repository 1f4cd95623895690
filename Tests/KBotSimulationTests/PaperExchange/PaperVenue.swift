import KBotModel
import KBotSimulation

/// A paper exchange with one or two listed markets and short words for what tests do to it.
///
/// Prices are cents, counts are contracts. Every call gives the events it caused, without their times.
struct PaperVenue {
    static let market = MarketID(0)
    static let start = Timestamp(seconds: 1_795_375_800)
    static let close = start + .minutes(15)

    var exchange: PaperExchange
    var now = PaperVenue.start
    private(set) var log: [TimedVenueEvent] = []

    init(
        _ friction: Friction = .optimistic,
        cash: Money = Money(dollars: 1_000),
        seed: UInt64 = 1,
        fees: FeeSchedule = .quadratic,
        grid: PriceGrid = .linearCent
    ) {
        exchange = PaperExchange(cash: cash, friction: friction, seed: seed)
        see(.listed(.make(fees: fees, grid: grid)))
    }

    /// A venue whose book shows bids and asks, given in YES cents.
    static func withBook(
        bids: [(Int32, Int64)] = [(48, 100), (47, 100)],
        asks: [(Int32, Int64)] = [(50, 100), (51, 100)],
        _ friction: Friction = .optimistic,
        cash: Money = Money(dollars: 1_000),
        seed: UInt64 = 1,
        fees: FeeSchedule = .quadratic
    ) -> PaperVenue {
        var venue = PaperVenue(friction, cash: cash, seed: seed, fees: fees)
        venue.book(bids: bids, asks: asks)
        return venue
    }

    // MARK: Market data

    @discardableResult
    mutating func see(_ kind: MarketEvent.Kind) -> [VenueEvent] {
        collect { exchange, now, output in
            exchange.advance(to: now, into: &output)
            exchange.handle(MarketEvent(time: now, kind), into: &output)
        }
    }

    @discardableResult
    mutating func book(bids: [(Int32, Int64)], asks: [(Int32, Int64)]) -> [VenueEvent] {
        let yes = bids.map { BookLevel(price: Price(cents: $0.0), count: Quantity(contracts: $0.1)) }
        let no = asks.map { BookLevel(price: Price(cents: 100 - $0.0), count: Quantity(contracts: $0.1)) }
        return see(.snapshot(Self.market, BookSnapshot(yes: yes, no: no)))
    }

    /// Changes a displayed level by contracts; the price is in YES cents on both sides.
    @discardableResult
    mutating func change(_ side: BookSide, _ cents: Int32, by contracts: Int64) -> [VenueEvent] {
        let outcome: Outcome = side == .bid ? .yes : .no
        let price = Price(cents: side == .bid ? cents : 100 - cents)
        return see(.delta(Self.market, outcome, price, Quantity(contracts: contracts)))
    }

    @discardableResult
    mutating func trade(_ cents: Int32, _ contracts: Int64, taker: BookSide?) -> [VenueEvent] {
        let price = Price(cents: cents)
        return see(
            .trade(Trade(market: Self.market, price: price, count: Quantity(contracts: contracts), taker: taker))
        )
    }

    // MARK: Requests and time

    /// Sends an order and carries out what is due at once.
    @discardableResult
    mutating func place(
        _ id: Int64,
        _ side: BookSide,
        _ cents: Int32,
        _ contracts: Int64,
        _ life: NewOrder.TimeInForce = .goodTillCancelled(expires: nil),
        reduceOnly: Bool = false
    ) -> [VenueEvent] {
        let order = NewOrder(
            id: ClientOrderID(id),
            market: Self.market,
            side: side,
            price: Price(cents: cents),
            count: Quantity(contracts: contracts),
            timeInForce: life,
            reduceOnly: reduceOnly
        )
        return send(.place(order))
    }

    @discardableResult
    mutating func cancel(_ id: Int64) -> [VenueEvent] { send(.cancel(ClientOrderID(id))) }

    @discardableResult
    mutating func amend(_ id: Int64, _ cents: Int32, total: Int64) -> [VenueEvent] {
        send(.amend(ClientOrderID(id), price: Price(cents: cents), total: Quantity(contracts: total)))
    }

    @discardableResult
    mutating func send(_ request: OrderRequest) -> [VenueEvent] {
        exchange.submit(request, at: now)
        return pass(.zero)
    }

    /// Lets time go by.
    @discardableResult
    mutating func pass(_ span: TimeSpan) -> [VenueEvent] {
        now = now + span
        return collect { exchange, now, output in exchange.advance(to: now, into: &output) }
    }

    var position: Quantity { exchange.position(in: Self.market) }
    var total: Money { exchange.cash + exchange.reserved }

    private mutating func collect(_ body: (inout PaperExchange, Timestamp, inout [TimedVenueEvent]) -> Void)
        -> [VenueEvent]
    {
        var output: [TimedVenueEvent] = []
        body(&exchange, now, &output)
        log += output
        return output.map(\.event)
    }
}

extension Market {
    /// A 15-minute market that opens at the venue's start.
    static func make(
        _ id: MarketID = PaperVenue.market,
        fees: FeeSchedule = .quadratic,
        grid: PriceGrid = .linearCent,
        status: MarketStatus = .active
    ) -> Market {
        Market(
            id: id,
            ticker: Ticker("KXTEST-\(id.index)"),
            series: "KXTEST",
            openTime: PaperVenue.start,
            closeTime: PaperVenue.close,
            grid: grid,
            fees: fees,
            status: status
        )
    }
}

extension NewOrder.TimeInForce {
    static let rests = NewOrder.TimeInForce.goodTillCancelled(expires: nil)
}

extension [VenueEvent] {
    /// The fills among the events.
    var fills: [Fill] {
        compactMap { if case .filled(let fill) = $0 { fill } else { nil } }
    }

    /// Fills as `(cents, contracts)` texts: `50x10`; hundredths of contracts after a point.
    var fillTexts: [String] { fills.map { "\($0.price.units / 100)x\($0.count.text)" } }

    /// Contracts filled.
    var filled: Quantity { fills.reduce(.zero) { $0 + $1.count } }

    /// The events in words, for whole-array comparisons.
    var words: [String] {
        map { event in
            switch event {
            case .accepted(let id, let resting): "\(id) accepted \(resting.text)"
            case .rejected(let id, let reason): "\(id) rejected \(reason.rawValue)"
            case .filled(let fill):
                "\(fill.order) \(fill.liquidity.rawValue) \(fill.price.units / 100)x\(fill.count.text)"
            case .cancelled(let id, let unfilled, let reason): "\(id) cancelled \(unfilled.text) \(reason.rawValue)"
            case .cancelRefused(let id): "\(id) cancel refused"
            case .amended(let id, let price, let resting): "\(id) amended \(price.units / 100)x\(resting.text)"
            case .amendRefused(let id, let reason): "\(id) amend refused \(reason.rawValue)"
            case .outcomeUnknown(let id): "\(id) unknown"
            case .found(let id, _): "\(id) found"
            }
        }
    }
}

extension Quantity {
    /// Whole contracts without the fraction: `10`, `2.50`.
    var text: String { units % 100 == 0 ? "\(units / 100)" : description }
}
