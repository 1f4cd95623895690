import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

@Suite("Accounts of the exchange")
struct ExchangeAccountTests {
    @Test("Two accounts never see each other's orders, fills, cash, groups, messages or book")
    func isolation() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [QuarterHour.trade(50, 4, .ask, at: QuarterHour.open + .seconds(2))]
        )
        let bob = try stage.open("bob")
        let id = try stage.place("bid", "10.00", "0.5100", id: "both-use-it").body["order_id"]?.text ?? ""
        // The same id of a customer is another order of another account.
        let other = try stage.place("bid", "10.00", "0.5900", "immediate_or_cancel", id: "both-use-it", by: "bob")
        #expect(other.status == 201)
        stage.wait(.seconds(3))
        #expect(try stage.read("/portfolio/orders", by: "bob")["orders"]?.count == 1)
        #expect(try stage.read("/portfolio/fills", by: "bob")["fills"]?.count == 1)
        for (method, path) in [
            (HTTPMethod.get, "/portfolio/orders/\(id)"), (.delete, "/portfolio/events/orders/\(id)"),
            (.get, "/portfolio/orders/\(id)/queue_position"),
        ] {
            #expect(try stage.send(method, path, by: "bob").status == 404)
        }
        let group = try stage.send(
            .post,
            "/portfolio/order_groups/create",
            body: .members(["contracts_limit": .integer(5), "exchange_index": .integer(2)])
        )
        let path = "/portfolio/order_groups/\(group.body["order_group_id"]?.text ?? "")"
        #expect(try stage.send(.get, path).status == 200)
        #expect(try stage.send(.get, path, by: "bob").status == 404)
        let messages = stage.messages()
        #expect(messages.contains { $0.account == AccountKey(0) } && messages.contains { $0.account == bob })
        for message in messages where message.account == bob { #expect(!text(message.body).contains(id)) }
        for message in messages where message.account == nil { #expect(!text(message.body).contains("both-use-it")) }
        let book = try #require(stage.exchange.bookMessage(of: QuarterHour.ticker, for: bob))
        #expect(!text(book.body).contains("0.5100"))
    }

    @Test("A position is netted, valued and paid; its books add up to the cent")
    func positions() throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .no))]
        )
        _ = try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel")
        var row = try PositionRow(wire: try #require(try stage.read("/portfolio/positions")["market_positions", "0"]))
        #expect(row.position == Quantity(contracts: 10) && row.exposure == Money("5.8"))
        #expect(row.fees == Money("0.1706") && row.traded == Money("5.8"))
        // Selling more than is held closes it and opens NO.
        _ = try stage.place("ask", "30.00", "0.5600", "immediate_or_cancel")
        row = try PositionRow(wire: try #require(try stage.read("/portfolio/positions")["market_positions", "0"]))
        #expect(row.position == Quantity(contracts: -20) && row.exposure == Money("8.8"))
        #expect(row.realizedPnL == Money("-0.2"))
        let events = try stage.read("/portfolio/positions")["event_positions", "0"]
        #expect(events?["event_exposure_dollars"] == .string("8.8000"))
        let balance = try BalanceRow(wire: try stage.read("/portfolio/balance"))
        #expect(balance.portfolioCents == 860)  // 20 NO at the middle of 0.56 and 0.58
        stage.wait(.minutes(16))
        #expect(try stage.read("/portfolio/positions")["market_positions"]?.count == 0)
        let settled = [HTTPField("settlement_status", "settled")]
        let paid = try #require(try stage.read("/portfolio/positions", settled)["market_positions", "0"])
        #expect(paid["position_fp"] == .string("0.00") && paid["realized_pnl_dollars"] == .string("11.0000"))
        let payment = try #require(try stage.read("/portfolio/settlements")["settlements", "0"])
        #expect(payment["no_count_fp"] == .string("20.00") && payment["revenue"] == .integer(2_000))
        #expect(payment["no_total_cost_dollars"] == .string("8.8000") && payment["market_result"] == .string("no"))
        #expect(payment["value"] == .integer(0))
        let fees = try #require(Money(paid["fees_paid_dollars"]?.text ?? ""))
        #expect(try stage.cash() == Money(dollars: 1_011) - fees)
    }

    @Test("Reduce-only takes no more than there is")
    func reduceOnly() throws {
        let stage = try ExchangeStage()
        _ = try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel")
        let (status, body) = try stage.place(
            "ask",
            "30.00",
            "0.5500",
            "immediate_or_cancel",
            more: ["reduce_only": .bool(true)]
        )
        #expect(status == 201 && body["fill_count"] == .string("10.00"))
        #expect(try stage.read("/portfolio/orders")["orders", "0", "last_update_reason"] == .string("ReduceOnlyCancel"))
    }

    @Test("Cash moves between shards in 1/10,000 dollars and between subaccounts in cents, and an id only once")
    func transfers() throws {
        let stage = try ExchangeStage()
        func shift(_ amount: Int64, _ from: Int64, _ to: Int64, id: String? = nil) throws -> (status: Int, body: JSON) {
            try stage.send(
                .post,
                "/portfolio/intra_exchange_instance_transfer",
                body: .members([
                    "client_transfer_id": id.map { .string($0) }, "source": .string("event_contract"),
                    "destination": .string("event_contract"), "amount": .integer(amount),
                    "source_exchange_shard": .integer(from), "destination_exchange_shard": .integer(to),
                ])
            )
        }
        let (status, body) = try shift(125_050, 0, 2, id: "t1")
        #expect(status == 200)
        #expect(try stage.cash(0) == Money("37.495") && stage.cash(2) == Money("1012.505"))
        #expect(try shift(125_050, 0, 2, id: "t1").status == 409)
        let poor = try shift(1_000_000, 0, 2)
        #expect(poor.status == 400 && poor.body["error", "code"] == .string("insufficient_balance"))
        #expect(try shift(0, 0, 2).status == 400)
        #expect(try shift(1, 0, 7).status == 400)
        let list = try stage.read("/portfolio/intra_exchange_instance_transfers")
        let row = try ShardTransferRow(wire: try #require(list["transfers", "0"]))
        #expect(.string(row.id) == body["transfer_id"] && row.amount == Money("12.505"))

        let sub = try stage.send(.post, "/portfolio/subaccounts")
        #expect(sub.status == 201 && sub.body["subaccount_number"] == .integer(1))
        let moved = try stage.send(
            .post,
            "/portfolio/subaccounts/transfer",
            body: .members([
                "client_transfer_id": .string("t2"), "from_subaccount": .integer(0), "to_subaccount": .integer(1),
                "amount_cents": .integer(10_000), "exchange_index": .integer(2),
            ])
        )
        #expect(moved.status == 200)
        #expect(try stage.cash(2) == Money("912.505"))
        #expect(
            try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel", more: ["subaccount": .integer(1)]).status
                == 201
        )
        let primary = try stage.read("/portfolio/positions")["market_positions"]
        #expect(primary?.count == 0)
        let other = try stage.read("/portfolio/positions", [HTTPField("subaccount", "1")])
        #expect(other["market_positions", "0", "position_fp"] == .string("10.00"))
        let balances = try stage.read("/portfolio/subaccounts/balances")
        #expect(balances["subaccount_balances"]?.count == 4)
    }

    @Test("An order needs cash on the market's own shard")
    func shardCash() throws {
        let stage = try ExchangeStage { $0.cash = [0: Money(dollars: 1_000), 2: .zero] }
        let (status, body) = try stage.place("bid", "1.00", "0.5000")
        #expect(status == 400 && body["error", "code"] == .string("insufficient_balance"))
    }

    @Test("A group's limit within 15 seconds cancels its orders and takes no more until it is reset")
    func groups() throws {
        let open = QuarterHour.open
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                QuarterHour.trade(50, 6, .ask, at: open + .seconds(2)),
                QuarterHour.trade(50, 5, .ask, at: open + .seconds(18)),
                QuarterHour.trade(50, 5, .ask, at: open + .seconds(20)),
            ]
        )
        let made = try stage.send(
            .post,
            "/portfolio/order_groups/create",
            body: .members(["contracts_limit_fp": .string("10.00"), "exchange_index": .integer(2)])
        )
        #expect(made.status == 201)
        let id = made.body["order_group_id"]?.text ?? ""
        let member: KeyValuePairs<String, JSON?> = ["order_group_id": .string(id)]
        _ = try stage.place("bid", "50.00", "0.5000", more: member)
        _ = try stage.place("bid", "50.00", "0.3000", more: member)
        _ = try stage.place("bid", "50.00", "0.3000")
        stage.wait(.seconds(19))
        // 6 and 5 lie 16 seconds apart.
        #expect(try stage.read("/portfolio/order_groups/\(id)")["orders"]?.count == 2)
        _ = stage.messages()
        stage.wait(.seconds(2))
        #expect(try stage.read("/portfolio/order_groups/\(id)")["orders"]?.count == 0)
        #expect(try stage.read("/portfolio/orders", [HTTPField("status", "resting")])["orders"]?.count == 1)
        #expect(stage.messages(.orderGroups).map { $0.body["event_type"]?.text } == ["triggered"])
        #expect(try stage.place("bid", "1.00", "0.3000", more: member).status == 400)
        let reset = "/portfolio/order_groups/\(id)/reset"
        #expect(try stage.send(.put, reset, query: [HTTPField("exchange_index", "0")]).status == 404)
        #expect(try stage.send(.put, reset, query: [HTTPField("exchange_index", "2")]).body == .members([:]))
        #expect(try stage.place("bid", "5.00", "0.5800", "immediate_or_cancel", more: member).status == 201)
        #expect(try stage.place("bid", "1.00", "0.3000", more: member).status == 201)
        // A limit that is reached already triggers at once.
        let limit = JSON.members(["contracts_limit": .integer(5)])
        _ = try stage.send(.put, "/portfolio/order_groups/\(id)/limit", body: limit)
        #expect(try stage.place("bid", "1.00", "0.3000", more: member).status == 400)
        #expect(try stage.send(.delete, "/portfolio/order_groups/\(id)").status == 200)
        #expect(try stage.send(.get, "/portfolio/order_groups/\(id)").status == 404)
        #expect(try stage.read("/portfolio/order_groups")["order_groups"]?.count == 0)
    }

    @Test("A pause takes no orders and no changes, but cancels; orders that ask for it are cancelled by it")
    func pauses() throws {
        let open = QuarterHour.open
        let stage = try ExchangeStage(QuarterHour.opening + [QuarterHour.trade(40, 5, .ask, at: open + .seconds(2))])
        let stays = try stage.place("bid", "1.00", "0.5000").body["order_id"]?.text ?? ""
        let goes = try stage.place("bid", "1.00", "0.5000", more: ["cancel_order_on_pause": .bool(true)])
        stage.exchange.pause()
        #expect(try stage.read("/exchange/status", by: nil)["trading_active"] == .bool(false))
        let gone = try stage.read("/portfolio/orders/\(goes.body["order_id"]?.text ?? "")")
        #expect(gone["order", "last_update_reason"] == .string("HaltCancel"))
        #expect(try stage.place("bid", "1.00", "0.5000").status == 400)
        stage.wait(.seconds(3))  // nobody trades meanwhile
        #expect(try stage.read("/markets/trades", by: nil)["trades"]?.count == 0)
        #expect(try stage.read("/portfolio/orders/\(stays)")["order", "status"] == .string("resting"))
        stage.exchange.resume()
        #expect(try stage.read("/portfolio/orders/\(stays)")["order", "status"] == .string("resting"))
        stage.exchange.pause(QuarterHour.ticker)
        #expect(try stage.read("/markets", [HTTPField("status", "paused")], by: nil)["markets"]?.count == 1)
        #expect(try stage.place("bid", "1.00", "0.5000").status == 400)
        let other = try stage.read("/portfolio/orders/\(stays)")
        #expect(other["order", "status"] == .string("resting"))
        // A market that comes back has lost its orders.
        stage.exchange.resume(QuarterHour.ticker)
        #expect(try stage.read("/portfolio/orders/\(stays)")["order", "status"] == .string("canceled"))
        #expect(try stage.place("bid", "1.00", "0.5000").status == 201)
    }

    @Test("At the close resting orders are cancelled, and a cancel is told that the market is inactive")
    func close() throws {
        let stage = try ExchangeStage()
        let id = try stage.place("bid", "1.00", "0.5000").body["order_id"]?.text ?? ""
        stage.wait(.minutes(15))
        #expect(try stage.read("/portfolio/orders/\(id)")["order", "last_update_reason"] == .string("CloseCancel"))
        let (status, body) = try stage.send(.delete, "/portfolio/events/orders/\(id)")
        #expect(status == 400 && body["error", "code"] == .string("MARKET_INACTIVE"))
        #expect(try stage.cash() == Money(dollars: 1_000))
    }

    @Test("Queue positions count what stands at better prices")
    func queue() throws {
        let stage = try ExchangeStage()
        let id = try stage.place("bid", "1.00", "0.5500").body["order_id"]?.text ?? ""
        #expect(try stage.read("/portfolio/orders/\(id)/queue_position")["queue_position_fp"] == .string("120.00"))
        let query = [HTTPField("market_tickers", QuarterHour.ticker.text)]
        let list = try stage.read("/portfolio/orders/queue_positions", query)
        #expect(list["queue_positions", "0", "market_ticker"] == QuarterHour.ticker.wire)
    }

    @Test("A pause of the feed's own is a market's pause; its orders go when it comes back")
    func feedPauses() throws {
        let open = QuarterHour.open
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                MarketEvent(time: open + .seconds(5), .status(QuarterHour.id, .inactive)),
                MarketEvent(time: open + .seconds(9), .status(QuarterHour.id, .active)),
            ]
        )
        let id = try stage.place("bid", "1.00", "0.5000").body["order_id"]?.text ?? ""
        stage.wait(.seconds(6))
        #expect(try stage.read("/markets/\(QuarterHour.ticker)")["market", "status"] == .string("inactive"))
        #expect(try stage.read("/portfolio/orders/\(id)")["order", "status"] == .string("resting"))
        #expect(try stage.place("bid", "1.00", "0.5000").body["error", "code"] == .string("MARKET_INACTIVE"))
        stage.wait(.seconds(4))
        #expect(try stage.read("/portfolio/orders/\(id)")["order", "last_update_reason"] == .string("HaltCancel"))
        #expect(try stage.place("bid", "1.00", "0.5000").status == 201)
        let told = stage.messages(.lifecycle).compactMap { $0.body["event_type"]?.text }
        #expect(told.suffix(2) == ["deactivated", "activated"])
    }
}
