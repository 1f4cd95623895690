import KBotKalshi
import KBotModel
import Testing

/// A desk whose jobs are answered by hand, and everything it has told.
final class DeskBench {
    /// Keeps jobs until they are answered.
    final class Jobs: DeskClient {
        var open: [DeskJob] = []
        func launch(_ job: DeskJob) { open.append(job) }
    }

    let jobs = Jobs()
    let desk: OrderDesk
    private(set) var time: DeskTime
    private(set) var news: [DeskNews] = []
    private let speed: Int64

    static let start = Timestamp(seconds: 1_795_375_920)
    static let ticker = Ticker("KXBTC15M-26NOV221445-45")
    static let market = Market(
        id: MarketID(0),
        ticker: ticker,
        series: "KXBTC15M",
        openTime: start - .minutes(5),
        closeTime: start + .minutes(10)
    )

    /// A desk that has read an account with nothing in it.
    init(
        signatures: SignatureBank? = nil,
        isStarted: Bool = true,
        configure: (inout DeskConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = DeskConfiguration(terms: try #require(OrderTerms(run: "kbot-7")))
        configure(&configuration)
        speed = configuration.speed
        time = DeskTime(now: Self.start, uptime: Timestamp(microseconds: 0))
        desk = OrderDesk(configuration: configuration, client: jobs, signatures: signatures)
        desk.know(Self.market, at: time, into: &news)
        guard isStarted else { return }
        desk.start(shards: [2], at: time)
        while let job = jobs.open.first {
            switch job.work {
            case .createGroup: try group(job, "g1")
            default: answer(job, .account(.success(try Self.picture())))
            }
        }
    }

    // MARK: Doing

    func wait(_ span: TimeSpan) {
        time = DeskTime(now: time.now + span * speed, uptime: time.uptime + span)
        desk.tick(at: time, into: &news)
    }

    func call(_ body: (OrderDesk, DeskTime, inout [DeskNews]) -> Void) { body(desk, time, &news) }

    func place(_ order: NewOrder) { desk.submit(.place(order), at: time, into: &news) }
    func cancel(_ id: Int64) { desk.submit(.cancel(ClientOrderID(id)), at: time, into: &news) }
    func lookUp(_ id: Int64) { desk.lookUp(ClientOrderID(id), at: time, into: &news) }
    func hear(_ fill: OwnFill) { desk.hear(fill, at: time, into: &news) }
    func hear(_ order: OwnOrder) { desk.hear(order, at: time, into: &news) }

    /// Answers the oldest job that is open.
    func answer(_ outcome: DeskReport.Outcome) throws { answer(try #require(jobs.open.first), outcome) }

    func answer(_ job: DeskJob, _ outcome: DeskReport.Outcome) {
        jobs.open.removeAll { $0.number == job.number }
        desk.receive(DeskReport(number: job.number, outcome: outcome), at: time, into: &news)
    }

    func group(_ job: DeskJob, _ id: String) throws {
        answer(job, .group(.success(try DeskVenueModel.parse(#"{"order_group_id":"\#(id)","exchange_index":2}"#))))
    }

    /// Answers the oldest job, a new order, as the venue does.
    func placed(_ id: String, filled: String = "0.00", remaining: String) throws {
        let body = #"{"order_id":"\#(id)","fill_count":"\#(filled)","remaining_count":"\#(remaining)"}"#
        try answer(.placed(.placed(try DeskVenueModel.parse(body))))
    }

    // MARK: Hearing

    /// What the engine was told since the last time it was asked.
    func takeEvents() -> [VenueEvent] {
        defer { news = [] }
        return news.compactMap { if case .venue(let event) = $0 { event } else { nil } }
    }

    var warnings: [DeskWarning] {
        news.compactMap { if case .warning(let warning, _) = $0 { warning } else { nil } }
    }

    var texts: [String] {
        news.compactMap { news in
            switch news {
            case .warning(_, let text), .problem(_, let text), .foreign(_, _, _, let text): text
            case .venue, .account, .unaccounted, .recovered, .ready: nil
            }
        }
    }

    var foreign: [Bool] {
        news.compactMap { if case .foreign(_, _, let isForeign, _) = $0 { isForeign } else { nil } }
    }

    /// The orders among the jobs that are open.
    var creates: [CreateOrder] {
        jobs.open.compactMap { if case .place(let order, _, _) = $0.work { order } else { nil } }
    }

    /// The cancels among the jobs that are open.
    var cancels: [CancelItem] {
        jobs.open.compactMap { if case .cancel(let item) = $0.work { item } else { nil } }
    }

    // MARK: Making

    static func order(
        _ id: Int64,
        _ side: BookSide = .bid,
        count: Int64 = 10,
        _ life: NewOrder.TimeInForce = .goodTillCancelled(expires: nil),
        reduceOnly: Bool = false
    ) -> NewOrder {
        NewOrder(
            id: ClientOrderID(id),
            market: market.id,
            side: side,
            price: Price(cents: 56),
            count: Quantity(contracts: count),
            timeInForce: life,
            reduceOnly: reduceOnly
        )
    }

    static func fill(
        _ trade: String,
        of order: String,
        client: String? = nil,
        _ count: Int64,
        side: BookSide = .bid,
        fee: Money? = Money(units: 10_000)
    ) -> OwnFill {
        OwnFill(
            tradeID: trade,
            orderID: order,
            clientID: client,
            ticker: ticker,
            side: side,
            price: Price(cents: 56),
            count: Quantity(contracts: count),
            isTaker: false,
            fee: fee
        )
    }

    static func word(
        _ order: String,
        client: String? = nil,
        _ status: String,
        filled: Int64 = 0,
        remaining: Int64 = 0,
        reason: String? = nil
    ) -> OwnOrder {
        OwnOrder(
            orderID: order,
            clientID: client,
            ticker: ticker,
            status: Open(status),
            filled: Quantity(contracts: filled),
            remaining: Quantity(contracts: remaining),
            updateReason: reason
        )
    }

    static func row(
        _ order: String,
        client: String,
        _ status: String,
        filled: Int64 = 0,
        remaining: Int64 = 0
    ) throws -> OrderRow {
        try DeskVenueModel.parse(
            #"{"order_id":"\#(order)","client_order_id":"\#(client)","ticker":"\#(ticker)","book_side":"bid","#
                + #""status":"\#(status)","yes_price_dollars":"0.5600","initial_count_fp":"10.00","#
                + #""fill_count_fp":"\#(filled).00","remaining_count_fp":"\#(remaining).00"}"#
        )
    }

    static func fillRow(_ trade: String, of order: String, _ count: Int64, created: Timestamp = start) throws -> FillRow
    {
        try DeskVenueModel.parse(
            #"{"trade_id":"\#(trade)","order_id":"\#(order)","ticker":"\#(ticker)","book_side":"bid","#
                + #""count_fp":"\#(count).00","yes_price_dollars":"0.5600","is_taker":true,"fee_cost":"0.020000","#
                + #""created_time":"\#(created)"}"#
        )
    }

    static func picture(
        resting: [OrderRow] = [],
        fills: [FillRow] = [],
        position: Int64 = 0,
        balance: String = #"{"balance":100000}"#
    ) throws -> AccountPicture {
        let position: PositionRow = try DeskVenueModel.parse(
            #"{"ticker":"\#(ticker)","position_fp":"\#(position).00"}"#
        )
        return AccountPicture(
            balance: try DeskVenueModel.parse(balance),
            positions: position.position == .zero ? [] : [position],
            resting: resting,
            fills: fills
        )
    }

    static func told(_ trade: String, of order: Int64, _ count: Int64, fee: Int64 = 10_000, taker: Bool = false)
        -> VenueEvent
    {
        .filled(
            Fill(
                trade: tradeNumber(trade),
                order: ClientOrderID(order),
                market: market.id,
                side: .bid,
                price: Price(cents: 56),
                count: Quantity(contracts: count),
                liquidity: taker ? .taker : .maker,
                fee: Money(units: fee)
            )
        )
    }
}
