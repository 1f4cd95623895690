import KBotKalshi

/// Reads each sample as the answer, or the request, that it is, and writes it again.
enum SampleReaders {
    /// By the name of the official model.
    static let all: [(model: String, rewrite: @Sendable (JSON) throws -> JSON)] = [
        ("ExchangeStatus", whole(ExchangeStatus.self)),
        ("GetExchangeScheduleResponse", { try inside("schedule", $0, ExchangeSchedule.self) }),
        ("GetSeriesResponse", { try inside("series", $0, SeriesRow.self) }),
        ("GetSeriesFeeChangesResponse", { try list("series_fee_change_arr", $0, FeeChange.self) }),
        ("GetEventsResponse", { try list("events", $0, EventRow.self) }),
        ("GetMarketsResponse", { try list("markets", $0, MarketRow.self) }),
        ("GetMarketOrderbookResponse", { try inside("orderbook_fp", $0, BookRow.self) }),
        ("GetMarketOrderbooksResponse", { try list("orderbooks", $0, MarketBookRow.self) }),
        ("GetTradesResponse", { try list("trades", $0, TradeRow.self) }),
        ("GetMarketCandlesticksResponse", whole(MarketCandles.self)),
        ("GetHistoricalCutoffResponse", whole(HistoricalCutoff.self)),
        ("GetBalanceResponse", whole(BalanceRow.self)),
        ("GetFillsResponse", { try list("fills", $0, FillRow.self) }),
        ("GetSettlementsResponse", { try list("settlements", $0, SettlementRow.self) }),
        ("CreateOrderV2Request", whole(CreateOrder.self)), ("CreateOrderV2Response", whole(CreatedOrder.self)),
        ("CancelOrderV2Response", whole(CancelledOrder.self)), ("AmendOrderV2Request", whole(AmendOrder.self)),
        ("AmendOrderV2Response", whole(AmendedOrder.self)), ("DecreaseOrderV2Request", whole(DecreaseOrder.self)),
        ("DecreaseOrderV2Response", whole(DecreasedOrder.self)),
        ("BatchCreateOrdersV2Request", { try list("orders", $0, CreateOrder.self) }),
        ("BatchCancelOrdersV2Request", { try list("orders", $0, CancelItem.self) }),
        ("GetOrdersResponse", { try list("orders", $0, OrderRow.self) }),
        ("GetOrderQueuePositionsResponse", { try list("queue_positions", $0, QueuePosition.self) }),
        ("IntraExchangeInstanceTransferRequest", whole(ShardTransfer.self)),
        ("CreateOrderGroupResponse", whole(CreatedOrderGroup.self)),
        ("GetOrderGroupResponse", whole(OrderGroupDetails.self)),
        ("GetAccountApiLimitsResponse", whole(AccountLimits.self)),
        ("GetAccountEndpointCostsResponse", whole(EndpointCostTable.self)),
    ]

    static func whole<Row: WireRow>(_: Row.Type) -> @Sendable (JSON) throws -> JSON { { try Row(wire: $0).wire } }

    static func inside<Row: WireRow>(_ key: String, _ body: JSON, _: Row.Type) throws -> JSON {
        var object = body.object ?? JSONObject()
        object[key] = try (RowReader(body).required(key) as Row).wire
        return .object(object)
    }

    static func list<Row: WireRow>(_ key: String, _ body: JSON, _: Row.Type) throws -> JSON {
        var object = body.object ?? JSONObject()
        object[key] = try (RowReader(body).list(key) as [Row]).wire
        return .object(object)
    }
}
