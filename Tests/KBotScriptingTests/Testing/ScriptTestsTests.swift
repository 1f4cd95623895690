import KBotScripting
import Testing

/// How test files are loaded and run.
struct ScriptTestsTests {
    @Test func `tests have the names of what is around them, in the order written`() throws {
        let tests = try Suites.load(
            """
            it("stands alone", function() end)
            describe("outer", function()
              it("first", function() end)
              describe("inner", function()
                it("second", function() end)
              end)
              it("third", function() end)
            end)
            """
        ).tests
        #expect(tests.map(\.fullName) == ["stands alone", "outer first", "outer inner second", "outer third"])
        #expect(tests.map(\.path) == [[], ["outer"], ["outer", "inner"], ["outer"]])
        #expect(tests.map(\.line) == [1, 3, 5, 7])
    }

    @Test func `before_each runs from the outside in, before each test of its group and below`() throws {
        let outcomes = try Suites.outcomes(
            """
            local seen = {}
            local function note(text) return function() seen[#seen + 1] = text end end
            before_each(note("file"))
            describe("outer", function()
              describe("inner", function()
                before_each(note("inner 1"))
                before_each(note("inner 2"))
                it("deep", function() expect(seen).to_equal({ "file", "outer", "inner 1", "inner 2" }) end)
              end)
              it("shallow", function() expect(seen).to_equal({ "file", "outer" }) end)
              before_each(note("outer"))
            end)
            """
        )
        #expect(outcomes == ["outer inner deep: passed", "outer shallow: passed"])
    }

    @Test func `tests share nothing, not even random numbers`() throws {
        let outcomes = try Suites.outcomes(
            """
            local count, numbers = 0, {}
            for i = 1, 3 do
              it("counts " .. i, function()
                count = count + 1
                expect(count).to_be(1)
                expect(math.random(1000000)).to_be(\(try randomNumber()))
              end)
            end
            """
        )
        #expect(outcomes == (1...3).map { "counts \($0): passed" })
    }

    private func randomNumber() throws -> String {
        let text = try Suites.outcome("error('number ' .. math.random(1000000))")
        return String(text.split(separator: " ").last ?? "")
    }

    @Test func `skipped tests are told with their reason`() throws {
        let outcomes = try Suites.outcomes(
            """
            it.skip("later", function() error("never run") end)
            it.skip("someday")
            it("half way", function() skip("no data") error("never run") end)
            it("caught", function() pcall(skip, "for good") end)
            describe("a group", function()
              it("first", function() end)
              describe("below", function() it("second", function() end) end)
              skip("not now")
            end)
            describe("an empty group", function() skip("nor this") end)
            it("afterwards", function() end)
            """
        )
        #expect(
            outcomes == [
                "later: skipped: it.skip", "someday: skipped: it.skip", "half way: skipped: no data",
                "caught: skipped: for good", "a group first: skipped: not now",
                "a group below second: skipped: not now",
                "an empty group (all): skipped: nor this", "afterwards: passed",
            ]
        )
    }

    @Test func `a file that skips itself is one skipped test`() throws {
        #expect(try Suites.outcomes("skip('not here')") == ["(the whole file): skipped: not here"])
    }

    @Test func `a test that fails, loops or eats the memory fails alone`() throws {
        let outcomes = try Suites.outcomes(
            """
            local kept = {}
            it("raises", function() error("oh") end)
            it("raises a table", function() error({ code = 1 }) end)
            it("loops", function()
              while true do end
            end)
            it("catches and loops", function() while true do pcall(error) end end)
            it("recurses", function() local function f() return 1 + f() end f() end)
            it("eats", function()
              for i = 1, 1e9 do kept[i] = { i } end
            end)
            it("writes a global", function() x = 1 end)
            it("goes on", function() expect(#kept).to_be(0) end)
            """
        )
        let place = "script_test.lua"
        #expect(outcomes.count == 8)
        #expect(outcomes[0] == "raises: \(place):2: oh")
        #expect(outcomes[1] == "raises a table: \(place):3: the error is a table without a message")
        #expect(
            outcomes[2].hasPrefix("loops: \(place):") && outcomes[2].hasSuffix("instruction limit of 50000000 reached")
        )
        #expect(outcomes[3].contains("instruction limit"))
        #expect(outcomes[4].hasPrefix("recurses: \(place):"))
        #expect(outcomes[5].hasPrefix("eats: \(place):9: not enough memory"), "\(outcomes[5])")
        #expect(outcomes[6] == "writes a global: \(place):12: assignment to global 'x' (use local)")
        #expect(outcomes[7] == "goes on: passed")
    }

    @Test(arguments: [
        ("", "script_test.lua:1: there is no test; it(\"does something\", function() … end) makes one"),
        ("describe('x', function() end)", "script_test.lua:1: there is no test"),
        ("local x =\n\nit(", "script_test.lua:3: "),
        ("it('x', function() end)\nerror('oh')", "script_test.lua:2: oh"),
        ("describe('x', function()\n  error('oh')\nend)", "script_test.lua:2: oh"),
        ("\nit('x')", "script_test.lua:2: it takes a name and a function"),
        ("\ndescribe(function() end)", "script_test.lua:2: describe takes a name and a function"),
        ("before_each('x')", "script_test.lua:1: before_each takes a function"),
        ("expect(1).to_be(1)", "script_test.lua:1: expect is for the inside of a test"),
        ("while true do end", "script_test.lua:1: instruction limit"),
        ("local t = {}\nfor i = 1, 1e9 do t[i] = { i } end", "script_test.lua:1: not enough memory"),
        ("describ('x', function() end)", "script_test.lua:1: unknown global 'describ'; did you mean 'describe'?"),
        ("io.open('x')", "script_test.lua:1: unknown global 'io'"),
        ("return take_skip", "script_test.lua:1: unknown global 'take_skip'"),
        ("test.run{ strategy = 'x' }", "script_test.lua:1: test.run is not available here"),
    ])
    func `a file that cannot be loaded is told with the place`(text: String, message: String) {
        let complaint = Suites.complaint(text)
        #expect(complaint?.hasPrefix(message) == true, "\(complaint ?? "loaded")")
    }

    @Test func `test files can require modules beside them`() throws {
        let outcomes = try Suites.outcomes(
            "local helpers = require('helpers') it('helps', function() expect(helpers.two).to_be(2) end)",
            ["helpers": "return { two = 2 }"]
        )
        #expect(outcomes == ["helps: passed"])
    }

    @Test func `what a test prints is kept, up to a hundred lines`() throws {
        let tests = try Suites.load("it('prints', function() for i = 1, 200 do print(i, 'x') end end)")
        let output = tests.run(tests.tests[0]).output
        #expect(output.count == 100 && output[0] == "1\tx")
    }

    @Test func `all tests of a file together may be given fewer instructions`() throws {
        let tests = try Suites.load(
            """
            for i = 1, 3 do it("loops " .. i, function() while true do end end) end
            it("is quick", function() end)
            """,
            instructions: 60_000_000
        )
        let outcomes = tests.tests.map { tests.run($0).outcome.text }
        #expect(outcomes[0].contains("instruction limit of 50000000"))
        #expect(outcomes[1].contains("instruction limit of 9"), "\(outcomes[1])")
        #expect(outcomes[3] == "script_test.lua:2: no instructions were left for this test")
    }
}
