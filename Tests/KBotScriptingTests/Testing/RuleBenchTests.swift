import KBotScripting
import Testing

/// What `test.rule` gives a test.
struct RuleBenchTests {
    /// The outcome of a test body against a rule with this `check`, as `b`.
    private func outcome(_ check: String, _ more: String = "", test body: String) throws -> String {
        try Suites.outcome("local b = test.rule('rule.lua') \(body)", ["rule": Suites.rule(check, more)])
    }

    @Test(arguments: [
        ("return 'allow'", "'allow', n = 4"),
        ("return 'reduce', 2.5, 'BIG', 'too big'", "'reduce', 'BIG', 'too big', 2.5, n = 4"),
        ("return 'deny', 'NO'", "'deny', 'NO', '', n = 4"),
        ("return 'halt', 1780272060, 'STOP', 'a minute'", "'halt', 'STOP', 'a minute', 1780272060, n = 4"),
        ("return 'halt', nil, 'STOP', 'for good'", "'halt', 'STOP', 'for good', n = 4"),
    ])
    func `a verdict comes back with code, text and number`(check: String, expected: String) throws {
        let body = """
            local verdict, code, text, number = b:check{ count = 10 }
            expect({ verdict, code, text, number, n = 4 }).to_equal({ \(expected) })
            """
        #expect(try outcome(check, test: body) == "passed")
    }

    @Test func `the rule sees the order as the test wrote it`() throws {
        let check = "ctx.state.order = order return 'allow'"
        let body = """
            b:check{}
            expect(b.state.order).to_equal({ strategy = "test", side = "long", price = 50, count = 1, entry = 50, stop = 45,
              target = 60, reducing = false })
            b:check()
            b:check{ side = "short", price = 5 }
            expect(b.state.order).to_equal({ strategy = "test", side = "short", price = 5, count = 1, entry = 5, stop = 10,
              target = 0.1, reducing = false })
            local order = { strategy = "mine", side = "short", price = 44, count = 2.5, entry = 43, stop = 47, target = 30,
              reducing = true }
            b:check(order)
            expect(b.state.order).to_equal(order)
            """
        #expect(try outcome(check, test: body) == "passed")
    }

    @Test func `the rule sees the market, the account, the position and the feed's age of the test`() throws {
        let check = """
            local m, p = ctx.market, ctx.position
            ctx.state.seen = { spread = m.spread, age = m.feed_age, left = m.minutes_left, pnl = ctx.account.day_pnl,
              strategy = p and p.strategy, target = p and p.target }
            return "allow"
            """
        let body = """
            b:market{ bid = 40, ask = 44 }
            b:at(60)
            b:account{ day_pnl = -25.5 }
            b:position{ strategy = "other", side = "long", count = 1, entry = 50, target = 70 }
            b:check{}
            expect(b.state.seen).to_equal({ spread = 4, age = 60, left = 14, pnl = -25.5, strategy = "other", target = 70 })
            """
        #expect(try outcome(check, test: body) == "passed")
    }

    @Test func `fills, settlements and days are heard`() throws {
        let more = """
            function r.on_fill(ctx, fill) ctx.state.fill = fill.strategy .. " " .. fill.net_pnl end
            function r.on_settle(ctx, settlement) ctx.state.result = settlement.result end
            function r.on_day(ctx) ctx.log("day " .. ctx.account.equity) ctx.state.now = ctx.now end
            """
        let body = """
            b:fill{ role = "exit", side = "sell", price = 50, strategy = "mine", net_pnl = 3 }
            b:settle{ value = 0 }
            b:day()
            expect(b.state).to_equal({ fill = "mine 3", result = "no", now = 1780272000 })
            expect(b.logs).to_equal({ "day 1000" })
            """
        #expect(try outcome("return 'allow'", more, test: body) == "passed")
    }

    @Test(arguments: [
        ("error('oh')", "b:check{}", "script_test.lua:2: rule.lua:2: oh (check in KXBTC15M-TEST"),
        ("return 'maybe'", "b:check{}", "check must return \"allow\", \"reduce\", \"deny\" or \"halt\""),
        (
            "error('oh')", "pcall(b.check, b) b:check{}",
            "rule.lua failed in check with an error it had before: rule.lua:2: oh"
        ),
        ("", "b:check{ sid = 'long' }", "bench:check has no field 'sid'; did you mean 'side'?"),
        ("", "b:day()", "rule.lua has no on_day"),
        ("", "b:fill{}", "rule.lua has no on_fill"),
        ("", "b:candle(50)", "bench has no field 'candle'"),
        ("", "test.rule('none')", "test.rule: there is no script 'none.lua' beside script_test.lua"),
        ("", "test.strategy('rule.lua')", "rule.lua is a risk-rule, not a strategy"),
    ])
    func `what goes wrong is told`(check: String, body: String, message: String) throws {
        let outcome = try outcome(check, test: body)
        #expect(outcome.contains(message), "\(outcome)")
    }

    @Test func `a rule may deny with the code kbot uses for a failed one`() throws {
        let body = "expect(b:check{}).to_be('deny')"
        #expect(try outcome("return 'deny', 'RULE_FAILED', 'mine'", test: body) == "passed")
    }
}
