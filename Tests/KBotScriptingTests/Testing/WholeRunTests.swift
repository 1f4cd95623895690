import KBotModel
import KBotScripting
import Testing

/// What `test.run` asks for, and what a test gets back.
struct WholeRunTests {
    /// Hears requests and gives one result.
    private final class Runner {
        var requests: [RunRequest] = []
        let result: Result<TestValue, ScriptFailure>

        init(_ result: Result<TestValue, ScriptFailure>) { self.result = result }

        var testRunner: TestRunner {
            .making { request in
                self.requests.append(request)
                return self.result
            }
        }
    }

    @Test func `a request is read whole`() throws {
        let runner = Runner(.success(.table([:])))
        let outcome = try Suites.outcome(
            """
            test.run{ strategy = "a.lua", params = { period = 30, ["rule.cents"] = 1.5, on = true }, rules = { "b.lua" },
              feed = "replay:data/x.csv", duration = "2h", seed = 7, settings = { MAX_POSITIONS = 1, SIZING = "fixed:5" } }
            test.run{ strategy = "a" }
            """,
            run: runner.testRunner
        )
        #expect(outcome == "passed")
        let request = try #require(runner.requests.first)
        #expect(request.strategy == "a.lua" && request.rules == ["b.lua"] && request.seed == 7)
        #expect(request.parameters == ["period": "30", "rule.cents": "1.5", "on": "true"])
        #expect(request.feed == .replay(path: "data/x.csv") && request.duration == .hours(2))
        #expect(request.settings == ["MAX_POSITIONS": "1", "SIZING": "fixed:5"])
        let plain = try #require(runner.requests.last)
        #expect(plain.feed == .simulated && plain.duration == nil && plain.seed == 1 && plain.settings.isEmpty)
    }

    @Test func `the result is plain data, and the same run is made once for a file`() throws {
        let runner = Runner(
            .success(
                .table([
                    "trades": .list([.table(["net_pnl": .decimal(-1_500_000, per: 1_000_000), "side": .text("long")])]),
                    "metrics": .table(["total_trades": .integer(1), "net_profit": .decimal(2_000_000, per: 1_000_000)]),
                    "denials": .table([:]), "none": .list([]),
                ])
            )
        )
        let outcomes = try Suites.outcomes(
            """
            local result = test.run{ strategy = "a" }
            for i = 1, 3 do
              it("reads " .. i, function()
                expect(result.trades).to_equal({{ net_pnl = -1.5, side = "long" }})
                expect(math.type(result.metrics.net_profit)).to_be("integer")
                expect(result.denials).to_equal({})
                expect(result.none).to_equal({})
                expect(test.run{ strategy = "a" }).to_equal(result)
              end)
            end
            """,
            run: runner.testRunner
        )
        #expect(outcomes == (1...3).map { "reads \($0): passed" })
        #expect(runner.requests.count == 1)
    }

    @Test(arguments: [
        ("{}", "test.run needs 'strategy'"),
        ("{ strategy = 5 }", "test.run: 'strategy' must be a text, not 5"),
        ("{ strategy = 'a', feed = 'kalshi' }", "'feed' must be \"sim\" or \"replay:PATH\", not \"kalshi\""),
        ("{ strategy = 'a', feed = 'replay:' }", "'feed' must be"),
        ("{ strategy = 'a', duration = '2 hours' }", "'duration' must be a time such as \"2h\", not \"2 hours\""),
        ("{ strategy = 'a', rules = 'b' }", "'rules' must be names such as { \"max_spread.lua\" }, not \"b\""),
        ("{ strategy = 'a', rules = { 1 } }", "'rules' must be names"),
        ("{ strategy = 'a', seed = -1 }", "'seed' must be a whole number from 0 on, not -1"),
        ("{ strategy = 'a', sed = 1 }", "test.run has no field 'sed'; did you mean 'seed'?"),
        ("{ strategy = 'a', settings = { X = {} } }", "the settings of test.run: 'X' must be a number"),
        ("{ strategy = 'a' }", "test.run: it cannot be"),
    ])
    func `a wrong request, or a run that fails, is the test's failure`(request: String, message: String) throws {
        let runner = Runner(.failure(ScriptFailure("it cannot be")))
        let outcome = try Suites.outcome("test.run\(request)", run: runner.testRunner)
        #expect(outcome.hasPrefix("script_test.lua:2: ") && outcome.contains(message), "\(outcome)")
    }

    @Test func `without a runner it is an error, and a test makes a hundred runs at most`() throws {
        #expect(try Suites.outcome("test.run{ strategy = 'a' }") == "script_test.lua:2: test.run is not available here")
        let runner = Runner(.success(.table([:])))
        let outcome = try Suites.outcome(
            "for seed = 1, 1000 do test.run{ strategy = 'a', seed = seed } end",
            run: runner.testRunner
        )
        #expect(outcome == "script_test.lua:2: test.run: a test may make 100 runs")
    }
}
