import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// Bodies that were recorded from the venue.
@Suite(.enabled(if: SharedData.isAvailable, "\(SharedData.absence)"))
struct RecordedBodyTests {
    /// Fields that the venue has dropped since, or that are about other things than trading.
    private static let dropped: Set = [
        "liquidity_dollars", "fractional_trading_enabled", "response_price_units", "resting_orders_count",
        "primary_participant_key", "reduced_by_fp", "tick_size",
    ]

    @Test func `every body of the demo exchange is read and written again`() throws {
        let folder = SharedData.data("rest/demo_2026-06")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        var answers = 0
        var errors = 0
        for name in names where name.hasSuffix(".json") && !name.hasSuffix(".meta.json") {
            let body = try load("rest/demo_2026-06/\(name)")
            let meta = try RowReader(load("rest/demo_2026-06/\(name.dropLast(5)).meta.json"))
            let status: Int64 = try meta.required("status")
            let path: String = try meta.required("path")
            guard status < 400 else {
                let effect: RequestEffect = try (meta.required("method") as String) == "POST" ? .once : .read
                let error = VenueError(HTTPResponse(status: Int(status), body: body.bytes), effect: effect)
                #expect(error.kind != .other && !error.message.isEmpty, "\(name): \(error)")
                #expect(error.disposition != .outcomeUnknown, "\(name)")
                errors += 1
                continue
            }
            let written = try #require(try Self.rewrite(body, path: path, name: name), "no reader for \(name): \(path)")
            let lost = losses(from: body, in: written, dropped: Self.dropped)
            #expect(lost.isEmpty, "\(name): \(lost.prefix(5))")
            answers += 1
        }
        #expect(answers >= 35 && errors >= 15, "\(answers) answers, \(errors) errors")
    }

    @Test func `every order that was sent to the demo exchange is written as it was`() throws {
        let folder = SharedData.data("rest/demo_2026-06")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        var orders = 0
        for name in names where name.hasSuffix(".meta.json") && !name.contains("numeric") {
            let meta = try RowReader(load("rest/demo_2026-06/\(name)"))
            guard let path: String = try meta.optional("path"), path.hasSuffix("/portfolio/events/orders"),
                let body: JSON = try meta.optional("request_body")
            else { continue }
            let order = try CreateOrder(wire: body)
            #expect(losses(from: body, in: order.wire).isEmpty, "\(name)")
            #expect(losses(from: order.wire, in: body).isEmpty, "\(name)")
            orders += 1
        }
        #expect(orders >= 10)
    }

    @Test func `the refusals on record mean what they should`() throws {
        for (name, kind, reason) in [
            ("orders__insufficient_balance", VenueError.Kind.insufficientBalance, RejectReason.insufficientBalance),
            ("orders__invalid_price_structure", .invalidPrice, .invalidPrice),
            ("orders__duplicate_client_order_id", .orderAlreadyExists, .orderAlreadyExists),
            ("orders__post_only_cross", .postOnlyCross, .other), ("orders__cancel_executed", .notFound, .other),
            ("auth__skew_minus30s", .clockSkew, .other), ("auth__unknown_key_id", .unknownKey, .other),
            ("auth__bad_signature", .badSignature, .other),
            ("auth__missing_signature_header", .missingSignature, .other),
        ] {
            let meta = try RowReader(load("rest/demo_2026-06/\(name).meta.json"))
            let status: Int64 = try meta.required("status")
            let body = try load("rest/demo_2026-06/\(name).json").bytes
            let error = VenueError(HTTPResponse(status: Int(status), body: body), effect: .once)
            #expect(error.kind == kind && error.rejectReason == reason, "\(name): \(error)")
        }
    }

    @Test func `live markets, books, candles, fees and fills of production`() throws {
        let crypto = try load("rest/prod_2026-08/markets_crypto_live_2026-08-17.json")
        let markets: [MarketRow] = try check(crypto, "markets")
        let fifteen = try #require(markets.first { $0.ticker == "KXBTC15M-26AUG170100-00" })
        #expect(fifteen.strike == SpotPrice(units: 634_410_300))
        #expect(fifteen.grid == .taperedDeciCent)
        #expect(fifteen.market(id: MarketID(0), fees: .quadratic)?.life == .minutes(15))

        let settled: [MarketRow] = try check(try load("rest/prod_2026-08/markets_settled.json"), "markets")
        #expect(settled.contains { $0.settlement == .yes } && settled.contains { $0.settlement == .no })
        for market in settled {
            // Where both are told they agree.
            if let value = market.settlementValue, market.result == .known(.yes) { #expect(value == .one) }
        }

        let single = try load("rest/prod_2026-08/market_single.json")
        let reader = try RowReader(single)
        let nested: MarketRow = try reader.required("nested")
        let one = try Call<MarketRow>.market("A").decode(try reader.required("single"))
        #expect(nested.ticker == one.ticker)
        let book = try Call<BookRow>.book("A").decode(try reader.required("orderbook")).snapshot
        #expect(book.yes.last?.price == Price(cents: 89) && book.no.count == 6)
    }

    @Test func `candles, fees and fills of production`() throws {
        let candles = try RowReader(load("rest/prod_2026-08/candlesticks_mlb.json")).required("markets") as JSON
        var count = 0
        for key in candles.object?.keys ?? [] {
            let rows: [CandleRow] = try check(candles.object?[key] ?? .null, "candlesticks")
            count += rows.count
            for row in rows {
                guard let candle = row.candle(.minute) else { continue }
                #expect(candle.low <= candle.open && candle.open <= candle.high)
            }
        }
        #expect(count > 20)
        let series = try RowReader(load("rest/prod_2026-08/series_fee_fields.json")).required("payloads") as JSON
        for key in series.object?.keys ?? [] {
            let row = try Call<SeriesRow>.series("A").decode(series.object?[key] ?? .null)
            #expect(row.ticker.text == key)
            let fees = try #require(row.fees)
            if key == "KXMLBGAME" { #expect(fees.kind == .quadraticWithMakerFees && fees.multiplier == 5_000) }
        }
        let fills: [FillRow] = try check(
            try RowReader(load("rest/prod_2026-08/portfolio_fills_redacted.json")).required("payload"),
            "fills"
        )
        #expect(fills.count > 10)
    }

    @Test func `all trades of a market in one body`() throws {
        let body = try load("rest/trades_KXETH15M-26APR280015-15.json")
        let trades: [TradeRow] = try check(body, "trades")
        #expect(trades.count == 1_149)
        #expect(trades.allSatisfy { $0.taker != nil && $0.noPrice == $0.yesPrice.complement })
    }

    /// Reads a list and holds that it is written again without a lost field.
    private func check<Row: WireRow>(_ body: JSON, _ key: String) throws -> [Row] {
        let rows: [Row] = try RowReader(body).list(key)
        let original: JSON = try RowReader(body).required(key)
        let lost = losses(from: original, in: rows.wire, dropped: Self.dropped)
        #expect(lost.isEmpty, "\(lost.prefix(5))")
        return rows
    }

    private func load(_ path: String) throws -> JSON {
        try JSON(parsing: [UInt8](try Data(contentsOf: SharedData.data(path))))
    }

    /// Reads a good answer by its path and writes it again; nil for a path that nothing reads.
    private static func rewrite(_ body: JSON, path: String, name: String) throws -> JSON? {
        let path = path.prefix { $0 != "?" }.replacingOccurrences(of: "/trade-api/v2", with: "")
        switch path {
        case "/account/limits": return try AccountLimits(wire: body).wire
        case "/account/endpoint_costs": return try EndpointCostTable(wire: body).wire
        case "/exchange/status": return try ExchangeStatus(wire: body).wire
        case "/portfolio/balance": return try BalanceRow(wire: body).wire
        case "/portfolio/fills": return try SampleReaders.list("fills", body, FillRow.self)
        case "/portfolio/settlements": return try SampleReaders.list("settlements", body, SettlementRow.self)
        case "/portfolio/positions":
            let markets = try SampleReaders.list("market_positions", body, PositionRow.self)
            return try SampleReaders.list("event_positions", markets, EventPositionRow.self)
        case "/series/fee_changes": return try SampleReaders.list("series_fee_change_arr", body, FeeChange.self)
        case "/markets": return try SampleReaders.list("markets", body, MarketRow.self)
        case "/markets/trades": return try SampleReaders.list("trades", body, TradeRow.self)
        case "/portfolio/orders" where body.object?["orders"] != nil:
            return try SampleReaders.list("orders", body, OrderRow.self)
        case "/portfolio/events/orders": return try CreatedOrder(wire: body).wire
        case let path where path.hasPrefix("/portfolio/events/orders/"): return try CancelledOrder(wire: body).wire
        case let path where path.hasPrefix("/portfolio/orders"):
            return try SampleReaders.inside("order", body, OrderRow.self)
        case let path where path.hasSuffix("/orderbook"):
            return try SampleReaders.inside("orderbook_fp", body, BookRow.self)
        case let path where path.hasPrefix("/markets/"): return try SampleReaders.inside("market", body, MarketRow.self)
        default: return nil
        }
    }
}
