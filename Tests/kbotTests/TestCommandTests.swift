import Foundation
import Testing

/// `kbot test` as a trader meets it.
@Suite struct TestCommandTests {
    private let folder = TestFolder()

    private static let scalper = """
        local s = { api = 1, kind = "strategy", name = "dip", version = "1" }
        function s.needs() return { candles = { interval = "5s" } } end
        function s.on_candle(ctx, candle)
          if candle.close > 45 then return nil, "NO_DIP" end
          return { side = "long", entry = candle.close, stop_offset = ctx.state.missing.stop, target_offset = 6 }
        end
        return s
        """

    /// Tests of each kind of ending, with names and lines that every form must escape.
    private static let mixed = """
        describe("dip", function()
          local bench
          before_each(function() bench = test.strategy("dip.lua") end)
          it("leaves 50 cents alone", function()
            expect(select(2, bench:candle(50))).to_be("NO_DIP")
          end)
          it("buys <40> & \\"below\\" # here \\\\ now", function()
            print("closing at 40\\twith ]]> and \\27[31mcolour")
            bench:candle(40)
          end)
          it("tells values", function()
            expect({ entry = 40.0, levels = { 1, 2.5 } }).to_equal({ entry = 40, levels = { 1, 3 } })
          end)
          it.skip("sells", function() end)
          it("waits for data", function() skip("no # recording") end)
        end)
        """

    private func write() throws {
        try folder.write("strategies/dip.lua", Self.scalper)
        try folder.write("strategies/dip_test.lua", Self.mixed)
        try folder.write("strategies/broken_test.lua", "describe(\"x\", function()\n  it(\"<y>\", )\nend)\n")
        try folder.write("strategies/empty_test.lua", "-- nothing yet\n")
        try folder.write("good_test.lua", "it(\"holds\", function() expect(1).to_be(1) end)\n")
        try folder.write(".hidden/never_test.lua", "error('never read')\n")
    }

    private func test(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(["test"] + arguments, in: folder.url).wait()
    }

    /// The text without what the clock says.
    private func timeless(_ text: String) -> String {
        text.replacing(#/(time="|duration_ms: |"seconds" : | in )[0-9][0-9.e-]*/#) { "\($0.1)0" }
    }

    @Test(arguments: [
        (["--format", "tap"], "test.tap"), (["--format", "junit"], "test.xml"), (["--format", "text"], "test.txt"),
        (["--json"], "test.json"),
    ])
    func `each form is what was agreed on`(arguments: [String], golden name: String) throws {
        try write()
        let result = try Kbot.start(["test"] + arguments, in: folder.url).wait()
        #expect(result.status == 3 && result.errors.isEmpty, "\(result.errors)")
        let output = timeless(result.output)
        let golden = Kbot.root.appendingPathComponent("Tests/kbotTests/Golden/\(name)")
        if ProcessInfo.processInfo.environment["KBOT_RECORD"] == "1" { try Data(output.utf8).write(to: golden) }
        #expect(output == (try String(contentsOf: golden, encoding: .utf8)), "KBOT_RECORD=1 records it anew")
    }

    @Test func `no line of the help is wider than a terminal`() throws {
        let output = try test("--help").output
        #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 } && output.contains("  kbot test\n"))
    }

    @Test func `TAP is what is written unless something else is asked for`() throws {
        try folder.write("good_test.lua", "it(\"holds\", function() end)")
        let result = try test()
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output == "TAP version 13\nok 1 - good_test.lua: holds\n1..1\n# 1 passed\n")
    }

    @Test func `the exit code tells passing, failing and unreadable tests apart`() throws {
        try folder.write("good_test.lua", "it(\"holds\", function() end)")
        try folder.write("bad_test.lua", "it(\"breaks\", function() expect(1).to_be(2) end)")
        try folder.write("skipped_test.lua", "it.skip(\"waits\")")
        try folder.write("broken_test.lua", "it(")
        #expect(try test("good_test.lua").status == 0)
        #expect(try test("skipped_test.lua").status == 0)
        #expect(try test("good_test.lua", "bad_test.lua").status == 1)
        #expect(try test("good_test.lua", "broken_test.lua").status == 3)
        #expect(try test().status == 3)
    }

    @Test func `a filter takes part of the full name`() throws {
        try write()
        let result = try test("strategies/dip_test.lua", "good_test.lua", "--filter", "dip leaves", "--format", "text")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("strategies/dip_test.lua: 1 passed\n1 passed in "), "\(result.output)")
    }

    @Test func `results go to a file, and a summary to standard output`() throws {
        try write()
        let result = try test("strategies/dip_test.lua", "--format", "junit", "--output", "results.xml")
        #expect(result.status == 1)
        #expect(result.output.hasPrefix("strategies/dip_test.lua: 1 passed, 2 failed, 2 skipped\n  ✗ dip buys <40>"))
        #expect(folder.read("results.xml").hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "))
        let json = try test("strategies/dip_test.lua", "--json", "--output", "results.json")
        #expect(timeless(json.output) == timeless(result.output))
        let object = try JSONSerialization.jsonObject(with: Data(folder.read("results.json").utf8))
        #expect((object as? [String: Any])?["failed"] as? Int == 2)
    }

    @Test(arguments: [
        ([], "no test file: tests are in files called NAME_test.lua"),
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["dip.lua"], "dip.lua: tests are in files called NAME_test.lua; did you mean dip_test.lua?"),
        (["dip_test.lua", "--filter", "xyz"], "--filter xyz: no test has that in its name"),
        (["dip_test.lua", "--json", "--format", "tap"], "give --format or --json, not both"),
        (["dip_test.lua", "--format", "html"], "html"),
    ])
    func `wrong usage leaves with exit code 2`(arguments: [String], message: String) throws {
        if !arguments.isEmpty {
            try folder.write("dip.lua", Self.scalper)
            try folder.write("dip_test.lua", "it(\"holds\", function() end)")
        }
        let result = try Kbot.start(["test"] + arguments, in: folder.url).wait()
        #expect(result.status == 2 && result.errors.contains(message), "\(result.errors)")
    }

    @Test func `the tests that ship pass`() throws {
        let result = try Kbot.run("test", "strategies", "risk-rules", "--format", "text")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.output)")
        #expect(result.output.contains("strategies/bollinger_scalper_test.lua: "))
    }

    @Test func `a test that loops, one that eats the memory and one that makes a run leave the rest alone`() throws {
        try folder.write(
            "hard_test.lua",
            """
            it("loops", function() while true do end end)
            it("eats", function() local t = {} for i = 1, 1e9 do t[i] = { i } end end)
            it("runs", function()
              expect(test.run{ strategy = "bollinger_scalper.lua", duration = "1h" }.funnel.markets_seen).to_be(4)
            end)
            it("goes on", function() end)
            """
        )
        let result = try test("--format", "text")
        #expect(result.status == 1)
        #expect(result.output.hasPrefix("hard_test.lua: 2 passed, 2 failed\n"), "\(result.output)")
    }
}
