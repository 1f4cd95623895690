import KBotKalshi
import KBotModel
import Testing

/// Orders and fills so old that the venue may have moved them to its archive.
struct ArchiveTests {
    private static let fresh = asOf("2026-12-22T20:00:00Z")
    private static let none = #"{"orders":[],"cursor":""}"#
    private static let cutoff =
        #"{"market_settled_ts":"2026-09-22T00:00:00Z","trades_created_ts":"2026-09-22T00:00:00Z","#
        + #""orders_updated_ts":"2026-09-22T00:00:00Z"}"#
    private static let fill =
        #"{"trade_id":"t1","order_id":"v-1","ticker":"M","book_side":"bid","count_fp":"1.00","#
        + #""yes_price_dollars":"0.5000","is_taker":true,"fee_cost":"0.01"}"#

    private func paths(_ bench: Bench) -> [String] {
        bench.transport.requests.map { String($0.target.dropFirst("/trade-api/v2".count).prefix { $0 != "?" }) }
    }

    @Test func `an old order that is not at hand is looked for in the archive`() async throws {
        let bench = Bench([
            .answer(200, Self.fresh), .answer(200, Self.none), .answer(200, Self.cutoff),
            .answer(200, orders("run-1", status: "canceled")),
        ])
        let old = bench.clock.venue - .hours(24 * 90)
        guard case .found(let row) = await bench.client.lookUpAnywhere(order("run-1"), sentAt: old) else {
            Issue.record("not found")
            return
        }
        #expect(row.id == "v-1")
        #expect(paths(bench).suffix(2) == ["/historical/cutoff", "/historical/orders"])
    }

    @Test func `an order is absent without the archive when it is younger, and undecided when that cannot be read`()
        async throws
    {
        let young = Bench([.answer(200, Self.fresh), .answer(200, Self.none)])
        let sighting = await young.client.lookUpAnywhere(order("run-1"), sentAt: young.clock.venue - .hours(1))
        guard case .absent = sighting else {
            Issue.record("\(sighting)")
            return
        }
        #expect(young.transport.requests.count == 2)
        let deaf = Bench([
            .answer(200, Self.fresh), .answer(200, Self.none), .answer(200, Self.cutoff), .answer(404, "{}"),
        ])
        let other = await deaf.client.lookUpAnywhere(order("run-1"), sentAt: deaf.clock.venue - .hours(24 * 90))
        guard case .undecided = other else {
            Issue.record("\(other)")
            return
        }
    }

    @Test(arguments: [1, 90]) func `fills of an old order are read from the archive too`(days: Int64) async throws {
        let bench = Bench([
            .answer(200, #"{"fills":[],"cursor":""}"#), .answer(200, Self.cutoff),
            .answer(200, #"{"fills":[\#(Self.fill)],"cursor":""}"#),
        ])
        let sentAt = bench.clock.venue - .hours(24 * days)
        let rows = try await bench.client.fillsAnywhere(of: "v-1", sentAt: sentAt, scope: AccountScope())
        #expect(rows.map(\.id) == (days == 90 ? ["t1"] : []))
    }
}
