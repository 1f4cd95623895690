import KBotModel
import Testing

@testable import KBotKalshi

/// Drift of the venue's payloads, named field by field.
@Suite struct SchemaCheckTests {
    private func drift(_ text: String) throws -> SchemaDrift {
        let call = Call<BalanceRow>.balance().compared(with: BalanceRow.self, in: nil)
        return try call.decode(try JSON(parsing: Array(text.utf8)))
    }

    @Test func `an answer as expected has no drift`() throws {
        let found = try drift(
            #"{"balance": 104215, "balance_dollars": "1042.1550", "portfolio_value": 5600, "updated_ts": 1795375920,"#
                + #" "balance_breakdown": [{"exchange_index": 2, "balance": "1000.0000"}]}"#
        )
        #expect(found.rows == 1)
        #expect(found.unknown.isEmpty)
        #expect(found.broken.isEmpty)
    }

    @Test func `new fields are named with their place, once, and empty ones are not`() throws {
        let found = try drift(
            #"{"balance": 1, "margin": "5", "note": "", "old": null, "balance_breakdown": "#
                + #"[{"exchange_index": 0, "balance": "1.0000", "held": "0.1"}, "#
                + #"{"exchange_index": 2, "balance": "1.0000", "held": "0.2"}]}"#
        )
        #expect(found.unknown == ["margin", "balance_breakdown.held"])
    }

    @Test func `a field that is gone, or is of another kind, is broken`() throws {
        #expect(try drift(#"{"balance_dollars": "1.0000"}"#).broken.first?.contains("balance") == true)
        #expect(try drift(#"{"balance": {"cents": 3}}"#).broken.count == 1)
        #expect(try drift("[]").rows == 0)
    }

    @Test func `of a list every row is compared`() throws {
        let call = Call<Page<TradeRow>>.trades().compared(with: TradeRow.self, in: "trades")
        let good =
            #"{"trade_id": "a", "ticker": "T", "count_fp": "1.00", "yes_price_dollars": "0.5000","#
            + #" "taker_book_side": "bid", "created_time": "2026-11-22T19:33:12Z""#
        let text = #"{"trades": [\#(good)}, \#(good), "venue": "x"}, {"trade_id": "b"}], "cursor": ""}"#
        let found = try call.decode(try JSON(parsing: Array(text.utf8)))
        #expect(found.rows == 3)
        #expect(found.unknown == ["trades.venue"])
        #expect(found.broken.count == 1)
    }
}
