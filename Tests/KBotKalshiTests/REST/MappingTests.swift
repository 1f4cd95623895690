import KBotKalshi
import KBotModel
import Testing

struct MappingTests {
    private let market = Market(
        id: MarketID(3),
        ticker: "KXBTC15M-26NOV221445-45",
        series: "KXBTC15M",
        openTime: Timestamp(seconds: 1_795_375_800),
        closeTime: Timestamp(seconds: 1_795_376_700)
    )

    @Test func `an entry that rests carries every fuse`() throws {
        var terms = try #require(OrderTerms(run: "run7"))
        terms.group = "g"
        terms.subaccount = 1
        let entry = newOrder(.goodTillCancelled(expires: Timestamp(milliseconds: 1_795_376_640_900)))
        let order = CreateOrder(entry, in: market, terms: terms)
        #expect(
            String(decoding: order.wire.bytes, as: UTF8.self)
                == #"{"ticker":"KXBTC15M-26NOV221445-45","client_order_id":"run7-17","side":"ask","count":"2.50","#
                + #""price":"0.0550","time_in_force":"good_till_canceled","self_trade_prevention_type":"taker_at_cross","#
                + #""expiration_time":1795376640,"cancel_order_on_pause":true,"order_group_id":"g","subaccount":1,"exchange_index":2}"#
        )
    }

    @Test func `a way out stays open when the fuse blows`() throws {
        var terms = try #require(OrderTerms(run: "run7"))
        terms.group = "g"
        let exit = CreateOrder(newOrder(.immediateOrCancel, reduceOnly: true), in: market, terms: terms)
        #expect(exit.isReduceOnly == true && exit.group == nil && exit.timeInForce == .immediateOrCancel)
        #expect(exit.expires == nil && exit.cancelsOnPause == nil)
        let target = CreateOrder(
            newOrder(.goodTillCancelled(expires: nil), reduceOnly: true),
            in: market,
            terms: terms
        )
        // The venue refuses the flag on an order that rests.
        #expect(target.isReduceOnly == nil && target.group == nil)
    }

    @Test func `our ids lead back to our orders`() throws {
        let terms = try #require(OrderTerms(run: "kbot-1795375920"))
        #expect(terms.order(terms.clientID(ClientOrderID(17))) == ClientOrderID(17))
        for foreign in ["kbot-1795375920-", "kbot-1795375920-017", "kbot-1795375920--1", "other-17", "", "kbot-17"] {
            #expect(terms.order(foreign) == nil)
        }
        #expect(OrderTerms(run: "a b") == nil && OrderTerms(run: "") == nil)
        #expect(OrderTerms(run: RunID(String(repeating: "x", count: 41))) == nil)
    }

    @Test func `placements in the engine's terms`() throws {
        let order = newOrder(.immediateOrCancel)
        var answer = try CreatedOrder(wire: json(created("x")))
        answer.filled = Quantity(units: 100)
        answer.remaining = .zero
        #expect(
            Placement.placed(answer).events(order) == [
                .accepted(order.id, resting: .zero),
                .cancelled(order.id, unfilled: Quantity(units: 150), .immediateOrCancel),
            ]
        )
        let body = Array(ErrorCase.nested("immediate_or_cancel_insufficient_resting_volume").utf8)
        let unfilled = VenueError(HTTPResponse(status: 409, body: body), effect: .once)
        #expect(
            Placement.rejected(unfilled).events(order) == [
                .accepted(order.id, resting: .zero),
                .cancelled(order.id, unfilled: order.count, .immediateOrCancel),
            ]
        )
        #expect(
            Placement.rejected(unfilled).events(newOrder(.fillOrKill)) == [.rejected(order.id, .fillOrKill)]
        )
        #expect(Placement.unknown(unfilled).events(order) == [.outcomeUnknown(order.id)])
        let row = try OrderRow(wire: json(row("x", status: "canceled")))
        #expect(
            Placement.found(row).events(order) == [
                .found(order.id, OrderSnapshot(status: .cancelled, filled: .zero))
            ]
        )
        #expect(Cancellation.notResting.events(order.id) == [.cancelRefused(order.id)])
    }

    @Test func `sides of rows`() throws {
        func side(_ fields: String, isFill: Bool) throws -> BookSide {
            let common = #""order_id":"o","ticker":"A","yes_price_dollars":"0.5","#
            return isFill
                ? try FillRow(
                    wire: json(
                        "{\(common)\"trade_id\":\"t\",\"count_fp\":\"1\",\"is_taker\":true,\"fee_cost\":\"0\",\(fields)}"
                    )
                ).side
                : try OrderRow(
                    wire: json(
                        "{\(common)\"status\":\"resting\",\"fill_count_fp\":\"0\",\"remaining_count_fp\":\"1\",\(fields)}"
                    )
                ).side
        }
        for isFill in [true, false] {
            #expect(try side(#""book_side":"ask","side":"yes","action":"sell""#, isFill: isFill) == .ask)
            #expect(try side(#""outcome_side":"yes""#, isFill: isFill) == .bid)
            #expect(throws: WireError.self) { try side(#""x":1"#, isFill: isFill) }
        }
        // Older fields: an order is what was sent, a fill the outcome bought.
        #expect(try side(#""side":"yes","action":"sell""#, isFill: false) == .ask)
        #expect(try side(#""side":"no","action":"sell""#, isFill: false) == .bid)
        #expect(try side(#""side":"no","action":"sell""#, isFill: true) == .ask)
    }

    @Test func `settlements`() throws {
        func market(_ fields: String) throws -> MarketRow {
            try MarketRow(wire: json(#"{"ticker":"A-B","open_time":1,"close_time":2,\#(fields)}"#))
        }
        #expect(try market(#""status":"closed","result":"yes""#).settlement == nil)
        #expect(try market(#""status":"determined","result":"no""#).settlement == .no)
        let scalar = #""status":"finalized","result":"scalar","settlement_value_dollars":"0.3300""#
        #expect(try market(scalar).settlement == Settlement(value: Price(cents: 33)))
        #expect(try market(#""status":"finalized","result":"scalar""#).settlement == nil)
        #expect(try market(#""status":"amended","result":"yes","settlement_value_dollars":"""#).settlement == .yes)
        #expect(try market(#""status":"active","floor_strike":0.12345"#).strike == nil)
        #expect(try market(#""status":"active","floor_strike":72749.99"#).strike == SpotPrice(units: 727_499_900))
        #expect(try market(#""status":"active","price_level_structure":"deci_cent""#).grid == .deciCent)
        #expect(try market(#""status":"active""#).market(id: MarketID(0), fees: .quadratic) == nil)
    }

    @Test func `fees`() throws {
        #expect(FeeSchedule(type: "quadratic", multiplier: ExactNumber("0.5"))?.multiplier == 5_000)
        #expect(FeeSchedule(type: "flat", multiplier: nil)?.kind == .unknown("flat"))
        #expect(FeeSchedule(type: nil, multiplier: ExactNumber("1")) == nil)
        #expect(FeeSchedule(type: "quadratic", multiplier: ExactNumber("-1")) == nil)
        #expect(FeeSchedule(type: "quadratic", multiplier: ExactNumber("0.00001")) == nil)
    }

    @Test func `numbers of trades are the same everywhere`() {
        #expect(
            tradeNumber("0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00") == tradeNumber("0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00")
        )
        let numbers = Set((0..<20_000).map { tradeNumber("0b8a3d1e-2f67-4c1b-9d0e-\($0)") })
        #expect(numbers.count == 20_000 && numbers.allSatisfy { $0 >= 0 })
    }

    @Test(arguments: [
        ("ExpiryCancel", CancelReason.expired), ("CloseCancel", .marketClosed), ("SelfTradeCancel", .selfTrade),
        ("ReduceOnlyCancel", .reduceOnly), ("Later", .requested),
    ])
    func `reasons of cancels`(word: String, reason: CancelReason) {
        #expect(OrderStatus.cancelReason(word) == reason)
    }

    private func newOrder(_ timeInForce: NewOrder.TimeInForce, reduceOnly: Bool = false) -> NewOrder {
        NewOrder(
            id: ClientOrderID(17),
            market: market.id,
            side: .ask,
            price: Price(units: 550),
            count: Quantity(units: 250),
            timeInForce: timeInForce,
            reduceOnly: reduceOnly
        )
    }
}
