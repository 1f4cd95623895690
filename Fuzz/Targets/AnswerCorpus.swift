import KBotModel

/// Answers of the venue's REST endpoints as its reference shows them, in one market and of one account.
enum AnswerCorpus {
    /// A time inside the market's life.
    static let time = Timestamp(seconds: 1_795_375_920)
    /// The market.
    static let ticker: Ticker = "KXBTC15M-26NOV221445-45"

    /// Single answers, and several to one feed or desk, a line each.
    static let bodies = single + [shared.joined(separator: "\n"), own.joined(separator: "\n")]

    private static let single = [
        #"{"code":"bad_request","message":"bad request","details":"json: cannot unmarshal number"}"#,
        #"{"error":{"code":"order_already_exists","message":"order already exists","details":""}}"#,
        #"{"schedule":{"standard_hours":[{"start_time":"2026-01-01T05:00:00Z","end_time":"2027-01-01T05:00:00Z","#
            + #""monday":[{"open_time":"00:00","close_time":"00:00"}]}],"maintenance_windows":[{"start_datetime":"#
            + #""2026-11-26T08:00:00Z","end_datetime":"2026-11-26T10:00:00Z"}]}}"#,
        #"{"usage_tier":"advanced","read":{"refill_rate":300,"bucket_capacity":900},"write":{"refill_rate":300,"#
            + #""bucket_capacity":900},"grants":[{"exchange_instance":"event_contract","level":"advanced"}]}"#,
        #"{"default_cost":10,"endpoint_costs":[{"method":"DELETE","path":"/trade-api/v2/portfolio/events/orders/"#
            + #"{order_id}","cost":2}]}"#,
        #"{"queue_position_fp":"120.00"}"#, #"{"as_of_time":"2026-11-22T19:33:12Z"}"#,
        #"{"market_settled_ts":"2026-09-22T00:00:00Z","trades_created_ts":"2026-09-22T00:00:00Z","#
            + #""orders_updated_ts":"2026-09-22T00:00:00Z"}"#,
        #"{"is_auto_cancel_enabled":true,"orders":["o-1"],"contracts_limit_fp":"100.00","exchange_index":2}"#,
        #"{"order_groups":[{"id":"g-1","is_auto_cancel_enabled":true,"contracts_limit_fp":"100.00"}]}"#,
        #"{"orders":[{"order_id":"o-2","client_order_id":"kbot-7-2","reduced_by":"5.00","ts_ms":1795376002000},"#
            + #"{"order_id":"o-3","reduced_by":"0.00","error":{"code":"not_found","message":"not found"}}]}"#,
        #"{"orderbooks":[{"ticker":"KXBTC15M-26NOV221445-45","orderbook_fp":{"yes_dollars":[["0.5600","120.00"]]}}]}"#,
    ]

    /// What a feed asks for.
    private static let shared = [
        #"{"exchange_active":true,"trading_active":true,"exchange_estimated_resume_time":null,"#
            + #""exchange_index_statuses":[{"exchange_index":2,"description":"Crypto","exchange_active":true,"#
            + #""trading_active":true,"intra_exchange_transfers_active":true}]}"#,
        #"{"series":{"ticker":"KXBTC15M","frequency":"fifteen_min","title":"Bitcoin","category":"Crypto","#
            + #""fee_type":"quadratic","fee_multiplier":1,"exchange_index":2}}"#,
        #"{"series_fee_change_arr":[{"id":"fc-1","series_ticker":"KXBTC15M","fee_type":"quadratic","#
            + #""fee_multiplier":1.5,"scheduled_ts":"2026-12-01T05:00:00Z"}]}"#,
        #"{"markets":[{"ticker":"KXBTC15M-26NOV221445-45","event_ticker":"KXBTC15M-26NOV221445","#
            + #""market_type":"binary","title":"BTC","created_time":"2026-11-22T14:30:45Z","#
            + #""open_time":"2026-11-22T19:30:00Z","close_time":"2026-11-22T19:45:00Z","status":"active","result":"","#
            + #""settlement_timer_seconds":1,"yes_bid_dollars":"0.5600","last_price_dollars":"0.5700","#
            + #""volume_fp":"15230.25","strike_type":"greater_or_equal","floor_strike":86120.37,"#
            + #""price_level_structure":"tapered_deci_cent","price_ranges":[{"start":"0.0000","end":"0.1000","#
            + #""step":"0.0010"},{"start":"0.1000","end":"0.9000","step":"0.0100"},{"start":"0.9000","end":"1.0000","#
            + #""step":"0.0010"}],"exchange_index":2}],"cursor":""}"#,
        #"{"event":{"event_ticker":"KXBTC15M-26NOV221445","series_ticker":"KXBTC15M","title":"BTC","#
            + #""mutually_exclusive":false,"strike_date":"2026-11-22T19:45:00Z","exchange_index":2}}"#,
        #"{"orderbook_fp":{"yes_dollars":[["0.5500","80.00"],["0.5600","120.00"]],"no_dollars":[["0.4200","75.50"]]}}"#,
        #"{"trades":[{"trade_id":"t-1","ticker":"KXBTC15M-26NOV221445-45","count_fp":"10.00","#
            + #""yes_price_dollars":"0.5800","taker_book_side":"bid","created_time":"2026-11-22T19:31:12.123456Z"}],"#
            + #""cursor":""}"#,
        #"{"ticker":"KXBTC15M-26NOV221445-45","candlesticks":[{"end_period_ts":1795375920,"yes_bid":{"open_dollars":"#
            + #""0.5500","low_dollars":"0.5400","high_dollars":"0.5700","close_dollars":"0.5600"},"price":{"open_dollars":"#
            + #""0.5600","low_dollars":"0.5500","high_dollars":"0.5800","close_dollars":"0.5700"},"volume_fp":"412.50"}]}"#,
    ]

    /// What a desk asks for.
    private static let own = [
        #"{"balance":104215,"balance_dollars":"1042.1550","portfolio_value":5600,"updated_ts":1795375920,"#
            + #""balance_breakdown":[{"exchange_index":0,"balance":"42.1550"},{"exchange_index":2,"balance":"1000.0000"}]}"#,
        #"{"market_positions":[{"ticker":"KXBTC15M-26NOV221445-45","exchange_index":2,"position_fp":"-10.00","#
            + #""market_exposure_dollars":"4.2000","realized_pnl_dollars":"0.0000","fees_paid_dollars":"0.1706"}],"#
            + #""event_positions":[],"cursor":""}"#,
        #"{"orders":[{"order_id":"o-1","client_order_id":"kbot-7-1","ticker":"KXBTC15M-26NOV221445-45","#
            + #""book_side":"bid","status":"resting","yes_price_dollars":"0.5600","initial_count_fp":"10.00","#
            + #""fill_count_fp":"3.00","remaining_count_fp":"7.00","created_time":"2026-11-22T19:32:00.512Z","#
            + #""order_group_id":null,"exchange_index":2},{"order_id":"o-9","client_order_id":"by-hand","#
            + #""ticker":"KXBTC15M-26NOV221445-45","book_side":"ask","status":"executed","yes_price_dollars":"0.5700","#
            + #""initial_count_fp":"1.00","fill_count_fp":"1.00","remaining_count_fp":"0.00"}],"cursor":""}"#,
        #"{"fills":[{"trade_id":"t-1","order_id":"o-1","exchange_index":2,"ticker":"KXBTC15M-26NOV221445-45","#
            + #""book_side":"bid","count_fp":"3.00","yes_price_dollars":"0.5600","is_taker":true,"fee_cost":"0.170600","#
            + #""created_time":"2026-11-22T19:31:12.123456Z","ts":1795375872,"subaccount_number":0}],"cursor":""}"#,
        #"{"settlements":[{"ticker":"KXBTC15M-26NOV221445-45","exchange_index":2,"market_result":"yes","#
            + #""yes_count_fp":"10.00","no_count_fp":"0.00","revenue":1000,"value":100,"fee_cost":"0.1706","#
            + #""settled_time":"2026-11-22T19:45:12Z"}],"cursor":""}"#,
        #"{"order_group_id":"g-1","subaccount":0,"exchange_index":2}"#,
        #"{"order_id":"o-2","client_order_id":"kbot-7-2","fill_count":"4.00","remaining_count":"6.00","#
            + #""average_fill_price":"0.5600","average_fee_paid":"0.0171","ts_ms":1795375992125}"#,
        #"{"order_id":"o-2","client_order_id":"kbot-7-2","reduced_by":"7.00","ts_ms":1795375999000}"#,
    ]

    static let words = [
        "{", "}", "[", "]", ",", ":", "\n", "null", "true", "\"\"", "\"0.5600\"", "\"10.00\"", "\"-10.00\"",
        "\"KXBTC15M-26NOV221445-45\"", "\"kbot-7-1\"", "\"kbot-7-2\"", "\"kbot-7-3\"", "\"o-1\"", "\"resting\"",
        "\"executed\"", "\"canceled\"", "\"yes\"", "\"no\"", "\"scalar\"", "\"finalized\"", "\"determined\"",
        "\"2026-11-22T19:33:12Z\"", "\"9999-12-31T23:59:59Z\"", "1795375920", "\"10000000000.00\"",
        "\"99999999999999.99\"",
        "\"position_fp\":", "\"fill_count_fp\":", "\"remaining_count_fp\":", "\"count_fp\":", "\"status\":",
        "\"result\":",
        "\"cursor\":", "\"error\":", "\"orders\":", "\"fills\":", "\"markets\":", "\"trades\":", "\"exchange_index\":",
    ]
}
