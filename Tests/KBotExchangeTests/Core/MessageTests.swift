import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

@Suite("Messages of the exchange")
struct ExchangeMessageTests {
    @Test("Nothing is made for channels that nobody listens to")
    func silence() throws {
        let stage = try ExchangeStage()
        stage.exchange.setAudience([])
        _ = try stage.place("bid", "10.00", "0.5900", "immediate_or_cancel")
        stage.wait(.minutes(16))
        #expect(stage.messages().isEmpty)
    }

    @Test("A change of the book is told as a delta, in both kinds of price")
    func deltas() throws {
        let time = QuarterHour.open + .seconds(1)
        let change = MarketEvent(time: time, .delta(QuarterHour.id, .no, Price(cents: 42), Quantity(contracts: -10)))
        let stage = try ExchangeStage(QuarterHour.opening + [change])
        stage.wait(.zero)
        _ = stage.messages()
        stage.wait(.seconds(1))
        let message = try #require(stage.messages(.orderbook).first)
        #expect(message.type == "orderbook_delta" && message.market == QuarterHour.ticker && message.account == nil)
        #expect(message.body["price_dollars"] == .string("0.4200") && message.body["delta_fp"] == .string("-10.00"))
        #expect(message.body["side"] == .string("no") && message.body["client_order_id"] == nil)
        #expect(message.body["ts"] == .string("2026-11-22T19:30:01.000000Z"))
        #expect(message.body["ts_ms"] == .integer(1_795_375_801_000))
        let yes = try JSON(parsing: try #require(message.yesPriceBytes))
        #expect(yes["price_dollars"] == .string("0.5800") && yes["side"] == .string("no"))
    }

    @Test("A whole book has both sides, ascending in either kind of price")
    func snapshot() throws {
        let stage = try ExchangeStage()
        stage.wait(.zero)
        let message = try #require(stage.messages(.orderbook).first)
        #expect(message.type == "orderbook_snapshot")
        #expect(message.body["yes_dollars_fp", "2"] == .array([.string("0.5600"), .string("120.00")]))
        #expect(message.body["no_dollars_fp", "0"] == .array([.string("0.4000"), .string("500.00")]))
        let yes = try JSON(parsing: try #require(message.yesPriceBytes))
        #expect(yes["no_dollars_fp", "0"] == .array([.string("0.5800"), .string("75.50")]))
    }

    @Test("An order of one's own comes and goes in one's own book alone, with its id")
    func ownDeltas() throws {
        let open = QuarterHour.open
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                QuarterHour.trade(50, 4, .ask, at: open + .seconds(2)),
                MarketEvent(time: open + .seconds(4), .snapshot(QuarterHour.id, QuarterHour.book)),
            ]
        )
        let id = try stage.place("bid", "10.00", "0.5100", id: "mine").body["order_id"]?.text ?? ""
        stage.wait(.seconds(3))
        _ = try stage.send(
            .post,
            "/portfolio/events/orders/\(id)/decrease",
            body: .members(["reduce_by": .string("1.00")])
        )
        stage.wait(.seconds(2))
        _ = try stage.send(.delete, "/portfolio/events/orders/\(id)")
        let own = stage.messages(.orderbook).filter { $0.account != nil }
        #expect(own.map { $0.body["delta_fp"]?.text } == ["10.00", "-4.00", "-1.00", "5.00", "-5.00"])
        #expect(own.allSatisfy { $0.account == AccountKey(0) && $0.body["client_order_id"] == .string("mine") })
        #expect(
            own.allSatisfy { $0.body["subaccount"] == .integer(0) && $0.body["price_dollars"] == .string("0.5100") }
        )
    }

    @Test("A fill is told with the position after it, then the order, to its owner; each by the same ids as REST")
    func ownOrders() throws {
        let stage = try ExchangeStage()
        _ = stage.messages()
        let id = try stage.place("bid", "100.00", "0.5900", id: "mine").body["order_id"] ?? .null
        let messages = stage.messages().filter { $0.account != nil && $0.channel != .orderbook }
        // 75.50 at 0.58, the rest at 0.59.
        #expect(
            messages.map(\.type)
                == ["fill", "market_position", "fill", "market_position", "user_order"]
        )
        let fill = messages[2].body
        #expect(fill["order_id"] == id && fill["client_order_id"] == .string("mine"))
        #expect(fill["post_position_fp"] == .string("100.00") && fill["count_fp"] == .string("24.50"))
        #expect(fill["trade_id"] == (try stage.read("/portfolio/fills")["fills", "0", "trade_id"]))
        #expect(fill["subaccount"] == .integer(0) && fill["is_taker"] == .bool(true))
        let order = messages[4].body
        #expect(order["status"] == .string("executed") && order["last_update_reason"] == .string("Trade"))
        #expect(order["taker_fees_dollars"]?.text?.count == 8 && order["is_yes"] == .bool(true))
        #expect(order["created_ts_ms"] == .integer(1_795_375_800_000))
    }

    @Test("A market's life is told: created without a strike, then the strike, the result, the payment")
    func lifecycle() throws {
        var coming = QuarterHour.facts
        coming.strike = nil
        coming.status = .initialized
        let open = QuarterHour.open
        let stage = try ExchangeStage(
            [
                MarketEvent(time: open - .seconds(30), .listed(coming)),
                MarketEvent(time: open, .status(QuarterHour.id, .active)),
                MarketEvent(time: open, .snapshot(QuarterHour.id, QuarterHour.book)),
                MarketEvent(time: open + .seconds(2), .listed(QuarterHour.facts)),
                MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .yes)),
            ],
            start: open - .minutes(1)
        )
        stage.wait(.minutes(17))
        let messages = stage.messages(.lifecycle)
        #expect(messages.map(\.type) == ["event_lifecycle"] + Array(repeating: "market_lifecycle_v2", count: 4))
        let bodies = messages.map(\.body)
        #expect(
            bodies.compactMap { $0["event_type"]?.text } == ["created", "metadata_updated", "determined", "settled"]
        )
        #expect(bodies[1]["additional_metadata", "floor_strike"] == nil)
        #expect(bodies[1]["open_ts"] == .integer(1_795_375_800) && bodies[1]["exchange_index"] == .integer(2))
        #expect(bodies[1]["price_level_structure"] == .string("tapered_deci_cent"))
        #expect(bodies[1]["price_ranges", "1"]?["step"] == .string("0.0100"))
        #expect(bodies[2]["floor_strike"] == .number("86120.37"))
        #expect(bodies[3]["result"] == .string("yes") && bodies[3]["settlement_value"] == .string("1.0000"))
        #expect(bodies[4]["settled_ts"] == .integer(1_795_376_709))
    }

    @Test("Tickers are told once an interval, with the latest state")
    func tickers() throws {
        let open = QuarterHour.open
        let trades = (1...8).map { QuarterHour.trade(58, $0, .bid, at: open + .milliseconds($0 * 100)) }
        let stage = try ExchangeStage(QuarterHour.opening + trades)
        for _ in 0..<22 { stage.wait(.milliseconds(50)) }
        let tickers = stage.messages(.ticker).map(\.body)
        #expect(tickers.map { $0["volume_fp"]?.text } == ["0.00", "15.00", "36.00"])
        #expect(
            tickers.last?["last_trade_size_fp"] == .string("8.00") && tickers.last?["dollar_volume"] == .integer(18)
        )
        #expect(tickers.last?["yes_bid_dollars"] == .string("0.5600"))
    }

    @Test("An index is told with its averages, in the last minute of a quarter with the running one")
    func index() throws {
        let quarter = QuarterHour.close
        let ticks = (0..<70).map { second in
            MarketEvent(
                time: quarter - .seconds(69) + .seconds(Int64(second)),
                .spot("BTC-USD", SpotPrice(units: 861_000_000 + Int64(second) * 10_000))
            )
        }
        let stage = try ExchangeStage(QuarterHour.opening + ticks)
        stage.wait(.minutes(15))
        let values = stage.messages(.index)
        #expect(values.count == 70 && values.allSatisfy { $0.index == "BRTI" })
        #expect(stage.exchange.indexNames == ["BRTI"])
        #expect(values[5].body["last_60s_windowed_average_15min"] == nil)
        let last = try #require(values.last?.body)
        let data = try JSON(parsing: Array(try #require(last["data"]?.text).utf8))
        #expect(data["value"] == .string("86169.00") && data["id"] == .string("BRTI"))
        // Seconds 10 to 69: their mean is 39.5.
        let average = try #require(last["last_60s_windowed_average_15min"])
        #expect(average["value"] == .string("86139.50000000") && average["window_size"] == .integer(60))
        #expect(last["avg_60s_data", "value"] == .string("86139.50000000"))
    }

    @Test("Our own decoder reads every public frame")
    func decoding() throws {
        let open = QuarterHour.open
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                QuarterHour.trade(58, 4, .bid, at: open + .seconds(1)),
                MarketEvent(
                    time: open + .seconds(1),
                    .delta(QuarterHour.id, .yes, Price(cents: 50), Quantity(contracts: 3))
                ),
                MarketEvent(time: open + .seconds(9), .settled(QuarterHour.id, .yes)),
            ]
        )
        _ = try stage.place("bid", "5.00", "0.5000")
        for _ in 0..<30 { stage.wait(.seconds(1)) }
        let decoder = FrameDecoder()
        var types = Set<String>()
        for message in stage.messages() {
            var frame =
                JSON.members([
                    "type": .string(message.type), "sid": .integer(1), "seq": .integer(1), "msg": message.body,
                ]).object ?? JSONObject()
            for (key, value) in message.extra { frame[key] = value }
            _ = try decoder.decode(JSON.object(frame).bytes)
            types.insert(message.type)
        }
        #expect(
            types.isSuperset(of: [
                "orderbook_snapshot", "orderbook_delta", "trade", "ticker", "market_lifecycle_v2", "user_order",
            ])
        )
    }
}
