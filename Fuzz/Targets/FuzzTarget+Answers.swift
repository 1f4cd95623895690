import KBotKalshi
import KBotModel
import KBotTestSupport

extension FuzzTarget {
    /// The readers of REST answers, every endpoint's, and what feed and desk make of what was read.
    static func answers() -> FuzzTarget {
        FuzzTarget("answers", seeds: inputs(AnswerCorpus.bodies), words: AnswerCorpus.words, longest: 8_192) { input in
            var rows = AnswerRows()
            // A line is an answer, so that several meet in one feed and one desk.
            for line in input.split(separator: UInt8(ascii: "\n")) {
                let bytes = Array(line)
                try holdErrors(bytes)
                guard let json = try? JSON(parsing: bytes) else { continue }
                try rows.read(json)
            }
            if rows.isPublic { try AnswerFeed.hear(rows) }
            if rows.isOwn { AnswerDesk.hear(rows) }
        }
    }

    /// Whatever a refusal says, there is a sentence of it that is not too long.
    private static func holdErrors(_ bytes: [UInt8]) throws {
        for status in [400, 404, 500] {
            for effect in [RequestEffect.idempotent, .once] {
                let error = VenueError(HTTPResponse(status: status, body: bytes), effect: effect)
                try hold(error.message.count <= 300, "a message of \(error.message.count) characters")
                // A write that a failing server answered may have been done: nothing it says makes it certain.
                let isCertain = error.disposition != .outcomeUnknown
                try hold(status < 500 || effect != .once || !isCertain, "\(error) is taken for certain")
            }
        }
    }
}

/// Rows that were read of answers, by kind.
struct AnswerRows {
    var statuses: [ExchangeStatus] = []
    var schedules: [ExchangeSchedule] = []
    var series: [SeriesRow] = []
    var feeChanges: [FeeChange] = []
    var events: [EventRow] = []
    var markets: [MarketRow] = []
    var books: [BookRow] = []
    var trades: [TradeRow] = []
    var candles: [CandleRow] = []
    var balances: [BalanceRow] = []
    var positions: [PositionRow] = []
    var orders: [OrderRow] = []
    var fills: [FillRow] = []
    var settlements: [SettlementRow] = []
    var groups: [CreatedOrderGroup] = []
    var created: [CreatedOrder] = []
    var cancelled: [CancelledOrder] = []
    var amended: [AmendedOrder] = []

    /// Whether there is anything for a feed.
    var isPublic: Bool {
        !(statuses.isEmpty && schedules.isEmpty && series.isEmpty && feeChanges.isEmpty && events.isEmpty
            && markets.isEmpty
            && books.isEmpty && trades.isEmpty && candles.isEmpty)
    }

    /// Whether there is anything for a desk.
    var isOwn: Bool {
        !(balances.isEmpty && positions.isEmpty && orders.isEmpty && fills.isEmpty && settlements.isEmpty
            && groups.isEmpty
            && created.isEmpty && cancelled.isEmpty && amended.isEmpty)
    }

    /// Reads an answer as that of every endpoint: which one it came from is no promise of what it is.
    mutating func read(_ json: JSON) throws {
        try keep(.exchangeStatus(), json, &statuses)
        try keep(.exchangeSchedule(), json, &schedules)
        try keep(.series("S"), json, &series)
        try keep(page: .seriesFeeChanges(series: "S"), json, &feeChanges)
        try keep(.event("E"), json, &events)
        try keep(page: .markets(), json, &markets)
        try keep(.market("M"), json, &markets)
        try keep(.book("M"), json, &books)
        try keep(page: .trades(), json, &trades)
        let span = CandleSpan(from: Timestamp(seconds: 0), to: Timestamp(seconds: 60))
        if let candles = try? Call<MarketCandles>.candles("M", series: "S", span).decode(json) {
            try holdAgain(candles)
            self.candles += candles.candles
        }
        try keep(.balance(), json, &balances)
        try keep(page: .marketPositions(), json, &positions)
        try keep(page: .orders(), json, &orders)
        try keep(.order("O"), json, &orders)
        try keep(page: .fills(), json, &fills)
        try keep(page: .settlements(), json, &settlements)
        try keep(.createGroup(limit: Quantity(contracts: 1), shard: 2), json, &groups)
        try readChanges(json)
        try readOthers(json)
    }

    private mutating func readChanges(_ json: JSON) throws {
        if let row = try? CreatedOrder(wire: json) { created.append(try holdAgain(row)) }
        if let row = try? CancelledOrder(wire: json) { cancelled.append(try holdAgain(row)) }
        if let row = try? AmendedOrder(wire: json) { amended.append(try holdAgain(row)) }
        for item in (try? Call<[BatchItem<CancelledOrder>]>.cancel([CancelItem]()).decode(json)) ?? [] {
            if case .success(let row) = item.result { cancelled.append(try holdAgain(row)) }
        }
        for item in (try? Call<[BatchItem<CreatedOrder>]>.create([CreateOrder]()).decode(json)) ?? [] {
            if case .success(let row) = item.result { created.append(try holdAgain(row)) }
        }
    }

    private func readOthers(_ json: JSON) throws {
        _ = try? Call<Timestamp>.userDataTimestamp().decode(json)
        _ = try? Call<PositionPage>.positions().decode(json)
        _ = try? Call<Quantity>.queuePosition("O").decode(json)
        if let row = try? Call<HistoricalCutoff>.historicalCutoff().decode(json) { try holdAgain(row) }
        if let row = try? Call<AccountLimits>.accountLimits().decode(json) { try holdAgain(row) }
        if let row = try? Call<EndpointCostTable>.endpointCosts().decode(json) { try holdAgain(row) }
        if let row = try? Call<APIKeyList>.apiKeys().decode(json) { try holdAgain(row) }
        for row in (try? Call<Page<MarketBookRow>>.books(["M"]).decode(json))?.rows ?? [] { try holdAgain(row) }
        for row in (try? Call<Page<OrderGroupRow>>.groups().decode(json))?.rows ?? [] { try holdAgain(row) }
        for row in (try? Call<Page<ShardTransferRow>>.transfers().decode(json))?.rows ?? [] { try holdAgain(row) }
        for row in (try? Call<Page<SubaccountBalance>>.subaccountBalances().decode(json))?.rows ?? [] {
            try holdAgain(row)
        }
    }

    private func keep<Row: WireRow>(_ call: Call<Row>, _ json: JSON, _ rows: inout [Row]) throws {
        if let row = try? call.decode(json) { rows.append(try holdAgain(row)) }
    }

    private func keep<Row: WireRow>(page call: Call<Page<Row>>, _ json: JSON, _ rows: inout [Row]) throws {
        for row in (try? call.decode(json))?.rows ?? [] { rows.append(try holdAgain(row)) }
    }

    /// What was read can be written, and is then read as the same.
    @discardableResult
    private func holdAgain<Row: WireRow>(_ row: Row) throws -> Row {
        let wire = row.wire
        do {
            try hold(try Row(wire: wire).wire == wire, "\(Row.self) reads its own \(wire) as another")
        } catch let error as WireError {
            try hold(false, "\(Row.self) does not read its own \(wire): \(error)")
        }
        return row
    }
}

/// A feed that asks, and gets whatever was read.
private enum AnswerFeed {
    static func hear(_ rows: AnswerRows) throws {
        var now = AnswerCorpus.time
        var uptime = Timestamp(seconds: 0)
        let feed = VenueFeed(
            VenueFeedConfiguration(series: ["KXBTC15M"], markets: [AnswerCorpus.ticker], privateChannels: true)
        )
        feed.start(at: now, uptime: uptime)
        var outputs: [VenueFeedOutput] = []
        var turns = 0
        for _ in 0..<6 {
            for action in feed.takeActions() {
                guard case .ask(let question) = action else { continue }
                feed.handle(answer(question, rows, turns), to: question, at: now, uptime: uptime, into: &outputs)
                turns += 1
            }
            now = now + .seconds(4)
            uptime = uptime + .seconds(4)
            feed.tick(at: now, uptime: uptime, into: &outputs)
        }
        let events = outputs.compactMap { if case .event(let event) = $0 { event } else { nil } }
        try FuzzTarget.holdSense(events, isOrdered: false)
    }

    private static func answer(_ question: VenueQuestion, _ rows: AnswerRows, _ turn: Int) -> VenueAnswer {
        func pick<Row>(_ rows: [Row], _ answer: (Row) -> VenueAnswer) -> VenueAnswer? {
            rows.isEmpty ? nil : answer(rows[turn % rows.count])
        }
        let found: VenueAnswer? =
            switch question {
            case .status: pick(rows.statuses) { .status($0) }
            case .schedule: pick(rows.schedules) { .schedule($0) }
            case .series: pick(rows.series) { .series($0) }
            case .feeChanges: .feeChanges(rows.feeChanges)
            case .event: pick(rows.events) { .event($0) }
            case .markets, .anyOpen: .markets(rows.markets, unreadable: [])
            case .market, .archivedMarket: pick(rows.markets) { .market($0) }
            case .book: pick(rows.books) { .book($0) }
            case .trades: .trades(rows.trades, isWhole: true)
            case .candles: .candles(rows.candles)
            }
        return found ?? .failed(VenueError(.notFound, .notRetryable, status: 404))
    }
}

/// A desk with an order of its own and one of an earlier run, whose requests get whatever was read.
private enum AnswerDesk {
    /// Keeps jobs until they are answered.
    private final class Jobs: DeskClient {
        var open: [DeskJob] = []
        func launch(_ job: DeskJob) { open.append(job) }
    }

    private static let market = Market(
        id: MarketID(0),
        ticker: AnswerCorpus.ticker,
        series: "KXBTC15M",
        openTime: AnswerCorpus.time - .minutes(5),
        closeTime: AnswerCorpus.time + .minutes(10)
    )

    private static func order(_ id: Int64, _ side: BookSide) -> NewOrder {
        NewOrder(
            id: ClientOrderID(id),
            market: market.id,
            side: side,
            price: Price(cents: 56),
            count: Quantity(contracts: 10),
            timeInForce: .goodTillCancelled(expires: nil),
            reduceOnly: false
        )
    }

    static func hear(_ rows: AnswerRows) {
        guard let terms = OrderTerms(run: "kbot-7") else { return }
        let jobs = Jobs()
        let desk = OrderDesk(
            configuration: DeskConfiguration(terms: terms, entryGroupLimit: Quantity(contracts: 5)),
            client: jobs
        )
        var time = DeskTime(now: AnswerCorpus.time, uptime: Timestamp(seconds: 0))
        var news: [DeskNews] = []
        desk.adopt(
            [
                AdoptedOrder(
                    request: order(1, .bid),
                    market: market,
                    opensRisk: true,
                    sentAt: AnswerCorpus.time - .minutes(1),
                    wasSent: true
                )
            ],
            positions: [:],
            lastOrders: [ClientOrderID(1)],
            fillsFrom: AnswerCorpus.time - .minutes(1)
        )
        desk.know(market, at: time, into: &news)
        desk.start(shards: [2], at: time)
        for turn in 0..<8 {
            if turn == 2 { desk.submit(.place(order(2, .ask)), at: time, into: &news) }
            if turn == 4 {
                desk.submit(
                    .amend(ClientOrderID(2), price: Price(cents: 57), total: Quantity(contracts: 12)),
                    at: time,
                    into: &news
                )
            }
            if turn == 5 { desk.cancelAll(at: time, into: &news) }
            let open = jobs.open
            jobs.open = []
            for job in open {
                let outcome = outcome(of: job.work, rows, turn)
                desk.receive(DeskReport(number: job.number, outcome: outcome), at: time, into: &news)
            }
            if turn == 6 { desk.settlements(since: time.now - .hours(1), at: time) }
            time = DeskTime(now: time.now + .seconds(6), uptime: time.uptime + .seconds(6))
            desk.tick(at: time, into: &news)
        }
    }

    private static func outcome(of work: DeskJob.Work, _ rows: AnswerRows, _ turn: Int) -> DeskReport.Outcome {
        let absent = VenueError(.notFound, .notRetryable, status: 404, code: "not_found")
        func pick<Row>(_ rows: [Row]) -> Row? { rows.isEmpty ? nil : rows[turn % rows.count] }
        func result<Row>(_ row: Row?) -> Result<Row, VenueError> { row.map { .success($0) } ?? .failure(absent) }
        switch work {
        case .place:
            if let row = pick(rows.created) { return .placed(.placed(row)) }
            return .placed(pick(rows.orders).map { .found($0) } ?? .unknown(absent))
        case .cancel: return .cancelled(pick(rows.cancelled).map { .cancelled($0) } ?? .notResting)
        case .cancelMany(let items):
            return .cancelledMany(
                items.map { _ in pick(rows.cancelled).map { .cancelled($0) } ?? .unknown(absent) }
            )
        case .amend:
            if let row = pick(rows.amended) { return .amended(.done(row)) }
            return .amended(pick(rows.orders).map { .found($0) } ?? .refused(absent))
        case .order: return .order(result(pick(rows.orders)))
        case .find: return .sighted(pick(rows.orders).map { .found($0) } ?? .absent)
        case .fills: return .fills(.success(rows.fills))
        case .account(_, let ordersFrom, _):
            guard let balance = pick(rows.balances) else { return .account(.failure(absent)) }
            return .account(
                .success(
                    AccountPicture(
                        balance: balance,
                        positions: rows.positions.filter { $0.position != .zero },
                        resting: turn % 2 == 0 ? rows.orders : [],
                        orders: ordersFrom == nil ? [] : rows.orders,
                        fills: rows.fills
                    )
                )
            )
        case .createGroup: return .group(result(pick(rows.groups)))
        case .limitGroup, .resetGroup, .deleteGroup: return .done(.failure(absent))
        case .settlements: return .settlements(.success(rows.settlements))
        }
    }
}
