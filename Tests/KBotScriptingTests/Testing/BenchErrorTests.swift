import KBotScripting
import Testing

/// What a bench says when a script fails, a test calls it wrongly, or either goes too far.
struct BenchErrorTests {
    /// The outcome of a test body against a strategy with this `on_candle`, as `b`.
    private func outcome(
        _ onCandle: String,
        needs: String = "",
        _ more: String = "",
        test body: String
    ) throws -> String {
        try Suites.outcome(
            "local b = test.strategy('script.lua') \(body)",
            ["script": Suites.strategy(onCandle, needs: needs, more)]
        )
    }

    @Test func `an error in the script is raised in the test with its own place`() throws {
        let message = try outcome("error('oh')", test: "b:candle(50)")
        #expect(
            message == """
                script_test.lua:2: script.lua:4: oh (on_candle in KXBTC15M-TEST at 2026-06-01T00:00:10.000000Z)
                  4 | function s.on_candle(ctx, candle) error('oh') end
                """
        )
        let signal = try outcome("return { side = 'long' }", test: "b:candle(50)")
        #expect(
            signal.hasPrefix("script_test.lua:2: script.lua: signal field 'entry' must be a price in cents"),
            "\(signal)"
        )
        let fill = try outcome(
            "",
            "function s.on_fill() error('fill') end",
            test: "b:fill{ role = 'entry', side = 'buy', price = 1 }"
        )
        #expect(fill.hasPrefix("script_test.lua:2: script.lua:5: fill (on_fill"), "\(fill)")
        let endless = try outcome("while true do end", test: "b:candle(50)")
        #expect(endless.contains("script.lua:4: instruction limit of 2000000 reached"), "\(endless)")
    }

    @Test func `an error that comes again is raised again, and three in a row end it`() throws {
        let body = """
            expect(function() b:candle(50) end).to_fail("oh (on_candle")
            expect(function() b:candle(50) end).to_fail("script.lua failed in on_candle with an error it had before: script.lua:4: oh")
            expect(function() b:candle(50) end).to_fail("script.lua failed 3 times in a row")
            expect(function() b:candle(50) end).to_fail("script.lua failed 3 times in a row and is asked no more")
            """
        #expect(try outcome("error('oh')", test: body) == "passed")
        let fills = """
            local fill = { role = "entry", side = "buy", price = 50 }
            for _ = 1, 2 do expect(function() b:fill(fill) end).to_fail("oh") end
            """
        #expect(try outcome("", "function s.on_fill() error('oh') end", test: fills) == "passed")
    }

    @Test(arguments: [
        ("b.candle(50)", "write bench:candle(…), with a colon"),
        ("b:cande(50)", "bench has no field 'cande'; did you mean 'candle'?"),
        ("b:candle()", "bench:candle takes a table such as { open = … }, not nil"),
        ("b:candle('50')", "bench:candle takes a table such as { open = … }, not \"50\""),
        ("b:candle{}", "bench:candle needs 'close', or a number in place of the table"),
        ("b:candle{ clse = 5 }", "bench:candle has no field 'clse'; did you mean 'close'?"),
        ("b:candles{ 50, 100 }", "bench:candles[2]: 'close' must be a price between 0 and 100 cents, not 100"),
        ("b:candles{ 50, { open = 50, low = 51 } }", "bench:candles[2]: open and close must lie between low and high"),
        ("b:candles{}", "bench:candles takes candles such as"),
        ("b:at(890) b:candles{ 50, 50 }", "bench:candles[2] would end at 910 s, but the market trades from 0 to 900 s"),
        ("b:at(-20) b:candle(50)", "bench:candle would end at -10 s"),
        ("b:at('x')", "bench:at takes seconds since the market's open"),
        ("b:market{ bids = 5 }", "bench:market has no field 'bids'; did you mean 'bid'?"),
        ("b:market{ bid = 101 }", "bench:market: 'bid' must be a price from 0 to 100 cents, not 101"),
        ("b:market{ grid = 'fine' }", "bench:market: 'grid' must be \"tapered\", \"cent\", not \"fine\""),
        ("b:market{ ticker = 'a b' }", "bench:market: 'ticker' must be a name without spaces, not \"a b\""),
        ("b:market{ close_time = 5 }", "bench:market: the market must close after it opens"),
        ("b:market{ close_time = 1780272900, minutes_left = 5 }", "takes 'close_time' or 'minutes_left', not both"),
        ("b:book{ bids = {{ 45 }} }", "bench:book: 'bids' must be levels such as {{45, 100}, {44, 50}}"),
        ("b:position{ side = 'long' }", "bench:position needs"),
        ("b:position{ side = 'up', entry = 5, count = 1 }", "'side' must be \"long\", \"short\", not \"up\""),
        ("b:account{ losing_streak = 1.5 }", "'losing_streak' must be a whole number from 0 on, not 1.5"),
        ("b:trade{}", "bench:trade needs 'price'"),
        ("b:fill{}", "script.lua has no on_fill"),
        ("b:settle{}", "script.lua has no on_settle"),
        ("b:fire_book()", "script.lua has no on_book"),
        ("b:fire_timer()", "script.lua has no on_timer"),
        ("test.strategy('other.lua')", "test.strategy: there is no script 'other.lua' beside script_test.lua"),
        ("test.strategy()", "test.strategy takes the name of a script"),
        ("test:strategy('script.lua')", "write test.strategy(…), with a dot"),
        ("test.strategy('script.lua', { sise = 1 })", "sise: script has no parameter 'sise'; did you mean 'size'?"),
        ("test.strategy('script.lua', { size = 11 })", "size=11: size must be a number from 0.0 to 10.0, not 11.0"),
        ("test.strategy('script.lua', { size = {} })", "'size' must be a number, a text or a boolean, not a table"),
        ("test.rule('script.lua')", "script.lua is a strategy, not a risk-rule"),
    ])
    func `a wrong call is told at its line`(call: String, message: String) throws {
        let outcome = try outcome("", test: "\n" + call)
        #expect(outcome.hasPrefix("script_test.lua:3: ") && outcome.contains(message), "\(outcome)")
    }

    @Test func `a script that cannot be loaded is the test's failure`() throws {
        let outcome = try Suites.outcome("test.strategy('script.lua')", ["script": "return {\n  api = 1,,\n}"])
        #expect(outcome.hasPrefix("script_test.lua:2: script.lua:2: "), "\(outcome)")
    }

    @Test(arguments: [
        (#"source = "spot", symbol = "BTC-USD", interval = "24h""#, "1e8", "1e9"),
        (#"interval = "1s""#, "99.99", "1e9"),
    ])
    func `the largest candles a test may write bring no indicator down`(
        candles: String,
        price: String,
        volume: String
    ) throws {
        let kinds = [
            "bollinger", "sma", "ema", "wma", "rsi", "atr", "stddev", "zscore", "highest", "lowest", "vwap", "roc",
        ]
        let script = """
            local s = { api = 1, kind = "strategy", name = "script", version = "1" }
            function s.needs() return { candles = { \(candles), history = 3 }, indicators = {
              \(kinds.map { "\($0) = { \"\($0)\", period = 2 }" }.joined(separator: ", ")) } } end
            function s.on_candle(ctx, candle)
              local sum = ctx.indicators.bollinger.upper
              for _, name in ipairs{ \(kinds.dropFirst().map { "'\($0)'" }.joined(separator: ", ")) } do
                sum = sum + (ctx.indicators[name] or 0)
              end
              return nil, "OK" .. #ctx.candles(3)
            end
            return s
            """
        let body = """
            local b = test.strategy("script.lua")
            b:market{ open_time = 1e9, close_time = 9e9 }
            local code
            for i = 1, 50 do
              local low = i % 2 == 0 and 0.01 or \(price)
              code = select(2, b:candle{ open = low, high = \(price), low = 0.01, close = low, volume = \(volume) })
            end
            expect(code).to_be("OK3")
            """
        #expect(try Suites.outcome(body, ["script": script]) == "passed")
    }

    @Test func `a market that was refused leaves the one before`() throws {
        let body = """
            expect(function() b:market{ bid = 40, close_time = 5 } end).to_fail("must close after it opens")
            b:candle(50)
            expect(b.state.bid).to_be(49)
            """
        #expect(try outcome("ctx.state.bid = ctx.market.bid", test: body) == "passed")
    }

    @Test func `the scripts under test have a budget of their own`() throws {
        let tests = try Suites.load(
            """
            it("asks without end", function()
              local b = test.strategy("script.lua")
              while true do b:at(0) b:candle(50) end
            end)
            """,
            ["script": Suites.strategy("for i = 1, 100000 do end")],
            instructions: 20_000_000
        )
        let calls = tests.run(tests.tests[0]).outcome.text
        #expect(calls.hasPrefix("script_test.lua:3: the scripts under test have used up 19"), "\(calls)")
        let benches = try outcome("", test: "for i = 1, 2000 do test.strategy('script.lua') end")
        #expect(benches.contains("a test may make 1000 benches"), "\(benches)")
        let memory = try outcome(
            "ctx.state = ctx.state",
            "local kept = {} function s.on_start() for i = 1, 400000 do kept[i] = {} end end",
            test: "for i = 1, 100 do test.strategy('script.lua'):start() end"
        )
        #expect(memory.contains("the scripts under test hold more than 256 MiB"), "\(memory)")
    }
}
