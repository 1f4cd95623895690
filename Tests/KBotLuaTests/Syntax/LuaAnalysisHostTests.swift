import KBotLua
import Testing

/// Host values: what callbacks are given, followed through the script.
@Suite struct LuaAnalysisHostTests {
    @Test(arguments: [
        ("return nil, ctx.market.tickr", "3:24 unknown-field ctx.market has no field 'tickr'; did you mean 'ticker'?"),
        ("return nil, candle.clsoe", "3:20 unknown-field candle has no field 'clsoe'; did you mean 'close'?"),
        ("print(ctx.makret.bid)", "3:11 unknown-field ctx has no field 'makret'; did you mean 'market'?"),
        ("print(ctx['makret'])", "3:10 unknown-field ctx has no field 'makret'; did you mean 'market'?"),
        (
            "local m = ctx.market print(m.tickr)",
            "3:30 unknown-field ctx.market has no field 'tickr'; did you mean 'ticker'?"
        ),
        (
            "local p, m = ctx.params, ctx.market print(p, m.aks)",
            "3:48 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"
        ),
        (
            "local m m = ctx.market print(m.aks)",
            "3:32 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"
        ),
        ("print((ctx.market).aks)", "3:20 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"),
        (
            "local m = ctx.market or nil print(m.aks)",
            "3:37 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"
        ),
        (
            "local m = candle and ctx.market print(m.aks)",
            "3:41 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"
        ),
        (
            "local c = ctx print((function() local d = c return function() return d.market.aks end end)())",
            "3:79 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?"
        ),
        ("ctx.now = 1", "3:5 read-only ctx.now is read-only"),
        ("ctx.market.bid = 3", "3:12 read-only ctx.market.bid is read-only"),
        ("ctx.foo = 1", "3:5 read-only ctx.foo is read-only"),
        ("function ctx.log() end", "3:14 read-only ctx.log is read-only"),
        ("local m = ctx.market m['bid'] = 3", "3:23 read-only ctx.market.bid is read-only"),
        ("local k = 'x' ctx[k] = 3", "3:18 read-only ctx is read-only"),
        ("ctx.state = {}", "3:5 read-only ctx.state is read-only"),
        ("candle.close = 3", "3:8 read-only candle.close is read-only"),
        ("ctx:log('x')", "3:5 method-call use ctx.log(…) with a dot"),
        ("ctx:lgo('x')", "3:5 method-call use ctx.log(…) with a dot"),
        ("local m = ctx.market print(m:step(1))", "3:30 method-call use m.step(…) with a dot"),
        ("print(ctx.now.foo)", "3:15 wrong-use ctx.now is a number and has no fields"),
        ("print(ctx.market.bid())", "3:18 wrong-use ctx.market.bid is a number, not a function"),
        ("ctx.market()", "3:5 wrong-use ctx.market is a table, not a function"),
        ("print(ctx.log.x)", "3:15 wrong-use ctx.log is a function and has no fields"),
        ("ctx.now.x = 1", "3:9 wrong-use ctx.now is a number and has no fields"),
        ("print(ctx.market.ticker:subb(1))", "3:25 unknown-field string has no field 'subb'; did you mean 'sub'?"),
        ("print(ctx.candles(5)[1].clsoe)", "3:25 unknown-field candle has no field 'clsoe'; did you mean 'close'?"),
        (
            "print(ctx.candles(5).close)",
            "3:22 wrong-use ctx.candles(…) is a list: take one of it, as in ctx.candles(…)[1].close"
        ),
        (
            "for _, c in ipairs(ctx.candles(5)) do print(c.clsoe) end",
            "3:47 unknown-field candle has no field 'clsoe'; did you mean 'close'?"
        ),
        ("print(ctx.params.perid)", "3:18 unknown-field ctx.params has no field 'perid'; did you mean 'period'?"),
        ("local p = ctx.params print(p.mode.x)", "3:35 unknown-field string has no field 'x'"),
        ("print(ctx.params.period.x)", "3:25 wrong-use ctx.params.period is a number and has no fields"),
        ("ctx.params.period = 3", "3:12 read-only ctx.params.period is read-only"),
    ])
    func `a wrong use of a host value is found`(body: String, finding: String) {
        #expect(findings(onCandle(body)) == [finding])
    }

    @Test(arguments: [
        "ctx.state.anything = 1 ctx.state.deep = { x = 1 } print(ctx.state.other.more)",
        "local st = ctx.state st.n = (st.n or 0) + 1",
        "ctx.log(ctx.market.ticker:sub(1, 3):upper())", "local m = ctx.market m = {} print(m.whatever)",
        "ctx = {} print(ctx.whatever)", "local m = ctx.market or {} print(m.whatever)", "print(candle[1], ctx[candle])",
        "local f = ctx.market.step print(f(1) + 1)", "local c = ctx.candles(3) c.n = #c print(c.n, c[1].close)",
        "for i = 1, 3 do print(i, ctx.candles(3)[i].close) end", "print(ctx.params.period + #ctx.params.mode)",
        "local function f(ctx) return ctx.whatever end print(f({}))",
        "if ctx.position then print(ctx.position.entry) end",
        "local x = ctx.market.strike x = x or 3 print(x)", "print(#ctx.candles(3), -ctx.now, not ctx.market)",
        "local a <const> = ctx.market print(a.bid)", "for k, v in pairs(candle) do print(k.x, v.y) end",
    ])
    func `a right use of a host value is not`(body: String) {
        #expect(findings(onCandle(body)) == [])
    }

    @Test func `parameters have the shapes of the callback, whatever they are called`() {
        let text = """
            return { kind = "strategy",
              on_candle = function(a, b) print(a.nwo, b.opne) end,
              ["on_fill"] = function(_, f) print(f.pirce) end,
              on_stop = function(c) print(c.now) end,
            }
            """
        #expect(
            findings(text) == [
                "2:38 unknown-field ctx has no field 'nwo'; did you mean 'now'?",
                "2:45 unknown-field candle has no field 'opne'; did you mean 'open'?",
                "3:40 unknown-field fill has no field 'pirce'; did you mean 'price'?",
            ]
        )
    }

    @Test func `assigned and local functions are callbacks, too`() {
        let text = """
            local s = { kind = "strategy" }
            local function decide(ctx, c) return ctx.nwo, c.clsoe end
            s.on_candle = decide
            s.on_trade = function(ctx) return nil, ctx.nwo end
            local later = function(ctx) print(ctx.nwo) end
            s["on_timer"] = later
            return s
            """
        #expect(
            findings(text).map { $0.prefix(19) } == [
                "2:42 unknown-field ", "2:49 unknown-field ", "4:44 unknown-field ", "5:39 unknown-field ",
            ]
        )
    }

    @Test func `host values are followed into local functions whose calls are all known`() {
        let text = onCandle(
            "print(spread(ctx.market), deep(ctx), both(ctx), both({}), free(ctx), ok(candle, 1))",
            before: """
                local function spread(m) return m.aks - m.bid end
                local function deeper(c) return c.account.cahs end
                local function deep(c) return deeper(c) end
                local function both(x) return x.whatever end
                local function free(x) return x.whatever end
                local keep = free print(keep)
                local function ok(c, n) return c.close + n end
                """
        )
        #expect(
            findings(text) == [
                "1:139 unknown-field ctx.market has no field 'aks'; did you mean 'ask'?",
                "2:43 unknown-field ctx.account has no field 'cahs'; did you mean 'cash'?",
            ]
        )
    }

    @Test func `a callback for several events has what they have in common`() {
        let text = """
            local s = { kind = "strategy" }
            local function both(ctx, x) return nil, ctx.nwo, x.whatever end
            s.on_candle, s.on_trade = both, both
            return s
            """
        #expect(findings(text) == ["2:45 unknown-field ctx has no field 'nwo'; did you mean 'now'?"])
    }

    @Test func `what is not at hand is told`() {
        let text = onCandle("return nil", before: "function s.on_start(ctx) print(ctx.now, ctx.market.bid) end")
        #expect(
            findings(text).map { $0.dropFirst(6) } == [
                "unavailable ctx.market is not available here: no market is at hand"
            ]
        )
    }

    @Test func `indicators are what needs asks for`() {
        func script(_ needs: String, _ use: String) -> String {
            onCandle(use, before: "function s.needs(params) \(needs) end")
        }
        let literal =
            "return { indicators = { bands = { 'bollinger', period = params.period }, mean = { 'sma', period = 3 } } }"
        #expect(findings(script(literal, "print(ctx.indicators.bands.lower, ctx.indicators.mean)")) == [])
        #expect(
            findings(
                script(
                    literal,
                    "local b = ctx.indicators.bands print(b.lowr, ctx.indicators.maen, ctx.indicators.mean.x)"
                )
            )
                == [
                    "3:40 unknown-field bands has no field 'lowr'; did you mean 'lower'?",
                    "3:61 unknown-field ctx.indicators has no field 'maen'; did you mean 'mean'?",
                    "3:87 wrong-use ctx.indicators.mean is a number and has no fields",
                ]
        )
        #expect(
            findings(script("return {}", "print(ctx.indicators.x)")) == [
                "3:22 unknown-field ctx.indicators has no field 'x'"
            ]
        )
        let either =
            "if params.period then return { indicators = { a = { 'sma' } } } end return { indicators = { b = { 'rsi' } } }"
        #expect(findings(script(either, "print(ctx.indicators.a, ctx.indicators.b)")) == [])
        #expect(findings(script(either, "print(ctx.indicators.c)")).count == 1)
        for unknown in [
            "local t = {} return t", "return { indicators = print() }",
            "local k = 'a' return { indicators = { [k] = { 'sma' } } }",
            "return { [params.mode] = {} }", "print()",
        ] {
            #expect(findings(script(unknown, "print(ctx.indicators.x.y)")) == [], "\(unknown)")
        }
        #expect(findings(onCandle("print(ctx.indicators.x.y)")) == [])
    }

    @Test func `parameters are those the table declares, if nothing else can change it`() {
        #expect(
            findings("local s = { kind = 'strategy' } function s.on_stop(ctx) print(ctx.params.x) end return s").count
                == 1
        )
        let assigned = "local s = { kind = 'strategy' } s.params = { a = { type = 'integer' } } "
        let use = "function s.on_stop(ctx) print(ctx.params.a, ctx.params.b) end return s"
        #expect(findings(assigned + use) == ["1:128 unknown-field ctx.params has no field 'b'"])
        for change in [
            "s.params.b = {}", "local p = s.params p.b = {}", "print(s)", "local k = 'params' s[k] = {}",
            "s.params = {}",
            "for _, k in ipairs({'b'}) do s.params[k] = {} end", "local t = s print(t)",
        ] {
            #expect(findings(assigned + change + " " + use) == [], "\(change)")
        }
        #expect(findings("local p = { b = {} } local s = { kind = 'strategy', params = p } " + use) == [])
    }

    @Test func `objects with methods are called with a colon`() {
        let bench = HostObject("bench", ["at": .function(result: .any), "logs": .array(of: .text)], takesColon: true)
        let own = HostObject("own", ["known": .number], isWritable: true)
        let globals: [String: HostShape] = [
            "bench": .object(bench), "own": .object(own),
            "test": .object(HostObject("test", ["make": .function(result: .object(bench))])),
        ]
        let rules = LuaAnalysis.Rules(globals: globals)
        #expect(
            findings("bench:at(1) own.x = 1 own.known = own.y.z test.make():at(own:anything())", rules: rules) == []
        )
        #expect(findings("bench.at(1)", rules: rules) == ["1:7 method-call use bench:at(…) with a colon"])
        #expect(
            findings("bench:ta(1)", rules: rules) == ["1:7 unknown-field bench has no field 'ta'; did you mean 'at'?"]
        )
        #expect(
            findings("test.make():ta(1)", rules: rules) == [
                "1:13 unknown-field bench has no field 'ta'; did you mean 'at'?"
            ]
        )
        #expect(
            findings("return own.known.x", rules: rules) == ["1:18 wrong-use own.known is a number and has no fields"]
        )
    }
}
