import Foundation
import KBotData
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// The same bars from files and from the catalogue.
@Suite struct BarSourcesTests {
    /// 2024-01-01.
    static let start: Int64 = 1_704_067_200_000

    typealias Row = (time: Int64, text: String)

    /// Enters at prices between the cents: where they come to lie, the grid decides.
    private static let script = ruleText(
        "often",
        """
        ctx.state[ctx.market.ticker] = (ctx.state[ctx.market.ticker] or 0) + 1
        if ctx.state[ctx.market.ticker] % 3 == 0 then
          return { side = "long", entry = candle.close - 0.35, stop = candle.close - 3.35, target = candle.close + 2.65 }
        end
        return nil, "NO_SIGNAL"
        """
    )

    /// A market's bars, a minute apart: in whole cents but for some rows.
    static func rows(
        _ count: Int,
        ticker: String,
        from start: Int64 = start,
        seed: UInt64 = 5,
        isFine: (Int) -> Bool = { _ in false }
    ) -> [Row] {
        var random = SeededGenerator(seed: seed)
        var close = 500
        return (0..<count).map { index in
            let unit = isFine(index) ? 1 : 10
            let open = close / unit * unit
            close = min(max(open + Int.random(in: -3...3, using: &random) * unit, 100), 900)
            let prices = [open, max(open, close) + 10, min(open, close) - 10, close].map { "\($0 / 10).\($0 % 10)" }
            let time = start + Int64(index) * 60_000
            return (time, "\(time),\(prices.joined(separator: ",")),100,\(ticker)")
        }
    }

    static func text(_ rows: [Row]) -> String {
        "ts_ms,open,high,low,close,volume,ticker\n" + rows.map(\.text).joined(separator: "\n") + "\n"
    }

    /// Plays files, and the catalogue made of them.
    private func play(
        _ texts: [String],
        _ change: (inout BacktestBench) -> Void = { _ in }
    ) throws -> (files: BacktestBench.Outcome, stored: BacktestBench.Outcome) {
        let folder = try DataFolder()
        let strategy = try folder.files.write("often.lua", Self.script)
        var options = DataImport.Options()
        options.priceUnit = .cents
        var paths: [String] = []
        for (index, text) in texts.enumerated() {
            paths.append(try folder.files.write("\(index).csv", text))
            try folder.add(paths[index], options: options)
        }
        var files = BacktestBench(strategy, paths)
        files.options = ["sizing": "fixed:10", "limits": "off=all"]
        change(&files)
        var stored = files
        stored.plan.data = ["catalogue"]
        stored.plan.dataDirectory = folder.files.path + "/data"
        return (try files.run(), try stored.run())
    }

    /// Which rows are finer than a cent, and whether the grid of the run is then.
    @Test(
        arguments: [
            (1_600, 3_000, nil, true), (1_999, 2_000, nil, true), (2_000, 3_000, nil, false), (0, 400, 500, false),
            (2_100, 3_000, 500, true), (2_500, 3_000, 500, false), (3_000, 3_000, nil, false),
        ] as [(Int, Int, Int64?, Bool)]
    )
    func `the grid of a market without an end is one thing, from wherever it is read`(
        first: Int,
        end: Int,
        from: Int64?,
        isFine: Bool
    ) throws {
        let rows = Self.rows(3_000, ticker: "SYN", isFine: (first..<end).contains)
        let (files, stored) = try play([Self.text(rows)]) { bench in
            bench.plan.from = from.map { Timestamp(milliseconds: Self.start) + .minutes($0) }
        }
        #expect(files.events == stored.events && files.report.trades == stored.report.trades)
        #expect(files.report.trades.count > 100)
        let folder = try FeedFolder()
        let begin = from.map { Timestamp(milliseconds: Self.start) + .minutes($0) }
        let feed = try BarFiles(paths: [folder.write("a.csv", Self.text(rows))], from: begin)
        var bars: [MarketBar] = []
        #expect(try feed.next(into: &bars) && feed.market(MarketID(0)).grid == (isFine ? .deciCent : .linearCent))
    }

    @Test func `where a run ends does not change the grid before its end`() throws {
        let text = Self.text(Self.rows(3_000, ticker: "SYN", isFine: (1_600..<3_000).contains))
        let whole = try play([text])
        let cut = try play([text]) { $0.plan.to = Timestamp(milliseconds: Self.start) + .minutes(1_000) }
        #expect(cut.files.events == cut.stored.events)
        let lines = cut.files.events.split(separator: "\n").dropLast(20)
        #expect(lines.count > 1_000 && whole.files.events.split(separator: "\n").starts(with: lines))
    }

    @Test(arguments: [false, true])
    func `markets of one file each have their own grid, whatever the order of their rows`(isTurned: Bool) throws {
        let fine = Self.rows(1_200, ticker: "FINE", seed: 1) { $0 % 7 == 0 }
        let whole = Self.rows(1_200, ticker: "WHOLE", seed: 2)
        let both: [Row] = zip(fine, whole).flatMap { isTurned ? [$1, $0] : [$0, $1] }
        let (files, stored) = try play([Self.text(both)])
        #expect(files.events == stored.events && files.report.trades == stored.report.trades)
        // In a file of its own a market trades the same.
        let alone = try play([Self.text(whole)]).files.report
        #expect(alone.trades.count > 50)
        #expect(files.report.trades.filter { $0.market == "WHOLE" }.map(\.netPnL) == alone.trades.map(\.netPnL))
        let apart = try play([Self.text(whole), Self.text(fine)])
        #expect(apart.files.events == files.events && apart.stored.events == files.events)
    }

    @Test(arguments: [
        ("2026-05-20", "up to a whole cent, the rule for markets without an end whose data begin before 2026-05-28"),
        ("2026-05-29", "up to $0.0001, the rule since 2026-05-28"),
    ])
    func `a market without an end is charged by the rule of the first bar in the run`(from: String, rule: String) throws
    {
        let start = try #require(BacktestPlan.time("2026-05-20")).microseconds / 1_000
        let text = Self.text(Self.rows(14_400, ticker: "SYN", from: start))
        let (files, stored) = try play([text]) { bench in
            bench.plan.fees = .kalshi
            bench.plan.from = BacktestPlan.time(from)
        }
        #expect(files.events == stored.events && files.report.metrics == stored.report.metrics)
        #expect(files.report.metrics.totalFees > .zero)
        for report in [files.report, stored.report] {
            #expect(report.facts.notes.contains { $0.hasPrefix("fees: ") && $0.hasSuffix(rule) })
        }
    }

    @Test func `the note on fees tells of markets that close and of those without an end`() throws {
        // c: closes then; e: begins then, without an end.
        func filter(_ markets: [String]) throws -> MarketFilter {
            var filter = MarketFilter(markets: [], series: [])
            for (index, text) in markets.enumerated() {
                let time = try #require(BacktestPlan.time(String(text.dropFirst())))
                let market = Market(
                    id: MarketID(Int32(index)),
                    ticker: Ticker("M\(index)"),
                    series: "M",
                    openTime: time,
                    closeTime: text.hasPrefix("e") ? BarFiles.noEnd : time,
                    fees: FeeSchedule.quadratic.inForce(at: time)
                )
                _ = filter.pass(MarketEvent(time: time, .listed(market)))
            }
            return filter
        }
        let expected: [([String], String)] = [
            (["c2026-05-01"], "whole cent, the rule for markets that close before 2026-05-28"),
            (["e2026-05-01"], "whole cent, the rule for markets without an end whose data begin before 2026-05-28"),
            (
                ["c2026-05-01", "e2026-05-02"],
                "whole cent, the rule for markets that close, or without an end begin, before 2026-05-28"
            ),
            (["c2026-05-01", "c2026-06-01"], "in markets that close before 2026-05-28, to $0.0001 in later ones"),
            (
                ["e2026-05-01", "c2026-06-01"],
                "in markets that close, or without an end begin, before 2026-05-28, to $0.0001 in later ones"
            ),
            (["e2026-06-01", "c2026-06-01"], "up to $0.0001, the rule since 2026-05-28"),
        ]
        for (markets, note) in expected {
            let filter = try filter(markets)
            #expect(filter.feeNotes.count == 1 && filter.feeNotes[0].hasSuffix(note), "\(filter.feeNotes)")
            #expect(filter.feesCharged == .all)
        }
        #expect(try filter([]).feeNotes.isEmpty)
    }

    // MARK: Prices of an underlying beside recordings

    @Test func `a folder is tested when a run replays it, with candles that are prices of an underlying`() throws {
        let folder = try FeedFolder()
        let open: Int64 = 1_777_314_600_000
        let rows = (1..<880).map { second in
            let (price, taker) = (50 + second / 9 % 7, second % 2 == 0 ? "yes" : "no")
            return "\(open + Int64(second) * 1_000),\(Tape.ticker),0.\(price)00,200,\(taker)"
        }
        let trades = ["ts_ms,ticker,yes_price_dollars,count,taker_side"] + rows
        try folder.write("t_trades.csv", trades.joined(separator: "\n"))
        let minutes = (0..<20).map { "\(open + Int64($0) * 60_000),70000,70010,69990,70000,3" }
        let candles = ["ts_ms,open,high,low,close,volume"] + minutes
        let spot = try folder.write("coinbase_1m.csv", candles.joined(separator: "\n"))
        let link = folder.path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
        defer { try? FileManager.default.removeItem(atPath: link) }
        var run = RunBench()
        run.plan.feed = .replay(paths: [folder.path])
        run.plan.spot = ["BTC-USD=" + spot]
        let replayed = try run.run()
        var bench = BacktestBench(RunBench.root + "/strategies/bollinger_scalper.lua", [folder.path])
        #expect(bench.failure()?.message.contains("coinbase_1m.csv") == true)
        bench.plan.run.spot = run.plan.spot
        #expect(try bench.run().events == replayed.events)
        bench.plan.run.spot = ["BTC-USD=" + link + "/coinbase_1m.csv"]
        #expect(try bench.run().events == replayed.events)
        #expect(replayed.events.contains(#"{"type":"candle""#))
    }
}
