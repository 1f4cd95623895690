import KBotLua
import Testing

/// The script's table, its callbacks and what they answer.
@Suite struct LuaAnalysisScriptTests {
    @Test(arguments: [
        (
            "local s = { kind = 'strategy' } function s.on_candel(ctx) print(ctx) end return s",
            "1:44 unknown-key a strategy has no 'on_candel'; did you mean 'on_candle'?"
        ),
        (
            "local s = { kind = 'strategy' } s.on_fil = function() end return s",
            "1:35 unknown-key a strategy has no 'on_fil'; did you mean 'on_fill'?"
        ),
        (
            "local s = { kind = 'strategy' } s['on_fil'] = print return s",
            "1:34 unknown-key a strategy has no 'on_fil'; did you mean 'on_fill'?"
        ),
        (
            "return { kind = 'strategy', verson = '1' }",
            "1:29 unknown-key a strategy has no 'verson'; did you mean 'version'?"
        ),
        (
            "return ({ kind = 'risk-rule', ['chek'] = print })",
            "1:32 unknown-key a risk rule has no 'chek'; did you mean 'check'?"
        ),
        ("local s = { kind = 'strategy' } s.x, s.name = 1, 'a' return s", "1:35 unknown-key a strategy has no 'x'"),
        (
            "local s = { kind = 'strategy' } function s:on_candle(candle) print(self, candle) end return s",
            "1:44 method-callback define it with a dot, 'function s.on_candle(ctx, candle)': no self is given"
        ),
        (
            "local s = { kind = 'strategy' } function s.on_book(ctx, candle) print(ctx, candle) end return s",
            "1:57 extra-parameter on_book is given only ctx: 'candle' is always nil"
        ),
        (
            "return { kind = 'strategy', params = { a = { type = 'intger' } } }",
            "1:53 bad-value 'intger' is not a type; did you mean 'integer'?"
        ),
        (
            "return { kind = 'strategy', params = { a = { type = 'number', defualt = 1 } } }",
            "1:63 unknown-key a parameter has no field 'defualt'; did you mean 'default'?"
        ),
        (
            "local s = { kind = 'strategy' } function on_candle(ctx) print(ctx) end return s",
            "1:42 global-write assignment to global 'on_candle': callbacks belong to the script's table, as in 'function s.on_candle(…)'"
        ),
    ])
    func `a wrong table is found`(text: String, finding: String) {
        #expect(findings(text) == [finding])
    }

    @Test func `a script without a table is told so`() {
        #expect(
            findings("local s = {} s.x = 1\n", rules: SampleRules.strategy) == [
                "2:1 no-table a strategy must end with 'return' and its table"
            ]
        )
        #expect(findings("if print then return {} end", rules: SampleRules.strategy) == [])
        #expect(findings("return require('other')", rules: SampleRules.strategy) == [])
        #expect(findings("local s = {} s = {} s.anything = 1 return s", rules: SampleRules.strategy) == [])
    }

    @Test func `the kind is read from the table`() throws {
        #expect(try LuaSyntax("return { kind = 'a' }").tableText("kind") == "a")
        #expect(try LuaSyntax("local s = {} s.kind = 'b' return s").tableText("kind") == "b")
        #expect(try LuaSyntax("local s = { kind = 'a' } s.kind = 'b' return (s)").tableText("kind") == "b")
        #expect(try LuaSyntax("local s = { kind = x } return s").tableText("kind") == nil)
        #expect(try LuaSyntax("local s = f() return s").tableText("kind") == nil)
        #expect(try LuaSyntax("").tableText("kind") == nil)
    }

    @Test(arguments: [
        (
            "return { side = 'long', entrry = 45 }",
            "3:25 unknown-key a signal has no field 'entrry'; did you mean 'entry'?"
        ),
        ("return { ['sid'] = 'long' }", "3:11 unknown-key a signal has no field 'sid'; did you mean 'side'?"),
        ("return { side = 'lnog' }", "3:17 bad-value 'lnog' is not a side; did you mean 'long'?"),
        (
            "return { side = candle.open > 3 and 'long' or 'shrt' }",
            "3:47 bad-value 'shrt' is not a side; did you mean 'short'?"
        ),
        (
            "return { side = 'long', entry_type = 'mkt' }",
            "3:38 bad-value 'mkt' is not an entry type: 'limit', 'market', 'stop'"
        ),
        ("return { side = 1 }", "3:17 bad-value a number is not a side: 'long', 'short'"),
        ("return 'long'", "3:8 bad-value a text is not a signal"),
        ("return true", "3:8 bad-value true is not a signal"),
        (
            "return candle.open > 3 and { sied = 'long' } or nil",
            "3:30 unknown-key a signal has no field 'sied'; did you mean 'side'?"
        ),
        ("return nil, 'NO', 'lnog'", "3:19 bad-value 'lnog' is not a side; did you mean 'long'?"),
        (
            "if candle.open > 3 then return { stp = 1 } end return nil",
            "3:34 unknown-key a signal has no field 'stp'; did you mean 'stop'?"
        ),
        (
            "local sig = { side = 'long', tartget = 1 } return sig",
            "3:30 unknown-key a signal has no field 'tartget'; did you mean 'target'?"
        ),
        (
            "local sig = { side = 'long' } sig.tartget = 1 return sig",
            "3:35 unknown-key a signal has no field 'tartget'; did you mean 'target'?"
        ),
    ])
    func `a wrong answer of a strategy is found`(body: String, finding: String) {
        #expect(findings(onCandle(body)) == [finding])
    }

    @Test(arguments: [
        "return { side = 'long', entry = 45, stop_offset = 3, target_offset = 6, reason = 'x' }", "return nil",
        "return",
        "return nil, 'CODE'", "return nil, 'CODE', 'short'", "return print(), 'x', candle.open > 3 and 'long' or nil",
        "local sig = { side = 'long' } if candle.open > 3 then sig = {} sig.foo = 1 end return sig",
        "local function f() return { entrry = 1 } end return f()", "return (function() return 'x' end)()",
        "local t = {} t.entrry = 1 print(t)",
        "return { side = candle.open > 3 and 'long' or candle.low and nil or 'short' }",
        "local side = 'long' if candle.open > 3 then side = 'short' end return { side = side }",
    ])
    func `a right answer is not`(body: String) {
        #expect(findings(onCandle(body)) == [])
    }

    @Test(arguments: [
        ("return 'alow'", "bad-value 'alow' is not a verdict; did you mean 'allow'?"),
        ("return true", "bad-value true is not a verdict: 'allow', 'deny', 'halt', 'reduce'"),
        ("return nil", "bad-value nil is not a verdict: 'allow', 'deny', 'halt', 'reduce'"),
        (
            "return order.reducing and 'allow' or 'denyed', 'CODE'",
            "bad-value 'denyed' is not a verdict; did you mean 'deny'?"
        ),
        (
            "if order.reducing then return 'alow' end return 'allow'",
            "bad-value 'alow' is not a verdict; did you mean 'allow'?"
        ),
        (
            "local verdict = 'blok' return verdict, 'CODE'",
            "bad-value 'blok' is not a verdict: 'allow', 'deny', 'halt', 'reduce'"
        ),
        ("return ('alow')", "bad-value 'alow' is not a verdict; did you mean 'allow'?"),
        (
            "return order.cuont > 3 and 'deny' or 'allow'",
            "unknown-field order has no field 'cuont'; did you mean 'count'?"
        ),
    ])
    func `a wrong verdict of a risk rule is found`(body: String, finding: String) {
        let text = "local r = { kind = 'risk-rule', check = function(ctx, order) \(body) end } return r"
        #expect(findings(text).map { $0.split(separator: " ", maxSplits: 1).last.map(String.init) } == [finding])
    }

    @Test(arguments: [
        ("return { candels = {} }", "unknown-key what needs returns has no field 'candels'; did you mean 'candles'?"),
        (
            "return { candles = { intervall = 5 } }",
            "unknown-key 'candles' has no field 'intervall'; did you mean 'interval'?"
        ),
        ("return { candles = { source = 'sport' } }", "bad-value 'sport' is not a source; did you mean 'spot'?"),
        ("return { indicators = { a = { 'smaa' } } }", "bad-value 'smaa' is not an indicator; did you mean 'sma'?"),
        (
            "return { indicators = { a = { 'sma', perod = 3 } } }",
            "unknown-key this indicator has no field 'perod'; did you mean 'period'?"
        ),
        (
            "return { indicators = { a = { 'rsi', period = params.perod } } }",
            "unknown-field ctx.params has no field 'perod'; did you mean 'period'?"
        ),
        ("return { candles = 5 }", "bad-value a number is not 'candles'"),
    ])
    func `a wrong table of needs is found`(body: String, finding: String) {
        let text = onCandle("return nil", before: "\nfunction s.needs(params) \(body) end")
        #expect(findings(text).map { $0.split(separator: " ", maxSplits: 1).last.map(String.init) } == [finding])
    }
}
