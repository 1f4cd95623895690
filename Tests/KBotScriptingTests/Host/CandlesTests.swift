import KBotModel
import KBotScripting
import Testing

@testable import KBotEngine

/// `ctx.candles` and what candles become in indicators.
@Suite struct CandlesTests {
    /// Closes 44, 45, then the scene's candle: 45, high 47.1, low 44.75, close 46.
    private let scene = Scene(history: [4_400, 4_500])

    private func strategy(_ candles: String, _ indicators: String = "", _ expression: String) throws -> LuaStrategy {
        try LuaStrategy(
            Scripts.file(
                """
                local s = { api = 1, kind = "strategy", name = "test", version = "1" }
                function s.needs() return { candles = { \(candles) }, indicators = { \(indicators) } } end
                function s.on_candle(ctx, candle)
                  local v = \(expression)
                  return nil, (math.type(v) or type(v)) .. ' ' .. tostring(v)
                end
                return s
                """
            )
        )
    }

    private func read(_ expression: String, history: Int = 3) throws -> String? {
        let strategy = try strategy("interval = '10s', history = \(history)", "", expression)
        let decision = scene.ask(strategy)
        return strategy.takeMessages().first?.failure ?? decision.code?.text
    }

    @Test(arguments: [
        ("#ctx.candles(1)", "integer 1"), ("#ctx.candles(2)", "integer 2"), ("#ctx.candles(3)", "integer 3"),
        ("ctx.candles(1)[1].close", "integer 46"), ("ctx.candles(3)[1].close", "integer 44"),
        ("(ctx.candles(3)[3] or {}).high", "float 47.1"), ("ctx.candles(3)[3].low", "float 44.75"),
        ("ctx.candles(3)[3].open", "integer 45"), ("(ctx.candles(3)[3] or {}).volume", "float 12.5"),
        ("ctx.candles(3)[3].trades", "integer 7"), ("ctx.candles(3)[3].start", "integer 1000090"),
        ("ctx.candles(3)[3].time", "integer 1000100"), ("ctx.candles(3)[2].trades", "integer 0"),
        ("ctx.candles(3)[2].time", "integer 1000090"),
    ])
    func `the last closed candles come oldest first, the present one last`(_ expression: String, _ value: String) throws
    {
        #expect(try read(expression) == value)
    }

    @Test func `there are fewer at the start, and never more than are kept`() throws {
        #expect(try read("#ctx.candles(500)", history: 500) == "integer 3")
        #expect(try read("#ctx.candles(2)", history: 2) == "integer 2")
        #expect(try read("ctx.candles(2)[1].close", history: 2) == "integer 45")
    }

    @Test func `each call gives tables of the script's own`() throws {
        let body = "(function() ctx.candles(1)[1].close = 1 return ctx.candles(1)[1].close end)()"
        #expect(try read(body) == "integer 46")
    }

    @Test(arguments: ["4", "0", "-1", "0/0", "1/0", "'2'", "nil", ""])
    func `another number of candles is refused`(count: String) throws {
        let told = try #require(try read("ctx.candles(\(count))"))
        #expect(told.contains("ctx.candles gives 1 to 3 candles, as needs.candles.history says"), "\(told)")
    }

    @Test(arguments: ["1", "2"])
    func `without a history there are none`(count: String) throws {
        let told = try #require(try read("ctx.candles(\(count))", history: 0))
        #expect(told.contains("ctx.candles needs needs.candles.history, the number of candles to keep"), "\(told)")
    }

    /// Worked out by hand from closes 44, 45, 46 and the ranges above.
    @Test(arguments: [
        ("'sma', period = 3", 45), ("'ema', period = 1", 46), ("'wma', period = 2", 45.666_666_667),
        ("'stddev', period = 3", 0.816_496_581), ("'zscore', period = 3", 1.224_744_871),
        ("'highest', period = 2", 47.1), ("'lowest', period = 2", 44.75), ("'vwap', period = 2", 45.95),
        ("'roc', period = 2", 4.545_454_545), ("'rsi', period = 2", 100), ("'atr', period = 2", 1.675),
    ])
    func `every indicator is told in cents, points, deviations or percent`(_ spec: String, _ value: Double) throws {
        let told = try #require(try scene.read("ctx.indicators.x", indicators: "x = { \(spec) }"))
        let number = try #require(told.split(separator: " ").last.flatMap { Double($0) }, "\(told)")
        #expect(abs(number - value) < 1e-4, "\(told)")
    }

    @Test func `an average weighted with volume has no value without any`() throws {
        var scene = scene
        scene.candle.volume = .zero
        #expect(try scene.read("ctx.indicators.x", indicators: "x = { 'vwap', period = 2 }") == "nil nil")
    }

    // MARK: Underlyings

    private func spot(_ expression: String, _ indicators: String = "") throws -> String? {
        let strategy = try strategy(
            "source = 'spot', symbol = 'BTC-USD', interval = '10s', history = 5",
            indicators,
            expression
        )
        let decision = scene.ask(strategy, spot: [950_000_000, 951_000_000, 952_005_000])
        return strategy.takeMessages().first?.failure ?? decision.code?.text
    }

    @Test(arguments: [
        ("candle.close", "float 95200.5"), ("candle.open", "float 95200.5"), ("candle.volume", "float 1.5"),
        ("candle.trades", "integer 4"), ("candle.time", "integer 1000100"), ("candle.start", "integer 1000090"),
        ("ctx.candles(3)[1].close", "integer 95000"), ("(ctx.candles(3)[3] or {}).high", "float 95200.5"),
        ("(ctx.candles(3)[3] or {}).volume", "float 1.5"), ("ctx.market.bid", "integer 45"),
    ])
    func `candles of an underlying are in dollars and coins, the market stays in cents`(
        _ expression: String,
        _ value: String
    ) throws {
        #expect(try spot(expression) == value)
    }

    @Test(arguments: [
        ("x = { 'sma', period = 2 }", "ctx.indicators.x", 95_150.25),
        ("x = { 'highest', period = 3 }", "ctx.indicators.x", 95_200.5),
        ("x = { 'stddev', period = 2 }", "ctx.indicators.x", 50.25),
        ("x = { 'roc', period = 1 }", "ctx.indicators.x", 0.105_678_233),
        ("x = { 'rsi', period = 2 }", "ctx.indicators.x", 100),
        ("x = { 'zscore', period = 2 }", "ctx.indicators.x", 1),
        ("x = { 'bollinger', period = 2, stddev = 2 }", "ctx.indicators.x.middle", 95_150.25),
        ("x = { 'bollinger', period = 2, stddev = 2 }", "ctx.indicators.x.lower", 95_049.75),
    ])
    func `indicators of an underlying are in dollars, too`(_ spec: String, _ path: String, _ value: Double) throws {
        let told = try #require(try spot(path, spec))
        let number = try #require(told.split(separator: " ").last.flatMap { Double($0) }, "\(told)")
        #expect(abs(number - value) < 1e-4, "\(told)")
    }
}
