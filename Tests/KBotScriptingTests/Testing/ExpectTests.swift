import KBotScripting
import Testing

/// What `expect(value)` says.
struct ExpectTests {
    @Test(arguments: [
        "expect(45).to_be(45.0)", "expect('a').to_be('a')", "expect(nil).to_be(nil)", "expect().to_be_nil()",
        "expect({}).never.to_be({})",
        "expect({ 1, { a = 'x' } }).to_equal({ 1, { a = 'x' } })", "expect({ 1 }).never.to_equal({ 1, 2 })",
        "expect({ a = 1, b = 2 }).never.to_equal({ a = 1 })", "expect(5).to_equal(5)", "expect({}).to_equal({})",
        "expect(0.1 + 0.2).to_be_near(0.3)", "expect(50).to_be_near(52, 2)", "expect(50).never.to_be_near(52, 1.9)",
        "expect(nil).to_be_nil()", "expect(false).never.to_be_nil()", "expect(false).to_exist()",
        "expect(nil).never.to_exist()", "expect(true).to_be_true()", "expect(1).never.to_be_true()",
        "expect(false).to_be_false()", "expect(nil).never.to_be_false()", "expect('a.b').to_contain('.')",
        "expect('ab').never.to_contain('.')", "expect({ 1, { 2 } }).to_contain({ 2 })",
        "expect({ 1, 2 }).never.to_contain(3)", "expect(5).to_be_above(4.9)", "expect(5).never.to_be_above(5)",
        "expect(5).to_be_below(6)", "expect(5).never.to_be_below(5)", "expect(function() error('no') end).to_fail()",
        "expect(function() error({}) end).to_fail()", "expect(function() error('no!') end).to_fail('no!')",
        "expect(function() end).never.to_fail()", "expect(function() error('no') end).never.to_fail('yes')",
        "local e = expect(5) e.to_be_above(4) e.to_be_below(6)",
    ])
    func `what holds, holds`(text: String) throws {
        #expect(try Suites.outcome(text) == "passed")
    }

    @Test(arguments: [
        ("expect(45).to_be(46)", "expected 46, got 45"),
        ("expect(45.0).to_be(45.5)", "expected 45.5, got 45"),
        ("expect(0.1 + 0.2).to_be(0.3)", "expected 0.3, got 0.30000000000000004"),
        ("expect(0/0).to_be(1/0)", "expected inf, got nan"),
        ("expect('45').to_be(45)", #"expected 45, got "45""#),
        ("expect('a\\n\"b\"\\\\').to_be(nil)", #"expected nil, got "a\n\"b\"\\""#),
        ("expect(5).never.to_be(5)", "expected not 5, got 5"),
        ("expect({ 1, 2 }).to_be_nil()", "expected nil, got { 1, 2 }"),
        (
            "expect({ b = 1, a = { true }, [7] = 's' }).to_be_nil()",
            #"expected nil, got { [7] = "s", a = { true }, b = 1 }"#
        ),
        ("expect({ ['a b'] = 1 }).to_be_nil()", #"expected nil, got { ["a b"] = 1 }"#),
        ("expect({ {{{{{ 1 }}}}} }).to_be_nil()", "expected nil, got { { { { { {…} } } } } }"),
        ("expect(print).to_be_nil()", "expected nil, got function"),
        (
            "expect({ a = { 1, { x = 2 } } }).to_equal({ a = { 1, { x = 3 } } })",
            "expected { a = { 1, { x = 3 } } }, got { a = { 1, { x = 2 } } } (a[2].x: expected 3, got 2)"
        ),
        ("expect({ a = 1 }).to_equal({})", "expected {}, got { a = 1 } (a: expected nil, got 1)"),
        ("expect(nil).to_equal({ 1 })", "expected { 1 }, got nil"),
        ("expect(50).to_be_near(52, 1)", "expected 52 ± 1, got 50"),
        ("expect(nil).to_exist()", "expected a value, got nil"),
        ("expect(1).never.to_exist()", "expected not a value, got 1"),
        ("expect(1).to_be_true()", "expected true, got 1"),
        ("expect(nil).to_be_false()", "expected false, got nil"),
        ("expect('abc').to_contain('x')", #"expected something that contains "x", got "abc""#),
        ("expect(5).to_contain('x')", #"expected something that contains "x", got 5"#),
        ("expect(5).to_be_above(5)", "expected more than 5, got 5"),
        ("expect(5).never.to_be_below(6)", "expected not less than 6, got 5"),
        ("expect(function() end).to_fail()", "expected an error, got none"),
        (
            "expect(function() error('no', 0) end).to_fail('yes')",
            #"expected an error with "yes", got the error "no""#
        ),
        ("expect(5).to_fail()", "expected an error, got 5, which is no function"),
    ])
    func `what does not hold is told with what was expected and what came`(text: String, message: String) throws {
        #expect(try Suites.outcome(text) == "script_test.lua:2: \(message)")
    }

    @Test(arguments: [
        ("expect(5).to_bee(5)", "expect has no 'to_bee'; there is never, and to_be, to_be_above,"),
        ("expect(5):to_be(5)", "write expect(…).to_be(…), with a dot"),
        ("expect(5).to_be()", "to_be takes a value"),
        ("expect()", "expect(…) alone expects nothing"),
        ("expect(nil).never.to_be_above(5)", "to_be_above compares numbers, not nil"),
        ("expect(5).to_be_below('6')", "to_be_below compares with numbers, not \"6\""),
        ("expect(5).to_be_near(5, 'x')", "to_be_near compares with numbers, not \"x\""),
        ("expect(5 == 6)", "expect(…) alone expects nothing; write expect(…).to_be(…) or so"),
        ("expect(5).never", "expect(…) alone expects nothing"),
        ("expect(5 == 6)\nexpect(1).to_be(1)", "expect(…) alone expects nothing"),
        ("expect(5).never.to_be = 1", "expect(…).to_be cannot be set"),
        ("it('x', function() end)", "it is not for the inside of a test"),
        ("describe('x', function() end)", "describe is not for the inside of a test"),
        ("before_each(function() end)", "before_each is not for the inside of a test"),
    ])
    func `a wrong use is told at its line`(text: String, message: String) throws {
        // A statement of its own must be one.
        let body = text.hasSuffix(".never") ? "local _ = \(text)" : text
        let outcome = try Suites.outcome(body)
        #expect(outcome.hasPrefix("script_test.lua:2: \(message)"), "\(outcome)")
    }

    @Test func `a failure in a helper is told at the helper's line`() throws {
        let outcomes = try Suites.outcomes(
            """
            local function check(value)
              expect(value).to_be(1)
            end
            it("one", function() check(1) check(2) end)
            """
        )
        #expect(outcomes == ["one: script_test.lua:2: expected 1, got 2"])
    }

    @Test func `long values are cut`() throws {
        let long = try Suites.outcome("local t = {} for i = 1, 1000 do t[i] = i end expect(t).to_be_nil()")
        #expect(long.hasSuffix("59, 60, … }") && long.count < 300, "\(long)")
        let text = try Suites.outcome("expect(('x'):rep(1000)).to_be_nil()")
        #expect(text.hasSuffix(#"xxx…""#) && text.count < 300, "\(text)")
    }
}
