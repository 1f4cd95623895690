import KBotModel
import KBotScripting
import Testing

@testable import KBotEngine

@Test(arguments: [
    ("candle.open", "integer 45"), ("candle.high", "float 47.1"), ("candle.low", "float 44.75"),
    ("candle.close", "integer 46"), ("candle.volume", "float 12.5"), ("candle.trades", "integer 7"),
    ("candle.start", "integer 1000090"), ("candle.time", "integer 1000100"), ("candle.none", "nil nil"),
    ("ctx.now", "integer 1000100"),
    ("ctx.market.ticker", "string KXBTC15M-TEST"), ("ctx.market.series", "string KXBTC15M"),
    ("ctx.market.open_time", "integer 1000000"), ("ctx.market.close_time", "integer 1000900"),
    ("ctx.market.seconds_left", "integer 800"), ("ctx.market.minutes_left", "float 13.333333333333"),
    ("ctx.market.bid", "integer 45"), ("ctx.market.ask", "integer 47"), ("ctx.market.spread", "integer 2"),
    ("ctx.market.last", "float 45.5"), ("ctx.market.strike", "nil nil"),
    ("ctx.market.lowest_price", "float 0.1"), ("ctx.market.highest_price", "float 99.9"),
    ("ctx.market.step(45)", "integer 1"), ("ctx.market.step(5.5)", "float 0.1"), ("ctx.market.step(10)", "integer 1"),
    ("ctx.account.equity", "float 1012.5"), ("ctx.account.capital", "integer 1000"),
    ("ctx.account.cash", "float 990.25"), ("ctx.account.exposure", "integer 22"),
    ("ctx.account.day_pnl", "float -3.75"), ("ctx.account.losing_streak", "integer 2"),
    ("ctx.account.open_positions", "integer 1"), ("ctx.position", "nil nil"),
    ("kbot.api", "integer 1"), ("kbot.snap(45.3999999)", "float 45.4"), ("kbot.snap(0.1 + 0.2)", "float 0.3"),
    ("kbot.snap(44.999999)", "integer 45"), ("kbot.snap(-3)", "integer -3"),
])
func `a script sees each field in its unit`(_ expression: String, _ value: String) throws {
    #expect(try Scene().read(expression) == value)
}

@Test func `what is unknown is nil`() throws {
    let bare = Scene(touch: Touch(bid: Price(cents: 45)), lastPrice: nil)
    for field in ["ask", "spread", "last", "strike"] { #expect(try bare.read("ctx.market.\(field)") == "nil nil") }
    #expect(try bare.read("ctx.market.bid") == "integer 45")
}

@Test func `fractions of a second and the strike keep their digits`() throws {
    var scene = Scene(now: Timestamp(microseconds: 1_000_100_250_000))
    scene.market.strike = SpotPrice(units: 95_123_4500)
    #expect(try scene.read("ctx.now") == "float 1000100.25")
    #expect(try scene.read("ctx.market.strike") == "float 95123.45")
    #expect(try scene.read("ctx.market.seconds_left") == "float 799.75")
}

@Test func `a position shows its side, count, entry, stop and target`() throws {
    let plan = TradePlan(entry: Price(cents: 45), stop: Price(cents: 40), target: Price(units: 5_550))
    let scene = Scene(
        position: PositionView(
            strategy: "test",
            direction: .long,
            count: Quantity(contracts: 3),
            averageEntry: Price(units: 4_510),
            plan: plan
        )
    )
    let fields = ["side", "count", "entry", "stop", "target"]
    let body =
        "local p = ctx.position return nil, table.concat({ "
        + fields.map { "p.\($0)" }.joined(separator: ", ") + " }, ' ')"
    #expect(try scene.run(body).decision.code == "long 3 45.1 40 55.5")
}

@Test func `bands are in cents, rounded towards the mean`() throws {
    var scene = Scene(history: [4_400, 4_500])
    scene.candle.close = Price(units: 4_600)
    let bands = "bands = { 'bollinger', period = 3, stddev = 2.0 }"
    // Mean 45, population deviation √(2/3) cents: 45 ± 1.632993…
    #expect(try scene.read("ctx.indicators.bands.lower", indicators: bands) == "float 43.367007")
    #expect(try scene.read("ctx.indicators.bands.middle", indicators: bands) == "float 45.0")
    #expect(try scene.read("ctx.indicators.bands.upper", indicators: bands) == "float 46.632993")
}

@Test func `other indicators are numbers in cents, the strength index in points`() throws {
    let scene = Scene(history: [4_400, 4_500])
    #expect(try scene.read("ctx.indicators.m", indicators: "m = { 'sma', period = 2 }") == "float 45.5")
    #expect(try scene.read("ctx.indicators.m", indicators: "m = { 'sma', period = 9 }") == "nil nil")
    #expect(try scene.read("ctx.indicators.s", indicators: "s = { 'rsi', period = 2 }") == "float 100.0")
    #expect(try scene.read("ctx.indicators.e", indicators: "e = { 'ema', period = 1 }") == "float 46.0")
}

@Test(arguments: [
    ("ctx.markt", "ctx has no field 'markt'; did you mean 'market'?"),
    ("ctx.market.bd", "ctx.market has no field 'bd'; did you mean 'bid'?"),
    ("ctx.account.equty", "ctx.account has no field 'equty'; did you mean 'equity'?"),
    ("ctx.params.x", "ctx.params has no field 'x'"),
    ("ctx.indicators.bands", "ctx.indicators has no field 'bands'"),
    ("kbot.snp(1)", "kbot has no field 'snp'; did you mean 'snap'?"),
    ("ctx[1]", "ctx has no field of type number"),
    ("kbot.snap('x')", "kbot.snap takes a number of cents"),
    ("kbot.snap(1/0)", "kbot.snap takes a number of cents"),
    ("ctx.market.step()", "ctx.market.step takes a price in cents"),
])
func `an unknown field is an error with a suggestion`(_ expression: String, _ message: String) throws {
    let told = try #require(try Scene().failure("return nil, " + expression))
    #expect(told.hasPrefix("test.lua:3: \(message)"), "\(told)")
}

@Test(arguments: [
    ("ctx.now = 1", "ctx.now is read-only"), ("ctx.market.bid = 1", "ctx.market.bid is read-only"),
    ("ctx.params.x = 1", "ctx.params.x is read-only"), ("kbot.snap = 1", "kbot.snap is read-only"),
])
func `writing to what the host owns is an error`(_ statement: String, _ message: String) throws {
    #expect(try Scene().failure(statement)?.hasPrefix("test.lua:3: \(message)") == true)
}

@Test func `what a script logs and prints is told in order`() throws {
    let (_, messages) = try Scene().run("ctx.log('one') print('two', 3) ctx.log(4.5) return nil, 'X'")
    #expect(messages == [.log("one"), .log("two\t3"), .log("4.5")])
    #expect(try Scene().failure("ctx.log({})")?.contains("ctx.log takes a text") == true)
}

@Test func `a flood of log lines is cut`() throws {
    let (decision, messages) = try Scene().run("for i = 1, 5000 do ctx.log(i) end return nil, 'X'")
    #expect(decision == .none("X"))
    #expect(messages.count == 101)
    #expect(messages.last == .log("(more lines were dropped)"))
    let (_, long) = try Scene().run("ctx.log(('x'):rep(5000))")
    #expect(long.first?.line?.count == 1_000)
}

@Test func `state persists between calls, and a candle can be kept`() throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            onCandle: """
                local state = ctx.state
                state.calls = (state.calls or 0) + 1
                local before = state.last and state.last.close or "none"
                state.last = candle
                return nil, state.calls .. " " .. before
                """
        )
    )
    var scene = Scene()
    #expect(scene.ask(strategy).code == "1 none")
    scene.candle.close = Price(cents: 50)
    #expect(scene.ask(strategy).code == "2 46")
    #expect(scene.ask(strategy).code == "3 50")
}

@Test func `every call sees fresh values`() throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(onCandle: "return nil, ctx.market.bid .. ' ' .. ctx.market.ticker .. ' ' .. ctx.now")
    )
    var scene = Scene()
    for cents in Int32(40)..<45 {
        scene.touch.bid = Price(cents: cents)
        scene.now = scene.now + .seconds(1)
        #expect(scene.ask(strategy).code?.text == "\(cents) KXBTC15M-TEST \(scene.now.microseconds / 1_000_000)")
    }
}
