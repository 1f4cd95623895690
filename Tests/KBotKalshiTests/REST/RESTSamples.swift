/// Bodies as the venue's reference shows them, by the name of the official model that reads each.
enum RESTSamples {
    /// All of them.
    static let all: [(model: String, body: String)] = [
        ("ErrorResponse", errorResponse), ("ExchangeStatus", exchangeStatus),
        ("GetExchangeScheduleResponse", getExchangeScheduleResponse), ("GetSeriesResponse", getSeriesResponse),
        ("GetSeriesFeeChangesResponse", getSeriesFeeChangesResponse), ("GetEventsResponse", getEventsResponse),
        ("GetMarketsResponse", getMarketsResponse), ("GetMarketOrderbookResponse", getMarketOrderbookResponse),
        ("GetMarketOrderbooksResponse", getMarketOrderbooksResponse), ("GetTradesResponse", getTradesResponse),
        ("GetMarketCandlesticksResponse", getMarketCandlesticksResponse),
        ("BatchGetMarketCandlesticksResponse", batchGetMarketCandlesticksResponse),
        ("GetHistoricalCutoffResponse", getHistoricalCutoffResponse), ("GetBalanceResponse", getBalanceResponse),
        ("GetPositionsResponse", getPositionsResponse), ("GetFillsResponse", getFillsResponse),
        ("GetSettlementsResponse", getSettlementsResponse), ("CreateOrderV2Request", createOrderV2Request),
        ("CreateOrderV2Response", createOrderV2Response), ("CancelOrderV2Response", cancelOrderV2Response),
        ("AmendOrderV2Request", amendOrderV2Request), ("AmendOrderV2Response", amendOrderV2Response),
        ("DecreaseOrderV2Request", decreaseOrderV2Request), ("DecreaseOrderV2Response", decreaseOrderV2Response),
        ("BatchCreateOrdersV2Request", batchCreateOrdersV2Request),
        ("BatchCreateOrdersV2Response", batchCreateOrdersV2Response),
        ("BatchCancelOrdersV2Request", batchCancelOrdersV2Request),
        ("BatchCancelOrdersV2Response", batchCancelOrdersV2Response), ("GetOrdersResponse", getOrdersResponse),
        ("GetOrderQueuePositionResponse", getOrderQueuePositionResponse),
        ("GetOrderQueuePositionsResponse", getOrderQueuePositionsResponse),
        ("IntraExchangeInstanceTransferRequest", intraExchangeInstanceTransferRequest),
        ("IntraExchangeInstanceTransferResponse", intraExchangeInstanceTransferResponse),
        ("CreateOrderGroupResponse", createOrderGroupResponse), ("GetOrderGroupResponse", getOrderGroupResponse),
        ("GetAccountApiLimitsResponse", getAccountApiLimitsResponse),
        ("GetAccountEndpointCostsResponse", getAccountEndpointCostsResponse),
    ]

    static let errorResponse = #"""
        {"code": "bad_request", "message": "bad request", "details": "json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string"}
        """#
    static let exchangeStatus = #"""
        {"exchange_active": true, "trading_active": true, "intra_exchange_transfers_active": true, "exchange_estimated_resume_time": null, "exchange_index_statuses": [{"exchange_index": 0,
        "description": "Default", "exchange_active": true, "trading_active": true, "intra_exchange_transfers_active": true}, {"exchange_index": 2, "description": "Crypto", "exchange_active": true,
        "trading_active": true, "intra_exchange_transfers_active": true}]}
        """#
    static let getExchangeScheduleResponse = #"""
        {"schedule": {"standard_hours": [{"start_time": "2026-01-01T05:00:00Z", "end_time": "2027-01-01T05:00:00Z", "monday": [{"open_time": "00:00", "close_time": "00:00"}],
        "tuesday": [{"open_time": "00:00", "close_time": "00:00"}], "wednesday": [{"open_time": "00:00", "close_time": "00:00"}], "thursday": [{"open_time": "00:00", "close_time": "03:00"},
        {"open_time": "05:00", "close_time": "00:00"}], "friday": [{"open_time": "00:00", "close_time": "00:00"}], "saturday": [{"open_time": "00:00", "close_time": "00:00"}],
        "sunday": [{"open_time": "00:00", "close_time": "00:00"}]}], "maintenance_windows": [{"start_datetime": "2026-11-26T08:00:00Z", "end_datetime": "2026-11-26T10:00:00Z"}]}}
        """#
    static let getSeriesResponse = #"""
        {"series": {"ticker": "KXBTC15M", "frequency": "fifteen_min", "title": "Bitcoin price up down", "category": "Crypto", "categories": ["Crypto"], "tags": ["BTC", "15 min"],
        "settlement_sources": [{"name": "CF Benchmarks", "url": "https://www.cfbenchmarks.com/"}], "contract_url": "https://example.com/CRYPTO15M.pdf",
        "contract_terms_url": "https://example.com/CRYPTO15M-terms.pdf", "fee_type": "quadratic", "fee_multiplier": 1, "additional_prohibitions": [], "last_updated_ts": "2026-11-20T00:00:00Z",
        "exchange_index": 2}}
        """#
    static let getSeriesFeeChangesResponse = #"""
        {"series_fee_change_arr": [{"id": "fc-1", "series_ticker": "KXBTC15M", "fee_type": "quadratic", "fee_multiplier": 1, "scheduled_ts": "2026-12-01T05:00:00Z"}]}
        """#
    static let getEventsResponse = #"""
        {"events": [{"event_ticker": "KXBTC15M-26NOV221445", "series_ticker": "KXBTC15M", "title": "BTC price up in next 15 mins?", "sub_title": "Nov 22 - 2:45PM EST", "collateral_return_type": "",
        "mutually_exclusive": false, "category": "Crypto", "strike_period": "", "strike_date": "2026-11-22T19:45:00Z", "settlement_sources": [{"name": "CF Benchmarks",
        "url": "https://www.cfbenchmarks.com/"}], "product_metadata": {"cadence": "fifteen_min"}, "last_updated_ts": "2026-11-22T19:30:04Z", "exchange_index": 2}], "cursor": ""}
        """#
    static let getMarketsResponse = #"""
        {"markets": [{"ticker": "KXBTC15M-26NOV221445-45", "event_ticker": "KXBTC15M-26NOV221445", "market_type": "binary", "title": "BTC price up in next 15 mins?",
        "yes_sub_title": "Target Price: $86,120.37", "no_sub_title": "Target price: TBD", "created_time": "2026-11-22T14:30:45Z", "updated_time": "2026-11-22T19:30:04.512Z",
        "open_time": "2026-11-22T19:30:00Z", "close_time": "2026-11-22T19:45:00Z", "expected_expiration_time": "2026-11-22T19:50:00Z", "expiration_time": "2026-11-29T19:45:00Z",
        "latest_expiration_time": "2026-11-29T19:45:00Z", "settlement_timer_seconds": 1, "status": "active", "result": "", "expiration_value": "", "can_close_early": true, "yes_bid_dollars": "0.5600",
        "yes_bid_size_fp": "120.00", "yes_ask_dollars": "0.5800", "yes_ask_size_fp": "75.50", "no_bid_dollars": "0.4200", "no_ask_dollars": "0.4400", "last_price_dollars": "0.5700",
        "previous_yes_bid_dollars": "0.0000", "previous_yes_ask_dollars": "0.0000", "previous_price_dollars": "0.0000", "volume_fp": "15230.25", "volume_24h_fp": "15230.25", "open_interest_fp": "8110.00",
        "notional_value_dollars": "1.0000", "settlement_bounds_type": "default",
        "rules_primary": "If the simple average of the sixty seconds of BRTI before 2:45 PM EST is at least the same average before 2:30 PM EST, the market resolves to Yes.", "rules_secondary": "",
        "strike_type": "greater_or_equal", "floor_strike": 86120.37, "custom_strike": {"round_digits": "2"}, "price_level_structure": "tapered_deci_cent", "price_ranges": [{"start": "0.0000", "end": "0.1000",
        "step": "0.0010"}, {"start": "0.1000", "end": "0.9000", "step": "0.0100"}, {"start": "0.9000", "end": "1.0000", "step": "0.0010"}], "exchange_index": 2}], "cursor": ""}
        """#
    static let getMarketOrderbookResponse = #"""
        {"orderbook_fp": {"yes_dollars": [["0.5400", "300.00"], ["0.5500", "80.00"], ["0.5600", "120.00"]], "no_dollars": [["0.4000", "500.00"], ["0.4100", "40.00"], ["0.4200", "75.50"]]}}
        """#
    static let getMarketOrderbooksResponse = #"""
        {"orderbooks": [{"ticker": "KXBTC15M-26NOV221445-45", "orderbook_fp": {"yes_dollars": [["0.5600", "120.00"]], "no_dollars": []}}]}
        """#
    static let getTradesResponse = #"""
        {"trades": [{"trade_id": "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00", "ticker": "KXBTC15M-26NOV221445-45", "count_fp": "10.00", "yes_price_dollars": "0.5800", "no_price_dollars": "0.4200", "taker_outcome_side": "yes", "taker_book_side": "bid", "taker_side": "yes", "created_time": "2026-11-22T19:33:12.123456Z", "is_block_trade": false}], "cursor": ""}
        """#
    static let getMarketCandlesticksResponse = #"""
        {"ticker": "KXBTC15M-26NOV221445-45", "candlesticks": [{"end_period_ts": 1795375920, "yes_bid": {"open_dollars": "0.5500", "low_dollars": "0.5400", "high_dollars": "0.5700",
        "close_dollars": "0.5600"}, "yes_ask": {"open_dollars": "0.5700", "low_dollars": "0.5600", "high_dollars": "0.5900", "close_dollars": "0.5800"}, "price": {"open_dollars": "0.5600",
        "low_dollars": "0.5500", "high_dollars": "0.5800", "close_dollars": "0.5700", "mean_dollars": "0.5668", "previous_dollars": "0.5500", "min_dollars": "0.5500", "max_dollars": "0.5800"},
        "volume_fp": "412.50", "open_interest_fp": "8110.00"}, {"end_period_ts": 1795375980, "yes_bid": {"open_dollars": "0.5600", "low_dollars": "0.5600", "high_dollars": "0.5600",
        "close_dollars": "0.5600"}, "yes_ask": {"open_dollars": "0.5800", "low_dollars": "0.5800", "high_dollars": "0.5800", "close_dollars": "0.5800"}, "price": {"previous_dollars": "0.5700"},
        "volume_fp": "0.00", "open_interest_fp": "8110.00"}]}
        """#
    static let batchGetMarketCandlesticksResponse = #"""
        {"markets": [{"market_ticker": "KXBTC15M-26NOV221445-45", "candlesticks": []}]}
        """#
    static let getHistoricalCutoffResponse = #"""
        {"market_settled_ts": "2026-09-22T00:00:00Z", "trades_created_ts": "2026-09-22T00:00:00Z", "orders_updated_ts": "2026-09-22T00:00:00Z"}
        """#
    static let getBalanceResponse = #"""
        {"balance": 104215, "balance_dollars": "1042.1550", "portfolio_value": 5600, "updated_ts": 1795375920, "balance_breakdown": [{"exchange_index": 0, "balance": "42.1550"}, {"exchange_index": 2, "balance": "1000.0000"}]}
        """#
    static let getPositionsResponse = #"""
        {"market_positions": [{"ticker": "KXBTC15M-26NOV221445-45", "exchange_index": 2, "position_fp": "-10.00", "total_traded_dollars": "4.2000", "market_exposure_dollars": "4.2000",
        "realized_pnl_dollars": "0.0000", "fees_paid_dollars": "0.1706", "last_updated_ts": "2026-11-22T19:33:12Z"}], "event_positions": [{"event_ticker": "KXBTC15M-26NOV221445",
        "total_cost_dollars": "4.2000", "total_cost_shares_fp": "10.00", "event_exposure_dollars": "4.2000", "realized_pnl_dollars": "0.0000", "fees_paid_dollars": "0.1706"}], "cursor": ""}
        """#
    static let getFillsResponse = #"""
        {"fills": [{"fill_id": "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00", "trade_id": "0b8a3d1e-2f67-4c1b-9d0e-6a5f3c2b1a00", "order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "exchange_index": 2,
        "ticker": "KXBTC15M-26NOV221445-45", "market_ticker": "KXBTC15M-26NOV221445-45", "outcome_side": "yes", "book_side": "bid", "side": "yes", "action": "buy", "count_fp": "10.00",
        "yes_price_dollars": "0.5800", "no_price_dollars": "0.4200", "is_taker": true, "fee_cost": "0.170600", "created_time": "2026-11-22T19:33:12.123456Z", "ts": 1795375992, "subaccount_number": 0}],
        "cursor": ""}
        """#
    static let getSettlementsResponse = #"""
        {"settlements": [{"ticker": "KXBTC15M-26NOV221445-45", "event_ticker": "KXBTC15M-26NOV221445", "exchange_index": 2, "market_result": "yes", "yes_count_fp": "10.00", "yes_total_cost_dollars": "5.8000", "no_count_fp": "0.00", "no_total_cost_dollars": "0.0000", "revenue": 1000, "value": 100, "fee_cost": "0.1706", "settled_time": "2026-11-22T19:45:12Z"}], "cursor": ""}
        """#
    static let createOrderV2Request = #"""
        {"ticker": "KXBTC15M-26NOV221445-45", "client_order_id": "kbot-1795375920-000001", "side": "bid", "count": "10.00", "price": "0.5800", "time_in_force": "immediate_or_cancel", "self_trade_prevention_type": "taker_at_cross", "exchange_index": 2}
        """#
    static let createOrderV2Response = #"""
        {"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "client_order_id": "kbot-1795375920-000001", "fill_count": "10.00", "remaining_count": "0.00", "average_fill_price": "0.5800", "average_fee_paid": "0.0171", "ts_ms": 1795375992125}
        """#
    static let cancelOrderV2Response = #"""
        {"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "client_order_id": "kbot-1795375920-000001", "reduced_by": "7.00", "ts_ms": 1795375999000}
        """#
    static let amendOrderV2Request = #"""
        {"ticker": "KXBTC15M-26NOV221445-45", "side": "bid", "price": "0.5500", "count": "15.00", "client_order_id": "kbot-1795375920-000001", "updated_client_order_id": "kbot-1795375920-000002", "exchange_index": 2}
        """#
    static let amendOrderV2Response = #"""
        {"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "client_order_id": "kbot-1795375920-000002", "remaining_count": "12.00", "fill_count": "3.00", "ts_ms": 1795376000000}
        """#
    static let decreaseOrderV2Request = #"""
        {"reduce_by": "2.00", "exchange_index": 2, "market_ticker": "KXBTC15M-26NOV221445-45"}
        """#
    static let decreaseOrderV2Response = #"""
        {"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "client_order_id": "kbot-1795375920-000001", "remaining_count": "5.00", "ts_ms": 1795376001000}
        """#
    static let batchCreateOrdersV2Request = #"""
        {"orders": [{"ticker": "KXBTC15M-26NOV221445-45", "client_order_id": "kbot-a1", "side": "bid", "count": "5.00", "price": "0.5500", "time_in_force": "good_till_canceled", "post_only": true,
        "self_trade_prevention_type": "taker_at_cross", "expiration_time": 1795376640}, {"ticker": "KXBTC15M-26NOV221445-45", "client_order_id": "kbot-a2", "side": "ask", "count": "5.00", "price": "0.6055",
        "time_in_force": "good_till_canceled", "self_trade_prevention_type": "maker"}]}
        """#
    static let batchCreateOrdersV2Response = #"""
        {"orders": [{"order_id": "a1a1a1a1-0000-4000-8000-000000000001", "client_order_id": "kbot-a1", "fill_count": "0.00", "remaining_count": "5.00", "ts_ms": 1795375992300}, {"client_order_id": "kbot-a2", "error": {"code": "invalid_price", "message": "invalid price", "details": "price must be a multiple of 0.0100"}}]}
        """#
    static let batchCancelOrdersV2Request = #"""
        {"orders": [{"order_id": "a1a1a1a1-0000-4000-8000-000000000001", "subaccount": 0, "exchange_index": 2}]}
        """#
    static let batchCancelOrdersV2Response = #"""
        {"orders": [
          {"order_id": "a1a1a1a1-0000-4000-8000-000000000001", "client_order_id": "kbot-a1", "reduced_by": "5.00", "ts_ms": 1795376002000},
          {"order_id": "a1a1a1a1-0000-4000-8000-000000000002", "reduced_by": "0.00", "error": {"code": "not_found", "message": "not found"}}
        ]}
        """#
    static let getOrdersResponse = #"""
        {"orders": [{"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "user_id": "9c0d6c0e-5a0c-4a53-8d71-0f1e2d3c4b5a", "client_order_id": "kbot-1795375920-000001", "ticker": "KXBTC15M-26NOV221445-45",
        "outcome_side": "yes", "book_side": "bid", "side": "yes", "action": "buy", "type": "limit", "status": "resting", "yes_price_dollars": "0.5600", "no_price_dollars": "0.4400",
        "initial_count_fp": "10.00", "fill_count_fp": "3.00", "remaining_count_fp": "7.00", "taker_fill_cost_dollars": "0.0000", "maker_fill_cost_dollars": "1.6800", "taker_fees_dollars": "0.0000",
        "maker_fees_dollars": "0.0000", "created_time": "2026-11-22T19:32:00.512Z", "last_update_time": "2026-11-22T19:33:12Z", "expiration_time": null, "self_trade_prevention_type": "taker_at_cross",
        "order_group_id": null, "cancel_order_on_pause": false, "subaccount_number": 0, "exchange_index": 2}], "cursor": ""}
        """#
    static let getOrderQueuePositionResponse = #"""
        {"queue_position_fp": "120.00"}
        """#
    static let getOrderQueuePositionsResponse = #"""
        {"queue_positions": [{"order_id": "6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f", "market_ticker": "KXBTC15M-26NOV221445-45", "queue_position_fp": "120.00"}]}
        """#
    static let intraExchangeInstanceTransferRequest = #"""
        {"source": "event_contract", "destination": "event_contract", "amount": 1000000, "source_exchange_shard": 0, "destination_exchange_shard": 2, "source_subaccount": 0, "destination_subaccount": 0}
        """#
    static let intraExchangeInstanceTransferResponse = #"""
        {"transfer_id": "5f3f1c7e-1111-4222-8333-944445555666"}
        """#
    static let createOrderGroupResponse = #"""
        {"order_group_id": "0f0f0f0f-aaaa-4bbb-8ccc-1234567890ab", "subaccount": 0, "exchange_index": 2}
        """#
    static let getOrderGroupResponse = #"""
        {"is_auto_cancel_enabled": true, "orders": ["6e6fd0e9-6b7c-4a35-8a6a-2a1d3c4b5e6f"], "contracts_limit_fp": "100.00", "exchange_index": 2}
        """#
    static let getAccountApiLimitsResponse = #"""
        {"usage_tier": "advanced", "read": {"refill_rate": 300, "bucket_capacity": 900}, "write": {"refill_rate": 300, "bucket_capacity": 900}, "grants": [{"exchange_instance": "event_contract", "level": "advanced", "source": "manual"}]}
        """#
    static let getAccountEndpointCostsResponse = #"""
        {"default_cost": 10, "endpoint_costs": [{"method": "DELETE", "path": "/trade-api/v2/portfolio/events/orders/{order_id}", "cost": 2}]}
        """#
}
