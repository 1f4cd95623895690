import Foundation
import KBotModel
import KBotReports
import Logging

@testable import KBotRuntime

/// A whole run on paper, as the command line would make it.
struct RunBench {
    /// The package's root folder, where the scripts are.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    var plan = RunPlan()
    var options: [String: String] = [:]

    /// A run of the reference script, by its whole path: the tests' own folder may be any.
    init(_ strategy: String = root + "/strategies/bollinger_scalper.lua") { plan.strategies = [strategy] }

    /// What came of a run.
    struct Outcome {
        let report: RunReport
        let events: String

        /// The lines of one type, parsed.
        func lines(_ type: String) throws -> [[String: Any]] {
            try events.split(separator: "\n").filter { $0.hasPrefix(#"{"type":"\#(type)","#) }.map { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            }
        }
    }

    /// Runs to the end.
    func run() throws -> Outcome {
        try withFolder { folder in
            var plan = plan
            plan.eventsPath = folder + "/events.jsonl"
            let settings = try RunSettings.load(options: options, environment: [:], envFile: .none)
            let library = ScriptLibrary(home: Self.root)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let run = try TradingRun(plan, settings: settings, library: library, logger: logger)
            guard try run.run() == .finished, let report = run.report(id: "test", version: "0") else {
                throw RunFailure(.other, "the run did not finish")
            }
            let events = try String(contentsOfFile: folder + "/events.jsonl", encoding: .utf8)
            return Outcome(report: report, events: events)
        }
    }

    /// Runs and gives how it failed.
    func failure() -> RunFailure? {
        do {
            _ = try run()
            return nil
        } catch {
            return error as? RunFailure
        }
    }
}

/// A market of fifteen minutes told by trades alone, second by second from its opening.
struct Tape {
    /// 2026-04-27 18:30:00 UTC.
    static let open: Int64 = 1_777_314_600_000
    static let ticker = "KXBTC15M-26APR271445-45"
    private var rows: [String] = []

    /// Four candles at 50¢, then one whose body (46 to 45¢) lies below the band of five: long at 43, stop 39, target 51.
    static var trigger: Tape {
        var tape = Tape()
        for candle in 0..<4 { tape.print(candle * 5 + 1, 50, 10, candle.isMultiple(of: 2) ? "yes" : "no") }
        tape.print(20, 46, 5, "no")
        tape.print(21, 47, 5, "yes")
        tape.print(22, 43, 5, "no")
        tape.print(23, 45, 5, "yes")
        return tape
    }

    /// Adds a trade: seconds from the opening, cents, contracts, the outcome its taker bought.
    mutating func print(_ second: Int, _ cents: Int, _ count: Int, _ taker: String) {
        let price = "0.\(cents < 10 ? "0" : "")\(cents)00"
        rows.append("\(Self.open + Int64(second) * 1_000),\(Self.ticker),\(price),\(count).00,\(taker)")
    }

    /// Runs the tape with five-second candles, a narrow band, ten contracts and, unless told otherwise, no friction.
    func run(result: String? = nil, fills: String = "optimistic") throws -> RunBench.Outcome {
        let folder = try FeedFolder()
        let text = (["ts_ms,ticker,yes_price_dollars,count,taker_side"] + rows).joined(separator: "\n") + "\n"
        let trades = try folder.write("tape_trades.csv", text)
        if let result {
            let row = "\(Self.ticker),\(Self.open),\(Self.open + 900_000),\(result)\n"
            try folder.write("tape_markets.csv", "ticker,open_time_ms,close_time_ms,result\n" + row)
        }
        var bench = RunBench()
        bench.plan.feed = .replay(paths: [trades])
        bench.plan.parameters = ["interval=5s", "period=5", "stddev=1.0"]
        bench.options = ["sizing": "fixed:10", "fills": fills]
        return try bench.run()
    }
}
