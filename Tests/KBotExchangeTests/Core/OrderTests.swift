import KBotKalshi
import KBotModel
import KBotSimulation
import Testing

@testable import KBotExchange

@Suite("Orders on the exchange")
struct ExchangeOrderTests {
    @Test("An order that crosses is filled at the displayed price, and its answer tells averages per contract")
    func fillsAtOnce() throws {
        let stage = try ExchangeStage()
        let (status, body) = try stage.place("bid", "10.00", "0.5900", "immediate_or_cancel", id: "a1")
        #expect(status == 201)
        #expect(body["client_order_id"] == .string("a1"))
        #expect(body["fill_count"] == .string("10.00"))
        #expect(body["remaining_count"] == .string("0.00"))
        #expect(body["average_fill_price"] == .string("0.5800"))
        #expect(body["average_fee_paid"] == .string("0.0171"))
        #expect(try stage.cash() == Money("994.0294"))
        let order = try OrderRow(wire: try #require(try stage.read("/portfolio/orders")["orders", "0"]))
        #expect(order.status.known == .executed && order.filled == Quantity(contracts: 10))
        let fill = try FillRow(wire: try #require(try stage.read("/portfolio/fills")["fills", "0"]))
        #expect(fill.fee == Money("0.1706") && fill.isTaker && fill.order == order.id)
    }

    @Test("An order that does not cross rests, locks its cash, and gives it back when cancelled")
    func rests() throws {
        let stage = try ExchangeStage()
        let (status, body) = try stage.place("bid", "10.00", "0.5000", id: "a1")
        #expect(status == 201 && body["remaining_count"] == .string("10.00") && body["average_fill_price"] == nil)
        #expect(try stage.cash() == Money("994.8250"))
        let id = try #require(body["order_id"]?.text)
        let cancel = try stage.send(.delete, "/portfolio/events/orders/\(id)")
        #expect(cancel.status == 200 && cancel.body["reduced_by"] == .string("10.00"))
        #expect(try stage.cash() == Money(dollars: 1_000))
        #expect(try stage.send(.delete, "/portfolio/events/orders/\(id)").status == 404)
    }

    @Test("An immediate order without a match is answered 201 with nothing filled")
    func unmatched() throws {
        let stage = try ExchangeStage()
        let (status, body) = try stage.place("bid", "10.00", "0.5000", "immediate_or_cancel")
        #expect(status == 201 && body["fill_count"] == .string("0.00") && body["remaining_count"] == .string("0.00"))
        #expect(try stage.read("/portfolio/orders", [HTTPField("status", "canceled")])["orders"]?.count == 1)
    }

    @Test("A public trade fills a resting order, and the fill bears the trade's id")
    func maker() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [QuarterHour.trade(50, 4, .ask, at: QuarterHour.open + .seconds(2))]
        )
        _ = try stage.place("bid", "10.00", "0.5100", id: "a1")
        stage.wait(.seconds(3))
        let trade = try #require(try stage.read("/markets/trades", by: nil)["trades", "0", "trade_id"])
        let fill = try #require(try stage.read("/portfolio/fills")["fills", "0"])
        #expect(fill["trade_id"] == trade && fill["is_taker"] == .bool(false))
        #expect(fill["yes_price_dollars"] == .string("0.5100") && fill["fee_cost"] == .string("0.000000"))
        let order = try #require(try stage.read("/portfolio/orders")["orders", "0"])
        #expect(order["status"] == .string("resting") && order["remaining_count_fp"] == .string("6.00"))
        #expect(order["maker_fill_cost_dollars"] == .string("2.0400"))
    }

    /// What is wrong with an order, and what the venue says of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let code: String
        var side = "bid"
        var count = "1.00"
        var price = "0.5000"
        var life = "good_till_canceled"
        var more: KeyValuePairs<String, JSON?> = [:]
        var testDescription: String { name }
    }

    static let mistakes = [
        Mistake(name: "off the grid", status: 400, code: "invalid_price", price: "0.5050"),
        Mistake(name: "a price of a dollar", status: 400, code: "invalid_price", price: "1.0000"),
        Mistake(name: "too fine a price", status: 400, code: "invalid_price", price: "0.50001"),
        Mistake(name: "nothing", status: 400, code: "invalid_order", count: "0.00"),
        Mistake(name: "too fine a count", status: 400, code: "invalid_parameters", count: "1.001"),
        Mistake(name: "too dear", status: 400, code: "insufficient_balance", count: "5000.00"),
        Mistake(
            name: "post only that crosses",
            status: 400,
            code: "invalid_order",
            price: "0.5800",
            more: ["post_only": .bool(true)]
        ),
        Mistake(
            name: "post only that acts at once",
            status: 400,
            code: "invalid_order",
            life: "immediate_or_cancel",
            more: ["post_only": .bool(true)]
        ),
        Mistake(name: "reduce only that rests", status: 400, code: "invalid_order", more: ["reduce_only": .bool(true)]),
        Mistake(
            name: "reduce only without a position",
            status: 400,
            code: "invalid_order",
            life: "immediate_or_cancel",
            more: ["reduce_only": .bool(true)]
        ),
        Mistake(
            name: "fill or kill",
            status: 409,
            code: "fill_or_kill_insufficient_resting_volume",
            count: "500.00",
            price: "0.5800",
            life: "fill_or_kill"
        ),
        Mistake(
            name: "expired",
            status: 400,
            code: "invalid_order",
            more: ["expiration_time": .integer(1_795_375_799)]
        ),
        Mistake(
            name: "expiry of an immediate order",
            status: 400,
            code: "invalid_order",
            life: "immediate_or_cancel",
            more: ["expiration_time": .integer(1_795_376_000)]
        ),
        Mistake(name: "another shard", status: 400, code: "invalid_order", more: ["exchange_index": .integer(0)]),
        Mistake(name: "an unknown market", status: 404, code: "market_not_found", more: ["ticker": .string("KXNO-1")]),
        Mistake(name: "an unknown group", status: 404, code: "not_found", more: ["order_group_id": .string("x")]),
        Mistake(
            name: "an unknown subaccount",
            status: 400,
            code: "invalid_parameters",
            more: ["subaccount": .integer(3)]
        ),
        Mistake(name: "a bad id", status: 400, code: "invalid_parameters", more: ["client_order_id": .string("a b")]),
        Mistake(name: "a side of old", status: 400, code: "invalid_parameters", side: "yes"),
        Mistake(name: "no time in force", status: 400, code: "invalid_parameters", more: ["time_in_force": .null]),
    ]

    @Test("Each mistake has its own error, and nothing happens", arguments: mistakes)
    func refuses(_ mistake: Mistake) throws {
        let stage = try ExchangeStage()
        let (status, body) = try stage.place(
            mistake.side,
            mistake.count,
            mistake.price,
            mistake.life,
            more: mistake.more
        )
        #expect(status == mistake.status)
        #expect(body["error", "code"] == .string(mistake.code), "\(text(body))")
        #expect(try stage.cash() == Money(dollars: 1_000))
        #expect(try stage.read("/portfolio/orders")["orders"]?.count == 0)
    }

    @Test("A number where a text belongs gets the flat error in the words of the venue")
    func numbers() throws {
        let stage = try ExchangeStage()
        let (status, body) = try stage.place("bid", "1.00", "0.5000", more: ["count": .number("10")])
        #expect(status == 400)
        #expect(
            text(body)
                == #"{"code":"bad_request","message":"bad request","details":"json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string"}"#
        )
    }

    @Test(
        "An id is used up for ever, by a cancelled order and by one killed too, but not by one refused for want of cash"
    )
    func usedIDs() throws {
        let stage = try ExchangeStage()
        #expect(try stage.place("bid", "5000.00", "0.5000", id: "a1").status == 400)
        #expect(try stage.place("bid", "500.00", "0.5800", "fill_or_kill", id: "a2").status == 409)
        let (status, body) = try stage.place("bid", "1.00", "0.5000", id: "a1")
        #expect(status == 201)
        _ = try stage.send(.delete, "/portfolio/events/orders/\(body["order_id"]?.text ?? "")")
        for id in ["a1", "a2"] {
            let (status, body) = try stage.place("bid", "1.00", "0.5000", id: id)
            #expect(status == 409 && body["error", "code"] == .string("order_already_exists"))
        }
    }

    @Test("Where an order meets one of its own account, the incoming ends, or with `maker` the resting one")
    func selfTrade() throws {
        let stage = try ExchangeStage()
        let (_, resting) = try stage.place("ask", "5.00", "0.5700")
        let (status, body) = try stage.place("bid", "5.00", "0.5700", "immediate_or_cancel")
        #expect(status == 201 && body["fill_count"] == .string("0.00") && body["remaining_count"] == .string("0.00"))
        let id = resting["order_id"]?.text ?? ""
        #expect(try stage.read("/portfolio/orders/\(id)")["order", "status"] == .string("resting"))
        let maker = try stage.place("bid", "5.00", "0.5800", more: ["self_trade_prevention_type": .string("maker")])
        #expect(maker.body["fill_count"] == .string("5.00") && maker.body["average_fill_price"] == .string("0.5800"))
        let order = try stage.read("/portfolio/orders/\(id)")
        #expect(order["order", "status"] == .string("canceled"))
        #expect(order["order", "last_update_reason"] == .string("SelfTradeCancel"))
    }

    @Test("`maker` leaves orders alone that the incoming one does not reach")
    func unreached() throws {
        let stage = try ExchangeStage()
        let (_, resting) = try stage.place("ask", "5.00", "0.6000")
        let maker = try stage.place("bid", "5.00", "0.6100", more: ["self_trade_prevention_type": .string("maker")])
        #expect(maker.body["average_fill_price"] == .string("0.5800"))
        let order = try stage.read("/portfolio/orders/\(resting["order_id"]?.text ?? "")")
        #expect(order["order", "status"] == .string("resting"))
    }

    @Test("An amendment changes price, total, expiry and id; a count not above what is filled is refused")
    func amend() throws {
        let stage = try ExchangeStage()
        let id = try stage.place("bid", "10.00", "0.5000", id: "a1").body["order_id"]?.text ?? ""
        func amend(_ price: String, _ count: String, _ more: KeyValuePairs<String, JSON?> = [:]) throws -> (Int, JSON) {
            var object =
                JSON.members([
                    "ticker": QuarterHour.ticker.wire, "side": .string("bid"), "price": .string(price),
                    "count": .string(count),
                ]).object ?? JSONObject()
            for (key, value) in more { object[key] = value }
            return try stage.send(.post, "/portfolio/events/orders/\(id)/amend", body: .object(object))
        }
        let (status, body) = try amend(
            "0.5100",
            "12.00",
            [
                "client_order_id": .string("a1"), "updated_client_order_id": .string("a2"),
                "expiration_time": .integer(1_795_375_860),
            ]
        )
        #expect(status == 200 && body["client_order_id"] == .string("a2"))
        #expect(body["remaining_count"] == .string("12.00") && body["fill_count"] == .string("0.00"))
        #expect(try stage.place("bid", "1.00", "0.1000", id: "a2").status == 409)
        // The crossing part fills at once.
        let crossing = try amend("0.5800", "100.00")
        #expect(crossing.1["fill_count"] == .string("75.50") && crossing.1["average_fill_price"] == .string("0.5800"))
        #expect(crossing.1["remaining_count"] == .string("24.50"))
        #expect(try amend("0.5800", "75.50").0 == 400)
        #expect(try amend("0.5050", "90.00").1["error", "code"] == .string("invalid_price"))
        stage.wait(.seconds(61))
        let order = try stage.read("/portfolio/orders/\(id)")
        #expect(order["order", "status"] == .string("canceled"))
        #expect(order["order", "last_update_reason"] == .string("ExpiryCancel"))
        #expect(try amend("0.5000", "90.00").0 == 404)
    }

    @Test("A decrease takes contracts off; all of them cancels the order")
    func decrease() throws {
        let stage = try ExchangeStage()
        let id = try stage.place("bid", "10.00", "0.5000").body["order_id"]?.text ?? ""
        func decrease(_ body: KeyValuePairs<String, JSON?>) throws -> (status: Int, body: JSON) {
            try stage.send(.post, "/portfolio/events/orders/\(id)/decrease", body: .members(body))
        }
        #expect(try decrease(["reduce_by": .string("2.00")]).body["remaining_count"] == .string("8.00"))
        #expect(try decrease(["reduce_to": .string("5.00")]).body["remaining_count"] == .string("5.00"))
        #expect(try decrease([:]).status == 400)
        #expect(try decrease(["reduce_by": .string("1"), "reduce_to": .string("1")]).status == 400)
        #expect(try stage.cash() == Money("997.4125"))
        #expect(try decrease(["reduce_by": .string("9.00")]).body["remaining_count"] == .string("0.00"))
        let order = try stage.read("/portfolio/orders/\(id)")
        #expect(
            order["order", "status"] == .string("canceled")
                && order["order", "last_update_reason"] == .string("Decrease")
        )
    }

    @Test("A batch is carried out item by item; each has its own result or error")
    func batches() throws {
        let stage = try ExchangeStage()
        let orders = [
            stage.order("bid", "5.00", "0.5000", id: "b1"), stage.order("bid", "5.00", "0.6055", id: "b2"),
            stage.order("bid", "5.00", "0.5000", id: "b1"),
        ]
        let (status, body) = try stage.send(
            .post,
            "/portfolio/events/orders/batched",
            body: .members(["orders": .array(orders)])
        )
        #expect(status == 201 && body["orders"]?.count == 3)
        #expect(body["orders", "0", "remaining_count"] == .string("5.00"))
        #expect(body["orders", "1", "error", "code"] == .string("invalid_price"))
        #expect(body["orders", "1", "client_order_id"] == .string("b2"))
        #expect(body["orders", "2", "error", "code"] == .string("order_already_exists"))
        let first = body["orders", "0", "order_id"] ?? .null
        let cancels = [JSON.members(["order_id": first]), .members(["order_id": .string("none")])]
        let cancelled = try stage.send(
            .delete,
            "/portfolio/events/orders/batched",
            body: .members(["orders": .array(cancels)])
        )
        #expect(cancelled.status == 200 && cancelled.body["orders", "0", "reduced_by"] == .string("5.00"))
        #expect(cancelled.body["orders", "1", "error", "code"] == .string("not_found"))
        #expect(cancelled.body["orders", "1", "reduced_by"] == .string("0.00"))
    }

    @Test("Cancel-all answers 204 without a body, and the older endpoints 410")
    func sweeping() throws {
        let stage = try ExchangeStage()
        for price in ["0.5000", "0.4900"] { _ = try stage.place("bid", "1.00", price) }
        let all = try stage.send(.delete, "/portfolio/events/orders")
        #expect(all.status == 204 && all.body == .null)
        #expect(try stage.read("/portfolio/orders", [HTTPField("status", "resting")])["orders"]?.count == 0)
        for (method, path) in [
            (HTTPMethod.post, "/portfolio/orders"), (.delete, "/portfolio/orders/x"),
            (.post, "/portfolio/orders/x/amend"),
            (.post, "/portfolio/orders/x/decrease"), (.post, "/portfolio/orders/batched"),
            (.delete, "/portfolio/orders/batched"),
        ] {
            let (status, body) = try stage.send(method, path)
            #expect(status == 410 && body["error", "code"] == .string("deprecated_v1_order_endpoint"))
        }
    }

    @Test("A strict exchange looks on shard 0 for an order whose shard and market are not named")
    func strictShards() throws {
        let stage = try ExchangeStage { $0.isStrictOnShards = true }
        let id = try stage.place("bid", "1.00", "0.5000").body["order_id"]?.text ?? ""
        let path = "/portfolio/events/orders/\(id)"
        #expect(try stage.send(.delete, path).status == 404)
        #expect(try stage.send(.delete, path, query: [HTTPField("exchange_index", "0")]).status == 404)
        #expect(
            try stage.send(.delete, path, query: [HTTPField("market_ticker", QuarterHour.ticker.text)]).status == 200
        )
    }

    @Test("With a fill model that takes time, answers come later under their tickets")
    func later() throws {
        let stage = try ExchangeStage { $0.friction = .pessimistic }
        let request = try stage.request(
            .post,
            "/portfolio/events/orders",
            body: stage.order("bid", "5.00", "0.5000", id: "a1")
        )
        guard case .later(let ticket) = stage.exchange.respond(to: request, at: stage.now, wall: stage.now) else {
            Issue.record("the answer came at once")
            return
        }
        #expect(try stage.place("bid", "5.00", "0.5000", id: "a1").status == 409)
        #expect(try stage.read("/portfolio/orders")["orders"]?.count == 0)
        #expect(stage.exchange.takeReplies().isEmpty)
        stage.wait(.milliseconds(500))
        let replies = stage.exchange.takeReplies()
        #expect(replies.map(\.ticket) == [ticket] && replies.first?.response.status == 201)
        #expect(stage.exchange.takeReplies().isEmpty)
        #expect(try stage.read("/portfolio/orders")["orders"]?.count == 1)
    }
}
