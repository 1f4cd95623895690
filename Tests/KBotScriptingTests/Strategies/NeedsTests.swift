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
          d = { "atr", period = 9 }, e = { "rsi", period = 10 }, f = { "bollinger", period = 25 } } }
        """
    ).get()
    #expect(needs.interval == .fixed(.seconds(30)))
    #expect(needs.indicators.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    let specs: [IndicatorSpec] = [
        .bollinger(period: 20, deviations: 15_000), .sma(period: 7), .ema(period: 8), .atr(period: 9),
        .rsi(period: 10), .bollinger(period: 25, deviations: 20_000),
    ]
    #expect(needs.indicators.map(\.spec) == specs)
    #expect(needs.warmUp == 25)
}

@Test func `an interval is auto, a time or seconds`() throws {
    #expect(try loaded("{ candles = { interval = 'auto' } }").get().interval == .auto)
    #expect(try loaded("{ candles = { interval = '15m' } }").get().interval == .fixed(.minutes(15)))
    #expect(try loaded("{ candles = { interval = 5.0 } }").get().interval == .fixed(.seconds(5)))
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
