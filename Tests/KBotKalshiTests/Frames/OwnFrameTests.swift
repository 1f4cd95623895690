import KBotKalshi
import KBotModel
import Testing

/// The messages on what is ours, as the venue's reference shows them.
struct OwnFrameTests {
    private let time = Timestamp(milliseconds: 1_795_375_992_125)
    private let ticker: Ticker = "KXBTC15M-26NOV221445-45"

    @Test func `a fill is read whole`() throws {
        let frame = try FrameSamples.decode(OwnFrameSamples.fill)
        let fill = OwnFill(
            tradeID: "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00",
            orderID: "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f",
            clientID: "kbot-1795375920-000001",
            ticker: ticker,
            side: .bid,
            price: Price(cents: 58),
            count: Quantity(contracts: 10),
            isTaker: true,
            fee: Money(units: 170_600),
            positionAfter: Quantity(contracts: 10),
            time: time,
            subaccount: 0,
            shard: 2
        )
        #expect(frame.body == .ownFill(fill))
        #expect(frame.sid == 4 && frame.seq == nil && frame.market == nil)
    }

    @Test func `an order is read whole`() throws {
        let frame = try FrameSamples.decode(OwnFrameSamples.order)
        let order = OwnOrder(
            orderID: "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f",
            clientID: "kbot-1795375920-000001",
            ticker: ticker,
            side: .bid,
            status: .known(.executed),
            price: Price(cents: 58),
            initial: Quantity(contracts: 10),
            filled: Quantity(contracts: 10),
            remaining: .zero,
            updateReason: "Trade",
            time: time,
            subaccount: 0,
            shard: 2,
            group: nil
        )
        #expect(frame.body == .ownOrder(order))
        #expect(frame.sid == 5)
    }

    @Test func `a position is read whole`() throws {
        let frame = try FrameSamples.decode(OwnFrameSamples.position)
        let position = OwnPosition(ticker: ticker, position: Quantity(contracts: 10), subaccount: 0)
        #expect(frame.body == .ownPosition(position))
    }

    @Test func `news of an order group has its id and the venue's word`() throws {
        let frame = try FrameSamples.decode(OwnFrameSamples.group)
        #expect(frame.body == .orderGroup(id: "0f0f0f0f-aaaa-4bbb-8ccc-1234567890ab", kind: "triggered"))
        #expect(frame.sid == 8 && frame.seq == 1)
    }

    @Test func `an index is read from the JSON inside the JSON, at the time it was struck`() throws {
        let frame = try FrameSamples.decode(OwnFrameSamples.index)
        let value = IndexValue(
            index: "BRTI",
            value: SpotPrice(units: 861_551_200),
            time: Timestamp(milliseconds: 1_795_376_650_000)
        )
        #expect(frame.body == .index(value))
        #expect(frame.sid == 9 && frame.seq == 3)
    }

    @Test(arguments: [
        ("86155.12345678", 861_551_235), ("86155.12344999", 861_551_234), ("0.00005", 1), ("0.00004999", 0),
        ("-0.00005", -1), ("86155", 861_550_000),
    ])
    func `the fast index has eight digits, rounded to nearest`(text: String, units: Int64) throws {
        let frame = try FrameSamples.decode(
            """
            {"type":"cfbenchmarks_value_5hz","sid":9,"seq":4,"msg":{"index_id":"ETHUSD_RTI","value_usd":"\(text)",\
            "source_ts_ms":1795376650200,"received_at":1795376650210,"data":"not read"}}
            """
        )
        let value = IndexValue(
            index: "ETHUSD_RTI",
            value: SpotPrice(units: units),
            time: Timestamp(milliseconds: 1_795_376_650_200)
        )
        #expect(frame.body == .index(value))
    }

    @Test func `without another time an index has the one at which the venue got it`() throws {
        let frame = try FrameSamples.decode(
            #"{"type":"cfbenchmarks_value","sid":9,"msg":{"index_id":"BRTI","received_at":1795376650210,"data":"{\"value\":1.5}"}}"#
        )
        let time = Timestamp(milliseconds: 1_795_376_650_210)
        #expect(frame.body == .index(IndexValue(index: "BRTI", value: SpotPrice(units: 15_000), time: time)))
    }

    @Test func `an order keeps a status and a side that this version does not know`() throws {
        let text = OwnFrameSamples.order
            .replacing("\"executed\"", with: "\"unknown\"")
            .replacing("\"outcome_side\": \"yes\",", with: "")
            .replacing("\"book_side\": \"bid\",", with: "")
        guard case .ownOrder(let order) = try FrameSamples.decode(text).body else { return #expect(Bool(false)) }
        #expect(order.status == .other("unknown"))
        #expect(order.side == nil)
    }

    @Test(arguments: OwnFrameSamples.all)
    func `the type may come after the message`(text: String) throws {
        let plain = try FrameSamples.decode(text)
        let type = try #require(text.firstMatch(of: #/"type": "([a-z_]+)", /#))
        let turned =
            text.replacing(type.output.0, with: "", maxReplacements: 1).dropLast() + ", \"type\": \"\(type.output.1)\"}"
        #expect(try FrameSamples.decode(String(turned)) == plain)
    }

    @Test(arguments: [
        ("trade_id", "the frame has no \"trade_id\""), ("count_fp", "the frame has no \"count_fp\""),
        ("book_side", "the frame has no \"book_side\""),
    ])
    func `a fill without what it needs is an error that names the field`(field: String, words: String) throws {
        let sides = ["book_side", "outcome_side", "\"side"]
        let gone = field == "book_side" ? sides : [field]
        let text = gone.reduce(OwnFrameSamples.fill) { $0.replacing("\($1)\":", with: "\($1)_x\":") }
        let error = #expect(throws: FrameError.self) { try FrameSamples.decode(text) }
        #expect(error?.description == words)
    }

    @Test func `a frame of ours without a message is an error`() {
        #expect(throws: FrameError.self) { try FrameSamples.decode(#"{"type":"fill","sid":4}"#) }
        #expect(throws: FrameError.self) { try FrameSamples.decode(#"{"type":"user_order","sid":4,"msg":"x"}"#) }
        #expect(throws: FrameError.self) {
            try FrameSamples.decode(#"{"type":"cfbenchmarks_value","sid":4,"msg":{"index_id":"BRTI","data":"x"}}"#)
        }
    }

    @Test(arguments: Channel.allCases.filter { $0 != .other })
    func `a subscription reply tells every channel apart`(channel: Channel) throws {
        let text = #"{"id":1,"type":"subscribed","msg":{"channel":"\#(channel.rawValue)","sid":3}}"#
        #expect(try FrameSamples.decode(text).body == .subscribed(channel, sid: 3))
    }

    @Test func `an error names the subscription that ended, beside its message or inside`() throws {
        let beside = try FrameSamples.decode(#"{"type":"error","sid":4,"msg":{"code":25,"msg":"overflow"}}"#)
        let inside = try FrameSamples.decode(#"{"type":"error","msg":{"code":25,"msg":"overflow","sid":4}}"#)
        #expect(beside.sid == 4 && inside.sid == 4)
        #expect(beside.body == .error(code: 25, message: "overflow"))
        #expect(inside.body == beside.body)
    }

    @Test func `numbered ones use up their subscription's numbers, and none is a market event`() throws {
        var mapper = FrameMapper()
        var board = MarketBoard()
        var events: [MarketEvent] = []
        for text in [OwnFrameSamples.group, OwnFrameSamples.fill, OwnFrameSamples.order, OwnFrameSamples.position] {
            let bytes = Array(text.utf8)
            #expect(mapper.map(try FrameDecoder().decode(bytes), bytes: bytes.span, board: &board, into: &events))
        }
        let later = OwnFrameSamples.group.replacing("\"seq\": 1", with: "\"seq\": 4")
        let bytes = Array(later.utf8)
        _ = mapper.map(try FrameDecoder().decode(bytes), bytes: bytes.span, board: &board, into: &events)
        #expect(events.isEmpty)
        #expect(mapper.counts.gaps == 1 && mapper.counts.missingMessages == 2)
    }
}

/// Frames on what is ours, word for word from the venue's reference.
enum OwnFrameSamples {
    static let fill = #"""
        {"type": "fill", "sid": 4, "sending_ts_ms": 1795375992131, "msg": {"trade_id": "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00", "order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f",
        "client_order_id": "kbot-1795375920-000001", "market_ticker": "KXBTC15M-26NOV221445-45", "exchange_index": 2, "is_taker": true, "outcome_side": "yes", "book_side": "bid", "side": "yes",
        "purchased_side": "yes", "action": "buy", "yes_price_dollars": "0.5800", "count_fp": "10.00", "fee_cost": "0.170600", "post_position_fp": "10.00", "ts": 1795375992, "ts_ms": 1795375992125,
        "subaccount": 0}}
        """#
    static let order = #"""
        {"type": "user_order", "sid": 5, "sending_ts_ms": 1795375992132, "msg": {"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "client_order_id": "kbot-1795375920-000001",
        "user_id": "9c0d6c0e-5a0c-4a53-8d71-0f1e2d3c4b5a", "ticker": "KXBTC15M-26NOV221445-45", "exchange_index": 2, "status": "executed", "side": "yes", "is_yes": true, "outcome_side": "yes",
        "book_side": "bid", "yes_price_dollars": "0.5800", "initial_count_fp": "10.00", "fill_count_fp": "10.00", "remaining_count_fp": "0.00", "taker_fill_cost_dollars": "5.8000",
        "maker_fill_cost_dollars": "0.0000", "taker_fees_dollars": "0.170600", "maker_fees_dollars": "0.000000", "self_trade_prevention_type": "taker_at_cross", "last_update_reason": "Trade",
        "subaccount_number": 0, "created_time": "2026-11-22T19:33:12.120Z", "created_ts_ms": 1795375992120, "last_updated_ts_ms": 1795375992125}}
        """#
    static let position =
        #"{"type": "market_position", "sid": 6, "sending_ts_ms": 1795375992140, "msg": {"user_id": "9c0d6c0e-5a0c-4a53-8d71-0f1e2d3c4b5a", "market_ticker": "KXBTC15M-26NOV221445-45", "position_fp": "10.00", "position_cost_dollars": "5.8000", "realized_pnl_dollars": "0.0000", "fees_paid_dollars": "0.1706", "position_fee_cost_dollars": "0.1706", "volume_fp": "10.00", "subaccount": 0}}"#
    static let group =
        #"{"type": "order_group_updates", "sid": 8, "seq": 1, "msg": {"event_type": "triggered", "order_group_id": "0f0f0f0f-aaaa-4bbb-8ccc-1234567890ab", "contracts_limit_fp": "100.00", "ts_ms": 1795375992500}}"#
    static let index = #"""
        {"type": "cfbenchmarks_value", "sid": 9, "seq": 3, "msg": {"index_id": "BRTI", "received_at": 1795376650210,
        "data": "{\"type\":\"value\",\"id\":\"BRTI\",\"time\":1795376650000,\"value\":\"86155.12\"}", "avg_60s_data": {"value": "86149.81340000", "window_size": 60, "window_start_ts_ms": 1795376590000,
        "window_end_ts_exclusive": 1795376650000}, "last_60s_windowed_average_15min": {"value": "86151.22000000", "window_size": 10, "window_start_ts_ms": 1795376640000,
        "window_end_ts_exclusive": 1795376650000}}}
        """#

    static let all = [fill, order, position, group, index]
}
