import KBotKalshi
import KBotModel
import Testing

/// A market of the made-up venue, with all that will become of it.
struct FeedVenueMarket {
    let ticker: Ticker
    let opens: Timestamp
    var closes: Timestamp
    /// When REST begins to show it.
    var listed = Timestamp.distantPast
    /// When its strike is known; nil: never.
    var strikeAt: Timestamp?
    var determined: Timestamp
    var result = "yes"
    var isPaused = false
    /// Public trades: time and id.
    var trades: [(time: Timestamp, id: String)] = []

    init(_ ticker: Ticker, opens: Timestamp, closes: Timestamp) {
        self.ticker = ticker
        self.opens = opens
        self.closes = closes
        strikeAt = opens + .seconds(2)
        determined = closes + .seconds(9)
    }

    var event: String { String(ticker.text.prefix { $0 != "-" }) + "-" + ticker.text.split(separator: "-")[1] }

    func phase(at now: Timestamp) -> String {
        if now >= determined + .seconds(6) { return "finalized" }
        if now >= determined { return "determined" }
        if now >= closes { return "closed" }
        if now < opens { return "initialized" }
        return isPaused ? "inactive" : "active"
    }

    func row(at now: Timestamp) throws -> MarketRow {
        let isDecided = now >= determined
        let strike = strikeAt.map { now >= $0 } == true ? "\"floor_strike\":86120.37," : ""
        let value = isDecided ? "\"settlement_value_dollars\":\"\(result == "yes" ? "1.0000" : "0.0000")\"," : ""
        return try FeedVenue.row(
            """
            {"ticker":"\(ticker)","event_ticker":"\(event)","open_time":"\(opens)","close_time":"\(closes)",\
            "status":"\(phase(at: now))","result":"\(isDecided ? result : "")",\(strike)\(value)\
            "price_level_structure":"tapered_deci_cent","price_ranges":[],"exchange_index":2}
            """
        )
    }
}

/// A made-up venue: answers questions and keeps subscriptions, at made-up times, without any network.
struct FeedVenue {
    var markets: [FeedVenueMarket] = []
    /// Markets that only the archive has.
    var archive: [FeedVenueMarket] = []
    var feeMultiplier = "1"
    var feeChanges = "[]"
    var override = ""
    var status = #"{"exchange_active":true,"trading_active":true}"#
    var maintenance = ""
    /// Questions that get no answer.
    var refuses: (VenueQuestion) -> Bool = { _ in false }
    private(set) var questions: [VenueQuestion] = []
    private(set) var subscriptions: [(channel: String, sid: Int, seq: Int, members: Set<String>)] = []
    private var sids = 0

    static func row<Row: WireRow>(_ text: String) throws -> Row { try Row(wire: try JSON(parsing: Array(text.utf8))) }

    // MARK: REST

    mutating func answer(_ question: VenueQuestion, at now: Timestamp) throws -> VenueAnswer {
        questions.append(question)
        guard !refuses(question) else { return .failed(VenueError(.unavailable, .retryable, status: 503)) }
        switch question {
        case .status: return .status(try Self.row(status))
        case .schedule:
            return .schedule(try Self.row(#"{"standard_hours":[],"maintenance_windows":[\#(maintenance)]}"#))
        case .series(let ticker):
            return .series(
                try Self.row(#"{"ticker":"\#(ticker)","fee_type":"quadratic","fee_multiplier":\#(feeMultiplier)}"#)
            )
        case .feeChanges:
            let rows = try RowReader(try JSON(parsing: Array("{\"rows\":\(feeChanges)}".utf8)))
            return .feeChanges(try rows.list("rows"))
        case .event(let ticker):
            var event: EventRow = try Self.row(#"{"event_ticker":"\#(ticker)"\#(override)}"#)
            event.markets = try markets.filter { $0.event == ticker.text && $0.listed <= now }.map {
                try $0.row(at: now)
            }
            return .event(event)
        case .markets(let series, let status):
            let wanted = status == .open ? "active" : "initialized"
            let rows = try markets.filter { market in
                market.ticker.text.hasPrefix(series.text + "-") && market.listed <= now
                    && market.phase(at: now) == wanted
            }.map { try $0.row(at: now) }
            return .markets(rows, unreadable: [])
        case .market(let ticker):
            guard let market = markets.first(where: { $0.ticker == ticker && $0.listed <= now }) else {
                return .failed(VenueError(.notFound, .notRetryable, status: 404))
            }
            return .market(try market.row(at: now))
        case .archivedMarket(let ticker):
            guard let market = archive.first(where: { $0.ticker == ticker }) else {
                return .failed(VenueError(.notFound, .notRetryable, status: 404))
            }
            return .market(try market.row(at: now))
        case .book: return .book(try Self.row(#"{"yes_dollars":[["0.5000","7.00"]],"no_dollars":[]}"#))
        case .trades(let ticker, let from, _):
            let market = markets.first { $0.ticker == ticker }
            let rows = try (market?.trades ?? []).filter { $0.time <= now && $0.time >= from }.reversed().map { trade in
                try Self.row(
                    """
                    {"trade_id":"\(trade.id)","ticker":"\(ticker)","count_fp":"1.00","yes_price_dollars":"0.5000",\
                    "taker_book_side":"bid","created_time":"\(trade.time)"}
                    """
                ) as TradeRow
            }
            return .trades(rows, isWhole: true)
        case .candles(_, _, let from, _):
            let row: CandleRow = try Self.row(
                """
                {"end_period_ts":\(from.microseconds / 1_000_000 + 60),"volume_fp":"5.00","price":{"open_dollars":"0.5000",\
                "low_dollars":"0.4000","high_dollars":"0.6000","close_dollars":"0.5500"}}
                """
            )
            return .candles([row])
        case .anyOpen:
            let rows = try markets.filter { $0.phase(at: now) == "active" }.map { try $0.row(at: now) }
            return .markets(rows, unreadable: [])
        }
    }

    // MARK: Socket

    mutating func disconnect() { subscriptions = [] }

    /// Whether a channel delivers a market.
    func delivers(_ channel: String, _ ticker: Ticker) -> Bool {
        subscriptions.contains { $0.channel == channel && $0.members.contains(ticker.text) }
    }

    /// The frames a command is answered with.
    mutating func reply(to command: [UInt8]) throws -> [String] {
        let object = try #require(try JSON(parsing: command).object)
        let params = object["params"]?.object
        guard case .number(let id)? = object["id"], let name = object["cmd"]?.text else { return [] }
        func texts(_ key: String) -> [String] {
            guard case .array(let elements)? = params?[key] else { return [] }
            return elements.compactMap(\.text)
        }
        let members = texts("market_tickers") + texts("index_ids")
        if name == "subscribe" {
            let channel = texts("channels")[0]
            sids += 1
            subscriptions.append((channel, sids, 0, Set(members)))
            let reply = #"{"id":\#(id),"type":"subscribed","msg":{"channel":"\#(channel)","sid":\#(sids)}}"#
            return [reply] + snapshots(subscriptions.count - 1, members, id: nil)
        }
        var sid: Int?
        if case .number(let text)? = params?["sid"] { sid = Int(text) }
        if case .array(let elements)? = params?["sids"], case .number(let text)? = elements.first { sid = Int(text) }
        guard let index = subscriptions.firstIndex(where: { $0.sid == sid }) else {
            return [#"{"id":\#(id),"type":"error","msg":{"code":7,"msg":"Unknown sid"}}"#]
        }
        if name == "unsubscribe" {
            let gone = subscriptions.remove(at: index)
            return [#"{"id":\#(id),"sid":\#(gone.sid),"seq":\#(gone.seq + 1),"type":"unsubscribed"}"#]
        }
        switch params?["action"]?.text {
        case "get_snapshot": return snapshots(index, members, id: id)
        case "delete_markets", "unsubscribe_indices": subscriptions[index].members.subtract(members)
        default: subscriptions[index].members.formUnion(members)
        }
        let all = subscriptions[index].members.sorted().map { "\"\($0)\"" }.joined(separator: ",")
        let seq = next(index)
        let reply =
            #"{"id":\#(id),"sid":\#(subscriptions[index].sid),"seq":\#(seq),"type":"ok","msg":{"market_tickers":[\#(all)]}}"#
        return [reply] + (params?["action"]?.text == "add_markets" ? snapshots(index, members, id: nil) : [])
    }

    /// A frame on a channel that has numbers, if anybody hears it.
    mutating func frame(_ channel: String, _ type: String, _ ticker: Ticker?, _ message: String) -> String? {
        let index = subscriptions.firstIndex { subscription in
            subscription.channel == channel && (ticker.map { subscription.members.contains($0.text) } ?? true)
        }
        guard let index else { return nil }
        let seq = next(index)
        return #"{"type":"\#(type)","sid":\#(subscriptions[index].sid),"seq":\#(seq),"msg":\#(message)}"#
    }

    /// A trade's frame, if the market is subscribed.
    mutating func trade(_ ticker: Ticker, at time: Timestamp, id: String) -> String? {
        frame(
            "trade",
            "trade",
            ticker,
            """
            {"trade_id": "\(id)","market_ticker":"\(ticker)","yes_price_dollars":"0.5000","count_fp":"1.00",\
            "taker_book_side":"bid","ts_ms":\(time.microseconds / 1_000)}
            """
        )
    }

    /// Uses up numbers, as lost messages do.
    mutating func lose(_ channel: String) {
        for index in subscriptions.indices where subscriptions[index].channel == channel { _ = next(index) }
    }

    private mutating func next(_ index: Int) -> Int {
        subscriptions[index].seq += 1
        return subscriptions[index].seq
    }

    private mutating func snapshots(_ index: Int, _ members: [String], id: String?) -> [String] {
        guard subscriptions[index].channel == "orderbook_delta" else { return [] }
        let head = id.map { #""id":\#($0),"# } ?? ""
        let sid = subscriptions[index].sid
        return members.map { ticker in
            let seq = next(index)
            return #"{\#(head)"type":"orderbook_snapshot","sid":\#(sid),"seq":\#(seq),"#
                + #""msg":{"market_ticker":"\#(ticker)","yes_dollars_fp":[["0.4900","10.00"]],"no_dollars_fp":[]}}"#
        }
    }
}
