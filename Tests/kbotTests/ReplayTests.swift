import Foundation
import GRDB
import KBotTestSupport
import Testing

@testable import KBotJournal

/// `kbot replay` of runs of the real program.
@Suite struct ReplayCommandTests {
    private let folder = TestFolder()

    private func start(_ arguments: [String]) throws -> Kbot.Running {
        try Kbot.start(arguments + ["--state-dir", "state"], in: folder.url)
    }

    private func run(_ arguments: String...) throws -> Kbot.Result {
        try start(["run", "--strategy", "bollinger_scalper.lua"] + arguments).wait()
    }

    private func kbot(_ arguments: String...) throws -> Kbot.Result { try start(arguments).wait() }

    /// Starts a run on the simulated market in which time passes, with events in `ev.jsonl`.
    private func begin(_ arguments: String..., speed: String = "120") throws -> Kbot.Running {
        try start(
            [
                "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--speed", speed, "--events", "ev.jsonl",
                "--param", "stddev=1.0",
            ] + arguments
        )
    }

    private func waits(for text: String, times: Int = 1) -> Bool {
        eventually { folder.read("ev.jsonl").components(separatedBy: text).count > times }
    }

    private func expectIdentical(_ name: String = "last", cutOff: Bool = false) throws {
        let result = try kbot("replay", name)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)\(result.output)")
        #expect(result.output.contains(": identical: "), "\(result.output)")
        #expect(result.output.contains("the run was cut off") == cutOff, "\(result.output)")
    }

    // MARK: What is repeated

    @Test func `a simulated stretch with three reloads is the same again`() throws {
        let text = try String(
            contentsOf: Kbot.root.appendingPathComponent("strategies/bollinger_scalper.lua"),
            encoding: .utf8
        )
        func save(period: Int) throws {
            try folder.write("my.lua", text.replacingOccurrences(of: "default = 25", with: "default = \(period)"))
        }
        try save(period: 25)
        let options = ["run", "--strategy", "my.lua", "--feed", "sim", "--param", "stddev=1.0"]
        let running = try start(options + ["--duration", "3h", "--speed", "120", "--events", "ev.jsonl"])
        #expect(waits(for: #""type":"candle""#, times: 20), "\(running.errors)")
        for (number, period) in [20, 30, 22].enumerated() {
            try save(period: period)
            #expect(waits(for: #""type":"reload""#, times: number + 1), "\(running.errors)")
        }
        running.interrupt()
        #expect(running.wait().status == 130)
        try expectIdentical()

        // The same edits at their places in a run at full speed.
        let again = try start(options + ["--duration", "2h", "--reloads", "ev.jsonl"]).wait()
        #expect(again.status == 0, "\(again.errors)")
        #expect(try Ledger(folder.path("state")).number("SELECT count(*) FROM reloads") == 6)
        try expectIdentical()
    }

    @Test(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
    func `a run of recorded data is the same again`() throws {
        let data = SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz").path
        let result = try run("--feed", "replay:" + data, "--param", "interval=5s", "--duration", "3h")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Ledger(folder.path("state")).number("SELECT count(*) FROM fills") > 0)
        try expectIdentical()
    }

    @Test func `a halt and its end are repeated at their places`() throws {
        let running = try begin("--duration", "12h")
        #expect(waits(for: #""type":"candle""#, times: 30), "\(running.errors)")
        #expect(try kbot("halt", "--reason", "lunch").status == 0)
        #expect(waits(for: #""type":"blocked""#))
        #expect(try kbot("resume", "--yes").status == 0)
        #expect(waits(for: #""type":"unblocked""#))
        running.interrupt()
        #expect(running.wait().status == 130)
        try expectIdentical()
    }

    @Test(arguments: ["hold", "flatten"])
    func `an interrupted run is the same again, with what became of its position`(policy: String) throws {
        try folder.write("held.csv", Recording.held)
        let running = try start(
            [
                "run", "--strategy", "bollinger_scalper.lua", "--feed", "replay:held.csv", "--speed", "30", "--events",
                "ev.jsonl", "--on-exit", policy,
            ] + Recording.options
        )
        #expect(waits(for: #""type":"fill""#), "\(running.errors)")
        running.interrupt()
        #expect(running.wait().status == 130)
        #expect(folder.read("ev.jsonl").contains(#""type":"closed""#) == (policy == "flatten"))
        try expectIdentical()
    }

    @Test func `what a killed run wrote down is the same again`() throws {
        let running = try begin("--duration", "1h")
        #expect(waits(for: #""type":"candle""#, times: 60), "\(running.errors)")
        let isKept = try eventually {
            try Ledger(folder.path("state")).number("SELECT count(*) FROM effect_chunks") > 0
        }
        running.signal(SIGKILL)
        _ = running.wait()
        #expect(isKept)
        try expectIdentical(cutOff: true)
        let shown = try kbot("replay", "last", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
        #expect(shown.status == 0 && document?["identical"] as? Bool == true)
        #expect((document?["unrecorded"] as? Int ?? 0) > 0 && (document?["effects"] as? Int ?? 0) > 60)
    }

    @Test func `the scripts are those of then`() throws {
        let text = try String(
            contentsOf: Kbot.root.appendingPathComponent("strategies/bollinger_scalper.lua"),
            encoding: .utf8
        )
        try folder.write("my.lua", text)
        let result = try start(["run", "--strategy", "my.lua", "--feed", "sim", "--duration", "1h"]).wait()
        #expect(result.status == 0, "\(result.errors)")
        try folder.write("my.lua", text.replacingOccurrences(of: "default = 25", with: "default = 10"))
        try expectIdentical()
        try folder.write("my.lua", "nothing of a script")
        try expectIdentical()
        try FileManager.default.removeItem(atPath: folder.path("my.lua"))
        try expectIdentical()
    }

    @Test func `a run is found by its name, the beginning of it, and as the last`() throws {
        for seed in ["5", "6"] {
            #expect(try run("--feed", "sim", "--duration", "20m", "--seed", seed).status == 0)
        }
        let names = try Ledger(folder.path("state")).texts("SELECT name FROM runs ORDER BY id")
        try #require(names.count == 2)
        for name in names { #expect(try kbot("replay", name).output.hasPrefix("run \(name) (sim): identical: ")) }
        #expect(try kbot("replay", "last").output.hasPrefix("run \(names[1]) (sim): identical: "))
        let ambiguous = try kbot("replay", String(names[0].prefix(3)))
        #expect(ambiguous.status == 2 && ambiguous.output.isEmpty, "\(ambiguous.errors)")
        let unknown = try kbot("replay", "19700101-000000")
        #expect(
            unknown.status == 2 && unknown.output.isEmpty && unknown.errors.hasPrefix("kbot: "),
            "\(unknown.errors)"
        )
        let shown = try kbot("replay", "last", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
        #expect(document?["identical"] as? Bool == true && document?["unrecorded"] as? Int == 0)
    }

    @Test func `without a journal one sentence says so, and none is made`() throws {
        let result = try kbot("replay", "last")
        #expect(result.status == 2 && result.output.isEmpty && result.errors.contains("there is no journal at"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("state")))
    }

    // MARK: What differs

    @Test func `a difference is shown with its event and both lines`() throws {
        #expect(try run("--feed", "sim", "--duration", "30m").status == 0)
        let (changed, now) = try plantADifference()
        let result = try kbot("replay", "last")
        #expect(result.status == 1 && result.output.contains(": different at effect \(changed): "), "\(result.output)")
        #expect(result.output.contains("  recorded  \(now.dropLast())\n"), "\(result.output)")
        #expect(result.output.contains("  replayed  {"))
        #expect(result.output.contains("  cause     event "))
        let shown = try kbot("replay", "last", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
        let difference = try #require(document?["difference"] as? [String: Any])
        #expect(shown.status == 1 && document?["identical"] as? Bool == false)
        #expect(difference["kind"] as? String == "changed" && difference["effect"] as? Int == changed)
        #expect(difference["recorded"] as? String == String(now.dropLast()))
        #expect((difference["before"] as? [String])?.count == 10)
    }

    /// Makes a recorded line another one, checksum and all; its number, from 1, and what it is now.
    private func plantADifference() throws -> (effect: Int, line: String) {
        let ledger = try Ledger(folder.path("state"))
        let row = try #require(try ledger.rows("SELECT * FROM effect_chunks ORDER BY first").last)
        let raw = try #require(Chunk.inflated(row["bytes"], size: row["size"]))
        var lines = String(decoding: raw, as: UTF8.self).split(separator: "\n").map { $0 + "\n" }
        let place = try #require(lines.lastIndex { $0.contains(#""type":"candle""#) })
        lines[place].replace(#""market":"KX"#, with: #""market":"XX"#)
        let bytes = Chunk.deflated(Array(lines.joined().utf8))
        try ledger.database.write { db in
            try db.execute(
                sql: "UPDATE effect_chunks SET bytes = ?, crc = ? WHERE id = ?",
                arguments: [bytes, Chunk.sum(bytes), row["id"] as Int64]
            )
        }
        return ((row["first"] as Int) + place + 1, String(lines[place]))
    }

    @Test func `a recording that has changed, or gone, cannot be repeated, and the sentence names it`() throws {
        let file = try folder.write("held.csv", Recording.held)
        let options = ["run", "--strategy", "bollinger_scalper.lua", "--feed", "replay:held.csv"] + Recording.options
        #expect(try start(options).wait().status == 0)
        try expectIdentical()
        try folder.write("held.csv", Recording.held + Recording.row(601, 45))
        let changed = try kbot("replay", "last")
        #expect(changed.status == 4 && changed.output.isEmpty)
        #expect(changed.errors.contains("held.csv: no longer what the run read"), "\(changed.errors)")
        try FileManager.default.removeItem(at: file)
        let gone = try kbot("replay", "last")
        #expect(gone.status == 4 && gone.errors.contains("held.csv: not there any more"), "\(gone.errors)")
    }
}
