import Foundation
import KBotEngine
import KBotJournal
import KBotModel

/// What the engine's thread waits for, by the clock on the wall: intents and checkpoints, and how fast the rest is written.
enum JournalBenchmarks {
    /// What there is, by the beginnings of their names.
    static let names = ["journal: intent", "journal: checkpoint", "journal: candles", JournalCost.name]

    private static let start = Timestamp(seconds: 1_777_314_600)

    static func run(_ words: [String]) throws {
        let wanted = { (name: String) in words.isEmpty || words.contains { name.contains($0) } }
        let latencies: [(name: String, goal: Double?, times: () throws -> [Double])] = [
            ("journal: intent, sync normal", 30, { try intents(.normal, 4_000, isBusy: false) }),
            (
                "journal: intent, sync normal, while candles are written", nil,
                { try intents(.normal, 4_000, isBusy: true) }
            ),
            ("journal: intent, sync full", nil, { try intents(.full, 200, isBusy: false) }),
            ("journal: checkpoint of 64 KiB, sync normal", nil, { try checkpoints(1_000) }),
        ]
        var isFirst = true
        for (name, goal, times) in latencies where wanted(name) {
            if isFirst {
                KBotBenchmarks.say(
                    "\njournal, wall clock, in µs                                  p50      p99      max     goal"
                )
            }
            isFirst = false
            let sorted = try times().sorted()
            let p50 = sorted[sorted.count / 2]
            let figures = String(format: "%9.0f%9.0f%9.0f  ", p50, sorted[sorted.count * 99 / 100], sorted.last ?? 0)
            let met = goal.map { p50 <= $0 ? "≤ \(Int($0)) met" : "≤ \(Int($0)) SHORT" } ?? ""
            KBotBenchmarks.say(name + String(repeating: " ", count: max(1, 54 - name.count)) + figures + met)
        }
        let bulk = "journal: candles handed over, until written"
        if wanted(bulk) {
            KBotBenchmarks.say(
                "\n\(bulk): \(Int(try candlesPerSecond() / 1_000)) k/s of effects with their rows and lines"
            )
        }
    }

    /// A formatter that writes as many bytes as the real one.
    private struct Lines: EffectFormatter {
        mutating func append(_ effect: Effect, to bytes: inout [UInt8]) {
            bytes.append(
                contentsOf:
                    #"{"type":"candle","ts":"2026-04-27T18:30:05.000000Z","market":"KXBTC15M-26APR271445-45","close":"0.4700"}"#
                    .utf8
            )
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private static func withRun<Value>(_ sync: JournalSync, _ body: (RunJournal) throws -> Value) throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = try Journal(stateDirectory: directory.path, access: .readWrite, sync: sync)
        let account = try journal.account(named: "bench", kind: .paper, identity: "bench", now: start)
        let facts = RunFacts(
            name: "bench",
            kind: .paper,
            account: account,
            version: "0",
            seed: 1,
            started: start,
            plan: Data("{}".utf8),
            configuration: Data("{}".utf8)
        )
        let run = try journal.begin(facts) { Lines() }
        let value = try body(run)
        try run.finish(ending: "done", report: nil, at: start)
        return value
    }

    private static func microseconds(_ body: () throws -> Void) rethrows -> Double {
        let before = ContinuousClock.now
        try body()
        let passed = (ContinuousClock.now - before).components
        return Double(passed.seconds) * 1_000_000 + Double(passed.attoseconds) / 1_000_000_000_000
    }

    private static func intents(_ sync: JournalSync, _ count: Int, isBusy: Bool) throws -> [Double] {
        try withRun(sync) { run in
            var batch = JournalBatch()
            return try (1...count).map { number in
                if isBusy, number % 8 == 0 {
                    fill(&batch, from: number * 128, 1_024)
                    run.append(&batch)
                }
                let order = NewOrder(
                    id: ClientOrderID(epoch: 0, number: Int32(number)),
                    market: MarketID(0),
                    side: .bid,
                    price: Price(units: 4_700),
                    count: Quantity(units: 500),
                    timeInForce: .immediateOrCancel
                )
                let intent = Intent(
                    order: order,
                    ticker: "KXBTC15M-26APR271445-45",
                    role: .entry,
                    strategy: "bollinger_scalper",
                    time: start,
                    detail: #"{"bracket":{"entry":"0.4700","stop":"0.4000","target":"0.6500"}}"#
                )
                return try microseconds { try run.write(intents: [intent]) }
            }
        }
    }

    private static func checkpoints(_ count: Int) throws -> [Double] {
        let state = Data(repeating: UInt8(ascii: "x"), count: 1 << 16)
        return try withRun(.normal) { run in
            try (1...count).map { number in
                let checkpoint = Checkpoint(afterEvents: number, time: start, engine: state)
                return try microseconds { try run.save(checkpoint) }
            }
        }
    }

    private static func candlesPerSecond() throws -> Double {
        let batches = 256
        return try withRun(.normal) { run in
            var batch = JournalBatch()
            let time = try microseconds {
                for part in 0..<batches {
                    fill(&batch, from: part * 1_024, 1_024)
                    run.append(&batch)
                }
                try run.flush()
            }
            return Double(batches * 1_024) / time * 1_000_000
        }
    }

    private static func fill(_ batch: inout JournalBatch, from first: Int, _ count: Int) {
        for number in first..<first + count {
            let time = start + .seconds(Int64(number) * 5)
            let candle = Candle(flatAt: Price(units: 5_000), start: time, interval: .seconds(5))
            batch.effects.append(.note(Note(time: time, market: MarketID(Int32(number % 8)), .candle(candle))))
        }
    }
}
