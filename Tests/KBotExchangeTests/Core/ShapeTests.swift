import KBotKalshi
import KBotModel
import Testing

@testable import KBotExchange

@Suite("Shapes of the exchange's answers")
struct ExchangeShapeTests {
    /// The required fields of a row by the venue's models: `s` a text, `n` a number, `b` true or false, `a` an array,
    /// `o` an object.
    struct Shape: Sendable, CustomTestStringConvertible {
        let path: String
        let row: [String]
        let fields: String
        var testDescription: String { path }
    }

    static let shapes = [
        Shape(
            path: "/markets",
            row: ["markets", "0"],
            fields: """
                ticker:s event_ticker:s market_type:s yes_sub_title:s no_sub_title:s created_time:s updated_time:s \
                open_time:s close_time:s latest_expiration_time:s settlement_timer_seconds:n status:s \
                yes_bid_dollars:s yes_bid_size_fp:s yes_ask_dollars:s yes_ask_size_fp:s no_bid_dollars:s \
                no_ask_dollars:s last_price_dollars:s volume_fp:s volume_24h_fp:s result:s can_close_early:b \
                open_interest_fp:s notional_value_dollars:s previous_yes_bid_dollars:s previous_yes_ask_dollars:s \
                previous_price_dollars:s settlement_bounds_type:s expiration_value:s rules_primary:s \
                rules_secondary:s price_level_structure:s price_ranges:a floor_strike:n exchange_index:n
                """
        ),
        Shape(
            path: "/series",
            row: ["series", "0"],
            fields: """
                ticker:s frequency:s title:s category:s categories:a tags:a settlement_sources:a contract_url:s \
                contract_terms_url:s fee_type:s fee_multiplier:n additional_prohibitions:a exchange_index:n
                """
        ),
        Shape(
            path: "/events",
            row: ["events", "0"],
            fields: """
                event_ticker:s series_ticker:s sub_title:s title:s collateral_return_type:s mutually_exclusive:b \
                strike_date:s product_metadata:o settlement_sources:a exchange_index:n
                """
        ),
        Shape(
            path: "/markets/trades",
            row: ["trades", "0"],
            fields: """
                trade_id:s ticker:s count_fp:s yes_price_dollars:s no_price_dollars:s taker_outcome_side:s \
                taker_book_side:s taker_side:s created_time:s is_block_trade:b
                """
        ),
        Shape(
            path: "/portfolio/balance",
            row: [],
            fields: "balance:n balance_dollars:s portfolio_value:n updated_ts:n balance_breakdown:a"
        ),
        Shape(
            path: "/portfolio/orders",
            row: ["orders", "0"],
            fields: """
                order_id:s user_id:s client_order_id:s ticker:s outcome_side:s book_side:s side:s action:s type:s \
                status:s yes_price_dollars:s no_price_dollars:s initial_count_fp:s fill_count_fp:s \
                remaining_count_fp:s taker_fill_cost_dollars:s maker_fill_cost_dollars:s taker_fees_dollars:s \
                maker_fees_dollars:s created_time:s last_update_time:s self_trade_prevention_type:s \
                cancel_order_on_pause:b subaccount_number:n exchange_index:n
                """
        ),
        Shape(
            path: "/portfolio/fills",
            row: ["fills", "0"],
            fields: """
                fill_id:s trade_id:s order_id:s exchange_index:n ticker:s market_ticker:s outcome_side:s book_side:s \
                side:s action:s count_fp:s yes_price_dollars:s no_price_dollars:s is_taker:b fee_cost:s \
                created_time:s ts:n subaccount_number:n
                """
        ),
        Shape(
            path: "/portfolio/positions?settlement_status=all",
            row: ["market_positions", "0"],
            fields: """
                ticker:s exchange_index:n position_fp:s total_traded_dollars:s market_exposure_dollars:s \
                realized_pnl_dollars:s fees_paid_dollars:s last_updated_ts:s
                """
        ),
        Shape(
            path: "/portfolio/settlements",
            row: ["settlements", "0"],
            fields: """
                ticker:s event_ticker:s exchange_index:n market_result:s yes_count_fp:s yes_total_cost_dollars:s \
                no_count_fp:s no_total_cost_dollars:s revenue:n value:n fee_cost:s settled_time:s
                """
        ),
        Shape(path: "/account/limits", row: [], fields: "usage_tier:s read:o write:o grants:a"),
        Shape(path: "/account/endpoint_costs", row: ["endpoint_costs", "0"], fields: "method:s path:s cost:n"),
        Shape(
            path: "/exchange/status",
            row: ["exchange_index_statuses", "1"],
            fields: """
                exchange_index:n description:s exchange_active:b trading_active:b intra_exchange_transfers_active:b
                """
        ),
        Shape(
            path: "/portfolio/subaccounts/balances",
            row: ["subaccount_balances", "0"],
            fields: "subaccount_number:n exchange_index:n balance:s updated_ts:n"
        ),
    ]

    @Test("Every required field is there, as the kind of JSON that strict clients want", arguments: shapes)
    func required(_ shape: Shape) throws {
        let stage = try ExchangeStage(
            QuarterHour.opening + [
                QuarterHour.trade(58, 10, .bid, at: QuarterHour.open + .seconds(1)),
                MarketEvent(time: QuarterHour.close + .seconds(8), .settled(QuarterHour.id, .yes)),
            ]
        )
        _ = try stage.place("bid", "10.00", "0.5800", "immediate_or_cancel")
        stage.wait(.minutes(16))
        let parts = shape.path.split(separator: "?")
        let query = parts.dropFirst().flatMap { $0.split(separator: "&") }.map {
            let pair = $0.split(separator: "=")
            return HTTPField(String(pair[0]), String(pair[1]))
        }
        var row: JSON? = try stage.read(String(parts[0]), query)
        for step in shape.row { row = row?[step] }
        let found = try #require(row)
        for field in shape.fields.split(separator: " ") {
            let pair = field.split(separator: ":")
            let value = found[String(pair[0])]
            let kind =
                switch value {
                case .string?: "s"
                case .number?: "n"
                case .bool?: "b"
                case .array?: "a"
                case .object?: "o"
                case .null?, nil: "-"
                }
            #expect(kind == String(pair[1]), "\(pair[0])")
            // Prices have four digits, counts two, fees of fills six.
            if let text = value?.text, let point = text.firstIndex(of: ".") {
                let digits = text.distance(from: point, to: text.endIndex) - 1
                if pair[0].hasSuffix("_fp") { #expect(digits == 2, "\(pair[0])") }
                if pair[0].hasSuffix("_dollars") { #expect(digits == 4 || digits == 6, "\(pair[0])") }
            }
        }
    }

    @Test("Times are RFC 3339 in UTC with a Z")
    func times() throws {
        let stage = try ExchangeStage()
        let market = try #require(try stage.read("/markets")["markets", "0"])
        #expect(market["open_time"] == .string("2026-11-22T19:30:00.000000Z"))
        #expect(try stage.read("/exchange/user_data_timestamp")["as_of_time"]?.text?.hasSuffix("Z") == true)
    }
}
