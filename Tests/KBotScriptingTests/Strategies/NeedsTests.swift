import KBotEngine
import KBotModel
import KBotScripting
import Testing

private func loaded(_ answer: String) -> Result<StrategyNeeds, ScriptFailure> {
    Result { () throws(ScriptFailure) -> StrategyNeeds in
        try LuaStrategy(
            Scripts.file(
                """
                local s = { api = 1, kind = "strategy", name = "x", version = "1" }
                function s.needs(params) return \(answer) end
                function s.on_candle() end
                return s
                """
            )
        ).needs
    }
}

private func complaint(_ answer: String) -> String? {
    if case .failure(let failure) = loaded(answer) { failure.description } else { nil }
}

@Test func `every indicator can be asked for`() throws {
    let needs = try loaded(
        """
        { candles = { source = "market", interval = 30 }, indicators = {
          a = { "bollinger", period = 20, stddev = 1.5 }, b = { "sma", period = 7 }, c = { "ema", period = 8 },
          d = { "atr", period = 9 }, e = { "rsi", period = 10 }, f = { "bollinger", period = 25 },
          g = { "wma", period = 3 }, h = { "stddev", period = 4 }, i = { "zscore", period = 5 },
          j = { "highest", period = 6 }, k = { "lowest", period = 7 }, l = { "vwap", period = 8 },
          m = { "roc", period = 9 } } }
        """
    ).get()
    #expect(needs.interval == .fixed(.seconds(30)))
    #expect(needs.indicators.map(\.name).joined() == "abcdefghijklm")
    let specs: [IndicatorSpec] = [
        .bollinger(period: 20, deviations: 15_000), .sma(period: 7), .ema(period: 8), .atr(period: 9),
        .rsi(period: 10), .bollinger(period: 25, deviations: 20_000), .wma(period: 3), .stddev(period: 4),
        .zscore(period: 5), .highest(period: 6), .lowest(period: 7), .vwap(period: 8), .roc(period: 9),
    ]
    #expect(needs.indicators.map(\.spec) == specs)
    #expect(needs.warmUp == 25)
}

@Test func `an interval is auto, a time or seconds`() throws {
    #expect(try loaded("{ candles = { interval = 'auto' } }").get().interval == .auto)
    #expect(try loaded("{ candles = { interval = '15m' } }").get().interval == .fixed(.minutes(15)))
    #expect(try loaded("{ candles = { interval = 5.0 } }").get().interval == .fixed(.seconds(5)))
}

@Test func `candles of an underlying, a history and a timer can be asked for`() throws {
    let needs = try loaded(
        """
        { candles = { source = 'spot', symbol = 'BTC-USD', interval = '1m', history = 500 }, timer = '24h' }
        """
    ).get()
    #expect(needs.source == .spot("BTC-USD") && needs.interval == .fixed(.minutes(1)))
    #expect(needs.history == 500 && needs.timer == .hours(24) && needs.indicators.isEmpty)
    let plain = try loaded("{ candles = { interval = '5s' } }").get()
    #expect(plain.source == .market && plain.history == 0 && plain.timer == nil)
    #expect(try loaded("{ candles = { interval = '5s', history = 3.0 }, timer = 1 }").get().timer == .seconds(1))
}

@Test func `on_timer wants a timer`() {
    let script = Scripts.strategy("function s.on_timer() end")
    let message = "test.lua: on_timer is never called: needs must return timer = \"10s\" or so"
    #expect(Scripts.failure(of: script)?.description == message)
}

@Test(arguments: ["'soon'", "0", "0.5", "'25h'", "-5", "86401", "true", "'500ms'", "{}", "9e18"])
func `a timer that is no time from a second to a day is refused`(_ timer: String) {
    #expect(
        complaint("{ candles = { interval = '5s' }, timer = \(timer) }")
            == "test.lua: needs.timer must be a time from 1s to 24h such as \"10s\""
    )
}

@Test(arguments: ["-1", "501", "2.5", "'10'", "true", "{}", "1/0"])
func `a history that is no number of candles is refused`(_ history: String) {
    #expect(
        complaint("{ candles = { interval = '5s', history = \(history) } }")
            == "test.lua: needs.candles.history must be a whole number from 0 to 500"
    )
}

@Test(arguments: [
    ("nil", "needs must return a table such as { candles = { interval = \"5s\" } }"),
    ("{ candels = {} }", "needs has an unknown field 'candels'; did you mean 'candles'?"),
    ("{}", "needs.candles must be a table such as { source = \"market\", interval = \"5s\" }"),
    ("{ candles = 5 }", "needs.candles must be a table such as { source = \"market\", interval = \"5s\" }"),
    ("{ candles = { intervall = '5s' } }", "needs.candles has an unknown field 'intervall'; did you mean 'interval'?"),
    (
        "{ candles = { source = 'spot', interval = '5s' } }",
        "source = \"spot\" wants needs.candles.symbol, such as \"BTC-USD\""
    ),
    (
        "{ candles = { source = 'spot', symbol = 'BTC', interval = '5s' } }",
        "source = \"spot\" wants needs.candles.symbol, such as \"BTC-USD\""
    ),
    (
        "{ candles = { source = 'spot', symbol = 5, interval = '5s' } }",
        "source = \"spot\" wants needs.candles.symbol, such as \"BTC-USD\""
    ),
    ("{ candles = { symbol = 'BTC-USD', interval = '5s' } }", "needs.candles.symbol goes with source = \"spot\""),
    (
        "{ candles = { source = 'spot', symbol = 'BTC-USD', interval = 'auto' } }",
        "candles of an underlying need a fixed needs.candles.interval such as \"15m\""
    ),
    (
        "{ candles = { source = 'index', interval = '5s' } }",
        "needs.candles.source must be \"market\" or \"spot\", not \"index\""
    ),
    (
        "{ candles = { interval = '5s' }, indicator = {} }",
        "needs has an unknown field 'indicator'; did you mean 'indicators'?"
    ),
    (
        "{ candles = { interval = '5s' }, indicators = 5 }",
        "needs.indicators must be a table such as { bands = { \"bollinger\", period = 25, stddev = 2.0 } }"
    ),
    (
        "{ candles = { interval = '5s' }, indicators = { { 'sma', period = 2 } } }",
        "needs.indicators must be a table such as { bands = { \"bollinger\", period = 25, stddev = 2.0 } }"
    ),
    (
        "{ candles = { source = 5, interval = '5s' } }",
        "needs.candles.source must be \"market\" or \"spot\", not number"
    ),
])
func `what a script needs is checked`(_ answer: String, _ message: String) {
    #expect(complaint(answer) == "test.lua: " + message)
}

@Test(arguments: ["'soon'", "nil", "0", "0.5", "'25h'", "-5", "9e18", "9223372036854775807", "true", "'500ms'"])
func `an interval that is no time from a second to a day is refused`(_ interval: String) {
    #expect(
        complaint("{ candles = { interval = \(interval) } }")
            == "test.lua: needs.candles.interval must be \"auto\" or a time from 1s to 24h such as \"5s\" or \"15m\""
    )
}

@Test(arguments: [
    ("7", ".b must be a table such as { \"bollinger\", period = 25, stddev = 2.0 }"),
    ("{ period = 7 }", ".b must be a table such as { \"bollinger\", period = 25, stddev = 2.0 }"),
    ("{ 'bolinger', period = 7 }", ".b: there is no indicator \"bolinger\"; did you mean 'bollinger'?"),
    ("{ 'sma', period = 7, stddev = 2 }", ".b: sma takes period only"),
    ("{ 'bollinger', period = 7, k = 2 }", ".b: bollinger takes period and stddev only"),
    ("{ 'bollinger', period = 1 }", ".b.period must be a whole number from 2 to 500"),
    ("{ 'sma', period = 0 }", ".b.period must be a whole number from 1 to 500"),
    ("{ 'stddev', period = 1 }", ".b.period must be a whole number from 2 to 500"),
    ("{ 'zscore', period = 1 }", ".b.period must be a whole number from 2 to 500"),
    ("{ 'roc', period = 0 }", ".b.period must be a whole number from 1 to 500"),
    ("{ 'vwap', period = 5, by = 'volume' }", ".b: vwap takes period only"),
    ("{ 'sma', period = 501 }", ".b.period must be a whole number from 1 to 500"),
    ("{ 'sma', period = 2.5 }", ".b.period must be a whole number from 1 to 500"),
    ("{ 'sma', 7 }", ".b: sma takes period only"),
    ("{ 'sma' }", ".b.period must be a whole number from 1 to 500"),
    ("{ 'bollinger', period = 9, stddev = 0 }", ".b.stddev must be a number above 0 and up to 10"),
    ("{ 'bollinger', period = 9, stddev = 0/0 }", ".b.stddev must be a number above 0 and up to 10"),
    ("{ 'bollinger', period = 9, stddev = 11 }", ".b.stddev must be a number above 0 and up to 10"),
    ("{ 'bollinger', period = 9, stddev = 'x' }", ".b.stddev must be a number above 0 and up to 10"),
])
func `an indicator that cannot be is refused with its place`(_ spec: String, _ message: String) {
    #expect(
        complaint("{ candles = { interval = '5s' }, indicators = { b = \(spec) } }")
            == "test.lua: needs.indicators" + message
    )
}

@Test func `an error inside needs names file and line`() {
    #expect(complaint("nothere.x")?.hasPrefix("test.lua:2: ") == true)
    #expect(complaint("nothere.x")?.hasSuffix("(needs)") == true)
}
