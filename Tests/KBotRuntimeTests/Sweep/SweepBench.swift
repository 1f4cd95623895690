import Foundation
import KBotModel
import KBotReports
import KBotTestSupport
import Logging

@testable import KBotRuntime

/// A sweep over twelve made-up markets with a small script, as the command line would make it.
final class SweepBench {
    /// Enters every so many candles, with a stop so many cents away; one value of `reach` makes it fail.
    static let script = """
        return {
          api = 1, kind = "strategy", name = "flip", version = "1.0.0", description = "Enters now and then.",
          params = {
            every = { type = "integer", default = 4, min = 3, max = 6, step = 1, optimize = true, help = "Candles." },
            reach = { type = "number", default = 4, min = 2, max = 8, step = 2, optimize = true, help = "Cents." },
            mood = { type = "string", default = "calm", choices = { "calm", "wild" }, help = "Nothing." },
          },
          needs = function(params) return { candles = { source = "market", interval = "10s" } } end,
          on_candle = function(ctx, candle)
            if ctx.params.reach == 7 then error("no luck") end
            ctx.state.seen = (ctx.state.seen or 0) + 1
            if ctx.state.seen % ctx.params.every ~= 0 then return nil, "WAITING" end
            local reach = ctx.params.reach
            return { side = "long", entry = candle.close, stop = candle.close - reach, target = candle.close + 2 * reach,
              reason = "turn" }
          end,
        }
        """

    /// Trades of twelve quarters of an hour from 18:30 UTC, every three seconds, from a seed.
    static let trades: String = {
        var random = SeededGenerator(seed: 11)
        var text = Recording15.header
        for index in 0..<12 {
            let minute = 14 * 60 + 45 + index * 15
            let time = String(format: "%02d%02d", minute / 60, minute % 60)
            let ticker = "KXBTC15M-26APR27\(time)-\(String(format: "%02d", minute % 60))"
            var cents = 50
            for second in stride(from: 2, to: 895, by: 3) {
                cents = min(max(cents + Int.random(in: -2...2, using: &random), 6), 94)
                let at = 1_777_314_600_000 + (index * 900 + second) * 1_000
                let count = Int.random(in: 20...400, using: &random)
                let taker = Bool.random(using: &random) ? "yes" : "no"
                text += "\(at),\(ticker),0.\(cents < 10 ? "0" : "")\(cents)00,\(count).00,\(taker)\n"
            }
        }
        return text
    }()

    private enum Recording15 {
        static let header = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"
    }

    let files: FeedFolder
    var plan = SweepPlan()
    var options = ["limits": "off=daily_loss,circuit_breaker"]
    let library = ScriptLibrary(home: RunBench.root)

    init() throws {
        files = try FeedFolder()
        plan.backtest.run.strategies = [try files.write("flip.lua", Self.script)]
        plan.backtest.run.parameters = ["every=3:5:1", "reach=2,4"]
        plan.backtest.data = [try files.write("trades.csv", Self.trades)]
        plan.workers = 2
    }

    var folder: String { files.path + "/out" }

    func settings(_ options: [String: String]) throws -> RunSettings {
        var options = options
        options["state-dir"] = files.path + "/state"
        return try RunSettings.load(options: options, environment: [:], envFile: .none)
    }

    /// A sweep in a folder; with `limited`, the best are run with all limits on too.
    func sweep(_ name: String = "out", limited: Bool = false, data: BacktestData? = nil) throws -> Sweep {
        var plan = plan
        plan.folder = files.path + "/" + name
        return try Sweep(
            plan,
            settings: try settings(options),
            limited: limited ? try settings([:]) : nil,
            library: library,
            data: data
        )
    }

    /// The outcome of a sweep in a folder; nil for a shard.
    @discardableResult
    func run(_ name: String = "out", limited: Bool = false) throws -> SweepOutcome? {
        try sweep(name, limited: limited).run()
    }

    /// The trials of a folder, as the file has them.
    func trials(_ name: String = "out") -> String {
        (try? String(contentsOfFile: files.path + "/\(name)/trials.jsonl", encoding: .utf8)) ?? ""
    }

    /// How a sweep fails; nil when it does not.
    func failure(_ name: String = "out") -> RunFailure? {
        do {
            try run(name)
            return nil
        } catch {
            return error as? RunFailure
        }
    }

    /// The report of a backtest with these parameters.
    func report(_ parameters: [String]) throws -> RunReport {
        var plan = plan.backtest
        plan.run.parameters = parameters
        return try Backtest.report(
            of: plan,
            settings: try settings(options),
            library: library,
            data: try BacktestData.of(plan)
        )
    }
}
