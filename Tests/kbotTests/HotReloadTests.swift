import Foundation
import KBotModel
import Testing

/// Scripts edited under a run of the real program, and that run repeated.
@Suite struct HotReloadTests {
    private let folder = TestFolder()
    private let options = [
        "run", "--strategy", "strategies/my.lua", "--risk-rule", "risk-rules/my_rule.lua", "--feed", "sim",
        "--duration", "1h", "--state-dir", "state",
    ]

    @Test func `edits are taken over while the run goes on, and a second run repeats them`() throws {
        let strategy = try strategy()
        let rule = try shipped("risk-rules/max_spread.lua", ["name = \"max_spread\"": "name = \"my_rule\""])
        try folder.write("strategies/my.lua", strategy)
        try folder.write("strategies/levels.lua", "return { multiple = 1 }\n")
        try folder.write("risk-rules/my_rule.lua", rule)
        let running = try Kbot.start(options + ["--speed", "60", "--events", "ev.jsonl"], in: folder.url)
        let began = waits(10) { !lines("candle").isEmpty }
        try #require(began, "\(running.errors)")

        // Good edits: of the strategy, of its module, of the rule.
        let edited = try replacing(["default = 25": "default = 20"], in: strategy)
        let first = try edit("strategies/my.lua", edited, of: "my_bands", running)
        let second = try edit("strategies/levels.lua", "return { multiple = 1.5 }\n", of: "my_bands", running)
        let slower = try replacing(["default = 3,": "default = 4.5,"], in: rule)
        let third = try edit("risk-rules/my_rule.lua", slower, of: "my_rule", running)
        #expect([first, second, third].map { $0["generation"] as? Int } == [2, 3, 2])
        #expect(second["old"] as? String == first["new"] as? String)

        // A bad one.
        try folder.write("strategies/my.lua", edited + "\nlocal = 1\n")
        #expect(running.waits(for: "refused my_bands", seconds: 5), "\(running.errors)")
        let candles = lines("candle").count
        let tookOver = waits(1) { reloads.count > 3 }
        let goesOn = waits(5) { lines("candle").count > candles }
        #expect(!tookOver && goesOn)

        running.interrupt()
        try #require(running.waits(for: "interrupted:", seconds: 5), "\(running.errors)")
        let result = running.wait()
        #expect(result.status == 130, "\(result.errors)")
        #expect(reloads.count == 3)
        try expectNoGap()
        try expectTheSameAgain()
    }

    /// Every market's candles follow one another without a gap.
    private func expectNoGap() throws {
        var ends: [String: Timestamp] = [:]
        for line in lines("candle") {
            let market = try #require(line["market"] as? String)
            let end = try #require((line["ts"] as? String).flatMap { Timestamp(rfc3339: $0) })
            let interval = try #require(line["interval_s"] as? Int)
            if let before = ends[market] {
                #expect(end - before == .seconds(Int64(interval)), "\(market) at \(end)")
            }
            ends[market] = end
        }
        #expect(!ends.isEmpty)
    }

    /// The run with the recorded reloads tells the same, byte for byte, until the first one was interrupted.
    private func expectTheSameAgain() throws {
        let again = try Kbot.start(
            options + ["--speed", "max", "--reloads", "ev.jsonl", "--events", "ev2.jsonl"],
            in: folder.url
        ).wait()
        #expect(again.status == 0, "\(again.errors)")
        let stream = folder.read("ev.jsonl")
        let stop = try #require(stream.range(of: "ENTRIES_STOPPED"))
        let end = try #require(stream[..<stop.lowerBound].lastIndex(of: "\n"))
        let told = stream[...end].split(separator: "\n")
        let repeated = folder.read("ev2.jsonl").split(separator: "\n").prefix(told.count)
        let difference = zip(told, repeated).first { $0 != $1 }.map { "\($0.0)\n\($0.1)" }
        #expect(repeated.count == told.count && told.count > 40)
        #expect(difference == nil)
    }

    /// Saves an edit and waits until it is in force; the line of the event stream that tells of it.
    private func edit(
        _ name: String,
        _ text: String,
        of script: String,
        _ running: Kbot.Running
    ) throws -> [String: Any] {
        let before = reloads.count
        let saved = ContinuousClock.now
        try folder.write(name, text)
        let isInForce = waits(5) { reloads.count > before }
        try #require(isInForce, "\(running.errors)")
        let took = ContinuousClock.now - saved
        #expect(took <= .seconds(2), "\(name): \(took)")
        let line = try #require(reloads.last)
        let old = try #require(line["old"] as? String)
        let new = try #require(line["new"] as? String)
        #expect(line["script"] as? String == script && line["asked"] as? Bool == false)
        #expect(old.count == 64 && new.count == 64 && old != new)
        return line
    }

    // MARK: The event stream

    private var reloads: [[String: Any]] { lines("reload") }

    /// The lines of a type written so far.
    private func lines(_ type: String) -> [[String: Any]] {
        folder.read("ev.jsonl").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("{\"type\":\"\(type)\"") else { return nil }
            // The last one may be half written.
            return (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
        }
    }

    /// Waits until something holds; false when that takes longer than so many seconds.
    private func waits(_ seconds: Double, until holds: () -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if holds() { return true }
            usleep(20_000)
        }
        return holds()
    }

    // MARK: Scripts

    /// The bands with narrower width, so that there is something to do, and a module for the targets.
    private func strategy() throws -> String {
        try shipped(
            "strategies/bollinger_scalper.lua",
            [
                "name = \"bollinger_scalper\"": "name = \"my_bands\"",
                "stddev = { type = \"number\", default = 2.0": "stddev = { type = \"number\", default = 1.0",
                "local snap = kbot.snap": "local levels = require(\"levels\")\nlocal snap = kbot.snap",
                "R * params.target_multiple)": "R * params.target_multiple * levels.multiple)",
            ]
        )
    }

    private func shipped(_ path: String, _ changes: [String: String]) throws -> String {
        let text = try String(contentsOf: Kbot.root.appendingPathComponent(path), encoding: .utf8)
        return try replacing(changes, in: text)
    }

    /// A text with other words in it; each must be there once.
    private func replacing(_ changes: [String: String], in text: String) throws -> String {
        try changes.reduce(text) { text, change in
            let parts = text.components(separatedBy: change.key)
            try #require(parts.count == 2, "\(change.key)")
            return parts.joined(separator: change.value)
        }
    }
}
