import KBotScripting
import Testing

/// What is left of tests that ran.
@Suite struct SuiteLifetimeTests {
    /// Held by everything a test is run with.
    private final class Token {}

    @Test func `a dropped suite leaves nothing behind, whatever its tests did`() throws {
        weak var token: Token?
        try {
            let held = Token()
            token = held
            let find = Suites.finder(["script": Suites.strategy("error('oh')"), "rule": Suites.rule("return 'allow'")])
            let tests = try ScriptTests(
                Suites.file(
                    """
                    it("makes benches", function()
                      test.rule("rule.lua"):check{}
                      test.strategy("script.lua"):candle(50)
                    end)
                    it("skips", function() skip("now") end)
                    it("loops", function() while true do end end)
                    """
                ),
                in: TestSurroundings(
                    script: { name in
                        withExtendedLifetime(held) { find(name) }
                    },
                    modules: { _ in noModules },
                    run: .making { _ in
                        withExtendedLifetime(held) { .failure(ScriptFailure("none")) }
                    }
                )
            )
            for test in tests.tests { _ = tests.run(test) }
        }()
        #expect(token == nil)
    }
}
