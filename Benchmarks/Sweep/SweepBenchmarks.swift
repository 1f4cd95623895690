import Foundation
import KBotModel
import KBotRuntime
import KBotTestSupport

/// Sweeps over a recorded day with one worker and with as many as there are cores: what further cores are worth.
///
/// Wall time on purpose, and so only telling on a machine that does nothing else. `KBOT_SWEEP_TRIALS` says how many trials
/// (1,000 are the goal's; 60 by default).
enum SweepBenchmarks {
    static let names = ["sweep, recorded BTC day"]

    static func run(_ words: [String]) throws {
        guard words.isEmpty || names.contains(where: { name in words.contains { name.contains($0) } }) else { return }
        guard SharedData.isAvailable else { return KBotBenchmarks.say("sweep: \(SharedData.absence)") }
        let environment = ProcessInfo.processInfo.environment
        let trials = environment["KBOT_SWEEP_TRIALS"].flatMap { Int($0) } ?? 60
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let one = try seconds(trials, workers: 1)
        let all = try seconds(trials, workers: cores)
        func text(_ value: Double) -> String { String(format: "%.2f", value) }
        KBotBenchmarks.say(
            "\(names[0]): \(trials) trials, \(text(one)) s with one worker, \(text(all)) s with \(cores): "
                + "\(text(one / all)) times as fast (goal: 1.80 on two cores), "
                + "\(text(all * 1_000 / Double(trials))) ms a trial"
        )
    }

    private static func seconds(_ trials: Int, workers: Int) throws -> Double {
        let folder = NSTemporaryDirectory() + "kbot-bench-sweep-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var plan = SweepPlan()
        plan.backtest.run.strategies = ["strategies/bollinger_scalper.lua"]
        plan.backtest.run.parameters = ["period=10:59:1", "stddev=1:2.9:0.1"]
        plan.backtest.data = [SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz").path]
        plan.search = .random
        plan.trials = trials
        plan.workers = workers
        plan.folder = folder
        let settings = try RunSettings.load(
            options: ["limits": "off=daily_loss,circuit_breaker", "state-dir": folder],
            environment: [:],
            envFile: .none
        )
        let library = ScriptLibrary(home: FileManager.default.currentDirectoryPath)
        let sweep = try Sweep(plan, settings: settings, limited: nil, library: library)
        let start = ContinuousClock.now
        _ = try sweep.run()
        let span = (ContinuousClock.now - start).components
        return Double(span.seconds) + Double(span.attoseconds) / 1e18
    }
}
