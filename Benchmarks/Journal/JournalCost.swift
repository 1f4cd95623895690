import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotRuntime
import Logging

/// What a journal costs a run: the same recorded day with and without one, in turn.
enum JournalCost {
    /// The benchmark's name.
    static let name = "journal: cost of a replayed day"

    static func run(_ data: BenchmarkData, _ words: [String]) throws {
        guard words.isEmpty || words.contains(where: { name.contains($0) }) else { return }
        for (label, strategy) in [("native", "native:bollinger_scalper"), ("Lua", "strategies/bollinger_scalper.lua")] {
            var bare: [Double] = []
            var kept: [Double] = []
            var processor: [Double] = []
            for _ in 0..<7 {
                bare.append(try once(data, strategy, journals: false).wall)
                let times = try once(data, strategy, journals: true)
                kept.append(times.wall)
                processor.append(times.processor)
            }
            let (without, with) = (median(bare), median(kept))
            KBotBenchmarks.say(
                String(
                    format:
                        "\n%@, %@: %.0f ms without, %.0f ms with: %+.0f %% (goal +20 %%); processor time with it %.0f ms",
                    name,
                    label,
                    without,
                    with,
                    100 * (with / without - 1),
                    median(processor)
                )
            )
        }
    }

    private static func once(
        _ data: BenchmarkData,
        _ strategy: String,
        journals: Bool
    ) throws -> (wall: Double, processor: Double) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var plan = RunPlan()
        plan.strategies = [strategy]
        plan.feed = .replay(paths: [data.tradesPath])
        plan.isQuiet = true
        plan.id = "benchmark"
        let settings = try RunSettings.load(options: ["state-dir": folder.path], environment: [:], envFile: .none)
        let began = ContinuousClock.now
        let processor = clock()
        let book = journals ? try RunBook(plan, settings) : nil
        let run = try TradingRun(
            plan,
            settings: settings,
            library: ScriptLibrary(home: nil),
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() },
            book: book
        )
        _ = try run.run()
        let report = run.report(id: plan.id, version: "0").map { Data($0.jsonDocument(pretty: false)) }
        if let problem = book?.finish(ending: "done", report: report) { KBotBenchmarks.say(problem) }
        let passed = (ContinuousClock.now - began).components
        return (
            Double(passed.seconds) * 1_000 + Double(passed.attoseconds) / 1e15,
            Double(clock() - processor) * 1_000 / Double(CLOCKS_PER_SEC)
        )
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
