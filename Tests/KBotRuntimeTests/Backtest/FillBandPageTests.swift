import Foundation
import KBotReports
import Testing

@testable import KBotRuntime

/// The band of the fill models in the page of a backtest on bars.
@Suite struct FillBandPageTests {
    /// A script that buys after the second bar, or never.
    private static func script(buys: Bool) -> String {
        ruleText(
            "once",
            """
            ctx.state.seen = (ctx.state.seen or 0) + 1
            if \(buys) and ctx.state.seen == 2 then
              return { side = "long", entry_type = "market", stop_offset = 4, target_offset = 8 }
            end
            return nil, "NO_SIGNAL"
            """
        )
    }

    @Test(arguments: [true, false])
    func `all three models stand in the page with the numbers of the JSON, with trades and without`(buys: Bool) throws {
        let folder = try FeedFolder()
        let rows = [[50, 51, 49, 50], [50, 51, 49, 50], [52, 53, 51, 52], [52, 61, 50, 55]]
        var bench = BacktestBench(
            try folder.write("once.lua", Self.script(buys: buys)),
            [try folder.write("bars.csv", barsText(rows))]
        )
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        bench.fills = ["realistic", "optimistic", "pessimistic"]
        let report = try bench.run().report
        #expect(report.trades.isEmpty == !buys && report.fillModels.count == 3)
        let document = report.jsonDocument()
        let numbers = try PageNumbers(ReportDocument(parsing: document).html(), of: Data(document))
        #expect(numbers.wrong.isEmpty, "\(numbers.wrong)")
        let figures = ["total_trades", "win_rate", "net_profit", "max_drawdown", "total_fees"]
        let expected = (0..<3).flatMap { model in figures.map { "/fill_models/\(model)/\($0)" } }
        #expect(numbers.pointers.isSuperset(of: expected))
        #expect(numbers.page.contains("Band of the fill models") && numbers.page.contains("p-band"))
    }
}
