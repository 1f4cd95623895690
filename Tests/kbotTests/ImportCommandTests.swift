import Foundation
import Testing

/// `kbot import` of files that are damaged, and of those that change what a run read.
@Suite struct ImportCommandTests {
    private let folder = TestFolder()

    private func kbot(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments, in: folder.url, environment: ["STATE_DIR": "state"]).wait()
    }

    @Test func `a file that was cut is told of each time, with exit code 4`() throws {
        try folder.write("t.csv", Recording.held)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", folder.path("t.csv")]
        try process.run()
        process.waitUntilExit()
        let path = folder.url.appendingPathComponent("t.csv.gz")
        let whole = try Data(contentsOf: path)
        try whole.prefix(whole.count / 2).write(to: path)
        for what in ["ends in the middle", "what there is of it was imported before"] {
            let result = try kbot("import", "t.csv.gz")
            #expect(result.status == 4 && result.output.contains("ONLY IN PART"), "\(result.output)")
            #expect(result.output.contains(what), "\(result.output)")
        }
        try whole.write(to: path)
        let mended = try kbot("import", "t.csv.gz")
        #expect(mended.status == 0 && !mended.output.contains("ONLY IN PART"), "\(mended.output)")
    }

    @Test func `what is told later of a chosen market's life makes another catalogue of it`() throws {
        try folder.write("held_trades.csv", Recording.held)
        #expect(try kbot("import", "held_trades.csv").status == 0)
        var run = ["run", "--strategy", "bollinger_scalper.lua", "--feed", "data", "--series", "KXBTC15M"]
        run += Recording.options
        #expect(try Kbot.start(run, in: folder.url, environment: ["STATE_DIR": "state"]).wait().status == 0)
        #expect(try kbot("replay", "last").status == 0)
        func life(_ ticker: String) -> String {
            #"{"type":"market_lifecycle_v2","sid":1,"seq":1,"msg":{"event_type":"determined","market_ticker":"\#(ticker)","result":"no","ts_ms":1777315510000}}"#
                + "\n"
        }
        try folder.write("other.jsonl", life(Recording.ticker.replacingOccurrences(of: "BTC", with: "ETH")))
        #expect(try kbot("import", "other.jsonl").status == 0)
        #expect(try kbot("replay", "last").status == 0)
        try folder.write("life.jsonl", life(Recording.ticker))
        #expect(try kbot("import", "life.jsonl").status == 0)
        let result = try kbot("replay", "last")
        #expect(
            result.status == 4 && result.errors.contains("life.jsonl: imported since; the run knew nothing of it"),
            "\(result.status) \(result.errors)"
        )
    }
}
