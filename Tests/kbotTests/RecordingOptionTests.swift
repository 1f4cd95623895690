import Foundation
import Testing

/// Options of recordings, and runs that begin in the midst of a market.
@Suite struct RecordingOptionTests {
    private static let cases: [([String], String)] = [
        (["--feed", "data", "--strict"], "--strict: lines that cannot be read"),
        (["--feed", "sim", "--strict"], "--strict: lines that cannot be read"),
        (["--feed", "replay:t.csv", "--data-dir", "d"], "--data-dir: the catalogue is read with --feed data"),
        (["--feed", "sim", "--data-dir", ".kbot/data"], "--data-dir: the catalogue is read with --feed data"),
    ]

    @Test func `options without an effect are refused`() throws {
        let folder = TestFolder()
        try folder.write("t.csv", Recording.header + Recording.row(1, 50))
        for (arguments, text) in Self.cases {
            let result = try Kbot.start(["run", "--strategy", "bollinger_scalper.lua"] + arguments, in: folder.url)
                .wait()
            #expect(result.status == 2 && result.output.isEmpty, "\(arguments): \(result.status)")
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
        }
    }

    @Test func `a backtest on the catalogue refuses to be strict with files`() throws {
        let folder = TestFolder()
        let result = try Kbot.start(["backtest", "--data", "catalogue", "--strict"], in: folder.url).wait()
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains("--strict: lines that cannot be read"), "\(result.errors)")
    }

    @Test func `a run at the venue begins now, and not when its market opened`() throws {
        let stage = try VenueStage(speed: 60)
        let options = ["--duration", "5m", "--json"]
        let result = try stage.run(.idle, mode: "paper", options).wait()
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
            "\(result.errors)"
        )
        let run = try #require(document["run"] as? [String: Any])
        let from = try #require(run["from"] as? String)
        // The exchange's clock stands twenty seconds after the opening when it starts.
        let open = #/T[0-9]{2}:(00|15|30|45):(0[0-9]|1[0-9])/#
        #expect(from.firstMatch(of: open) == nil, "\(from)")
    }
}
