import Foundation
import KBotData
import KBotModel
import Testing

@testable import KBotRuntime

/// By what a part of the catalogue is known again.
@Suite struct DataContentsTests {
    private static let open: Int64 = 1_777_314_600_000
    private static let bitcoin = "KXBTC15M-26APR271445-45"
    private static let ether = "KXETH15M-26APR271445-45"

    private func trades(_ ticker: String, _ seconds: [Int64]) -> String {
        let rows = seconds.map { "\(Self.open + $0 * 1_000),\(ticker),0.5000,3,yes" }
        return (["ts_ms,ticker,yes_price_dollars,count,taker_side"] + rows).joined(separator: "\n") + "\n"
    }

    private func facts(_ ticker: String, _ result: String) -> String {
        "ticker,close_time_ms,result\n\(ticker),\(Self.open + 900_000),\(result)\n"
    }

    private var bitcoinAlone: DataSelection {
        var selection = DataSelection()
        selection.series = ["KXBTC15M"]
        return selection
    }

    @Test func `the same files in the same order are the same contents, in another catalogue too`() throws {
        func contents(_ names: [String]) throws -> DataContents {
            let folder = try DataFolder()
            for name in names {
                try folder.add(name, text: trades(name.hasPrefix("a") ? Self.bitcoin : Self.ether, [1, 2, 3]))
            }
            return try folder.catalogue.contents(DataSelection())
        }
        let known = try contents(["a_trades.csv", "b_trades.csv"])
        #expect(try contents(["a_trades.csv", "b_trades.csv"]) == known && known.parts.count == 2)
        let turned = try contents(["b_trades.csv", "a_trades.csv"])
        #expect(
            known.differences(in: turned) == [
                "b_trades.csv: imported before a_trades.csv now, and after it when the run read them"
            ]
        )
        #expect(known.differences(in: known).isEmpty)
    }

    @Test func `only what was chosen counts, by market and by time`() throws {
        let folder = try DataFolder()
        try folder.add("a_trades.csv", text: trades(Self.bitcoin, [1, 2, 3]))
        var early = DataSelection()
        early.to = Timestamp(milliseconds: Self.open + 60_000)
        let (chosen, time) = try (
            folder.catalogue.contents(bitcoinAlone), folder.catalogue.contents(early)
        )
        try folder.add("b_trades.csv", text: trades(Self.ether, [90]))
        try folder.add("b_markets.csv", text: facts(Self.ether, "no"))
        #expect(try folder.catalogue.contents(bitcoinAlone) == chosen)
        #expect(try folder.catalogue.contents(early) == time)
        try folder.add("c_trades.csv", text: trades(Self.bitcoin, [95]))
        let now = try folder.catalogue.contents(bitcoinAlone)
        #expect(chosen.differences(in: now) == ["c_trades.csv: imported since; the run knew nothing of it"])
        #expect(
            now.differences(in: chosen) == ["c_trades.csv: not in the catalogue any more: kbot import brings it back"]
        )
        #expect(try folder.catalogue.contents(early) == time)
    }

    @Test func `a result counts for markets that have rows, and saying it again does not`() throws {
        let folder = try DataFolder()
        try folder.add("a_trades.csv", text: trades(Self.bitcoin, [1, 2, 3]))
        let before = try folder.catalogue.contents(DataSelection())
        try folder.add("b_markets.csv", text: facts(Self.ether, "no"))
        #expect(try folder.catalogue.contents(DataSelection()) == before)
        try folder.add("a_markets.csv", text: facts(Self.bitcoin, "yes"))
        let after = try folder.catalogue.contents(DataSelection())
        #expect(
            before.differences(in: after).first?.contains("results of 0 of 1 markets, the catalogue knows 1 of 1")
                == true
        )
        try folder.add("again_markets.csv", text: facts(Self.bitcoin, "yes") + "X-1,\(Self.open),no\n")
        #expect(try folder.catalogue.contents(DataSelection()) == after)
    }

    @Test func `a recording that has grown counts where it has grown`() throws {
        func frames(_ days: Int64) -> String {
            (0..<days).map { day in
                let time = Self.open + day * 86_400_000
                return #"{"type":"trade","sid":2,"seq":\#(day + 1),"msg":{"market_ticker":"\#(Self.bitcoin)","#
                    + #""yes_price_dollars":"0.5000","count_fp":"3.00","taker_side":"yes","ts_ms":\#(time)}}"# + "\n"
            }.joined()
        }
        let folder = try DataFolder()
        try folder.add("x_ws.jsonl", text: frames(1))
        var day = DataSelection()
        day.to = Timestamp(milliseconds: Self.open + 3_600_000)
        let (whole, first) = try (folder.catalogue.contents(DataSelection()), folder.catalogue.contents(day))
        #expect(try folder.add("x_ws.jsonl", text: frames(2))?.outcome == .grown)
        #expect(try folder.catalogue.contents(day) == first)
        let now = try folder.catalogue.contents(DataSelection())
        #expect(
            whole.differences(in: now) == ["x_ws.jsonl: what the catalogue has of it now is not what the run read"]
        )
    }

    @Test func `what is told of a market's life counts for those who chose the market, in whichever file it is`() throws
    {
        func life(_ ticker: String) -> String {
            #"{"type":"market_lifecycle_v2","sid":3,"seq":1,"msg":{"event_type":"determined","market_ticker":"\#(ticker)","result":"yes","ts_ms":\#(Self.open + 910_000)}}"#
                + "\n"
        }
        let folder = try DataFolder()
        try folder.add("a_trades.csv", text: trades(Self.bitcoin, [1, 2, 3]))
        try folder.add("b_trades.csv", text: trades(Self.ether, [1, 2, 3]))
        let chosen = try folder.catalogue.contents(bitcoinAlone)
        try folder.add("ether_ws.jsonl", text: life(Self.ether))
        #expect(try folder.catalogue.contents(bitcoinAlone) == chosen)
        #expect(try !folder.events(bitcoinAlone).contains { if case .settled = $0.kind { true } else { false } })
        try folder.add("bitcoin_ws.jsonl", text: life(Self.bitcoin))
        let now = try folder.catalogue.contents(bitcoinAlone)
        #expect(chosen.differences(in: now) == ["bitcoin_ws.jsonl: imported since; the run knew nothing of it"])
        #expect(try folder.events(bitcoinAlone).count { if case .settled = $0.kind { true } else { false } } == 1)
        #expect(try folder.catalogue.sourceNames(bitcoinAlone) == ["a_trades.csv", "bitcoin_ws.jsonl"])
        // A market that was over before the time, and of which nothing was told since, is left out with its life.
        var late = bitcoinAlone
        late.from = Timestamp(milliseconds: Self.open + 1_800_000)
        let over = try folder.catalogue.marketsOver(late, folder.catalogue.facts(late))
        #expect(over == [Self.bitcoin])
        #expect(try folder.catalogue.contents(late, passingOver: over).parts.isEmpty)
        late.from = Timestamp(milliseconds: Self.open + 905_000)
        #expect(try folder.catalogue.marketsOver(late, folder.catalogue.facts(late)).isEmpty)
    }

    @Test func `prices of an underlying count for runs that read them, with those of the days before`() throws {
        let folder = try DataFolder()
        try folder.add("a_trades.csv", text: trades(Self.bitcoin, [1, 2, 3]))
        var late = bitcoinAlone
        late.from = Timestamp(milliseconds: Self.open)
        func contents(_ spot: Set<String>) throws -> DataContents {
            try folder.catalogue.contents(late, spot: spot, history: SpotMerge.history)
        }
        let (with, without) = try (contents(["BTC-USD"]), contents([]))
        let before = Self.open - 86_400_000
        try folder.add("BTC-USD_coinbase.csv", text: "ts_ms,price_usd\n\(before),90000.5\n")
        #expect(try contents([]) == without)
        #expect(
            with.differences(in: try contents(["BTC-USD"])) == [
                "BTC-USD_coinbase.csv: imported since; the run knew nothing of it"
            ]
        )
    }
}
