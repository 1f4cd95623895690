import Foundation
import KBotKalshi
import KBotModel
import KBotReports
import Testing

@testable import KBotRuntime

/// Simulated recordings: read back they are the simulator's own events, they say what they are, and they lie whole or not
/// at all.
@Suite struct SimulatedDataTests {
    /// A plan of a short stretch; days would take too long here.
    private func data(
        _ folder: String,
        _ kind: SimulatedDataPlan.Kind,
        seed: UInt64,
        minutes: Int64 = 30,
        force: Bool = false
    ) throws -> SimulatedData {
        var plan = SimulatedDataPlan(folder: folder)
        plan.kind = kind
        plan.seed = seed
        plan.overwrites = force
        let feed = try SimulatedFeed(
            series: plan.series,
            start: plan.start.start,
            duration: .minutes(minutes),
            seed: seed
        )
        return SimulatedData(plan, feed: feed)
    }

    private func write(
        _ folder: String,
        _ kind: SimulatedDataPlan.Kind,
        seed: UInt64,
        minutes: Int64 = 30,
        force: Bool = false
    ) throws -> SimulatedData.Result {
        var data = try data(folder, kind, seed: seed, minutes: minutes, force: force)
        return try data.write(progress: { _ in }, until: { false })
    }

    private func spot(_ folder: String) throws -> [SpotSource] {
        try SpotSource.read(
            ["_before", ""].map { "\(folder)/BTC-USD_SIMULATED_KXBTC15M\($0).csv.gz" }
        )
    }

    private func events(_ feed: some MarketFeed) throws -> [MarketEvent] {
        var feed = feed
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {}
        return events
    }

    /// What happened to each market, and apart from it to the index, at whole milliseconds.
    ///
    /// A market that is listed at its very opening is open at once to who reads it: openings are left out.
    private func stories(_ events: [MarketEvent]) -> [Int32: [MarketEvent]] {
        var stories: [Int32: [MarketEvent]] = [:]
        for event in events {
            let time = Timestamp(milliseconds: floorDivide(event.time.microseconds, by: 1_000))
            var kind = event.kind
            let market: Int32
            switch event.kind {
            case .listed(var listed):
                market = listed.id.index
                listed.status = .initialized
                kind = .listed(listed)
            case .status(_, .active): continue
            case .status(let id, _), .snapshot(let id, _), .delta(let id, _, _, _), .gap(let id), .history(let id, _),
                .settled(let id, _):
                market = id.index
            case .trade(let trade): market = trade.market.index
            case .spot: market = -1
            case .spotCandle(let symbol, var candle):
                market = -2
                candle.ticks = 1
                kind = .spotCandle(symbol, candle)
            }
            stories[market, default: []].append(MarketEvent(time: time, kind))
        }
        return stories
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `frames read back are the simulator's own events`(seed: UInt64) throws {
        try withFolder { folder in
            let result = try write(folder, .frames, seed: seed)
            #expect(
                result.files.map(\.name) == [
                    "BTC-USD_SIMULATED_KXBTC15M.csv.gz", "BTC-USD_SIMULATED_KXBTC15M_before.csv.gz",
                    "SIMULATED_KXBTC15M_20260601_ws.jsonl.gz",
                ]
            )
            let feed = try ReplayFeed(paths: [folder], spot: try spot(folder), strict: true)
            let read = stories(try events(feed))
            let made = stories(
                try events(
                    try SimulatedFeed(
                        series: "KXBTC15M",
                        start: SimulatedFeed.usualStart,
                        duration: .minutes(30),
                        seed: seed
                    )
                )
            )
            #expect(read.keys.sorted() == [-2, -1, 0, 1])
            for market in made.keys.sorted() {
                let (mine, simulators) = (read[market] ?? [], made[market] ?? [])
                // The replay's index ends with its markets' last event.
                let wanted = market == -1 ? Array(simulators.prefix(mine.count)) : simulators
                let difference = zip(mine, wanted).enumerated().first { $1.0 != $1.1 }
                #expect(difference == nil, "seed \(seed), market \(market)")
                #expect(mine.count == wanted.count)
            }
            #expect(feed.summary.gaps == 0)
            #expect(feed.summary.isMarkedSimulated)
            // The candles of before end where the ticks begin, and say so.
            #expect(feed.summary.warnings.filter { !$0.contains("_before.csv.gz: no price after") } == [])
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `trades read back are the simulator's, with the results that it gave`(seed: UInt64) throws {
        try withFolder { folder in
            let result = try write(folder, .trades, seed: seed)
            let read = try events(try ReplayFeed(paths: [folder], strict: true))
            let made = try events(
                try SimulatedFeed(
                    series: "KXBTC15M",
                    start: SimulatedFeed.usualStart,
                    duration: .minutes(30),
                    seed: seed
                )
            )
            func trades(_ events: [MarketEvent]) -> [Trade] {
                events.compactMap { if case .trade(let trade) = $0.kind { trade } else { nil } }
            }
            func results(_ events: [MarketEvent]) -> [Settlement] {
                events.compactMap { if case .settled(_, let settlement) = $0.kind { settlement } else { nil } }
            }
            #expect(trades(read) == trades(made))
            #expect(results(read) == results(made))
            #expect(result.trades == trades(made).count)
            #expect(result.markets == 2)
            let strikes = try MarketsFile(path: "\(folder)/SIMULATED_KXBTC15M_20260601_markets.csv", strict: true).facts
            #expect(strikes.allSatisfy { $0.strike != nil && $0.settlement?.isInferred == false })
        }
    }

    @Test(arguments: SimulatedDataPlan.Kind.allCases)
    func `every file says in its name and in itself that it is simulated`(kind: SimulatedDataPlan.Kind) throws {
        try withFolder { folder in
            let result = try write(folder, kind, seed: 3, minutes: 15)
            for file in result.files {
                #expect(file.name.contains("SIMULATED"))
                #expect(SimulationMark.isOn("\(folder)/\(file.name)"))
                var reader = try ByteLineReader(path: "\(folder)/\(file.name)")
                var lines: [String] = []
                while lines.count < 3, try reader.advance() {
                    lines.append(String(decoding: reader.slice, as: UTF8.self))
                }
                if file.name.hasSuffix(".jsonl.gz") {
                    #expect(lines[0].contains("SIMULATED"))
                } else {
                    #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",SIMULATED") })
                }
            }
            #expect(SimulationMark.isOn(folder))
            #expect(RunPlan.Feed.replay(paths: [folder]).isMarkedSimulated)
            #expect(!RunPlan.Feed.replay(paths: ["trades.csv"]).isMarkedSimulated)
        }
    }

    @Test func `a run on frames makes the trades of a run on the simulator, and its report says SIMULATED`() throws {
        try withFolder { folder in
            _ = try write(folder, .frames, seed: 5, minutes: 60)
            var simulated = RunBench()
            simulated.plan.seed = 5
            simulated.plan.duration = .minutes(60)
            simulated.options["limits"] = "off=daily_loss,circuit_breaker"
            simulated.plan.parameters = ["stddev=1.5"]
            var replayed = simulated
            replayed.plan.duration = nil
            replayed.plan.feed = .replay(paths: [folder])
            let (first, second) = (try simulated.run(), try replayed.run())
            func trades(_ outcome: RunBench.Outcome) throws -> [String] {
                try outcome.lines("closed").map { line in
                    ["market", "side", "count", "exit", "gross_pnl", "fees", "net_pnl"].map { "\(line[$0] ?? "")" }
                        .joined(separator: " ")
                }
            }
            #expect(try trades(first).count > 0)
            #expect(try trades(first) == trades(second))
            #expect(second.report.text(width: 100).contains("SIMULATED_KXBTC15M_20260601_ws.jsonl.gz"))
        }
    }

    @Test func `nothing is overwritten without being asked, and then nothing of the old is left`() throws {
        try withFolder { folder in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/mine.csv"))
            _ = try write(folder, .trades, seed: 1, minutes: 15)
            let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(throws: RunFailure.self) { try write(folder, .frames, seed: 2, minutes: 15) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
            _ = try write(folder, .frames, seed: 2, minutes: 15, force: true)
            let after = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(
                after == [
                    "BTC-USD_SIMULATED_KXBTC15M.csv.gz", "BTC-USD_SIMULATED_KXBTC15M_before.csv.gz",
                    "SIMULATED_KXBTC15M_20260601_ws.jsonl.gz", "mine.csv",
                ]
            )
        }
    }

    @Test func `given up on the way, it leaves nothing behind`() throws {
        try withFolder { folder in
            var data = try data(folder, .trades, seed: 1)
            let failure = #expect(throws: RunFailure.self) { try data.write(progress: { _ in }, until: { true }) }
            #expect(failure?.code == .interrupted)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func `a day's files hold the markets that open on it, whole`() throws {
        try withFolder { folder in
            var plan = SimulatedDataPlan(folder: folder)
            plan.start = UTCDay(year: 2026, month: 6, day: 1)
            let feed = try SimulatedFeed(
                series: plan.series,
                start: plan.start.next.start - .minutes(15),
                duration: .minutes(30),
                seed: 4
            )
            var data = SimulatedData(plan, feed: feed)
            _ = try data.write(progress: { _ in }, until: { false })
            for day in ["20260601", "20260602"] {
                let facts = try MarketsFile(path: "\(folder)/SIMULATED_KXBTC15M_\(day)_markets.csv", strict: true).facts
                #expect(facts.count == 1)
                // A day alone: its facts lie beside it.
                let feed = try ReplayFeed(paths: ["\(folder)/SIMULATED_KXBTC15M_\(day)_trades.csv.gz"], strict: true)
                let events = try events(feed)
                #expect(events.contains { if case .settled = $0.kind { true } else { false } })
            }
        }
    }

    @Test(arguments: [("KXFOO", 1), ("KXBTC15M", 0)])
    func `a series the simulator does not make and too many days are refused`(series: String, days: Int) throws {
        var plan = SimulatedDataPlan(folder: "/nowhere")
        plan.series = SeriesTicker(series)
        plan.days = days
        let failure = #expect(throws: RunFailure.self) { _ = try SimulatedData(plan) }
        #expect(failure?.code == .usage)
    }
}
