import KBotKalshi
import KBotModel

/// Frames as the venue's reference shows them.
enum FrameSamples {
    static let subscribed = #"{"id": 1, "type": "subscribed", "msg": {"channel": "orderbook_delta", "sid": 1}}"#
    static let snapshot = #"""
        {"type": "orderbook_snapshot", "sid": 1, "seq": 1, "sending_ts_ms": 1795375920004, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "market_id": "3d2a7c1e-9b5f-4e0a-8c7d-1f2e3d4c5b6a", "yes_dollars_fp": [["0.5500", "80.00"], ["0.5600", "120.00"]], "no_dollars_fp": [["0.4100", "40.00"], ["0.4200", "75.50"]]}}
        """#
    static let delta = #"""
        {"type": "orderbook_delta", "sid": 1, "seq": 2, "sending_ts_ms": 1795375992131, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "market_id": "3d2a7c1e-9b5f-4e0a-8c7d-1f2e3d4c5b6a", "price_dollars": "0.4200", "delta_fp": "-10.00", "side": "no", "client_order_id": "kbot-1795375920-000001", "subaccount": 0, "ts": "2026-11-22T19:33:12.125Z", "ts_ms": 1795375992125}}
        """#
    static let ticker = #"""
        {"type": "ticker", "sid": 2, "sending_ts_ms": 1795375992140, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "market_id": "3d2a7c1e-9b5f-4e0a-8c7d-1f2e3d4c5b6a", "price_dollars": "0.5800",
        "yes_bid_dollars": "0.5600", "yes_ask_dollars": "0.5800", "yes_bid_size_fp": "120.00", "yes_ask_size_fp": "65.50", "last_trade_size_fp": "10.00", "volume_fp": "15240.25",
        "open_interest_fp": "8120.00", "dollar_volume": 7620, "dollar_open_interest": 4060, "ts": 1795375992, "ts_ms": 1795375992125, "time": "2026-11-22T19:33:12.125Z"}}
        """#
    static let trade = #"""
        {"type": "trade", "sid": 3, "seq": 41, "sending_ts_ms": 1795375992131, "msg": {"trade_id": "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00", "market_ticker": "KXBTC15M-26NOV221445-45", "yes_price_dollars": "0.5800", "no_price_dollars": "0.4200", "count_fp": "10.00", "taker_side": "yes", "taker_outcome_side": "yes", "taker_book_side": "bid", "is_block_trade": false, "ts": 1795375992, "ts_ms": 1795375992125}}
        """#
    static let created = #"""
        {"type": "market_lifecycle_v2", "sid": 7, "seq": 9, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "event_type": "created", "exchange_index": 2, "open_ts": 1795375800, "close_ts": 1795376700,
        "additional_metadata": {"name": "Target price: TBD", "can_close_early": true, "strike_type": "greater_or_equal"},
        "price_level_structure": "tapered_deci_cent", "price_ranges": [{"start": "0.0000", "end": "0.1000", "step": "0.0010"}, {"start": "0.1000", "end": "0.9000", "step": "0.0100"}, {"start": "0.9000",
        "end": "1.0000", "step": "0.0010"}]}}
        """#
    static let metadata = #"""
        {"type": "market_lifecycle_v2", "sid": 7, "seq": 12, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "event_type": "metadata_updated", "strike_type": "greater_or_equal", "floor_strike": 86120.37, "yes_sub_title": "Target Price: $86,120.37"}}
        """#
    static let determined = #"""
        {"type": "market_lifecycle_v2", "sid": 7, "seq": 15, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "event_type": "determined", "result": "yes", "determination_ts": 1795376705, "settlement_value": "1.0000"}}
        """#
    static let settled = #"""
        {"type": "market_lifecycle_v2", "sid": 7, "seq": 16, "msg": {"market_ticker": "KXBTC15M-26NOV221445-45", "event_type": "settled", "settled_ts": 1795376712}}
        """#
    static let ok =
        #"{"id": 3, "sid": 1, "seq": 57, "type": "ok", "msg": {"market_tickers": ["KXBTC15M-26NOV221445-45", "KXETH15M-26NOV221445-45"]}}"#
    static let list =
        #"{"id": 6, "type": "ok", "msg": [{"channel": "orderbook_delta", "sid": 1}, {"channel": "fill", "sid": 3}]}"#
    static let unsubscribed = #"{"id": 5, "sid": 1, "seq": 58, "type": "unsubscribed"}"#
    static let error = #"{"id": 7, "type": "error", "msg": {"code": 8, "msg": "Unknown channel name"}}"#
    static let unread =
        #"{"type": "event_lifecycle", "sid": 7, "msg": {"event_ticker": "KXBTC15M-26NOV221445", "side": 7, "count_fp": [1]}}"#

    static let all = [
        subscribed, snapshot, delta, ticker, trade, created, metadata, determined, settled, ok, list, unsubscribed,
        error, unread,
    ]

    static func decode(_ text: String, usesYesPrice: Bool = false) throws(FrameError) -> Frame {
        try FrameDecoder(usesYesPrice: usesYesPrice).decode(Array(text.utf8))
    }

    /// A recorded-looking delta.
    static func delta(
        _ seq: Int,
        _ side: String,
        _ price: String,
        _ change: String,
        ticker: String = "KXBTC15M-26NOV221445-45",
        sid: Int = 1,
        ms: Int = 1_795_375_992_125
    ) -> String {
        """
        {"type":"orderbook_delta","sid":\(sid),"seq":\(seq),"msg":{"market_ticker":"\(ticker)","price_dollars":"\(price)",\
        "delta_fp":"\(change)","side":"\(side)","ts_ms":\(ms)}}
        """
    }

    /// A recorded-looking snapshot with one level a side.
    static func snapshot(_ seq: Int, ticker: String = "KXBTC15M-26NOV221445-45", sid: Int = 1) -> String {
        """
        {"type":"orderbook_snapshot","sid":\(sid),"seq":\(seq),"msg":{"market_ticker":"\(ticker)",\
        "yes_dollars_fp":[["0.5600","120.00"]],"no_dollars_fp":[["0.4200","75.50"]]}}
        """
    }

    /// A recorded-looking ticker.
    static func ticker(_ price: String, volume: String, bid: String, ask: String, ms: Int = 1_795_375_992_125) -> String
    {
        """
        {"type":"ticker","sid":2,"msg":{"market_ticker":"KXBTC15M-26NOV221445-45","price_dollars":"\(price)",\
        "yes_bid_dollars":"\(bid)","yes_ask_dollars":"\(ask)","volume_fp":"\(volume)","ts_ms":\(ms)}}
        """
    }
}

/// A mapper with its board, fed with texts.
struct MapperBench {
    var mapper = FrameMapper()
    var board = MarketBoard()
    let decoder = FrameDecoder()

    mutating func events(_ texts: String...) throws -> [MarketEvent] {
        var events: [MarketEvent] = []
        for text in texts {
            let bytes = Array(text.utf8)
            let frame = try decoder.decode(bytes)
            _ = mapper.map(frame, bytes: bytes.span, board: &board, into: &events)
        }
        return events
    }

    mutating func kinds(_ texts: String...) throws -> [MarketEvent.Kind] {
        try texts.flatMap { try events($0) }.map(\.kind).filter {
            if case .listed = $0 { false } else { true }
        }
    }
}
