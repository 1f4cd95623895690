import KBotKalshi
import KBotModel

extension Route {
    /// The exchange itself.
    static let exchangeRoutes: [Route] = [
        .open("exchange/status") { exchange, _ in exchange.status },
        .open("exchange/schedule") { exchange, _ in exchange.schedule },
        .open("exchange/user_data_timestamp") { exchange, _ in .members(["as_of_time": .time(exchange.clock)]) },
        .open("historical/cutoff") { exchange, _ in
            let cutoff = JSON.time(exchange.start - .hours(24 * 60))
            return .members([
                "market_settled_ts": cutoff, "trades_created_ts": cutoff, "orders_updated_ts": cutoff,
                "market_positions_last_updated_ts": cutoff,
            ])
        },
        .open("account/endpoint_costs") { _, _ in
            let cancel = { (path: String) in
                JSON.members([
                    "method": .string("DELETE"), "path": .string(Exchange.root + path), "cost": .integer(2),
                ])
            }
            return .members([
                "default_cost": .integer(10),
                "endpoint_costs": .array([
                    cancel("/portfolio/events/orders/{order_id}"), cancel("/portfolio/events/orders/batched"),
                ]),
            ])
        },
    ]
}

extension Exchange {
    /// `/exchange/status`.
    fileprivate var status: JSON {
        let isTrading = JSON.bool(!isTradingPaused)
        let shards = Set(shards).union([0, 2]).sorted()
        let names: [Int32: String] = [0: "Default", 1: "Combos", 2: "Crypto", 3: "Sports"]
        return .members([
            "exchange_active": .bool(true), "trading_active": isTrading,
            "intra_exchange_transfers_active": .bool(true), "exchange_estimated_resume_time": .null,
            "exchange_index_statuses": .array(
                shards.map {
                    .members([
                        "exchange_index": .integer($0),
                        "description": .string((names[$0] ?? "Shard \($0)") + " (SIMULATED)"),
                        "exchange_active": .bool(true), "trading_active": isTrading,
                        "intra_exchange_transfers_active": .bool(true),
                    ])
                }
            ),
        ])
    }

    /// `/exchange/schedule`: every hour of every day, for this exchange rests only when it is told to.
    fileprivate var schedule: JSON {
        let year = clock.utcDay.civil.year
        let all = JSON.array([.members(["open_time": .string("00:00"), "close_time": .string("00:00")])])
        let week = JSON.members([
            "start_time": .time(UTCDay(year: year, month: 1, day: 1).start),
            "end_time": .time(UTCDay(year: year + 1, month: 1, day: 1).start), "monday": all, "tuesday": all,
            "wednesday": all, "thursday": all, "friday": all, "saturday": all, "sunday": all,
        ])
        return .members([
            "schedule": .members(["standard_hours": .array([week]), "maintenance_windows": .array([])])
        ])
    }
}
