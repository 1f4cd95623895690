import Foundation
import Testing

/// `kbot sweep`, `kbot sweep merge` and `kbot sweep report`.
@Suite struct SweepCommandTests {
    private let folder = TestFolder()

    private let script = """
        return {
          api = 1, kind = "strategy", name = "flip", version = "1.0.0", description = "Enters now and then.",
          params = { every = { type = "integer", default = 4, min = 2, max = 400, step = 1 } },
          needs = function() return { candles = { source = "market", interval = "10s" } } end,
          on_candle = function(ctx, candle)
            ctx.state.seen = (ctx.state.seen or 0) + 1
            if ctx.state.seen % ctx.params.every ~= 0 then return nil, "WAITING" end
            return { side = "long", entry = candle.close, stop = candle.close - 3, target = candle.close + 6, reason = "x" }
          end,
        }
        """

    /// A sweep of five trials on one market.
    private func sweep(_ options: String...) throws -> Kbot.Result {
        try folder.write("flip.lua", script)
        let rows = (1..<880).map { second in
            Recording.row(second, 50 + (second * 7 % 11) - (second / 9 % 7), 200, second % 2 == 0 ? "yes" : "no")
        }
        try folder.write("trades.csv", Recording.header + rows.joined())
        let common = [
            "sweep", "--strategy", "flip.lua", "--data", "trades.csv", "--param", "every=2:6:1", "--sizing", "fixed:1",
        ]
        return try Kbot.start(common + options, in: folder.url).wait()
    }

    @Test func `a sweep prints the best trials and the verdict, and writes both forms`() throws {
        let result = try sweep("--report-dir", "report")
        #expect(result.status == 0, "\(result.errors)")
        for part in [
            "SWEEP  grid, 5 trials", "BEST TRIALS", "VERDICT", "limits off    daily_loss, circuit_breaker", "every=3",
        ] {
            #expect(result.output.contains(part), "\(part)")
        }
        #expect(folder.read("report/sweep.txt") == result.output)
        #expect(result.errors.contains("kept in .kbot/sweeps/"))
        // The same command has nothing left to do, and prints the same.
        let again = try sweep("--json")
        #expect(again.errors.contains("5 done before") && again.output == folder.read("report/sweep.json"))
        let object = try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any]
        #expect((object?["rows"] as? [Any])?.count == 5 && object?["verdict"] != nil)
        #expect(folder.read("report/sweep.html").contains("Sweep of flip"))
    }

    @Test func `a finished sweep is told again in every form, without its data`() throws {
        let json = try sweep("--json", "--out", "kept")
        let text = try sweep("--out", "kept", "--report-dir", "report")
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("trades.csv"))
        let again = try Kbot.run("sweep", "report", "kept", in: folder.url)
        #expect(again.status == 0 && again.output == text.output && again.errors.isEmpty, "\(again.errors)")
        #expect(try Kbot.run("sweep", "report", "kept", "--format", "json", in: folder.url).output == json.output)
        let page = ["sweep", "report", "kept", "--format", "html", "--output", "page.html"]
        let written = try Kbot.start(page, in: folder.url).wait()
        #expect(written.status == 0 && written.output.isEmpty)
        #expect(
            folder.read("page.html") == folder.read("report/sweep.html") && folder.read("page.html").contains("p-curve")
        )
        let nothing = try Kbot.run("sweep", "report", "nowhere", in: folder.url)
        #expect(nothing.status == 4 && nothing.output.isEmpty && nothing.errors.contains("no folder of a sweep"))
    }

    @Test func `shards are joined, and a lost one is named with exit code 4`() throws {
        #expect(try sweep("--shard", "1/2", "--out", "parts").status == 0)
        let lost = try Kbot.run("sweep", "merge", "parts", in: folder.url)
        #expect(lost.status == 4 && lost.output.isEmpty && lost.errors.contains("shard 2/2: 2 trials (2, 4)"))
        #expect(
            lost.errors.contains(
                "kbot sweep --strategy flip.lua --data trades.csv --param every=2:6:1 --sizing fixed:1 --shard 2/2 --out parts"
            )
        )
        #expect(try sweep("--shard", "2/2", "--out", "parts").status == 0)
        let whole = try sweep("--out", "whole")
        let merged = try Kbot.run("sweep", "merge", "parts", in: folder.url)
        #expect(merged.status == 0 && merged.output == whole.output, "\(merged.errors)")
        // Where the data are not at hand, the trials are enough.
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("trades.csv"))
        let apart = try Kbot.run("sweep", "merge", "parts", in: folder.url)
        #expect(apart.status == 0 && apart.output == whole.output && apart.errors.contains("the best are not run"))
    }

    @Test(arguments: [
        (["--param", "other=2:4"], "from:to:step"), (["--objective", "luck"], "there is no figure 'luck'"),
        (["--require", "trades"], "write a figure"), (["--shard", "3/2"], "shards count from 1 to 2"),
        (["--shard", "/2"], "this is no array job"), (["--on", "cloud"], "slurm is all there is"),
        (["--holdout", "10%", "--walk-forward", "5d/1d"], "give one of them"),
        (["--trials", "5"], "--trials goes with"),
        (["--walk-forward", "5d/1d"], "the data last only"), (["--workers", "0"], "1 to 1024"),
    ])
    func `what cannot be is said, with exit code 2`(options: [String], part: String) throws {
        try folder.write("flip.lua", script)
        try folder.write("trades.csv", Recording.header + Recording.row(1, 50) + Recording.row(100, 51))
        let result = try Kbot.start(
            ["sweep", "--strategy", "flip.lua", "--data", "trades.csv", "--param", "every=2,3"] + options,
            in: folder.url
        ).wait()
        #expect(result.status == 2 && result.output.isEmpty && result.errors.contains(part), "\(result.errors)")
    }

    @Test func `Ctrl-C keeps what is done, and the same command goes on from there`() throws {
        try folder.write("flip.lua", script)
        try folder.write(
            "trades.csv",
            Recording.header + (1..<880).map { Recording.row($0, 45 + $0 * 7 % 11) }.joined()
        )
        let command = [
            "sweep", "--strategy", "flip.lua", "--data", "trades.csv", "--param", "every=2:150:1", "--out", "out",
            "--workers", "1",
        ]
        func done() -> Int { folder.read("out/trials.jsonl").split(separator: "\n").count }
        let first = try Kbot.start(command, in: folder.url)
        try #require(first.waits(for: "kept in", seconds: 60))
        let end = ContinuousClock.now + .seconds(60)
        while done() < 3, ContinuousClock.now < end { usleep(2_000) }
        first.interrupt()
        let result = first.wait()
        let kept = done()
        #expect(result.status == 130 && result.output.isEmpty && kept >= 3 && kept < 149)
        #expect(result.errors.contains("\(kept) of 149 trials are done; the same command goes on from there"))
        let second = try Kbot.start(command + ["--json"], in: folder.url).wait()
        #expect(second.status == 0 && second.errors.contains("\(149 - kept) to run, \(kept) done before"))
    }
}
