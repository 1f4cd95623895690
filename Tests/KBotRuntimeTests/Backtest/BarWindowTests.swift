import Foundation
import KBotData
import KBotModel
import KBotReports
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// What lies beyond `--to` is unknown to a run.
@Suite struct BarWindowTests {
    /// The first bar's start, of ``barsText(_:ticker:start:)``.
    private static let start = Timestamp(milliseconds: 1_704_067_200_000)

    /// Buys once, after the second bar, and holds.
    private static func holder(_ interval: String) -> String {
        ruleText(
            "holder",
            interval: interval,
            """
            local market = ctx.market.ticker
            ctx.state[market] = (ctx.state[market] or 0) + 1
            if ctx.state[market] == 2 then
              return { side = "long", entry_type = "market", stop_offset = 40, target_offset = 49 }
            end
            return nil, "NO_SIGNAL"
            """
        )
    }

    /// Enters with limits and stops as a candle's figures fall.
    private static let busy = ruleText(
        "busy",
        interval: "5m",
        """
        local figure = (candle.close * 7 + candle.open * 3) % 5
        if figure == 0 then
          return { side = "long", entry = candle.close - 1, stop_offset = 3, target_offset = 5 }
        elseif figure == 1 then
          return { side = "short", entry_type = "market", stop_offset = 4, target_offset = 6 }
        end
        return nil, "NO_SIGNAL"
        """
    )

    /// A market of ten minutes at 50 cents and then at 97, which closes at its end; nil for a result nobody told.
    private func bench(_ folder: FeedFolder, result: String?) throws -> BacktestBench {
        let rows = Array(repeating: [50, 51, 49, 50], count: 5) + Array(repeating: [97, 98, 96, 97], count: 5)
        let script = Self.holder("1m")
        let data = try folder.write("a.csv", barsText(rows, ticker: "A-1"))
        var bench = BacktestBench(try folder.write("holder.lua", script), [data])
        let close = (Self.start + .minutes(10)).microseconds / 1_000
        bench.plan.run.marketsFile = try folder.write(
            "facts.csv",
            "ticker,open_time_ms,close_time_ms,result\nA-1,1704067200000,\(close),\(result ?? "")\n"
        )
        bench.options = ["sizing": "fixed:10", "limits": "off=all"]
        return bench
    }

    @Test(arguments: [
        (-60, false), (0, false), (5, false), (10, false), (11, true),
    ])
    func `a result told after the end settles nothing`(seconds: Int64, isKnown: Bool) throws {
        let folder = try FeedFolder()
        var events: [String] = []
        for result in ["yes", "no"] {
            var bench = try bench(folder, result: result)
            bench.plan.to = Self.start + .minutes(10) + .seconds(seconds)
            let outcome = try bench.run()
            #expect(outcome.report.trades.isEmpty != isKnown && outcome.report.openPositions.isEmpty == isKnown)
            #expect(outcome.report.identityHolds)
            events.append(outcome.events)
        }
        #expect((events[0] == events[1]) != isKnown)
    }

    @Test(arguments: [(5, 0), (60, 0), (61, 1)])
    func `a result is guessed when its time has come, not before`(seconds: Int64, trades: Int) throws {
        let folder = try FeedFolder()
        var bench = try bench(folder, result: nil)
        bench.plan.to = Self.start + .minutes(10) + .seconds(seconds)
        let report = try bench.run().report
        #expect(report.trades.count == trades && report.openPositions.count == 1 - trades)
        #expect(report.facts.notes.contains { $0.contains("inferred") } == (trades == 1))
    }

    @Test(arguments: [
        // Hours, by their ends: a bar that ends then is over, and one that ends later is not.
        ("00:59:59", 0), ("01:00:00", 1), ("01:00:01", 1), ("02:59:59.999999", 2), ("03:00:00", 3),
    ])
    func `a bar that ends after the end is no part of the run`(time: String, bars: Int) throws {
        let folder = try DataFolder()
        let rows = (0..<5).map { "\(1_704_067_200_000 + $0 * 3_600_000),50,5\($0 + 1),4\($0),50,100" }
        let text = (["ts_ms,open,high,low,close,volume"] + rows).joined(separator: "\n")
        let data = try folder.files.write("hours.csv", text)
        try folder.add(data)
        let to = try #require(Timestamp(rfc3339: "2024-01-01T\(time)Z"))
        let kept = (0..<5).filter { Self.start + .hours($0 + 1) <= to }
        #expect(kept.count == bars)
        let feeds: [any BarFeed] = [
            try BarFiles(paths: [data], to: to), try BarFiles(paths: [data]).cut(from: nil, to: to),
            try {
                var selection = DataSelection()
                selection.to = to
                return try CatalogueBars(folder.catalogue, selection, fees: nil)
            }(),
        ]
        for feed in feeds {
            var told: [MarketBar] = []
            while try feed.next(into: &told) {}
            #expect(told.map(\.bar.start) == kept.map { Self.start + .hours($0) })
        }
        let script = Self.holder("1h")
        var bench = BacktestBench(try folder.files.write("holder.lua", script), [data])
        bench.plan.to = to
        guard bars > 0 else {
            #expect(bench.failure()?.code == .data)
            return
        }
        #expect(try bench.run().events.split(separator: "\n").count { $0.hasPrefix(#"{"type":"candle""#) } == bars)
    }

    /// Bars of one to three markets, with gaps; some close, and some of those have a result.
    private struct World {
        let text: String
        let facts: String
        let end: Timestamp

        init(_ random: inout SeededGenerator) {
            var rows: [(time: Int64, text: String)] = []
            var facts = "ticker,open_time_ms,close_time_ms,result\n"
            var end = BarWindowTests.start
            for market in 0..<Int.random(in: 1...3, using: &random) {
                let length = Int.random(in: 60...300, using: &random)
                var close = 50
                for minute in 0..<length where Int.random(in: 0..<20, using: &random) > 0 {
                    let open = close
                    close = min(max(open + Int.random(in: -3...3, using: &random), 3), 97)
                    let (high, low) = (max(open, close) + 1, min(open, close) - 1)
                    let start = BarWindowTests.start + .minutes(Int64(minute))
                    let time = start.microseconds / 1_000
                    rows.append((time, "\(time),\(open),\(high),\(low),\(close),9,M-\(market)"))
                    end = max(end, start + .minutes(1))
                }
                guard Bool.random(using: &random) else { continue }
                let closes = BarWindowTests.start.microseconds / 1_000 + Int64(length) * 60_000
                let result = ["yes", "no", ""][Int.random(in: 0...2, using: &random)]
                facts += "M-\(market),\(BarWindowTests.start.microseconds / 1_000),\(closes),\(result)\n"
            }
            rows.sort { $0.time < $1.time }
            text = "ts_ms,open,high,low,close,volume,ticker\n" + rows.map(\.text).joined(separator: "\n") + "\n"
            self.facts = facts
            self.end = end
        }
    }

    @Test func `what comes before the end is the same as in the run that goes on`() throws {
        var trades = 0
        try forSeeds(0..<12) { random in
            let world = World(&random)
            let folder = try FeedFolder()
            let data = try folder.write("bars.csv", world.text)
            var bench = BacktestBench(try folder.write("busy.lua", Self.busy), [data])
            bench.plan.run.marketsFile = try folder.write("facts.csv", world.facts)
            bench.options = ["sizing": "fixed:10", "limits": "off=all"]
            let whole = try bench.run()
            trades += whole.report.trades.count
            let minutes = (world.end - Self.start).microseconds / 60_000_000
            for _ in 0..<4 {
                let to = Self.start + .minutes(Int64.random(in: 1...minutes, using: &random))
                bench.plan.to = to
                let cut = try bench.run()
                let (expected, told) = (Self.lines(whole.events, before: to), Self.lines(cut.events, before: to))
                let difference = zip(expected, told).first { $0 != $1 }
                try hold(difference == nil, "to \(to): \(difference.map { "\($0)" } ?? "")")
                try hold(expected.count == told.count, "to \(to): \(told.count) not \(expected.count) lines")
                let late = cut.events.split(separator: "\n").first { Self.time($0) > to.description }
                try hold(late == nil, "to \(to): \(late ?? "")")
                try hold(cut.report.facts.to <= to + TimeSpan(microseconds: 1), "ended at \(cut.report.facts.to)")
            }
        }
        #expect(trades > 200)
    }

    private static func time(_ line: Substring) -> String {
        line.range(of: #""ts":""#).map { String(line[$0.upperBound...].prefix(27)) } ?? ""
    }

    private static func lines(_ events: String, before time: Timestamp) -> [Substring] {
        events.split(separator: "\n").filter { Self.time($0) < time.description }
    }

    @Test(arguments: [false, true])
    func `recordings that are cut before a result is told settle nothing either`(isRun: Bool) throws {
        let folder = try FeedFolder()
        let open: Int64 = 1_777_314_600_000
        let ticker = "KXBTC15M-26APR271445-45"
        let rows = (0..<899).map { second in
            let (price, taker) = (second < 400 ? 50 : 97, second % 2 == 0 ? "yes" : "no")
            return "\(open + Int64(second) * 1_000),\(ticker),0.\(price)00,500,\(taker)"
        }
        let trades = (["ts_ms,ticker,yes_price_dollars,count,taker_side"] + rows).joined(separator: "\n")
        let data = try folder.write("t_trades.csv", trades)
        let script = Self.holder("10s")
        let strategy = try folder.write("holder.lua", script)
        let close = Timestamp(milliseconds: open + 900_000)
        func play(to seconds: Int64) throws -> (events: String, trades: Int, open: Int) {
            if isRun {
                var bench = RunBench(strategy)
                bench.plan.feed = .replay(paths: [data])
                bench.plan.to = close + .seconds(seconds)
                bench.options = ["sizing": "fixed:10", "limits": "off=all"]
                let outcome = try bench.run()
                return (outcome.events, outcome.report.trades.count, outcome.report.openPositions.count)
            }
            var bench = BacktestBench(strategy, [data])
            bench.plan.to = close + .seconds(seconds)
            bench.options = ["sizing": "fixed:10", "limits": "off=all"]
            let outcome = try bench.run()
            return (outcome.events, outcome.report.trades.count, outcome.report.openPositions.count)
        }
        var early: Set<String> = []
        var late: Set<String> = []
        for result in ["yes", "no", ""] {
            let facts = "ticker,open_time_ms,close_time_ms,result\n\(ticker),\(open),\(open + 900_000),\(result)\n"
            try folder.write("t_markets.csv", facts)
            let cut = try play(to: 5)
            #expect(cut.trades == 0 && cut.open == 1)
            early.insert(cut.events)
            let whole = try play(to: 600)
            #expect(whole.trades == 1 && whole.open == 0)
            late.insert(whole.events)
        }
        #expect(early.count == 1 && late.count == 3)
    }
}
