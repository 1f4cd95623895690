import KBotScripting
import Testing

/// Tests run against the new text of a script that is being exchanged.
struct CandidateTests {
    private let suite = """
        it("answers", function()
          expect(select(2, test.strategy("script.lua"):candle(50))).to_be("NEW")
        end)
        it("answers without the ending", function()
          expect(select(2, test.strategy("script"):candle(50))).to_be("NEW")
        end)
        """

    private func judge(_ scripts: [String: String], answering code: String = "NEW") -> CandidateVerdict? {
        let candidate = ScriptFile(
            path: "strategies/script.lua",
            name: "script.lua",
            text: Suites.strategy("return nil, '\(code)'"),
            hash: ""
        )
        let all = scripts.merging(["script": Suites.strategy("return nil, 'OLD'")]) { $1 }
        return ScriptTests.run(beside: candidate, script: Suites.finder(all), modules: { _ in Suites.modules(all) })
    }

    @Test func `without tests beside it there is no verdict`() { #expect(judge([:]) == nil) }

    @Test func `the tests run against the new text`() throws {
        let verdict = try #require(judge(["script_test": suite]))
        #expect(verdict.passed == 2 && verdict.failed == 0 && verdict.skipped == 0 && verdict.firstFailure == nil)
        #expect(verdict.file.name == "script_test.lua")
    }

    @Test func `a failure is told with the test's name`() throws {
        let verdict = try #require(judge(["script_test": suite], answering: "OTHER"))
        #expect(verdict.passed == 0 && verdict.failed == 2)
        #expect(verdict.firstFailure == #"answers: script_test.lua:2: expected "NEW", got "OTHER""#)
    }

    @Test func `tests that make whole runs are skipped`() throws {
        let runs = """
            describe("in a run", function()
              local result = test.run{ strategy = "script.lua" }
              it("trades", function() expect(#result.trades).to_be(1) end)
            end)
            it("runs itself", function() test.run{ strategy = "script.lua" } end)
            """
        let verdict = try #require(judge(["script_test": suite + "\n" + runs]))
        #expect(verdict.passed == 2 && verdict.failed == 0 && verdict.skipped == 2)
        let whole = try #require(judge(["script_test": "test.run{ strategy = 'x' }\n" + suite]))
        #expect(whole.passed == 0 && whole.failed == 0 && whole.skipped == 1)
    }

    @Test func `a test file that cannot be loaded is a failure`() throws {
        let verdict = try #require(judge(["script_test": "it("]))
        #expect(verdict.failed == 1 && verdict.firstFailure?.hasPrefix("script_test.lua:1: ") == true)
    }

    @Test func `tests that loop are given up in time`() throws {
        let loops = "for i = 1, 20 do it('loops ' .. i, function() while true do end end) end"
        let verdict = try #require(judge(["script_test": loops]))
        #expect(verdict.failed == 20)
    }
}
