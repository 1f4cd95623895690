import Foundation
import Testing

/// What `--help` shows can be typed.
@Suite struct BacktestHelpTests {
    private static let script = """
        return {
          api = 1, kind = "strategy", name = "mine", version = "1.0.0", description = "Waits.",
          params = { period = { type = "integer", default = 10, min = 2, max = 50, step = 1, optimize = true } },
          needs = function() return { candles = { source = "market", interval = "1m" } } end,
          on_candle = function(ctx, candle) return nil, "WAITING" end,
        }
        """

    /// The examples of a command's help, each in words.
    private func examples(_ command: String) throws -> [[String]] {
        let help = try Kbot.run(command, "--help", environment: ["COLUMNS": "400"])
        return help.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("kbot ") }.flatMap { $0.components(separatedBy: " && ") }
            .map { line in
                line.split(separator: " ").dropFirst().map { $0.replacingOccurrences(of: "\"", with: "") }
            }
    }

    @Test(arguments: [("backtest", 6), ("sweep", 7)])
    func `every example of the help lacks nothing but its data`(command: String, count: Int) throws {
        let examples = try examples(command)
        #expect(examples.count { $0.first == command } == count)
        for example in examples {
            let folder = TestFolder()
            try folder.write("mine.lua", Self.script)
            let result = try Kbot.start(example, in: folder.url).wait()
            // Options, settings and scripts are taken, and then there is nothing to read.
            let lacksData = result.status == 4 || result.errors.contains("no data: give files or folders with --data")
            #expect(lacksData, "\(example.joined(separator: " ")): \(result.errors)")
        }
    }
}
