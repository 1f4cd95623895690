/// Frames in the forms of the venue's reference.
enum FrameCorpus {
    private static let market = #""market_ticker":"KXBTC15M-26NOV221445-45""#
    private static let subscribed = #"{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}"#
    private static let snapshot = """
        {"type":"orderbook_snapshot","sid":1,"seq":1,"sending_ts_ms":1795375920004,"msg":{\(market),\
        "yes_dollars_fp":[["0.5500","80.00"],["0.5600","120.00"]],"no_dollars_fp":[["0.4100","40.00"]]}}
        """
    private static let delta = """
        {"type":"orderbook_delta","sid":1,"seq":2,"msg":{\(market),"price_dollars":"0.4200","delta_fp":"-10.00",\
        "side":"no","client_order_id":"kbot-0badcafe-1","ts":"2026-11-22T19:33:12.125Z","ts_ms":1795375992125}}
        """
    private static let ticker = """
        {"type":"ticker","sid":2,"msg":{\(market),"price_dollars":"0.5800","yes_bid_dollars":"0.5600",\
        "yes_ask_dollars":"0.5800","volume_fp":"15240.25","open_interest_fp":"8120.00","ts":1795375992}}
        """
    private static let trade = """
        {"type":"trade","sid":3,"seq":41,"msg":{"trade_id":"0b8a3d1e",\(market),"yes_price_dollars":"0.5800",\
        "no_price_dollars":"0.4200","count_fp":"10.00","taker_side":"yes","taker_book_side":"bid","ts_ms":1795375992125}}
        """
    private static let created = """
        {"type":"market_lifecycle_v2","sid":7,"seq":9,"msg":{\(market),"event_type":"created","exchange_index":2,\
        "open_ts":1795375800,"close_ts":1795376700,"price_level_structure":"tapered_deci_cent","floor_strike":86120.37,\
        "price_ranges":[{"start":"0.0000","end":"0.1000","step":"0.0010"},{"start":"0.1000","end":"1.0000","step":"0.01"}]}}
        """
    private static let determined = """
        {"type":"market_lifecycle_v2","sid":7,"seq":15,"msg":{\(market),"event_type":"determined","result":"yes",\
        "determination_ts":1795376705,"settlement_value":"1.0000"}}
        """
    private static let fill = """
        {"type":"fill","sid":13,"seq":4,"msg":{"trade_id":"d91bc706","order_id":"ee587a1c",\(market),"is_taker":true,\
        "side":"yes","yes_price_dollars":"0.7500","count_fp":"278.00","fee_cost":"1.23","action":"buy","ts":1671899397,\
        "client_order_id":"kbot-0badcafe-1","post_position_fp":"500.00","purchased_side":"yes"}}
        """
    private static let order = """
        {"type":"user_order","sid":14,"seq":5,"msg":{"order_id":"ee587a1c",\(market),"status":"resting","side":"yes",\
        "yes_price_dollars":"0.7500","fill_count_fp":"0.00","remaining_count_fp":"10.00","initial_count_fp":"10.00",\
        "client_order_id":"kbot-0badcafe-1","created_ts_ms":1671899397000}}
        """
    private static let position = """
        {"type":"market_position","sid":15,"seq":6,"msg":{\(market),"position_fp":"-100.00","volume_fp":"15.00"}}
        """
    private static let error = #"{"id":7,"type":"error","msg":{"code":8,"msg":"Unknown channel name"}}"#
    private static let ok =
        #"{"id":3,"sid":1,"seq":57,"type":"ok","msg":{"market_tickers":["KXBTC15M-26NOV221445-45"]}}"#
    private static let index = """
        {"type":"cfbenchmarks_value","sid":9,"msg":{"index_id":"BRTI","value":"86120.37","ts_ms":1795375992125}}
        """

    /// One of each type, some after one another.
    static let frames = [
        subscribed, snapshot, delta, ticker, trade, created, determined, fill, order, position, error, ok, index,
        [subscribed, snapshot, delta, delta, trade].joined(separator: "\n"),
        [created, ticker, ticker, determined, trade].joined(separator: "\n"),
        #"{"recv_ms":1777228216000,"frame":"# + trade + "}",
    ]

    /// Keys, types and punctuation.
    static let words = [
        #"{"type":"#, #""msg":{"#, #""seq":"#, #""sid":1,"#, #""orderbook_delta""#, #""orderbook_snapshot""#,
        #""trade""#,
        #""ticker""#, #""fill""#, #""user_order""#, #""side":"yes""#, #""delta_fp":"-"#, #"[["0.01","1.00"]]"#, "null",
        "true", "false", "{}", "[]", "{", "}", "[", "]", ":", ",", "\n", #""frame":{"#, #""recv_ms":"#, #""\u0041""#,
        #"\ud83d\ude00"#, "[[[[[[[[[[[[[[[[", #"{"a":{"a":{"a":{"a":"#, #""price_ranges":["#, #""ts":"#, "\t",
    ]
}
