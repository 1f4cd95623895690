import KBotEngine
import KBotIndicators
import KBotModel
import KBotReports
import KBotRuntime
import KBotScripting
import KBotSimulation
import Logging

/// Single parts, and the default run.
enum PartBenchmarks {
    static func all() -> [Benchmark] {
        [
            Benchmark(name: "one on_candle of the Lua script", unit: .microsecondsEach, goal: 0.6) { watch in
                try onCandle(&watch)
            },
            Benchmark(name: "Bollinger bands: add a close, test in or out", unit: .nanosecondsEach, goal: 20) { watch in
                bollinger(&watch)
            },
            Benchmark(name: "simulator, 24 h", unit: .millionPerSecond) { watch in
                var simulator = MarketSimulator(MarketSimulator.Options(start: SimulatedFeed.usualStart))
                var events: [MarketEvent] = []
                var count = 0
                watch.time {
                    while simulator.next(into: &events) {
                        count += events.count
                        events.removeAll(keepingCapacity: true)
                    }
                }
                return count
            },
            Benchmark(name: "default run: 24 h simulated, Lua script, report", unit: .milliseconds) { watch in
                var plan = RunPlan()
                plan.strategies = ["strategies/bollinger_scalper.lua"]
                let silent = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
                let settings = try RunSettings.load(options: [:], environment: [:], envFile: .none)
                try watch.time {
                    let run = try TradingRun(
                        plan,
                        settings: settings,
                        library: ScriptLibrary(home: nil),
                        logger: silent
                    )
                    _ = try run.run()
                    keep(run.report(id: "benchmark", version: "0")?.text(width: 80) ?? "")
                }
                return 1
            },
        ]
    }

    private static func onCandle(_ watch: inout Stopwatch) throws -> Int {
        let repeater = Repeater(try EngineBenchmarks.script(), times: 20_000)
        var engine = EngineAlone(repeater)
        var simulator = MarketSimulator(
            MarketSimulator.Options(start: SimulatedFeed.usualStart, duration: .minutes(15))
        )
        var events: [MarketEvent] = []
        while repeater.watches.count < 20, simulator.next(into: &events) {
            for event in events { engine.process(event) }
            events.removeAll(keepingCapacity: true)
        }
        for one in repeater.watches { watch.add(one) }
        return repeater.watches.count * repeater.times
    }

    private static func bollinger(_ watch: inout Stopwatch) -> Int {
        var bands = BollingerBands(period: 25, deviations: 20_000)
        // A walk between 10 and 90 cents, made beforehand.
        var state: UInt64 = 1
        var close: Int64 = 5_000
        let closes = (0..<100_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            close = min(9_000, max(1_000, close + Int64(state >> 33) % 3 * 100 - 100))
            return close
        }
        var outside = 0
        watch.time {
            for _ in 0..<10 {
                for close in closes {
                    bands.add(close)
                    if bands.isBelowLower(close) || bands.isAboveUpper(close) { outside += 1 }
                }
            }
        }
        keep(outside)
        return closes.count * 10
    }
}

/// Asks a strategy many times at each candle, on the watch.
private final class Repeater: Strategy {
    let times: Int
    private(set) var watches: [Stopwatch] = []
    private let strategy: any Strategy

    var name: StrategyName { strategy.name }
    var version: String { strategy.version }
    var needs: StrategyNeeds { strategy.needs }
    var callbacks: StrategyCallbacks { [] }

    init(_ strategy: any Strategy, times: Int) {
        self.strategy = strategy
        self.times = times
    }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        var watch = Stopwatch()
        watch.time {
            for _ in 1..<times {
                keep(strategy.onCandle(candle, context))
                keep(strategy.takeMessages())
            }
        }
        watches.append(watch)
        return strategy.onCandle(candle, context)
    }
}
